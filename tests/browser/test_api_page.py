"""The HTTP interface for people: every call is there, its line works in a shell, and a problem's `type` leads to its words."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import pictures
from browser.gallery import Gallery
from browser.visitor import Visitor


@pytest.fixture
def page(visitor: Visitor) -> Page:
    visitor.page.goto("/api/docs")
    expect(visitor.page.get_by_role("heading", name="Error codes")).to_be_visible()
    return visitor.page


@pytest.fixture(scope="module")
def document(gallery: Gallery) -> dict[str, Any]:
    with gallery.client as client:
        found: dict[str, Any] = client.get(f"{gallery.url}/api/openapi.json").json()
    return found


def calls(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), path, said) for path, methods in document["paths"].items() for m, said in methods.items()]


def test_every_call_and_every_shape_is_on_the_page(page: Page, document: dict[str, Any]) -> None:
    assert len(calls(document)) > 15
    for method, path, said in calls(document):
        article = page.locator(f"article#{said['operationId']}")
        assert article.get_by_role("heading", level=3).inner_text() == f"{method} {path}"
        shown = article.inner_text()
        names = [one["name"] for one in said.get("parameters", [])]
        assert [name for name in names if name not in shown] == []
        assert [status for status in said["responses"] if status not in shown] == []
    nouns = page.locator("article").evaluate_all("(all) => all.map(({ id }) => id)")
    assert set(document["components"]["schemas"]) <= set(nouns)
    dangling = page.evaluate(
        "[...document.querySelectorAll('api-reference a')].map((a) => decodeURIComponent(a.hash.slice(1)))"
        ".filter((id) => !document.getElementById(id))"
    )
    assert dangling == []


def test_a_problem_leads_to_its_words(page: Page, gallery: Gallery) -> None:
    with gallery.client as client:
        answers = [
            client.get("/artworks/none"),
            client.put("/categories"),
            client.get("/artworks", params={"cursor": "nonsense"}),
            client.get("/artworks", params={"limit": 1000}),
            client.get("/search", params={"colour": "red"}),
            client.patch("/artworks/none", content=b"{", headers={"Content-Type": "application/json"}),
            client.post("/artworks", data={"title": "A", "category": "comics"}, files={"other": b"x"}),
            client.post("/artworks", data={"title": "A", "category": "comics"}, files={"file": b"no picture"}),
            client.post("/artworks", data={"title": "A", "category": "none"}, files={"file": pictures.png()}),
            client.get("/limits", headers={"Host": "elsewhere.example"}),
            client.get("/limits", headers={"X-Forwarded-For": "10.0.0.1"}),
            client.delete("/artworks/none", headers={"Sec-Fetch-Site": "cross-site"}),
        ]
    types = {answer.json()["type"] for answer in answers}
    assert len(types) >= 8, types
    for kind in types:
        address, _, code = kind.partition("#")
        assert address == "/api/docs"
        expect(page.locator(f"[id='{code}'] dd")).not_to_be_empty()
    page.goto("/api/docs#not_found")
    expect(page.locator("#not_found")).to_be_in_viewport()


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT TRIED: curl is not here")
def test_the_line_shown_works_in_a_shell(visitor: Visitor, page: Page, tmp_path: Path) -> None:
    (tmp_path / "picture.jpg").write_bytes(pictures.jpeg(120, 90, seed=8))
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for call, expected in (
        ("createArtwork", b'"title":"Fox at dawn"'),
        ("searchArtworks", b'"items"'),
        ("getLimits", b"max_pixels"),
    ):
        page.locator(f"article#{call}").get_by_role("button", name="Copy the line").click()
        expect(page.locator(".announcer")).to_have_text("Copied")
        line = page.evaluate("navigator.clipboard.readText()")
        words = [word for word in shlex.split(line) if word.strip()]
        assert words[0] == "curl"
        done = subprocess.run(
            [*words, "-sS", "--noproxy", "*"], cwd=tmp_path, capture_output=True, check=True, timeout=30
        )
        assert expected in done.stdout.replace(b'": ', b'":'), done.stdout[:300]


def test_the_contents_lead_to_each_call_by_keys(page: Page) -> None:
    contents = page.get_by_role("navigation", name="Calls")
    link = contents.get_by_role("link", name="GET /search")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#searchArtworks")).to_be_in_viewport()
