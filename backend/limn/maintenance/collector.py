"""Takes what nothing needs any more: blobs without an artwork, old tombstones, what dead uploads left staged."""

import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from limn.blobs.protocol import BlobInfo, Blobs
from limn.stores.protocol import Store

GRACE_SECONDS = 24 * 3600.0  # an upload keeps its blob before it adds its artwork; a day is more than any upload takes
STAGED_SECONDS = 3600.0
BATCH = 500
_log = logging.getLogger("limn.collector")


@dataclass(frozen=True)
class Collected:
    blobs: int
    tombstones: int
    staged: int


async def collect(store: Store, blobs: Blobs, *, grace_seconds: float = GRACE_SECONDS) -> Collected:
    """One round. Safe beside uploads: a blob that is kept again meanwhile stays (`Blobs.discard`)."""
    unused_since = time.time() - grace_seconds
    taken = 0
    async for batch in _old(blobs, unused_since):
        needed = await store.artworks.referenced([blob.key for blob in batch])
        for blob in batch:
            if blob.key not in needed and await blobs.discard(blob.key, unused_since=unused_since):
                taken += 1
    forgotten = await store.artworks.forget_tombstones(older_than_seconds=GRACE_SECONDS)
    swept = await blobs.sweep(older_than_seconds=STAGED_SECONDS)
    if taken or forgotten or swept:
        _log.info("collected", extra={"blobs": taken, "tombstones": forgotten, "staged": swept})
    return Collected(taken, forgotten, swept)


async def _old(blobs: Blobs, unused_since: float) -> AsyncIterator[list[BlobInfo]]:
    batch: list[BlobInfo] = []
    async for blob in blobs.all():
        if blob.modified < unused_since:
            batch.append(blob)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
