"""One question answered by the index: which artworks, in which order, how sure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from limn.index.holdings import Holdings
from limn.index.queries import Asked
from limn.index.words import Word
from limn.models import Viewer
from limn.search import notices
from limn.search.evidence import asked_for, gather
from limn.search.meaning import Sense
from limn.search.ordering import in_order
from limn.search.paging import MOST
from limn.search.question import Query, Question, SearchSort
from limn.search.ranking import Mask, Ranking, Tier, nearest, rank
from limn.vision.protocol import Vision

_KEPT = MOST + 100  # places of a ranking: the last page may begin at MOST
_NEAREST = 6


@dataclass(frozen=True)
class Ranked:
    """An answer before anything is fetched; kept for those who page through it. The five lists are aligned; `near` says whether
    a model found it, which compared `asked`, and `in_words` whether one of sentences did, which compared `read`.
    `written`: how the words stand in the works."""

    ids: tuple[str, ...]
    tiers: tuple[int, ...]
    relevance: tuple[float, ...]
    near: tuple[bool, ...]
    in_words: tuple[bool, ...]
    facets: Mapping[str, int]
    phrases: tuple[str, ...]
    method: Literal["hybrid", "words", "filters"]
    notice: str | None
    asked: Asked | None = None
    read: Asked | None = None
    written: tuple[Word, ...] = ()

    @property
    def answer(self) -> Literal["strong", "weak", "none"]:
        best = min(self.tiers, default=Tier.NOTHING)
        return "strong" if best <= Tier.MEANING else "weak" if best == Tier.PARTIAL else "none"


def answer(
    holdings: Holdings, vision: Vision, sense: Sense, question: Question, query: Query, viewer: Viewer
) -> Ranked:
    """Blocking. Nothing asked is everything the filters let through, newest first."""
    if not question.text:
        return _everything(holdings, question, query, viewer)
    gathered = gather(holdings, vision, sense, question, query.where, viewer)
    ranking = rank(gathered.evidence, gathered.count)
    facets = holdings.entries.categories(ranking.rows)
    ranking = _only(ranking, gathered.inside[ranking.rows])
    if not len(ranking.rows):
        ranking = nearest(gathered.nearest[:_NEAREST])
    by_model = sense.asked is not None or sense.read is not None
    best = ranking.tiers.min(initial=Tier.NOTHING)
    # where no model finds any of them, only some of the words are there, and that is what to say
    close = by_model and (best != Tier.PARTIAL or (gathered.near | gathered.read)[ranking.rows].any())
    notice = notices.guessed(gathered.guesses) or notices.of(
        question, gathered.phrases, best, query.where, by_model=bool(close)
    )
    if sense.away:
        notice = f"{notice} {notices.AWAY}" if notice else notices.AWAY
    method: Literal["hybrid", "words"] = "hybrid" if gathered.phrases or by_model else "words"
    kept = _cut(holdings, ranking, gathered.near, gathered.read, newest=query.sort is SearchSort.NEWEST)
    return Ranked(*kept, facets, gathered.phrases, method, notice, sense.asked, sense.read, gathered.written)


def _everything(holdings: Holdings, question: Question, query: Query, viewer: Viewer) -> Ranked:
    wider = replace(query.where, category=None)
    wide = holdings.entries.allowed(viewer, wider)
    wide &= asked_for(holdings.words.ask(viewer, wider), question, wide)
    rows = np.flatnonzero(holdings.entries.allowed(viewer, query.where)[: len(wide)] & wide)
    ranking = Ranking(rows, np.full(len(rows), Tier.WORDS, dtype=np.int8), np.ones(len(rows)))
    facets = holdings.entries.categories(np.flatnonzero(wide))
    none = np.zeros_like(wide)
    kept = _cut(holdings, ranking, none, none, newest=True)
    return Ranked(*kept, facets, (), "filters", None)


def _only(ranking: Ranking, mask: Mask) -> Ranking:
    return Ranking(ranking.rows[mask], ranking.tiers[mask], ranking.relevance[mask])


def _cut(
    holdings: Holdings, ranking: Ranking, near: Mask, read: Mask, *, newest: bool
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[float, ...], tuple[bool, ...], tuple[bool, ...]]:
    """Ids, tiers, relevance and nearness, by picture and in words, of the part somebody may page through; equals by id, so that all
    processes agree."""
    # newest inside each band: else what hardly fits would come first because it is new
    group = ranking.tiers > Tier.MEANING if newest else ranking.tiers
    value = holdings.entries.created(ranking.rows) if newest else np.round(ranking.relevance, 9)
    places = np.lexsort((-value, group))[:_KEPT]
    places = places[in_order(holdings.entries, ranking.rows[places], group[places], -value[places], newest=newest)]
    ids = holdings.entries.ids_of(ranking.rows[places])
    there = np.array([bool(artwork_id) for artwork_id in ids], dtype=np.bool_)  # dropped since it was found
    places = places[there]
    return (
        tuple(filter(None, ids)),
        tuple(ranking.tiers[places].tolist()),
        tuple(ranking.relevance[places].tolist()),
        tuple(near[ranking.rows[places]].tolist()),
        tuple(read[ranking.rows[places]].tolist()),
    )
