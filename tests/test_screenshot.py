"""The README's picture: what it may weigh, and that the works on it can still be drawn."""

import json
import sys

from PIL import Image

from checkout import ROOT, run

DOCS = ROOT / "docs"
# title, category, size, and how many colours are left at 24 × 24
DRAW = """
import json, wall
def told(drawing):
    image = drawing.draw()
    small = image.resize((24, 24)).quantize(64).getcolors()
    return drawing.title, drawing.category, image.size, len(small)
print(json.dumps([told(drawing) for drawing in wall.DRAWINGS]))
"""


def test_the_screenshot_is_small_and_as_wide_as_a_window() -> None:
    file = DOCS / "screenshot.webp"
    assert 50_000 < file.stat().st_size <= 200_000
    with Image.open(file) as image:
        assert (image.format, image.size) == ("WEBP", (1280, 800))


def test_the_works_on_it_are_drawn_by_code() -> None:
    drawn = json.loads(run([sys.executable, "-c", DRAW], cwd=DOCS))
    assert len({title for title, *_ in drawn}) == len(drawn) >= 12
    assert {category for _, category, *_ in drawn} == {"portraits", "illustrations", "comics"}
    shapes = {"wide" if wide > high else "tall" if high > wide else "square" for _, _, (wide, high), _ in drawn}
    assert shapes == {"wide", "tall", "square"}
    assert all(800 <= max(size) <= 2000 and colours > 8 for _, _, size, colours in drawn)


def test_the_script_that_takes_it_can_be_started() -> None:
    said = run([sys.executable, "-c", "import screenshot; print(screenshot.FILE.name, screenshot.LARGEST)"], cwd=DOCS)
    assert said.split() == ["screenshot.webp", "200000"]
