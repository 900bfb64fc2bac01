"""The one normaliser of words: what is stored clean, and what is compared."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# directional overrides and isolates, zero-width characters, byte-order mark: they change what a reader sees, not what is said
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x00AD])


def clean(value: str, *, lines: bool = False) -> str:
    """NFC without control, zero-width or bidi characters; outer space stripped. `lines` keeps line breaks."""
    value = unicodedata.normalize("NFC", value).translate(_INVISIBLE)
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
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", value).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def words(value: str) -> list[str]:
    """The folded words of a text, in order: letters and digits, inner apostrophes kept."""
    return _WORD.findall(fold(value))


def tag_name(value: str) -> str:
    """A tag as it is stored and compared: clean, lower case, single spaces, without a leading #."""
    return clean(value).lstrip("#").strip().casefold()
