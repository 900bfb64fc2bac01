"""Contract: what was acknowledged is there for whoever opens the store next, and a closed store says so."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from limn.errors import Unavailable
from limn.models import Findings, Sort
from limn.stores.protocol import Filter, Store
from works import OWNER, a_work

Reopened = Callable[[], AbstractAsyncContextManager[Store]]


async def test_everything_is_there_after_reopening(reopened: Reopened) -> None:
    async with reopened() as store:
        work = (await store.artworks.add(a_work(tags=["fox"]), key="k")).artwork
        await store.artworks.add(other := a_work(cover="gone"))
        await store.artworks.delete(other.id, OWNER)
        cursor = (await store.artworks.changed_since(None, limit=10)).cursor
        claim = await store.analyses.claim("worker", lease_seconds=10)
        assert claim
    async with reopened() as store:
        assert await store.artworks.get(work.id, OWNER) == claim.artwork
        assert not (await store.artworks.add(work, key="k")).fresh
        page = await store.artworks.list(OWNER, Filter(tag="fox"), sort=Sort.NEWEST, cursor=None, limit=5)
        assert [item.id for item in page.items] == [work.id]
        await store.artworks.changed_since(cursor, limit=10)
        finished = await store.analyses.finish(claim, Findings(space="s"))
    async with reopened() as store:
        assert await store.artworks.get(work.id, OWNER) == finished


async def test_a_healthy_store_says_so(store: Store) -> None:
    await store.health.check()
    await store.health.check()
    assert await store.health.inspect() == []


async def test_a_write_is_seen_by_others_when_it_is_answered(store: Store, second_store: Store) -> None:
    for _ in range(20):
        work = (await store.artworks.add(a_work())).artwork
        assert await second_store.artworks.get(work.id, OWNER) == work
        await second_store.artworks.delete(work.id, OWNER)
        assert await store.artworks.many([work.id], OWNER) == []


async def test_a_closed_store_refuses(reopened: Reopened) -> None:
    async with reopened() as store:
        work = (await store.artworks.add(a_work())).artwork
    with pytest.raises(Unavailable):
        await store.artworks.add(a_work())
    with pytest.raises(Unavailable):
        await store.artworks.get(work.id, OWNER)
    with pytest.raises(Unavailable):
        await store.health.check()
