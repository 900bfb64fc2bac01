"""Experimental: nearest vectors by `$vectorSearch`, which Atlas has, and MongoDB Community beside `mongot`.

Never run against either: its requests are tested as documents. One collection of its own, `searched`, so that a gallery that does
not use it carries nothing for it. Vectors are arrays of numbers, 6.6 kB for 512 of them: as BinData they would be 2.1 kB, but the
stand-in of the tests cannot hold that kind."""

import logging
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymongo import ReplaceOne, timeout
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError
from pymongo.operations import SearchIndexModel

from limn.errors import Unavailable
from limn.models import Viewer
from limn.stores.mongo.faults import unhurried
from limn.stores.mongo.opening import Database, Document
from limn.stores.nearest import MOST, Searchable
from limn.stores.records import vector_id

FILTERS = ("space", "public", "owner", "category")
CANDIDATES = 20 * MOST  # of the graph: MongoDB's advice for what is to be found, and the most it allows
SECONDS = 2.0  # somebody waits, and memory has the answer, too
REST_SECONDS = 60.0  # before one that failed is asked again
_DUPLICATE, _THERE_ALREADY = 11000, 68
_log = logging.getLogger("limn.mongo")


class MongoNearest:
    """See the port `Nearest`."""

    def __init__(self, database: Database) -> None:
        self._searched = database.searched
        self._indexed: set[int] = set()  # dimensions
        self._rested_until = 0.0

    @unhurried
    async def keep(self, space: str, works: Sequence[Searchable]) -> None:
        if not works:
            return
        wanted = {vector_id(work.artwork_id, 0, space): work for work in works}
        found = self._searched.find({"_id": {"$in": list(wanted)}}, {"revision": 1})
        held = {one["_id"]: one["revision"] async for one in found}
        writes = [
            ReplaceOne({"_id": key}, document(space, work), upsert=True)
            for key, work in wanted.items()
            if held.get(key) != work.revision
        ]
        if writes:
            try:
                await self._searched.bulk_write(writes, ordered=False)
            except BulkWriteError as error:  # another process wrote the same at the same moment
                if any(one["code"] != _DUPLICATE for one in error.details["writeErrors"]):
                    raise
        await self._ensure_index(len(works[0].vector))

    @unhurried
    async def drop(self, ids: Sequence[str]) -> None:
        await self._searched.delete_many({"artwork": {"$in": list(ids)}})

    async def find(
        self, space: str, query: NDArray[np.float32], viewer: Viewer, *, category: str | None = None
    ) -> Sequence[str]:
        if time.monotonic() < self._rested_until:
            raise Unavailable("The database's vector search is left alone for a minute.")
        try:
            with timeout(SECONDS):
                found = await self._searched.aggregate(pipeline(space, query, viewer, category))
                return [one["artwork"] async for one in found]
        except PyMongoError as error:
            self._rest(error)
            raise Unavailable("The database's vector search does not answer.") from error

    async def inspect(self) -> list[str]:
        """What is wrong with it, in words."""
        memory = "searches compare in memory (LIMN_VECTOR_SEARCH=mongodb)"
        try:
            indexes = [index async for index in await self._searched.list_search_indexes()]
        except OperationFailure:
            return [f"this deployment of MongoDB has no $vectorSearch: {memory}"]
        return [
            f"the vector index {index['name']} cannot be asked yet ({index.get('status', 'unknown')}): until then {memory}"
            for index in indexes
            if not index.get("queryable")
        ]

    async def _ensure_index(self, dimensions: int) -> None:
        if dimensions in self._indexed or time.monotonic() < self._rested_until:
            return
        name = path(dimensions)
        try:
            if name not in [index["name"] async for index in await self._searched.list_search_indexes()]:
                await self._searched.create_search_index(index_model(dimensions))
        except OperationFailure as error:
            if error.code != _THERE_ALREADY:
                self._rest(error)
                return
        self._indexed.add(dimensions)

    def _rest(self, error: PyMongoError) -> None:
        self._rested_until = time.monotonic() + REST_SECONDS
        kind, code = type(error).__name__, getattr(error, "code", None)
        _log.warning("no vector search by the database; memory answers", extra={"kind": kind, "code": code})


def document(space: str, work: Searchable) -> Document:
    return {
        "_id": vector_id(work.artwork_id, 0, space),
        "artwork": work.artwork_id,
        "revision": work.revision,
        "space": space,
        "public": work.public,
        "owner": work.owner,
        "category": work.category,
        path(len(work.vector)): work.vector.tolist(),
    }


def path(dimensions: int) -> str:
    """Of the field and of its index: an index holds vectors of one length, and leaves out documents without the field."""
    return f"vector_{dimensions}"


def index_model(dimensions: int) -> SearchIndexModel:
    """`mongodb.com/docs/vector-search/indexes/vector-search-type`."""
    vector = {"type": "vector", "path": path(dimensions), "numDimensions": dimensions, "similarity": "cosine"}
    fields = [vector, *({"type": "filter", "path": name} for name in FILTERS)]
    return SearchIndexModel({"fields": fields}, name=path(dimensions), type="vectorSearch")


def pipeline(space: str, query: NDArray[np.float32], viewer: Viewer, category: str | None) -> list[Document]:
    """`mongodb.com/docs/vector-search/query/aggregation-stages/vector-search-stage`. The score is not asked for: who found them
    has the vectors, and compares exactly."""
    conditions: list[dict[str, Any]] = [{"space": {"$eq": space}}]
    everybody: dict[str, Any] = {"public": {"$eq": True}}
    if viewer.account_id is None:
        conditions.append(everybody)
    else:
        conditions.append({"$or": [everybody, {"owner": {"$eq": viewer.account_id}}]})
    if category is not None:
        conditions.append({"category": {"$eq": category}})
    stage = {
        "index": path(len(query)),
        "path": path(len(query)),
        "queryVector": query.tolist(),
        "numCandidates": CANDIDATES,
        "limit": MOST,
        "filter": {"$and": conditions},
    }
    return [{"$vectorSearch": stage}, {"$project": {"_id": 0, "artwork": 1}}]
