"""What is SQLite's own: locks, full disks, several processes, kills, query plans."""

import signal
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import anyio
import pytest

from crowds import all_at_once
from limn.errors import Unavailable
from limn.models import Findings
from limn.stores.protocol import Store
from limn.stores.sqlite import open_store, store_over
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.migrations import shipped
from limn.stores.sqlite.opening import open_database
from patience import PATIENCE_SECONDS
from sqlite_processes import run, start
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


@contextmanager
def _locked(path: Path, seconds: float) -> Iterator[threading.Event]:
    """Another connection holds the write lock; the event tells when it let go."""
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            held.set()
            released.wait(seconds)
            connection.execute("ROLLBACK")
            released.set()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        yield released
    finally:
        thread.join()


def _ids(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("SELECT id FROM artworks")}


# locks


async def test_fifty_writers_through_five_connections_never_meet_a_lock(path: Path) -> None:
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(path)) for _ in range(5)]
        calls = [partial(stores[n % 5].artworks.add, a_work()) for n in range(50)]
        for _ in range(3):
            answers, refusals = await all_at_once(calls)
            assert not refusals
            assert len(answers) == 50
            calls = [partial(stores[n % 5].artworks.add, a_work()) for n in range(50)]
    assert len(_ids(path)) == 150


async def test_a_lock_shorter_than_our_patience_is_waited_out(store: Store, path: Path) -> None:
    with _locked(path, 0.5) as released:
        await store.artworks.add(a_work())
        assert released.is_set()


async def test_a_lock_longer_than_our_patience_is_told_and_then_gone(path: Path) -> None:
    async with open_store(path, busy_seconds=0.3) as store:
        before = (await store.artworks.add(a_work())).artwork
        with _locked(path, PATIENCE_SECONDS) as released:
            with pytest.raises(Unavailable) as refusal:
                await store.artworks.add(a_work())
            assert refusal.value.retry_after
            with pytest.raises(Unavailable):
                await store.health.check()
            assert await store.artworks.get(before.id, OWNER) == before, "readers need no lock"
            released.set()
        await store.health.check()
        after = (await store.artworks.add(a_work())).artwork
    assert _ids(path) == {before.id, after.id}


async def test_health_does_not_wait_as_long_as_a_writer(store: Store, path: Path) -> None:
    with _locked(path, 20) as released:
        with anyio.fail_after(4), pytest.raises(Unavailable):
            await store.health.check()
        released.set()
    await store.health.check()


async def test_who_finds_nothing_to_do_needs_no_lock(path: Path) -> None:
    async with open_store(path, busy_seconds=0.3) as store:
        await store.artworks.add(a_work())
        claim = await store.analyses.claim("worker", lease_seconds=1000)
        assert claim
        await store.analyses.finish(claim, Findings(eyes="new"), look_again_seconds=1000)
        assert await store.analyses.claim("worker", lease_seconds=1000) is None
        with _locked(path, 10) as released:
            for _ in range(3):
                assert await store.analyses.claim("worker", lease_seconds=1000) is None
                assert await store.analyses.renew("new", limit=100) == 0
                assert await store.analyses.behind("new") == 0
            assert not released.is_set()
            released.set()


# the writing thread


async def test_a_closure_that_fails_undoes_itself_and_nothing_else(database: Database) -> None:
    store = store_over(database)

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM artworks")
        connection.execute("UPDATE marks SET value = 99")
        raise ValueError("on purpose")

    async def failing() -> None:
        with pytest.raises(ValueError, match="on purpose"):
            await database.write(fail)

    async def adding() -> None:
        await store.artworks.add(a_work())

    for _ in range(5):
        await all_at_once([adding, failing, adding])
    assert len(_ids(database.path)) == 10


async def test_a_write_taken_back_before_it_began_is_not_done(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def block(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(10)

    store = store_over(database)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.write, block)
        await anyio.to_thread.run_sync(begun.wait)
        with anyio.move_on_after(0.05):
            await store.artworks.add(a_work())
        go_on.set()
    await store.health.check()
    assert _ids(database.path) == set()


async def test_closing_finishes_what_was_asked_and_may_be_repeated(path: Path) -> None:
    database = open_database(path, shipped(), busy_seconds=1)
    store = store_over(database)
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(store.artworks.add, a_work())
        await anyio.lowlevel.checkpoint()
        tasks.start_soon(database.close)
        tasks.start_soon(database.close)
    await database.close()
    assert len(_ids(path)) == 20
    assert not path.with_name("limn.db-wal").exists()


async def test_readers_cannot_write(database: Database) -> None:
    def write(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE marks SET value = 1")

    with pytest.raises(Unavailable):
        await database.read(write)


# several processes, and their ends

ADDING = """
async with open_store(path) as store:
    while True:
        async with anyio.create_task_group() as tasks:
            async def add():
                print((await store.artworks.add(a_work())).artwork.id, flush=True)
            for _ in range(5):
                tasks.start_soon(add)
"""
CLAIMING = """
async with open_store(path) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    while claim := await store.analyses.claim("worker", lease_seconds=60):
        print(claim.artwork.id, flush=True)
"""
ONE = """
async with open_store(path) as store:
    await store.artworks.add(a_work(id="the-one", cover="same"), key="k")
"""


def test_a_kill_loses_no_artwork_that_was_acknowledged(path: Path) -> None:
    acknowledged: set[str] = set()
    for _ in range(2):
        with start(ADDING, path) as process:
            assert process.stdout
            for _ in range(150):
                acknowledged.add(process.stdout.readline().strip())
            process.send_signal(signal.SIGKILL)
            acknowledged |= set(process.stdout.read().split("\n")[:-1])
        assert process.returncode == -signal.SIGKILL
        assert len(acknowledged) >= 150
        assert acknowledged - {""} <= _ids(path)


@pytest.mark.parametrize(
    ("failpoint", "kept"), [("add.before_insert", False), ("add.before_commit", False), ("add.after_commit", True)]
)
async def test_a_kill_while_adding_leaves_all_or_nothing(path: Path, failpoint: str, kept: bool) -> None:
    assert run(ONE, path, failpoint=failpoint)[0] == -signal.SIGKILL
    assert _ids(path) == ({"the-one"} if kept else set())
    async with open_store(path) as store:
        again = await store.artworks.add(a_work(cover="same"), key="k")
        assert again.fresh is not kept
        assert len(await store.artworks.many(["the-one", again.artwork.id], OWNER)) == (2 if kept else 1)
        claim = await store.analyses.claim("worker", lease_seconds=10)
        assert claim
        assert claim.artwork.id == again.artwork.id
        assert await store.analyses.claim("worker", lease_seconds=10) is None


async def test_two_processes_claim_each_work_and_each_second_look_once(path: Path) -> None:
    async with open_store(path) as store:
        ids = {(await store.artworks.add(a_work())).artwork.id for _ in range(200)}
        for _ in range(100):
            claim = await store.analyses.claim("worker", lease_seconds=60)
            assert claim
            await store.analyses.finish(claim, Findings(), look_again_seconds=0)
    processes = [start(CLAIMING, path) for _ in range(2)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    claimed: list[str] = []
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        with process:
            output, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            claimed += output.split()
    assert len(claimed) == 200
    assert set(claimed) == ids
