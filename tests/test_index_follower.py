"""The follower that keeps the index true to the store, whatever happens to either."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from clocks import Clock
from limn.errors import Unavailable
from limn.index.follower import PAGE, Index
from limn.models import ArtworkChanges, Findings, Visibility
from limn.stores import sqlite
from limn.stores.protocol import Store
from patience import eventually
from searching import EYES, find, following, hang, picture, titles
from works import OTHER, OWNER, a_work


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with sqlite.open_store(tmp_path / "limn.db", clock=clock) as opened:
        yield opened


async def test_until_it_is_built_nobody_is_told_that_nothing_matches(store: Store) -> None:
    await hang(store, title="A fox")
    index = Index(store, EYES.space)
    assert not index.ready
    with pytest.raises(Unavailable) as refused:
        await find(index, store, "fox")
    assert (refused.value.code, refused.value.retry_after) == ("index_not_ready", 1)
    async with following(store, index):
        assert index.ready
        assert index.progress.indexed == 1
        assert titles(await find(index, store, "fox")) == ["A fox"]


async def test_an_empty_store_is_ready_at_once(store: Store) -> None:
    async with following(store) as index:
        assert (await find(index, store, "fox")).answer == "none"


async def test_a_store_of_many_pages_is_read_to_its_end(store: Store) -> None:
    async with anyio.create_task_group() as tasks:
        for number in range(PAGE + 40):
            tasks.start_soon(store.artworks.add, a_work(title=f"Work {number}"))
    async with following(store) as index:
        assert index.progress.indexed == PAGE + 40
        assert titles(await find(index, store, "539"))[:1] == ["Work 539"]


async def test_a_woken_index_tells_of_a_write_and_finds_it_sooner_than_it_would_look_by_itself(store: Store) -> None:
    """At its best of five: a loaded machine may hold up one or the other. It gathers for 50 ms, and looks each second."""
    async with following(store) as index:
        told: list[str] = []
        index.on_change(told.extend)
        telling, finding = [], []
        for animal in ("fox", "hare", "bear", "wolf", "lynx"):
            added = await hang(store, title=f"A {animal}")
            index.wake()
            telling.append(await eventually(lambda added=added: added.id in told))  # type: ignore[misc]

            async def found(animal: str = animal) -> bool:
                return titles(await find(index, store, animal)) == [f"A {animal}"]

            finding.append(await eventually(found))
    assert min(telling) < 0.2
    assert min(finding) < 0.6


async def test_a_write_that_nobody_tells_of_is_found(store: Store) -> None:
    async with following(store) as index:
        await hang(store, title="A fox")

        async def found() -> bool:
            return titles(await find(index, store, "fox")) == ["A fox"]

        assert await eventually(found) < 10, "within a second, where nothing else is going on"


async def test_each_revision_is_told_once_although_the_store_repeats_itself(store: Store, clock: Clock) -> None:
    async with following(store) as index:
        told: list[str] = []
        index.on_change(told.extend)

        async def read_to_the_end() -> None:
            mark = await hang(store, title="A mark")
            index.wake()
            await eventually(lambda: mark.id in told)

        added = await hang(store, title="A fox")
        for title in ("A hare", "A bear"):
            index.wake()
            await eventually(lambda: added.id in told)
            await store.artworks.edit(added.id, OWNER, ArtworkChanges(title=title))
        for _ in range(5):
            await read_to_the_end()
            clock.move(1)
        assert 2 <= told.count(added.id) <= 3, "two edits may fall into one reading"
        await store.artworks.delete(added.id, OWNER)
        told.clear()
        for _ in range(3):
            await read_to_the_end()
        assert told.count(added.id) == 1


async def test_a_deletion_disappears(store: Store) -> None:
    seen = await hang(store, title="A fox", tags=["snow"])
    async with following(store) as index:
        await store.artworks.delete(seen.id, OWNER)
        index.wake()
        assert titles(await find(index, store, "fox")) == [], "the store decides at once"
        await eventually(lambda: index.holdings().entries.tags("sn", OWNER, 9) == [])

        async def forgotten() -> bool:
            found = await find(index, store, "fox")
            return found.facets == {} and found.answer == "none"

        await eventually(forgotten)


async def test_words_are_found_before_the_vector_comes_and_meaning_after(store: Store) -> None:
    async with following(store) as index:
        added = await hang(store, title="A fox")
        index.wake()
        await eventually(lambda: index.progress.indexed == 1)
        assert (await find(index, store, "deep blue")).items == ()
        claim = await store.analyses.claim("test", lease_seconds=60)
        assert claim is not None
        vector = EYES.embed_image(picture("#10208a"))
        await store.vectors.put(added.id, 0, EYES.space, vector)
        await store.analyses.finish(claim, Findings(space=EYES.space))
        index.wake()

        async def by_meaning() -> bool:
            return titles(await find(index, store, "deep blue")) == ["A fox"]

        await eventually(by_meaning)


async def test_concurrent_writes_are_all_found_in_the_end(store: Store) -> None:
    async with following(store) as index:

        async def write(number: int) -> None:
            added = await hang(store, title=f"Draft {number}")
            index.wake()
            await store.artworks.edit(added.id, OWNER, ArtworkChanges(title=f"Final {number}"))
            if number % 4 == 0:
                await store.artworks.delete(added.id, OWNER)
            index.wake()

        async with anyio.create_task_group() as tasks:
            for number in range(60):
                tasks.start_soon(write, number)

        async def settled() -> bool:
            found = await find(index, store, "final", limit=100)
            return len(found.items) == 45 and (await find(index, store, "draft")).answer == "none"

        await eventually(settled)
        assert index.progress.indexed == 45


async def test_a_store_that_fails_for_a_while_is_followed_again(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with following(store) as index:
        await hang(store, title="A fox")
        index.wake()
        await eventually(lambda: index.progress.indexed == 1)
        with closing(sqlite3.connect(tmp_path / "limn.db", isolation_level=None)) as other:
            other.execute("ALTER TABLE artworks RENAME TO away")
            index.wake()
            await eventually(lambda: "cannot follow the store" in caplog.text)
            assert index.ready
            other.execute("ALTER TABLE away RENAME TO artworks")
        await hang(store, title="A hare")
        index.wake()

        async def found() -> bool:
            return titles(await find(index, store, "hare")) == ["A hare"]

        await eventually(found)


async def test_a_follower_that_was_away_too_long_begins_anew_beside_its_old_answers(store: Store, clock: Clock) -> None:
    gone, kept = await hang(store, title="A fox"), await hang(store, title="A hare")
    index, told = Index(store, EYES.space), list[str]()
    async with following(store, index):
        pass
    index.on_change(told.extend)
    clock.move(100)
    await store.artworks.delete(gone.id, OWNER)
    clock.move(100_000)
    assert await store.artworks.forget_tombstones(older_than_seconds=86_400) == 1
    before = index.generation
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(index.follow)
        assert index.ready
        await eventually(lambda: index.generation > before and index.progress.done)
        tasks.cancel_scope.cancel()
    assert [kept.id] == list(index.holdings().entries.ids())
    assert told == [gone.id], "what was missed is told, what is unchanged is not"


async def test_what_becomes_private_leaves_the_answers_of_others(store: Store) -> None:
    added = await hang(store, title="A fox", tags=["snow"])
    async with following(store) as index:
        assert titles(await find(index, store, "fox", OTHER)) == ["A fox"]
        await store.artworks.edit(added.id, OWNER, ArtworkChanges(visibility=Visibility.UNLISTED))
        assert titles(await find(index, store, "fox", OTHER)) == [], "before the index knows"
        index.wake()
        await eventually(lambda: index.holdings().entries.tags("s", OTHER, 9) == [])
        assert index.holdings().entries.tags("s", OWNER, 9) == [("snow", 1)]
