"""Which works other eyes looked at: how many there are, and making them due for a second look."""

import sqlite3

from limn.stores.sqlite.rows import at, parse, save_analysis
from limn.stores.transitions import look_due

# "other than" as three ranges of one index, so that nothing is read where there are none
_OTHERS = ("eyes IS NULL", "eyes < :eyes", "eyes > :eyes")
BEHIND = tuple(
    f"SELECT count(*) FROM artworks INDEXED BY artworks_eyes WHERE state <> 'failed' AND {others}"  # noqa: S608  our own words
    for others in _OTHERS
)
# In the order of the index, which is newest first among those with the same eyes: told to keep it, the planner sorts instead.
RENEWABLE = tuple(
    "SELECT document FROM artworks INDEXED BY artworks_eyes "  # noqa: S608
    f"WHERE state <> 'failed' AND state = 'done' AND look_at IS NULL AND {others} LIMIT :limit"
    for others in _OTHERS
)


def behind(connection: sqlite3.Connection, eyes: str) -> int:
    """See the port."""
    return sum(int(connection.execute(statement, {"eyes": eyes}).fetchone()[0]) for statement in BEHIND)


def renewable(connection: sqlite3.Connection, eyes: str, limit: int) -> list[str]:
    """The documents of up to `limit` works to look at again, the newest of those with the same eyes first."""
    documents: list[str] = []
    for statement in RENEWABLE:
        wanted = {"eyes": eyes, "limit": limit - len(documents)}
        documents += (document for (document,) in connection.execute(statement, wanted))
    return documents


def renew(connection: sqlite3.Connection, eyes: str, limit: int, now: int) -> int:
    """Up to `limit` in one transaction; answers how many."""
    documents = renewable(connection, eyes, limit)
    for old in map(parse, documents):
        save_analysis(connection, old, look_due(old.analysis, at(now)), now, renewed_for=eyes)
    return len(documents)
