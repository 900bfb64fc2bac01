"""What changed since: works and tombstones in one order, for those who keep a copy of what the store knows."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from limn.errors import Unavailable
from limn.stores import cursors
from limn.stores.protocol import Changes, Tombstone
from limn.stores.sqlite.rows import parse

OVERLAP = 5_000  # milliseconds a commit may come later than its `updated` says
_Position = tuple[int, str]  # (updated, id)
_BEGINNING: _Position = (-1, "")
AFTER = (
    "SELECT updated, id, document FROM artworks WHERE (updated, id) > (?, ?) ORDER BY updated, id LIMIT ?",
    "SELECT updated, id, NULL FROM tombstones WHERE (updated, id) > (?, ?) ORDER BY updated, id LIMIT ?",
)


@dataclass(frozen=True)
class _Sweep:
    """One reading from a little before the last one's beginning to the end, over as many pages as it takes.

    `read` is how far it has come, `seen` the newest position any sweep has come to: only what is newer than that makes
    `more`, so re-reading the overlap never makes a follower run in circles. `began` is the clock at its first page: what is
    missed by a sweep was written after that, less the overlap, and there the next one starts. Deletions before `aware`
    are known, or were before this follower's first sweep; nobody cares that their tombstones are gone.
    """

    read: _Position
    seen: _Position
    began: int
    aware: int

    def encode(self) -> str:
        return cursors.encode(*self.read, *self.seen, self.began, self.aware)


def changed_since(connection: sqlite3.Connection, cursor: str | None, now: int, *, limit: int) -> Changes:
    """See the port."""
    sweep = _Sweep(_BEGINNING, _BEGINNING, now, now) if cursor is None else _decode(cursor, now)
    forgotten = connection.execute("SELECT value FROM marks WHERE name='forgotten'").fetchone()[0]
    if forgotten > sweep.aware:
        raise Unavailable("This follower was away for too long and must begin anew.", code="cursor_too_old")
    rows = _after(connection, sweep.read, limit)
    at_end = len(rows) < limit
    read = (rows[-1][0], rows[-1][1]) if rows else sweep.read
    seen = max(sweep.seen, read)
    more = not at_end and bool(_after(connection, seen, 1))
    if at_end:
        # began 0: the next call is the first of a new sweep
        following = _Sweep((sweep.began - OVERLAP, ""), seen, 0, sweep.began - OVERLAP)
    else:
        following = _Sweep(read, seen, sweep.began, sweep.aware)
    items = tuple(Tombstone(row[1]) if row[2] is None else parse(row[2]) for row in rows)
    return Changes(items, following.encode(), more)


def forget_tombstones(connection: sqlite3.Connection, before: int) -> int:
    """Those of deletions at `before` or earlier."""
    newest = connection.execute("SELECT max(updated) FROM tombstones WHERE updated <= ?", (before,)).fetchone()[0]
    if newest is None:
        return 0
    connection.execute("UPDATE marks SET value=max(value, ?) WHERE name='forgotten'", (newest,))
    return connection.execute("DELETE FROM tombstones WHERE updated <= ?", (before,)).rowcount


def _after(connection: sqlite3.Connection, position: _Position, limit: int) -> list[Any]:
    rows = [row for statement in AFTER for row in connection.execute(statement, (*position, limit))]
    return sorted(rows, key=lambda row: (row[0], row[1]))[:limit]


def _decode(cursor: str, now: int) -> _Sweep:
    read_at, read_id, seen_at, seen_id, began, aware = cursors.decode(cursor, int, str, int, str, int, int)
    return _Sweep((int(read_at), str(read_id)), (int(seen_at), str(seen_id)), int(began) or now, int(aware))
