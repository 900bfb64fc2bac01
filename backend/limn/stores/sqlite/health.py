"""Whether the database can be written and read at this moment."""

import sqlite3
from collections.abc import Sequence

import anyio

from limn.errors import OutOfSpace, Unavailable
from limn.stores.clock import Clock
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.faults import free_bytes

_PATIENCE_SECONDS = 2.0
_SPARE_BYTES = 1024 * 1024  # with less the next artwork may not fit, although this little write still does


class SqliteHealth:
    """See the port `Health`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def check(self) -> None:
        try:
            with anyio.fail_after(_PATIENCE_SECONDS):
                await self._database.write(self._write)
                await self._database.read(_read)
        except TimeoutError as error:
            raise Unavailable("The database does not answer.", retry_after=2) from error
        except OutOfSpace as error:
            raise Unavailable(error.detail, code=error.code) from error

    async def inspect(self) -> Sequence[str]:
        def work(connection: sqlite3.Connection) -> list[str]:
            return [found for (found,) in connection.execute("PRAGMA quick_check(10)") if found != "ok"]

        return await self._database.read(work)

    def _write(self, connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE marks SET value=? WHERE name='checked'", (self._clock(),))
        if free_bytes(self._database.path) < _SPARE_BYTES:
            raise OutOfSpace("There is no room left for the database.")


def _read(connection: sqlite3.Connection) -> None:
    if not connection.execute("SELECT value FROM marks WHERE name='checked'").fetchone():
        raise Unavailable("The database does not hold what was written.", retry_after=2)
