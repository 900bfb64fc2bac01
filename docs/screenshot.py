"""Hangs the demo in a gallery of its own, and takes the picture of its wall that the README shows: screenshot.webp."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from PIL import Image
from playwright.sync_api import sync_playwright

FILE = Path(__file__).with_name("screenshot.webp")
WIDTH, HEIGHT = 1280, 800
LARGEST = 200_000  # bytes: what a README may cost a reader
LIMN = (sys.executable, "-m", "limn")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 120.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, gallery(Path(folder)) as url:
        hang(Path(folder))
        wait_until_seen(url)
        FILE.write_bytes(squeezed(photograph(url)))
    print(f"{FILE}: {FILE.stat().st_size // 1000} kB")  # noqa: T201  it is a script


@contextmanager
def gallery(folder: Path) -> Iterator[str]:
    """The address of a server that lives as long as the block."""
    command = [*LIMN, "serve", "--port", "0", "--data-dir", str(folder)]
    environment = without_settings() | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder) as server:  # noqa: S603  ourselves
        try:
            assert server.stdout is not None
            said = (
                line.removeprefix("Limn is at ").strip() for line in server.stdout if line.startswith("Limn is at ")
            )
            yield next(said)
        finally:
            server.terminate()


def hang(folder: Path) -> None:
    command = [*LIMN, "demo", "--data-dir", str(folder)]
    subprocess.run(command, check=True, env=without_settings(), cwd=folder)  # noqa: S603  ourselves


def without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LIMN_")}


def wait_until_seen(url: str) -> None:
    """Until Limn has looked at all of them."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        works = httpx2.get(f"{url}/api/v1/artworks", params={"limit": 100}, trust_env=False).json()["items"]
        states = {work["analysis"]["state"] for work in works}
        if states == {"done"}:
            return
        time.sleep(0.2)
    sys.exit(f"not all pictures were analysed within {_PATIENCE:.0f} s: {states}")


def photograph(url: str) -> bytes:
    """The start page as PNG, once every picture in sight is there."""
    path = next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM") or "", *_BROWSERS))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto(url)
        page.wait_for_selector("artwork-wall img")
        page.wait_for_load_state("networkidle")
        page.evaluate("Promise.all([...document.images].slice(0, 8).map((image) => image.decode()))")
        picture = page.screenshot()
        browser.close()
    return picture


def squeezed(png: bytes) -> bytes:
    """As WebP, in the best quality that fits."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in range(92, 40, -4):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise ValueError("the picture does not fit")


if __name__ == "__main__":
    main()
