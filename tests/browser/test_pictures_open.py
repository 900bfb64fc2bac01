"""Every rendition of every kind of picture opens in the browser, as wide and high as the document says."""

from typing import Any

from playwright.sync_api import Page

import pictures
from browser.gallery import Gallery
from browser.visitor import Visitor

OPEN = """(all) => Promise.all(all.map(async ({ url, width, height }) => {
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}))"""


def opened(page: Page, work: dict[str, Any]) -> int:
    """How many renditions there are, once all were opened and found as large as they are said to be."""
    renditions = work["pages"][0]["renditions"]
    said = [[one["width"], one["height"]] for one in renditions]
    assert page.evaluate(OPEN, renditions) == said, work["title"]
    return len(renditions)


def test_every_rendition_opens_as_wide_as_it_says(visitor: Visitor, gallery: Gallery) -> None:
    files = {name: pictures.in_format(name, 700, 500, seed=n) for n, name in enumerate(pictures.FORMATS)}
    files |= {
        "large": pictures.jpeg(2600, 1300, seed=9),
        "turned": pictures.oriented("jpeg", 6, 400, 900, seed=10),
        "transparent": pictures.transparent_png(500, 400, seed=11),
        "palette": pictures.palette_png(350, 400, seed=12),
        "cmyk": pictures.cmyk_jpeg(400, 330, seed=13),
        "grey": pictures.grey_jpeg(330, 330, seed=14),
        "tiny": pictures.flat("#ff0000", 3, 2),
        "two in one": pictures.mpo(400, 300, seed=15),
    }
    works = gallery.hang_all((data, {"title": name}) for name, data in files.items())
    page = visitor.page
    page.goto("/")
    counts = {work["title"]: opened(page, work) for work in works}
    assert counts["large"] == 4
    assert counts["tiny"] == 1
    assert sum(counts.values()) >= 2 * len(files)
