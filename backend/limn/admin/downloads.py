"""The download of models inside a server: one at a time, in the background, until it is done or stopped."""

import logging
import threading
from collections.abc import Callable, Sequence

from anyio.abc import TaskGroup
from anyio.to_thread import run_sync

from limn.errors import Conflict, LimnError
from limn.settings import Settings

_log = logging.getLogger(__name__)


class Downloads:
    """`running` are the names that are still to come, the one that comes now first; `problems` tells what became of the others.
    Call from the event loop only."""

    def __init__(self, settings: Settings, tasks: TaskGroup, arrived: Callable[[], None]) -> None:
        """`arrived` is called after each model that came whole."""
        self._settings, self._tasks, self._arrived = settings, tasks, arrived
        self._stop = threading.Event()
        self.running: tuple[str, ...] = ()
        self.problems: dict[str, str] = {}

    def start(self, names: Sequence[str]) -> None:
        """Names that Limn knows. Raises Conflict while one runs."""
        if self.running:
            raise Conflict("A download is running: wait for it, or stop it first.", code="download_running")
        self.running = tuple(dict.fromkeys(names))
        self._stop = threading.Event()
        self._tasks.start_soon(self._run, self._stop)

    def stop(self) -> None:
        """Within a second or so; what has come is kept for the next time."""
        self._stop.set()

    async def _run(self, stop: threading.Event) -> None:
        try:
            while self.running:
                await self._bring(self.running[0], stop)
                self.running = () if stop.is_set() else self.running[1:]
        finally:
            self.running = ()

    async def _bring(self, name: str, stop: threading.Event) -> None:
        from limn.vision.download import download  # noqa: PLC0415  an HTTP client that most starts never need

        self.problems.pop(name, None)
        try:
            # the thread hears of a cancelled server by `stop`: it looks ten times a second, and leaves nothing half written
            await run_sync(lambda: download(self._settings, name, progress=lambda _: None, stop=stop))
        except LimnError as error:
            self._refuse(name, error.detail)
        except Exception as error:  # noqa: BLE001  whatever it was: it is no reason for a gallery to end
            self._refuse(name, f"It stopped unexpectedly: {error}")
        else:
            _log.info("the model %s has come", name)
            self._arrived()

    def _refuse(self, name: str, why: str) -> None:
        self.problems[name] = why
        _log.warning("the download of %s ended: %s", name, why)
