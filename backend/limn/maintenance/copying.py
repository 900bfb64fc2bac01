"""Reads a whole gallery through its ports, and copies blobs from one to another; what is there already is not copied again."""

import errno
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import anyio

from limn.blobs.protocol import Blobs
from limn.errors import Damaged, NotFound, OutOfSpace
from limn.failpoints import hit
from limn.models import Artwork
from limn.stores.protocol import Record, Records

T = TypeVar("T")
PORTION = 200  # records at once: one transaction, and a few megabytes
LANES = 4  # blobs at once: disks and networks answer many in the time of one

Said = Callable[[str, int, int], None]  # what, how many, of how many; 0 where nobody knows


@dataclass(frozen=True)
class Need:
    """A blob that a work needs; `name` says what it is to the work."""

    key: str
    size_bytes: int
    name: str
    original: bool


class Outcome(StrEnum):
    HELD = "held"  # it was there
    COPIED = "copied"
    MISSING = "missing"
    DAMAGED = "damaged"  # the source gives other bytes than the key says


@dataclass
class Copies:
    """What became of the blobs: how many were there or are now, and the keys that could not be had."""

    held: int = 0
    copied: int = 0
    copied_bytes: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def lost(self) -> list[str]:
        return [*self.missing, *self.damaged]

    @property
    def total(self) -> int:
        return self.held + self.copied + len(self.lost)


def silent(what: str, done: int, of: int) -> None:
    """Tells nobody."""


async def every(records: Records, kind: str) -> AsyncIterator[Record]:
    """In order of id, a portion in memory at a time."""
    after: str | None = None
    while page := await records.everything(kind, after=after, limit=PORTION):
        for record in page:
            yield record
        after = page[-1].id


def artwork_of(record: Record) -> Artwork:
    return Artwork.model_validate(record.fields["document"])


def needs(artwork: Artwork) -> Iterator[Need]:
    for page in artwork.pages:
        name = page.filename or "the picture"
        yield Need(page.sha256, page.bytes, name, original=True)
        for copy in page.renditions:
            yield Need(copy.sha256, copy.bytes, f"{copy.width} × {copy.height} copy of {name}", original=False)


async def copy_blobs(
    source: Blobs,
    target: Blobs,
    wanted: Mapping[str, int] | AsyncIterable[tuple[str, int]],
    *,
    rehash: bool = False,
    said: Said,
) -> Copies:
    """Every blob of `wanted` (size in bytes by key) into `target`. One that is there in its size is taken for whole, or read through
    with `rehash` and healed. Nothing is kept under a key that is not its hash. Raises OutOfSpace and what the ports raise."""
    copies, of = Copies(), 0
    if isinstance(wanted, Mapping):
        of, wanted = len(wanted), _each(wanted)
    send, receive = anyio.create_memory_object_stream[tuple[str, int]](LANES)

    async def lane() -> None:
        async for key, size in receive:
            outcome = await _copy(source, target, key, size, rehash=rehash)
            _count(copies, outcome, key, size)
            said("pictures", copies.total, of)

    try:
        async with anyio.create_task_group() as tasks, send:
            for _ in range(LANES):
                tasks.start_soon(lane)
            async for blob in wanted:
                await send.send(blob)
            send.close()
    except ExceptionGroup as failed:
        first = failed.exceptions[0]
        if isinstance(first, OutOfSpace):
            first = OutOfSpace("There is no room left where the pictures go; make some, and run it again.")
        raise first from failed
    finally:
        receive.close()
    return copies


async def sound(blobs: Blobs, key: str, size_bytes: int) -> Outcome:
    """Reads it through: HELD, MISSING or DAMAGED."""
    try:
        if (await blobs.stat(key)).size_bytes != size_bytes:
            return Outcome.DAMAGED
        found = hashlib.sha256()
        async for chunk in _read(blobs, key):
            found.update(chunk)
    except NotFound:
        return Outcome.MISSING
    except Damaged:
        return Outcome.DAMAGED
    return Outcome.HELD if found.hexdigest() == key else Outcome.DAMAGED


async def pairs(
    ours: AsyncIterator[Record], theirs: AsyncIterator[Record]
) -> AsyncIterator[tuple[Record | None, Record | None]]:
    """Two walks in order of id as one: those of one id together, None where a side has none."""
    one, other = await anext(ours, None), await anext(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.id.encode() < other.id.encode()):
            yield one, None
            one = await anext(ours, None)
        elif one is None or other.id.encode() < one.id.encode():
            yield None, other
            other = await anext(theirs, None)
        else:
            yield one, other
            one, other = await anext(ours, None), await anext(theirs, None)


async def portions(items: AsyncIterable[T], size: int = PORTION) -> AsyncIterator[list[T]]:
    portion: list[T] = []
    async for item in items:
        portion.append(item)
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion


async def _each(sizes: Mapping[str, int]) -> AsyncIterator[tuple[str, int]]:
    for blob in sizes.items():
        yield blob


async def _copy(source: Blobs, target: Blobs, key: str, size_bytes: int, *, rehash: bool) -> Outcome:
    if await _held(target, key, size_bytes, rehash=rehash):
        return Outcome.HELD
    try:
        async with target.stage(expected_bytes=size_bytes) as staged:
            async for chunk in _read(source, key):
                await staged.write(chunk)
            if staged.sha256 != key:
                return Outcome.DAMAGED
            await target.keep(staged)
    except NotFound:
        return Outcome.MISSING
    except Damaged:
        return Outcome.DAMAGED
    hit("copying.kept")
    return Outcome.COPIED


async def _held(blobs: Blobs, key: str, size_bytes: int, *, rehash: bool) -> bool:
    if rehash:
        return await sound(blobs, key, size_bytes) is Outcome.HELD
    try:
        return (await blobs.stat(key)).size_bytes == size_bytes
    except NotFound:
        return False


async def _read(blobs: Blobs, key: str) -> AsyncIterator[bytes]:
    """Raises Damaged, too, where the disk itself cannot read what it holds; all else is to be looked at nevertheless."""
    try:
        async for chunk in blobs.read(key):
            yield chunk
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise Damaged(f"The disk cannot read {key}.") from error


def _count(copies: Copies, outcome: Outcome, key: str, size_bytes: int) -> None:
    match outcome:
        case Outcome.HELD:
            copies.held += 1
        case Outcome.COPIED:
            copies.copied += 1
            copies.copied_bytes += size_bytes
        case Outcome.MISSING:
            copies.missing.append(key)
        case Outcome.DAMAGED:
            copies.damaged.append(key)
