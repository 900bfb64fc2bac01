"""What changed since: works and what is left of deleted ones, in one order, for those who keep a copy of what the store knows."""

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from limn.stores import sweeps
from limn.stores.mongo.opening import Database, Document
from limn.stores.mongo.rows import GONE, parse
from limn.stores.protocol import Changes, Tombstone

_FORGOTTEN = "forgotten"
_BATCH = 500


async def changed_since(database: Database, cursor: str | None, now: int, *, limit: int) -> Changes:
    """See the port."""
    mark = await database.marks.find_one({"_id": _FORGOTTEN})
    sweep = sweeps.resume(cursor, now, mark["value"] if mark else 0)
    found = await _after(database, sweep.read, limit)
    at_end = len(found) < limit
    following = sweep.after([(document["updated"], document["_id"]) for document in found], at_end=at_end)
    more = not at_end and bool(await _after(database, following.seen, 1))
    items = tuple(Tombstone(one["_id"]) if one["visibility"] == GONE else parse(one) for one in found)
    return Changes(items, following.encode(), more)


async def forget_tombstones(database: Database, before: int) -> int:
    """Those of deletions at `before` or earlier. The mark is set first: a follower told too early begins anew, one told too late
    would keep what is gone. Vectors that a killed deletion left go with them, those of younger deletions too."""
    await _forget_orphans(database)
    old = {"visibility": GONE, "updated": {"$lte": before}}
    newest = await database.artworks.find(old, {"updated": 1}).sort([("updated", -1)]).limit(1).to_list()
    if not newest:
        return 0
    await _raise_mark(database, newest[0]["updated"])
    return (await database.artworks.delete_many(old)).deleted_count


async def _forget_orphans(database: Database) -> None:
    after = ""
    while True:
        gone = {"$and": [{"visibility": GONE}, {"_id": {"$gt": after}}]}
        found = await database.artworks.find(gone, {"_id": 1}).sort([("_id", ASCENDING)]).limit(_BATCH).to_list()
        if not found:
            return
        ids = [one["_id"] for one in found]
        await database.vectors.delete_many({"artwork": {"$in": ids}})
        await database.searched.delete_many({"artwork": {"$in": ids}})
        after = ids[-1]


async def _raise_mark(database: Database, value: int) -> None:
    if await database.marks.find_one({"_id": _FORGOTTEN}) is None:
        try:
            await database.marks.insert_one({"_id": _FORGOTTEN, "value": value})
        except DuplicateKeyError:  # another process was first
            pass
        else:
            return
    await database.marks.update_one({"_id": _FORGOTTEN, "value": {"$lt": value}}, {"$set": {"value": value}})


async def _after(database: Database, position: sweeps.Position, limit: int) -> list[Document]:
    updated, artwork_id = position
    later = {"$or": [{"updated": {"$gt": updated}}, {"updated": updated, "_id": {"$gt": artwork_id}}]}
    found = database.artworks.find(later, {"document": 1, "updated": 1, "visibility": 1})
    return await found.sort([("updated", ASCENDING), ("_id", ASCENDING)]).limit(limit).to_list()
