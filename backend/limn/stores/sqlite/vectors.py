"""Embeddings in SQLite: float16, little-endian, as the machine-independent bytes of a row."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

import numpy as np

from limn.errors import NotFound
from limn.stores.protocol import Vector
from limn.stores.sqlite.connection import Database

_BATCH = 500  # vectors per transaction: some milliseconds
_HALF = np.dtype("<f2")


class SqliteVectors:
    """See the port `Vectors`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, artwork_id: str, page: int, space: str, vector: Vector) -> None:
        data = vector.astype(_HALF).tobytes()

        def work(connection: sqlite3.Connection) -> None:
            put = """
                INSERT INTO vectors (space, artwork, page, vector) SELECT ?, id, ?, ? FROM artworks WHERE id = ?
                ON CONFLICT (space, artwork, page) DO UPDATE SET vector = excluded.vector
            """
            if connection.execute(put, (space, page, data, artwork_id)).rowcount == 0:
                raise NotFound("There is no such artwork.")

        await self._database.write(work)

    async def many(self, ids: Sequence[str], space: str) -> dict[str, Vector]:
        asked = json.dumps(list(ids))

        def work(connection: sqlite3.Connection) -> dict[str, Vector]:
            rows = connection.execute(
                "SELECT artwork, vector FROM vectors "
                "WHERE space = ? AND artwork IN (SELECT value FROM json_each(?)) AND page = 0",
                (space, asked),
            )
            return {artwork: np.frombuffer(data, _HALF).astype(np.float32) for artwork, data in rows}

        return await self._database.read(work)

    async def spaces(self) -> Mapping[str, int]:
        def work(connection: sqlite3.Connection) -> dict[str, int]:
            return dict(connection.execute("SELECT space, count(*) FROM vectors GROUP BY space").fetchall())

        return await self._database.read(work)

    async def forget(self, space: str) -> int:
        def work(connection: sqlite3.Connection) -> int:
            some = "DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors WHERE space = ? LIMIT ?)"
            return connection.execute(some, (space, _BATCH)).rowcount

        forgotten = 0
        while count := await self._database.write(work):
            forgotten += count
        return forgotten
