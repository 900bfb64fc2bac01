"""The time, which is the database's: the same for all servers and workers, whatever their own clocks say and however these jump."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo.errors import OperationFailure

from limn.stores.clock import milliseconds
from limn.stores.mongo.opening import Database, Document

Clock = Callable[[], Awaitable[int]]
"""Milliseconds since the epoch."""

ASK_SECONDS = 10.0  # clocks of two machines part by less than a millisecond in that time
_JUMP_SECONDS = 1.0
_APART_SECONDS = 5.0  # from which on an operator should know
_NO_SUCH_COMMAND = 59
_log = logging.getLogger("limn.mongo")


def since_boot() -> float:
    """Seconds that nobody sets; where the system tells, those in which the machine slept are among them."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def told_by(clock: Callable[[], float]) -> Clock:
    """Of a clock that gives seconds."""

    async def now() -> int:
        return int(clock() * 1000)

    return now


@dataclass(frozen=True)
class _Reading:
    database: int  # milliseconds since the epoch
    wall: float
    elapsed: float


class DatabaseClock:
    """Asks the database every few seconds and counts on from there; at once where this machine's clocks disagree about how long it was."""

    def __init__(
        self,
        database: Database,
        *,
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = since_boot,
    ) -> None:
        self._database, self._wall, self._elapsed = database, wall, elapsed
        self._known: _Reading | None = None
        self._apart = 0.0

    async def __call__(self) -> int:
        """Raises what the driver raises."""
        known = self._known
        if known is None or self._is_old(known):
            known = self._known = await self._ask()
        return known.database + int((self._elapsed() - known.elapsed) * 1000)

    def _is_old(self, known: _Reading) -> bool:
        passed = self._elapsed() - known.elapsed
        return passed > ASK_SECONDS or abs(self._wall() - known.wall - passed) > _JUMP_SECONDS

    async def _ask(self) -> _Reading:
        asked = self._elapsed()
        moment = (await self._hello()).get("localTime")
        answered, wall = self._elapsed(), self._wall()
        if not isinstance(moment, datetime):  # a service that keeps its time to itself
            return _Reading(int(wall * 1000), wall, answered)
        told = milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        self._warn(wall - told / 1000)
        return _Reading(told, wall, (asked + answered) / 2)

    async def _hello(self) -> Document:
        try:
            return await self._database.command("hello")
        except OperationFailure as error:
            if error.code != _NO_SUCH_COMMAND:
                raise
            return await self._database.command("isMaster")  # as it was called before MongoDB 5

    def _warn(self, apart: float) -> None:
        if abs(apart - self._apart) > _APART_SECONDS:
            _log.warning("this machine's clock and the database's are %+.0f s apart; the database's counts", apart)
            self._apart = apart
