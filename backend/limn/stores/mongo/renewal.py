"""Which works other eyes looked at: how many there are, and making them due for a second look."""

from typing import Any

from pymongo import ASCENDING, DESCENDING

from limn.models import State
from limn.stores import steps
from limn.stores.mongo.opening import Database
from limn.stores.mongo.rows import ROW, Works, row

_AT_ONCE = 100
_ROUNDS = 100  # who is called for again finds the rest
_NOT_FAILED = [state.value for state in State if state is not State.FAILED]


async def behind(database: Database, eyes: str) -> int:
    """See the port."""
    return await database.artworks.count_documents({"state": {"$in": _NOT_FAILED}, "eyes": {"$ne": eyes}})


async def renew(works: Works, eyes: str, limit: int) -> int:
    """Up to `limit`, each in a write of its own; answers how many."""
    where: dict[str, Any] = {"state": State.DONE.value, "look_at": None, "eyes": {"$ne": eyes}}
    renewed = rounds = 0
    while renewed < limit and rounds < _ROUNDS:
        rounds += 1
        found = works.database.artworks.find(where, ROW).sort([("eyes", ASCENDING), ("_id", DESCENDING)])
        candidates = [row(one) async for one in found.limit(min(limit - renewed, _AT_ONCE))]
        if not candidates:
            break
        for candidate in candidates:
            now = await works.clock()
            # who was changed meanwhile is found again in the next round
            renewed += await works.take(candidate, steps.renew(candidate, eyes, now), now, where=where) is not None
    return renewed
