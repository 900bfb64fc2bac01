"""A gallery in SQLite with pictures that were really measured, and an index that really follows it."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import anyio
import numpy as np

from limn.imaging.picture import Picture
from limn.index.follower import Index
from limn.models import Artwork, Findings, Viewer
from limn.search.hybrid import Results, search
from limn.search.question import Query
from limn.stores.protocol import Store, Vector
from limn.vision.basic import Basic
from works import OWNER, a_work

EYES = Basic()


def picture(*stripes: str, width: int = 64, height: int = 48) -> Picture:
    """Upright stripes of these colours, equally wide."""
    colours = np.array([[int(stripe[at : at + 2], 16) for at in (1, 3, 5)] for stripe in stripes], dtype=np.uint8)
    row = colours[np.arange(width) * len(stripes) // width]
    return Picture(np.broadcast_to(row, (height, width, 3)).copy(), width, height)


async def hang(
    store: Store,
    seen: Picture | None = None,
    *,
    meant: Mapping[str, Vector] | None = None,
    analysed: bool = True,
    **fields: Any,
) -> Artwork:
    """Add a work. With `seen` or `meant` (by space) it gets its vectors and then a new revision, as from a worker; `analysed=False`
    leaves that out."""
    added = (await store.artworks.add(a_work(**fields))).artwork
    if seen is None and meant is None:
        return added
    vectors = dict(meant or {}) if seen is None else {EYES.space: vector_of(seen), **(meant or {})}
    for space, vector in vectors.items():
        await store.vectors.put(added.id, 0, space, vector)
    if not analysed:
        return added
    claim = await store.analyses.claim("test", lease_seconds=60)
    assert claim is not None
    assert claim.artwork.id == added.id, "the newest is claimed first"
    return await store.analyses.finish(claim, Findings(space=EYES.space))


def vector_of(seen: Picture) -> Vector:
    """Measured once for each picture: galleries of tests repeat themselves."""
    return _measured(seen.pixels.tobytes(), seen.width, seen.height)


@cache
def _measured(pixels: bytes, width: int, height: int) -> Vector:
    array = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
    return EYES.embed_image(Picture(array, width, height))


@asynccontextmanager
async def following(store: Store, index: Index | None = None) -> AsyncIterator[Index]:
    """An index that follows the store until the end of the block; built already."""
    index = index or Index(store, EYES.space)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(index.follow)
        await eventually(lambda: index.progress.done)
        yield index
        tasks.cancel_scope.cancel()


async def find(index: Index, store: Store, q: str = "", viewer: Viewer = OWNER, **fields: Any) -> Results:
    return await search(index, store, EYES, Query(q=q, **fields), viewer)


def titles(results: Results) -> list[str]:
    return [found.artwork.title for found in results.items]


async def eventually(holds: Callable[[], bool | Awaitable[bool]], *, within: float = 5.0) -> float:
    """Wait until it holds; answers the seconds that took."""
    started = time.monotonic()
    while True:
        found = holds()
        if found if isinstance(found, bool) else await found:
            return time.monotonic() - started
        assert time.monotonic() - started < within, "it never came true"
        await anyio.sleep(0.005)
