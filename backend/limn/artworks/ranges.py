"""Which part of a picture a request asks for: RFC 9110, section 14."""

import re

from starlette.datastructures import Headers

_ONE = re.compile(r"bytes=([0-9]*)-([0-9]*)", re.IGNORECASE)
_DIGITS = 18  # more than any file has; Python reads no number of thousands


def wanted(asked: Headers, etag: str, size_bytes: int) -> range | None:
    """The positions asked for. None: the whole. Empty: there are no such bytes.

    Whole, as the RFC demands or allows, is answered to what is malformed, in several parts, in another unit, or continues another
    version than `etag` (If-Range; a date never matches, because no Last-Modified is sent)."""
    given = asked.getlist("range")
    one = _ONE.fullmatch(given[0].strip()) if len(given) == 1 else None
    if one is None or not (one[1] or one[2]) or asked.get("if-range", etag).strip() != etag:
        return None
    if not one[1]:
        return range(max(0, size_bytes - _number(one[2])), size_bytes)
    first, last = _number(one[1]), _number(one[2]) if one[2] else size_bytes
    return range(first, min(last + 1, size_bytes)) if first <= last or not one[2] else None


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _DIGITS else 10**_DIGITS
