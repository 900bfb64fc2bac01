"""The time as stores keep it: whole milliseconds since the epoch."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]


def at(milliseconds: int) -> datetime:
    """Exact, unlike a float of seconds."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    return int(moment.replace(microsecond=0).timestamp()) * 1000 + moment.microsecond // 1000


def from_seconds(seconds: float) -> int:
    return round(seconds * 1000)
