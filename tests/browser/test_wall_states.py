"""What a wall says when something is missing, and that it goes on by itself when it is there again."""

import re

import pytest
from playwright.sync_api import expect

import pictures
from browser.gallery import Gallery
from browser.visitor import Visitor

# to the last character that fits
FILL = """() => {
  let text = "";
  for (let size = 2 ** 23; size >= 1; size /= 2)
    try { sessionStorage.setItem("others", text + "x".repeat(size)); text += "x".repeat(size); } catch {}
}"""
GONE = "net::ERR_INTERNET_DISCONNECTED GET /api/v1/*"


@pytest.fixture(scope="module")
def wall(gallery: Gallery) -> Gallery:
    gallery.hang_all(
        (
            pictures.flat(f"#50{3 * n:02x}30", 100 + 30 * (n % 3), 90),
            {"title": f"Sketch {n:02}", "description": f"Moss {n}"},
        )
        for n in range(48)
    )
    return gallery


def test_offline_is_said_and_passes_by_itself(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    visitor.expects(GONE)
    page.goto("/")
    expect(page.get_by_role("link", name="Sketch 47")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_role("button", name="Show more").dispatch_event("click")
    expect(page.get_by_text(re.compile("The next pictures did not come. Limn cannot be reached"))).to_be_attached()
    expect(page.get_by_role("button", name="Try again")).to_be_attached()
    expect(page.get_by_role("link", name="Sketch 47")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You have seen all 48 works.")).to_be_attached()


def test_a_picture_that_does_not_come_leaves_its_words_and_comes_later(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    visitor.expects("net::ERR_CONNECTION_RESET GET /api/v1/artworks/*/renditions/*")
    page.route("**/renditions/**", lambda route: route.abort("connectionreset"))
    page.goto("/")
    card = page.locator("artwork-wall li").filter(has_text="Sketch 47")
    expect(card.locator(".lost img")).to_have_attribute("alt", "Moss 47")
    expect(card.locator("img")).to_have_css("opacity", "1")
    page.unroute("**/renditions/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(card.locator("img.loaded")).to_be_visible()
    expect(page.locator(".lost")).to_have_count(0)


def test_where_nothing_more_can_be_kept_back_begins_at_the_top(visitor: Visitor, wall: Gallery) -> None:
    page = visitor.page
    page.goto("/")
    expect(page.get_by_role("link", name="Sketch 47")).to_be_visible()
    page.evaluate(FILL)
    page.get_by_role("link", name="Sketch 40").click()
    expect(page.get_by_role("heading", level=1, name="Sketch 40")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Sketch 47")).to_be_in_viewport()
    page.evaluate("sessionStorage.clear()")
    page.get_by_role("link", name="Sketch 40").click()
    expect(page.get_by_role("heading", level=1, name="Sketch 40")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Sketch 40")).to_be_focused()
