"""Contract: artworks as their own queue. Exactly once each, and a late worker is refused."""

from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import pytest

from clocks import Clock
from crowds import all_at_once
from limn.errors import LeaseLost
from limn.models import (
    AnalysisError,
    Artwork,
    ArtworkChanges,
    Caption,
    Claim,
    Findings,
    Match,
    State,
    Wanted,
)
from limn.stores.protocol import Store
from works import OTHER, OWNER, a_work

ERROR = AnalysisError(code="model_away", detail="The model does not answer.")
CAPTION = Caption(text="A fox", method="measured", model="basic")
MATCH = Match(score=80, verdict="strong", method="clip", model="clip")


async def _claimed(store: Store, *, worker: str = "worker", lease_seconds: float = 10) -> Claim:
    claim = await store.analyses.claim(worker, lease_seconds=lease_seconds)
    assert claim is not None
    return claim


async def _added(store: Store) -> Artwork:
    return (await store.artworks.add(a_work())).artwork


async def _assert_refused(store: Store, late: Claim) -> None:
    """Nothing a late worker brings is written."""
    refusals = [
        store.analyses.heartbeat(late, lease_seconds=10),
        store.analyses.record(late, Findings(caption=CAPTION)),
        store.analyses.finish(late, Findings(caption=CAPTION)),
        store.analyses.retry(late, ERROR, delay_seconds=1),
        store.analyses.retry(late, ERROR, delay_seconds=None),
        store.analyses.release(late),
    ]
    for refusal in refusals:
        with pytest.raises(LeaseLost):
            await refusal


async def test_what_is_added_is_due_at_once(store: Store) -> None:
    work = await _added(store)
    claim = await _claimed(store)
    assert claim.artwork.model_copy(update={"analysis": work.analysis, "revision": 1}) == work
    assert (claim.wanted, claim.worker, claim.attempt) == (Wanted.ALL, "worker", 1)
    assert (claim.artwork.analysis.state, claim.artwork.analysis.attempts) == (State.RUNNING, 1)
    assert await store.artworks.get(work.id, OWNER) == claim.artwork
    assert await store.analyses.claim("another", lease_seconds=10) is None


async def test_the_newest_is_claimed_first(store: Store, clock: Clock) -> None:
    works = []
    for _ in range(4):
        clock.move(1)
        works.append((await _added(store)).id)
    assert [(await _claimed(store)).artwork.id for _ in works] == works[::-1]


async def test_fifty_callers_get_a_hundred_works_once_each(store: Store) -> None:
    ids = {(await _added(store)).id for _ in range(100)}
    calls = [partial(store.analyses.claim, f"worker {n}", lease_seconds=10) for n in range(50)]
    first, _ = await all_at_once(calls)
    second, _ = await all_at_once(calls)
    claimed = [claim.artwork.id for claim in (*first, *second) if claim]
    assert len(claimed) == 100
    assert set(claimed) == ids
    third, refusals = await all_at_once(calls)
    assert not refusals
    assert third == [None] * 50


async def test_callers_of_four_stores_share_the_work(crowd: list[Store]) -> None:
    ids = {(await _added(crowd[0])).id for _ in range(60)}
    calls = [partial(crowd[n % 4].analyses.claim, f"worker {n}", lease_seconds=10) for n in range(80)]
    claims, refusals = await all_at_once(calls)
    claimed = [claim.artwork.id for claim in claims if claim]
    assert not refusals
    assert len(claimed) == 60
    assert set(claimed) == ids


async def test_a_lease_that_ran_out_is_claimed_again(store: Store, second_store: Store, clock: Clock) -> None:
    work = await _added(store)
    first = await _claimed(store)
    clock.move(9.9)
    assert await second_store.analyses.claim("another", lease_seconds=10) is None
    clock.move(0.2)
    second = await _claimed(second_store, worker="another")
    assert (second.artwork.id, second.attempt) == (work.id, 2)
    assert second.fence > first.fence


async def test_a_heartbeat_prolongs_the_lease(store: Store, clock: Clock) -> None:
    await _added(store)
    claim = await _claimed(store)
    for _ in range(5):
        clock.move(9)
        await store.analyses.heartbeat(claim, lease_seconds=10)
        assert await store.analyses.claim("another", lease_seconds=10) is None
    clock.move(11)
    assert (await _claimed(store)).attempt == 2


async def test_a_heartbeat_is_no_change(store: Store, clock: Clock) -> None:
    work = await _added(store)
    claim = await _claimed(store)
    clock.move(5)
    await store.analyses.heartbeat(claim, lease_seconds=10)
    assert await store.artworks.get(work.id, OWNER) == claim.artwork


async def test_a_worker_whose_work_was_taken_over_is_refused(store: Store, clock: Clock) -> None:
    await _added(store)
    late = await _claimed(store)
    clock.move(11)
    current = await _claimed(store, worker="another")
    await _assert_refused(store, late)
    assert await store.artworks.get(late.artwork.id, OWNER) == current.artwork
    finished = await store.analyses.finish(current, Findings(match=MATCH))
    assert finished.analysis.match == MATCH
    await _assert_refused(store, late)


async def test_a_worker_that_slept_past_its_lease_is_refused_even_if_nobody_took_over(
    store: Store, clock: Clock
) -> None:
    await _added(store)
    late = await _claimed(store)
    clock.move(10.1)
    await _assert_refused(store, late)
    assert (await _claimed(store)).attempt == 2


