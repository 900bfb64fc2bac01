"""What a call to a model elsewhere can come to. Light to import; what becomes which of these is in `diagnosis`."""

from collections.abc import Mapping
from enum import Enum, auto


class Kind(Enum):
    BUSY = auto()  # ask again
    BROKEN = auto()  # an answer nobody can read: asking again at once brings the same
    DENIED = auto()  # the token, or what it may spend
    ABSENT = auto()  # not served at this address
    UNFIT = auto()  # this picture or these words are refused, or the answer is none
    LARGE = auto()  # a smaller picture may do


class Fault(Exception):
    """`told` goes on after the host's name. `said` is the host's own text, for the operator only. `wait` is what it asked for, in
    seconds; `everywhere`: true of the host and token, not of one address."""

    def __init__(
        self, kind: Kind, told: str, *, said: str = "", wait: float | None = None, everywhere: bool = False
    ) -> None:
        super().__init__(told)
        self.kind, self.told, self.said, self.wait, self.everywhere = kind, told, said, wait, everywhere


class Refused(OSError):
    """An answer with another status than 200."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status, self.headers, self.body = status, headers, body


class Unreadable(ValueError):
    """An answer that is not read to its end: too long, or packed."""


class Unfit(ValueError):
    """An answer that can be read and is not one to what was asked."""
