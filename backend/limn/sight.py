"""Composes the present eyes from the settings and from the model files that are there, and again when either changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from limn.settings import Settings
from limn.stores.protocol import Store
from limn.vision.basic import Basic
from limn.vision.composition import Eyes
from limn.vision.protocol import Embedder, Vector


class Sight:
    """`eyes` are the present ones, to be read anew for each look. `refresh` sees what came or went: it is called every few
    seconds by server and worker, and at once after a download."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self.eyes = Eyes(Basic())

    async def refresh(self) -> bool:
        """Whether the eyes are others than before."""
        return False

    def embedder(self, space: str | None) -> Embedder | None:
        """Whoever can embed a query in this space, be it the target or one that was; None where nobody can any more."""
        target = self.eyes.embedder
        return target if target is not None and target.space == space else None

    async def embed_query(self, space: str, text: str) -> Vector | None:
        """float32 (d,), unit length: the mean over the space's templates. None where nobody can embed in this space. Raises
        EyesAway, NotServed."""
        embedder = self.embedder(space)
        if embedder is None:
            return None
        rows = await embedder.embed_texts([template.replace("{}", text) for template in embedder.templates])
        mean = rows.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


@asynccontextmanager
async def open_sight(settings: Settings, store: Store) -> AsyncIterator[Sight]:
    """Raises BadSettings where a part that the settings name is not installed or not there."""
    sight = Sight(settings, store)
    await sight.refresh()
    yield sight
