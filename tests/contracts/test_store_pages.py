"""Contract: lists by page, stable whatever happens between two pages."""

import base64
import json
import random
from itertools import product

import pytest

from clocks import Clock
from limn.errors import InvalidInput
from limn.models import Artist, ArtworkChanges, Sort, Viewer, Visibility
from limn.stores.protocol import Filter, Store
from works import ANYBODY, OTHER, OWNER, a_work

SORTS = pytest.mark.parametrize("sort", list(Sort))


async def _walk(store: Store, viewer: Viewer, where: Filter, sort: Sort, limit: int) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        page = await store.artworks.list(viewer, where, sort=sort, cursor=cursor, limit=limit)
        ids += [item.id for item in page.items]
        assert len(page.items) <= limit
        if page.next is None:
            return ids
        assert len(page.items) == limit
        cursor = page.next


async def test_the_newest_come_first(store: Store, clock: Clock) -> None:
    ids = []
    for _ in range(5):
        clock.move(1)
        ids.append((await store.artworks.add(a_work())).artwork.id)
    assert await _walk(store, OWNER, Filter(), Sort.NEWEST, 2) == ids[::-1]


async def test_works_of_one_moment_come_by_id(store: Store) -> None:
    ids = [(await store.artworks.add(a_work(likes=3))).artwork.id for _ in range(7)]
    for sort in Sort:
        assert await _walk(store, OWNER, Filter(), sort, 3) == sorted(ids, reverse=True)


async def test_the_most_liked_come_first(store: Store, clock: Clock) -> None:
    works = [a_work(likes=likes) for likes in (3, 0, 1_000_000, 3, 7)]
    for work in works:
        clock.move(1)
        await store.artworks.add(work)
    expected = sorted(works, key=lambda work: (work.likes, work.id), reverse=True)
    assert await _walk(store, ANYBODY, Filter(), Sort.LIKED, 2) == [work.id for work in expected]


@SORTS
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_pages_of_any_size_hold_each_work_once(store: Store, clock: Clock, sort: Sort, limit: int) -> None:
    for number in range(21):
        clock.move(number % 3)
        visibility = list(Visibility)[number % 3]
        await store.artworks.add(a_work(likes=number % 4, visibility=visibility, tags=["fox"] * (number % 2)))
    for where in (Filter(), Filter(tag="fox"), Filter(category="illustrations"), Filter(artist="ada")):
        whole = await store.artworks.list(OWNER, where, sort=sort, cursor=None, limit=100)
        assert whole.next is None
        assert len(whole.items) == (10 if where.tag else 21)
        assert await _walk(store, OWNER, where, sort, limit) == [item.id for item in whole.items]


@SORTS
async def test_pages_are_stable_under_inserts_and_deletes(store: Store, clock: Clock, sort: Sort) -> None:
    rng = random.Random(7)
    there: list[str] = []
    for _ in range(60):
        clock.move(rng.choice([0, 1]))
        there.append((await store.artworks.add(a_work(likes=rng.randrange(6)))).artwork.id)
    deleted: set[str] = set()
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await store.artworks.list(OWNER, Filter(), sort=sort, cursor=cursor, limit=7)
        seen += [item.id for item in page.items]
        if (cursor := page.next) is None:
            break
        # the last one shown goes, another goes at random, and new ones come
        for gone in {page.items[-1].id, rng.choice(there)} - deleted:
            await store.artworks.delete(gone, OWNER)
            deleted.add(gone)
        for _ in range(3):
            await store.artworks.add(a_work(likes=rng.randrange(6)))
    assert len(seen) == len(set(seen)), "nothing is repeated"
    assert set(there) - deleted <= set(seen), "nothing that stayed is skipped"


