"""A closer look: from the wall and from a work, by hand, key and finger, with the address following and Back leading out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import pictures
from browser.gallery import Gallery
from browser.looks import inaccessible, settle, sideways
from browser.visitor import Visitor

Work = dict[str, Any]
SHAPES = ((900, 600), (400, 700), (640, 640), (1000, 300))
SCALE = "(figure) => Number(figure.style.scale)"


@pytest.fixture(scope="module")
def works(gallery: Gallery) -> list[Work]:
    """Newest first."""
    hung = gallery.hang_all(
        (
            pictures.flat(f"#{30 + 15 * n:02x}50a0", *SHAPES[n % len(SHAPES)]),
            {"title": f"Plate {n:02}", "description": "Plain blue"},
        )
        for n in range(12)
    )
    gallery.wait_until_found(12, q="plate")
    gallery.wait_until_alike(hung[-1])
    return hung[::-1]


def box(page: Page, work: Work) -> Locator:
    return page.get_by_role("dialog", name=work["title"])


def figure(page: Page) -> Locator:
    return page.locator("light-box figure")


def look_closer(page: Page, work: Work) -> None:
    page.get_by_role("button", name=f"Look closer: {work['title']}").click()
    expect(box(page, work)).to_be_visible()


def card(page: Page, work: Work) -> Locator:
    return page.locator(f"#work-{work['id']} a")


def test_keys_walk_zoom_and_close_and_the_focus_returns(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    page.goto("/")
    card(page, works[1]).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Look closer: Plate 10")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page, works[1])).to_be_visible()
    expect(page).to_have_url(re.compile(f"/artworks/{works[1]['id']}#view$"))
    expect(page).to_have_title("Plate 10 · Limn")
    for turn in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        expect(box(page, works[turn])).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(f"/artworks/{works[3]['id']}#view$"))
    expect(page.locator("light-box img.loaded")).to_be_visible()
    page.keyboard.press("+")
    wide = figure(page).evaluate(SCALE)
    assert wide > 1
    page.keyboard.press("ArrowRight")  # pans now
    expect(box(page, works[3])).to_be_visible()
    page.keyboard.press("0")
    assert figure(page).evaluate(SCALE) == 1
    page.keyboard.press("Escape")
    expect(box(page, works[3])).to_be_hidden()
    expect(card(page, works[3])).to_be_focused()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page).to_have_title("Explore · Limn")


def test_back_closes_it_and_forward_opens_it_again(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    page.goto("/search")
    page.goto("/")
    page.evaluate("window.sameDocument = true")
    look_closer(page, works[2])
    page.get_by_role("button", name="The next work").click()
    page.get_by_role("button", name="The next work").click()
    expect(box(page, works[4])).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("window.sameDocument")
    expect(page).to_have_url(re.compile(r"/$"))
    page.go_forward()
    expect(box(page, works[4])).to_be_visible()
    page.get_by_role("link", name="About this work").click()
    expect(page.get_by_role("heading", level=1, name=works[4]["title"])).to_be_visible()
    page.go_back()
    expect(page).to_have_title("Explore · Limn")
    expect(card(page, works[4])).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/search$"))


def test_an_address_sent_to_a_friend_opens_the_same_picture(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    page.goto(f"/artworks/{works[5]['id']}#view")
    expect(box(page, works[5])).to_be_visible()
    page.reload()
    expect(box(page, works[5])).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile(f"/artworks/{works[5]['id']}$"))
    expect(page.get_by_role("heading", level=1, name=works[5]["title"])).to_be_visible()


def test_the_picture_of_a_work_opens_and_leads_to_its_relatives(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    page.goto(f"/artworks/{works[0]['id']}")
    expect(page.locator(".similar li[id]").first).to_be_visible()
    page.locator("artwork-stage img").click()
    expect(box(page, works[0])).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile(works[0]["id"]))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(f"/artworks/{works[0]['id']}$"))
    expect(page.locator(".similar li[id] a").first).to_be_focused()


def test_the_wheel_and_two_clicks_zoom_where_they_are(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    page.goto("/")
    look_closer(page, works[3])  # wider than the window when it is large
    place = figure(page).bounding_box()
    assert place
    at = (place["x"] + place["width"] * 0.75, place["y"] + place["height"] * 0.25)
    page.mouse.move(*at)
    page.mouse.wheel(0, -400)
    page.wait_for_function("document.querySelector('light-box figure').style.scale > 1.5")
    settle(page)
    grown = figure(page).bounding_box()
    assert grown
    assert abs(grown["x"] + grown["width"] * 0.75 - at[0]) < 3
    page.mouse.dblclick(*at)
    page.wait_for_function("document.querySelector('light-box figure').style.scale === '1'")
    settle(page)
    page.mouse.click(120, 150)  # beside the picture
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_finger_swipes_and_two_pinch_on_a_phone(visit: Callable[..., Visitor], works: list[Work]) -> None:
    page = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).page
    page.goto("/")
    page.get_by_role("button", name="Look closer: Plate 11").tap()
    expect(box(page, works[0])).to_be_visible()
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(*way: tuple[float, float]) -> None:
        fingers("touchStart", way[0])
        for point in way[1:]:
            fingers("touchMove", point)
        fingers("touchEnd")

    drag((300, 370), (200, 372), (90, 375))
    expect(box(page, works[1])).to_be_visible()
    drag((60, 370), (200, 372), (300, 375))
    expect(box(page, works[0])).to_be_visible()
    fingers("touchStart", (150, 370), (210, 370))
    fingers("touchMove", (90, 370), (270, 370))
    fingers("touchEnd")
    page.wait_for_function("document.querySelector('light-box figure').style.scale > 1.5")
    drag((300, 370), (200, 370), (90, 370))  # pans
    expect(box(page, works[0])).to_be_visible()
    smaller = page.get_by_role("button", name="Smaller")
    while smaller.is_enabled():
        smaller.tap()
    page.wait_for_function("document.querySelector('light-box figure').style.scale === '1'")
    drag((180, 300), (182, 420), (184, 560))
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(card(page, works[0])).to_be_focused()


def test_a_closer_look_fits_and_is_accessible(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    page.goto("/")
    look_closer(page, works[1])
    expect(page.locator("light-box img.loaded")).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 740})
        settle(page)
        assert sideways(page) <= 0
        place = figure(page).bounding_box()
        label = page.locator("light-box .label").bounding_box()
        assert place
        assert label
        assert place["x"] >= 0
        assert place["y"] + place["height"] <= label["y"] + 2
        with visitor.unheard(page):
            assert inaccessible(page) == []
