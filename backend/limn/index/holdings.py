"""All a search can ask about the artworks there are: their entries, their words, their vectors, by one row number each."""

from collections.abc import Mapping, Sequence

from limn.index.entries import Entries, Entry
from limn.index.vectors import Vectors
from limn.index.words import Words, wording
from limn.models import Artwork
from limn.stores.protocol import Vector


class Holdings:
    """Derived from the store and disposable. One thread writes; any may read, and sees words after `commit`."""

    def __init__(self) -> None:
        self.entries = Entries()
        self.words = Words()
        self.vectors = Vectors()
        self._wordings: dict[int, int] = {}  # a hash by row: most revisions change no word
        self.uncommitted = False

    def put(self, artworks: Sequence[Artwork], vectors: Mapping[str, Vector]) -> None:
        """Insert or replace. An artwork whose vector is not there yet is found by its words."""
        for artwork in artworks:
            words = wording(artwork)
            row = self.entries.put(Entry.of(artwork))
            vector = vectors.get(artwork.id)
            if vector is None:
                self.vectors.drop(row)
            else:
                self.vectors.put(row, vector)
            if self._wordings.get(row) != hash(words):
                self.words.put(row, words)
                self._wordings[row] = hash(words)
                self.uncommitted = True

    def drop(self, ids: Sequence[str]) -> None:
        for artwork_id in ids:
            row = self.entries.drop(artwork_id)
            if row is not None:
                self.vectors.drop(row)
                self.words.drop(row)
                self._wordings.pop(row, None)
                self.uncommitted = True

    def commit(self) -> None:
        """Let searches see the words that changed."""
        if self.uncommitted:
            self.words.commit()
            self.uncommitted = False
