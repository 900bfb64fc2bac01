"""The space that searches by meaning use, and how another takes its place: beside it, whole, and all at once."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from clocks import Clock
from limn.index.follower import PAGE, Index
from limn.index.holdings import Holdings
from limn.models import Artwork, ArtworkChanges
from limn.stores import sqlite
from limn.stores.protocol import Store, Vector
from patience import eventually
from searching import EYES, following, hang
from works import OWNER, a_work

OLD, NEW = "old@1", "new@1"
LARGE = 3 * PAGE + 40


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with sqlite.open_store(tmp_path / "limn.db", clock=clock) as opened:
        yield opened


@pytest.fixture(scope="module")
async def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of many works with vectors in both spaces, the old one active."""
    path = tmp_path_factory.mktemp("written") / "limn.db"
    async with sqlite.open_store(path) as opened:
        await fill(opened, LARGE)
        await opened.eyes.activate(OLD)
    return path


@pytest.fixture
async def large(written: Path, tmp_path: Path) -> AsyncIterator[Store]:
    copy = Path(shutil.copy(written, tmp_path / "limn.db"))
    async with sqlite.open_store(copy) as opened:
        yield opened


@contextmanager
def without_vectors(folder: Path) -> Iterator[None]:
    """While the block runs, the store can read no vector."""
    with closing(sqlite3.connect(folder / "limn.db", isolation_level=None)) as other:
        other.execute("ALTER TABLE vectors RENAME TO away")
        yield
        other.execute("ALTER TABLE away RENAME TO vectors")


def axis(number: int, dimension: int) -> Vector:
    row: Vector = np.eye(dimension, dtype=np.float32)[number]
    return row


def both(number: int = 0) -> dict[str, Vector]:
    """Vectors in two spaces of different dimensions."""
    return {OLD: axis(number, 8), NEW: axis(number, 12)}


async def fill(store: Store, count: int) -> list[Artwork]:
    """Works with vectors in both spaces, many at once."""
    works: list[Artwork] = []

    async def add(number: int) -> None:
        works.append(await hang(store, meant=both(number % 8), analysed=False, title=f"Work {number}"))

    async with anyio.create_task_group() as tasks:
        for number in range(count):
            tasks.start_soon(add, number)
    return works


def held(index: Index) -> tuple[str | None, int]:
    """The space of meaning and how many works have a vector in it, taken at once."""
    holdings = index.holdings()
    meaning = holdings.meaning
    if meaning is None:
        return None, 0
    rows = np.arange(len(holdings.entries))
    return meaning.space, len(meaning.vectors.among(rows))


async def test_without_an_active_space_there_is_no_meaning(store: Store) -> None:
    await hang(store, meant=both(), analysed=False)
    async with following(store) as index:
        assert held(index) == (None, 0)
        assert index.holdings().meaning_space is None


async def test_the_first_build_brings_the_active_space(store: Store) -> None:
    await hang(store, meant=both(), analysed=False)
    await store.eyes.activate(OLD)
    async with following(store) as index:
        assert held(index) == (OLD, 1)
        await hang(store, meant=both(1))
        index.wake()
        await eventually(lambda: held(index) == (OLD, 2))


async def test_a_space_that_becomes_active_is_seen_without_a_word(store: Store) -> None:
    await hang(store, meant=both(), analysed=False)
    async with following(store) as index:
        await store.eyes.activate(OLD)
        await eventually(lambda: held(index) == (OLD, 1))


async def test_a_space_is_shown_when_it_is_whole_and_never_before(large: Store) -> None:
    async with following(large) as index:
        before = index.generation
        await large.eyes.activate(NEW)
        index.wake()
        seen = {held(index)}
        while index.holdings().meaning_space != NEW:
            await anyio.lowlevel.checkpoint()
            seen.add(held(index))
        assert seen == {(OLD, LARGE), (NEW, LARGE)}
        assert index.generation > before
        meaning = index.holdings().meaning
        assert meaning is not None
        found = meaning.vectors.get(0)
        assert found is not None
        assert found.shape == (12,)


async def hang_late(store: Store, number: int) -> None:
    added = await hang(store, meant=both(number % 8), analysed=False, title=f"Late {number}")
    # a worker ends with a new revision, and so the follower learns of the vectors
    await store.artworks.edit(added.id, OWNER, ArtworkChanges(description="Looked at."))


