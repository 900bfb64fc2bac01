"""Lets old backups of a folder go, and then the pictures that only they needed."""

import math
from dataclasses import dataclass
from pathlib import Path

from anyio.to_thread import run_sync

from limn.blobs.protocol import Blobs
from limn.errors import InvalidInput
from limn.failpoints import hit
from limn.maintenance.archive import (
    MANIFEST,
    RECORDS,
    damaged,
    hash_file,
    hidden,
    read_manifest,
    removing,
    snapshots,
    withdraw,
)


@dataclass(frozen=True)
class Pruned:
    """What went; `damaged` are backups that are not as they were written: they count for nothing, stay, and so do all pictures."""

    snapshots: tuple[str, ...]
    blobs: int
    blobs_bytes: int
    damaged: tuple[str, ...]


@dataclass
class _Sorted:
    beyond: list[str]
    damaged: list[str]
    needed: set[bytes]


async def prune(folder: Path, shelf: Blobs, *, keep: int, newest: str) -> Pruned:
    """Leaves the newest `keep` whole snapshots, and among them `newest`, whatever the clock said when the others were made.

    A snapshot goes before its pictures, and pictures only once every manifest that stays was read; so a kill leaves no snapshot
    without its pictures, and what it left undone the next call does. Raises Conflict where one is written or restored meanwhile."""
    with removing(folder):
        found = await run_sync(_sort_out, folder, keep, newest)
        for name in reversed(found.beyond):
            await run_sync(withdraw, folder, name)
        hit("pruning.withdrew")
        blobs = blobs_bytes = 0
        if not found.damaged:
            await shelf.sweep(older_than_seconds=0)  # what a killed removal held is back, and goes now
            async for blob in shelf.all():
                if bytes.fromhex(blob.key) not in found.needed and await shelf.discard(blob.key, unused_since=math.inf):
                    blobs, blobs_bytes = blobs + 1, blobs_bytes + blob.size_bytes
                    hit("pruning.discarded")
    return Pruned(tuple(reversed(found.beyond)), blobs, blobs_bytes, tuple(found.damaged))


def _sort_out(folder: Path, keep: int, newest: str) -> _Sorted:
    """One manifest in memory at a time."""
    others = [name for name in reversed(snapshots(folder)) if name != newest]
    found, whole = _Sorted([], [], set()), 0
    for name in (newest, *others):
        try:
            needed = _needed(folder / name)
        except InvalidInput:
            found.damaged.append(name)
            continue
        if whole < keep:
            found.needed |= needed
            whole += 1
        else:
            found.beyond.append(name)
    for name in _renamed(folder):
        try:
            found.needed |= _needed(folder / name)
        except InvalidInput:
            found.damaged.append(name)
    return found


def _needed(snapshot: Path) -> set[bytes]:
    """The pictures that it names, where it is as it was written. Raises InvalidInput."""
    manifest = read_manifest(snapshot)
    try:
        records = hash_file(snapshot / RECORDS)
    except OSError as error:
        raise damaged(snapshot, f"{RECORDS} cannot be read") from error
    if records != manifest.records_sha256:
        raise damaged(snapshot, f"{RECORDS} is not as it was written")
    return {bytes.fromhex(key) for key in manifest.blobs}


def _renamed(folder: Path) -> list[str]:
    """Snapshots that somebody put aside under a name of their own: they are never removed, and need their pictures."""
    ours = set(snapshots(folder))
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.name not in ours and not hidden(entry.name) and (entry / MANIFEST).exists()
    )
