"""The forms a word takes in this gallery: others of its stem, what it begins, and what it may be a slip of the keyboard for."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile

import tantivy

# Snowball's languages, as tantivy has them: https://snowballstem.org/algorithms/
_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_MOST = 24  # forms of one word that are asked for, the most common first
_SHORTEST_BEGINNING = 2  # characters; one letter begins half of all words
_SHORTEST_SLIP = 5  # letters; of shorter words each is an edit away from many


class Forms:
    """Of the terms it has learnt. One thread learns; any may ask, and sees beginnings after `settle`.

    Nothing is forgotten, because a form that nobody uses any more finds nothing; another index begins anew."""

    def __init__(self, language: str = "en") -> None:
        """`language` is of two letters; one without a stemmer has no stems."""
        self._stemmer = _stemmer(language)
        self._uses: Counter[str] = Counter()
        self._by_stem: dict[str, tuple[str, ...]] = {}
        self._sorted: list[str] = []
        self._letters: frozenset[str] = frozenset()
        self._new: set[str] = set()

    def learn(self, terms: Iterable[str]) -> None:
        for term in terms:
            if term not in self._uses:
                stem = self._stem(term)
                # a whole tuple takes the place of another, for somebody may be reading it
                self._by_stem[stem] = (*self._by_stem.get(stem, ()), term)
                self._new.add(term)
            self._uses[term] += 1

    def settle(self) -> None:
        """Let beginnings and slips see what was learnt."""
        if self._new:
            self._sorted = sorted([*self._sorted, *self._new])
            self._letters |= frozenset(letter for term in self._new for letter in term if letter.isalpha())
            self._new = set()

    def related(self, term: str) -> tuple[str, ...]:
        """Other terms of the same stem: of `foxes` fox, of `fox` foxes."""
        return self._most_used(other for other in self._by_stem.get(self._stem(term), ()) if other != term)

    def begun(self, beginning: str) -> tuple[str, ...]:
        """Longer terms that begin so; none for a single character."""
        if len(beginning) < _SHORTEST_BEGINNING:
            return ()
        known = self._sorted
        following = takewhile(lambda term: term.startswith(beginning), _from(known, bisect_left(known, beginning)))
        return self._most_used(term for term in following if term != beginning)

    def meant(self, term: str) -> tuple[str, ...]:
        """Terms one edit away: a letter too many, too few, another, or two that changed places. None for fewer than five letters."""
        if len(term) < _SHORTEST_SLIP or not term.isalpha():
            return ()
        # letters of the writing it is in: no Greek letter slips into a Latin word
        blocks = {ord(letter) >> 8 for letter in term}
        letters = [letter for letter in self._letters if ord(letter) >> 8 in blocks]
        return self._most_used({edit for edit in _edits(term, letters) if edit in self._uses and edit != term})

    def _stem(self, term: str) -> str:
        if self._stemmer is None:
            return term
        found = self._stemmer.analyze(term)
        return str(found[0]) if found else term

    def _most_used(self, terms: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(terms, key=lambda term: (-self._uses[term], term))[:_MOST])


def _stemmer(language: str) -> tantivy.TextAnalyzer | None:
    if language not in _STEMMERS:
        return None
    whole = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return whole.filter(tantivy.Filter.stemmer(_STEMMERS[language])).build()


def _from(terms: list[str], start: int) -> Iterator[str]:
    return (terms[place] for place in range(start, len(terms)))


def _edits(term: str, letters: Iterable[str]) -> Iterator[str]:
    for place in range(len(term) + 1):
        before, after = term[:place], term[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in letters:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
