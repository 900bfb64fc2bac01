"""What the gallery remembers of its models, in SQLite."""

import sqlite3

from limn.models import Calibration
from limn.stores.sqlite.connection import Database

_KEPT_DAYS = 7  # of calls counted: long past the day on which any process's clock still is


class SqliteEyes:
    """See the port `Eyes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def active_space(self) -> str | None:
        def work(connection: sqlite3.Connection) -> str | None:
            row = connection.execute("SELECT space FROM active_space").fetchone()
            return row[0] if row else None

        return await self._database.read(work)

    async def activate(self, space: str | None) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM active_space")
            if space is not None:
                connection.execute("INSERT INTO active_space (space) VALUES (?)", (space,))

        await self._database.write(work)

    async def calibration(self, space: str) -> Calibration | None:
        def work(connection: sqlite3.Connection) -> Calibration | None:
            row = connection.execute("SELECT document FROM calibrations WHERE space = ?", (space,)).fetchone()
            return Calibration.model_validate_json(row[0]) if row else None

        return await self._database.read(work)

    async def calibrate(self, calibration: Calibration) -> None:
        values = (calibration.space, calibration.model_dump_json())

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO calibrations (space, document) VALUES (?, ?)", values)

        await self._database.write(work)

    async def spend(self, purse: str, day: str, *, most: int) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            connection.execute("DELETE FROM calls WHERE day < date(?, ?)", (day, f"-{_KEPT_DAYS} days"))
            count = """
                INSERT INTO calls (day, purse, count) SELECT ?, ?, 1 WHERE ? > 0
                ON CONFLICT (day, purse) DO UPDATE SET count = count + 1 WHERE count < ?
            """
            return connection.execute(count, (day, purse, most, most)).rowcount == 1

        return await self._database.write(work)