@SORTS
async def test_filters_are_a_conjunction(store: Store, sort: Sort) -> None:
    combinations = [
        (category, handle, tag, visibility)
        for category in ("comics", "portraits")
        for handle in ("ada", "bo")
        for tag in ("fox", "owl")
        for visibility in (Visibility.PUBLIC, Visibility.PRIVATE)
    ]
    for category, handle, tag, visibility in combinations:
        artist = Artist(handle=handle, name=handle)
        await store.artworks.add(a_work(category=category, artist=artist, tags=[tag, "all"], visibility=visibility))
    asked = product((None, "comics", "nothing"), (None, "ada", "nobody"), (None, "fox", "all", "none"))
    for where in (Filter(category=category, artist=handle, tag=tag) for category, handle, tag in asked):
        matching = [
            visibility
            for category, handle, tag, visibility in combinations
            if where.category in (None, category) and where.artist in (None, handle) and where.tag in (None, "all", tag)
        ]
        assert len(await _walk(store, OWNER, where, sort, 3)) == len(matching)
        assert len(await _walk(store, OTHER, where, sort, 3)) == matching.count(Visibility.PUBLIC)


async def test_counts_follow_edits(store: Store) -> None:
    work = a_work(category="comics")
    await store.artworks.add(work)
    await store.artworks.add(a_work(category="comics"))
    await store.artworks.add(a_work(category="portraits"))
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(category="portraits", visibility=Visibility.PRIVATE))
    assert dict(await store.artworks.counts(OWNER)) == {"comics": 1, "portraits": 2}
    assert dict(await store.artworks.counts(ANYBODY)) == {"comics": 1, "portraits": 1}


async def test_an_empty_gallery_has_one_empty_page(store: Store) -> None:
    page = await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=None, limit=40)
    assert (page.items, page.next) == ((), None)
    assert dict(await store.artworks.counts(OWNER)) == {}


async def test_a_full_last_page_has_no_next(store: Store) -> None:
    for _ in range(4):
        await store.artworks.add(a_work())
    first = await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=None, limit=2)
    assert first.next
    last = await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=first.next, limit=2)
    assert len(last.items) == 2
    assert last.next is None


def _forged(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "ключ",
        "a" * 100_000,
        "=",
        "\x00",
        _forged({}),
        _forged([]),
        _forged(None),
        _forged(["newest", "1", "id"]),
        _forged(["newest", 1.5, "id"]),
        _forged(["newest", True, "id"]),
        _forged(["newest", 2**63, "id"]),
        _forged(["newest", 1, "\ud800"]),
        _forged(["newest", 1, "id", 1]),
        _forged(["newest", 1, None]),
        _forged(["oldest", 1, "id"]),
        _forged(json.loads("[" * 90 + "]" * 90)),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
        base64.urlsafe_b64encode(b'["newest",NaN,"id"]').decode(),
    ],
)
async def test_a_cursor_nobody_gave_is_refused(store: Store, cursor: str) -> None:
    await store.artworks.add(a_work())
    with pytest.raises(InvalidInput) as refusal:
        await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=cursor, limit=5)
    assert refusal.value.code == "invalid_cursor"
    with pytest.raises(InvalidInput) as refusal:
        await store.artworks.changed_since(cursor, limit=5)
    assert refusal.value.code == "invalid_cursor"


async def test_a_cursor_of_one_order_is_refused_by_the_other(store: Store) -> None:
    for _ in range(3):
        await store.artworks.add(a_work())
    page = await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=None, limit=1)
    with pytest.raises(InvalidInput):
        await store.artworks.list(OWNER, Filter(), sort=Sort.LIKED, cursor=page.next, limit=1)


async def test_a_filter_that_cannot_be_text_is_refused(store: Store) -> None:
    for where in (Filter(tag="\ud800"), Filter(category="\ud800"), Filter(artist="\ud800")):
        with pytest.raises(InvalidInput):
            await store.artworks.list(OWNER, where, sort=Sort.NEWEST, cursor=None, limit=1)


async def test_a_cursor_survives_the_deletion_of_the_work_it_names(store: Store, clock: Clock) -> None:
    ids = []
    for _ in range(4):
        clock.move(1)
        ids.append((await store.artworks.add(a_work())).artwork.id)
    page = await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=None, limit=2)
    await store.artworks.delete(page.items[-1].id, OWNER)
    rest = await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=page.next, limit=2)
    assert [item.id for item in rest.items] == [ids[1], ids[0]]
