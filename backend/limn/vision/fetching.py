"""Fetches the files of one model into its folder: each under a temporary name, checked, then named; the pin comes last."""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import anyio
import httpx2

from limn import failpoints
from limn.errors import Conflict, NotServed, OutOfSpace, Unavailable
from limn.vision.hub import Hub
from limn.vision.pins import PART, PLAN, Pin, Pinned, Plan, Planned, Stamps, make_folder, sha256, sync_folder
from limn.vision.weights import Model

PATIENCE = (0.2, 1.0, 3.0, 9.0)  # seconds before each next try of a file; when bytes came, the row begins anew
_SPARE_BYTES = 64_000_000  # left free beside a model, for the gallery itself


@dataclass(frozen=True)
class Progress:
    """Of one model, at most ten times a second. `waiting`: another process brings it, and these are its bytes."""

    name: str
    file: str
    done_bytes: int
    total_bytes: int
    waiting: bool = False


Report = Callable[[Progress], None]


class Meter:
    """Counts what has come and tells it, not more often than anybody can see."""

    def __init__(self, model: Model, report: Report, *, every_seconds: float = 0.1) -> None:
        self._model, self._report, self._every = model, report, every_seconds
        self._told = float("-inf")
        self.total = model.bytes
        self.settled = 0  # bytes that lie there of all files but the present one

    def tell(self, file: str, here: int, *, last: bool = False) -> None:
        """`here` bytes of the present file."""
        self._tell(file, self.settled + here, waiting=False, last=last)

    def wait(self, held: int) -> None:
        self._tell("", held, waiting=True, last=False)

    def _tell(self, file: str, done: int, *, waiting: bool, last: bool) -> None:
        now = time.monotonic()
        if last or now - self._told >= self._every:
            self._told = now
            self._report(Progress(self._model.name, file, done, max(self.total, done), waiting))


