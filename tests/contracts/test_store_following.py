"""Contract: followers learn of every write and every deletion, and never run in circles."""

import anyio
import pytest

from clocks import Clock
from limn.errors import Unavailable
from limn.models import Artwork, ArtworkChanges, Findings, Visibility
from limn.stores.protocol import Changes, Store, Tombstone
from works import OTHER, OWNER, a_work

OVERLAP_SECONDS = 60  # more than any store looks back


class Follower:
    """Keeps a copy, as an index does."""

    def __init__(self, store: Store, *, limit: int = 10) -> None:
        self._store = store
        self._limit = limit
        self.cursor: str | None = None
        self.copy: dict[str, Artwork] = {}
        self.pages = 0

    async def follow(self) -> list[str]:
        """Ask until there is no more; answers the ids that came, in order."""
        came = []
        more = True
        while more:
            changes = await self._store.artworks.changed_since(self.cursor, limit=self._limit)
            assert len(changes.items) <= self._limit
            self.cursor, more = changes.cursor, changes.more
            self.pages += 1
            assert self.pages < 1000, "it runs in circles"
            came += self._take(changes)
        return came

    def _take(self, changes: Changes) -> list[str]:
        for item in changes.items:
            if isinstance(item, Tombstone):
                self.copy.pop(item.id, None)
            elif item.id not in self.copy or item.revision >= self.copy[item.id].revision:
                self.copy[item.id] = item
        return [item.id for item in changes.items]


async def test_from_nothing_comes_everything_there_is(store: Store, clock: Clock) -> None:
    works = {}
    for number in range(35):
        clock.move(1)
        owner = OTHER.account_id if number % 3 else OWNER.account_id
        added = await store.artworks.add(a_work(owner=owner, visibility=list(Visibility)[number % 3]))
        works[added.artwork.id] = added.artwork
    follower = Follower(store)
    assert await follower.follow() == list(works)
    assert follower.copy == works
    assert follower.pages == 4


async def test_an_empty_store_gives_a_cursor_to_go_on_with(store: Store) -> None:
    follower = Follower(store)
    assert await follower.follow() == []
    work = (await store.artworks.add(a_work())).artwork
    assert await follower.follow() == [work.id]
    assert follower.copy == {work.id: work}


async def test_each_kind_of_write_is_heard_of(store: Store, clock: Clock) -> None:
    follower = Follower(store)
    await follower.follow()

    async def heard() -> Artwork | None:
        clock.move(OVERLAP_SECONDS)
        await follower.follow()
        clock.move(OVERLAP_SECONDS)
        return follower.copy.get(work.id)

    work = (await store.artworks.add(a_work())).artwork
    assert await heard() == work
    work = await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="New"))
    assert await heard() == work
    claim = await store.analyses.claim("worker", lease_seconds=1000)
    assert claim
    assert await heard() == claim.artwork
    work = await store.analyses.record(claim, Findings(space="s"))
    assert await heard() == work
    work = await store.analyses.finish(claim, Findings())
    assert await heard() == work
    await store.artworks.delete(work.id, OWNER)
    assert await heard() is None


async def test_changes_come_in_the_order_they_were_made(store: Store, clock: Clock) -> None:
    works = [(await store.artworks.add(a_work())).artwork for _ in range(6)]
    for work in (works[3], works[0], works[5]):
        clock.move(1)
        await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="New"))
    clock.move(1)
    await store.artworks.delete(works[1].id, OWNER)
    clock.move(1)
    await store.artworks.edit(works[4].id, OWNER, ArtworkChanges(title="New"))
    order = [works[n].id for n in (2, 3, 0, 5, 1, 4)]
    for limit in (1, 2, 100):
        assert await Follower(store, limit=limit).follow() == order


async def test_nothing_comes_when_nothing_was_written_for_a_while(store: Store, clock: Clock) -> None:
    for _ in range(25):
        await store.artworks.add(a_work())
    follower = Follower(store)
    await follower.follow()
    for _ in range(10):  # what is looked back on may come again, but that ends
        clock.move(OVERLAP_SECONDS)
        await follower.follow()
    assert await follower.follow() == []


async def test_more_is_false_when_nothing_is_newer_whatever_the_overlap_holds(store: Store) -> None:
    for _ in range(50):
        await store.artworks.add(a_work())
    follower = Follower(store, limit=7)
    await follower.follow()
    for _ in range(30):
        changes = await store.artworks.changed_since(follower.cursor, limit=7)
        assert not changes.more
        follower.cursor = changes.cursor


async def test_what_is_new_is_reached_through_a_full_overlap(store: Store) -> None:
    for _ in range(50):
        await store.artworks.add(a_work())
    follower = Follower(store, limit=7)
    await follower.follow()
    for _ in range(5):
        work = (await store.artworks.add(a_work())).artwork
        await follower.follow()
        assert follower.copy[work.id] == work


async def test_a_rewrite_within_the_same_millisecond_is_heard_of(store: Store) -> None:
    follower = Follower(store)
    work = (await store.artworks.add(a_work())).artwork
    await follower.follow()
    for number in range(5):
        work = await store.artworks.edit(work.id, OWNER, ArtworkChanges(title=f"Title {number}"))
        await follower.follow()
        assert follower.copy[work.id] == work
    await store.artworks.delete(work.id, OWNER)
    await follower.follow()
    assert follower.copy == {}


