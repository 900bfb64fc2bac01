"""What may be kept of a text that a machine elsewhere wrote: plain words. Everything else is refused, not repaired."""

import re
import unicodedata

from limn import text as words

SENTENCE, NAME = 300, 40  # characters
_NAME_WORDS = 4

_MARKUP = frozenset("<>[]{}|\\^~`*_#@=$")
_ADDRESS = re.compile(
    r"://|\bwww\.|\b(?:https?|mailto|javascript|data)\s*:|[^\W\d_]{2,}\.[^\W\d_]{2,}|\d+\.\d+\.\d+", re.IGNORECASE
)
_NAME = re.compile(r"[^\W_]+(?:[ '’&-][^\W_]+)*")
_ACCENTS = 4  # on one letter; more are drawn over the lines around it


def sentence(text: str) -> str | None:
    """One sentence or two, with a capital and a full stop; None where the text holds markup, an address, or no word."""
    marked = not _MARKUP.isdisjoint(text)
    text = _clean(text)
    if marked or not any(c.isalpha() for c in text) or _ADDRESS.search(text) or _stacked(text):
        return None
    text = _cut(text)
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…。！？”\"'’)" else ".")


def name(text: str) -> str | None:
    """A tag: a few words of letters, digits, hyphens and apostrophes; None otherwise."""
    found = words.tag_name(text)
    plain = _NAME.fullmatch(found) and 2 <= len(found) <= NAME and len(found.split()) <= _NAME_WORDS
    return found if plain and any(c.isalpha() for c in found) and not _stacked(found) else None


def _clean(text: str) -> str:
    """One line without control, invisible and bidi characters, and without pictograms."""
    return words.clean("".join(c for c in words.clean(text) if unicodedata.category(c) not in {"So", "Sk"}))


def _stacked(text: str) -> bool:
    run = 0
    for c in text:
        run = run + 1 if unicodedata.category(c) in {"Mn", "Me"} else 0
        if run > _ACCENTS:
            return True
    return False


def _cut(text: str) -> str:
    """At the end of a sentence where one fits, else after a word."""
    if len(text) <= SENTENCE:
        return text
    head = text[:SENTENCE]
    end = max(head.rfind(mark) for mark in (". ", "! ", "? "))
    return head[: end + 1] if end > 0 else head[: SENTENCE - 1].rpartition(" ")[0].rstrip(" ,;:-–") + "…"
