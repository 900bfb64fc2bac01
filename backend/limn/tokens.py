"""Random identifiers."""

import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A UUIDv7 (RFC 9562 §5.7), opaque to clients: sorts by its millisecond, and those of one process in the order they were made,
    so that works of one moment keep theirs."""
    place = _next_place()
    value = (place >> 12) << 80 | 0x7 << 76 | (place & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def _next_place() -> int:
    """The millisecond and twelve bits behind it, always more than before (§6.2, method 1): a full millisecond runs into the next."""
    global _last  # noqa: PLW0603  what makes ids of one process sort is shared by all its threads
    with _lock:
        _last = max(_last + 1, int(time.time() * 1000) << 12 | secrets.randbits(11))
        return _last
