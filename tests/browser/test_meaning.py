"""Finding works by what their words mean, as a visitor does who uses other words."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

import pictures
import sentence_model
from browser.gallery import Gallery
from browser.visitor import Visitor
from patience import wait_until
from serving import Server


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    sentence_model.folder()
    with Server(tmp_path_factory.mktemp("gallery") / "data", LIMN_SENTENCES="auto") as server:
        found = Gallery(server)
        works = [
            ("Morning", "A ginger cat asleep on the windowsill", "illustrations"),
            ("The keeper", "A lighthouse above a black sea", "comics"),
            ("Cellist", "She bends over her cello", "portraits"),
        ]
        found.hang_all(
            (pictures.jpeg(160, 120, seed=n), {"title": title, "description": words, "category": room})
            for n, (title, words, room) in enumerate(works)
        )
        with found.client as client:
            wait_until(lambda: client.get("/search", params={"q": "feline"}).json().get("answer") == "strong")
        yield found


def test_feline_finds_the_cat_says_why_and_opens_it(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto("/")
    box = page.get_by_role("searchbox", name="Search the gallery")
    box.fill("feline")
    box.press("Enter")
    matches = page.get_by_role("list", name="Matches", exact=True).get_by_role("link")
    expect(matches).to_have_count(1)
    expect(matches.first).to_contain_text("Morning")
    why = page.get_by_role("list", name="Why it was found").first
    expect(why).to_contain_text("Words close to “A ginger cat asleep on the windowsill”")
    matches.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Morning")


def test_what_is_meant_by_nothing_is_said_to_be_nothing(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto("/search?q=quantum+physics+lecture")
    expect(page.get_by_text("No work clearly fits “quantum physics lecture”")).to_be_visible()
