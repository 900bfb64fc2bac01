"""Lists by keyset: each query reads one index in its order and stops after a page."""

from typing import Any

from pymongo import DESCENDING

from limn.errors import InvalidInput
from limn.models import Sort, Viewer, Visibility
from limn.stores import cursors
from limn.stores.mongo.opening import Database, Document
from limn.stores.mongo.rows import parse
from limn.stores.protocol import Filter, Slice

VISIBILITIES = [visibility.value for visibility in Visibility]  # of works; what is left of deleted ones has another
_HIDDEN = [value for value in VISIBILITIES if value != Visibility.PUBLIC.value]
_PLACE = {Sort.NEWEST: "created", Sort.LIKED: "likes"}

Condition = dict[str, Any]


async def page(
    database: Database, viewer: Viewer, where: Filter, *, sort: Sort, cursor: str | None, limit: int
) -> Slice:
    """See the port's `list`."""
    place = _PLACE[sort]
    rows: list[Document] = []
    for query in queries(viewer, where, sort=sort, cursor=cursor):
        found = database.artworks.find(query, {"document": 1, place: 1})
        rows += await found.sort([(place, DESCENDING), ("_id", DESCENDING)]).limit(limit + 1).to_list()
    rows.sort(key=lambda row: (row[place], row["_id"]), reverse=True)
    shown = rows[:limit]
    following = cursors.encode(sort.value, shown[-1][place], shown[-1]["_id"]) if shown and len(rows) > limit else None
    return Slice(tuple(map(parse, shown)), following)


def queries(viewer: Viewer, where: Filter, *, sort: Sort, cursor: str | None) -> list[Condition]:
    """What is public and, apart, what is the viewer's own and hidden, each one explicit conjunction. One `$or` over both would
    cost the order of the index. Raises InvalidInput."""
    given = {"category": where.category, "artist": where.artist, "tags": where.tag}
    shared: list[Condition] = [{name: value} for name, value in given.items() if value is not None]
    if cursor is not None:
        place, of = _PLACE[sort], _position(cursor, sort)
        shared.append({"$or": [{place: {"$lt": of[0]}}, {place: of[0], "_id": {"$lt": of[1]}}]})
    halves = [{"$and": [{"visibility": Visibility.PUBLIC.value}, *shared]}]
    if viewer.account_id is not None:
        halves.append({"$and": [{"owner": viewer.account_id}, {"visibility": {"$in": _HIDDEN}}, *shared]})
    return halves


async def counts(database: Database, viewer: Viewer) -> dict[str, int]:
    """See the port's `counts`."""
    matches: list[Condition] = [{"visibility": Visibility.PUBLIC.value}]
    if viewer.account_id is not None:
        matches.append({"$and": [{"owner": viewer.account_id}, {"visibility": {"$in": _HIDDEN}}]})
    found: dict[str, int] = {}
    for match in matches:
        for category, count in (await counted(database, match, "category")).items():
            found[category] = found.get(category, 0) + count
    return found


async def counted(database: Database, match: Condition, field: str, *, of: str = "artworks") -> dict[str, int]:
    """How many documents have each value of a field. The one aggregation there is: no count by value without it, and every service
    has these two stages."""
    groups = await database[of].aggregate([{"$match": match}, {"$group": {"_id": f"${field}", "count": {"$sum": 1}}}])
    return {group["_id"]: int(group["count"]) async for group in groups}


def _position(cursor: str, sort: Sort) -> tuple[int, str]:
    of, place, artwork_id = cursors.decode(cursor, str, int, str)
    if of != sort.value:
        raise InvalidInput("The cursor belongs to another order.", code="invalid_cursor")
    return int(place), str(artwork_id)
