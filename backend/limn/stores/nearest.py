"""Nearest vectors found by the database itself, where it can: beside the comparison in memory, which stays the exact one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from limn.models import Viewer

MOST = 500  # ids in an answer


@dataclass(frozen=True)
class Searchable:
    """The vector (d,) of a work in some space, and what it may be filtered by. `public`: listed for everybody."""

    artwork_id: str
    revision: int
    public: bool
    owner: str
    category: str
    vector: NDArray[np.float32]


class Nearest(Protocol):
    """Derived from the store and disposable. Every process that follows the store keeps it, so it is mended wherever it lags."""

    async def keep(self, space: str, works: Sequence[Searchable]) -> None:
        """Write those that are not there in this revision."""
        ...

    async def drop(self, ids: Sequence[str]) -> None:
        """Of these works, in every space."""
        ...

    async def find(
        self, space: str, query: NDArray[np.float32], viewer: Viewer, *, category: str | None = None
    ) -> Sequence[str]:
        """Ids of up to MOST works near `query` (d,), best first, about. What it says of who may see what may be old: whoever asks
        looks each up. Fewer than there are while an index is built. Raises Unavailable."""
        ...
