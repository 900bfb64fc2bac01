"""Works that look like one, inside one embedding space."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from anyio.to_thread import run_sync

from limn.index.entries import Where
from limn.index.follower import Index
from limn.index.holdings import Holdings, Meaning
from limn.index.queries import Queries
from limn.index.vectors import Vectors
from limn.models import Artwork, State, Viewer
from limn.search.ranking import Band, Rows
from limn.search.reasons import InColour
from limn.stores.protocol import Store

# cosines of two pictures in the measured space: of all pairs of photographs, about one in a hundred and one in ten
STRONG, WEAK = 0.96, 0.93
# a model's space has a scale of its own, so it is asked for the same in the gallery itself: closer than these shares of its pairs
_STRONG_SHARE, _WEAK_SHARE = 0.99, 0.9
_ENOUGH = 32  # works: of fewer than 496 pairs nobody can say which are one in a hundred
_SAMPLED = 400  # works whose pairs are counted, which takes some milliseconds
_EXACT = 1e-3  # how exact a cosine is: vectors are kept as float16
_NEAREST = 6


@dataclass(frozen=True)
class Alike:
    artwork: Artwork
    similarity: float
    band: Band
    reasons: tuple[InColour, ...]


@dataclass(frozen=True)
class Similar:
    """`answer` is strong, weak or none, as in a search; `reason` says why there is nothing."""

    answer: Literal["strong", "weak", "none"]
    space: str
    items: tuple[Alike, ...]
    notice: str | None


async def similar(
    index: Index, store: Store, queries: Queries, artwork_id: str, viewer: Viewer, *, limit: int
) -> Similar:
    """Nearest first, without the artwork itself. Raises NotFound where the viewer may not see it.

    In the space of the model that looks, where the work and enough others have a vector there; else in the measured one.
    """
    artwork = await store.artworks.get(artwork_id, viewer)
    holdings = index.holdings()
    meaning = holdings.meaning
    looking = meaning if meaning is not None and queries.looks(meaning.space) else None
    near = await run_sync(_near, holdings, index.space, looking, artwork_id, viewer, limit)
    if near is None:
        return Similar("none", index.space, (), _missing(artwork))
    fetched = await store.artworks.many(list(near.cosines), viewer)
    items = tuple(
        Alike(other, round(min(1.0, near.cosines[other.id]), 4), near.band(other.id), _shared(artwork, other))
        for other in fetched
        if other.listed_for(viewer)
    )
    return _answer(near.space, items)


@dataclass(frozen=True)
class _Near:
    """Cosines by id, nearest first, and from which on they are strong and weak."""

    space: str
    cosines: dict[str, float]
    strong: float
    weak: float

    def band(self, artwork_id: str) -> Band:
        cosine = self.cosines[artwork_id]
        return Band.STRONG if cosine >= self.strong else Band.WEAK if cosine >= self.weak else Band.NEAREST


def _near(
    holdings: Holdings, measured: str, looking: Meaning | None, artwork_id: str, viewer: Viewer, limit: int
) -> _Near | None:
    """None where the artwork has no vector. A few that come nearest where none is alike."""
    row = holdings.entries.row_of(artwork_id)
    if row is None:
        return None
    allowed = np.flatnonzero(holdings.entries.allowed(viewer, Where()))
    if looking is not None and looking.vectors.get(row) is not None:
        rows = looking.vectors.among(allowed)
        if len(rows) >= _ENOUGH:
            return _found(holdings, looking.space, looking.vectors, row, rows, _usual(looking.vectors, rows), limit)
    if holdings.vectors.get(row) is None:
        return None
    rows = holdings.vectors.among(allowed)
    return _found(holdings, measured, holdings.vectors, row, rows, (STRONG, WEAK), limit)


def _found(
    holdings: Holdings, space: str, vectors: Vectors, row: int, rows: Rows, bounds: tuple[float, float], limit: int
) -> _Near | None:
    vector = vectors.get(row)
    if vector is None:
        return None
    rows = rows[rows != row]
    cosines = vectors.cosines(vector, rows)
    alike = int((cosines >= bounds[1]).sum())
    order = np.argsort(-cosines, kind="stable")[: min(limit, alike or _NEAREST)]
    found = zip(holdings.entries.ids_of(rows[order]), cosines[order].tolist(), strict=True)
    best = dict(sorted((pair for pair in found if pair[0]), key=lambda pair: (-round(pair[1], 5), pair[0])))
    return _Near(space, best, *bounds)


def _usual(vectors: Vectors, rows: Rows) -> tuple[float, float]:
    """The cosines that one pair in a hundred, and one in ten, of these works exceeds."""
    sample = vectors.at(rows[np.linspace(0, len(rows) - 1, min(_SAMPLED, len(rows))).astype(np.int64)])
    pairs = (sample @ sample.T)[np.triu_indices(len(sample), k=1)]
    strong, weak = np.quantile(pairs, [_STRONG_SHARE, _WEAK_SHARE])
    return float(strong) - _EXACT, float(weak) - _EXACT


def _answer(space: str, items: tuple[Alike, ...]) -> Similar:
    if not items:
        return Similar("none", space, (), "There is no other work to compare it with yet.")
    if items[0].band is Band.NEAREST:
        return Similar("none", space, items, "No work here is much like it; these come nearest.")
    return Similar("strong" if items[0].band is Band.STRONG else "weak", space, items, None)


def _shared(one: Artwork, other: Artwork) -> tuple[InColour, ...]:
    """The largest colours of the other that the one has too."""
    names = {swatch.name for swatch in one.swatches}
    shared = {swatch.name: InColour(swatch.hex) for swatch in reversed(other.swatches) if swatch.name in names}
    return tuple(shared.values())[::-1][:2]


def _missing(artwork: Artwork) -> str:
    if artwork.analysis.state is State.FAILED:
        return "This work could not be looked at, so nothing can be compared with it."
    if artwork.analysis.state is State.DONE:
        return "This work has not been looked at by the present eyes yet; try again in a moment."
    return "This work is still being looked at; try again in a moment."
