"""Every page at every width, light and dark: nothing to scroll to at the side, nothing over another, nothing axe-core minds."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import pictures
from browser.gallery import Gallery, chosen
from browser.looks import inaccessible, overlaps, settle, sideways
from browser.visitor import Visitor

WIDTHS = {360: 740, 768: 1024, 1280: 800, 2560: 1440}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
Prepare = Callable[[Page, dict[str, Any]], None]


@pytest.fixture(scope="module")
def work(gallery: Gallery) -> dict[str, Any]:
    """The first of nine works of every shape, with words that do not break."""
    gallery.hang_all(
        (pictures.jpeg(160 + 130 * (n % 3), 90 + 170 * (n % 4), seed=n), {"title": f"Fox {n} {LONG[: 9 * n]}"})
        for n in range(8)
    )
    words = f"A red evening, {LONG}, blue light\nand a second line. " * 4
    found = gallery.hang(
        pictures.jpeg(900, 640, seed=40),
        title=f"Fox {LONG}",
        description=words,
        alt_text=LONG,
        tags=f"fox, snow, {LONG[:60]}, evening, very quiet place, ink on paper",
        visibility="unlisted",
        ai_generated="true",
    )
    gallery.wait_until_found(9, q="fox")
    gallery.wait_until_alike(found)
    return found


def upload_rows(page: Page, _work: dict[str, Any]) -> None:
    page.goto("/upload")
    expect(page.get_by_text("up to 64 MB")).to_be_visible()
    files = [
        chosen(f"{LONG}.png", pictures.flat("#b02040", 300, 90)),
        chosen("notes.txt", b"no picture", "text/plain"),
        chosen("tall.jpg", pictures.jpeg(90, 300, seed=77), "image/jpeg"),
    ]
    page.get_by_label("Drop pictures here").set_input_files(files)
    expect(page.locator("upload-row")).to_have_count(3)


def upload_answers(page: Page, work: dict[str, Any]) -> None:
    upload_rows(page, work)
    page.get_by_label("Category", exact=True).first.select_option(label="Comics")
    page.get_by_role("form", name=f"Words for {LONG}").get_by_label("Description").fill(f"Red, {LONG}, blue")
    page.get_by_role("button", name="Publish 2 works").click()
    expect(page.get_by_role("region", name="Caption by the machine")).to_have_count(2)
    expect(page.get_by_text("2 works on the wall")).to_be_visible()


def editor(page: Page, work: dict[str, Any]) -> None:
    page.goto(f"/artworks/{work['id']}")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def removal(page: Page, work: dict[str, Any]) -> None:
    page.goto(f"/artworks/{work['id']}")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def visited(address: str, shown: str) -> Prepare:
    def prepare(page: Page, work: dict[str, Any]) -> None:
        page.goto(address.format(**work))
        expect(page.locator(shown).first).to_be_visible()

    return prepare


PLACES: dict[str, Prepare] = {
    "explore": visited("/", "artwork-wall img.loaded"),
    "an empty room": visited("/?category=portraits", "wall-note h2"),
    "a work": visited("/artworks/{id}", ".similar img.loaded"),
    "no work": visited("/artworks/none", "wall-note h1"),
    "the editor": editor,
    "the removal": removal,
    "search": visited("/search?q=fox+red&category=illustrations&tag=fox", ".wall-note, filter-bar a"),
    "results": visited("/search?q=fox+red", "artwork-wall img.loaded"),
    "nothing found": visited(f"/search?q={LONG}{LONG}", "wall-note p"),
    "upload": visited("/upload", "drop-zone .hint"),
    "upload rows": upload_rows,
    "upload answers": upload_answers,
    "eyes": visited("/admin", "eyes-report h2"),
    "api docs": visited("/api/docs", "api-reference h2"),
    "nowhere": visited("/no/such/page", "h1"),
}
FAILING = {"no work": "404 GET /api/v1/artworks/none", "nowhere": "404 GET /no/such/page"}


@pytest.mark.parametrize("place", PLACES)
def test_a_page_fits_and_is_accessible(visitor: Visitor, work: dict[str, Any], place: str) -> None:
    if place in FAILING:
        visitor.expects(FAILING[place])
    page = visitor.page
    PLACES[place](page, work)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        assert sideways(page) <= 0, f"{place} at {width}"
        assert overlaps(page) == [], f"{place} at {width}"
    for scheme, width in (("light", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        settle(page)
        with visitor.unheard(page):  # axe-core adds a style that the page's policy refuses
            findings = inaccessible(page)
        assert findings == [], f"{place}, {scheme}, {width}"


def test_what_is_wrong_on_a_page_is_seen(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/upload")
    expect(page.get_by_text("up to 64 MB")).to_be_visible()
    faults = {
        "drop-zone .hint": {"color": "#eeeeee"},
        "h1": {"marginBlockEnd": "-90px", "inlineSize": "150vw"},
    }
    for selector, style in faults.items():
        page.locator(selector).evaluate("(element, style) => Object.assign(element.style, style)", style)
    assert sideways(page) > 0
    assert any("h1" in pair for pair in overlaps(page))
    with visitor.unheard(page):
        assert [one for one in inaccessible(page) if "color-contrast" in one]


def test_dark_is_dark_and_light_is_light(visitor: Visitor) -> None:
    page = visitor.page
    for scheme, dark in (("light", False), ("dark", True)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto("/search")
        light = page.evaluate(
            "parseFloat(getComputedStyle(document.documentElement).backgroundColor.match(/[\\d.]+/)[0])"
        )
        assert (light < 0.3) is dark
