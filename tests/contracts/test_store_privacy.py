"""Contract: who may see what, in every question a store answers."""

import pytest

from limn.errors import NotFound
from limn.models import ArtworkChanges, Sort, Viewer, Visibility, Wanted
from limn.stores.protocol import Filter, Store
from works import ANYBODY, OTHER, OWNER, a_work

OPERATOR = Viewer(account_id="the-operator", operator=True)
STRANGERS = pytest.mark.parametrize("viewer", [OTHER, ANYBODY, OPERATOR], ids=["another", "anybody", "operator"])
VISIBILITIES = pytest.mark.parametrize("visibility", list(Visibility))


async def _listed(store: Store, viewer: Viewer, where: Filter, sort: Sort = Sort.NEWEST) -> set[str]:
    page = await store.artworks.list(viewer, where, sort=sort, cursor=None, limit=50)
    return {item.id for item in page.items}


@VISIBILITIES
async def test_the_owner_sees_everything_of_theirs(store: Store, visibility: Visibility) -> None:
    work = a_work(visibility=visibility, tags=["fox"], likes=3)
    await store.artworks.add(work)
    assert (await store.artworks.get(work.id, OWNER)).id == work.id
    assert [found.id for found in await store.artworks.many([work.id], OWNER)] == [work.id]
    assert dict(await store.artworks.counts(OWNER)) == {"illustrations": 1}
    for where in (Filter(), Filter(category="illustrations"), Filter(artist="ada"), Filter(tag="fox")):
        for sort in Sort:
            assert await _listed(store, OWNER, where, sort) == {work.id}


@STRANGERS
@VISIBILITIES
async def test_others_look_up_what_is_not_private(store: Store, viewer: Viewer, visibility: Visibility) -> None:
    work = a_work(visibility=visibility)
    await store.artworks.add(work)
    if visibility is Visibility.PRIVATE:
        with pytest.raises(NotFound):
            await store.artworks.get(work.id, viewer)
        assert await store.artworks.many([work.id], viewer) == []
    else:
        assert (await store.artworks.get(work.id, viewer)).id == work.id
        assert [found.id for found in await store.artworks.many([work.id], viewer)] == [work.id]


@STRANGERS
@VISIBILITIES
async def test_others_lists_and_counts_hold_what_is_public(
    store: Store, viewer: Viewer, visibility: Visibility
) -> None:
    work = a_work(visibility=visibility, tags=["fox"])
    await store.artworks.add(work)
    shown = {work.id} if visibility is Visibility.PUBLIC else set()
    for where in (Filter(), Filter(category="illustrations"), Filter(artist="ada"), Filter(tag="fox")):
        for sort in Sort:
            assert await _listed(store, viewer, where, sort) == shown
    assert sum((await store.artworks.counts(viewer)).values()) == len(shown)


@STRANGERS
@VISIBILITIES
async def test_nobody_but_the_owner_changes_anything(store: Store, viewer: Viewer, visibility: Visibility) -> None:
    work = (await store.artworks.add(a_work(visibility=visibility))).artwork
    with pytest.raises(NotFound):
        await store.artworks.edit(work.id, viewer, ArtworkChanges(title="Mine"))
    with pytest.raises(NotFound):
        await store.artworks.edit(work.id, viewer, ArtworkChanges(title="Mine"), revision=99)
    with pytest.raises(NotFound):
        await store.artworks.delete(work.id, viewer)
    with pytest.raises(NotFound):
        await store.analyses.request(work.id, viewer, Wanted.ALL)
    assert await store.artworks.get(work.id, OWNER) == work


@STRANGERS
async def test_what_may_not_be_seen_answers_like_what_is_not_there(store: Store, viewer: Viewer) -> None:
    work = a_work(visibility=Visibility.PRIVATE)
    await store.artworks.add(work)
    with pytest.raises(NotFound) as hidden:
        await store.artworks.get(work.id, viewer)
    with pytest.raises(NotFound) as absent:
        await store.artworks.get("nothing", viewer)
    assert (str(hidden.value), hidden.value.code) == (str(absent.value), absent.value.code)


async def test_hiding_and_showing_take_effect_at_once(store: Store) -> None:
    work = a_work(tags=["fox"])
    await store.artworks.add(work)
    for visibility in (Visibility.PRIVATE, Visibility.PUBLIC, Visibility.UNLISTED, Visibility.PUBLIC):
        await store.artworks.edit(work.id, OWNER, ArtworkChanges(visibility=visibility))
        shown = {work.id} if visibility is Visibility.PUBLIC else set()
        assert await _listed(store, OTHER, Filter()) == shown
        assert await _listed(store, OTHER, Filter(tag="fox")) == shown
        assert await _listed(store, OWNER, Filter()) == {work.id}


async def test_lists_hold_public_works_of_all_and_hidden_ones_of_the_viewer(store: Store) -> None:
    works = {
        (owner, visibility): a_work(owner=owner, visibility=visibility)
        for owner in (OWNER.account_id, OTHER.account_id)
        for visibility in Visibility
    }
    for work in works.values():
        await store.artworks.add(work)
    for viewer in (OWNER, OTHER, ANYBODY):
        expected = {
            work.id
            for (owner, visibility), work in works.items()
            if visibility is Visibility.PUBLIC or owner == viewer.account_id
        }
        assert await _listed(store, viewer, Filter()) == expected
        assert sum((await store.artworks.counts(viewer)).values()) == len(expected)


@pytest.mark.parametrize("name", ["", "' OR 1=1 --", "%", "nul\x00nul", "🦊", "\ud800"])
async def test_a_strange_id_is_just_not_there(store: Store, name: str) -> None:
    await store.artworks.add(a_work(visibility=Visibility.PRIVATE))
    assert await store.artworks.many([name], OTHER) == []
    with pytest.raises(NotFound):
        await store.artworks.get(name, OTHER)


async def test_many_keeps_the_order_and_leaves_out_what_is_missing(store: Store) -> None:
    works = [a_work() for _ in range(5)]
    hidden = a_work(owner=OTHER.account_id, visibility=Visibility.PRIVATE)
    for work in (*works, hidden):
        await store.artworks.add(work)
    ids = [work.id for work in (works[3], works[0], works[4])]
    asked = [ids[0], "nothing", ids[1], hidden.id, ids[2]]
    assert [found.id for found in await store.artworks.many(asked, OWNER)] == ids
    assert await store.artworks.many([], OWNER) == []


async def test_many_takes_thousands_of_ids(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    asked = [*(f"id-{number}" for number in range(40_000)), work.id]
    assert [found.id for found in await store.artworks.many(asked, ANYBODY)] == [work.id]
