"""How SQLite databases come to be and grow: migrations, copies, refusals, permissions."""

import os
import signal
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from limn.errors import BadSettings, Unavailable
from limn.models import Sort
from limn.stores.protocol import Filter
from limn.stores.sqlite import open_store
from limn.stores.sqlite.migrations import Migration, shipped, statements
from limn.stores.sqlite.opening import open_database
from sqlite_processes import run, start
from works import OWNER, a_work

NEXT = Migration(
    len(shipped()) + 1, "next", "CREATE TABLE next (value TEXT) STRICT;\nINSERT INTO next VALUES ('new');\n"
)
OPEN = "async with open_store(path) as store:\n    await store.artworks.add(a_work())"
UPGRADE = f"""
from limn.stores.sqlite.migrations import Migration, shipped
from limn.stores.sqlite.opening import open_database
await open_database(path, (*shipped(), Migration{(NEXT.number, NEXT.name, NEXT.sql)}), busy_seconds=5).close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "limn.db"


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@contextmanager
def _left_alone(path: Path) -> Iterator[None]:
    before = path.read_bytes(), path.stat().st_mode
    yield
    assert (path.read_bytes(), path.stat().st_mode) == before


def _open_to_all(path: Path) -> None:
    path.chmod(0o666)


def _schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()


def _version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def _upgrade(path: Path) -> None:
    await open_database(path, (*shipped(), NEXT), busy_seconds=5).close()


async def _filled(path: Path) -> str:
    async with open_store(path) as store:
        return (await store.artworks.add(a_work())).artwork.id


def test_shipped_migrations_are_numbered_without_a_gap() -> None:
    assert [migration.number for migration in shipped()] == list(range(1, len(shipped()) + 1))
    assert all("".join(statements(m.sql)).strip() == m.sql.strip() for m in shipped()), "no statement is left behind"


async def test_a_new_database_is_of_the_newest_schema_and_needs_no_copy(path: Path) -> None:
    await _filled(path)
    assert _version(path) == len(shipped())
    assert [file.name for file in path.parent.iterdir()] == ["limn.db"], "closed, it is one file"


async def test_opening_again_changes_nothing(path: Path) -> None:
    artwork_id = await _filled(path)
    before = _schema(path)
    async with open_store(path) as store:
        assert (await store.artworks.get(artwork_id, OWNER)).id == artwork_id
    assert _schema(path) == before


@pytest.mark.usefixtures("umask")
async def test_folder_database_journal_and_copy_are_closed_to_others(path: Path) -> None:
    async with open_store(path) as store:
        await store.artworks.add(a_work())
        names = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert names == {"limn.db": 0o600, "limn.db-wal": 0o600, "limn.db-shm": 0o600}
    _open_to_all(path)
    await _upgrade(path)
    names = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert names == {"limn.db": 0o600, "limn.db.schema-1": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_folder_that_was_there_keeps_its_mode(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o755)
    await _filled(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


@pytest.mark.parametrize("number", range(1, len(shipped()) + 1))
async def test_every_shipped_schema_upgrades_after_a_copy(path: Path, number: int) -> None:
    await open_database(path, shipped()[:number], busy_seconds=1).close()
    await _upgrade(path)
    assert _version(path) == NEXT.number
    assert _version(path.with_name(f"limn.db.schema-{number}")) == number


async def test_an_upgrade_keeps_the_works_and_its_copy_opens_as_before(path: Path) -> None:
    artwork_id = await _filled(path)
    await _upgrade(path)
    copy = path.with_name(f"limn.db.schema-{len(shipped())}")
    copied_schema = _schema(copy)
    async with open_store(copy) as store:
        assert (await store.artworks.get(artwork_id, OWNER)).id == artwork_id
    assert copied_schema == [row for row in _schema(path) if row[0] != "next"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM artworks").fetchall() == [(artwork_id,)]


@pytest.mark.parametrize(
    "failpoint",
    ["migration.statement", "migration.statement:7", "migration.before_commit", "migration.after_commit"],
)
def test_a_first_start_killed_anywhere_is_finished_by_the_next(path: Path, failpoint: str) -> None:
    status, _ = run(OPEN, path, failpoint=failpoint)
    assert status == -signal.SIGKILL
    assert run(OPEN, path)[0] == 0
    other = path.with_name("other.db")
    assert run(OPEN, other)[0] == 0
    assert _version(path) == len(shipped())
    assert _schema(path) == _schema(other)


@pytest.mark.parametrize(
    ("failpoint", "version"),
    [
        ("migration.copied", len(shipped())),
        ("migration.statement", len(shipped())),
        ("migration.statement:2", len(shipped())),
        ("migration.statement:3", len(shipped())),
        ("migration.before_commit", len(shipped())),
        ("migration.after_commit", NEXT.number),
    ],
)
async def test_an_upgrade_killed_anywhere_is_finished_by_the_next(path: Path, failpoint: str, version: int) -> None:
    artwork_id = await _filled(path)
    assert run(UPGRADE, path, failpoint=failpoint)[0] == -signal.SIGKILL
    assert _version(path) == version
    await _upgrade(path)
    assert _version(path) == NEXT.number
    assert _version(path.with_name("limn.db.schema-1")) == 1
    assert not list(path.parent.glob("*.partial"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM artworks").fetchall() == [(artwork_id,)]
        assert connection.execute("SELECT value FROM next").fetchall() == [("new",)]


async def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path) -> None:
    artwork_id = await _filled(path)
    broken = Migration(NEXT.number, "broken", NEXT.sql + "INSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(sqlite3.OperationalError):
        open_database(path, (*shipped(), broken), busy_seconds=1)
    async with open_store(path) as store:
        assert (await store.artworks.get(artwork_id, OWNER)).id == artwork_id
    assert not [name for name, _ in _schema(path) if name == "next"]


async def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    await _filled(path)
    await _upgrade(path)
    newer = r"limn\.db was written by a newer Limn \(schema 2, this one knows 1\)"
    with _left_alone(path), pytest.raises(BadSettings, match=newer):
        async with open_store(path):
            pass
    assert {file.name for file in path.parent.iterdir()} == {"limn.db", "limn.db.schema-1"}


async def test_the_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    _open_to_all(path)
    with _left_alone(path), pytest.raises(BadSettings, match="another program"):
        async with open_store(path):
            pass


async def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with path.open("w") as file:
        file.write("a letter, not a database " * 100)
    with _left_alone(path), pytest.raises(BadSettings, match="not a database"):
        async with open_store(path):
            pass


async def test_a_place_that_cannot_be_a_file_is_unavailable_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "limn.db"):
        with pytest.raises(Unavailable) as refusal:
            async with open_store(place):
                pass
        assert "\n" not in str(refusal.value)


def test_several_processes_may_make_the_database_at_once(path: Path) -> None:
    processes = [start(OPEN, path) for _ in range(4)]
    for process in processes:
        with process:
            process.communicate(timeout=60)
            assert process.returncode == 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM artworks").fetchone() == (4,)


async def test_any_name_of_a_file_will_do(tmp_path: Path) -> None:
    path = tmp_path / "my gallery #1?mode=memory%20" / "limn 🦊.db"
    artwork_id = await _filled(path)
    assert path.is_file()
    async with open_store(path) as store:
        page = await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=None, limit=5)
    assert [item.id for item in page.items] == [artwork_id]