async def test_a_smaller_id_of_the_same_millisecond_is_heard_of(store: Store) -> None:
    follower = Follower(store)
    ids = sorted(a_work().id for _ in range(8))
    for artwork_id in reversed(ids):
        await store.artworks.add(a_work(id=artwork_id))
        await follower.follow()
    assert sorted(follower.copy) == ids


async def _write_much(store: Store, number: int) -> None:
    for turn in range(15):
        work = (await store.artworks.add(a_work())).artwork
        if turn % 3 == 0:
            await store.artworks.edit(work.id, OWNER, ArtworkChanges(title=f"{number} {turn}"))
        if turn % 5 == 0:
            await store.artworks.delete(work.id, OWNER)


async def _keep_following(follower: Follower, done: anyio.Event) -> None:
    while not done.is_set():
        await follower.follow()
        await anyio.sleep(0.002)


async def test_a_follower_beside_many_writers_misses_nothing(crowd: list[Store]) -> None:
    followers = [Follower(crowd[3], limit=5), Follower(crowd[3], limit=500)]

    done = anyio.Event()
    async with anyio.create_task_group() as readers:
        for follower in followers:
            readers.start_soon(_keep_following, follower, done)
        async with anyio.create_task_group() as writers:
            for number in range(6):
                writers.start_soon(_write_much, crowd[number % 3], number)
        done.set()
    truth = Follower(crowd[0], limit=500)
    await truth.follow()
    assert len(truth.copy) == 72
    for follower in followers:
        for _ in range(100):  # the overlap of a follower with small pages takes a few calls to go through
            await follower.follow()
        assert follower.copy == truth.copy


async def test_a_late_write_is_not_lost_behind_a_long_sweep(store: Store, clock: Clock) -> None:
    for _ in range(4):
        clock.move(1)
        await store.artworks.add(a_work())
    follower = Follower(store, limit=4)
    changes = await store.artworks.changed_since(None, limit=4)
    follower.cursor = changes.cursor
    clock.move(-0.5)  # stamped before the newest that was read, written after it was read
    late = (await store.artworks.add(a_work())).artwork
    for _ in range(4):
        clock.move(OVERLAP_SECONDS)
        await store.artworks.add(a_work())
    for _ in range(4):
        await follower.follow()
    assert late.id in follower.copy


async def test_a_clock_set_back_hides_nothing_for_long(store: Store, clock: Clock) -> None:
    follower = Follower(store)
    await store.artworks.add(a_work())
    await follower.follow()
    clock.move(-3600)
    work = (await store.artworks.add(a_work())).artwork
    for _ in range(3):
        clock.move(1)
        await follower.follow()
    assert work.id in follower.copy


async def test_tombstones_are_forgotten_by_age(store: Store, clock: Clock) -> None:
    works = [(await store.artworks.add(a_work())).artwork for _ in range(3)]
    for work in works:
        clock.move(100)
        await store.artworks.delete(work.id, OWNER)
    assert await store.artworks.forget_tombstones(older_than_seconds=150) == 1
    assert await store.artworks.forget_tombstones(older_than_seconds=150) == 0
    assert await Follower(store).follow() == [works[1].id, works[2].id]


async def test_a_follower_that_was_away_too_long_must_begin_anew(store: Store, clock: Clock) -> None:
    kept = (await store.artworks.add(a_work())).artwork
    gone = (await store.artworks.add(a_work())).artwork
    follower = Follower(store)
    await follower.follow()
    clock.move(1000)
    await store.artworks.delete(gone.id, OWNER)
    clock.move(1000)
    await store.artworks.forget_tombstones(older_than_seconds=500)
    with pytest.raises(Unavailable) as refusal:
        await follower.follow()
    assert refusal.value.code == "cursor_too_old"
    fresh = Follower(store)
    await fresh.follow()
    assert list(fresh.copy) == [kept.id]
    clock.move(1)
    await fresh.follow()


async def test_a_rebuild_is_not_too_old_for_what_was_forgotten_before_it_began(store: Store, clock: Clock) -> None:
    for _ in range(10):
        clock.move(1)
        await store.artworks.add(a_work())
    gone = (await store.artworks.add(a_work())).artwork
    await store.artworks.delete(gone.id, OWNER)
    clock.move(5000)
    await store.artworks.forget_tombstones(older_than_seconds=1000)
    follower = Follower(store, limit=2)
    await follower.follow()
    assert len(follower.copy) == 10


async def test_a_follower_that_keeps_up_never_has_to_begin_anew(store: Store, clock: Clock) -> None:
    follower = Follower(store, limit=2)
    for _ in range(10):
        work = (await store.artworks.add(a_work())).artwork
        await follower.follow()
        await store.artworks.delete(work.id, OWNER)
        clock.move(1)
        await follower.follow()
        clock.move(3600)
        await follower.follow()
        await store.artworks.forget_tombstones(older_than_seconds=1800)
    await follower.follow()
    assert follower.copy == {}
