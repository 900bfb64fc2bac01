"""What was asked lately, as vectors: each query is embedded once, and a model that is slow or away holds no search up."""

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import anyio
import numpy as np
from anyio.abc import TaskGroup

from limn.errors import EyesAway, LimnError
from limn.vision.protocol import Cutoff, Embedder, Vector

_log = logging.getLogger(__name__)

SECONDS = 2.0  # that a search waits for a model: one that is being loaded or asked over a network
_IMPATIENT_SECONDS = (
    0.2  # that it waits while another query is overdue already: whoever types must not wait at each letter
)
_KEPT = 1_000  # vectors, some 2 kB each
_MOST_FLIGHTS = 16  # queries being embedded at once


class Embedders(Protocol):
    """The part of `limn.sight` that queries need."""

    def embedder(self, space: str | None) -> Embedder | None: ...

    async def embed_query(self, space: str, text: str) -> Vector | None:
        """float32 (d,), unit length; None where nobody can embed in this space. Raises EyesAway, NotServed."""
        ...


@dataclass(frozen=True, eq=False)
class Asked:
    """A query in one embedding space. `looks`: it is compared with pictures themselves, not with their words."""

    space: str
    vector: Vector
    cutoff: Cutoff
    looks: bool


class Queries:
    """From the event loop. Embedding goes on when a search stopped waiting for it: the next one finds it done."""

    def __init__(self, embedders: Embedders, tasks: TaskGroup, *, seconds: float = SECONDS) -> None:
        self._embedders, self._tasks, self._seconds = embedders, tasks, seconds
        self._known: OrderedDict[tuple[str, str], Vector] = OrderedDict()
        self._flights: dict[tuple[str, str], _Flight] = {}

    def looks(self, space: str) -> bool:
        """Whether the vectors of this space are known to be of pictures."""
        embedder = self._embedders.embedder(space)
        return embedder is not None and embedder.looks

    async def ask(self, space: str, text: str) -> Asked:
        """Raises EyesAway, whatever the reason: it takes too long, it failed, nobody can embed in this space."""
        embedder = self._embedders.embedder(space)
        if embedder is None:
            raise EyesAway("The model that searches by meaning is not there any more.")
        vector = await self._vector(space, " ".join(text.split()))
        return Asked(space, vector, embedder.cutoff, embedder.looks)

    async def _vector(self, space: str, text: str) -> Vector:
        key = (space, text)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        patience = _IMPATIENT_SECONDS if self._overdue(space) else self._seconds
        flight = self._flights.get(key) or self._start(key)
        with anyio.move_on_after(patience):
            await flight.landed.wait()
        return flight.result()

    def _overdue(self, space: str) -> bool:
        now = anyio.current_time()
        return any(key[0] == space and now > flight.due for key, flight in self._flights.items())

    def _start(self, key: tuple[str, str]) -> "_Flight":
        if len(self._flights) >= _MOST_FLIGHTS:
            raise EyesAway("Too many queries are waiting for the model already.")
        flight = self._flights[key] = _Flight(due=anyio.current_time() + self._seconds)
        self._tasks.start_soon(self._embed, key, flight)
        return flight

    async def _embed(self, key: tuple[str, str], flight: "_Flight") -> None:
        try:
            vector = await self._embedders.embed_query(*key)
            if vector is None or not np.isfinite(vector).all():
                raise EyesAway("The model that searches by meaning gave no answer.")
            flight.vector = self._known[key] = vector
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


class _Flight:
    """One query on its way; many may wait for it."""

    def __init__(self, due: float) -> None:
        self.due = due
        self.landed = anyio.Event()
        self.vector: Vector | None = None
        self.problem = "The model that searches by meaning takes its time."

    def result(self) -> Vector:
        if self.vector is None:
            raise EyesAway(self.problem)
        return self.vector


@asynccontextmanager
async def open_queries(embedders: Embedders, *, seconds: float = SECONDS) -> AsyncIterator[Queries]:
    """What is still being embedded at the end is given up."""
    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:
        try:
            yield Queries(embedders, tasks, seconds=seconds)
        except Exception as error:  # noqa: BLE001
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure  # as it was: that there is a task group here is nobody's business
