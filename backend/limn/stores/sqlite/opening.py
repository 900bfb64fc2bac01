"""How a database file is opened: private to its user, surely ours, in WAL, at the newest schema."""

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from limn.errors import BadSettings
from limn.stores.sqlite.connection import Database, connect
from limn.stores.sqlite.faults import code, translated
from limn.stores.sqlite.migrations import Migration, check, migrate

_OLDEST = (3, 37, 0)  # STRICT tables; RETURNING is older


def open_database(path: Path, migrations: Sequence[Migration], *, busy_seconds: float) -> Database:
    """Blocking. Raises BadSettings where the file is not to be touched, Unavailable or OutOfSpace where it cannot be."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise BadSettings(f"SQLite {sqlite3.sqlite_version} is too old; 3.37 or newer is needed")
    try:
        _make(path)
        with closing(connect(path, busy_seconds=busy_seconds)) as connection:
            check(connection, path, migrations)  # before anything of it is changed
            _close_to_others(path)
            if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
                raise BadSettings(f"{path} lies on a file system that cannot hold SQLite's write-ahead log")
            migrate(connection, path, migrations)
    except (sqlite3.Error, OSError) as error:
        if code(error) == sqlite3.SQLITE_NOTADB:
            raise BadSettings(f"{path} is not a database; name another file in LIMN_DATABASE_URL") from error
        raise translated(error, path) from error
    return Database(path, busy_seconds=busy_seconds)


def _make(path: Path) -> None:
    """The folder (0700) and the file (0600), where they are not there. A folder that was there is its owner's business."""
    for folder in reversed([folder for folder in path.absolute().parents if not folder.exists()]):
        with contextlib.suppress(FileExistsError):  # another process was first
            folder.mkdir()
            folder.chmod(0o700)  # mkdir's own mode bows to the umask
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        path.chmod(0o600)


def _close_to_others(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(name).chmod(0o600)
