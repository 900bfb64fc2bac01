"""Words that mean harm are shown as words: on every page, in every field, as the name of a file and as a question."""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

import pictures
from browser.gallery import Gallery, chosen
from browser.visitor import Visitor

HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}${alert(1)}",
    '<a href="javascript:alert(1)">press</a>',
    '" onfocus=alert(1) autofocus tabindex=1 x="',
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></math>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--><base href=//evil.example/><link rel=stylesheet href=//evil.example/x.css>",
]
# what is on the page: the names of its elements, and every attribute that would run something
ANATOMY = """() => {
  const all = [...document.querySelectorAll("*")];
  return {
    names: [...new Set(all.map(({ localName }) => localName))],
    handlers: all.flatMap((e) => [...e.attributes]).filter(({ name }) => /^on|^srcdoc$/.test(name)).length,
    urls: all.flatMap((e) => [e.getAttribute("href"), e.getAttribute("src")]).filter((url) => /^\\s*javascript:/i.test(url ?? "")),
  };
}"""
Work = dict[str, Any]
TAG_LENGTH = 60


@pytest.fixture(scope="module")
def harmless(gallery: Gallery) -> Work:
    return gallery.hang(pictures.flat("#336699", 80, 60), **words_of("plain"))


@pytest.fixture(scope="module")
def works(gallery: Gallery, harmless: Work) -> list[Work]:
    hung = gallery.hang_all((pictures.flat(f"#33669{n:x}", 81, 60), words_of(text)) for n, text in enumerate(HARMFUL))
    gallery.wait_until_alike(harmless, *hung)
    return hung


def words_of(text: str) -> dict[str, str]:
    return {
        "title": text,
        "description": f"Red {text}",
        "alt_text": f"Alt {text}",
        "tags": text.replace(",", "")[:TAG_LENGTH],
    }


def anatomy(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(ANATOMY)
    assert (found["handlers"], found["urls"]) == (0, []), page.url
    return found


def test_a_work_made_of_harmful_words_is_drawn_like_any_other(
    visitor: Visitor, works: list[Work], harmless: Work
) -> None:
    page = visitor.page
    open_all(page, harmless)
    usual = set(anatomy(page)["names"])
    for work, text in zip(works, HARMFUL, strict=True):
        open_all(page, work)
        expect(page.get_by_role("heading", level=1)).to_have_text(text)
        expect(page.locator(".description")).to_have_text(f"Red {text}")
        expect(page.get_by_role("figure").get_by_role("img")).to_have_attribute("alt", f"Alt {text}")
        expect(page).to_have_title(f"{text} · Limn")
        tags = [tag["name"] for tag in work["tags"] if tag["source"] == "artist"]
        expect(page.get_by_role("list", name="Tags by the artist").get_by_role("link")).to_have_text(tags)
        expect(page.get_by_role("dialog").get_by_role("textbox", name="Title")).to_have_value(text)
        expect(page.get_by_role("dialog").get_by_role("textbox", name="Description")).to_have_value(f"Red {text}")
        assert set(anatomy(page)["names"]) <= usual, text


def open_all(page: Page, work: Work) -> None:
    page.goto(f"/artworks/{work['id']}")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("dialog").get_by_role("textbox", name="Title")).to_be_visible()
    expect(page.get_by_role("region", name="Looks alike", include_hidden=True).get_by_role("link")).not_to_have_count(0)


def test_a_wall_of_harmful_words_is_a_wall_of_words(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    page.goto("/")
    for text in HARMFUL:
        expect(page.locator("artwork-wall .title").get_by_text(text, exact=True)).to_be_visible()
    usual = {"html", "head", "meta", "title", "link", "script", "body", "a", "header", "search-box", "search", "form"}
    usual |= {"input", "kbd", "button", "svg", "circle", "path", "nav", "noscript", "main", "h1", "category-tabs", "ul"}
    usual |= {"li", "small", "span", "artwork-wall", "img", "wall-note", "load-more", "p", "footer", "em"}
    usual |= {"new-works", "light-box", "dialog", "div", "figure"}
    assert set(anatomy(page)["names"]) <= usual


def test_a_harmful_question_is_only_a_question(visitor: Visitor, works: list[Work]) -> None:
    page = visitor.page
    for text in HARMFUL:
        page.goto(f"/search?{urlencode({'q': text})}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"“{text}”")
        expect(page.get_by_role("searchbox", name="Search the gallery")).to_have_value(text)
        anatomy(page)
    for text in HARMFUL[:3]:
        page.goto(f"/search?{urlencode({'tag': text, 'category': text, 'artist': text})}")
        expect(page.get_by_role("list", name="Filters in use").get_by_role("link").first).to_contain_text(text)
        anatomy(page)


def test_a_file_may_be_called_anything(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/upload")
    expect(page.get_by_text("up to 64 MB")).to_be_visible()
    bad = [chosen(f"{text}.txt", b"no picture", "text/plain") for text in HARMFUL]
    good = [chosen(f"{text}.png", pictures.flat("#336699", 30, 30)) for text in HARMFUL[:3]]
    page.get_by_label("Drop pictures here").set_input_files(bad + good)
    rows = page.locator("upload-row")
    expect(rows).to_have_count(len(bad) + len(good))
    names = page.evaluate("[...document.querySelectorAll('upload-row')].map(({ file }) => file.name)")
    for index, name in enumerate(names[: len(bad)]):
        expect(rows.nth(index).locator("strong")).to_have_text(name)
    for index, name in enumerate(names[len(bad) :], len(bad)):
        expect(rows.nth(index).get_by_role("status")).to_contain_text(name)
    anatomy(page)
