"""Everything the index and the eyes can say about a question, inside its filters. Blocking: called in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from limn.index.entries import Where
from limn.index.holdings import Holdings
from limn.index.terms import terms_of
from limn.index.words import Asking, Sought, Word, Words
from limn.models import Viewer
from limn.search.meaning import Near, Sense, among_words, compare
from limn.search.ordering import in_order
from limn.search.question import Question
from limn.search.ranking import Evidence, Mask, Meant, Rows, Tier, tiers
from limn.vision.protocol import Vision

SHOWN = 1 / 8  # from this share on a picture clearly shows a phrase: of photographs, those called so at a glance
HINTED = 0.03  # and from this on a little: what an eye takes for a colour of the picture at all
RANKED = 1_200  # places of each ranking that are fused, some more than anybody can page to; others follow unordered


@dataclass(frozen=True)
class Gathered:
    """Of `evidence`, the rows in `inside` pass every filter; the others pass all but the category, and count in facets. `written`: how
    the words stand in what was found; `guesses`: what was taken for a word that nothing has."""

    evidence: Evidence
    inside: Mask
    nearest: Rows
    phrases: tuple[str, ...]
    written: tuple[Word, ...] = ()
    guesses: tuple[tuple[str, str], ...] = ()

    @property
    def near(self) -> Mask:
        """The rows that a model finds by their picture, or by what its space is of."""
        return self._near(self.evidence.meant)

    @property
    def read(self) -> Mask:
        """The rows that a model of sentences finds by their words."""
        return self._near(self.evidence.read)

    def _near(self, meant: Meant | None) -> Mask:
        return np.zeros_like(self.inside) if meant is None else meant.near

    @property
    def count(self) -> int:
        return len(self.inside)


def gather(
    holdings: Holdings, vision: Vision, sense: Sense, question: Question, where: Where, viewer: Viewer
) -> Gathered:
    """Ask the words and the vectors; filters are inside all of them, so that none of them costs recall."""
    wider = replace(where, category=None)
    inside = holdings.entries.allowed(viewer, where)
    wide = holdings.entries.allowed(viewer, wider)[: len(inside)]
    asking = holdings.words.ask(viewer, wider)
    wide = wide & asked_for(asking, question, wide)
    inside = inside & wide
    sought = _sought(holdings.words, question)
    held = [_mask(asking.holding(one), wide) for one in sought]
    look = _look(holdings, vision, question, wide)
    guessed = [_guessed(asking, *one, wide) for one in zip(sought, held, look.hinted, strict=True)]
    hinted = [seen | guess for seen, guess in zip(look.hinted, guessed, strict=True)]
    meaning = reading = None
    if sense.meaning is not None and sense.asked is not None:
        meaning = compare(sense.meaning, sense.asked, wide, inside, _found(holdings, sense))
    if sense.reading is not None and sense.read is not None:
        reading = compare(sense.reading, among_words(sense.read, int(wide.sum())), wide, inside)
    meant, read = (None if one is None else _meant(holdings, one, inside) for one in (meaning, reading))
    by_models = [one.near for one in (meant, read) if one is not None]
    relevant = np.logical_or.reduce([np.zeros_like(wide), *held, *hinted, *by_models])
    evidence = Evidence(
        titled=_kept(asking.titled(question.key), wide) if question.key else _NO_ROWS,
        tagged=_kept(asking.tagged(question.key), wide) if question.key else _NO_ROWS,
        phrased=_kept(asking.phrase(question.terms), wide) if question.words else _NO_ROWS,
        held=held,
        shown=look.shown,
        hinted=hinted,
        by_words=_by_words(holdings, holdings.words.ask(viewer, where), sought, inside),
        by_look=look.order(holdings, relevant & inside),
        meant=meant,
        read=read,
    )
    anything = (tiers(evidence, len(inside))[inside] != Tier.NOTHING).any()
    return Gathered(
        evidence=evidence,
        inside=inside,
        nearest=_NO_ROWS if anything else _nearest(holdings, look, (meaning, reading), inside),
        phrases=look.phrases,
        written=tuple(word for one in sought for word in one.written),
        guesses=tuple(
            (one.word[0], one.guesses[0]) for one, guess in zip(sought, guessed, strict=True) if (guess & inside).any()
        ),
    )


def _sought(words: Words, question: Question) -> list[Sought]:
    last = len(question.words) - 1
    return [
        words.seek(word, unfinished=question.unfinished and place == last) for place, word in enumerate(question.words)
    ]


def asked_for(asking: Asking, question: Question, wide: Mask) -> Mask:
    """The rows with every phrase that has to stand there, and nothing that must not."""
    kept = wide.copy()
    for phrase in question.phrases:
        kept &= _mask(asking.holding(Sought(phrase)), wide)
    for word in question.without:
        kept &= ~_mask(asking.holding(Sought(word)), wide)
    return kept


def _guessed(asking: Asking, sought: Sought, held: Mask, hinted: Mask, wide: Mask) -> Mask:
    """Only where nothing has the word and nothing shows it: what is written as it should be is no slip."""
    if not sought.guesses or held.any() or hinted.any():
        return np.zeros_like(wide)
    return _mask(asking.guessed(sought), wide)


_NO_ROWS: Rows = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class _Look:
    """What can be measured of a question: `cosines` of the rows `candidates`; `shown` and `hinted` have a mask for each word."""

    phrases: tuple[str, ...]
    shown: list[Mask]
    hinted: list[Mask]
    candidates: Rows
    cosines: NDArray[np.float32]

    def order(self, holdings: Holdings, among: Mask) -> Rows:
        """The nearest of them, at most `RANKED`."""
        chosen = among[self.candidates]
        return _best(holdings, self.candidates[chosen], self.cosines[chosen])


def _look(holdings: Holdings, vision: Vision, question: Question, wide: Mask) -> _Look:
    phrases = tuple(dict.fromkeys(concept.phrase for concept in vision.concepts(question.text)))
    vector = vision.embed_text(question.text) if phrases else None
    shown = [np.zeros_like(wide) for _ in question.words]
    hinted = [np.zeros_like(wide) for _ in question.words]
    if vector is None:
        return _Look((), shown, hinted, _NO_ROWS, np.empty(0, dtype=np.float32))
    candidates = holdings.vectors.among(np.flatnonzero(wide))
    vectors = holdings.vectors.at(candidates)
    for phrase in phrases if len(candidates) else ():
        shares = vision.shares(vectors, phrase)
        terms = set(terms_of(phrase))
        for at, word in enumerate(question.words):
            if terms.issuperset(word):
                shown[at][candidates[shares >= SHOWN]] = True
                hinted[at][candidates[shares >= HINTED]] = True
    return _Look(phrases, shown, hinted, candidates, holdings.vectors.cosines(vector, candidates))


def _found(holdings: Holdings, sense: Sense) -> Rows | None:
    if sense.found is None:
        return None
    rows = (holdings.entries.row_of(artwork_id) for artwork_id in sense.found)
    return np.array([row for row in rows if row is not None], dtype=np.int64)


def _meant(holdings: Holdings, meaning: Near, inside: Mask) -> Meant:
    clearly, near, judged = (np.zeros_like(inside) for _ in range(3))
    clearly[meaning.candidates] = meaning.clearly
    near[meaning.candidates] = meaning.near
    judged[meaning.candidates] = meaning.sure
    ranked = meaning.near & inside[meaning.candidates]
    return Meant(_best(holdings, meaning.candidates[ranked], meaning.cosines[ranked]), clearly, near, judged)


def _nearest(holdings: Holdings, look: _Look, by_models: Sequence[Near | None], inside: Mask) -> Rows:
    """Best first, where nothing is relevant: by the first model, which compares all of the query, else by what can be measured of it."""
    for meaning in by_models:
        if meaning is not None and (chosen := inside[meaning.candidates]).any():
            return _best(holdings, meaning.candidates[chosen], meaning.cosines[chosen])
    return look.order(holdings, inside)


def _by_words(holdings: Holdings, asking: Asking, words: Sequence[Sought], inside: Mask) -> Rows:
    """Those with all the words, best first, and then those with some."""
    if not words:
        return _NO_ROWS
    complete = _scored(holdings, asking, words, inside, all_of_them=True)
    if len(words) == 1 or len(complete) >= RANKED:
        return complete
    partial = _scored(holdings, asking, words, inside, all_of_them=False)
    return np.concatenate([complete, partial[~np.isin(partial, complete)]])


def _scored(holdings: Holdings, asking: Asking, words: Sequence[Sought], inside: Mask, *, all_of_them: bool) -> Rows:
    rows, scores = asking.best(words, all_of_them=all_of_them, limit=RANKED)
    known = rows < len(inside)
    rows, scores = rows[known], scores[known]
    return _best(holdings, rows[inside[rows]], scores[inside[rows]])


def _best(holdings: Holdings, rows: Rows, scores: NDArray[np.floating]) -> Rows:
    """The best by score; ties by id, so that every process answers alike."""
    if len(rows) > RANKED:
        chosen = np.argpartition(-scores, RANKED)[:RANKED]
        rows, scores = rows[chosen], scores[chosen]
    return rows[in_order(holdings.entries, rows, -np.round(scores.astype(np.float64), 5))]


def _mask(rows: Rows, wide: Mask) -> Mask:
    mask = np.zeros_like(wide)
    mask[_kept(rows, wide)] = True
    return mask


def _kept(rows: Rows, wide: Mask) -> Rows:
    """Words may know rows that were added, or have changed, since the filters were asked."""
    known = rows[rows < len(wide)]
    return known[wide[known]]
