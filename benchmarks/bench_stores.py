"""The two stores side by side: pages, claims and changes over 100,000 works, each through the port that routes and workers use.

`python benchmarks/bench_stores.py [WORKS]`. The MongoDB is the one that tests take: LIMN_TEST_MONGODB_URI, a `mongod`, or else the
stand-in in memory, which sorts without an index and is no measure of MongoDB: `inf` says that it did not answer within the five
seconds that Limn waits. Nothing is held to a limit: each store is chosen for what it can do."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path
from statistics import median

import anyio
import numpy as np

from bench_search import VIEWER, artwork
from hanging import analysed
from limn.errors import Unavailable
from limn.models import Analysis, Artwork, ArtworkChanges, Findings, Sort, State, Wanted
from limn.resources import open_store_at
from limn.stores.protocol import Filter, Store
from limn.stores.records import Queued, artwork_record
from measure import machine

sys.path.append(str(Path(__file__).parent.parent / "tests"))
import mongodb_server

ROUNDS = 10
CALLERS = 8
DEPTH = 5_000
_DUE = 2_000
_BATCH = 250  # the stand-in takes its time, and a call has five seconds

Deed = Callable[[], Awaitable[object]]


def main() -> int:
    """Exit status: 0."""
    print(machine(), flush=True)
    works = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with (
        tempfile.TemporaryDirectory(prefix="limn-bench-") as name,
        mongodb_server.serve(Path(name), heap="6g") as mongodb,
    ):
        if mongodb is None:
            print(f"not measured: {mongodb_server.MISSING}")
            return 0
        real = os.environ.get("LIMN_TEST_MONGODB_URI") or shutil.which(os.environ.get("LIMN_TEST_MONGOD", "mongod"))
        print(f"       MongoDB is {'a real one' if real else 'the stand-in in memory'}", flush=True)
        anyio.run(_compare, f"sqlite:///{name}/limn.db", f"{mongodb.address}/limn_bench_{os.getpid()}", works)
    return 0


async def _compare(sqlite: str, mongodb: str, works: int) -> None:
    chance = np.random.default_rng(5)
    hung = [_aged(analysed(artwork(chance)), number, done=number < works - _DUE) for number in range(works)]
    async with _filled(sqlite, hung) as here, _filled(mongodb, hung) as there:
        deeds = [await _deeds(store, hung) for store in (here, there)]
        for name in deeds[0]:
            ours, theirs = await _in_turn(deeds[0][name], deeds[1][name])
            each = CALLERS if name.startswith(str(CALLERS)) else 1
            print(
                f"       {name}: SQLite {ours * 1000 / each:.1f} ms, MongoDB {theirs * 1000 / each:.1f} ms, {theirs / ours:.1f}x",
                flush=True,
            )


def _aged(work: Artwork, number: int, *, done: bool) -> Artwork:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    seen = work.analysis if done else Analysis()
    return work.model_copy(update={"created": moment, "updated": moment, "analysis": seen})


@asynccontextmanager
async def _filled(url: str, works: Sequence[Artwork]) -> AsyncIterator[Store]:
    async with open_store_at(url) as store:
        started = time.perf_counter()
        for batch in (works[start : start + _BATCH] for start in range(0, len(works), _BATCH)):
            await store.records.load([artwork_record(_queued(work)) for work in batch])
        print(
            f"       {url.partition(':')[0]}: {len(works):,} works after {time.perf_counter() - started:.0f} s",
            flush=True,
        )
        yield store


def _queued(work: Artwork) -> Queued:
    due = None if work.analysis.state is State.DONE else 0
    return Queued(artwork=work, key=None, wanted=Wanted.ALL, run_at=due, fence=0, renewed_for=None)


async def _deeds(store: Store, works: Sequence[Artwork]) -> dict[str, Deed]:
    """What is measured, by its name; each asks for something else at every call, as people do."""
    deep = await _cursor_at(store, DEPTH)
    ids = iter(np.random.default_rng(6).permutation([work.id for work in works[:-_DUE]]).tolist())
    changes = (await store.artworks.changed_since(None, limit=500)).cursor
    page = partial(store.artworks.list, VIEWER, sort=Sort.NEWEST, limit=40)

    async def edit() -> None:
        await store.artworks.edit(next(ids), VIEWER, ArtworkChanges(title="Another title"))

    async def finish_one() -> None:
        claim = await store.analyses.claim("bench", lease_seconds=60)
        assert claim is not None
        await store.analyses.finish(claim, Findings())

    async def finish_many() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(CALLERS):
                tasks.start_soon(finish_one)

    return {
        "the newest page of 40": partial(page, Filter(), cursor=None),
        f"a page of 40 behind {DEPTH:,}": partial(page, Filter(), cursor=deep),
        "the newest 40 of a category": partial(page, Filter(category="comics"), cursor=None),
        "the counts of all categories": partial(store.artworks.counts, VIEWER),
        "one work": lambda: store.artworks.get(next(ids), VIEWER),
        "an edit": edit,
        "a claim and its end, one caller": finish_one,
        f"{CALLERS} callers: a claim and its end": finish_many,
        "500 changes to a follower": partial(store.artworks.changed_since, changes, limit=500),
    }


async def _cursor_at(store: Store, depth: int) -> str | None:
    """Behind so many works, or as far as the store answers."""
    cursor = None
    for _ in range(depth // 100):
        try:
            page = await store.artworks.list(VIEWER, Filter(), sort=Sort.NEWEST, cursor=cursor, limit=100)
        except Unavailable:
            break
        if page.next is None:
            break
        cursor = page.next
    return cursor


async def _in_turn(ours: Deed, theirs: Deed) -> tuple[float, float]:
    """Medians in seconds, the two in turn."""
    times: tuple[list[float], list[float]] = [], []
    for turn in range(ROUNDS + 2):
        for kept, deed in zip(times, (ours, theirs), strict=True):
            start = time.perf_counter()
            try:
                await deed()
            except Unavailable:  # no answer within the five seconds that Limn waits
                kept.append(inf)
                continue
            if turn > 1:
                kept.append(time.perf_counter() - start)
    return median(times[0]), median(times[1])


if __name__ == "__main__":
    sys.exit(main())
