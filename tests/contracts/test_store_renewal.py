"""Contract: works that other eyes looked at come before the present ones, each once, and nobody else does."""

from functools import partial

from clocks import Clock
from crowds import all_at_once
from limn.models import AnalysisError, Artwork, ArtworkChanges, Caption, Claim, Findings, Match, State, Wanted
from limn.stores.protocol import Store
from works import OTHER, OWNER, a_work

ERROR = AnalysisError(code="internal_error", detail="It stopped unexpectedly.")
CAPTION = Caption(text="A fox", method="vlm", model="vlm")


async def _claimed(store: Store) -> Claim:
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim is not None
    return claim


async def _seen_by(store: Store, eyes: str | None, **overrides: object) -> Artwork:
    work = (await store.artworks.add(a_work(**overrides))).artwork
    claim = await _claimed(store)
    assert claim.artwork.id == work.id
    return await store.analyses.finish(claim, Findings(caption=CAPTION, eyes=eyes))


async def _state_of(store: Store, work: Artwork) -> tuple[State, str | None, bool]:
    analysis = (await store.artworks.get(work.id, OWNER)).analysis
    return analysis.state, analysis.eyes, analysis.look_at is not None


async def test_what_other_eyes_or_none_saw_is_due_and_keeps_its_findings(store: Store) -> None:
    for eyes in ("eyes 1", "eyes 3", None):
        await _seen_by(store, eyes)
    same = await _seen_by(store, "eyes 2")
    assert await store.analyses.behind("eyes 2") == 3
    assert await store.analyses.renew("eyes 2", limit=10) == 3
    assert await store.analyses.renew("eyes 2", limit=10) == 0, "they are due already"
    assert await store.analyses.behind("eyes 2") == 3, "and not yet seen"
    for left in (2, 1, 0):
        claim = await _claimed(store)
        assert (claim.wanted, claim.attempt, claim.artwork.analysis.caption) == (Wanted.EYES, 1, CAPTION)
        assert await store.analyses.renew("eyes 2", limit=10) == 0, "somebody is at it"
        await store.analyses.finish(claim, Findings(eyes="eyes 2"))
        assert await store.analyses.behind("eyes 2") == left
    assert await store.analyses.renew("eyes 2", limit=10) == 0
    assert await store.analyses.claim("worker", lease_seconds=10) is None
    assert await store.artworks.get(same.id, OWNER) == same


async def test_works_of_all_artists_are_renewed_hidden_or_not(store: Store) -> None:
    for visibility in ("public", "private", "unlisted"):
        await _seen_by(store, "old", visibility=visibility, owner=OTHER.account_id)
    assert await store.analyses.behind("new") == 3
    assert await store.analyses.renew("new", limit=10) == 3


async def test_renewing_goes_by_portions(store: Store) -> None:
    for number in range(7):
        await _seen_by(store, ("old", "older", None)[number % 3])
    assert [await store.analyses.renew("new", limit=limit) for limit in (0, 3, 3, 3, 3)] == [0, 3, 3, 1, 0]


async def test_renewing_by_many_at_once_makes_each_due_once(crowd: list[Store]) -> None:
    works = [await _seen_by(crowd[0], "old") for _ in range(20)]
    calls = [partial(crowd[n % 4].analyses.renew, "new", limit=7) for n in range(12)]
    answers, refusals = await all_at_once(calls)
    assert not refusals
    assert sum(answers) == 20
    revisions = [(await crowd[0].artworks.get(work.id, OWNER)).revision - work.revision for work in works]
    assert revisions == [1] * 20


async def test_a_renewed_work_is_a_change_that_followers_hear_of(store: Store, clock: Clock) -> None:
    work = await _seen_by(store, "old")
    clock.move(5)
    await store.analyses.renew("new", limit=1)
    renewed = await store.artworks.get(work.id, OWNER)
    assert renewed.analysis.look_at == renewed.updated
    assert renewed == work.model_copy(
        update={
            "revision": work.revision + 1,
            "updated": renewed.updated,
            "analysis": work.analysis.model_copy(update={"look_at": renewed.updated, "attempts": 0}),
        }
    )


async def test_uploads_are_behind_until_they_are_seen_and_are_not_renewed(store: Store) -> None:
    await store.artworks.add(a_work())
    assert await store.analyses.behind("new") == 1
    assert await store.analyses.renew("new", limit=10) == 0
    claim = await _claimed(store)
    assert await store.analyses.behind("new") == 1
    assert await store.analyses.renew("new", limit=10) == 0
    await store.analyses.finish(claim, Findings(eyes="new"))
    assert await store.analyses.behind("new") == 0


