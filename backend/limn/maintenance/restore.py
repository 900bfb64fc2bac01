"""Makes a gallery of a backup: everything is checked before anything is touched, and pictures come before the works that need them."""

import os
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from anyio.to_thread import run_sync
from pydantic import ValidationError

from limn.blobs.protocol import Blobs
from limn.errors import Conflict, InvalidInput, Unavailable
from limn.failpoints import hit
from limn.maintenance.archive import (
    RECORDS,
    SECRET_KEY,
    Manifest,
    damaged,
    hash_file,
    read_manifest,
    read_records,
    read_secret_key,
)
from limn.maintenance.copying import (
    Outcome,
    Said,
    artwork_of,
    copy_blobs,
    every,
    needs,
    pairs,
    portions,
    silent,
    sound,
)
from limn.stores.protocol import KINDS, Records, Store

_HELD = ("artworks", "vectors", "calibrations")  # what makes a gallery one that is not empty


@dataclass(frozen=True)
class Restored:
    """`missing` are pictures that were lost before the backup was made."""

    counts: Mapping[str, int]
    blobs: int
    missing: tuple[str, ...]
    secret_key: str | None


async def restore(
    store: Store, blobs: Blobs, snapshot: Path, shelf: Blobs, manifest: Manifest, *, said: Said = silent
) -> Restored:
    """Fill an empty gallery from `snapshot`, whose blobs are on `shelf` and whose `manifest` came out of `check`. Nobody may serve it
    meanwhile. Killed half-way it is run again: what it has brought is the backup's own, and that is no reason to refuse.

    Raises Conflict where the gallery holds something else; then nothing was changed. Raises OutOfSpace and Unavailable.
    """
    secret_key = await run_sync(read_secret_key, snapshot, manifest)
    await _refuse_others(store.records, snapshot)
    wanted = dict(manifest.blobs)
    for key in manifest.missing:
        wanted.pop(key, None)
    copies = await copy_blobs(shelf, blobs, wanted, rehash=True, said=said)
    if copies.lost:
        raise Unavailable(f"The backup changed while it was restored: {copies.lost[0]} is gone. Run it again.")
    await _load(store, snapshot, manifest, said)
    return Restored(manifest.counts, len(wanted), manifest.missing, secret_key)


async def check(snapshot: Path, shelf: Blobs, *, said: Said = silent) -> Manifest:
    """Reads all of it and changes nothing. Raises InvalidInput where anything is not as it was written."""
    manifest = await run_sync(read_manifest, snapshot)
    try:
        found = await run_sync(hash_file, snapshot / RECORDS)
    except OSError as error:
        raise damaged(snapshot, f"{RECORDS} cannot be read") from error
    if found != manifest.records_sha256:
        raise damaged(snapshot, f"{RECORDS} is not as it was written")
    await run_sync(read_secret_key, snapshot, manifest)
    await _check_records(snapshot, manifest)
    await _check_blobs(snapshot, manifest, shelf, said)
    return manifest


def place_secret_key(data_dir: Path, key: str) -> None:
    """In place of one that an empty gallery made for itself, which signed nothing yet."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = data_dir / f".{SECRET_KEY}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(data_dir / SECRET_KEY)


async def _check_records(snapshot: Path, manifest: Manifest) -> None:
    counts = Counter(dict.fromkeys(KINDS, 0))
    async for record in read_records(snapshot):
        counts[record.kind] += 1
        if record.kind == "artworks":
            try:
                keys = {need.key for need in needs(artwork_of(record))}
            except (ValidationError, KeyError) as error:
                raise damaged(snapshot, f"the work {record.id} cannot be read") from error
            if unknown := keys - manifest.blobs.keys():
                raise damaged(snapshot, f"it says nothing of the picture {unknown.pop()} of the work {record.id}")
    if dict(counts) != dict(manifest.counts):
        raise damaged(snapshot, f"it should hold {dict(manifest.counts)} and holds {dict(counts)}")


async def _check_blobs(snapshot: Path, manifest: Manifest, shelf: Blobs, said: Said) -> None:
    lost, bad = set(manifest.missing), Counter[Outcome]()
    first = ""
    for number, (key, size) in enumerate(manifest.blobs.items(), 1):
        if key not in lost and (outcome := await sound(shelf, key, size)) is not Outcome.HELD:
            bad[outcome] += 1
            first = first or f"{key} is {outcome.value}"
        said("checked", number, len(manifest.blobs))
    if bad:
        more = f", and {bad.total() - 1} more" if bad.total() > 1 else ""
        raise damaged(snapshot, f"the picture {first}{more}")


async def _refuse_others(records: Records, snapshot: Path) -> None:
    """An empty gallery may be filled, and one that holds nothing but what this backup holds: that was us, and we were killed."""
    counts = await records.counts()
    for kind in _HELD:
        if not counts[kind]:
            continue
        async for ours, theirs in pairs(read_records(snapshot, kind), every(records, kind)):
            if theirs is not None and ours != theirs:
                raise Conflict(
                    f"This gallery is not empty ({counts['artworks']} works): restore into a new one, by LIMN_DATA_DIR or "
                    "LIMN_DATABASE_URL and LIMN_STORAGE_URL. Nothing was changed."
                )


async def _load(store: Store, snapshot: Path, manifest: Manifest, said: Said) -> None:
    loaded, total = 0, sum(manifest.counts.values())
    try:
        async for portion in portions(read_records(snapshot)):
            await store.records.load(portion)
            hit("restore.loaded")
            loaded += len(portion)
            said("records", loaded, total)
        if not manifest.counts["active_space"]:
            await store.eyes.activate(None)
    except InvalidInput as error:  # the archive is whole, so it is ours that cannot read it
        raise Unavailable(f"{error.detail} Delete what was restored, and use the Limn that made the backup.") from error
    found = dict(await store.records.counts())
    if found != dict(manifest.counts):
        raise Unavailable(
            f"The gallery holds {found} and should hold {dict(manifest.counts)}: is it being served? Stop that, and run it again."
        )
