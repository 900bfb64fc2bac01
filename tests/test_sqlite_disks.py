"""Full and failing disks under SQLite: told in words, and over as soon as they are over."""

import contextlib
import os
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from crowds import all_at_once
from limn.errors import LimnError, NotFound, OutOfSpace, Unavailable
from limn.stores.protocol import Store
from limn.stores.sqlite import open_store, store_over
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.migrations import shipped
from limn.stores.sqlite.opening import open_database
from works import OWNER, a_work


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limn.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with open_store(path) as opened:
        yield opened


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = open_database(path, shipped(), busy_seconds=1)
    yield opened
    await opened.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB. Only root may make one; elsewhere the two tests below it stand in."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be made here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def _ids(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("SELECT id FROM artworks")}


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(b"x" * 4096)


async def _assert_ill(store: Store) -> None:
    with pytest.raises(Unavailable) as refusal:
        await store.health.check()
    assert refusal.value.code == "out_of_space"


async def test_a_full_disk_is_told_and_recovers_with_room(small_disk: Path) -> None:
    path, ballast = small_disk / "data" / "limn.db", small_disk / "ballast"
    async with open_store(path) as store:
        kept = {(await store.artworks.add(a_work())).artwork.id for _ in range(20)}
        await store.health.check()
        _fill(ballast)
        refusals: list[LimnError] = []
        for _ in range(20):
            try:
                kept.add((await store.artworks.add(a_work(description="x" * 100_000))).artwork.id)
            except LimnError as refusal:
                refusals.append(refusal)
        assert {type(refusal) for refusal in refusals} == {OutOfSpace}
        assert len(await store.artworks.many(list(kept), OWNER)) == len(kept), "reading goes on"
        await _assert_ill(store)
        os.truncate(ballast, ballast.stat().st_size - 400_000)
        kept.add((await store.artworks.add(a_work())).artwork.id)
        await _assert_ill(store)  # a small one fits again, but not what people upload
        ballast.unlink()
        kept.add((await store.artworks.add(a_work(description="x" * 100_000))).artwork.id)
        await store.health.check()
    assert _ids(path) == kept
    _fill(ballast)
    with pytest.raises(OutOfSpace):
        async with open_store(small_disk / "another" / "limn.db"):
            pass


async def test_a_full_database_is_told_and_recovers_with_room(database: Database) -> None:
    store = store_over(database)
    kept = (await store.artworks.add(a_work())).artwork

    def allow(connection: sqlite3.Connection, spare: int) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + spare}")

    await database.write(partial(allow, spare=3))
    large = a_work(description="x" * 100_000)
    for _ in range(2):
        with pytest.raises(OutOfSpace):
            await store.artworks.add(large)
    answers, refusals = await all_at_once([partial(store.artworks.add, large), partial(store.artworks.add, a_work())])
    assert [type(refusal) for refusal in refusals] == [OutOfSpace]
    assert len(answers) == 1, "a small one beside it is let in"
    await store.health.check()
    await database.write(partial(allow, spare=1000))
    await store.artworks.add(large)
    assert await store.artworks.get(kept.id, OWNER) == kept
    assert len(_ids(database.path)) == 3


async def test_a_disk_that_cannot_be_written_is_told_and_recovers(store: Store, path: Path) -> None:
    work = a_work(description="x" * 1_000_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # the kernel now refuses to let any file of this process grow past this: for SQLite an I/O error
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(Unavailable) as refusal:
            await store.artworks.add(work)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refusal.value.retry_after
    with pytest.raises(NotFound):
        await store.artworks.get(work.id, OWNER)
    await store.artworks.add(work)
    await store.health.check()
    assert _ids(path) == {work.id}
