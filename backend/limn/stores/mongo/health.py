"""Whether the database can be written and read at this moment."""

from collections.abc import Sequence

import anyio

from limn.errors import Unavailable
from limn.stores.mongo.clock import Clock
from limn.stores.mongo.faults import guarded
from limn.stores.mongo.opening import Database, missing_indexes
from limn.stores.mongo.vectorsearch import MongoNearest

_PATIENCE_SECONDS = 2.0
_CHECKED = "checked"


class MongoHealth:
    """See the port `Health`."""

    def __init__(self, database: Database, clock: Clock, nearest: MongoNearest | None = None) -> None:
        self._database = database
        self._clock = clock
        self._nearest = nearest

    @guarded
    async def check(self) -> None:
        try:
            with anyio.fail_after(_PATIENCE_SECONDS):
                now = await self._clock()
                await self._database.marks.replace_one({"_id": _CHECKED}, {"value": now}, upsert=True)
                found = await self._database.marks.find_one({"_id": _CHECKED})
        except TimeoutError as error:
            raise Unavailable("The database does not answer.", retry_after=2) from error
        if found is None:
            raise Unavailable("The database does not hold what was written.", retry_after=2)

    @guarded
    async def inspect(self) -> Sequence[str]:
        missing = await missing_indexes(self._database)
        found = [f"the index {name} is missing: start a server, which makes it" for name in missing]
        return found + (await self._nearest.inspect() if self._nearest else [])
