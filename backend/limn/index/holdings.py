"""All a search can ask about the artworks there are: their entries, their words, their vectors, by one row number each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from limn.index.entries import Entries, Entry
from limn.index.vectors import Vectors
from limn.index.words import Words, wording
from limn.models import Artwork
from limn.stores.protocol import Vector


@dataclass(frozen=True)
class Meaning:
    """The embedding space that searches by meaning use, and what lies in it. Whoever compares takes both at once: a moment
    later they may be others."""

    space: str
    vectors: Vectors


class Holdings:
    """Derived from the store and disposable. One thread writes; any may read, and sees words after `commit`.

    `vectors` are in the measured space. `meaning` is the space of a model, None where there is none, and `coming` the one that takes its
    place when it is whole. `reading` is the space that words are read into, with those that were read so far; None where none are.
    Most words are of `language`.
    """

    def __init__(self, sentences: str | None = None, language: str = "en") -> None:
        self.entries = Entries()
        self.words = Words(language)
        self.vectors = Vectors()
        self.meaning: Meaning | None = None
        self.coming: Meaning | None = None
        self.reading = Meaning(sentences, Vectors()) if sentences else None
        self._wordings: dict[int, int] = {}  # a hash by row: most revisions change no word
        self.uncommitted = False

    @property
    def meaning_space(self) -> str | None:
        return self.meaning.space if self.meaning else None

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces of models whose vectors `put` takes."""
        return tuple(meaning.space for meaning in self._meanings())

    def put(
        self,
        artworks: Sequence[Artwork],
        vectors: Mapping[str, Vector],
        meanings: Mapping[str, Mapping[str, Vector]] | None = None,
    ) -> None:
        """Insert or replace. `vectors` are measured, by artwork, `meanings` of models, by space and artwork. An artwork whose
        vector is not there yet is found by its words."""
        for artwork in artworks:
            words = wording(artwork)
            row = self.entries.put(Entry.of(artwork))
            _set(self.vectors, row, vectors.get(artwork.id))
            for meaning in self._meanings():
                _set(meaning.vectors, row, (meanings or {}).get(meaning.space, {}).get(artwork.id))
            if self._wordings.get(row) != hash(words):
                self.words.put(row, words)
                self._wordings[row] = hash(words)
                self.uncommitted = True

    def drop(self, ids: Sequence[str]) -> None:
        for artwork_id in ids:
            row = self.entries.drop(artwork_id)
            if row is not None:
                for vectors in (self.vectors, *(meaning.vectors for meaning in self._meanings())):
                    vectors.drop(row)
                self.words.drop(row)
                self._wordings.pop(row, None)
                self.uncommitted = True

    def commit(self) -> None:
        """Let searches see the words that changed."""
        if self.uncommitted:
            self.words.commit()
            self.uncommitted = False

    def prepare(self, space: str | None) -> None:
        """Begin a space beside the present one; None gives up one that was begun."""
        self.coming = None if space is None else Meaning(space, Vectors(rows=len(self.entries)))

    def fill(self, vectors: Mapping[str, Vector]) -> None:
        """Add to the space that is coming; what is gone meanwhile is left out."""
        assert self.coming is not None
        for artwork_id, vector in vectors.items():
            row = self.entries.row_of(artwork_id)
            if row is not None:
                self.coming.vectors.put(row, vector)

    def turn(self) -> None:
        """From now on searches compare in the space that came; in none where none was prepared."""
        self.meaning, self.coming = self.coming, None

    def _meanings(self) -> list[Meaning]:
        return [meaning for meaning in (self.meaning, self.coming, self.reading) if meaning]


def _set(vectors: Vectors, row: int, vector: Vector | None) -> None:
    if vector is None:
        vectors.drop(row)
    else:
        vectors.put(row, vector)
