"""The one normaliser of words: what is stored clean, and what is compared."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_ACCENTS = 30  # on one letter, as in UAX #15 §13; no script needs more
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# directional overrides and isolates, zero-width characters, byte-order mark: they change what a reader sees, not what is said
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x00AD])


def clean(value: str, *, lines: bool = False) -> str:
    """NFC without control, zero-width or bidi characters, nor accents beyond thirty on one letter; outer space stripped. `lines`
    keeps line breaks."""
    value = unicodedata.normalize("NFC", _calm(value)).translate(_INVISIBLE)
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        c if unicodedata.category(c)[0] != "C" or (lines and c == "\n") else " " if c in "\n\t" else "" for c in value
    )
    joined = "".join(kept)
    if lines:
        return "\n".join(_SPACES.sub(" ", line).strip() for line in joined.split("\n")).strip()
    return _SPACES.sub(" ", joined).strip()


def fold(value: str) -> str:
    """For comparing: NFKC, case folded, accents and ё removed, spaces single."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", _calm(value)).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def words(value: str) -> list[str]:
    """The folded words of a text, in order: letters and digits, inner apostrophes kept."""
    return _WORD.findall(fold(value))


def tag_name(value: str) -> str:
    """A tag as it is stored and compared: clean, lower case, single spaces, without a leading #."""
    return clean(value).lstrip("#").strip().casefold()


def no_nul(value: str) -> str:
    """The value itself. Raises ValueError where there is a NUL in it: it ends a text for SQLite and for C."""
    if "\0" in value:
        raise ValueError("must not contain a NUL character")
    return value


Plain = Annotated[str, AfterValidator(no_nul), Field(json_schema_extra={"pattern": "^[^\\u0000]*$"})]


def _calm(value: str) -> str:
    """Without the accents that are too many: Unicode's normaliser takes n² steps to sort n of them."""
    if value.isascii():
        return value
    kept: list[str] = []
    accents = 0
    for character in value:
        accents = accents + 1 if unicodedata.combining(character) else 0
        if accents <= _ACCENTS:
            kept.append(character)
    return "".join(kept)
