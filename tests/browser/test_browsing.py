"""Looking around: rooms, endless pictures with an end, and Back to where one was."""

import pytest
from playwright.sync_api import Locator, Page, expect

import pictures
from browser.gallery import Gallery
from browser.visitor import Visitor
from patience import wait_until

MANY = 60
# what the wheel began goes on for some frames; answers where it ended
STANDS_STILL = """async () => {
  for (let still = 0, last = scrollY; still < 10; last = scrollY) {
    await new Promise(requestAnimationFrame);
    still = scrollY === last ? still + 1 : 0;
  }
  return scrollY;
}"""

GATHER = """() => {
  window.titles = new Map();
  const look = () => {
    for (const card of document.querySelectorAll("artwork-wall li[id]"))
      titles.set(Number(card.ariaPosInSet), card.querySelector(".title").textContent);
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.fixture(scope="module")
def wall(gallery: Gallery) -> Gallery:
    """60 illustrations and, newer, two comics."""
    # of one colour each: looked at in a tenth of the time
    small = [
        (pictures.flat(f"#{255 - 4 * n:02x}8060", 90 + 40 * (n % 3), 100), {"title": f"Study {n:02}"})
        for n in range(MANY)
    ]
    comics = [(pictures.jpeg(60, 90, seed=500 + n), {"title": f"Strip {n}", "category": "comics"}) for n in range(2)]
    gallery.hang_all(small + comics)
    return gallery


def test_the_newest_hang_first_and_rooms_show_their_own(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.goto("/")
    works = page.get_by_role("list", name="Newest works")
    expect(works.get_by_role("listitem").first).to_contain_text("Strip 1")
    rooms = page.get_by_role("navigation", name="Categories")
    rooms.get_by_role("link", name="Comics 2 works").click()
    expect(page).to_have_title("Comics · Limn")
    expect(works.get_by_role("link")).to_have_count(2)
    expect(rooms.get_by_role("link", name="Comics")).to_have_attribute("aria-current", "page")
    rooms.get_by_role("link", name="Portraits").click()
    expect(page.get_by_role("heading", name="No portraits yet.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Add a work")).to_have_attribute("href", "/upload")


def test_scrolling_brings_all_works_and_then_the_footer(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.goto("/?category=illustrations")
    expect(page.get_by_role("list", name="Newest works").get_by_role("link").first).to_be_visible()
    # only those near the window are in the page: what was passed is gathered on the way
    page.evaluate(GATHER)
    scroll_until_visible(page, page.get_by_role("link", name="Study 00"))
    expect(page.get_by_text(f"You have seen all {MANY} works.")).to_be_visible()
    titles = page.evaluate("[...titles].sort(([a], [b]) => a - b).map(([, title]) => title)")
    assert titles == [f"Study {n:02}" for n in reversed(range(MANY))]
    expect(page.get_by_role("link", name="Study 00").locator("xpath=..")).to_have_attribute("aria-setsize", str(MANY))
    page.mouse.wheel(0, 20_000)
    expect(page.get_by_role("contentinfo")).to_be_in_viewport()


def scroll_until_visible(page: Page, target: Locator) -> None:
    def scrolled() -> bool:
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(50)
        return target.is_visible()

    wait_until(scrolled)


def test_back_finds_the_same_place_and_the_same_focus(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.goto("/?category=illustrations")
    opened = page.get_by_role("link", name="Study 05")
    scroll_until_visible(page, opened)
    opened.scroll_into_view_if_needed()
    before = page.evaluate(STANDS_STILL)
    assert before > 800
    opened.click()
    expect(page.get_by_role("heading", level=1, name="Study 05")).to_be_visible()
    page.go_back()
    expect(opened).to_be_in_viewport()
    expect(opened).to_be_focused()
    assert abs(page.evaluate(STANDS_STILL) - before) < 4


def test_a_wall_stands_still_while_its_pictures_come(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.add_init_script(
        """window.shifts = [];
        new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
          .observe({ type: "layout-shift", buffered: true });"""
    )
    for address in ("/", "/?category=comics"):
        page.goto(address)
        expect(page.locator("artwork-wall img.loaded").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("shifts.reduce((sum, value) => sum + value, 0)") < 0.02, address


def test_without_an_observer_a_button_shows_more(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.add_init_script("delete window.IntersectionObserver")
    page.goto("/?category=illustrations")
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_text(f"You have seen all {MANY} works.")).to_be_visible()
    expect(page.locator("artwork-wall a:focus")).to_contain_text("Study 19")  # the first of the new ones
