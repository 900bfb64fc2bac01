"""What changed since: works and tombstones in one order, for those who keep a copy of what the store knows."""

import sqlite3
from typing import Any

from limn.stores import sweeps
from limn.stores.protocol import Changes, Tombstone
from limn.stores.sqlite.rows import parse

AFTER = (
    "SELECT updated, id, document FROM artworks WHERE (updated, id) > (?, ?) ORDER BY updated, id LIMIT ?",
    "SELECT updated, id, NULL FROM tombstones WHERE (updated, id) > (?, ?) ORDER BY updated, id LIMIT ?",
)


def changed_since(connection: sqlite3.Connection, cursor: str | None, now: int, *, limit: int) -> Changes:
    """See the port."""
    forgotten = connection.execute("SELECT value FROM marks WHERE name='forgotten'").fetchone()[0]
    sweep = sweeps.resume(cursor, now, forgotten)
    rows = _after(connection, sweep.read, limit)
    at_end = len(rows) < limit
    following = sweep.after([(row[0], row[1]) for row in rows], at_end=at_end)
    more = not at_end and bool(_after(connection, following.seen, 1))
    items = tuple(Tombstone(row[1]) if row[2] is None else parse(row[2]) for row in rows)
    return Changes(items, following.encode(), more)


def forget_tombstones(connection: sqlite3.Connection, before: int) -> int:
    """Those of deletions at `before` or earlier."""
    newest = connection.execute("SELECT max(updated) FROM tombstones WHERE updated <= ?", (before,)).fetchone()[0]
    if newest is None:
        return 0
    connection.execute("UPDATE marks SET value=max(value, ?) WHERE name='forgotten'", (newest,))
    return connection.execute("DELETE FROM tombstones WHERE updated <= ?", (before,)).rowcount


def _after(connection: sqlite3.Connection, position: sweeps.Position, limit: int) -> list[Any]:
    rows = [row for statement in AFTER for row in connection.execute(statement, (*position, limit))]
    return sorted(rows, key=lambda row: (row[0], row[1]))[:limit]
