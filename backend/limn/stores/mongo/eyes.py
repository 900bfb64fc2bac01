"""What the gallery remembers of its models, in MongoDB."""

from datetime import date, timedelta

from pymongo.errors import DuplicateKeyError

from limn.models import Calibration
from limn.stores.mongo.faults import guarded
from limn.stores.mongo.opening import Database

ACTIVE = "active_space"  # the mark
_KEPT_DAYS = 7  # of calls counted: long past the day on which any process's clock still is


class MongoEyes:
    """See the port `Eyes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    async def active_space(self) -> str | None:
        found = await self._database.marks.find_one({"_id": ACTIVE})
        return None if found is None else str(found["value"])

    @guarded
    async def activate(self, space: str | None) -> None:
        if space is None:
            await self._database.marks.delete_one({"_id": ACTIVE})
        else:
            await self._database.marks.replace_one({"_id": ACTIVE}, {"value": space}, upsert=True)

    @guarded
    async def calibration(self, space: str) -> Calibration | None:
        found = await self._database.calibrations.find_one({"_id": space})
        return None if found is None else Calibration.model_validate(found["document"])

    @guarded
    async def calibrate(self, calibration: Calibration) -> None:
        document = {"document": calibration.model_dump(mode="json")}
        await self._database.calibrations.replace_one({"_id": calibration.space}, document, upsert=True)

    @guarded
    async def spend(self, purse: str, day: str, *, most: int) -> bool:
        if most <= 0:
            return False
        long_ago = (date.fromisoformat(day) - timedelta(days=_KEPT_DAYS)).isoformat()
        await self._database.calls.delete_many({"day": {"$lt": long_ago}})
        key = f"{day} {purse}"
        try:
            await self._database.calls.insert_one({"_id": key, "day": day, "count": 1})
        except DuplicateKeyError:
            left = {"_id": key, "count": {"$lt": most}}
            return (await self._database.calls.update_one(left, {"$inc": {"count": 1}})).matched_count == 1
        return True
