"""Why an artwork was found, in plain text: the matched words between ⟦ and ⟧, and what is to be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from limn.index.terms import Located, located, terms_of
from limn.index.words import Word
from limn.models import Artwork

OPEN, CLOSE = "⟦", "⟧"
_FIELDS_SHOWN = 4
_AROUND = 60  # characters kept on each side of a match in a long text


@dataclass(frozen=True)
class InWords:
    """`text` is the field, or the part of it around the first match, with the matches marked."""

    field: str
    text: str


@dataclass(frozen=True)
class InPicture:
    """Measured. `share` is 0 to 1: how far the picture shows the phrase."""

    phrase: str
    share: float


@dataclass(frozen=True)
class InMeaning:
    """A model compared the whole query with the picture, or with the artwork's words. Its cosine is no share of anything."""

    of: Literal["picture", "words"]
    phrase: str


@dataclass(frozen=True)
class InColour:
    hex: str


Reason = InWords | InPicture | InMeaning | InColour


def in_words(artwork: Artwork, words: Sequence[Word]) -> list[InWords]:
    """The fields that hold any of the words, most telling first."""
    caption = artwork.analysis.caption
    texts = [("title", artwork.title)]
    texts += [("tags", tag.name) for tag in artwork.tags]
    texts += [("description", artwork.description), ("alt_text", artwork.alt_text or "")]
    texts += [("caption", caption.text)] if caption is not None and caption.method != "measured" else []
    texts += [("artist", artwork.artist.name), ("artist", artwork.artist.handle), ("category", artwork.category)]
    found = []
    for field, text in texts:
        marked = mark(text, words)
        if marked is not None:
            found.append(InWords(field, marked))
        if len(found) == _FIELDS_SHOWN:
            break
    return found


def mark(text: str, words: Sequence[Word]) -> str | None:
    """The text, or the part around its first match, with every match marked; None where there is none.

    Matching is by the index's own terms, marking by places in the text as it was written.
    """
    wanted = {word[0] for word in words}
    if not wanted.intersection(terms_of(text)):
        return None
    places = _matches(located(text), words)
    if not places:
        return None
    # a mark in somebody's text must not pass for one of ours; one character for another keeps every place
    text = text.replace(OPEN, "[").replace(CLOSE, "]")
    start, end = _excerpt(text, places[0])
    pieces, at = ["…" if start else ""], start
    for first, last in places:
        if last > end:
            break
        pieces += [text[at:first], OPEN, text[first:last], CLOSE]
        at = last
    pieces += [text[at:end], "…" if end < len(text) else ""]
    return "".join(pieces)


def _matches(terms: Sequence[Located], words: Sequence[Word]) -> list[tuple[int, int]]:
    """Start and end of each match in order, without overlaps; the longest word wins where two begin together."""
    by_first: dict[str, list[Word]] = {}
    for word in sorted(words, key=len, reverse=True):
        by_first.setdefault(word[0], []).append(word)
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(terms):
        for word in by_first.get(terms[at].terms[0], []):
            if tuple(term.terms[0] for term in terms[at : at + len(word)]) == word:
                start, end = terms[at].start, terms[at + len(word) - 1].end
                if found and start < found[-1][1]:
                    # ½½ is 1⁄21⁄2: two words may share a character
                    start = found.pop()[0]
                found.append((start, end))
                at += len(word) - 1
                break
        at += 1
    return found


def _excerpt(text: str, match: tuple[int, int]) -> tuple[int, int]:
    """Where to cut, at spaces where there are any, so that the match stands in the middle."""
    start, end = max(0, match[0] - _AROUND), min(len(text), match[1] + _AROUND)
    if start:
        space = text.find(" ", start, match[0])
        start = start if space < 0 else space + 1
    if end < len(text):
        space = text.rfind(" ", match[1], end)
        end = end if space < 0 else space
    return start, end
