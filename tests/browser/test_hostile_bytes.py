"""Bytes that are two things at once stay what they were taken for: files to download, never a page and never a script."""

import struct
from pathlib import Path

from playwright.sync_api import Error, Page

import hostile
from browser.gallery import Gallery
from browser.visitor import Visitor

RUN = "window.ran = true"


def gif_that_is_a_script() -> bytes:
    """`GIF89a/*…*/=1;…`: its width spells the start of a comment, its trailer is followed by the end of it."""
    screen = b"GIF89a/*" + struct.pack("<HBBB", 4, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return screen + frame + b"\x3b*/=1;" + RUN.encode()


def download(page: Page, address: str, folder: Path) -> bytes:
    """What comes of visiting the address: a download, while the page stays where it was."""
    before = page.url
    with page.expect_download() as coming:
        try:
            page.goto(address)
        except Error as error:
            assert "Download is starting" in error.message  # noqa: PT017  the way Playwright tells it
    assert page.url == before
    coming.value.save_as(folder / "got")
    return (folder / "got").read_bytes()


def test_a_picture_that_is_also_a_script_runs_nowhere(visitor: Visitor, gallery: Gallery, tmp_path: Path) -> None:
    data = gif_that_is_a_script()
    work = gallery.hang(data, title="Two at once", original_public="true")
    address = f"/api/v1/artworks/{work['id']}/original"
    page = visitor.page
    page.goto("/")
    page.evaluate(data.decode("latin-1"))
    assert page.evaluate("window.ran"), "it is a script, where anybody would run it"

    page.goto("/search")
    visitor.expects("console error: Refused to execute script *")
    loaded = page.evaluate(
        """(src) => new Promise((tell) => {
          const script = Object.assign(document.createElement("script"), { src });
          script.onload = () => tell("ran");
          script.onerror = () => tell("refused");
          document.head.append(script);
        })""",
        address,
    )
    assert loaded == "refused"
    assert page.evaluate("window.ran") is None
    assert download(page, address, tmp_path) == data


def test_a_picture_that_is_also_a_page_is_downloaded(visitor: Visitor, gallery: Gallery, tmp_path: Path) -> None:
    data = hostile.polyglot("jpeg-html")
    work = gallery.hang(data, title="Page inside", original_public="true")
    page = visitor.page
    page.goto("/")
    assert download(page, f"/api/v1/artworks/{work['id']}/original", tmp_path) == data
    page.goto(f"/artworks/{work['id']}")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the original").click()
    coming.value.save_as(tmp_path / "pressed")
    assert (tmp_path / "pressed").read_bytes() == data
    assert coming.value.suggested_filename.endswith((".jpg", ".jpeg"))
