"""What a document store can do. Nouns in, nouns out; the viewer is in every question, so privacy is decided here, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from limn.models import AnalysisError, Artwork, ArtworkChanges, Claim, Findings, Sort, Viewer, Wanted

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Added:
    """`fresh` is False where the idempotency key had already made this artwork."""

    artwork: Artwork
    fresh: bool


@dataclass(frozen=True)
class Filter:
    """A conjunction; what is None does not filter. `artist` is a handle, `tag` a normalised tag name."""

    category: str | None = None
    artist: str | None = None
    tag: str | None = None


@dataclass(frozen=True)
class Slice:
    """A keyset page; `next` is an opaque cursor, None at the end."""

    items: tuple[Artwork, ...]
    next: str | None


@dataclass(frozen=True)
class Tombstone:
    id: str


@dataclass(frozen=True)
class Changes:
    """Artworks written and ids deleted, oldest change first; `cursor` continues, `more` says whether to ask at once."""

    items: tuple[Artwork | Tombstone, ...]
    cursor: str
    more: bool


class Artworks(Protocol):
    """The works. Ids are made by the caller (UUIDv7). Times are the store's clock, cut to milliseconds."""

    async def add(self, artwork: Artwork, *, key: str | None = None) -> Added:
        """Insert with the analysis due, in one atomic write. `created`, `updated` and `revision` are set by the store.

        `key` is the caller's idempotency key, unique per owner for 24 hours: known with the same cover bytes it answers the
        artwork it made, with other bytes it raises IdempotencyConflict. The same cover bytes by the same owner without
        that key raise DuplicateArtwork.
        """
        ...

    async def get(self, artwork_id: str, viewer: Viewer) -> Artwork:
        """Raises NotFound, also where the viewer may not see it. Unlisted works answer anybody who has the id."""
        ...

    async def many(self, ids: Sequence[str], viewer: Viewer) -> list[Artwork]:
        """In the order of `ids`; what is gone or may not be seen is left out."""
        ...

    async def list(self, viewer: Viewer, where: Filter, *, sort: Sort, cursor: str | None, limit: int) -> Slice:
        """Newest first by (created, id), or most liked first by (likes, id): what is public, and all of the viewer's own.

        Stable under inserts: following `next` never repeats or skips an artwork that was there. A cursor that is not
        this store's raises InvalidInput.
        """
        ...

    async def counts(self, viewer: Viewer) -> Mapping[str, int]:
        """How many artworks of each category the viewer's lists hold."""
        ...

    async def edit(
        self, artwork_id: str, viewer: Viewer, changes: ArtworkChanges, *, revision: int | None = None
    ) -> Artwork:
        """Change by the owner. `revision`, when given, must be the current one, else Stale. A new description makes the match
        due again (everything, where the analysis was not done yet). Raises NotFound to everybody but the owner."""
        ...

    async def delete(self, artwork_id: str, viewer: Viewer) -> None:
        """By the owner; vectors go with it, a tombstone stays, blobs are the collector's. Raises NotFound."""
        ...

    async def changed_since(self, cursor: str | None, *, limit: int) -> Changes:
        """What was written or deleted after `cursor`, in order of (updated, id), for followers: no viewer, all of it.

        Each call looks back a few seconds behind the cursor, so that a late commit is never missed: the same change may come twice. From
        None it gives every artwork there is. Raises Unavailable with code `cursor_too_old` where tombstones were collected since.
        """
        ...

    async def referenced(self, keys: Iterable[str]) -> set[str]:
        """Those of the blob keys (sha256) that some artwork still needs."""
        ...

    async def forget_tombstones(self, *, older_than_seconds: float) -> int:
        """Drop deletions no follower needs any more; answers how many."""
        ...


class Analyses(Protocol):
    """The artworks as their own queue. A claim is a lease; after it ran out, its writes raise LeaseLost."""

    async def claim(self, worker: str, *, lease_seconds: float) -> Claim | None:
        """The newest upload that is due, as `running`, for exactly one of many callers; None when nothing is.

        Attempts count here, so a worker that dies counts too. What was claimed three times and not finished becomes
        `failed` with code `poison` here, and is not claimed again unasked.
        """
        ...

    async def heartbeat(self, claim: Claim, *, lease_seconds: float) -> None:
        """The lease runs from now again. Raises LeaseLost."""
        ...

    async def record(self, claim: Claim, findings: Findings) -> Artwork:
        """Write what is found so far; readers see it at once. Raises LeaseLost."""
        ...

    async def finish(self, claim: Claim, findings: Findings) -> Artwork:
        """Write the rest and be `done`. Raises LeaseLost."""
        ...

    async def retry(self, claim: Claim, error: AnalysisError, *, delay_seconds: float | None) -> Artwork:
        """The attempt failed. Due again after the delay; `failed` at once where it is None or this was the third attempt.
        Raises LeaseLost."""
        ...

    async def release(self, claim: Claim) -> None:
        """Give it back unharmed, as at a stop: due at once, the attempt not counted. Raises LeaseLost."""
        ...

    async def request(self, artwork_id: str, viewer: Viewer, wanted: Wanted) -> Artwork:
        """The owner asks again: due now with no attempts counted, whatever its state; a running one loses its lease. NotFound."""
        ...

    async def backlog(self) -> Mapping[str, int]:
        """How many artworks are in each of the four states."""
        ...


class Vectors(Protocol):
    """Embeddings by (artwork, page, space), kept as float16; a vector is compared inside its own space only."""

    async def put(self, artwork_id: str, page: int, space: str, vector: Vector) -> None:
        """`vector` (d,), unit length. Replaces. Raises NotFound when the artwork is gone."""
        ...

    async def many(self, ids: Sequence[str], space: str) -> dict[str, Vector]:
        """The cover vectors (page 0) of these artworks as float32 (d,); absent where there is none."""
        ...

    async def spaces(self) -> Mapping[str, int]:
        """How many vectors each space holds."""
        ...


class Health(Protocol):
    async def check(self) -> None:
        """Raises Unavailable when the store cannot be written and read."""
        ...


@dataclass(frozen=True)
class Store:
    """A whole document store. `health` answers for it; whoever opened it closes it."""

    artworks: Artworks
    analyses: Analyses
    vectors: Vectors
    health: Health
