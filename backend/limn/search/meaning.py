"""What a model makes of a question: the query in the space that searches by meaning use, and what lies near it."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from limn.errors import EyesAway
from limn.index.holdings import Holdings, Meaning
from limn.index.queries import Asked, Queries
from limn.search.question import Question
from limn.search.ranking import Mask, Rows

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sense:
    """The space there was when the question came, and the query in it. `asked` is None where no model took part: because there
    is none (`meaning` is None, too) or because it is away."""

    meaning: Meaning | None = None
    asked: Asked | None = None

    @property
    def away(self) -> bool:
        return self.meaning is not None and self.asked is None

    @property
    def key(self) -> str:
        """Of answers: those of two spaces, or with and without a model, are two answers."""
        space = self.meaning.space if self.meaning else ""
        return f"-{space}" if self.away else space


@dataclass(frozen=True)
class Near:
    """`cosines` of the rows `candidates`, which are all that have a vector inside the wider filters. `near` and `clearly` are of
    the candidates, too."""

    candidates: Rows
    cosines: NDArray[np.float32]
    near: Mask
    clearly: Mask


async def sense(queries: Queries, holdings: Holdings, question: Question) -> Sense:
    """Never fails: a model that is away is not asked. Nor is one asked about stop words, which are in no picture."""
    meaning = holdings.meaning
    if meaning is None or not question.words:
        return Sense()
    try:
        asked = await queries.ask(meaning.space, question.text)
    except EyesAway as error:
        _log.info("a search went without its meaning: %s", error.detail)
        return Sense(meaning)
    if not meaning.vectors.fits(asked.vector):
        _log.error("the model of %s answers in %d dimensions, unlike its vectors", meaning.space, len(asked.vector))
        return Sense(meaning)
    return Sense(meaning, asked)


def compare(meaning: Meaning, asked: Asked, wide: Mask, inside: Mask) -> Near:
    """Blocking. `wide` are the filters without the category, `inside` all of them.

    What is shown is held against the best there is. Inside a chosen category that is its own best: comics of a fox are found among comics,
    however much more like a fox the photographs are.
    """
    candidates = meaning.vectors.among(np.flatnonzero(wide))
    cosines = meaning.vectors.cosines(asked.vector, candidates)
    cutoff, chosen = asked.cutoff, inside[candidates]
    near: Mask = cosines >= max(cutoff.floor, cosines.max(initial=-1) - cutoff.within)
    near |= chosen & (cosines >= max(cutoff.floor, cosines[chosen].max(initial=-1) - cutoff.within))
    return Near(candidates, cosines, near, near & (cosines >= cutoff.strong))
