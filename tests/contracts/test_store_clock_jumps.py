"""Contract: a clock that jumps delays work or has it done twice, and never loses, hides or holds anything."""

import pytest

from clocks import Clock
from crowds import all_at_once
from limn.errors import LeaseLost
from limn.models import AnalysisError, Artwork, ArtworkChanges, Claim, Findings, State, Wanted
from limn.stores.protocol import Store, Tombstone
from works import OWNER, a_work

HOUR, DAY = 3600.0, 24 * 3600.0
ERROR = AnalysisError(code="internal_error", detail="It stopped unexpectedly.")


async def _added(store: Store) -> Artwork:
    return (await store.artworks.add(a_work())).artwork


async def _claimed(store: Store) -> Claim | None:
    return await store.analyses.claim("worker", lease_seconds=15)


async def _claimed_within(store: Store, clock: Clock, seconds: int) -> Claim:
    """Asked each second, as workers ask."""
    for _ in range(seconds):
        if claim := await _claimed(store):
            return claim
        clock.move(1)
    raise AssertionError(f"nothing was due for {seconds} s")


async def _read_to_the_end(store: Store, cursor: str | None) -> tuple[dict[str, int | None], str]:
    """Revisions by id, None of what is gone, and where to go on: a round of a follower."""
    found: dict[str, int | None] = {}
    while True:
        changes = await store.artworks.changed_since(cursor, limit=3)
        found |= {one.id: None if isinstance(one, Tombstone) else one.revision for one in changes.items}
        cursor = changes.cursor
        if not changes.more:
            return found, cursor


async def test_what_waits_is_due_soon_after_the_clock_was_set_back(store: Store, clock: Clock) -> None:
    uploaded, failed, held = [await _added(store) for _ in range(3)]
    clock.move(1)
    for work in (held, failed):
        claim = await _claimed(store)
        assert claim is not None
        assert claim.artwork.id == work.id
    assert claim is not None
    await store.analyses.retry(claim, ERROR, delay_seconds=4)
    clock.move(-HOUR)
    soon = [await _claimed_within(store, clock, 3) for _ in range(2)]
    assert {claim.artwork.id for claim in soon} == {uploaded.id, failed.id}
    for claim in soon:
        await store.analyses.finish(claim, Findings())
    late = await _claimed_within(store, clock, 65)
    assert (late.artwork.id, late.attempt) == (held.id, 2), (
        "whose worker is dead: it held the lease before the clock went back"
    )


async def test_a_second_look_that_was_begun_is_due_soon_too(store: Store, clock: Clock) -> None:
    work = await _added(store)
    claim = await _claimed(store)
    assert claim is not None
    await store.analyses.finish(claim, Findings(eyes="old"), look_again_seconds=0)
    assert await _claimed(store)
    clock.move(-HOUR)
    again = await _claimed_within(store, clock, 65)
    assert (again.artwork.id, again.wanted) == (work.id, Wanted.EYES)


async def test_a_worker_that_lives_keeps_its_lease_when_the_clock_is_set_back(store: Store, clock: Clock) -> None:
    await _added(store)
    claim = await _claimed(store)
    assert claim is not None
    clock.move(-HOUR)
    for _ in range(30):
        assert await _claimed(store) is None
        await store.analyses.heartbeat(claim, lease_seconds=15)
        clock.move(5)
    assert (await store.analyses.finish(claim, Findings())).analysis.state is State.DONE


async def test_a_clock_that_jumps_ahead_ends_leases_and_one_of_two_finishes(store: Store, clock: Clock) -> None:
    await _added(store)
    before = await _claimed(store)
    clock.move(HOUR)
    after = await _claimed(store)
    assert before is not None
    assert after is not None
    assert (after.artwork.id, after.attempt) == (before.artwork.id, 2)
    done, refused = await all_at_once(
        [lambda: store.analyses.finish(before, Findings()), lambda: store.analyses.finish(after, Findings())]
    )
    assert [len(done), [type(one) for one in refused]] == [1, [LeaseLost]]
    clock.move(-HOUR)
    assert await _claimed(store) is None


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_a_delay_within_the_minute_is_kept_where_no_clock_jumps(store: Store, clock: Clock, jump: float) -> None:
    clock.move(jump)
    await _added(store)
    claim = await _claimed(store)
    assert claim is not None
    await store.analyses.retry(claim, ERROR, delay_seconds=60)
    for _ in range(60):
        assert await _claimed(store) is None
        clock.move(1)
    assert await _claimed(store)


async def test_followers_hear_of_all_that_is_written_after_a_jump(store: Store, clock: Clock) -> None:
    works = [await _added(store) for _ in range(7)]
    _, cursor = await _read_to_the_end(store, None)
    for jump in (-HOUR, HOUR, HOUR, -2 * HOUR):
        clock.move(jump)
        edited = await store.artworks.edit(works[0].id, OWNER, ArtworkChanges(title=f"After {clock.now}"))
        fresh = await _added(store)
        gone = await _added(store)
        await store.artworks.delete(gone.id, OWNER)
        clock.move(30)  # the store was away, or the follower was
        heard: dict[str, int | None] = {}
        for _ in range(3):
            found, cursor = await _read_to_the_end(store, cursor)
            heard |= found
            clock.move(1)
        assert [heard.get(one.id) for one in (edited, fresh)] == [edited.revision, fresh.revision]
        assert heard[gone.id] is None


async def test_a_jump_in_the_middle_of_a_long_reading_hides_nothing(store: Store, clock: Clock) -> None:
    works = []
    for _ in range(8):
        clock.move(1)
        works.append(await _added(store))
    changes = await store.artworks.changed_since(None, limit=3)
    heard = {one.id for one in changes.items}
    clock.move(-HOUR)
    late = await _added(store)
    clock.move(30)
    cursor: str | None = changes.cursor
    for _ in range(10):
        found, cursor = await _read_to_the_end(store, cursor)
        heard |= found.keys()
        clock.move(1)
    assert heard == {work.id for work in [*works, late]}


async def test_a_follower_is_quiet_again_soon_after_a_jump(store: Store, clock: Clock) -> None:
    for _ in range(12):
        await _added(store)
    _, cursor = await _read_to_the_end(store, None)
    clock.move(-60)
    await _read_to_the_end(store, cursor)
    clock.move(100)
    for _ in range(20):
        found, cursor = await _read_to_the_end(store, cursor)
        clock.move(10)
    assert not found


async def test_who_begins_to_follow_does_not_wait_until_a_wrong_clock_is_right(store: Store, clock: Clock) -> None:
    """It was a year ahead, long enough for a deletion of then to be forgotten."""
    clock.move(365 * DAY)
    await store.artworks.delete((await _added(store)).id, OWNER)
    clock.move(2 * DAY)
    assert await store.artworks.forget_tombstones(older_than_seconds=DAY) == 1
    clock.move(-367 * DAY)
    kept = await _added(store)
    found, cursor = await _read_to_the_end(store, None)
    assert found == {kept.id: 1}
    clock.move(1)
    other = await _added(store)
    found, _ = await _read_to_the_end(store, cursor)
    assert other.id in found
