"""Finding works: by words, with filters, and the honest "nothing"."""

import pytest
from playwright.sync_api import Locator, Page, expect

import pictures
from browser.gallery import Gallery
from browser.visitor import Visitor

WORKS = [
    ("Fox at dawn", "illustrations", "A red fox walks over fresh snow", "fox, winter"),
    ("Winter", "illustrations", "Bare trees", "trees"),
    ("Trees in winter", "comics", "Three panels without words", "winter, panels"),
    ("Harbour", "comics", "Ships come home, a fox waits on the quay", "sea"),
    ("Grandmother", "portraits", "She smiles", "family"),
]


@pytest.fixture(scope="module")
def shelf(gallery: Gallery) -> Gallery:
    gallery.hang_all(
        (pictures.jpeg(160, 120, seed=n), {"title": title, "category": room, "description": words, "tags": tags})
        for n, (title, room, words, tags) in enumerate(WORKS)
    )
    gallery.wait_until_found(1, q="grandmother")  # the last, so all before are known
    return gallery


def results(page: Page, band: str = "Matches") -> Locator:
    return page.get_by_role("list", name=band, exact=True).get_by_role("link")


def ask(page: Page, words: str) -> None:
    box = page.get_by_role("searchbox", name="Search the gallery")
    box.fill(words)
    box.press("Enter")


def test_two_words_find_a_work_from_any_page_and_say_why(visitor: Visitor, shelf: Gallery) -> None:
    page = visitor.page
    page.goto("/upload")
    ask(page, "fox snow")
    expect(page).to_have_url(f"{shelf.url}/search?q=fox+snow")
    expect(results(page).first).to_contain_text("Fox at dawn")
    expect(page.get_by_role("heading", level=1)).to_contain_text("“fox snow”")
    why = page.get_by_role("list", name="Why it was found").first
    expect(why.locator("mark").filter(has_text="snow")).to_be_visible()
    page.reload()
    expect(page.get_by_role("searchbox", name="Search the gallery")).to_have_value("fox snow")
    expect(results(page).first).to_contain_text("Fox at dawn")


def test_the_exact_title_comes_first(visitor: Visitor, shelf: Gallery) -> None:
    visitor.page.goto("/search?q=winter")
    expect(results(visitor.page).first.locator(".title")).to_have_text("Winter")


def test_nothing_matches_is_said_in_words(visitor: Visitor, shelf: Gallery) -> None:
    page = visitor.page
    page.goto("/search?q=submarine+volcano")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing matches “submarine volcano”")
    expect(page.get_by_role("main")).to_contain_text("Try other words, or fewer of them.")
    expect(results(page)).to_have_count(0)


def test_filters_narrow_and_go_away_again(visitor: Visitor, shelf: Gallery) -> None:
    page = visitor.page
    page.goto("/")
    ask(page, "fox")
    expect(results(page)).to_have_count(2)
    narrow = page.get_by_role("list", name="Narrow by category")
    expect(narrow.get_by_role("link")).to_have_text(["Comics 1", "General Illustrations 1"])
    narrow.get_by_role("link", name="Comics").click()
    expect(results(page)).to_have_count(1)
    expect(results(page).first).to_contain_text("Harbour")
    assert page.url.endswith("/search?q=fox&category=comics")
    page.reload()
    expect(results(page)).to_have_count(1)
    page.get_by_role("link", name="Remove filter: Comics").click()
    expect(results(page)).to_have_count(2)
    page.go_back()
    expect(results(page)).to_have_count(1)


def test_a_tag_shows_all_its_works(visitor: Visitor, shelf: Gallery) -> None:
    page = visitor.page
    page.goto("/search?tag=winter")
    expect(results(page)).to_have_count(2)
    page.get_by_role("link", name="Remove filter: tag winter").click()
    expect(page.get_by_role("main")).to_contain_text("Type what you look for")


def test_the_slash_key_leads_to_the_box_and_typing_searches(visitor: Visitor, shelf: Gallery) -> None:
    page = visitor.page
    page.goto("/search")
    expect(page.get_by_role("main")).to_contain_text("Type what you look for")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search the gallery")).to_be_focused()
    page.keyboard.type("harbour", delay=15)
    expect(results(page)).to_have_count(1)
    expect(page.locator(".announcer")).to_have_text("1 work for “harbour”")
    expect(page).to_have_url(f"{shelf.url}/search?q=harbour")
