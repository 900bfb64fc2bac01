"""How long a model elsewhere is waited for, and how often, and when it is left alone. Clocks are handed in, so that tests need not wait."""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio

ATTEMPTS = 3
BACKOFF_SECONDS = (
    1.0  # doubled with each attempt, and up to half of it on top, so that many galleries do not come back together
)
LONGEST_PAUSE_SECONDS = 3600.0  # whatever a host asks for
QUERY_SECONDS = 5.0  # somebody waits in front of a search
DENIED_SECONDS = 3600.0  # a refused token does not get better by itself, but its owner may mend it
ABSENT_SECONDS = 6 * 3600.0  # how long "not served" is believed
REFUSALS = 3  # so many different pictures refused, none taken: it is the model
FAILURES = 3  # questions in a row that ended without an answer, before the address is left alone
FIRST_PAUSE_SECONDS = 60.0  # doubled with each further failure
AWAY_SECONDS = 60  # when to come again after a single failure


@dataclass(frozen=True)
class Patience:
    """Seconds for connecting, for the next piece of an answer, and for one question with all its attempts."""

    read: float
    total: float
    connect: float = 5.0


LOOKING = Patience(read=30.0, total=60.0)
TALKING = Patience(
    read=120.0, total=150.0
)  # a language model at home, without a graphics card, takes a minute for a picture


@dataclass(frozen=True)
class Times:
    """`monotonic` for pauses, so that a clock set anew ends none; `now` for dates that hosts name and for midnight."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    jitter: Callable[[], float] = random.random
    looking: Patience = LOOKING
    talking: Patience = TALKING


class Pause:
    """Something left alone for a while, and why, in words."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._until = 0.0
        self._reason = self._said = ""

    def start(self, seconds: float, reason: str, said: str) -> None:
        """A longer pause that runs already stays. `said` are the host's own words, for the operator only."""
        until = self._times.monotonic() + min(seconds, ABSENT_SECONDS)
        if until > self._until:
            self._until, self._reason, self._said = until, reason, said

    def end(self) -> None:
        self._until = 0.0

    @property
    def left(self) -> float:
        """Seconds; 0 when it is over."""
        return max(self._until - self._times.monotonic(), 0.0)

    @property
    def reason(self) -> str | None:
        return self._reason if self.left else None

    @property
    def story(self) -> str | None:
        """The reason with the host's own words."""
        return f"{self._reason} It says: {self._said}" if self.left and self._said else self.reason
