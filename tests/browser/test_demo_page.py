"""An empty gallery, its second button, and a wall that fills."""

import re

from playwright.sync_api import expect

from browser.gallery import Gallery
from browser.visitor import Visitor

FEW = 5
# asked of the page in one go: a card is exchanged for another when its work was looked at
FIRST = """(() => {
  const first = document.querySelector("artwork-wall li a");
  const { x, y } = first.getBoundingClientRect();
  return [first.getAttribute("href"), { x, y: y + scrollY }];
})()"""


def test_an_empty_wall_fills_at_the_press_of_a_button(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    # all of them take a quarter of a minute to draw
    page.route("**/api/v1/demo", lambda route: route.continue_(url=f"{route.request.url}?works={FEW}"))
    page.goto("/")
    expect(page.get_by_role("heading", name="The wall is empty.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Add a work")).to_be_visible()
    page.get_by_role("button", name="Fill it with Limn’s own drawings").click()
    expect(page.get_by_role("main")).to_be_focused()
    works = page.get_by_role("list", name="Newest works")
    expect(page.get_by_text(re.compile(rf"^\d of {FEW} works hang"))).to_be_visible()
    expect(works.get_by_role("link").first).to_be_visible()
    oldest, there = page.evaluate(FIRST)
    expect(page.get_by_role("heading", name="Limn is drawing.")).to_be_hidden()
    expect(works.get_by_role("link")).to_have_count(FEW)
    assert page.evaluate(FIRST) == [oldest, there], "what hangs stays where it is when more comes"
    expect(page.get_by_role("status")).to_have_text(f"{FEW} works on the wall")
    rooms = page.get_by_role("navigation", name="Categories")
    expect(rooms.get_by_role("link", name=f"Everything {FEW} works")).to_be_visible()
    expect(page.locator("new-works button")).to_have_count(0)
    expect(page.get_by_text("Being hung")).to_have_count(0)
    page.reload()
    expect(works.get_by_role("link").first).not_to_have_attribute("href", oldest)
    expect(works.get_by_role("link")).to_have_count(FEW)
