"""The 20 photographs beside the repository, on the same walk as a user's own: analysed, listed, found, shown."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.gallery import Gallery
from browser.test_pictures_open import opened
from browser.visitor import Visitor
from checkout import ROOT

FOLDER = ROOT.parent / "shared" / "pictures"
CATEGORIES = ("portraits", "illustrations", "comics")
PLAIN = {
    "with",
    "that",
    "this",
    "there",
    "from",
    "into",
    "them",
    "their",
    "some",
    "through",
    "while",
    "which",
    "next",
    "very",
}

pytestmark = pytest.mark.skipif(
    not (FOLDER / "manifest.json").is_file(),
    reason=f"NO REAL PICTURES TRIED: {FOLDER.name} lies not beside the repository",
)


@pytest.fixture(scope="module")
def photographs(gallery: Gallery) -> list[dict[str, Any]]:
    said = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return gallery.hang_all(
        (
            (FOLDER / one["file"]).read_bytes(),
            {"title": f"Photograph {n}", "description": one["captions"][0], "category": CATEGORIES[n % 3]},
        )
        for n, one in enumerate(said)
    )


def two_words(description: str) -> str:
    """The two longest words that say something: what somebody would remember of it."""
    words = [word for word in re.findall(r"[a-z]{4,}", description.lower()) if word not in PLAIN]
    return " ".join(sorted(dict.fromkeys(words), key=len)[-2:])


def test_all_are_analysed_and_listed_by_category(visitor: Visitor, photographs: list[dict[str, Any]]) -> None:
    assert len(photographs) == 20
    assert [work["analysis"]["state"] for work in photographs] == ["done"] * 20
    assert all(work["analysis"]["caption"] and work["swatches"] for work in photographs)
    page = visitor.page
    for category in CATEGORIES:
        page.goto(f"/?category={category}")
        hung = {work["title"] for work in photographs if work["category"] == category}
        titles = page.locator("artwork-wall .title")
        expect(titles).to_have_count(len(hung))
        assert set(titles.all_inner_texts()) == hung


def test_each_is_found_by_two_words_of_its_description(visitor: Visitor, photographs: list[dict[str, Any]]) -> None:
    page = visitor.page
    ranks = {}
    for work in photographs:
        words = two_words(work["description"])
        page.goto(f"/search?q={words.replace(' ', '+')}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(words)
        found = page.locator("artwork-wall .title").all_inner_texts()
        ranks[words] = found.index(work["title"]) + 1 if work["title"] in found else None
    assert {words: rank for words, rank in ranks.items() if rank not in {1, 2, 3}} == {}


def test_every_rendition_of_them_opens(visitor: Visitor, photographs: list[dict[str, Any]]) -> None:
    visitor.page.goto("/")
    assert sum(opened(visitor.page, work) for work in photographs) >= 40
