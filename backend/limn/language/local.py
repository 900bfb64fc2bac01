"""The sentence model of this machine: opened when its files come, replaced when they change, gone when they go."""

import logging
from collections.abc import Sequence
from pathlib import Path

from anyio.to_thread import run_sync

from limn.errors import BadSettings
from limn.language import files
from limn.language.minilm import SPACE, MiniLM

_log = logging.getLogger(__name__)
Stamp = tuple[tuple[str, int, int], ...]


class LocalSentences:
    """`model` is None where no files are, or where they are not the right ones: then `problem` says why."""

    space = SPACE

    def __init__(self, folders: Sequence[Path]) -> None:
        """The folders in which it is looked for, in order."""
        self._folders = folders
        self._stamp: Stamp | None = None
        self._warm = False
        self.model: MiniLM | None = None
        self.problem: str | None = None

    async def refresh(self, *, warm: bool) -> None:
        """See what came, changed or went. `warm`: load what was not loaded yet, and use nothing that cannot be."""
        folder, stamp = await run_sync(self._look)
        if stamp != self._stamp:
            self._stamp, self._warm, self.problem = stamp, False, None
            self.model = None if folder is None else MiniLM(folder)
        if warm and self.model is not None and not self._warm:
            await self._warm_up(self.model)

    def _look(self) -> tuple[Path | None, Stamp]:
        folder = files.find(self._folders)
        try:
            return folder, () if folder is None else tuple(_seen(folder / name) for name in files.SHA256)
        except OSError:  # gone in between
            return None, ()

    async def _warm_up(self, model: MiniLM) -> None:
        self._warm = True
        try:
            await model.warm_up()
        except BadSettings as error:
            self.model, self.problem = None, error.detail
            _log.warning("the sentence model is not used: %s", error.detail)
        except MemoryError:  # there was not enough just now; each question tries again
            _log.warning("the sentence model could not be loaded yet: out of memory")


def _seen(path: Path) -> tuple[str, int, int]:
    seen = path.stat()
    return str(path), seen.st_size, seen.st_mtime_ns