async def test_what_comes_goes_and_changes_during_the_building_is_right_afterwards(large: Store) -> None:
    async with following(large) as index:
        works = list(index.holdings().entries.ids())[:40]
        await large.eyes.activate(NEW)
        index.wake()
        await eventually(lambda: index.holdings().coming is not None or index.holdings().meaning_space == NEW)
        async with anyio.create_task_group() as tasks:
            for artwork_id in works[:20]:
                tasks.start_soon(large.artworks.delete, artwork_id, OWNER)
            for artwork_id in works[20:]:
                tasks.start_soon(large.artworks.edit, artwork_id, OWNER, ArtworkChanges(title="Another"))
            for number in range(20):
                tasks.start_soon(hang_late, large, number)
        index.wake()
        await eventually(lambda: index.holdings().meaning_space == NEW)
        holdings = index.holdings()

        def settled() -> bool:
            rows = [holdings.entries.row_of(artwork_id) for artwork_id in holdings.entries.ids()]
            meaning = holdings.meaning
            assert meaning is not None
            return len(meaning.vectors.among(np.array(rows))) == len(rows) == LARGE

        await eventually(settled)


async def test_a_store_that_fails_in_the_middle_costs_no_vector(
    large: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with following(large) as index:
        with without_vectors(tmp_path):
            await large.eyes.activate(NEW)
            index.wake()
            await eventually(lambda: "cannot follow the store" in caplog.text)
            assert held(index) == (OLD, LARGE)
        await eventually(lambda: held(index) == (NEW, LARGE))


async def test_a_mind_that_is_changed_in_the_middle_costs_nothing(large: Store, tmp_path: Path) -> None:
    async with following(large) as index:
        with without_vectors(tmp_path):
            await large.eyes.activate(NEW)
            index.wake()
            await eventually(lambda: index.holdings().coming is not None)
            await large.eyes.activate(OLD)
            await eventually(lambda: index.holdings().coming is None)
        assert held(index) == (OLD, LARGE)


async def test_without_a_model_meaning_is_gone_at_once(store: Store) -> None:
    await fill(store, 3)
    await store.eyes.activate(OLD)
    async with following(store) as index:
        await store.eyes.activate(None)
        index.wake()
        await eventually(lambda: held(index) == (None, 0))


async def test_an_index_that_begins_anew_begins_with_the_active_space(store: Store, clock: Clock) -> None:
    gone, _ = await fill(store, 2)
    await store.eyes.activate(OLD)
    index = Index(store, EYES.space)
    async with following(store, index):
        pass
    clock.move(100)
    await store.artworks.delete(gone.id, OWNER)
    clock.move(100_000)
    await store.artworks.forget_tombstones(older_than_seconds=86_400)
    await store.eyes.activate(NEW)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(index.follow)
        await eventually(lambda: held(index) == (NEW, 1))
        tasks.cancel_scope.cancel()


def test_holdings_keep_two_spaces_apart_until_they_turn() -> None:
    holdings, works = Holdings(), [a_work(title=f"Work {number}") for number in range(3)]
    measured = {work.id: axis(1, 4) for work in works}
    holdings.prepare(OLD)
    holdings.turn()
    holdings.put(works, measured, {OLD: {work.id: axis(0, 8) for work in works}})
    holdings.prepare(NEW)
    assert set(holdings.spaces) == {OLD, NEW}
    holdings.fill({works[0].id: axis(2, 12), works[1].id: axis(2, 12), "gone meanwhile": axis(2, 12)})
    holdings.drop([works[1].id])
    late = a_work(title="Hung meanwhile")
    holdings.put([late], {}, {OLD: {late.id: axis(0, 8)}, NEW: {late.id: axis(5, 12)}})
    assert holdings.meaning_space == OLD
    holdings.turn()
    meaning = holdings.meaning
    assert meaning is not None
    assert set(holdings.spaces) == {NEW}
    assert meaning.vectors.among(np.arange(4)).tolist() == [0, 3]
    assert holdings.vectors.among(np.arange(4)).tolist() == [0, 2]
    assert not meaning.vectors.fits(axis(0, 8))
