"""Embeddings in MongoDB: float16, little-endian, as plain bytes."""

from collections.abc import Mapping, Sequence

import numpy as np

from limn.errors import NotFound
from limn.stores.mongo.faults import guarded, unhurried
from limn.stores.mongo.opening import Database
from limn.stores.mongo.pages import VISIBILITIES, counted
from limn.stores.protocol import Vector
from limn.stores.records import vector_id

_BATCH = 500
_HALF = np.dtype("<f2")


class MongoVectors:
    """See the port `Vectors`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    async def put(self, artwork_id: str, page: int, space: str, vector: Vector) -> None:
        key = vector_id(artwork_id, page, space)
        fields = {"artwork": artwork_id, "page": page, "space": space, "vector": vector.astype(_HALF).tobytes()}
        if not await self._is_there(artwork_id):
            raise NotFound("There is no such artwork.")
        await self._database.vectors.replace_one({"_id": key}, fields, upsert=True)
        if not await self._is_there(artwork_id):  # deleted meanwhile, perhaps before this vector could go with it
            await self._database.vectors.delete_one({"_id": key})
            raise NotFound("There is no such artwork.")

    @guarded
    async def many(self, ids: Sequence[str], space: str) -> dict[str, Vector]:
        asked = {"_id": {"$in": [vector_id(artwork_id, 0, space) for artwork_id in ids]}}
        found = self._database.vectors.find(asked, {"artwork": 1, "vector": 1})
        return {one["artwork"]: np.frombuffer(one["vector"], _HALF).astype(np.float32) async for one in found}

    @guarded
    async def spaces(self) -> Mapping[str, int]:
        return await counted(self._database, {}, "space", of="vectors")

    @unhurried
    async def forget(self, space: str) -> int:
        forgotten = 0
        while found := await self._database.vectors.find({"space": space}, {"_id": 1}).limit(_BATCH).to_list():
            some = {"_id": {"$in": [one["_id"] for one in found]}}
            await self._database.searched.delete_many(some)
            done = await self._database.vectors.delete_many(some)
            forgotten += done.deleted_count
        return forgotten

    async def _is_there(self, artwork_id: str) -> bool:
        asked = {"_id": artwork_id, "visibility": {"$in": VISIBILITIES}}
        return await self._database.artworks.find_one(asked, {"_id": 1}) is not None
