"""The whole database as records, and back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from limn.errors import Conflict, InvalidInput
from limn.models import Calibration
from limn.stores import records as words
from limn.stores.mongo.eyes import ACTIVE
from limn.stores.mongo.faults import guarded, unhurried
from limn.stores.mongo.opening import Database, Document
from limn.stores.mongo.pages import VISIBILITIES
from limn.stores.mongo.rows import given_key, kept_key, queue, row, written
from limn.stores.protocol import Record
from limn.tokens import new_id

_WORKS: dict[str, Any] = {"visibility": {"$in": VISIBILITIES}}


class MongoRecords:
    """See the port `Records`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    async def everything(self, kind: str, *, after: str | None, limit: int) -> Sequence[Record]:
        match kind:
            case "artworks":
                return [_artwork(found) for found in await self._after("artworks", after, limit, _WORKS)]
            case "vectors":
                if after is not None:
                    words.vector_place(after)
                return [_vector(found) for found in await self._after("vectors", after, limit)]
            case "calibrations":
                return [_calibration(found) for found in await self._after("calibrations", after, limit)]
            case "active_space":
                found = await self._database.marks.find_one({"_id": ACTIVE})
                records = [] if found is None else [words.active_space_record(found["value"])]
                return [record for record in records if record.id > (after or "")][:limit]
        raise InvalidInput(f"There are no records of the kind {kind}.")

    @unhurried
    async def load(self, records: Sequence[Record]) -> int:
        writes = [self._write(record) for record in records]  # all are read before one is written
        return sum([not await write() for write in writes])

    def _write(self, record: Record) -> Callable[[], Awaitable[bool]]:
        """What writes the record; answers False where it is left out. Raises InvalidInput."""
        match record.kind:
            case "artworks":
                return partial(self._put_artwork, words.read_artwork(record))
            case "vectors":
                return partial(self._put_vector, record.id, words.read_vector(record))
            case "calibrations":
                document = {"document": words.read_calibration(record).model_dump(mode="json")}
                return partial(self._put, "calibrations", record.id, document)
            case "active_space":
                return partial(self._put, "marks", ACTIVE, {"value": words.read_active_space(record)})
        raise InvalidInput(f"There are no records of the kind {record.kind}.")

    @guarded
    async def counts(self) -> Mapping[str, int]:
        return {
            "artworks": await self._database.artworks.count_documents(_WORKS),
            "vectors": await self._database.vectors.count_documents({}),
            "calibrations": await self._database.calibrations.count_documents({}),
            "active_space": await self._database.marks.count_documents({"_id": ACTIVE}),
        }

    async def _after(
        self, collection: str, after: str | None, limit: int, where: Mapping[str, Any] | None = None
    ) -> list[Document]:
        query = {"$and": [{"_id": {"$gt": after or ""}}, *([dict(where)] if where else [])]}
        return await self._database[collection].find(query).sort([("_id", ASCENDING)]).limit(limit).to_list()

    async def _put(self, collection: str, record_id: str, fields: Document) -> bool:
        await self._database[collection].replace_one({"_id": record_id}, fields, upsert=True)
        return True

    async def _put_artwork(self, queued: words.Queued) -> bool:
        artwork_id = queued.artwork.id
        fields = written(queued.artwork) | {
            "key": kept_key(artwork_id, queued.key),
            "wanted": queued.wanted.value,
            "run_at": queued.run_at,
            "queue": queue(queued.wanted, queued.run_at),
            "fence": queued.fence,
            "renewed_for": queued.renewed_for,
            "worker": None,
            "write": new_id(),
        }
        try:
            return await self._put("artworks", artwork_id, fields)
        except DuplicateKeyError as error:
            raise Conflict(f"Another work holds the picture or the key of {artwork_id}.") from error

    async def _put_vector(self, record_id: str, embedded: words.Embedded) -> bool:
        if not await self._database.artworks.find_one({"_id": embedded.artwork_id, **_WORKS}, {"_id": 1}):
            return False
        place = {"artwork": embedded.artwork_id, "page": embedded.page, "space": embedded.space}
        return await self._put("vectors", record_id, place | {"vector": embedded.data})


def _artwork(found: Document) -> Record:
    held = row(found)
    key = given_key(held.artwork.id, found["key"])
    return words.artwork_record(words.Queued(held.artwork, key, held.wanted, held.run_at, held.fence, held.renewed_for))


def _vector(found: Document) -> Record:
    return words.vector_record(words.Embedded(found["artwork"], found["page"], found["space"], bytes(found["vector"])))


def _calibration(found: Document) -> Record:
    return words.calibration_record(Calibration.model_validate(found["document"]))
