"""In which order, and how sure: the merging of what words and meaning found. Pure; rows are numbers of artworks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

_HALF = 0.5
_K = 60  # of rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009


class Tier(IntEnum):
    """Why an artwork is found, the best reason first. A tier is shown before the next, whatever the scores say."""

    TITLE = 0  # the query is its title
    TAG = 1  # the query is a tag of its artist's
    PHRASE = 2  # the query stands in it, word by word
    WORDS = 3  # it has all the words
    MEANING = 4  # each word is in its words or to be seen in its picture, or a model says it is clearly meant
    PARTIAL = 5  # only some of the words are, or the picture hardly shows them, or a model says it may be meant
    NEAREST = 6  # nothing of it, but nothing comes nearer
    NOTHING = 7


class Band(StrEnum):
    STRONG = "strong"
    WEAK = "weak"
    NEAREST = "nearest"


# where relevance lies in each tier; it orders one answer and is no probability
_RELEVANCE = {
    Tier.TITLE: (1.0, 1.0),
    Tier.TAG: (0.9, 0.99),
    Tier.PHRASE: (0.8, 0.9),
    Tier.WORDS: (0.65, 0.8),
    Tier.MEANING: (0.4, 0.65),
    Tier.PARTIAL: (0.1, 0.4),
    Tier.NEAREST: (0.0, 0.1),
    Tier.NOTHING: (0.0, 0.0),
}


@dataclass(frozen=True)
class Meant:
    """What a model finds that compares the whole query: a ranking, best first, and masks (n,) of the rows it finds `clearly` and
    `near` enough to be shown. Of those that it `judged` and finds neither, it says that they are not meant."""

    ranking: Rows
    clearly: Mask
    near: Mask
    judged: Mask


@dataclass(frozen=True)
class Evidence:
    """What was found. Masks are by row (n,); each of the query's words has one in `held`, `shown` and `hinted`.

    `held`: it stands in the artwork's words; `shown`: it is clearly to be seen in the picture; `hinted`: at least a little.
    `by_words` and `by_look` are rankings, best first; `meant` is of a model that compares with the picture, `read` of one that compares
    with the artwork's words, each None where it was not asked. Only rows inside the filters may occur.
    """

    titled: Rows
    tagged: Rows
    phrased: Rows
    held: Sequence[Mask]
    shown: Sequence[Mask]
    hinted: Sequence[Mask]
    by_words: Rows
    by_look: Rows
    meant: Meant | None = None
    read: Meant | None = None

    @property
    def by_models(self) -> tuple[Meant, ...]:
        return tuple(meant for meant in (self.meant, self.read) if meant is not None)


@dataclass(frozen=True)
class Ranking:
    """Aligned: rows, best first, with their tier and a relevance of 0 to 1 that never rises."""

    rows: Rows
    tiers: NDArray[np.int8]
    relevance: NDArray[np.float64]


def band(tier: int) -> Band:
    if tier <= Tier.MEANING:
        return Band.STRONG
    return Band.WEAK if tier == Tier.PARTIAL else Band.NEAREST


def tiers(evidence: Evidence, count: int) -> NDArray[np.int8]:
    """The tier of each row (count,)."""
    found = np.full(count, Tier.NOTHING, dtype=np.int8)
    if evidence.held:
        held, shown, hinted = np.array(evidence.held), np.array(evidence.shown), np.array(evidence.hinted)
        found[(held | hinted).any(axis=0)] = Tier.PARTIAL
        for meant in evidence.by_models:
            found[meant.near] = Tier.PARTIAL
        for meant in evidence.by_models:
            found[meant.clearly] = Tier.MEANING
        found[(held | shown).all(axis=0)] = Tier.MEANING
        found[held.all(axis=0)] = Tier.WORDS
    found[evidence.phrased] = Tier.PHRASE
    found[evidence.tagged] = Tier.TAG
    found[evidence.titled] = Tier.TITLE
    stray = _stray(evidence, found)
    if not (found[~stray] < Tier.NOTHING).any():
        found[stray] = Tier.NOTHING  # nothing is an answer, too
    return found


def _stray(evidence: Evidence, found: NDArray[np.int8]) -> Mask:
    """By row: half of the words or fewer stand there, nothing is to be seen, and who knows what words mean says that it is not meant."""
    stray: Mask = found == Tier.PARTIAL
    if evidence.read is None or not evidence.held:
        return np.zeros_like(stray)
    for meant in evidence.by_models:
        stray &= ~meant.near
    stray &= evidence.read.judged & (np.mean(evidence.held, axis=0) <= _HALF) & ~np.any(evidence.hinted, axis=0)
    return stray


def rank(evidence: Evidence, count: int) -> Ranking:
    """Every row that is relevant: by tier, then by fused rank; ties in order of the rows."""
    by_row = tiers(evidence, count)
    rows = np.flatnonzero(by_row != Tier.NOTHING)
    fused = _fused(evidence, by_row)[rows]
    if evidence.held:
        # of the words, more is better than dearer: two of three come before the rarest one; a model counts as one word more
        partial = by_row[rows] == Tier.PARTIAL
        voices = np.array(evidence.held) | np.array(evidence.hinted)
        if evidence.meant is not None:
            voices = np.vstack([voices, evidence.meant.near])
        share = voices[:, rows].mean(axis=0)
        fused[partial] = share[partial] * 0.9 + fused[partial] * 0.1 / len(voices)
        if evidence.read is not None:
            # measured: some of the words say less than being near to all of them in meaning
            fused[partial] = fused[partial] / 2 + evidence.read.near[rows][partial] / 2
    relevance = _within(by_row[rows], fused)
    order = np.lexsort((rows, -relevance, by_row[rows]))
    return Ranking(rows[order], by_row[rows][order], relevance[order])


def nearest(rows: Rows) -> Ranking:
    """These rows, best first, as what comes nearest where nothing is relevant."""
    fused = (_K + 1) / (_K + 1 + np.arange(len(rows)))
    by_row = np.full(len(rows), Tier.NEAREST, dtype=np.int8)
    return Ranking(rows, by_row, _within(by_row, fused))


def fuse(rankings: Sequence[Rows], count: int) -> NDArray[np.float64]:
    """By row (count,): the sum over the rankings of 1 / (60 + place)."""
    scores = np.zeros(count, dtype=np.float64)
    for ranking in rankings:
        scores[ranking] += 1 / (_K + 1 + np.arange(len(ranking)))
    return scores


def _fused(evidence: Evidence, by_row: NDArray[np.int8]) -> NDArray[np.float64]:
    """By row (count,), 0 to 1."""
    fused = fuse([evidence.by_words, evidence.by_look], len(by_row))
    if not evidence.by_models:
        return fused * (_K + 1) / 2
    # what only models find is in their order alone: with a vote, one stray word or colour would stand above what is meant
    covered = (np.array(evidence.held) | np.array(evidence.shown)).all(axis=0)
    fused[(by_row == Tier.MEANING) & ~covered] = 0
    meant = fuse([one.ranking for one in evidence.by_models], len(by_row))
    return (fused + meant) * (_K + 1) / (2 + len(evidence.by_models))


def _within(tiers: NDArray[np.int8], fused: NDArray[np.float64]) -> NDArray[np.float64]:
    """`fused`, 0 to 1, laid into the span of each row's tier."""
    low = np.array([_RELEVANCE[tier][0] for tier in Tier])[tiers]
    high = np.array([_RELEVANCE[tier][1] for tier in Tier])[tiers]
    relevance: NDArray[np.float64] = low + (high - low) * fused
    return relevance
