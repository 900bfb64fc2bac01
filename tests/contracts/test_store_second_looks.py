"""Contract: works that are looked at again. They wait behind all uploads, stay done, and lose nothing where it fails."""

from functools import partial

import anyio
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
from crowds import all_at_once
from limn.errors import LeaseLost
from limn.models import Claim, Findings, State
from limn.stores.protocol import Store
from works import OWNER, a_work


async def test_a_work_that_waits_is_done_and_tells_when(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=60)
    assert (work.analysis.state, work.analysis.look_at) == (State.DONE, after(clock, 60))
    assert (work.analysis.caption, work.analysis.match) == (CAPTION, MATCH)
    assert await store.artworks.get(work.id, OWNER) == work
    clock.move(59.9)
    assert await nothing_due(store)
    clock.move(0.1)
    claim = await looking_again(store, work)
    assert (claim.attempt, claim.worker) == (1, "worker")
    running = claim.artwork.analysis
    assert (running.state, running.attempts, running.look_at) == (State.RUNNING, 1, None)
    assert running.caption == CAPTION, "what was found stays until it is replaced"
    assert await store.artworks.get(work.id, OWNER) == claim.artwork
    finished = await store.analyses.finish(claim, FOUND)
    assert (finished.analysis.state, finished.analysis.look_at, finished.analysis.eyes) == (State.DONE, None, "new")
    clock.move(10_000)
    assert await nothing_due(store)


async def test_it_may_be_put_off_again_and_again(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=0)
    for _ in range(5):
        claim = await looking_again(store, work)
        assert claim.attempt == 1, "an answer that says later is no failed attempt"
        again = await store.analyses.finish(claim, Findings(), look_again_seconds=30)
        assert again.analysis.look_at == after(clock, 30)
        assert await nothing_due(store)
        clock.move(30)


async def test_uploads_come_first_and_then_what_has_been_due_longest(store: Store, clock: Clock) -> None:
    last = await looked_once(store, look_again_seconds=3)
    first = await looked_once(store, look_again_seconds=1)
    second = await looked_once(store, look_again_seconds=2)
    clock.move(-1000)  # older than any of them
    upload = (await store.artworks.add(a_work())).artwork
    clock.move(2000)
    assert (await claimed(store)).artwork.id == upload.id
    claims = [await claimed(store, lease_seconds=100) for _ in range(3)]
    assert [claim.artwork.id for claim in claims] == [first.id, second.id, last.id]
    assert await nothing_due(store)


async def test_not_even_a_look_that_was_begun_comes_before_an_upload(store: Store, clock: Clock) -> None:
    upload = (await store.artworks.add(a_work())).artwork
    claim = await claimed(store, lease_seconds=1000)
    clock.move(1)
    newer = await looked_once(store, look_again_seconds=0)
    await looking_again(store, newer)
    clock.move(11)
    await store.analyses.release(claim)
    assert (await claimed(store)).artwork.id == upload.id
    assert (await looking_again(store, newer)).attempt == 2


async def test_fifty_callers_get_sixty_looks_once_each(crowd: list[Store]) -> None:
    ids = {(await looked_once(crowd[0], look_again_seconds=0)).id for _ in range(60)}
    calls = [partial(crowd[n % 4].analyses.claim, f"worker {n}", lease_seconds=10) for n in range(50)]
    claims = [*(await all_at_once(calls))[0], *(await all_at_once(calls))[0]]
    claimed = [claim.artwork.id for claim in claims if claim]
    assert len(claimed) == 60
    assert set(claimed) == ids


