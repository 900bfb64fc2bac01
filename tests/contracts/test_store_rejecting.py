"""Contract: tags of the machine that the artist refused are gone, and never come back unless the artist says so."""

from clocks import Clock
from limn.models import Artwork, ArtworkChanges, Claim, Findings, Sort, Tag
from limn.stores.protocol import Filter, Store
from works import OWNER, a_work, artist_tag, machine_tag

SNOW, NIGHT = machine_tag("snow"), machine_tag("night")


async def _claimed(store: Store) -> Claim:
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim is not None
    return claim


async def _tagged(store: Store, *tags: Tag | str) -> Artwork:
    return (await store.artworks.add(a_work(tags=tags))).artwork


async def _edited(store: Store, work: Artwork, **changes: tuple[str, ...]) -> Artwork:
    return await store.artworks.edit(work.id, OWNER, ArtworkChanges.model_validate(changes))


async def _found_by(store: Store, tag: str) -> int:
    page = await store.artworks.list(OWNER, Filter(tag=tag), sort=Sort.NEWEST, cursor=None, limit=5)
    return len(page.items)


async def test_a_rejected_tag_is_gone_at_once(store: Store) -> None:
    work = await _tagged(store, "fox", SNOW, NIGHT)
    edited = await _edited(store, work, rejected_tags=("snow", "snow"))
    assert edited.tags == (artist_tag("fox"), NIGHT)
    assert edited.rejected_tags == ("snow",)
    assert [await _found_by(store, tag) for tag in ("fox", "snow", "night")] == [1, 0, 1]
    assert edited.analysis == work.analysis, "nothing is asked of the machine"


async def test_it_is_not_proposed_again(store: Store) -> None:
    work = await _tagged(store, "fox")
    claim = await _claimed(store)
    await store.analyses.record(claim, Findings(tags=(SNOW, NIGHT)))
    await _edited(store, work, rejected_tags=("snow",))
    finished = await store.analyses.finish(claim, Findings(tags=(SNOW, NIGHT, machine_tag("winter"))))
    assert finished.tags == (artist_tag("fox"), NIGHT, machine_tag("winter"))
    assert [await _found_by(store, tag) for tag in ("snow", "winter")] == [0, 1]


async def test_what_is_no_longer_rejected_may_be_proposed_again(store: Store) -> None:
    work = await _tagged(store, SNOW)
    await _edited(store, work, rejected_tags=("snow",))
    edited = await _edited(store, work, rejected_tags=())
    assert (edited.tags, edited.rejected_tags) == ((), ())
    finished = await store.analyses.finish(await _claimed(store), Findings(tags=(SNOW,)))
    assert finished.tags == (SNOW,)


async def test_the_artists_own_tag_outweighs_a_rejection(store: Store) -> None:
    work = await _tagged(store, "fox", SNOW, NIGHT)
    await _edited(store, work, rejected_tags=("snow", "night"))
    edited = await _edited(store, work, tags=("fox", "snow"))
    assert (edited.tags, edited.rejected_tags) == ((artist_tag("fox"), artist_tag("snow")), ("night",))
    edited = await _edited(store, work, rejected_tags=("fox", "night"))
    assert (edited.tags, edited.rejected_tags) == ((artist_tag("fox"), artist_tag("snow")), ("night",))
    edited = await _edited(store, work, tags=("winter",), rejected_tags=("winter", "snow"))
    assert (edited.tags, edited.rejected_tags) == ((artist_tag("winter"),), ("snow",))


async def test_other_edits_keep_the_rejections(store: Store, clock: Clock) -> None:
    work = await _tagged(store, "fox", SNOW)
    rejected = await _edited(store, work, rejected_tags=("snow",))
    clock.move(5)
    assert await _edited(store, work, rejected_tags=("snow",)) == rejected, "the same again is no change"
    assert await store.artworks.edit(work.id, OWNER, ArtworkChanges(rejected_tags=None)) == rejected
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="New", tags=("winter",), intended=True))
    assert (edited.tags, edited.rejected_tags, edited.intended) == ((artist_tag("winter"),), ("snow",), True)
