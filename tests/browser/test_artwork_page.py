"""One work: what is told of it, copied from it, changed and deleted."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import pictures
from browser.gallery import Gallery
from browser.visitor import Visitor

Work = dict[str, Any]


@pytest.fixture
def work(gallery: Gallery, request: pytest.FixtureRequest) -> Work:
    """A blue picture of its own for each story, with a near relative."""
    seed = sum(map(ord, request.node.name)) % 100_000
    blue = "#1040b0"
    gallery.hang(pictures.flat(blue, 200, 160 + seed % 50), title=f"Relative {seed}")
    said = "A blue field, a fox asleep"
    found = gallery.hang(pictures.flat(blue, 210, 160 + seed % 50), title=f"Deep {seed}", description=said, tags="sea")
    gallery.wait_until_alike(found)
    return found


def open_work(page: Page, work: Work) -> None:
    page.goto(f"/artworks/{work['id']}")
    expect(page.get_by_role("heading", level=1, name=work["title"])).to_be_visible()


def edit(page: Page, **fields: str) -> None:
    page.get_by_role("button", name="Edit").click()
    for label, value in fields.items():
        page.get_by_role("dialog").get_by_label(re.compile(label)).fill(value)
    page.get_by_role("button", name="Save").click()


def test_a_work_tells_its_words_what_was_seen_and_its_facts(visitor: Visitor, work: Work) -> None:
    page = visitor.page
    open_work(page, work)
    expect(page.get_by_role("figure").get_by_role("img", name=work["description"])).to_be_visible()
    expect(page.get_by_text(work["description"])).to_be_visible()
    expect(page.get_by_role("list", name="Tags by the artist").get_by_role("link", name="sea")).to_be_visible()
    caption = page.get_by_role("region", name="Caption by the machine")
    expect(caption).to_contain_text("Measured by Limn")
    match = page.get_by_role("region", name="Match between description and picture")
    expect(match.get_by_role("meter", name="Match score")).to_be_visible()
    expect(match.get_by_role("listitem").filter(has_text="blue")).to_contain_text("recognised")
    facts = page.get_by_role("region", name="Facts")
    expect(facts).to_contain_text("General Illustrations")
    expect(facts).to_contain_text(f"210 × {work['pages'][0]['height']} pixels")
    expect(facts).to_contain_text("PNG")
    expect(page.get_by_role("region", name="Looks alike").get_by_role("link").first).to_contain_text("Relative")


def test_a_work_without_a_match_says_why(visitor: Visitor, gallery: Gallery) -> None:
    wordless = gallery.hang(pictures.jpeg(120, 90, seed=31), title="Wordless")
    open_work(visitor.page, wordless)
    expect(visitor.page.get_by_role("region", name="Match")).to_contain_text("There is no description yet")


def test_a_colour_is_copied_by_a_press(visitor: Visitor, work: Work) -> None:
    page = visitor.page
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_work(page, work)
    page.get_by_role("button", name=re.compile("Copy .*blue")).first.click()
    expect(page.locator(".announcer")).to_have_text(re.compile("Copied #"))
    assert page.evaluate("navigator.clipboard.readText()") == work["swatches"][0]["hex"]


def test_a_new_description_is_matched_on_the_open_page(visitor: Visitor, work: Work) -> None:
    page = visitor.page
    open_work(page, work)
    page.evaluate("window.sameDocument = true")
    edit(page, Title="Renamed", Description="A yellow desert")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("Renamed")
    phrases = page.get_by_role("list", name="Phrases of the description")
    expect(phrases.get_by_role("listitem").filter(has_text="yellow")).to_contain_text("not recognised")
    assert page.evaluate("window.sameDocument")


def test_the_later_of_two_tabs_is_told_what_the_other_changed(visitor: Visitor, work: Work) -> None:
    first, second = visitor.page, visitor.context.new_page()
    open_work(first, work)
    first.get_by_role("button", name="Edit").click()
    expect(first.get_by_role("dialog")).to_be_visible()
    open_work(second, work)
    edit(second, Title="By the second tab")
    expect(second.get_by_role("heading", level=1)).to_have_text("By the second tab")

    first.bring_to_front()
    visitor.expects("412 PATCH /api/v1/artworks/*")
    dialog = first.get_by_role("dialog")
    dialog.get_by_label("Title").fill("By the first tab")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("changed meanwhile in another place (title)")
    expect(dialog.get_by_label("Title")).to_have_value("By the first tab")  # nothing typed is lost
    dialog.get_by_role("button", name="Save").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("By the first tab")


def test_tags_are_kept_one_by_one_and_lead_to_their_works(visitor: Visitor, gallery: Gallery, work: Work) -> None:
    page = visitor.page
    open_work(page, work)
    page.get_by_role("button", name="Edit").click()
    tags = page.get_by_role("dialog").get_by_label("Your tags")
    tags.press_sequentially("deep water,")
    tags.press_sequentially("calm")
    tags.press("Enter")
    page.get_by_role("button", name="Remove sea").click()
    page.get_by_role("button", name="Save").click()
    shown = page.get_by_role("list", name="Tags by the artist")
    expect(shown.get_by_role("link")).to_have_text(["deep water", "calm"])
    gallery.wait_until_found(1, tag="deep water")
    shown.get_by_role("link", name="deep water").click()
    expect(page.get_by_role("list", name="Matches").get_by_role("link")).to_have_count(1)


def test_deleting_asks_first_and_the_work_is_gone(visitor: Visitor, work: Work) -> None:
    page = visitor.page
    open_work(page, work)
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this work?")
    expect(dialog).to_contain_text("cannot be undone")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete it").click()
    expect(page).to_have_title("Explore · Limn")
    expect(page.get_by_role("link", name=work["title"])).to_have_count(0)
    visitor.expects("404 GET /api/v1/artworks/*")
    page.goto(f"/artworks/{work['id']}")
    expect(page.get_by_role("heading", name="This work is not on the wall.")).to_be_visible()


def test_looking_again_is_one_press(visit: Callable[..., Visitor], work: Work) -> None:
    page = visit(viewport={"width": 390, "height": 800}).page
    open_work(page, work)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".announcer")).to_have_text(re.compile("Limn has looked at the picture"))
    expect(page.get_by_role("region", name="Caption by the machine")).to_be_visible()


def test_what_was_recognised_reads_as_one_line(visitor: Visitor, work: Work) -> None:
    open_work(visitor.page, work)
    chip = visitor.page.get_by_role("list", name="Phrases of the description").get_by_role("listitem").first
    box = chip.bounding_box()
    assert box
    assert box["height"] < 40
