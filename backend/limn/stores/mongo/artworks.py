"""The works in MongoDB."""

from collections.abc import Iterable, Mapping, Sequence

from pymongo.errors import DuplicateKeyError, PyMongoError

from limn.errors import Conflict, DuplicateArtwork, IdempotencyConflict, NotFound, Unavailable
from limn.failpoints import hit
from limn.models import Artwork, ArtworkChanges, Sort, Viewer, Wanted
from limn.stores import steps
from limn.stores.clock import milliseconds
from limn.stores.mongo import following, pages
from limn.stores.mongo.clock import Clock
from limn.stores.mongo.faults import guarded, lost
from limn.stores.mongo.opening import Database, Document
from limn.stores.mongo.rows import Works, kept_key, parse, queue, tombstone, writable, written
from limn.stores.protocol import Added, Changes, Filter, Slice
from limn.tokens import new_id

_TRIES = 10


class MongoArtworks:
    """See the port `Artworks`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._works = Works(database, clock)
        self._clock = clock

    @guarded
    async def add(self, artwork: Artwork, *, key: str | None = None) -> Added:
        hit("add.before_insert")
        kept = kept_key(artwork.id, key)
        token = new_id()
        for _ in range(_TRIES):
            if key is not None and (earlier := await self._made_by(artwork.owner, kept)):
                if earlier["write"] == token:
                    return Added(parse(earlier), fresh=True)
                if earlier["cover"] != artwork.cover.sha256:
                    raise IdempotencyConflict("This Idempotency-Key was used for another file.")
                return Added(parse(earlier), fresh=False)
            now = await self._clock()
            added = steps.new(artwork, now)
            try:
                await self._database.artworks.insert_one(_inserted(added, kept, token, now))
            except DuplicateKeyError:
                if await self._is_ours(artwork.id, token):
                    return Added(added, fresh=True)
                if key is None or not await self._made_by(artwork.owner, kept):
                    await self._refuse_duplicate(artwork)  # nothing to refuse: it was deleted meanwhile
                continue
            except PyMongoError as error:
                if lost(error) and await self._is_ours(artwork.id, token):
                    return Added(added, fresh=True)
                raise
            hit("add.after_commit")
            return Added(added, fresh=True)
        raise Unavailable("Too many add this artwork at once.", retry_after=1)

    @guarded
    async def get(self, artwork_id: str, viewer: Viewer) -> Artwork:
        artwork = await self._works.get(artwork_id)
        if not artwork.visible_to(viewer):
            raise NotFound("There is no such artwork.")
        return artwork

    @guarded
    async def many(self, ids: Sequence[str], viewer: Viewer) -> list[Artwork]:
        asked = {"_id": {"$in": list(filter(writable, ids))}, "visibility": {"$in": pages.VISIBILITIES}}
        documents = await self._database.artworks.find(asked, {"document": 1}).to_list()
        found = {artwork.id: artwork for artwork in map(parse, documents) if artwork.visible_to(viewer)}
        return [found[artwork_id] for artwork_id in ids if artwork_id in found]

    @guarded
    async def list(self, viewer: Viewer, where: Filter, *, sort: Sort, cursor: str | None, limit: int) -> Slice:
        return await pages.page(self._database, viewer, where, sort=sort, cursor=cursor, limit=limit)

    @guarded
    async def counts(self, viewer: Viewer) -> Mapping[str, int]:
        return await pages.counts(self._database, viewer)

    @guarded
    async def edit(
        self, artwork_id: str, viewer: Viewer, changes: ArtworkChanges, *, revision: int | None = None
    ) -> Artwork:
        return await self._works.change(
            artwork_id, lambda row, now: steps.edit(steps.owned(row, viewer), changes, now, revision=revision)
        )

    @guarded
    async def delete(self, artwork_id: str, viewer: Viewer) -> None:
        old = steps.owned(await self._works.find(artwork_id), viewer).artwork
        deleted = max(await self._clock(), milliseconds(old.updated))
        own = {"_id": artwork_id, "owner": old.owner}
        await self._database.artworks.replace_one(own, tombstone(artwork_id, deleted))
        hit("delete.before_vectors")
        # after a kill before this line they lie there unread, until `forget_tombstones` comes by
        await self._database.vectors.delete_many({"artwork": artwork_id})
        await self._database.searched.delete_many({"artwork": artwork_id})

    @guarded
    async def changed_since(self, cursor: str | None, *, limit: int) -> Changes:
        return await following.changed_since(self._database, cursor, await self._clock(), limit=limit)

    @guarded
    async def referenced(self, keys: Iterable[str]) -> set[str]:
        asked = set(keys)
        found = self._database.artworks.find({"blobs": {"$in": sorted(asked)}}, {"blobs": 1})
        return {key async for document in found for key in document["blobs"]} & asked

    @guarded
    async def forget_tombstones(self, *, older_than_seconds: float) -> int:
        return await following.forget_tombstones(self._database, await self._clock() - int(older_than_seconds * 1000))

    async def _made_by(self, owner: str, key: str) -> Document | None:
        """What the key made within the last day; an older key is released."""
        found = await self._database.artworks.find_one({"owner": owner, "key": key})
        if found is None or found["created"] > await self._clock() - steps.KEY_LIFE:
            return found
        await self._database.artworks.update_one({"_id": found["_id"], "key": key}, {"$set": {"key": found["_id"]}})
        return None

    async def _is_ours(self, artwork_id: str, token: str) -> bool:
        """Whether an insert whose answer was lost, or that the driver repeated, was done."""
        found = await self._database.artworks.find_one({"_id": artwork_id}, {"write": 1})
        return found is not None and found["write"] == token

    async def _refuse_duplicate(self, artwork: Artwork) -> None:
        same = {"owner": artwork.owner, "cover": artwork.cover.sha256}
        if found := await self._database.artworks.find_one(same, {"_id": 1}):
            raise DuplicateArtwork(found["_id"])
        if await self._database.artworks.find_one({"_id": artwork.id}, {"_id": 1}):
            raise Conflict("There is an artwork with this id already.")


def _inserted(artwork: Artwork, key: str, token: str, now: int) -> Document:
    asked = {"wanted": Wanted.ALL.value, "run_at": now, "queue": queue(Wanted.ALL, now)}
    held = {"fence": 0, "worker": None, "renewed_for": None, "key": key, "write": token}
    return {"_id": artwork.id, **written(artwork), **asked, **held}