class Fetch:
    """One go at one model. `mending` a folder that was whole, its own pin is the plan; otherwise the plan lies in the folder until the
    pin replaces it, so that a kill at any moment leaves a folder that does not count and can be gone on with."""

    def __init__(self, hub: Hub, model: Model, folder: Path, plan: Plan, meter: Meter, *, mending: bool) -> None:
        self._hub, self._model, self._folder = hub, model, folder
        self._plan, self._meter, self._mending = plan, meter, mending
        self._patience: Sequence[float] = PATIENCE
        self._about = {file.path: file.bytes for file in model.files}
        meter.total = sum(plan.files[path].bytes or self._about.get(path, 0) for path in plan.files)

    @classmethod
    async def begin(cls, hub: Hub, model: Model, folder: Path, meter: Meter) -> Self:
        """With what an earlier go left. Raises Conflict where files lie in the way that are not the hub's."""
        pin = _readable_pin(folder)
        if pin is not None:
            if pin.repo != model.repo or pin.revision is None:
                raise Conflict(f"{folder} is your own and not as it was pinned; move it away to have the hub's.")
            files = {path: Planned(bytes=one.bytes, sha256=one.sha256) for path, one in pin.files.items()}
            return cls(hub, model, folder, Plan(repo=pin.repo, revision=pin.revision, files=files), meter, mending=True)
        plan = Plan.read(folder)
        if plan is None or plan.repo != model.repo or not {f.path for f in model.files if f.needed} <= set(plan.files):
            plan = await _planned(hub, model)
            _nothing_in_the_way(folder, plan)
            plan.write(folder)
        return cls(hub, model, folder, plan, meter, mending=False)

    async def run(self, patience: Sequence[float] = PATIENCE) -> None:
        """Raises OutOfSpace before it asks for anything that would not fit."""
        self._patience = patience
        self._meter.settled = sum(map(self._held, self._plan.files))
        self._fits()
        for path in list(self._plan.files):
            self._meter.settled -= self._held(path)
            await self._file(path)
            failpoints.hit("download.after_file")

    def finish(self, stamps: Stamps) -> None:
        """The pin, and from then on the folder is a model."""
        files = {path: _settled(one) for path, one in self._plan.files.items()}
        if not self._mending:
            Pin(repo=self._plan.repo, revision=self._plan.revision, files=files).write(self._folder)
            failpoints.hit("download.after_pin")
        for path, one in files.items():
            stamps.remember(self._folder / path, one.sha256)
        (self._folder / PLAN).unlink(missing_ok=True)
        sync_folder(self._folder)
        self._meter.tell("", 0, last=True)

    async def _file(self, path: str) -> None:
        final, part = self._folder / path, self._part(path)
        if not (final.is_file() and self._is_settled(path, final)):
            make_folder(final.parent)
            await self._part_as_planned(path, part)
            failpoints.hit("download.before_rename")
            self._note(path, Planned(bytes=_size(part), sha256=sha256(part)))
            part.replace(final)
            sync_folder(final.parent)
        self._meter.settled += _size(final)
        self._meter.tell(path, 0)

    def _is_settled(self, path: str, final: Path) -> bool:
        planned = self._plan.files[path]
        if planned.sha256 is None or planned.mismatch(final):
            return False
        self._note(path, Planned(bytes=_size(final), sha256=planned.sha256))
        return True

    async def _part_as_planned(self, path: str, part: Path) -> None:
        """What went on from an earlier half and came out wrong is asked for once more, whole. Raises Unavailable, nothing kept."""
        while True:
            resumed = _size(part) > 0
            await self._fill(path, part)
            wrong = self._plan.files[path].mismatch(part)
            if wrong is None:
                return
            _drop(part)
            if not resumed:
                raise Unavailable(
                    f"{self._hub.host} sent a wrong {path} of {self._plan.repo}: {wrong}. It was thrown away.",
                    code="wrong_file",
                )

    async def _fill(self, path: str, part: Path) -> None:
        """Until the part has all its bytes. Raises httpx2.RequestError or Unavailable when several tries in a row brought none."""
        pauses = iter(self._patience)
        while True:
            before = _size(part)
            if before and before == self._plan.files[path].bytes:
                return
            try:
                if await self._stream(path, part):
                    return
                trouble: Exception = Unavailable(f"{self._hub.host} ended {path} too early, again and again.")
            except (httpx2.RequestError, Unavailable) as error:
                if isinstance(error, NotServed) or getattr(error, "code", "") == "wrong_file":
                    raise
                trouble = error
            if _size(part) > before:
                pauses = iter(self._patience)
            if (pause := next(pauses, None)) is None:
                raise trouble
            await anyio.sleep(pause)

    async def _stream(self, path: str, part: Path) -> bool:
        """Append what the hub sends. Whether that was the rest."""
        have = _size(part)
        async with self._hub.stream(self._plan.repo, self._plan.revision, path, start=have) as stream:
            if stream.start not in {0, have}:  # not the bytes that were asked for: from the beginning then
                _drop(part)
                return False
            planned = self._learnt(path, stream.size, stream.sha256)
            most = planned.bytes if planned.bytes is not None else 4 * self._about.get(path, 0) + 1_000_000
            with _appending(part, anew=stream.start == 0) as append:
                have = stream.start
                async for chunk in stream.chunks:
                    have += len(chunk)
                    if have > most:
                        break
                    append(chunk)
                    self._meter.tell(path, have)
                    failpoints.hit("download.chunk")
        if have > most:
            _drop(part)
            raise Unavailable(f"{self._hub.host} sent more than {path} has: {most} bytes.", code="wrong_file")
        return planned.bytes is None or have == planned.bytes

    def _learnt(self, path: str, size: int | None, digest: str | None) -> Planned:
        """The plan of a file, with what only its own answer said."""
        planned = self._plan.files[path]
        known = planned.model_copy(update={"bytes": planned.bytes or size, "sha256": planned.sha256 or digest})
        self._note(path, known)
        return known

    def _note(self, path: str, planned: Planned) -> None:
        if planned == self._plan.files[path]:
            return
        self._plan = self._plan.with_file(path, planned)
        if not self._mending:
            self._plan.write(self._folder)

    def _fits(self) -> None:
        make_folder(self._folder)
        wanted, free = max(0, self._meter.total - self._meter.settled), shutil.disk_usage(self._folder).free
        if wanted and free < wanted + _SPARE_BYTES:
            raise OutOfSpace(
                f"{self._model.name} wants {wanted / 1e6:.0f} MB more, and the disk of {self._folder} has {free / 1e6:.0f} MB left "
                f"(of which the gallery keeps {_SPARE_BYTES / 1e6:.0f} MB)."
            )

    def _held(self, path: str) -> int:
        return max(_size(self._folder / path), _size(self._part(path)))

    def _part(self, path: str) -> Path:
        return self._folder / f"{path}{PART}"


def _readable_pin(folder: Path) -> Pin | None:
    try:
        return Pin.read(folder)
    except ValueError:
        return None


async def _planned(hub: Hub, model: Model) -> Plan:
    commit = await hub.commit(model.repo)
    for file in model.files:
        if file.needed and file.path not in commit.files:
            raise NotServed(f"{model.repo} has no {file.path} any more; `limn models list` shows others.")
    files = {
        file.path: Planned(bytes=said.bytes, sha256=said.sha256, blob=said.blob)
        for file in model.files
        if (said := commit.files.get(file.path)) is not None
    }
    return Plan(repo=model.repo, revision=commit.revision, files=files)


def _nothing_in_the_way(folder: Path, plan: Plan) -> None:
    for path, planned in plan.files.items():
        there = folder / path
        if there.exists() and (planned == Planned() or not there.is_file() or planned.mismatch(there)):
            raise Conflict(f"{there} is not the hub's: move it away, or pin the folder as your own.")


@contextmanager
def _appending(part: Path, *, anew: bool) -> Iterator[Callable[[bytes], None]]:
    """On the disk when it is left well. Raises OutOfSpace, and gives the room back."""
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if anew else 0), 0o600)

    def append(chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    try:
        yield append
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        _drop(part)
        raise OutOfSpace(
            f"The disk of {part.parent} is full; what had come of {part.stem} was removed again."
        ) from error
    finally:
        os.close(descriptor)


def _settled(planned: Planned) -> Pinned:
    assert planned.bytes is not None
    assert planned.sha256 is not None
    return Pinned(bytes=planned.bytes, sha256=planned.sha256)


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