async def test_failed_and_deleted_works_hold_nothing_up(store: Store) -> None:
    await store.artworks.add(a_work())
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
    gone = await _seen_by(store, "old")
    await store.artworks.delete(gone.id, OWNER)
    assert await store.analyses.behind("new") == 0
    assert await store.analyses.renew("new", limit=10) == 0


async def test_a_work_that_waits_for_a_model_is_not_renewed_before(store: Store, clock: Clock) -> None:
    work = (await store.artworks.add(a_work())).artwork
    waiting = await store.analyses.finish(await _claimed(store), Findings(eyes="old"), look_again_seconds=60)
    assert await store.analyses.renew("new", limit=10) == 0
    assert await store.analyses.behind("new") == 1
    assert await store.artworks.get(work.id, OWNER) == waiting
    clock.move(60)
    await store.analyses.finish(await _claimed(store), Findings(eyes="new"))
    assert await store.analyses.behind("new") == 0


async def test_a_renewed_look_that_fails_for_good_is_not_asked_for_again_by_the_same_eyes(store: Store) -> None:
    work = await _seen_by(store, "old")
    for eyes in ("new", "newer"):
        assert await store.analyses.renew(eyes, limit=10) == 1
        failed = await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
        assert (failed.analysis.error, failed.analysis.caption) == (ERROR, CAPTION)
        assert await _state_of(store, work) == (State.DONE, eyes, False)
        assert await store.analyses.behind(eyes) == 0
        assert await store.analyses.renew(eyes, limit=10) == 0


async def test_neither_is_one_that_killed_three_workers(store: Store, clock: Clock) -> None:
    work = await _seen_by(store, "old")
    assert await store.analyses.renew("new", limit=10) == 1
    for _ in range(3):
        await _claimed(store)
        clock.move(11)
    assert await store.analyses.claim("worker", lease_seconds=10) is None
    assert await _state_of(store, work) == (State.DONE, "new", False)
    assert await store.analyses.renew("new", limit=10) == 0


async def test_an_error_of_former_eyes_is_gone_when_others_are_asked(store: Store) -> None:
    work = await _seen_by(store, "old")
    await store.analyses.renew("new", limit=10)
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
    await store.analyses.renew("newer", limit=10)
    assert (await store.artworks.get(work.id, OWNER)).analysis.error is None


async def test_a_description_between_does_not_make_it_forget_for_whom_the_look_was(store: Store) -> None:
    work = await _seen_by(store, "old")
    await store.analyses.renew("new", limit=10)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    match = Match(score=1, verdict="weak", method="clip", model="clip")
    await store.analyses.finish(await _claimed(store), Findings(match=match))
    assert await store.analyses.behind("new") == 1
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
    assert await _state_of(store, work) == (State.DONE, "new", False)


async def test_a_look_nobody_renewed_leaves_the_eyes_as_they_were(store: Store) -> None:
    work = await _seen_by(store, "old")
    await store.analyses.renew("new", limit=10)
    await store.analyses.finish(await _claimed(store), Findings(eyes="newer"), look_again_seconds=0)
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
    assert await _state_of(store, work) == (State.DONE, "newer", False)


async def test_a_renewal_that_a_failed_match_ended_is_forgotten(store: Store) -> None:
    work = await _seen_by(store, "old")
    await store.analyses.renew("new", limit=10)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
    await store.analyses.request(work.id, OWNER, Wanted.MATCH)
    await store.analyses.finish(await _claimed(store), Findings(match=None))
    await store.analyses.request(work.id, OWNER, Wanted.EYES)
    await store.analyses.retry(await _claimed(store), ERROR, delay_seconds=None)
    assert await _state_of(store, work) == (State.DONE, "old", False)
    assert await store.analyses.renew("new", limit=10) == 1


async def test_who_takes_uploads_only_leaves_second_looks_to_others(store: Store) -> None:
    await _seen_by(store, "eyes 1")
    assert await store.analyses.renew("eyes 2", limit=10) == 1
    assert await store.analyses.claim("worker", lease_seconds=10, second_looks=False) is None
    upload = (await store.artworks.add(a_work())).artwork
    claim = await store.analyses.claim("worker", lease_seconds=10, second_looks=False)
    assert claim is not None
    assert (claim.artwork.id, claim.wanted) == (upload.id, Wanted.ALL)
    assert (await _claimed(store)).wanted is Wanted.EYES
