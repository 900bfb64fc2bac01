"""What somebody asked: the query as it came, and the words in it that are looked for."""

import re
from dataclasses import dataclass
from enum import StrEnum

from limn.errors import InvalidInput
from limn.index.entries import Where
from limn.index.terms import words_of
from limn.index.words import Word, key_of
from limn.text import tag_name

LONGEST_QUERY = 500  # characters
_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb'
_QUOTED = re.compile(f"[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]")
# a minus that begins a word; inside one it is a hyphen
_WITHOUT = re.compile(f"(?<!\\S)-(?:[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]|(\\w\\S*))")
_MARKS = re.compile(f"[{_QUOTES}]")

# fmt: off
# the words an English sentence is glued together with: they are in everything, so they find nothing
_STOP_WORDS = frozenset({
    "a", "about", "above", "after", "all", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before",
    "being", "below", "between", "both", "but", "by", "can", "could", "did", "do", "does", "doing", "down", "during",
    "each", "few", "for", "from", "further", "had", "has", "have", "having", "he", "her", "here", "hers", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself", "just", "me", "more", "most", "my", "no",
    "nor", "not", "of", "off", "on", "once", "only", "or", "other", "our", "out", "over", "own", "same", "she",
    "should", "so", "some", "such", "than", "that", "the", "their", "theirs", "them", "then", "there", "these",
    "they", "this", "those", "through", "to", "too", "under", "until", "up", "very", "was", "we", "were", "what",
    "when", "where", "which", "while", "who", "whom", "why", "will", "with", "would", "you", "your", "yours", "s",
    "t", "d", "ll", "m", "re", "ve",
})
# what every work here is: of use in a title, but no reason to leave out a work that has all the other words
_GENERIC = frozenset({
    "artwork", "artworks", "color", "colors", "colour", "colours", "image", "images", "painting", "paintings", "photo",
    "photograph", "photographs", "photos", "picture", "pictures", "tone", "tones",
})
# fmt: on


class SearchSort(StrEnum):
    """`newest` sorts inside what is relevant."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True)
class Query:
    """A search as the interface takes it. `artist` is a handle; `limit` is 1 to 100."""

    q: str = ""
    category: str | None = None
    artist: str | None = None
    tags: tuple[str, ...] = ()
    sort: SearchSort = SearchSort.RELEVANCE
    cursor: str | None = None
    limit: int = 40

    @property
    def where(self) -> Where:
        return Where(self.category, self.artist, tuple(dict.fromkeys(tag_name(tag) for tag in self.tags)))


@dataclass(frozen=True)
class Question:
    """The parsed words. `text` is what is meant, without marks and without what is not wanted; `words` are distinct and without what
    says nothing; `terms` is everything in order. Each of `phrases` has to stand in a work as it is, none of `without` may. `unfinished`:
    the last word may still be being typed."""

    text: str
    words: tuple[Word, ...]
    terms: tuple[str, ...]
    key: str
    phrases: tuple[Word, ...] = ()
    without: tuple[Word, ...] = ()
    unfinished: bool = False

    @property
    def whole(self) -> tuple[Word, ...]:
        """Everything as one phrase: what an exact title of stop words alone is marked by."""
        return (self.terms,) if self.terms else ()


def parse(text: str) -> Question:
    """`"some words"` have to stand side by side, `-word` must not stand there; nothing else is syntax: `title:x` is two words. Raises
    InvalidInput for what is too long or holds a NUL."""
    if len(text) > LONGEST_QUERY:
        raise _refused(f"A query has at most {LONGEST_QUERY} characters; this one has {len(text)}.")
    if "\x00" in text:
        raise _refused("A query cannot hold a NUL character.")
    without = tuple(dict.fromkeys(_whole(match[1] or match[2]) for match in _WITHOUT.finditer(text)))
    wanted = _WITHOUT.sub(" ", text)
    phrases = tuple(dict.fromkeys(_whole(match[1]) for match in _QUOTED.finditer(wanted)))
    loose = _QUOTED.sub(" ", wanted)
    # marks alone are asked for as they are, and found nowhere
    said = " ".join(_MARKS.sub(" ", wanted).split()) or ("" if without else text.strip())
    found = words_of(said)
    content = [word for word in (*filter(None, phrases), *words_of(loose)) if not _STOP_WORDS.issuperset(word)]
    content = [word for word in content if not _GENERIC.issuperset(word)] or content
    return Question(
        text=said,
        words=tuple(dict.fromkeys(content)),
        terms=tuple(term for word in found for term in word),
        key=key_of(said),
        phrases=tuple(filter(None, phrases)),
        without=tuple(filter(None, without)),
        unfinished=wanted.rstrip() == text == loose.rstrip() and bool(content) and found[-1] == content[-1],
    )


def _whole(text: str) -> Word:
    """As one word: its terms side by side."""
    return tuple(term for word in words_of(text) for term in word)


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, errors=[{"field": "q", "message": message}])
