"""The local models that the settings name: opened when their files are whole, replaced when these change, closed when they go."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from anyio.to_thread import run_sync

from limn.errors import BadSettings, EyesAway, NotServed
from limn.settings import Settings
from limn.vision import weights

if TYPE_CHECKING:
    from limn.vision.onnx import Clip, LocalCaptioner

_log = logging.getLogger(__name__)
GRACE_SECONDS = 60.0  # what was replaced stays open so long, for whoever still holds it in hand

Model = TypeVar("Model", "Clip", "LocalCaptioner")
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(eq=False)
class _Slot(Generic[Model]):
    """What was made of the files that `stamp` is of; `model` is None where nothing could be."""

    name: str
    stamp: Stamp | None = None
    model: Model | None = None
    warm: bool = False


class LocalModels:
    """`problems` tells by a model's name why files that are there are not used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        names = weights.configured(settings)
        self._clip: _Slot[Clip] = _Slot(names["clip"])
        self._captioner: _Slot[LocalCaptioner] = _Slot(names["captioner"])
        self._former: _Slot[Clip] | None = None
        self._left: list[tuple[float, _Slot[Any]]] = []
        self._unreached: tuple[str, Stamp] | None = None
        self.problems: dict[str, str] = {}

    @property
    def clip(self) -> "Clip | None":
        return self._clip.model

    @property
    def captioner(self) -> "LocalCaptioner | None":
        return self._captioner.model

    @property
    def former(self) -> "Clip | None":
        """Of the space that `reach` was asked for."""
        return self._former.model if self._former else None

    @property
    def in_use(self) -> frozenset[str]:
        """Their names."""
        return frozenset(slot.name for slot in (self._clip, self._captioner) if slot.model)

    async def refresh(self, *, warm: bool) -> None:
        """See what came, changed or went. `warm`: load what was not loaded yet, and use nothing that cannot be."""
        from limn.vision.onnx import open_captioner, open_clip  # noqa: PLC0415  only where local models are wanted

        self._clip = await self._refreshed(self._clip, open_clip, warm=warm)
        # whoever only answers searches needs nobody who captions
        captions = warm and self._settings.workers > 0
        self._captioner = await self._refreshed(self._captioner, open_captioner, warm=captions)
        self._close_those_left()

    async def reach(self, space: str | None) -> None:
        """Have `former` embed in this space, where its files are still there or its model still open."""
        if self._former is not None and self._former.model is not None and self._former.model.space == space:
            return
        if self._former is not None:
            self._leave(self._former)
        self._former = None if space is None else await self._found(space)

    def close(self) -> None:
        for slot in (self._clip, self._captioner, *(slot for _, slot in self._left), self._former):
            if slot is not None and slot.model is not None:
                slot.model.close()

    async def _refreshed(self, slot: "_Slot[Model]", opener: Callable[..., Model], *, warm: bool) -> "_Slot[Model]":
        stamp = await run_sync(_stamp, self._settings, slot.name)
        if stamp != slot.stamp:
            self.problems.pop(slot.name, None)
            model = await run_sync(self._open, slot.name, opener)
            if model is not None and slot.model is not None and _same(model, slot.model):
                slot.stamp = stamp  # somebody added a note, or touched a file
            else:
                self._leave(slot)
                slot = _Slot(slot.name, stamp, model)
        if warm and slot.model is not None and not slot.warm:
            await self._warm_up(slot)
        return slot

    def _open(self, name: str, opener: Callable[..., Model]) -> "Model | None":
        """Blocking. None where there are no whole files; what whole files cannot be opened for is told in `problems`."""
        try:
            folder = weights.find(self._settings, name)
            if folder is None:
                return None
            revision = weights.state(self._settings, name).revision or ""
            return opener(folder, providers=self._settings.onnx_providers, revision=revision)
        except (BadSettings, OSError) as error:
            self._refuse(name, error.detail if isinstance(error, BadSettings) else str(error))
            return None

    async def _warm_up(self, slot: "_Slot[Model]") -> None:
        assert slot.model is not None
        try:
            await slot.model.warm_up()
        except (BadSettings, NotServed) as error:
            self._refuse(slot.name, error.detail)
            slot.model.close()
            slot.model = None
        except EyesAway as error:  # there was not enough memory just now; each look tries again
            _log.warning("%s could not be loaded yet: %s", slot.name, error.detail)
        slot.warm = True

    def _refuse(self, name: str, why: str) -> None:
        self.problems[name] = why
        _log.warning("the model %s is not used: %s", name, why)

    async def _found(self, space: str) -> "_Slot[Clip] | None":
        from limn.vision.onnx import Clip, open_clip  # noqa: PLC0415  as above

        for at, (_, slot) in enumerate(self._left):
            if isinstance(slot.model, Clip) and slot.model.space == space and await self._may_go_on(slot):
                del self._left[at]
                return slot
        name = space.partition("@")[0]
        stamp = await run_sync(_stamp, self._settings, name)
        if not stamp or self._unreached == (space, stamp):  # asked every few seconds: the same files hold the same
            return None
        model = await run_sync(self._open, name, open_clip)
        if model is not None and model.space == space:
            return _Slot(name, stamp, model)
        self._unreached = (space, stamp)
        return None

    async def _may_go_on(self, slot: _Slot[Any]) -> bool:
        """What is not loaded yet would load whatever lies there now."""
        return slot.warm or slot.stamp == await run_sync(_stamp, self._settings, slot.name)

    def _leave(self, slot: _Slot[Any]) -> None:
        if slot.model is not None:
            self._left.append((time.monotonic(), slot))

    def _close_those_left(self) -> None:
        over = [slot for since, slot in self._left if time.monotonic() - since > GRACE_SECONDS]
        self._left = [(since, slot) for since, slot in self._left if slot not in over]
        for slot in over:
            if slot.model is not None:
                slot.model.close()


def _same(one: "Clip | LocalCaptioner", other: "Clip | LocalCaptioner") -> bool:
    return one.model == other.model and getattr(one, "space", None) == getattr(other, "space", None)


def _stamp(settings: Settings, name: str) -> Stamp:
    """Of every file in the folders where a model may lie: path, size, time of change. Blocking."""
    found = []
    for folder in weights.places(settings, name):
        with suppress(OSError):  # what cannot be read tells so when it is opened
            found += [_seen(path) for path in sorted(folder.rglob("*"))]
    return tuple(found)


def _seen(path: Path) -> tuple[str, int, int]:
    try:
        seen = path.stat()
    except FileNotFoundError:  # gone in between
        return str(path), -1, 0
    return str(path), seen.st_size, seen.st_mtime_ns
