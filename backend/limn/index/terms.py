"""Text as the terms that are indexed and asked for, and where each of them stood in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from limn.text import fold

# scripts written without spaces between words: each character is a term, and a word of them is asked for as a phrase
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_PICTOGRAPHS = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_RUN = re.compile(rf"[^\W_]+(?:['’][^\W_]+)*|[{_PICTOGRAPHS}]")
_PIECE = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+|[{_PICTOGRAPHS}]")
_ASCII = re.compile(r"[a-z0-9]+")
_LONGEST = 100  # characters of a term; what is longer is cut alike in texts and questions
_LONGEST_CLUSTER = 32  # marks piled on one letter beyond this are somebody's joke, and would cost time by their square


@dataclass(frozen=True, slots=True)
class Located:
    """A word of a text: its terms (several for unspaced scripts and around apostrophes), and `text[start:end]`."""

    terms: tuple[str, ...]
    start: int
    end: int


def words_of(text: str) -> list[tuple[str, ...]]:
    """The words in order, each as its terms: `fox's` is (fox, s), `雪狐` is (雪, 狐), and both are asked for as phrases."""
    return [tuple(_terms(match[0])) for match in _RUN.finditer(fold(text))]


def terms_of(text: str) -> list[str]:
    """All terms in order."""
    if text.isascii():  # most texts are, and a gallery is read in half the time
        return [term[:_LONGEST] for term in _ASCII.findall(text.lower())]
    return [term for word in words_of(text) for term in word]


def located(text: str) -> list[Located]:
    """The terms with their places in `text` itself, before any folding; each term is a `Located` of its own."""
    folded, starts, ends = _folded_with_places(text)
    found = []
    for run in _RUN.finditer(folded):
        for piece in _PIECE.finditer(run[0]):
            first, last = run.start() + piece.start(), run.start() + piece.end() - 1
            found.append(Located((piece[0][:_LONGEST],), starts[first], ends[last]))
    return found


def _terms(run: str) -> Iterator[str]:
    return (piece[0][:_LONGEST] for piece in _PIECE.finditer(run))


def _folded_with_places(text: str) -> tuple[str, list[int], list[int]]:
    """The folded text, and for each character of it the start and end in `text` of what it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text))), list(range(1, len(text) + 1))
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        for character in _fold_inside(text[start:end]):
            folded.append(character)
            starts.append(start)
            ends.append(end)
    return "".join(folded), starts, ends


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """The smallest pieces that fold alike alone and together: a letter with its marks, the letters of a Hangul syllable."""
    start = 0
    for at in range(1, len(text)):
        piece, following = text[start:at], text[at]
        # a mark of its own folds to nothing; it stays with its letter, so that a highlight never cuts between them
        apart = _fold_inside(following) and _fold_inside(piece + following) == _fold_inside(piece) + _fold_inside(
            following
        )
        if apart or at - start == _LONGEST_CLUSTER:
            yield start, at
            start = at
    if text:
        yield start, len(text)


@lru_cache(maxsize=10_000)
def _fold_inside(piece: str) -> str:
    """`fold` as it works in the middle of a text, where outer space is not cut off."""
    return fold(f"x{piece}x")[1:-1]
