"""Keeps a gallery in a folder: records first, blobs second, so that every picture of a work that is kept is kept too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from anyio.to_thread import run_sync

from limn.blobs.protocol import Blobs
from limn.failpoints import hit
from limn.maintenance.archive import RECORDS, SECRET_KEY, Draft, Manifest, Writer, drafting, hash_file, read_records
from limn.maintenance.copying import Copies, Said, artwork_of, copy_blobs, every, needs, portions, silent
from limn.stores.protocol import KINDS, Record, Store

_ROUNDS = 3


@dataclass(frozen=True)
class Lost:
    """A blob that its work needs and that could not be had; `damaged` where other bytes lie under its key."""

    key: str
    artwork_id: str
    title: str
    name: str
    damaged: bool


@dataclass(frozen=True)
class Backup:
    """`name` is the snapshot's; `lost` is what the gallery itself has no more."""

    name: str
    counts: Mapping[str, int]
    blobs: int
    copied: int
    copied_bytes: int
    lost: tuple[Lost, ...]


@dataclass(frozen=True)
class _Written:
    counts: Mapping[str, int]
    blobs: Mapping[str, int]


async def back_up(
    store: Store,
    blobs: Blobs,
    folder: Path,
    shelf: Blobs,
    *,
    secret_key: str | None,
    rehash: bool = False,
    said: Said = silent,
) -> Backup:
    """One snapshot in `folder`, its blobs on `shelf`, which is `folder/blobs` and serves all snapshots. A server may run meanwhile. With
    `rehash` the blobs of earlier snapshots are read through, and brought again where they are damaged.

    Raises Conflict where another backup writes there, OutOfSpace, Unavailable; then there is no new snapshot.
    """
    with drafting(folder) as draft:
        await shelf.sweep(older_than_seconds=0)  # nobody else writes there: it is what a killed backup left
        written, copies = await _consistent(store, blobs, draft, shelf, rehash=rehash, said=said)
        lost = await _named(draft, copies) if copies.lost else ()
        hit("backup.copied")
        manifest = Manifest(
            limn=version("limn"),
            created=datetime.now(UTC),
            counts=written.counts,
            records_sha256=await run_sync(hash_file, draft.folder / RECORDS),
            secret_key_sha256=draft.add(SECRET_KEY, secret_key.encode()) if secret_key else None,
            missing=tuple(sorted(copies.lost)),
            blobs=written.blobs,
        )
        name = await run_sync(draft.publish, manifest)
    return Backup(name, written.counts, len(written.blobs), copies.copied, copies.copied_bytes, lost)


async def _consistent(
    store: Store, blobs: Blobs, draft: Draft, shelf: Blobs, *, rehash: bool, said: Said
) -> tuple[_Written, Copies]:
    """Who deletes a work, or has it made anew, may have its pictures collected before we come to them: then what was written down
    is no more, and is written again. The blobs that were copied stay, so another round is short."""
    for left in reversed(range(_ROUNDS)):
        written = await _write(store, draft, said)
        hit("backup.written")
        copies = await copy_blobs(blobs, shelf, written.blobs, rehash=rehash, said=said)
        if not left or set(copies.lost) <= await store.artworks.referenced(copies.lost):
            break
    return written, copies


async def _write(store: Store, draft: Draft, said: Said) -> _Written:
    counts = await store.records.counts()
    total = sum(counts.values())
    works: set[str] = set()
    sizes: dict[str, int] = {}
    writer = Writer(draft.folder / RECORDS, dict.fromkeys(KINDS, 0))
    try:
        for kind in KINDS:
            async for portion in portions(every(store.records, kind)):
                records = [record for record in portion if _belongs(record, works)]
                for record in records:
                    if kind == "artworks":
                        works.add(record.id)
                        sizes |= {need.key: need.size_bytes for need in needs(artwork_of(record))}
                await run_sync(writer.write, records)
                said("records", sum(writer.counts.values()), total)
        await run_sync(writer.close)
    finally:
        writer.abandon()
    return _Written(writer.counts, sizes)


def _belongs(record: Record, works: set[str]) -> bool:
    """Not the vector of a work that came after the works were written."""
    return record.kind != "vectors" or record.fields["artwork"] in works


async def _named(draft: Draft, copies: Copies) -> tuple[Lost, ...]:
    """The works and file names behind the keys."""
    lost, damaged = set(copies.lost), set(copies.damaged)
    found: list[Lost] = []
    async for record in read_records(draft.folder, "artworks"):
        artwork = artwork_of(record)
        found += (
            Lost(need.key, artwork.id, artwork.title, need.name, need.key in damaged)
            for need in needs(artwork)
            if need.key in lost
        )
    return tuple(found)
