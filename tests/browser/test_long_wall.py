"""Two thousand works: few of them in the page at a time, and none of them out of reach of a hand, a key or a screen reader."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.gallery import Gallery
from browser.many import hang_many
from browser.visitor import Visitor
from patience import wait_until

MANY = 2_000
MOST_CARDS = 120
WAITS = 15  # looks, of 20 ms and more, at a wall that brings nothing by itself
SOON_SECONDS = 5  # below one where nobody else works
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
CARDS = "artwork-wall li[id]"
KNOWN = "document.querySelector('artwork-wall').items.length"

# places in the window where a row should be and none is: gaps between pictures are smaller than that
HOLES = """() => {
  const wall = document.querySelector("artwork-wall").getBoundingClientRect();
  const cards = [...document.querySelectorAll("artwork-wall li[id]")].map((card) => card.getBoundingClientRect());
  let holes = 0;
  for (let y = Math.max(0, wall.top + 5); y < Math.min(innerHeight, wall.bottom); y += 60)
    if (!cards.some(({ top, bottom }) => top - 60 < y && bottom + 60 > y)) holes++;
  return holes;
}"""
# what is seen where: the first card of the window with its pixel row, and what has the focus
PLACE = """() => {
  const cards = [...document.querySelectorAll("artwork-wall li[id]")];
  const first = cards.find((card) => card.getBoundingClientRect().bottom > 0);
  const at = document.activeElement.closest("li[id]")?.id ?? null;
  return [first?.id, first && Math.round(first.getBoundingClientRect().top), at];
}"""
ROW_OF = "(id) => Math.round(document.getElementById(id)?.getBoundingClientRect().top)"


@pytest.fixture(scope="module")
def wall(gallery: Gallery) -> Gallery:
    hang_many(gallery, MANY)
    return gallery


def go_down(page: Page, works: int) -> None:
    """Scroll to the end of what is there until so many are; after some pages the wall waits for a press."""
    more = page.get_by_role("button", name="Show more")
    known, idle = 0, 0
    while known < works:
        before, known = known, int(page.evaluate(f"() => {{ scrollTo(0, 1e7); return {KNOWN}; }}"))
        idle = idle + 1 if known == before else 0
        if idle > WAITS and more.count():
            more.dispatch_event("click")
        page.wait_for_timeout(20)
    page.evaluate("scrollTo(0, 1e7)")


def test_two_thousand_works_are_a_few_cards_and_back_finds_the_same_pixel_row(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.goto("/")
    expect(page.locator(CARDS).first).to_contain_text("Work 0001")
    go_down(page, MANY)
    assert page.locator(CARDS).count() < MOST_CARDS
    expect(page.get_by_text("You have seen all 2,004 works.")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_be_visible()
    last = page.get_by_role("link", name="Shape 0")
    expect(last).to_be_visible()
    # on the way back every row hangs where it was, without a hole
    for part in (0.7, 0.3, 0.0):
        page.evaluate("(part) => scrollTo(0, part * document.documentElement.scrollHeight)", part)
        expect(page.locator(CARDS).locator("img.loaded").first).to_be_visible()
        wait_until(lambda: page.evaluate(HOLES) == 0)
        assert page.locator(CARDS).count() < MOST_CARDS
    find_the_place_again(page)


def test_a_key_walks_over_the_end_of_what_is_in_the_page(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.goto("/")
    first = page.get_by_role("link", name="Work 0001")
    first.focus()
    for number in range(2, 81):
        page.keyboard.press("Tab" if number % 3 else "ArrowRight")
        while "Work" not in focused(page):  # a card has more than its link
            page.keyboard.press("Tab")
        assert f"Work {number:04}" in focused(page)
    # the hand scrolls far away; the key goes on from where it was
    go_down(page, 300)
    expect(first).to_have_count(0)
    page.keyboard.press("j")
    assert "Work 0081" in focused(page)
    expect(page.locator("artwork-wall a:focus")).to_be_in_viewport()
    item = page.locator(CARDS).filter(has=page.locator("a:focus"))
    expect(item).to_have_attribute("aria-posinset", "81")
    expect(item).to_have_attribute("aria-setsize", "-1")  # more is to come


def find_the_place_again(page: Page) -> None:
    """Open a work that is far down; by Back and by a reload the same is seen where it was, and has the focus."""
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight - 9000)")
    page.evaluate(TWO_FRAMES)
    opened = page.locator(CARDS).get_by_role("link").nth(page.locator(CARDS).count() // 2)
    opened.scroll_into_view_if_needed()
    opened.focus()
    page.evaluate("scrollBy(0, -7)")
    page.evaluate(TWO_FRAMES)
    before = page.evaluate(PLACE)
    assert before[2] is not None
    page.keyboard.press("Enter")
    expect(page.locator("artwork-stage img")).to_be_visible()
    page.go_back(wait_until="commit")
    seconds = wait_until(lambda: page.evaluate(PLACE)[0] is not None)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate(PLACE) == before
    assert seconds < SOON_SECONDS
    page.reload(wait_until="commit")
    wait_until(lambda: page.evaluate(PLACE) == before)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(PLACE) == before
    assert page.locator(CARDS).count() < MOST_CARDS
    # a window of another width shows the same work at its top
    page.set_viewport_size({"width": 700, "height": 800})
    wait_until(lambda: page.evaluate(ROW_OF, before[0]) == before[1])
    assert page.evaluate(PLACE)[2] == before[2]
    assert page.evaluate(KNOWN) == MANY + 4


def test_a_closer_look_walks_on_beyond_what_the_wall_had(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.goto("/")
    page.get_by_role("button", name="Look closer: Work 0001").click()
    count = page.locator("light-box .count")
    expect(count).to_have_text("1 of 40")
    for number in range(2, 46):
        page.keyboard.press("ArrowRight")
        expect(count).to_have_text(re.compile(f"^{number} of "))
    expect(count).to_have_text("45 of 140")
    page.keyboard.press("Escape")
    last = page.get_by_role("link", name="Work 0045")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('a')?.textContent ?? ''"))
