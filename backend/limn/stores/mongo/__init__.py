"""The document store in MongoDB, a standalone server or a replica set, without transactions: every write changes one document.

Not Motor, which its makers ended in favour of PyMongo's own asynchronous client."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from limn.stores.mongo.artworks import MongoArtworks
from limn.stores.mongo.clock import DatabaseClock, told_by
from limn.stores.mongo.eyes import MongoEyes
from limn.stores.mongo.health import MongoHealth
from limn.stores.mongo.opening import Database, open_database
from limn.stores.mongo.queue import MongoAnalyses
from limn.stores.mongo.records import MongoRecords
from limn.stores.mongo.vectors import MongoVectors
from limn.stores.mongo.vectorsearch import MongoNearest
from limn.stores.protocol import Store


@asynccontextmanager
async def open_store(
    url: str, *, clock: Callable[[], float] | None = None, vector_search: bool = False
) -> AsyncIterator[Store]:
    """Connect, and make what is missing: the database that `url` names (`limn` where it names none), its schema and indexes. The time is
    the database's, unless `clock` gives seconds since the epoch.

    Raises BadSettings where the address cannot be meant or the database is a newer Limn's, Unavailable where it does not answer.
    """
    async with open_database(url) as database:
        yield store_over(database, clock=clock, vector_search=vector_search)


def store_over(database: Database, *, clock: Callable[[], float] | None = None, vector_search: bool = False) -> Store:
    """The store over an open database, which stays its opener's to close."""
    now = DatabaseClock(database) if clock is None else told_by(clock)
    nearest = MongoNearest(database) if vector_search else None
    return Store(
        artworks=MongoArtworks(database, now),
        analyses=MongoAnalyses(database, now),
        vectors=MongoVectors(database),
        eyes=MongoEyes(database),
        records=MongoRecords(database),
        health=MongoHealth(database, now, nearest),
        nearest=nearest,
    )
