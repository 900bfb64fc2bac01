"""What a document store can do. Nouns in, nouns out; the viewer is in every question, so privacy is decided here, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from limn.models import (
    AnalysisError,
    Artwork,
    ArtworkChanges,
    Calibration,
    Claim,
    Findings,
    Match,
    Sort,
    Viewer,
    Wanted,
)
from limn.stores.nearest import Nearest

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
        due again (everything, where the analysis was not done yet); a second look comes after it. Raises NotFound to everybody
        but the owner."""
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
    """The artworks as their own queue. A claim is a lease; after it ran out, its writes raise LeaseLost.

    No lease and no delay but a second look's is meant to last longer than a minute. What is due later was written before a clock was
    set back: whoever finds nothing to claim puts it right, so that what waits is due now, and a lease ends in a minute.
    """

    async def claim(self, worker: str, *, lease_seconds: float, second_looks: bool = True) -> Claim | None:
        """The newest upload that is due, as `running`, for exactly one of many callers; None when nothing is. Where no upload
        is, and `second_looks` are wanted, the work whose second look has been due longest, with `Wanted.EYES`.

        Attempts count here, so a worker that dies counts too. What was claimed three times and not finished becomes
        `failed` with code `poison` here, and is not claimed again unasked; a second look ends `done` with that error instead.
        """
        ...

    async def heartbeat(self, claim: Claim, *, lease_seconds: float) -> None:
        """The lease runs from now again. Raises LeaseLost."""
        ...

    async def record(self, claim: Claim, findings: Findings) -> Artwork:
        """Write what is found so far; readers see it at once. Raises LeaseLost."""
        ...

    async def finish(self, claim: Claim, findings: Findings, *, look_again_seconds: float | None = None) -> Artwork:
        """Write the rest and be `done`; with seconds, due for a second look after them, or before where that was due already. Raises
        LeaseLost."""
        ...

    async def retry(self, claim: Claim, error: AnalysisError, *, delay_seconds: float | None) -> Artwork:
        """The attempt failed. Due again after the delay; `failed` at once where it is None or this was the third attempt. A
        second look leaves the work `done` as it was, with the error; one that fails for good counts as seen by the eyes it was
        renewed for. Raises LeaseLost."""
        ...

    async def release(self, claim: Claim) -> None:
        """Give it back unharmed, as at a stop: due at once, the attempt not counted. Raises LeaseLost."""
        ...

    async def request(self, artwork_id: str, viewer: Viewer, wanted: Wanted) -> Artwork:
        """The owner asks again: due now with no attempts counted, whatever its state; a running one loses its lease. Whoever asks
        for less never takes away what was not done yet. NotFound."""
        ...

    async def renew(self, eyes: str, *, limit: int) -> int:
        """Make a second look due, now, for up to `limit` done works that other eyes looked at and that are not due; answers
        how many. Their findings stay until they are replaced."""
        ...

    async def behind(self, eyes: str) -> int:
        """How many works are not yet seen by these eyes and still will be: all but the failed ones."""
        ...

    async def rescore(self, artwork_id: str, match: Match, *, cosine: float) -> bool:
        """Replace the match where it still has this cosine: a score is rescaled without a look. Whether it was replaced."""
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

    async def forget(self, space: str) -> int:
        """Drop the vectors of a space nobody compares in any more; answers how many. Not at one stroke: others write between,
        and what was interrupted is ended by the next call."""
        ...


class Eyes(Protocol):
    """What the gallery remembers of its models, for all its processes."""

    async def active_space(self) -> str | None:
        """The embedding space that searches by meaning use; None until a first one was complete."""
        ...

    async def activate(self, space: str | None) -> None: ...

    async def calibration(self, space: str) -> Calibration | None:
        """None until somebody calibrated."""
        ...

    async def calibrate(self, calibration: Calibration) -> None:
        """Replaces that of the same space."""
        ...

    async def spend(self, purse: str, day: str, *, most: int) -> bool:
        """Count one call to `purse` on `day` (2026-11-21) unless `most` were counted; whether it may be made. Atomic."""
        ...


KINDS = ("artworks", "vectors", "calibrations", "active_space")  # of records, in the order in which they are loaded


@dataclass(frozen=True)
class Record:
    """One thing that a store keeps, as JSON in words that every store shares; `stores/records.py` makes and reads them.

    `artworks`: `document`, and of its queue `key`, `wanted`, `run_at` (milliseconds), `fence`, `renewed_for`; whoever was at it has
    given it back. `vectors`: `artwork`, `page`, `space`, `float16` (little-endian, base64). `calibrations`: the noun's fields.
    `active_space`: `space`, one or none.
    """

    kind: str
    id: str
    fields: Mapping[str, Any]


class Records(Protocol):
    """The whole store, for keeping and moving a gallery: no viewer, and nothing is stamped anew. Not in it: deletions, counted calls."""

    async def everything(self, kind: str, *, after: str | None, limit: int) -> Sequence[Record]:
        """Up to `limit` in order of id (as UTF-8 bytes) behind the id `after`. Not one snapshot, but each record is whole: what
        was there all the while comes exactly once."""
        ...

    async def load(self, records: Sequence[Record]) -> int:
        """Write them as they are, in place of what has the same id; answers how many vectors were left out because their artwork
        is not there. Interrupted, it is done again.

        `created`, `updated` and `revision` stay, so a follower that has passed them never hears of what is loaded: nobody may serve
        or follow the store meanwhile, and who begins afterwards finds all. Raises InvalidInput where a record cannot be read,
        Conflict where another work of that owner holds its picture or its key.
        """
        ...

    async def counts(self) -> Mapping[str, int]:
        """How many records there are of each of `KINDS`."""
        ...


class Health(Protocol):
    async def check(self) -> None:
        """Raises Unavailable when the store cannot be written and read."""
        ...

    async def inspect(self) -> Sequence[str]:
        """What is wrong with it although it answers, in words: pages that do not fit together, indexes that are missing. Takes seconds
        where there is much."""
        ...


@dataclass(frozen=True)
class Store:
    """A whole document store. `health` answers for it; whoever opened it closes it. `nearest`: where it was asked for."""

    artworks: Artworks
    analyses: Analyses
    vectors: Vectors
    eyes: Eyes
    records: Records
    health: Health
    nearest: Nearest | None = None
