"""The document store in one SQLite file."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from limn.stores.protocol import Store
from limn.stores.sqlite.artworks import SqliteArtworks
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.eyes import SqliteEyes
from limn.stores.sqlite.health import SqliteHealth
from limn.stores.sqlite.migrations import shipped
from limn.stores.sqlite.opening import open_database
from limn.stores.sqlite.queue import SqliteAnalyses
from limn.stores.sqlite.records import SqliteRecords
from limn.stores.sqlite.vectors import SqliteVectors

BUSY_SECONDS = 5.0  # how long a write waits for another process before it is refused


@asynccontextmanager
async def open_store(
    path: Path, *, clock: Callable[[], float] = time.time, busy_seconds: float = BUSY_SECONDS
) -> AsyncIterator[Store]:
    """Open the database, making and migrating it as needed. `clock` gives seconds since the epoch.

    Raises BadSettings where the file is another program's or a newer Limn's, Unavailable or OutOfSpace where it cannot be opened.
    """
    database = await anyio.to_thread.run_sync(lambda: open_database(path, shipped(), busy_seconds=busy_seconds))
    try:
        yield store_over(database, clock=clock)
    finally:
        await database.close()


def store_over(database: Database, *, clock: Callable[[], float] = time.time) -> Store:
    """The store over an open database, which stays its opener's to close."""

    def now() -> int:
        return int(clock() * 1000)

    return Store(
        artworks=SqliteArtworks(database, now),
        analyses=SqliteAnalyses(database, now),
        vectors=SqliteVectors(database),
        eyes=SqliteEyes(database),
        records=SqliteRecords(database),
        health=SqliteHealth(database, now),
    )
