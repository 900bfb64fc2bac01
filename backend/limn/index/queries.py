"""What was asked lately, as vectors: each query is embedded once, and a model that is slow or away holds no search up."""

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import anyio
import numpy as np
from anyio.abc import TaskGroup

from limn.errors import EyesAway, LimnError
from limn.language.protocol import Asking, Sentences
from limn.vision.protocol import Cutoff, Embedder, Vector

_log = logging.getLogger(__name__)

SECONDS = 2.0  # that a search waits for a model: one that is being loaded or asked over a network
_IMPATIENT_SECONDS = (
    0.2  # that it waits while another query is overdue already: whoever types must not wait at each letter
)
_KEPT = 1_000  # vectors, some 2 kB each
_MOST_FLIGHTS = 16  # queries being embedded at once
# Among words, round the least cosine that is no chance: so far above it a text is clearly meant (of questions without an answer, 3 in 100
# find one so), and so far below it others are shown beside one that reaches it, if they are not further behind that one.
_CLEARLY, _BESIDE, _WITHIN = 0.02, 0.04, 0.25
_PARTS_AT_ONCE = 12  # some 30 ms that a search is longer for them at most
_PARTS_KEPT = 10_000  # 2 kB each

Key = tuple[str, str]  # a space and a text


class Embedders(Protocol):
    """The part of `limn.sight` that queries need."""

    def embedder(self, space: str | None) -> Embedder | None: ...

    @property
    def sentences(self) -> Sentences | None:
        """Who reads words, where somebody does."""
        ...

    async def embed_query(self, space: str, text: str) -> Vector | None:
        """float32 (d,), unit length; None where nobody can embed in this space. Raises EyesAway, NotServed."""
        ...


Ask = Callable[[], Awaitable[Vector | Asking | None]]


@dataclass(frozen=True, eq=False)
class Asked:
    """A query in one embedding space. `looks`: it is compared with pictures themselves, not with their words. `sure`: it was
    understood, so what is not near to it is not meant."""

    space: str
    vector: Vector
    cutoff: Cutoff
    looks: bool
    sure: bool = False


class Queries:
    """From the event loop. Embedding goes on when a search stopped waiting for it: the next one finds it done."""

    def __init__(
        self, embedders: Embedders, tasks: TaskGroup, *, seconds: float = SECONDS, language: str = "en"
    ) -> None:
        """`language` is the one most works are described in."""
        self.language = language
        self._embedders, self._tasks, self._seconds = embedders, tasks, seconds
        self._known: OrderedDict[Key, Vector | Asking] = OrderedDict()
        self._flights: dict[Key, _Flight] = {}
        self._parts: OrderedDict[Key, Vector] = OrderedDict()

    def looks(self, space: str) -> bool:
        """Whether the vectors of this space are known to be of pictures."""
        embedder = self._embedders.embedder(space)
        return embedder is not None and embedder.looks

    async def ask(self, space: str, text: str) -> Asked:
        """Raises EyesAway, whatever the reason: it takes too long, it failed, nobody can embed in this space."""
        embedder = self._embedders.embedder(space)
        if embedder is None:
            raise EyesAway("The model that searches by meaning is not there any more.")
        text = " ".join(text.split())
        vector = await self._answer((space, text), lambda: self._embedders.embed_query(space, text))
        assert not isinstance(vector, Asking)
        return Asked(space, vector, embedder.cutoff, embedder.looks)

    async def read(self, space: str, text: str) -> Asked | None:
        """The same among words, with a cut-off of the query's own; None where nobody reads into this space. Raises EyesAway."""
        sentences = self._embedders.sentences
        if sentences is None or sentences.space != space:
            return None
        text = " ".join(text.split())
        found = await self._answer((space, text), lambda: sentences.ask(text))
        assert isinstance(found, Asking)
        cutoff, sure = cutoff_among_words(found.least), self.language == "en"
        return Asked(space, found.vector, cutoff, looks=False, sure=sure)

    async def parts(self, space: str, texts: Iterable[str]) -> dict[str, Vector]:
        """Vectors of parts of works' words in the space of sentences: those that are remembered, and the first few others; the next
        search finds more. Never fails."""
        wanted = list(dict.fromkeys(texts))
        sentences = self._embedders.sentences
        fresh = [text for text in wanted if (space, text) not in self._parts][:_PARTS_AT_ONCE]
        if fresh and sentences is not None and sentences.space == space:
            try:
                vectors = await sentences.embed(fresh)
            except EyesAway:
                return {}
            self._parts.update({(space, text): vector for text, vector in zip(fresh, vectors, strict=True)})
        found = {text: self._parts[space, text] for text in wanted if (space, text) in self._parts}
        for text in found:
            self._parts.move_to_end((space, text))
        while len(self._parts) > _PARTS_KEPT:
            self._parts.popitem(last=False)
        return found

    async def _answer(self, key: Key, ask: Ask) -> Vector | Asking:
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        patience = _IMPATIENT_SECONDS if self._overdue(key[0]) else self._seconds
        flight = self._flights.get(key) or self._start(key, ask)
        with anyio.move_on_after(patience):
            await flight.landed.wait()
        return flight.result()

    def _overdue(self, space: str) -> bool:
        now = anyio.current_time()
        return any(key[0] == space and now > flight.due for key, flight in self._flights.items())

    def _start(self, key: Key, ask: Ask) -> "_Flight":
        if len(self._flights) >= _MOST_FLIGHTS:
            raise EyesAway("Too many queries are waiting for the model already.")
        flight = self._flights[key] = _Flight(due=anyio.current_time() + self._seconds)
        self._tasks.start_soon(self._embed, key, ask, flight)
        return flight

    async def _embed(self, key: Key, ask: Ask, flight: "_Flight") -> None:
        try:
            answer = await ask()
            if answer is None or not np.isfinite(answer.vector if isinstance(answer, Asking) else answer).all():
                raise EyesAway("The model that searches by meaning gave no answer.")
            flight.answer = self._known[key] = answer
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        except LimnError as error:
            flight.problem = error.detail
        except Exception as error:  # noqa: BLE001
            # whatever a model raises costs this query its meaning, and nobody the search
            _log.warning("a query could not be embedded", exc_info=error)
            flight.problem = "The model that searches by meaning failed."
        finally:
            del self._flights[key]
            flight.landed.set()


def cutoff_among_words(least: float) -> Cutoff:
    return Cutoff(least - _BESIDE, _WITHIN, least + _CLEARLY, best=least)


class _Flight:
    """One query on its way; many may wait for it."""

    def __init__(self, due: float) -> None:
        self.due = due
        self.landed = anyio.Event()
        self.answer: Vector | Asking | None = None
        self.problem = "The model that searches by meaning takes its time."

    def result(self) -> Vector | Asking:
        if self.answer is None:
            raise EyesAway(self.problem)
        return self.answer


@asynccontextmanager
async def open_queries(
    embedders: Embedders, *, seconds: float = SECONDS, language: str = "en"
) -> AsyncIterator[Queries]:
    """What is still being embedded at the end is given up."""
    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:
        try:
            yield Queries(embedders, tasks, seconds=seconds, language=language)
        except Exception as error:  # noqa: BLE001
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure  # as it was: that there is a task group here is nobody's business
