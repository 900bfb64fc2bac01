"""Forward migrations, numbered from 1: each runs in one transaction together with the schema's version."""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from limn.errors import BadSettings
from limn.failpoints import hit

APPLICATION_ID = int.from_bytes(b"Limn", "big")  # in the file's header; `file` and `sqlite3` show it
_FILE = re.compile(r"^(\d{4})_(\w+)\.sql$")


@dataclass(frozen=True)
class Migration:
    """`number` is the schema's version once `sql` has run."""

    number: int
    name: str
    sql: str


def shipped() -> tuple[Migration, ...]:
    """The migrations beside this file, in order."""
    found = [(match, file) for file in files(__package__).iterdir() if (match := _FILE.match(file.name))]
    return tuple(sorted((Migration(int(m[1]), m[2], f.read_text("utf-8")) for m, f in found), key=lambda m: m.number))


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    """Bring the database at `path` to the newest schema; a database that holds something is copied first, to
    `<name>.schema-<version>` beside it. Interrupted anywhere, it goes on with the next call; several processes may call at once.

    Raises BadSettings when the database is not Limn's or was written by a newer Limn.
    """
    copied = False
    while True:
        if check(connection, path, migrations) == migrations[-1].number:
            return
        with _transaction(connection, "BEGIN IMMEDIATE"):
            current = _number(connection, "PRAGMA user_version")  # again: another process may have been first
            pending = [migration for migration in migrations if migration.number > current]
            if pending and current and not copied:
                _copy(path, current)
                copied = True
            for migration in pending[:1]:
                _apply(connection, migration)
        hit("migration.after_commit")


def check(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> int:
    """The schema's version. Raises BadSettings when this code must not touch the database."""
    with _transaction(connection, "BEGIN"):  # one snapshot: another process may be making the tables at this moment
        ours = _number(connection, "PRAGMA application_id") == APPLICATION_ID
        filled = _number(connection, "SELECT count(*) FROM sqlite_schema")
        current = _number(connection, "PRAGMA user_version")
    if filled and not ours:
        raise BadSettings(f"{path} is a database of another program; name another file in LIMN_DATABASE_URL")
    if current > (newest := migrations[-1].number):
        raise BadSettings(
            f"{path} was written by a newer Limn (schema {current}, this one knows {newest}); use that version of Limn"
        )
    return current


def statements(sql: str) -> Iterator[str]:
    """The statements of a script, one after the other; `executescript` would commit between them."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    signed = (f"PRAGMA application_id={APPLICATION_ID}", f"PRAGMA user_version={migration.number}")
    for statement in (*statements(migration.sql), *signed):
        connection.execute(statement)
        hit("migration.statement")
    hit("migration.before_commit")


def _copy(path: Path, current: int) -> None:
    """Called under the write lock, so the copy is what the migration will find."""
    target = path.with_name(f"{path.name}.schema-{current}")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        hit("migration.copied")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _number(connection: sqlite3.Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0])
