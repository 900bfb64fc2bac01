"""A person with a browser: everything that goes wrong for them is kept, and at the end nothing may have that was not named."""

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, WebError

from patience import PATIENCE_SECONDS

# the browser says so on the document alone; a line in the console reaches us from every page of the context
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
  console.error(`CSP: ${violatedDirective} ${blockedURI} in ${sourceFile}`));
"""
# a page shown too late for its transition is shown without one; the transition is the stylesheet's, so Chromium's rejection of it
# reaches no script that could mind it. Seen on a busy machine only
_LATE = "Transition was aborted because of invalid state"
_ECHO = "Failed to load resource"  # the console's words for an answer that `_heard_answer` has kept already


class Visitor:
    """`page` is the first tab. Works as a context manager that asserts on leaving, unless the story failed before."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(base_url=url, **options)
        self.troubles: list[str] = []
        self._expected: list[str] = []
        self.context.set_default_timeout(1000 * PATIENCE_SECONDS / 2)
        self.context.add_init_script(_TELL_VIOLATIONS)
        self.context.on("console", self._heard_console)
        self.context.on("weberror", self._heard_error)
        self.context.on("response", self._heard_answer)
        self.context.on("requestfailed", self._heard_failure)
        self.context.on("dialog", self._heard_dialog)
        self.page: Page = self.context.new_page()

    def expects(self, *troubles: str) -> None:
        """What is meant to go wrong, by name: `412 PATCH /api/v1/artworks/*`. It has to happen, then."""
        self._expected += troubles

    @contextmanager
    def unheard(self, page: Page) -> Iterator[None]:
        """What a tool of the test does to the page inside the block is not the page's doing."""
        page.evaluate("0")
        before = list(self.troubles)
        yield
        # a violation is told in a task of its own, which may come after the answer to a plain round trip
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 150)))")
        self.troubles[:] = before

    def leave(self) -> None:
        """Close every tab. Raises AssertionError where something went wrong unnamed, or something named did not."""
        for page in self.context.pages:
            page.evaluate("0")  # a round trip, so that what happened is also heard
        self.context.close()
        unnamed = [one for one in self.troubles if not any(fnmatchcase(one, name) for name in self._expected)]
        missing = [name for name in self._expected if not any(fnmatchcase(one, name) for one in self.troubles)]
        assert unnamed == [], unnamed
        assert missing == [], f"expected, but it did not happen: {missing}"

    def _heard_error(self, error: WebError) -> None:
        if _LATE not in str(error.error):
            self.troubles.append(f"page error: {error.error}")

    def _heard_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_ECHO):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _heard_answer(self, answer: Response) -> None:
        if answer.status >= 400:
            self.troubles.append(f"{answer.status} {answer.request.method} {urlsplit(answer.url).path}")

    def _heard_failure(self, request: Request) -> None:
        # ERR_ABORTED is what the page itself called off: a stream it closed, a search that was typed over, a download
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"{request.failure} {request.method} {urlsplit(request.url).path}")

    def _heard_dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog {dialog.type}: {dialog.message}")
        dialog.dismiss()
