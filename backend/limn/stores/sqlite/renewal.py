"""Which works other eyes looked at: how many there are, and making them due for a second look."""

import sqlite3

from limn.models import Wanted
from limn.stores import steps
from limn.stores.sqlite.rows import parse, save

# "other than" as three ranges of one index, so that nothing is read where there are none
_OTHERS = ("eyes IS NULL", "eyes < :eyes", "eyes > :eyes")
BEHIND = tuple(
    f"SELECT count(*) FROM artworks INDEXED BY artworks_eyes WHERE state <> 'failed' AND {others}"  # noqa: S608  our own words
    for others in _OTHERS
)
# In the order of the index, which is newest first among those with the same eyes: told to keep it, the planner sorts instead.
RENEWABLE = tuple(
    "SELECT document, wanted, run_at, fence, renewed_for FROM artworks INDEXED BY artworks_eyes "  # noqa: S608
    f"WHERE state <> 'failed' AND state = 'done' AND look_at IS NULL AND {others} LIMIT :limit"
    for others in _OTHERS
)


def behind(connection: sqlite3.Connection, eyes: str) -> int:
    """See the port."""
    return sum(int(connection.execute(statement, {"eyes": eyes}).fetchone()[0]) for statement in BEHIND)


def renewable(connection: sqlite3.Connection, eyes: str, limit: int) -> list[steps.Row]:
    """Up to `limit` works to look at again, the newest of those with the same eyes first."""
    rows: list[steps.Row] = []
    for statement in RENEWABLE:
        wanted = {"eyes": eyes, "limit": limit - len(rows)}
        rows += (
            steps.Row(parse(found[0]), Wanted(found[1]), *found[2:]) for found in connection.execute(statement, wanted)
        )
    return rows


def renew(connection: sqlite3.Connection, eyes: str, limit: int, now: int) -> int:
    """Up to `limit` in one transaction; answers how many."""
    rows = renewable(connection, eyes, limit)
    for row in rows:
        save(connection, row.artwork, steps.renew(row, eyes, now), now)
    return len(rows)
