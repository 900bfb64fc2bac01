"""Works that come while somebody looks: told, and shown when they are asked for."""

from playwright.sync_api import Page, expect

import pictures
from browser.gallery import Gallery
from browser.looks import inaccessible
from browser.visitor import Visitor

# what happens by itself every half minute happens, too, when somebody comes back to the tab
COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"
TOP_OF = "(id) => document.getElementById(`work-${id}`).getBoundingClientRect().top"


def hang(gallery: Gallery, name: str, count: int) -> list[str]:
    works = [
        (pictures.flat(f"#40{40 + n:02x}{sum(map(ord, name)) % 256:02x}", 140, 100), {"title": f"{name} {n}"})
        for n in range(count)
    ]
    return [work["id"] for work in gallery.hang_all(works)]


def open_wall(page: Page, first: str) -> None:
    page.goto("/")
    expect(page.get_by_role("list", name="Newest works").get_by_role("link").first).to_contain_text(first)


def test_new_works_are_told_and_never_pushed_under_the_hand(visitor: Visitor, gallery: Gallery) -> None:
    ids = hang(gallery, "Old", 14)
    page = visitor.page
    open_wall(page, "Old 13")
    page.evaluate(COME_BACK)
    page.evaluate("scrollTo(0, 400)")
    seen = page.evaluate(TOP_OF, ids[6])
    hang(gallery, "New", 4)
    page.evaluate(COME_BACK)
    button = page.get_by_role("button", name="4 new works")
    expect(button).to_be_in_viewport()
    expect(page.locator(".announcer")).to_contain_text("4 new works on the wall")
    assert page.evaluate(TOP_OF, ids[6]) == seen
    expect(page.get_by_role("link", name="New 3")).to_have_count(0)
    with visitor.unheard(page):
        assert inaccessible(page) == []
    button.click()
    expect(page.get_by_role("link", name="New 3")).to_be_focused()
    expect(page.get_by_role("link", name="New 3")).to_be_in_viewport()
    titles = page.locator("artwork-wall .title").all_inner_texts()
    assert titles[:5] == ["New 3", "New 2", "New 1", "New 0", "Old 13"]
    assert len(titles) == len(set(titles))
    expect(button).to_have_count(0)


def test_who_comes_back_to_a_kept_place_is_told_at_once(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    hang(gallery, "Before", 1)
    open_wall(page, "Before 0")
    page.get_by_role("link", name="Before 0").click()
    expect(page.get_by_role("heading", level=1, name="Before 0")).to_be_visible()
    (later,) = hang(gallery, "Later", 1)
    page.go_back()
    expect(page.get_by_role("button", name="1 new work")).to_be_visible()
    # what was taken down meanwhile is not promised any more than it can be kept
    with gallery.client as client:
        assert client.delete(f"/artworks/{later}").status_code == 204
    page.reload()
    expect(page.get_by_role("link", name="Before 0")).to_be_visible()
    page.evaluate(COME_BACK)
    expect(page.get_by_role("button", name="1 new work")).to_have_count(0)
