"""What somebody asked: the query as it came, and the words in it that are looked for."""

from dataclasses import dataclass
from enum import StrEnum

from limn.errors import InvalidInput
from limn.index.entries import Where
from limn.index.terms import words_of
from limn.index.words import Word, key_of
from limn.text import tag_name

LONGEST_QUERY = 500  # characters

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
    """The parsed words. `words` are distinct and without what says nothing; `terms` is everything in order."""

    text: str
    words: tuple[Word, ...]
    terms: tuple[str, ...]
    key: str

    @property
    def whole(self) -> tuple[Word, ...]:
        """Everything as one phrase: what an exact title of stop words alone is marked by."""
        return (self.terms,) if self.terms else ()


def parse(text: str) -> Question:
    """Raises InvalidInput for what is too long or holds a NUL. Nothing in it is syntax: `title:x` is two words."""
    if len(text) > LONGEST_QUERY:
        raise _refused(f"A query has at most {LONGEST_QUERY} characters; this one has {len(text)}.")
    if "\x00" in text:
        raise _refused("A query cannot hold a NUL character.")
    found = words_of(text)
    content = [word for word in found if not _STOP_WORDS.issuperset(word)]
    content = [word for word in content if not _GENERIC.issuperset(word)] or content
    terms = tuple(term for word in found for term in word)
    return Question(text=text.strip(), words=tuple(dict.fromkeys(content)), terms=terms, key=key_of(text))


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, errors=[{"field": "q", "message": message}])
