"""Opaque cursors: a flat list of whole numbers and texts as base64url JSON, the same for every store."""

import base64
import binascii
import json
from collections.abc import Sequence

from limn.errors import InvalidInput

_LONGEST = 512
_INTEGERS = range(-(2**63), 2**63)  # what a database can compare with


def encode(*parts: int | str) -> str:
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, *shape: type[int] | type[str]) -> Sequence[int | str]:
    """The parts, whose types are `shape`. Raises InvalidInput, code `invalid_cursor`, for anything else."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        if not isinstance(parts, list) or len(parts) != len(shape) or not all(map(_fits, parts, shape)):
            raise ValueError
    except (ValueError, RecursionError, binascii.Error) as error:
        message = "The cursor is not one this gallery gave."
        raise InvalidInput(message, code="invalid_cursor", errors=[{"field": "cursor", "message": message}]) from error
    return parts


def _fits(part: object, kind: type[int] | type[str]) -> bool:
    if type(part) is not kind:  # exact: True is an int to isinstance
        return False
    # a lone surrogate cannot be written to any database
    return part in _INTEGERS if isinstance(part, int) else str(part).isascii() or bool(str(part).encode())
