"""Fixtures of the journeys: a Chromium and a gallery for each module, a visitor for each story."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.gallery import Gallery
from browser.visitor import Visitor
from patience import PATIENCE_SECONDS
from serving import Server

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=1000 * PATIENCE_SECONDS / 2)  # waited for only where something is slow or wrong


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


# Playwright's event loop runs in this thread until it is closed, and no async test can start one meanwhile: so each module
# has its own (0.6 s), and files may come in any order.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM") or "", *_NAMES))), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium is here: `make browser` installs it")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=_FLAGS, timeout=1000 * PATIENCE_SECONDS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    with Server(tmp_path_factory.mktemp("gallery") / "data") as server:
        yield Gallery(server)


@pytest.fixture
def visit(browser: Browser, gallery: Gallery, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """Visitors with wishes of their own (viewport, color_scheme…); nothing may go wrong for any of them."""
    visitors: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, gallery.url, **options))
        return visitors[-1]

    yield come
    if request.node.stash.get(_FAILED, False):
        for visitor in visitors:
            visitor.context.close()
        print(*(trouble for visitor in visitors for trouble in visitor.troubles), sep="\n")  # noqa: T201  beside the failure
        return
    for visitor in visitors:
        visitor.leave()


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    """Somebody at a desk: 1280 × 800, light."""
    return visit(viewport={"width": 1280, "height": 800})
