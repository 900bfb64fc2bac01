"""Contract: what an edit and a deletion change, and what they leave alone."""

from functools import partial

import pytest

from clocks import Clock
from crowds import all_at_once
from limn.errors import NotFound, Stale
from limn.models import (
    AnalysisError,
    Artwork,
    ArtworkChanges,
    Caption,
    Findings,
    Match,
    Sort,
    State,
    Tag,
    Visibility,
    Wanted,
)
from limn.stores.protocol import Filter, Store
from works import OTHER, OWNER, a_page, a_work, artist_tag, machine_tag, sha256

CAPTION = Caption(text="A fox", method="measured", model="basic")
MATCH = Match(score=80, verdict="strong", method="clip", model="clip")


async def _done(store: Store, work: Artwork) -> Artwork:
    await store.artworks.add(work)
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    assert claim.artwork.id == work.id
    return await store.analyses.finish(claim, Findings(caption=CAPTION, match=MATCH))


async def test_an_edit_changes_what_is_named_and_nothing_else(store: Store, clock: Clock) -> None:
    work = (await store.artworks.add(a_work(alt_text="Alt", tags=["fox"], licence="CC0"))).artwork
    clock.move(5)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="New", ai_generated=True))
    assert edited == work.model_copy(
        update={"title": "New", "ai_generated": True, "revision": 2, "updated": edited.updated}
    )
    assert (edited.updated - work.updated).total_seconds() == 5
    assert await store.artworks.get(work.id, OWNER) == edited


async def test_every_field_can_be_edited(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    changes = ArtworkChanges(
        title="T",
        description="D",
        alt_text="A",
        category="comics",
        tags=("x",),
        rejected_tags=("y",),
        intended=True,
        visibility=Visibility.UNLISTED,
        licence="CC0",
        ai_generated=True,
        original_public=True,
    )
    edited = await store.artworks.edit(work.id, OWNER, changes)
    for name in ArtworkChanges.model_fields:
        if name != "tags":
            assert getattr(edited, name) == getattr(changes, name), name
    assert edited.tags == (artist_tag("x"),)
    page = await store.artworks.list(OWNER, Filter(category="comics", tag="x"), sort=Sort.NEWEST, cursor=None, limit=5)
    assert page.items == (edited,)


async def test_only_the_alternative_text_can_be_emptied_by_none(store: Store) -> None:
    work = a_work(alt_text="Alt", description="Words", tags=["fox"])
    await store.artworks.add(work)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(alt_text=None, title=None, tags=None))
    assert (edited.alt_text, edited.title, edited.tags) == (None, work.title, work.tags)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="", tags=()))
    assert (edited.description, edited.tags) == ("", ())


async def test_an_edit_that_changes_nothing_writes_nothing(store: Store, clock: Clock) -> None:
    work = (await store.artworks.add(a_work(description="Words", tags=["fox"]))).artwork
    clock.move(5)
    for changes in (ArtworkChanges(), ArtworkChanges(title=work.title, description="Words", tags=("fox",))):
        assert await store.artworks.edit(work.id, OWNER, changes) == work


async def test_a_stale_edit_is_refused_and_changes_nothing(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="Second"), revision=1)
    with pytest.raises(Stale):
        await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="Third"), revision=1)
    assert await store.artworks.get(work.id, OWNER) == edited


async def test_of_twenty_edits_of_one_revision_one_wins(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    edit = store.artworks.edit
    calls = [partial(edit, work.id, OWNER, ArtworkChanges(title=f"Title {n}"), revision=1) for n in range(20)]
    answers, refusals = await all_at_once(calls)
    assert len(answers) == 1
    assert all(isinstance(refusal, Stale) for refusal in refusals)
    assert await store.artworks.get(work.id, OWNER) == answers[0]


async def test_twenty_edits_at_once_all_arrive(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    names = [name for name in ArtworkChanges.model_fields if name in {"title", "licence", "category", "alt_text"}]
    calls = [
        partial(store.artworks.edit, work.id, OWNER, ArtworkChanges.model_validate({name: f"{name} {n}"}))
        for n in range(5)
        for name in names
    ]
    answers, refusals = await all_at_once(calls)
    assert not refusals
    assert sorted(answer.revision for answer in answers) == list(range(2, 22))
    assert (await store.artworks.get(work.id, OWNER)).revision == 21


async def test_updated_never_goes_back(store: Store, clock: Clock) -> None:
    work = (await store.artworks.add(a_work())).artwork
    clock.move(-3600)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="New"))
    assert edited.updated == work.updated
    assert edited.revision == 2


async def test_an_edit_of_tags_keeps_what_the_machine_found(store: Store) -> None:
    work = a_work(tags=["fox", machine_tag("snow"), machine_tag("night")])
    await store.artworks.add(work)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(tags=("winter", "snow", "winter")))
    assert edited.tags == (artist_tag("winter"), artist_tag("snow"), machine_tag("night"))

    async def tagged(name: str) -> int:
        page = await store.artworks.list(OWNER, Filter(tag=name), sort=Sort.NEWEST, cursor=None, limit=5)
        return len(page.items)

    assert [await tagged(name) for name in ("winter", "snow", "night", "fox")] == [1, 1, 1, 0]


