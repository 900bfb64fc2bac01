"""How work on a whole gallery is shown: a bar on a terminal, lines of JSON where a program asks for them, else nothing."""

import json
import shutil
import sys
import time
from types import TracebackType
from typing import Any, Self

import typer

_BAR = 24
_EVERY_SECONDS = 0.1


class Meter:
    """`said` is what `limn.maintenance` tells its progress. The bar goes to standard error, all else to standard output."""

    def __init__(self, *, json_lines: bool) -> None:
        self.json_lines = json_lines
        self._terminal = sys.stderr.isatty() and not json_lines
        self._drawn = False
        self._at = 0.0
        self._told: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def said(self, what: str, done: int, of: int) -> None:
        if self._terminal:
            self._draw(what, done, of)
        # a line for every tenth, or for each tenfold where nobody knows of how many
        elif self.json_lines and (tenths := 10 * done // of if of else len(str(done))) != self._told.get(what, -1):
            self._told[what] = tenths
            self.report(progress=what, done=done, of=of or None)

    def line(self, text: str) -> None:
        """A finding, for people."""
        self._leave()
        typer.echo(text)

    def report(self, **values: Any) -> None:
        """For programs."""
        typer.echo(json.dumps(values))

    def outcome(self, what: str, **counts: int) -> None:
        if self.json_lines:
            self.report(moved=what, **counts)
        else:
            self.line(f"{what}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))

    def _draw(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if now - self._at < _EVERY_SECONDS and done != of:
            return
        self._at = now
        bar = "#" * round(_BAR * done / of) if of else ""
        text = f"{what:9} [{bar:·<{_BAR}}] {_of(done, of)}"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{text[:width]:{width}}")
        sys.stderr.flush()
        self._drawn = True

    def _leave(self) -> None:
        if self._drawn:
            sys.stderr.write("\n")
            self._drawn = False


def _of(done: int, of: int) -> str:
    return f"{done} of {of}" if of else str(done)
