"""A gallery in SQLite with pictures that were really measured, an index that really follows it, and a model that knows themes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import anyio
import numpy as np

from limn.errors import EyesAway
from limn.imaging.picture import Picture
from limn.index.follower import Index
from limn.index.queries import Embedders, open_queries
from limn.language.protocol import Sentences
from limn.models import Artwork, Findings, Viewer
from limn.search.hybrid import Results, search
from limn.search.question import Query
from limn.search.similar import Similar, similar
from limn.stores.protocol import Store, Vector
from limn.vision.basic import Basic
from limn.vision.protocol import Cutoff, Embedder, Look
from patience import eventually
from works import OWNER, a_work

EYES = Basic()


def picture(*stripes: str, width: int = 64, height: int = 48) -> Picture:
    """Upright stripes of these colours, equally wide."""
    colours = np.array([[int(stripe[at : at + 2], 16) for at in (1, 3, 5)] for stripe in stripes], dtype=np.uint8)
    row = colours[np.arange(width) * len(stripes) // width]
    return Picture(np.broadcast_to(row, (height, width, 3)).copy(), width, height)


class Themes:
    """An embedder whose space has an axis for each theme. A text is the sum of the words it knows; what it knows nothing of lies apart.

    `words` says which theme a word speaks of. `delay` is how long it takes, `away` whether it is, `asked` what it was asked.
    """

    method, model, host, looks = "clip", "themes", None, True
    templates = ("{}", "a photo of {}")
    cutoff = Cutoff(floor=0.2, within=0.06, strong=0.28)

    def __init__(self, space: str, words: Mapping[str, str], *, dimension: int = 16, looks: bool = True) -> None:
        self.space, self.words, self.dimension, self.looks = space, words, dimension, looks
        self.themes = sorted(set(words.values()))
        self.delay, self.away, self.asked = 0.0, False, list[str]()

    async def embed(self, look: Look) -> Vector:
        raise EyesAway(f"It knows words only, not {look.picture.width} pixels.")

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        self.asked += texts
        await anyio.sleep(self.delay)
        if self.away:
            raise EyesAway("It is away.")
        return np.stack([self._text(text) for text in texts])

    def picture(self, theme: str, cosine: float) -> Vector:
        """The vector of a picture that a text of this theme alone has this cosine with."""
        vector = np.zeros(self.dimension, dtype=np.float32)
        vector[self.themes.index(theme)], vector[-2] = cosine, np.sqrt(1 - cosine**2)
        return vector

    def _text(self, text: str) -> Vector:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in text.split():
            if word in self.words:
                vector[self.themes.index(self.words[word])] += 1
        if not vector.any():
            vector[-1] = 1
        unit: Vector = vector / np.linalg.norm(vector)
        return unit


class Models:
    """What `limn.sight` is to queries: whoever can embed in a space."""

    def __init__(self, *embedders: Embedder, sentences: Sentences | None = None) -> None:
        self.embedders = {embedder.space: embedder for embedder in embedders}
        self.sentences = sentences

    def embedder(self, space: str | None) -> Embedder | None:
        return self.embedders.get(space or "")

    async def embed_query(self, space: str, text: str) -> Vector | None:
        embedder = self.embedder(space)
        if embedder is None:
            return None
        mean = (await embedder.embed_texts([template.format(text) for template in embedder.templates])).mean(axis=0)
        unit: Vector = mean / np.linalg.norm(mean)
        return unit


NO_MODELS = Models()


async def hang(
    store: Store,
    seen: Picture | None = None,
    *,
    meant: Mapping[str, Vector] | None = None,
    analysed: bool = True,
    **fields: Any,
) -> Artwork:
    """Add a work. With `seen` or `meant` (by space) it gets its vectors and then a new revision, as from a worker; `analysed=False`
    leaves that out."""
    added = (await store.artworks.add(a_work(**fields))).artwork
    if seen is None and meant is None:
        return added
    vectors = dict(meant or {}) if seen is None else {EYES.space: vector_of(seen), **(meant or {})}
    for space, vector in vectors.items():
        await store.vectors.put(added.id, 0, space, vector)
    if not analysed:
        return added
    claim = await store.analyses.claim("test", lease_seconds=60)
    assert claim is not None
    assert claim.artwork.id == added.id, "the newest is claimed first"
    return await store.analyses.finish(claim, Findings(space=EYES.space))


def vector_of(seen: Picture) -> Vector:
    """Measured once for each picture: galleries of tests repeat themselves."""
    return _measured(seen.pixels.tobytes(), seen.width, seen.height)


@cache
def _measured(pixels: bytes, width: int, height: int) -> Vector:
    array = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
    return EYES.embed_image(Picture(array, width, height))


@asynccontextmanager
async def following(store: Store, index: Index | None = None) -> AsyncIterator[Index]:
    """An index that follows the store until the end of the block; built already."""
    index = index or Index(store, EYES.space)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(index.follow)
        await eventually(lambda: index.progress.done)
        yield index
        tasks.cancel_scope.cancel()


async def find(
    index: Index, store: Store, q: str = "", viewer: Viewer = OWNER, *, models: Embedders = NO_MODELS, **fields: Any
) -> Results:
    async with open_queries(models) as queries:
        return await search(index, store, EYES, queries, Query(q=q, **fields), viewer)


async def alike(
    index: Index, store: Store, artwork_id: str, *, models: Embedders = NO_MODELS, limit: int = 5
) -> Similar:
    async with open_queries(models) as queries:
        return await similar(index, store, queries, artwork_id, OWNER, limit=limit)


def titles(results: Results) -> list[str]:
    return [found.artwork.title for found in results.items]
