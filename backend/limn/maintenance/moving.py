"""Copies a whole gallery to another store and other blobs. The source is only read; run again it goes on where it was ended."""

from dataclasses import dataclass

from limn.blobs.protocol import Blobs
from limn.errors import Conflict, NotFound, Unavailable
from limn.failpoints import hit
from limn.maintenance.copying import Copies, Said, copy_blobs, every, pairs, silent
from limn.stores.protocol import KINDS, Record, Store

_PORTION = 200


@dataclass(frozen=True)
class Moved:
    """How many records were written, and how many were there as they are."""

    written: int
    held: int


async def move_blobs(source: Blobs, target: Blobs, *, said: Said = silent) -> Copies:
    """Every blob there is. What is there already is read through, so that at the end each was hashed on its way or in its place.
    Raises Unavailable where a blob of the source is damaged or one is not in the target at the end."""
    copies = await copy_blobs(
        source, target, ((blob.key, blob.size_bytes) async for blob in source.all()), rehash=True, said=said
    )
    if copies.damaged:
        raise Unavailable(
            f"{len(copies.damaged)} pictures of the source are damaged, first {copies.damaged[0]}; all others are copied. See limn fsck."
        )
    async for blob in source.all():
        try:
            whole = (await target.stat(blob.key)).size_bytes == blob.size_bytes
        except NotFound:
            whole = False
        if not whole:
            raise Unavailable(f"The picture {blob.key} did not arrive; is the source being served? Run it again.")
    return copies


async def move_records(source: Store, target: Store, *, said: Said = silent) -> Moved:
    """Every record. Raises Conflict where the target holds what the source does not, or a work that was changed there: nothing was
    written then. Raises Unavailable where they differ at the end, because somebody writes to one of them."""
    await _refuse_others(source, target)
    total = sum((await source.records.counts()).values())
    written = held = 0
    for kind in KINDS:
        waiting: list[Record] = []
        async for ours, theirs in pairs(every(source.records, kind), every(target.records, kind)):
            if ours is not None and ours == theirs:
                held += 1
            elif ours is not None:
                waiting.append(ours)
            if len(waiting) == _PORTION:
                written += await _load(target, waiting)
            said("records", held + written, total)
        written += await _load(target, waiting)
        said("records", held + written, total)
    if await source.eyes.active_space() is None:
        await target.eyes.activate(None)
    await _verify(source, target)
    return Moved(written, held)


async def _load(target: Store, waiting: list[Record]) -> int:
    if not waiting:
        return 0
    left_out = await target.records.load(waiting)
    hit("moving.loaded")
    count = len(waiting) - left_out
    waiting.clear()
    return count


async def _refuse_others(source: Store, target: Store) -> None:
    counts = await target.records.counts()
    for kind in ("artworks", "vectors", "calibrations"):
        if not counts[kind]:
            continue
        async for ours, theirs in pairs(every(source.records, kind), every(target.records, kind)):
            if theirs is None or ours == theirs:
                continue
            if ours is None or _newer(theirs, ours):
                what = "that the source does not have" if ours is None else "that was changed there since"
                raise Conflict(
                    f"The target holds {theirs.kind} {theirs.id} {what}: move into an empty one. Nothing was changed."
                )


def _newer(theirs: Record, ours: Record) -> bool:
    if theirs.kind != "artworks":
        return False
    return bool(theirs.fields["document"]["revision"] > ours.fields["document"]["revision"])


async def _verify(source: Store, target: Store) -> None:
    for kind in KINDS:
        async for ours, theirs in pairs(every(source.records, kind), every(target.records, kind)):
            if ours != theirs:
                one = ours or theirs
                assert one is not None
                raise Unavailable(
                    f"{kind} {one.id} is not the same on both sides: stop whoever serves the source or the target, and run it again."
                )
