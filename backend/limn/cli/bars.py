"""How a download is shown: a bar that moves on a terminal, a line for every tenth of it elsewhere. On standard error."""

import shutil
import sys
import time
from types import TracebackType
from typing import Self

from limn.vision.download import Progress

_BAR = 24


class Bar:
    """`told` is what a download wants called. Leaves the terminal's line in any case."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._began: tuple[float, int] | None = None
        self._tenths = -1
        self._drawn = self._waits = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\n")

    def told(self, progress: Progress) -> None:
        if progress.waiting and not self._waits:
            self._waits = True
            self._line(f"{progress.name}: another process brings it; waiting for that.")
        if self._terminal:
            self._draw(progress)
        elif (tenths := 10 * progress.done_bytes // max(1, progress.total_bytes)) > self._tenths:
            self._tenths = tenths
            self._line(f"{progress.name}: {_of(progress)}")

    def _draw(self, progress: Progress) -> None:
        now = time.monotonic()
        began, bytes_then = self._began = self._began or (now, progress.done_bytes)
        share = progress.done_bytes / max(1, progress.total_bytes)
        bar = "#" * round(_BAR * share)
        speed = (progress.done_bytes - bytes_then) / (now - began) if now - began > 1 else 0
        text = f"{progress.name} [{bar:·<{_BAR}}] {_of(progress)}{f', {speed / 1e6:.1f} MB/s' if speed > 0 else ''}"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{text[:width]:{width}}")
        sys.stderr.flush()
        self._drawn = True

    def _line(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _of(progress: Progress) -> str:
    total = max(1, progress.total_bytes)
    return f"{100 * progress.done_bytes // total} % of {total / 1e6:.1f} MB"
