"""What a model makes of a question: the query in the space that searches by meaning use, and what lies near it."""

import logging
import math
from dataclasses import dataclass, replace

import anyio
import numpy as np
from anyio.to_thread import run_sync
from numpy.typing import NDArray

from limn.errors import EyesAway, Unavailable
from limn.index.entries import Where
from limn.index.holdings import Holdings, Meaning
from limn.index.queries import Asked, Queries
from limn.models import Viewer
from limn.search.question import Question
from limn.search.ranking import Mask, Rows
from limn.stores.nearest import MOST, Nearest
from limn.vision.protocol import Cutoff

_log = logging.getLogger(__name__)

# Cosines of a question with the words of works that are not meant scatter so far; the cut-off among words was measured among so many
# works. The best of more is nearer by chance, as the largest of n normal numbers, about sqrt(2 ln n). On 13 to 152 works this keeps both
# errors where they are, which otherwise find too much (1 to 18 in 100); below 26 works nothing is gained.
_SCATTER, _MEASURED_AMONG, _LEAST_WORKS = 0.07, 104, 26
FEW = 2_000  # works that are compared in memory, whoever else could: exact, and done before a database has answered


@dataclass(frozen=True)
class Sense:
    """The space there was when the question came, and the query in it. `asked` is None where no model took part: because there
    is none (`meaning` is None, too) or because it is away. `found` are the works the database names as nearest, where it was asked.
    `reading` and `read` are the same among words; `unread`: a model of sentences is there and did not answer."""

    meaning: Meaning | None = None
    asked: Asked | None = None
    found: frozenset[str] | None = None
    reading: Meaning | None = None
    read: Asked | None = None
    unread: bool = False

    @property
    def away(self) -> bool:
        return self.unread or (self.meaning is not None and self.asked is None)

    @property
    def key(self) -> str:
        """Of answers: those of two spaces, or with and without a model, are two answers."""
        looked = "" if self.meaning is None else self.meaning.space if self.asked else f"-{self.meaning.space}"
        return looked if self.read is None else f"{looked} {self.read.space}"


@dataclass(frozen=True)
class Near:
    """`cosines` of the rows `candidates`: of all that have a vector inside the wider filters, or of those among them that the database
    found. `near` and `clearly` are of the candidates, too; what is not near is not meant, if the model is `sure`."""

    candidates: Rows
    cosines: NDArray[np.float32]
    near: Mask
    clearly: Mask
    sure: bool


async def sense(queries: Queries, holdings: Holdings, question: Question) -> Sense:
    """Never fails: a model that is away is not asked. Nor is one asked about stop words, which are in no picture."""
    if not question.words:
        return Sense()
    looked, read = Sense(), Sense()

    async def look() -> None:
        nonlocal looked
        looked = await _looked(queries, holdings, question)

    async with anyio.create_task_group() as tasks:  # two models, each in a thread of its own
        tasks.start_soon(look)
        read = await _read(queries, holdings, question)
    return replace(read, meaning=looked.meaning, asked=looked.asked)


async def _read(queries: Queries, holdings: Holdings, question: Question) -> Sense:
    if holdings.reading is None:
        return Sense()
    try:
        read = await queries.read(holdings.reading.space, question.text)
    except EyesAway as error:
        _log.info("a search went without the meaning of its words: %s", error.detail)
        return Sense(unread=True)
    return Sense() if read is None else Sense(reading=holdings.reading, read=read)


async def _looked(queries: Queries, holdings: Holdings, question: Question) -> Sense:
    meaning = holdings.meaning
    if meaning is None:
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


async def narrowed(
    sensed: Sense, nearest: Nearest | None, holdings: Holdings, where: Where, viewer: Viewer, *, few: int = FEW
) -> Sense:
    """With what the database finds, where it shall and there are many to compare. Not inside an artist's works or a tag, which it
    does not filter by. Never fails: where it does not answer, or knows too few, memory does."""
    meaning, asked = sensed.meaning, sensed.asked
    if nearest is None or meaning is None or asked is None or where.artist is not None or where.tags:
        return sensed
    found: set[str] = set()
    for category in dict.fromkeys((None, where.category)):
        there = await run_sync(_embedded, holdings, meaning, viewer, Where(category=category))
        if len(there) <= few:
            if category is None:
                return sensed
            found.update(holdings.entries.ids_of(there))
            continue
        found.update(holdings.entries.ids_of(there[-few:]))  # the newest, which its index may not have yet
        try:
            ids = await nearest.find(meaning.space, asked.vector, viewer, category=category)
        except Unavailable:
            return sensed
        if len(ids) < min(len(there), MOST) // 2:
            _log.info("the database's vector search knows too few works yet; memory answers")
            return sensed
        found.update(ids)
    return replace(sensed, found=frozenset(found))


def _embedded(holdings: Holdings, meaning: Meaning, viewer: Viewer, where: Where) -> Rows:
    return meaning.vectors.among(np.flatnonzero(holdings.entries.allowed(viewer, where)))


def compare(meaning: Meaning, asked: Asked, wide: Mask, inside: Mask, found: Rows | None = None) -> Near:
    """Blocking. `wide` are the filters without the category, `inside` all of them; `found`, where the database was asked, are those
    among which to compare: what may be seen is decided by the filters alone.

    What is shown is held against the best there is. Inside a chosen category that is its own best: comics of a fox are found among comics,
    however much more like a fox the photographs are.
    """
    candidates = meaning.vectors.among(np.flatnonzero(wide))
    if found is not None:
        candidates = candidates[np.isin(candidates, found)]
    cosines = meaning.vectors.cosines(asked.vector, candidates)
    cutoff, chosen = asked.cutoff, inside[candidates]
    near = _shown(cosines, cosines.max(initial=-1), cutoff)
    near |= chosen & _shown(cosines, cosines[chosen].max(initial=-1), cutoff)
    return Near(candidates, cosines, near, near & (cosines >= cutoff.strong), asked.sure)


def among_words(asked: Asked, works: int) -> Asked:
    """With the cut-off moved to where it belongs among so many works."""
    by = _SCATTER * (_largest(max(works, _LEAST_WORKS)) - _largest(_MEASURED_AMONG))
    given = asked.cutoff
    moved = replace(given, floor=given.floor + by, strong=given.strong + by, best=given.best + by)
    return replace(asked, cutoff=moved)


def _largest(count: int) -> float:
    return math.sqrt(2 * math.log(count))


def _shown(cosines: NDArray[np.float32], best: float, cutoff: Cutoff) -> Mask:
    shown: Mask = cosines >= (max(cutoff.floor, best - cutoff.within) if best >= cutoff.best else np.inf)
    return shown
