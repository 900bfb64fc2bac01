"""A second look beside what else is asked of a work: nobody takes away what another asked for."""

import pytest

from clocks import Clock
from contracts.second_looks import (
    CAPTION,
    ERROR,
    FOUND,
    MATCH,
    NEW,
    after,
    claimed,
    looked_once,
    looking_again,
    nothing_due,
)
from limn.errors import LeaseLost
from limn.models import ArtworkChanges, Findings, State, Wanted
from limn.stores.protocol import Store
from works import OWNER, a_work


async def test_a_new_description_is_matched_now_and_the_look_comes_when_it_is_due(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=60)
    due = work.analysis.look_at
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    assert (edited.analysis.state, edited.analysis.look_at) == (State.PENDING, due)
    claim = await claimed(store)
    assert (claim.wanted, claim.attempt, claim.artwork.analysis.look_at) == (Wanted.MATCH, 1, due)
    matched = await store.analyses.finish(claim, Findings(match=MATCH))
    assert (matched.analysis.state, matched.analysis.look_at) == (State.DONE, due)
    assert await nothing_due(store)
    clock.move(60)
    assert (await looking_again(store, work)).attempt == 1
    await store.artworks.delete(work.id, OWNER)


@pytest.mark.parametrize(("seconds", "earliest"), [(30, 30), (90, 60)])
async def test_of_two_times_for_a_look_the_earlier_holds(
    store: Store, clock: Clock, seconds: float, earliest: float
) -> None:
    work = await looked_once(store, look_again_seconds=60)
    expected = after(clock, earliest)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    matched = await store.analyses.finish(await claimed(store), Findings(match=None), look_again_seconds=seconds)
    assert matched.analysis.look_at == expected


async def test_a_look_is_not_begun_while_a_match_is_due(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=1)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    clock.move(5)
    claim = await claimed(store)
    assert claim.wanted is Wanted.MATCH
    assert await nothing_due(store)
    await store.analyses.retry(claim, ERROR, delay_seconds=5)
    assert await nothing_due(store)
    clock.move(5)
    claim = await claimed(store)
    assert (claim.wanted, claim.attempt) == (Wanted.MATCH, 2)
    await store.analyses.release(claim)
    await store.analyses.finish(await claimed(store), Findings(match=MATCH))
    assert (await looking_again(store, work)).attempt == 1


async def test_a_match_that_fails_for_good_ends_the_waiting_too(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=1)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    failed = await store.analyses.retry(await claimed(store), ERROR, delay_seconds=None)
    assert (failed.analysis.state, failed.analysis.look_at) == (State.FAILED, None)
    clock.move(100)
    assert await nothing_due(store)
    await store.analyses.request(work.id, OWNER, Wanted.ALL)
    assert (await claimed(store)).wanted is Wanted.ALL


async def test_a_new_description_during_a_look_ends_with_both_done(store: Store) -> None:
    work = await looked_once(store, look_again_seconds=0)
    late = await looking_again(store, work)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    assert edited.analysis.state is State.PENDING
    with pytest.raises(LeaseLost):
        await store.analyses.finish(late, NEW)
    claim = await claimed(store)
    assert claim.wanted is Wanted.MATCH
    await store.analyses.finish(claim, Findings(match=MATCH))
    await store.analyses.finish(await looking_again(store, work), NEW)
    assert await nothing_due(store)


async def test_asking_for_everything_takes_the_look_along(store: Store, clock: Clock) -> None:
    waiting = await looked_once(store, look_again_seconds=60)
    looked_at = await looked_once(store, look_again_seconds=0)
    await looking_again(store, looked_at)
    for work in (waiting, looked_at):
        asked = await store.analyses.request(work.id, OWNER, Wanted.ALL)
        assert (asked.analysis.state, asked.analysis.look_at) == (State.PENDING, None)
        await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
        claim = await claimed(store)
        assert claim.wanted is Wanted.ALL
        await store.analyses.finish(claim, FOUND)
    clock.move(10_000)
    assert await nothing_due(store)


async def test_the_owner_may_ask_for_a_look(store: Store, clock: Clock) -> None:
    work = await looked_once(store)
    asked = await store.analyses.request(work.id, OWNER, Wanted.EYES)
    assert asked.analysis.state is State.PENDING
    upload = (await store.artworks.add(a_work())).artwork
    assert (await claimed(store)).artwork.id == upload.id
    failed = await store.analyses.retry(await looking_again(store, work), ERROR, delay_seconds=None)
    assert (failed.analysis.state, failed.analysis.caption) == (State.DONE, CAPTION)
    await store.analyses.request(work.id, OWNER, Wanted.EYES)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    claim = await claimed(store)
    assert claim.wanted is Wanted.MATCH
    await store.analyses.request(work.id, OWNER, Wanted.EYES)
    await store.analyses.finish(await claimed(store), Findings(match=MATCH))
    await store.analyses.finish(await looking_again(store, work), NEW)
    clock.move(5)
    assert await nothing_due(store)


async def test_asking_for_a_look_takes_nothing_away(store: Store) -> None:
    work = (await store.artworks.add(a_work())).artwork
    await store.analyses.request(work.id, OWNER, Wanted.EYES)
    claim = await claimed(store)
    assert claim.wanted is Wanted.ALL
    await store.analyses.retry(claim, ERROR, delay_seconds=None)
    await store.analyses.request(work.id, OWNER, Wanted.EYES)
    assert (await claimed(store)).wanted is Wanted.ALL


async def test_what_waits_for_a_look_counts_as_done(store: Store) -> None:
    await looked_once(store, look_again_seconds=60)
    assert dict(await store.analyses.backlog()) == {"pending": 0, "running": 0, "done": 1, "failed": 0}


async def test_a_deleted_work_is_not_looked_at(store: Store) -> None:
    work = await looked_once(store, look_again_seconds=0)
    await store.artworks.delete(work.id, OWNER)
    assert await nothing_due(store)
