"""How a database is opened: reached within seconds, surely ours, at the newest schema, with its indexes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pymongo import ASCENDING, DESCENDING, AsyncMongoClient, IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConfigurationError, DuplicateKeyError, InvalidURI, PyMongoError

from limn.errors import BadSettings
from limn.stores.mongo.faults import SECONDS, translated

Document = dict[str, Any]
Database = AsyncDatabase[Document]

SCHEMA = 1
_NAME = "limn"  # of the database, where the address names none

_NEWEST = [("created", DESCENDING), ("_id", DESCENDING)]
_LIKED = [("likes", DESCENDING), ("_id", DESCENDING)]
# Only what every service that speaks MongoDB's protocol has: no partial filters, no text, no expiry. So `queue` says what is due, and
# a deletion keeps a key and a cover of its own: see rows.py.
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "artworks": [
        IndexModel([("owner", ASCENDING), ("key", ASCENDING)], name="key", unique=True),
        IndexModel([("owner", ASCENDING), ("cover", ASCENDING)], name="cover", unique=True),
        *(
            IndexModel([*((field, ASCENDING) for field in fields), *order], name=f"{'_'.join(fields)}_{name}")
            for name, order in (("newest", _NEWEST), ("liked", _LIKED))
            for fields in (
                ("visibility",),
                ("visibility", "category"),
                ("visibility", "artist"),
                ("owner", "visibility"),
                ("tags",),
            )
        ),
        # run_at stands at the end so that what is leased or delayed is passed over without reading the document
        IndexModel([("queue", ASCENDING), *_NEWEST, ("run_at", ASCENDING)], name="due"),
        IndexModel([("queue", ASCENDING), ("run_at", ASCENDING), ("_id", DESCENDING)], name="looks_begun"),
        IndexModel([("state", ASCENDING), ("look_at", ASCENDING), ("_id", DESCENDING)], name="looks_due"),
        IndexModel([("state", ASCENDING), ("eyes", ASCENDING), ("_id", DESCENDING)], name="eyes"),
        IndexModel([("updated", ASCENDING), ("_id", ASCENDING)], name="updated"),
        IndexModel([("blobs", ASCENDING)], name="blobs"),
    ],
    "vectors": [
        IndexModel([("space", ASCENDING), ("artwork", ASCENDING)], name="space"),
        IndexModel([("artwork", ASCENDING)], name="artwork"),
    ],
    "searched": [IndexModel([("artwork", ASCENDING)], name="artwork")],  # of vectorsearch.py
    "calls": [IndexModel([("day", ASCENDING)], name="day")],
}


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Raises BadSettings where the address cannot be meant or the database is a newer Limn's, Unavailable where it does not answer."""
    milliseconds = int(SECONDS * 1000)
    try:
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            url,
            appname="limn",
            serverSelectionTimeoutMS=milliseconds,
            connectTimeoutMS=milliseconds,
            timeoutMS=milliseconds,
            # a standalone server takes it for one; on a replica set an acknowledged write survives the loss of the primary
            w="majority",
            journal=True,
        )
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise BadSettings(f"LIMN_DATABASE_URL: {error}") from None
    try:
        database = client.get_default_database(_NAME)
        try:
            await _prepare(database)
        except PyMongoError as error:
            raise translated(error) from error
        yield database
    finally:
        await client.close()


async def missing_indexes(database: Database) -> list[str]:
    """Names of those that are not there, as collection.index."""
    missing = []
    for name, wanted in INDEXES.items():
        there = await database[name].index_information()
        missing += [f"{name}.{index.document['name']}" for index in wanted if index.document["name"] not in there]
    return missing


async def _prepare(database: Database) -> None:
    await _migrate(database)
    for name, indexes in INDEXES.items():
        await database[name].create_indexes(list(indexes))


async def _migrate(database: Database) -> None:
    """There is one schema so far. A later one adds its step here: idempotent, the version raised after it, so that it may be
    interrupted anywhere and several processes may take it at once."""
    found = await database.meta.find_one({"_id": "schema"})
    if found is None:
        try:
            await database.meta.insert_one({"_id": "schema", "version": SCHEMA})
        except DuplicateKeyError:
            found = await database.meta.find_one({"_id": "schema"})
    version = SCHEMA if found is None else found["version"]
    if version > SCHEMA:
        raise BadSettings(
            f"The database {database.name} was written by a newer Limn (schema {version}, this one knows {SCHEMA})"
        )