async def test_a_new_description_makes_the_match_due_and_only_that(store: Store) -> None:
    work = await _done(store, a_work(description="A fox"))
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    assert edited.analysis.state is State.PENDING
    assert edited.analysis.attempts == 0
    assert edited.analysis.caption == CAPTION
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    assert (claim.wanted, claim.attempt) == (Wanted.MATCH, 1)
    await store.analyses.finish(claim, Findings(match=MATCH))
    assert await store.analyses.claim("worker", lease_seconds=10) is None


async def test_two_edits_in_a_row_still_make_only_the_match_due(store: Store) -> None:
    work = await _done(store, a_work(description="A fox"))
    for description in ("A red fox", "Two red foxes"):
        await store.artworks.edit(work.id, OWNER, ArtworkChanges(description=description))
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    assert claim.wanted is Wanted.MATCH
    assert claim.artwork.description == "Two red foxes"


async def test_a_new_description_before_the_first_analysis_leaves_everything_due(store: Store) -> None:
    work = a_work(description="A fox")
    await store.artworks.add(work)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    assert claim.wanted is Wanted.ALL


async def test_a_new_description_wakes_a_failed_analysis(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    await store.analyses.retry(claim, AnalysisError(code="image_corrupt", detail="…"), delay_seconds=None)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(description="A red fox"))
    assert (edited.analysis.state, edited.analysis.attempts, edited.analysis.error) == (State.PENDING, 0, None)
    again = await store.analyses.claim("worker", lease_seconds=10)
    assert again
    assert again.wanted is Wanted.ALL


@pytest.mark.parametrize(
    "changes",
    [
        ArtworkChanges(title="New", category="comics", licence="CC0", ai_generated=True, alt_text="Alt"),
        ArtworkChanges(tags=("x",)),
        ArtworkChanges(visibility=Visibility.PRIVATE, original_public=True),
        ArtworkChanges(description="A fox"),
    ],
    ids=["texts", "tags", "visibility", "the same description"],
)
async def test_other_edits_leave_the_queue_alone(store: Store, changes: ArtworkChanges) -> None:
    work = await _done(store, a_work(description="A fox"))
    edited = await store.artworks.edit(work.id, OWNER, changes)
    assert edited.analysis == work.analysis
    assert await store.analyses.claim("worker", lease_seconds=10) is None


async def test_an_edit_beside_a_running_analysis_loses_neither(store: Store) -> None:
    work = a_work(tags=["fox"])
    await store.artworks.add(work)
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="New", tags=("winter",)))
    finished = await store.analyses.finish(claim, Findings(caption=CAPTION, tags=(machine_tag("snow"),)))
    assert finished.title == "New"
    assert finished.tags == (artist_tag("winter"), machine_tag("snow"))
    assert finished.analysis.caption == CAPTION


async def test_a_deleted_artwork_is_nowhere(store: Store) -> None:
    work = a_work(tags=["fox"])
    await store.artworks.add(work)
    await store.artworks.delete(work.id, OWNER)
    with pytest.raises(NotFound):
        await store.artworks.get(work.id, OWNER)
    with pytest.raises(NotFound):
        await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="New"))
    with pytest.raises(NotFound):
        await store.artworks.delete(work.id, OWNER)
    with pytest.raises(NotFound):
        await store.analyses.request(work.id, OWNER, Wanted.ALL)
    assert await store.artworks.many([work.id], OWNER) == []
    assert not await store.artworks.counts(OWNER)
    for where in (Filter(), Filter(tag="fox")):
        page = await store.artworks.list(OWNER, where, sort=Sort.NEWEST, cursor=None, limit=5)
        assert page.items == ()
    assert sum((await store.analyses.backlog()).values()) == 0
    assert await store.analyses.claim("worker", lease_seconds=10) is None


async def test_blobs_are_needed_until_the_last_artwork_that_shows_them_is_gone(store: Store) -> None:
    shared, alone, rendition = sha256("shared"), sha256("alone"), sha256("rendition")
    first = a_work(cover="shared", pages=(a_page("shared"), a_page("alone")))
    second = a_work(cover="shared", owner=OTHER.account_id)
    await store.artworks.add(first)
    await store.artworks.add(second)
    keys = [shared, alone, rendition, sha256("never seen")]
    assert await store.artworks.referenced(keys) == {shared, alone}
    assert await store.artworks.referenced([]) == set()
    assert await store.artworks.referenced(iter(keys)) == {shared, alone}
    await store.artworks.delete(first.id, OWNER)
    assert await store.artworks.referenced(keys) == {shared}
    await store.artworks.delete(second.id, OTHER)
    assert await store.artworks.referenced(keys) == set()


async def test_no_tag_can_be_lost_by_a_name_both_gave(store: Store) -> None:
    work = a_work(tags=["fox", Tag(name="fox", source="machine", confidence=0.3), machine_tag("snow")])
    await store.artworks.add(work)
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(tags=("fox",)))
    assert edited.tags == (artist_tag("fox"), machine_tag("snow"))
