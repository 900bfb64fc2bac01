"""Works that look like one, inside one embedding space."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from anyio.to_thread import run_sync

from limn.index.entries import Where
from limn.index.follower import Index
from limn.index.holdings import Holdings
from limn.models import Artwork, State, Viewer
from limn.search.ranking import Band
from limn.search.reasons import InColour
from limn.stores.protocol import Store

# cosines of two pictures in the measured space: of all pairs of photographs, about one in a hundred and one in ten
STRONG, WEAK = 0.96, 0.93
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


async def similar(index: Index, store: Store, artwork_id: str, viewer: Viewer, *, limit: int) -> Similar:
    """Nearest first, without the artwork itself. Raises NotFound where the viewer may not see it."""
    artwork = await store.artworks.get(artwork_id, viewer)
    holdings = index.holdings()
    near = await run_sync(_near, holdings, artwork_id, viewer, limit)
    if near is None:
        return Similar("none", index.space, (), _missing(artwork))
    fetched = await store.artworks.many(list(near), viewer)
    items = tuple(
        Alike(other, round(near[other.id], 4), _band(near[other.id]), _shared(artwork, other))
        for other in fetched
        if other.listed_for(viewer)
    )
    return _answer(index.space, items)


def _near(holdings: Holdings, artwork_id: str, viewer: Viewer, limit: int) -> dict[str, float] | None:
    """Cosines by id, nearest first; None where the artwork has no vector. A few that come nearest where none is alike."""
    row = holdings.entries.row_of(artwork_id)
    vector = None if row is None else holdings.vectors.get(row)
    if vector is None:
        return None
    rows = holdings.vectors.among(np.flatnonzero(holdings.entries.allowed(viewer, Where())))
    rows = rows[rows != row]
    cosines = holdings.vectors.cosines(vector, rows)
    alike = int((cosines >= WEAK).sum())
    order = np.argsort(-cosines, kind="stable")[: min(limit, alike or _NEAREST)]
    found = zip(holdings.entries.ids_of(rows[order]), cosines[order].tolist(), strict=True)
    return dict(sorted((pair for pair in found if pair[0]), key=lambda pair: (-round(pair[1], 5), pair[0])))


def _answer(space: str, items: tuple[Alike, ...]) -> Similar:
    if not items:
        return Similar("none", space, (), "There is no other work to compare it with yet.")
    if items[0].band is Band.NEAREST:
        return Similar("none", space, items, "No work here is much like it; these come nearest.")
    return Similar("strong" if items[0].band is Band.STRONG else "weak", space, items, None)


def _band(cosine: float) -> Band:
    return Band.STRONG if cosine >= STRONG else Band.WEAK if cosine >= WEAK else Band.NEAREST


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
