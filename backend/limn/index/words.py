"""The words of every artwork in one tantivy index in memory: who holds a word, a phrase, an exact title or tag, and how well."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Document, Occur, Query

from limn.index.entries import Where
from limn.index.forms import Forms
from limn.index.terms import terms_of
from limn.models import Artwork, Viewer, Visibility

Rows = NDArray[np.int64]
Word = tuple[str, ...]

# fields and how much a word in them weighs
WEIGHTS = {"title": 3.0, "tags": 2.5, "description": 1.0, "seen": 0.7, "artist": 1.0, "category": 0.5}
_PHRASE_FIELDS = ("title", "tags", "description", "seen")
_KEYS = ("title_key", "tag_key", "owner", "public", "in_category", "by_artist", "with_tag")
_HEAP_BYTES = 30_000_000  # of the one writer thread; tantivy asks for at least 15 MB
_LONGEST_KEY = 300  # characters; a title of more is never typed whole


class IndexBroken(RuntimeError):
    """Tantivy panicked: this index cannot be trusted any more, and another has to be built."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The searchable text of an artwork by field, each value as its terms, and the keys it is matched and filtered by."""

    texts: tuple[tuple[str, tuple[str, ...]], ...]
    keys: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """A word that is looked for, and other terms that stand for it where they are: `forms` surely, `guesses` where nothing else
    is found."""

    word: Word
    forms: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[Word, ...]:
        """All the ways in which it may stand in a text."""
        return (self.word, *((term,) for term in (*self.forms, *self.guesses)))


def wording(artwork: Artwork) -> Wording:
    """A caption that was only measured is left out: its words say what the vectors say, and "picture" would find all."""
    caption = artwork.analysis.caption
    tags = [tag.name for tag in artwork.tags if tag.source == "artist"]
    seen = [tag.name for tag in artwork.tags if tag.source != "artist"]
    if caption is not None and caption.method != "measured":
        seen.append(caption.text)
    texts = {
        "title": [artwork.title],
        "tags": tags,
        "description": [artwork.description, artwork.alt_text or ""],
        "seen": seen,
        "artist": [artwork.artist.handle, artwork.artist.name],
        "category": [artwork.category],
    }
    keys = {
        "title_key": [key_of(artwork.title)],
        "tag_key": [key_of(tag) for tag in tags],
        "owner": [artwork.owner],
        "public": ["yes"] if artwork.visibility is Visibility.PUBLIC else [],
        "in_category": [artwork.category],
        "by_artist": [artwork.artist.handle],
        "with_tag": [tag.name for tag in artwork.tags],
    }
    return Wording(
        texts=tuple((field, tuple(" ".join(terms_of(value)) for value in values)) for field, values in texts.items()),
        keys=tuple((field, tuple(values)) for field, values in keys.items()),
    )


def key_of(text: str) -> str:
    """What an exact match compares: a whole title or tag, however it was written."""
    return " ".join(terms_of(text))[:_LONGEST_KEY]


class Words:
    """Rows are numbers of artworks, given by the caller. One thread writes at a time; any may ask."""

    def __init__(self, language: str = "en") -> None:
        """`language` decides what is a form of what; it has two letters."""
        self.forms = Forms(language)
        self._schema = _schema()
        self._index = tantivy.Index(self._schema)
        # terms come from limn.text alone; tantivy only parts them at the spaces
        pieces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer("terms", pieces)
        self._index.config_reader("manual")
        self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def put(self, row: int, words: Wording) -> None:
        """Replaces; seen after `commit`."""
        # each value apart, so that no phrase reaches from one tag into the next
        fields = {"row": row, **{field: list(values) for field, values in (*words.texts, *words.keys)}}
        with _guarded():
            self.drop(row)
            self._writer.add_document(Document.from_dict(fields, self._schema))
        self.forms.learn({term for _, values in words.texts for value in values for term in value.split(" ") if term})

    def drop(self, row: int) -> None:
        with _guarded():
            # by term would be shorter, and deletes nothing where the field is unsigned, without a word
            self._writer.delete_documents_by_query(Query.term_query(self._schema, "row", row))

    def commit(self) -> None:
        with _guarded():
            self._writer.commit()
            self._index.reload()
        self.forms.settle()

    def seek(self, word: Word, *, unfinished: bool = False) -> Sought:
        """The word with its forms; `unfinished`: somebody may still be typing it. A word of several terms has none."""
        if len(word) > 1:
            return Sought(word)
        term = word[0]
        forms = dict.fromkeys((*self.forms.related(term), *(self.forms.begun(term) if unfinished else ())))
        return Sought(word, tuple(forms), self.forms.meant(term))

    def ask(self, viewer: Viewer, where: Where) -> "Asking":
        """Questions to the index as it is now, each answered inside the filters."""
        return Asking(self._schema, self._index.searcher(), _filters(self._schema, viewer, where))


