"""Contract: what the gallery remembers of its models, and scores that are rescaled without a look."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from clocks import Clock
from crowds import all_at_once
from limn.models import Artwork, ArtworkChanges, Calibration, Claim, Findings, Match, State
from limn.stores.protocol import Store
from works import OWNER, a_work

MATCH = Match(score=80, verdict="good", method="clip", model="clip", cosine=0.1 + 0.2)
RESCALED = MATCH.model_copy(update={"score": 55, "verdict": "partial", "calibrated": True})
DAY, NEXT_DAY = "2026-11-21", "2026-11-22"


async def _claimed(store: Store) -> Claim:
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim is not None
    return claim


async def _matched(store: Store, match: Match | None = MATCH) -> Artwork:
    await store.artworks.add(a_work(description="A fox"))
    return await store.analyses.finish(await _claimed(store), Findings(match=match))


async def test_no_space_is_active_until_one_is_made_so(store: Store, second_store: Store) -> None:
    assert await store.eyes.active_space() is None
    for space in ("clip@1", "clip@1", "siglip@2", None, "clip@1"):
        await store.eyes.activate(space)
        assert await second_store.eyes.active_space() == space


async def test_each_space_has_its_own_calibration(store: Store, second_store: Store) -> None:
    assert await store.eyes.calibration("clip@1") is None
    first = Calibration(space="clip@1", midpoint=0.1 + 0.2, scale=1 / 3, version="1", pairs=0)
    other = Calibration(space="siglip@2", midpoint=-0.05, scale=0.01, version="1", pairs=900)
    for calibration in (first, other):
        await store.eyes.calibrate(calibration)
    assert await second_store.eyes.calibration("clip@1") == first
    later = first.model_copy(update={"midpoint": 0.25, "version": "2", "pairs": 400})
    await store.eyes.calibrate(later)
    assert await second_store.eyes.calibration("clip@1") == later
    assert await second_store.eyes.calibration("siglip@2") == other


async def test_spaces_calibrations_and_calls_are_there_after_reopening(
    reopened: Callable[[], AbstractAsyncContextManager[Store]],
) -> None:
    calibration = Calibration(space="clip@1", midpoint=0.2, scale=0.1, version="1")
    async with reopened() as store:
        await store.eyes.activate("clip@1")
        await store.eyes.calibrate(calibration)
        assert await store.eyes.spend("gallery", DAY, most=1)
    async with reopened() as store:
        assert await store.eyes.active_space() == "clip@1"
        assert await store.eyes.calibration("clip@1") == calibration
        assert not await store.eyes.spend("gallery", DAY, most=1)


async def test_of_twenty_callers_at_once_as_many_may_as_there_is_in_the_purse(crowd: list[Store]) -> None:
    calls = [partial(crowd[n % 4].eyes.spend, "gallery", DAY, most=7) for n in range(20)]
    answers, refusals = await all_at_once(calls)
    assert not refusals
    assert sorted(answers) == [False] * 13 + [True] * 7
    assert not await crowd[0].eyes.spend("gallery", DAY, most=7)


async def test_purses_and_days_are_apart(store: Store) -> None:
    for purse in ("gallery", "each:ada", "each:bea"):
        for day in (DAY, NEXT_DAY):
            assert [await store.eyes.spend(purse, day, most=2) for _ in range(3)] == [True, True, False]
    assert not await store.eyes.spend("gallery", DAY, most=2), "a process whose clock is behind pays for its own day"


async def test_what_may_be_spent_may_change_during_the_day(store: Store) -> None:
    assert not await store.eyes.spend("gallery", DAY, most=0)
    assert [await store.eyes.spend("gallery", DAY, most=1) for _ in range(2)] == [True, False]
    assert [await store.eyes.spend("gallery", DAY, most=2) for _ in range(2)] == [True, False]
    assert not await store.eyes.spend("gallery", DAY, most=1)
    assert not await store.eyes.spend("gallery", DAY, most=0)


async def test_a_refused_call_is_not_counted(store: Store) -> None:
    await store.eyes.spend("gallery", DAY, most=1)
    for _ in range(5):
        assert not await store.eyes.spend("gallery", DAY, most=1)
    assert await store.eyes.spend("gallery", DAY, most=2)


async def test_a_score_is_replaced_as_any_change_is(store: Store, clock: Clock) -> None:
    work = await _matched(store)
    clock.move(5)
    assert MATCH.cosine is not None
    assert await store.analyses.rescore(work.id, RESCALED, cosine=MATCH.cosine)
    rescored = await store.artworks.get(work.id, OWNER)
    assert rescored.analysis == work.analysis.model_copy(update={"match": RESCALED})
    assert rescored.revision == work.revision + 1
    assert (rescored.updated - work.updated).total_seconds() == 5
    assert await store.analyses.rescore(work.id, RESCALED, cosine=MATCH.cosine)
    assert await store.artworks.get(work.id, OWNER) == rescored, "the same score again is no change"


@pytest.mark.parametrize("match", [None, MATCH.model_copy(update={"cosine": None})])
async def test_what_has_no_cosine_is_not_rescored(store: Store, match: Match | None) -> None:
    work = await _matched(store, match)
    assert not await store.analyses.rescore(work.id, RESCALED, cosine=0.3)
    assert await store.artworks.get(work.id, OWNER) == work


async def test_only_the_very_cosine_is_rescored(store: Store) -> None:
    work = await _matched(store)
    assert not await store.analyses.rescore(work.id, RESCALED, cosine=0.3), "0.1 + 0.2 is another number"
    assert not await store.analyses.rescore("nothing", RESCALED, cosine=0.3)
    assert await store.artworks.get(work.id, OWNER) == work
    await store.artworks.delete(work.id, OWNER)
    assert not await store.analyses.rescore(work.id, RESCALED, cosine=0.1 + 0.2)


async def test_a_score_that_a_look_replaced_meanwhile_stays(store: Store) -> None:
    work = await _matched(store)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    fresh = MATCH.model_copy(update={"score": 20, "cosine": 0.21})
    done = await store.analyses.finish(await _claimed(store), Findings(match=fresh))
    assert not await store.analyses.rescore(work.id, RESCALED, cosine=0.1 + 0.2)
    assert await store.artworks.get(work.id, OWNER) == done


async def test_a_running_claim_is_not_disturbed(store: Store) -> None:
    work = await _matched(store)
    await store.analyses.renew("new", limit=1)
    claim = await _claimed(store)
    assert await store.analyses.rescore(work.id, RESCALED, cosine=0.1 + 0.2)
    await store.analyses.heartbeat(claim, lease_seconds=10)
    recorded = await store.analyses.record(claim, Findings(space="s"))
    assert (recorded.analysis.state, recorded.analysis.match) == (State.RUNNING, RESCALED)
    done = await store.analyses.finish(claim, Findings(eyes="new"))
    assert (done.analysis.match, done.analysis.eyes) == (RESCALED, "new")
