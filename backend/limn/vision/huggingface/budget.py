"""How often models elsewhere may be asked today. Who counts is somebody else; here is what follows when it is enough."""

import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

from limn.errors import EyesAway
from limn.vision.huggingface.times import Times

Spend = Callable[[str], Awaitable[bool]]
"""Whether one more call may be made today for the works of this owner ("": a visitor's query); counts it if so."""

_USED_UP = (
    "Today's calls to models elsewhere are used up (LIMN_HF_DAILY_CALLS, or LIMN_HF_DAILY_CALLS_EACH for one artist)."
)


class Budget:
    """`reason` is set from a refusal until a call is granted again, or the day is over."""

    def __init__(self, spend: Spend, times: Times) -> None:
        self._spend, self._times = spend, times
        self._refused_until: datetime | None = None
        self._refused: dict[str, datetime] = {}

    async def take(self, owner: str) -> None:
        """One call, before it is made; an attempt that fails has been one too. Raises EyesAway until midnight UTC."""
        if await self._spend(owner):
            self._refused_until = None
            self._refused.pop(owner, None)
            return
        midnight = datetime.combine(self._times.now().astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        self._refused_until = self._refused[owner] = midnight
        raise self._used_up(midnight)

    def shut(self, owner: str) -> EyesAway | None:
        """What `take` raised for this owner today."""
        until = self._refused.get(owner)
        return self._used_up(until) if until is not None and self._times.now() < until else None

    @property
    def reason(self) -> str | None:
        until = self._refused_until
        return _USED_UP if until is not None and self._times.now() < until else None

    def _used_up(self, until: datetime) -> EyesAway:
        return EyesAway(_USED_UP, retry_after=math.ceil((until - self._times.now()).total_seconds()) + 1)