class Asking:
    """One moment of the index, seen by one viewer through one filter."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, filters: list[tuple[Occur, Query]]) -> None:
        self._schema, self._searcher, self._filters = schema, searcher, filters

    def holding(self, sought: Sought) -> Rows:
        """Every row with the word, or a form of it, in any field."""
        return self._rows(self._anywhere(sought))

    def guessed(self, sought: Sought) -> Rows:
        """Every row with a guess of what the word was meant to be."""
        if not sought.guesses:
            return np.empty(0, dtype=np.int64)
        return self._rows(_any([self._terms(field, sought.guesses) for field in WEIGHTS]))

    def phrase(self, terms: Sequence[str]) -> Rows:
        """Every row with these terms side by side in one field; none for fewer than two."""
        if len(terms) < 2:  # tantivy panics over a phrase of one
            return np.empty(0, dtype=np.int64)
        return self._rows(_any([self._phrase(field, terms) for field in _PHRASE_FIELDS]))

    def titled(self, key: str) -> Rows:
        """Every row whose whole title is this."""
        return self._rows(self._term("title_key", key))

    def tagged(self, key: str) -> Rows:
        """Every row that its artist gave this tag."""
        return self._rows(self._term("tag_key", key))

    def best(self, words: Sequence[Sought], *, all_of_them: bool, limit: int) -> tuple[Rows, NDArray[np.float64]]:
        """Rows with all or any of the words and their BM25 scores, best first; ties fall as they like, sort them again."""
        occur = Occur.Must if all_of_them else Occur.Should
        query = Query.boolean_query([(occur, self._anywhere(word)) for word in words])
        with _guarded():
            hits = self._searcher.search(self._filtered(query), limit=max(1, limit), count=False).hits
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.array(rows, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64)

    def _rows(self, query: Query) -> Rows:
        with _guarded():
            most = max(1, self._searcher.num_docs)
            hits = self._searcher.search(self._filtered(query), limit=most, count=False, order_by_field="row").hits
        return np.fromiter(map(itemgetter(0), hits), dtype=np.int64, count=len(hits))

    def _filtered(self, query: Query) -> Query:
        return Query.boolean_query([(Occur.Must, query), *self._filters])

    def _anywhere(self, sought: Sought) -> Query:
        fields = [Query.boost_query(self._word(field, sought.word), weight) for field, weight in WEIGHTS.items()]
        if sought.forms:
            # a constant, below what the word itself gives: how rare one of its forms is says nothing
            fields += [Query.boost_query(self._terms(field, sought.forms), weight) for field, weight in WEIGHTS.items()]
        # the best field speaks; the others add a little, so that a word in title and tags beats one in the title alone
        return Query.disjunction_max_query(fields, tie_breaker=0.2)

    def _word(self, field: str, word: Word) -> Query:
        return self._term(field, word[0]) if len(word) == 1 else self._phrase(field, word)

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value)

    def _terms(self, field: str, values: Sequence[str]) -> Query:
        return Query.const_score_query(Query.term_set_query(self._schema, field, list(values)), 1.0)

    def _phrase(self, field: str, terms: Sequence[str]) -> Query:
        return Query.phrase_query(self._schema, field, list(terms))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", indexed=True, fast=True)
    for field in WEIGHTS:
        builder.add_text_field(field, tokenizer_name="terms", index_option="position")
    for field in _KEYS:
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _filters(schema: tantivy.Schema, viewer: Viewer, where: Where) -> list[tuple[Occur, Query]]:
    mine = [Query.term_query(schema, "owner", viewer.account_id)] if viewer.account_id is not None else []
    parts = [_any([Query.term_query(schema, "public", "yes"), *mine])]
    given = [("in_category", where.category), ("by_artist", where.artist), *(("with_tag", tag) for tag in where.tags)]
    parts += [Query.term_query(schema, field, value) for field, value in given if value is not None]
    # without the constant a filter would add to the score
    return [(Occur.Must, Query.const_score_query(part, 0.0)) for part in parts]


def _any(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


@contextmanager
def _guarded() -> Iterator[None]:
    """A panic of tantivy is a BaseException that cannot be imported; it must not end the process."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexBroken(str(error)) from error