async def test_a_failed_look_waits_counts_and_takes_nothing_away(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=0)
    for attempt in (1, 2):
        claim = await looking_again(store, work)
        assert claim.attempt == attempt
        failed = (await store.analyses.retry(claim, ERROR, delay_seconds=30)).analysis
        assert (failed.state, failed.attempts, failed.look_at) == (State.DONE, attempt, after(clock, 30))
        assert failed.error == ERROR.model_copy(update={"retry_at": after(clock, 30)})
        clock.move(29)
        assert await nothing_due(store)
        clock.move(1)
    last = await store.analyses.retry(await looking_again(store, work), ERROR, delay_seconds=30)
    assert (last.analysis.state, last.analysis.error, last.analysis.look_at) == (State.DONE, ERROR, None)
    assert (last.analysis.caption, last.analysis.match, last.analysis.eyes) == (CAPTION, MATCH, "old")
    clock.move(10_000)
    assert await nothing_due(store)


async def test_a_look_that_succeeds_after_a_failure_is_well(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=0)
    await store.analyses.retry(await looking_again(store, work), ERROR, delay_seconds=1)
    clock.move(1)
    claim = await looking_again(store, work)
    assert claim.attempt == 2
    again = await store.analyses.finish(claim, FOUND, look_again_seconds=5)
    assert again.analysis.error is None
    clock.move(5)
    assert (await looking_again(store, work)).attempt == 1, "a new look counts its own attempts"


async def test_a_look_without_hope_ends_at_once(store: Store) -> None:
    work = await looked_once(store, look_again_seconds=0)
    ended = await store.analyses.retry(await looking_again(store, work), ERROR, delay_seconds=None)
    assert (ended.analysis.state, ended.analysis.error, ended.analysis.look_at) == (State.DONE, ERROR, None)
    assert await nothing_due(store)


async def test_a_look_that_killed_three_workers_ends_done_with_poison(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=0)
    for attempt in (1, 2, 3):
        assert (await looking_again(store, work)).attempt == attempt
        clock.move(11)
    assert await nothing_due(store)
    ended = (await store.artworks.get(work.id, OWNER)).analysis
    assert (ended.state, ended.caption, ended.match) == (State.DONE, CAPTION, MATCH)
    assert ended.error
    assert ended.error.code == "poison"
    clock.move(10_000)
    assert await nothing_due(store)


async def test_a_released_look_is_due_at_once_and_not_counted(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=0)
    for _ in range(5):
        claim = await looking_again(store, work)
        assert claim.attempt == 1
        await store.analyses.release(claim)
        waiting = (await store.artworks.get(work.id, OWNER)).analysis
        assert (waiting.state, waiting.attempts, waiting.error) == (State.DONE, 0, None)
        assert waiting.look_at == after(clock, 0)


async def test_a_look_is_a_lease_like_any_other(store: Store, clock: Clock) -> None:
    work = await looked_once(store, look_again_seconds=0)
    late = await looking_again(store, work)
    clock.move(9)
    await store.analyses.heartbeat(late, lease_seconds=10)
    clock.move(9)
    assert await nothing_due(store)
    recorded = await store.analyses.record(late, FOUND)
    assert (recorded.analysis.state, recorded.analysis.eyes) == (State.RUNNING, "new")
    clock.move(2)
    await _assert_refused(store, late)
    current = await looking_again(store, work)
    assert current.attempt == 2
    await _assert_refused(store, late)
    await store.analyses.finish(current, NEW, look_again_seconds=30)
    await _assert_refused(store, late)
    await _assert_refused(store, current)


async def _assert_refused(store: Store, late: Claim) -> None:
    refusals = [
        store.analyses.finish(late, FOUND, look_again_seconds=1),
        store.analyses.retry(late, ERROR, delay_seconds=1),
        store.analyses.retry(late, ERROR, delay_seconds=None),
        store.analyses.release(late),
        store.analyses.heartbeat(late, lease_seconds=10),
    ]
    for refusal in refusals:
        with pytest.raises(LeaseLost):
            await refusal


async def test_a_cancelled_worker_still_hears_of_the_look_it_claimed(store: Store) -> None:
    work = await looked_once(store, look_again_seconds=0)
    claim = None
    with anyio.CancelScope() as scope:
        scope.cancel()
        claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    assert claim.artwork.id == work.id
