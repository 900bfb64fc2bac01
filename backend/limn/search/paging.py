"""Where a reader of results has come to, as an opaque cursor."""

import base64
import binascii
import hashlib
import json
from dataclasses import astuple, dataclass

from limn.errors import InvalidInput

MOST = 1_000  # the furthest offset a page may begin at: nobody reads on from there, they ask again


@dataclass(frozen=True)
class Cursor:
    """Offset in the ranking of one generation of the index, the question it belongs to, what took part in it by meaning, and the
    last artwork seen."""

    generation: int
    question: str
    meaning: str
    offset: int
    last: str


def encode(cursor: Cursor) -> str:
    text = json.dumps(astuple(cursor), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str, question: str) -> Cursor:
    """Raises InvalidInput, code `invalid_cursor`, for one that is not ours or belongs to another question."""
    try:
        parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(parts, list) or [type(part) for part in parts] != [int, str, str, int, str]:
            raise ValueError
        cursor = Cursor(*parts)
        if cursor.question != question or not 0 < cursor.offset <= MOST:
            raise ValueError
    except (ValueError, RecursionError, binascii.Error) as error:
        message = "The cursor is not one this search gave."
        raise InvalidInput(message, code="invalid_cursor", errors=[{"field": "cursor", "message": message}]) from error
    return cursor


def fingerprint(*parts: str | None) -> str:
    """Of a question and whoever asks it, short."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