async def test_a_claim_is_void_after_it_was_ended(store: Store) -> None:
    for end in (
        lambda claim: store.analyses.finish(claim, Findings()),
        lambda claim: store.analyses.retry(claim, ERROR, delay_seconds=1),
        lambda claim: store.analyses.retry(claim, ERROR, delay_seconds=None),
        store.analyses.release,
    ):
        work = await _added(store)
        claim = await _claimed(store)
        await end(claim)
        await _assert_refused(store, claim)
        await store.artworks.delete(work.id, OWNER)


async def test_edit_request_and_deletion_take_the_lease_away(store: Store) -> None:
    work = await _added(store)
    late = await _claimed(store)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="New"))
    await _assert_refused(store, late)
    late = await _claimed(store)
    await store.analyses.request(work.id, OWNER, Wanted.ALL)
    await _assert_refused(store, late)
    late = await _claimed(store)
    await store.artworks.delete(work.id, OWNER)
    await _assert_refused(store, late)


async def test_a_retry_waits_and_tells_when(store: Store, clock: Clock) -> None:
    await _added(store)
    claim = await _claimed(store)
    failed = await store.analyses.retry(claim, ERROR, delay_seconds=30)
    due = datetime.fromtimestamp(clock.now, UTC) + timedelta(seconds=30)
    assert failed.analysis.state is State.PENDING
    assert failed.analysis.error == ERROR.model_copy(update={"retry_at": due})
    clock.move(29)
    assert await store.analyses.claim("worker", lease_seconds=10) is None
    clock.move(1)
    again = await _claimed(store)
    assert again.attempt == 2
    assert (await store.analyses.finish(again, Findings())).analysis.error is None


async def test_a_retry_without_delay_is_the_end(store: Store, clock: Clock) -> None:
    await _added(store)
    claim = await _claimed(store)
    failed = await store.analyses.retry(claim, ERROR, delay_seconds=None)
    assert failed.analysis.state is State.FAILED
    assert failed.analysis.error == ERROR
    clock.move(10_000)
    assert await store.analyses.claim("worker", lease_seconds=10) is None


async def test_the_third_failed_attempt_is_the_last(store: Store, clock: Clock) -> None:
    work = await _added(store)
    states = []
    for _ in range(3):
        claim = await _claimed(store)
        states.append((await store.analyses.retry(claim, ERROR, delay_seconds=1)).analysis.state)
        clock.move(2)
    assert states == [State.PENDING, State.PENDING, State.FAILED]
    assert await store.analyses.claim("worker", lease_seconds=10) is None
    read = await store.artworks.get(work.id, OWNER)
    assert (read.analysis.attempts, read.analysis.error) == (3, ERROR)


async def test_what_killed_three_workers_is_poison(store: Store, clock: Clock) -> None:
    work = await _added(store)
    for attempt in (1, 2, 3):
        assert (await _claimed(store)).attempt == attempt
        clock.move(11)
    healthy = await _added(store)
    assert (await _claimed(store)).artwork.id == healthy.id
    assert await store.analyses.claim("worker", lease_seconds=10) is None
    read = await store.artworks.get(work.id, OWNER)
    assert read.analysis.state is State.FAILED
    assert read.analysis.attempts == 3
    assert read.analysis.error
    assert read.analysis.error.code == "poison"
    clock.move(10_000)
    assert (await _claimed(store)).artwork.id == healthy.id, "only the healthy one is claimed again"


async def test_poison_does_not_stand_before_what_is_behind_it(store: Store, clock: Clock) -> None:
    older = await _added(store)
    claim = await _claimed(store, lease_seconds=1000)
    clock.move(1)
    for _ in range(3):
        await _added(store)
    for _ in range(3):
        for _ in range(3):
            await _claimed(store)
        clock.move(11)
    await store.analyses.release(claim)
    assert (await _claimed(store)).artwork.id == older.id
    assert (await store.analyses.backlog())["failed"] == 3


async def test_a_released_work_is_due_at_once_and_not_counted(store: Store) -> None:
    work = await _added(store)
    for _ in range(5):
        claim = await _claimed(store)
        assert claim.attempt == 1
        await store.analyses.release(claim)
        read = await store.artworks.get(work.id, OWNER)
        assert (read.analysis.state, read.analysis.attempts, read.analysis.error) == (State.PENDING, 0, None)


async def test_the_backlog_counts_every_state(store: Store) -> None:
    assert dict(await store.analyses.backlog()) == {"pending": 0, "running": 0, "done": 0, "failed": 0}
    for visibility in ("public", "private", "unlisted", "public", "public"):
        await store.artworks.add(a_work(visibility=visibility, owner=OTHER.account_id))
    await store.analyses.finish(await _claimed(store), Findings())
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=100)
    await _claimed(store)
    assert dict(await store.analyses.backlog()) == {"pending": 2, "running": 1, "done": 1, "failed": 1}


async def test_a_cancelled_worker_still_hears_of_what_it_claimed(store: Store) -> None:
    await _added(store)
    claim = None
    with anyio.CancelScope() as scope:
        scope.cancel()
        claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    await store.analyses.release(claim)
    assert (await _claimed(store)).attempt == 1
