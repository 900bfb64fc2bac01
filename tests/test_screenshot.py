"""The README's picture: what it may weigh, and that its script still starts. What hangs on it is the demo: test_demo."""

import sys

from PIL import Image

from checkout import ROOT, run

DOCS = ROOT / "docs"


def test_the_screenshot_is_small_and_as_wide_as_a_window() -> None:
    file = DOCS / "screenshot.webp"
    assert 50_000 < file.stat().st_size <= 200_000
    with Image.open(file) as image:
        assert (image.format, image.size) == ("WEBP", (1280, 800))


def test_the_script_that_takes_it_can_be_started() -> None:
    said = run([sys.executable, "-c", "import screenshot; print(screenshot.FILE.name, screenshot.LARGEST)"], cwd=DOCS)
    assert said.split() == ["screenshot.webp", "200000"]
