"""Contract: what an analysis writes, what it leaves alone, and asking for it again."""

from clocks import Clock
from limn.models import (
    AnalysisError,
    Artwork,
    Caption,
    Claim,
    Findings,
    Match,
    State,
    Swatch,
    Wanted,
)
from limn.stores.protocol import Store
from works import OWNER, a_page, a_work, artist_tag, machine_tag

ERROR = AnalysisError(code="model_away", detail="The model does not answer.")
CAPTION = Caption(text="A fox", method="measured", model="basic")
MATCH = Match(score=80, verdict="strong", method="clip", model="clip")


async def _claimed(store: Store, *, worker: str = "worker", lease_seconds: float = 10) -> Claim:
    claim = await store.analyses.claim(worker, lease_seconds=lease_seconds)
    assert claim is not None
    return claim


async def _added(store: Store) -> Artwork:
    return (await store.artworks.add(a_work())).artwork


async def test_what_is_recorded_is_seen_at_once_and_the_rest_stays(store: Store, clock: Clock) -> None:
    work = a_work(tags=["fox"])
    await store.artworks.add(work)
    claim = await _claimed(store)
    clock.move(1)
    swatches = (Swatch(hex="#d2691e", name="orange", share=0.5),)
    page = work.cover.model_copy(update={"placeholder": "data:…", "phash": "0" * 16})
    first = await store.analyses.record(claim, Findings(page=page, swatches=swatches))
    assert (first.cover, first.swatches, first.tags) == (page, swatches, work.tags)
    assert first.analysis.state is State.RUNNING
    assert first.revision == claim.artwork.revision + 1
    assert (first.updated - claim.artwork.updated).total_seconds() == 1
    assert await store.artworks.get(work.id, OWNER) == first
    second = await store.analyses.record(claim, Findings(caption=CAPTION, match=MATCH, space="s"))
    assert (second.cover, second.swatches) == (page, swatches)
    assert (second.analysis.caption, second.analysis.match, second.analysis.space) == (CAPTION, MATCH, "s")
    third = await store.analyses.finish(claim, Findings(match=None, match_reason="no_description", swatches=None))
    assert third.analysis.caption == CAPTION
    assert (third.analysis.match, third.analysis.match_reason, third.swatches) == (None, "no_description", ())
    assert (third.analysis.state, third.analysis.attempts) == (State.DONE, 1)
    assert await store.artworks.get(work.id, OWNER) == third


async def test_machine_tags_replace_machine_tags(store: Store) -> None:
    work = a_work(tags=["fox"])
    await store.artworks.add(work)
    claim = await _claimed(store)
    first = await store.analyses.record(claim, Findings(tags=(machine_tag("fox"), machine_tag("snow", 0.75))))
    assert first.tags == (artist_tag("fox"), machine_tag("snow", 0.75))
    second = await store.analyses.record(claim, Findings(tags=(machine_tag("night"),)))
    assert second.tags == (artist_tag("fox"), machine_tag("night"))
    third = await store.analyses.record(claim, Findings(caption=CAPTION))
    assert third.tags == second.tags
    fourth = await store.analyses.finish(claim, Findings(tags=None))
    assert fourth.tags == (artist_tag("fox"),)


async def test_renditions_that_were_found_are_needed_blobs(store: Store) -> None:
    work = await _added(store)
    claim = await _claimed(store)
    rendition = {"width": 320, "height": 240, "sha256": "ab" * 32, "bytes": 10}
    page = work.cover.model_validate(work.cover.model_dump() | {"renditions": [rendition]})
    await store.analyses.record(claim, Findings(page=page))
    assert await store.artworks.referenced(["ab" * 32, work.cover.sha256]) == {"ab" * 32, work.cover.sha256}
    await store.analyses.finish(claim, Findings(page=work.cover))
    assert await store.artworks.referenced(["ab" * 32, work.cover.sha256]) == {work.cover.sha256}


async def test_only_the_cover_is_replaced(store: Store) -> None:
    pages = (a_page("one"), a_page("two"))
    await store.artworks.add(a_work(pages=pages))
    claim = await _claimed(store)
    cover = pages[0].model_copy(update={"placeholder": "data:…"})
    assert (await store.analyses.finish(claim, Findings(page=cover))).pages == (cover, pages[1])


async def test_recording_nothing_writes_nothing(store: Store, clock: Clock) -> None:
    await _added(store)
    claim = await _claimed(store)
    clock.move(1)
    assert await store.analyses.record(claim, Findings()) == claim.artwork


async def test_the_owner_may_ask_again_in_any_state(store: Store, clock: Clock) -> None:
    work = await _added(store)

    async def ask() -> Claim:
        asked = await store.analyses.request(work.id, OWNER, Wanted.ALL)
        assert (asked.analysis.state, asked.analysis.attempts, asked.analysis.error) == (State.PENDING, 0, None)
        claim = await _claimed(store)
        assert (claim.wanted, claim.attempt) == (Wanted.ALL, 1)
        return claim

    claim = await ask()  # was pending
    claim = await ask()  # was running
    await store.analyses.finish(claim, Findings(caption=CAPTION))
    claim = await ask()  # was done
    assert claim.artwork.analysis.caption == CAPTION, "what was found stays until it is replaced"
    await store.analyses.retry(claim, ERROR, delay_seconds=1000)
    claim = await ask()  # was waiting
    await store.analyses.retry(claim, ERROR, delay_seconds=None)
    await ask()  # was failed
    for _ in range(3):
        clock.move(11)
        await store.analyses.claim("worker", lease_seconds=10)
    await ask()  # was poison


async def test_asking_for_the_match_alone_takes_nothing_away(store: Store) -> None:
    work = await _added(store)
    await store.analyses.request(work.id, OWNER, Wanted.MATCH)
    claim = await _claimed(store)
    assert claim.wanted is Wanted.ALL, "the first analysis is still outstanding"
    await store.analyses.finish(claim, Findings())
    await store.analyses.request(work.id, OWNER, Wanted.MATCH)
    claim = await _claimed(store)
    assert claim.wanted is Wanted.MATCH
    await store.analyses.release(claim)
    assert (await _claimed(store)).wanted is Wanted.MATCH
    await store.analyses.request(work.id, OWNER, Wanted.ALL)
    assert (await _claimed(store)).wanted is Wanted.ALL
