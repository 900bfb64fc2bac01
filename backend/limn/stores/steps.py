"""What each write makes of a work: pure, and the same for every store, which reads a row, takes a step and writes what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from limn.errors import LeaseLost, NotFound, Stale
from limn.models import Analysis, AnalysisError, Artwork, ArtworkChanges, Claim, Findings, Match, State, Viewer, Wanted
from limn.stores.clock import at, from_seconds, milliseconds
from limn.stores.effects import edited, found
from limn.stores.transitions import (
    ATTEMPTS,
    POISON,
    due,
    finished,
    given_back,
    given_up,
    look_due,
    outstanding,
    put_off,
    taken,
    to_be_read,
)

LONGEST_WAIT = 60_000  # milliseconds that a lease or a delay may last; see `Analyses`
KEY_LIFE = 24 * 3600 * 1000  # milliseconds in which an idempotency key answers


@dataclass(frozen=True)
class Row:
    """A work with what the queue knows of it; `run_at` in milliseconds: when somebody may take it, None where nothing is due."""

    artwork: Artwork
    wanted: Wanted
    run_at: int | None
    fence: int
    renewed_for: str | None


@dataclass(frozen=True)
class Change:
    """The work as it shall be, and of the queue what differs: wanted, run_at, fence, worker, renewed_for."""

    artwork: Artwork
    queue: Mapping[str, Any] = field(default_factory=dict)


def stamped(old: Artwork, change: Change, now: int) -> Artwork:
    """With the next revision; as it was where nothing differs. `updated` never goes back, whatever the clock does."""
    if change.artwork == old and not change.queue:
        return old
    update = {"revision": old.revision + 1, "updated": max(old.updated, at(now))}
    return change.artwork.model_copy(update=update)


def columns(artwork: Artwork) -> dict[str, Any]:
    """What is filtered, sorted or claimed by, beside the document."""
    return {
        "owner": artwork.owner,
        "artist": artwork.artist.handle,
        "category": artwork.category,
        "visibility": artwork.visibility.value,
        "likes": artwork.likes,
        "created": milliseconds(artwork.created),
        "updated": milliseconds(artwork.updated),
        "cover": artwork.cover.sha256,
        "state": artwork.analysis.state.value,
        "eyes": artwork.analysis.eyes,
        "look_at": None if artwork.analysis.look_at is None else milliseconds(artwork.analysis.look_at),
    }


def new(artwork: Artwork, now: int) -> Artwork:
    """As it enters the store."""
    moment = at(now)
    return artwork.model_copy(update={"created": moment, "updated": moment, "revision": 1, "analysis": Analysis()})


def owned(row: Row | None, viewer: Viewer) -> Row:
    """Raises NotFound, also where it is somebody else's."""
    if row is None or row.artwork.owner != viewer.account_id:
        raise NotFound("There is no such artwork.")
    return row


def held(row: Row | None, claim: Claim, now: int) -> Row:
    """Under a lease that still runs. Raises LeaseLost."""
    if (
        row is None
        or row.fence != claim.fence
        or row.artwork.analysis.state is not State.RUNNING
        or row.run_at is None
        or row.run_at <= now
    ):
        raise LeaseLost
    return row


def edit(row: Row, changes: ArtworkChanges, now: int, *, revision: int | None) -> Change:
    """Raises Stale."""
    if revision is not None and revision != row.artwork.revision:
        raise Stale("It was changed meanwhile; look at it again.")
    after = edited(row.artwork, changes)
    same = after.description == row.artwork.description
    change = Change(after) if same else request(row, Wanted.MATCH, now, artwork=after)
    if after.told == row.artwork.told or not after.analysis.read_into:
        return change
    read_again = to_be_read(change.artwork.analysis, Wanted(change.queue.get("wanted", row.wanted)), at(now))
    return replace(change, artwork=_with_analysis(change.artwork, read_again))


def request(row: Row, asked: Wanted, now: int, *, artwork: Artwork | None = None) -> Change:
    """Due now; whoever was at it loses the lease."""
    after = artwork or row.artwork
    wanted, look_at = outstanding(row.artwork.analysis, row.wanted, asked, at(now))
    analysis = due(after.analysis).model_copy(update={"look_at": look_at})
    queue = {"wanted": wanted.value, "run_at": now, "fence": row.fence + 1, "worker": None}
    return Change(after.model_copy(update={"analysis": analysis}), queue)


def claim(row: Row, wanted: Wanted, worker: str, now: int, *, lease: int) -> Change:
    """Taken for `lease` milliseconds; given up instead where it was begun too often: see `begun_too_often`."""
    if begun_too_often(row):
        return give_up(row, wanted, POISON)
    queue = {"run_at": now + lease, "worker": worker, "fence": row.fence + 1, "wanted": wanted.value}
    return Change(_with_analysis(row.artwork, taken(row.artwork.analysis, wanted)), queue)


def begun_too_often(row: Row) -> bool:
    return row.artwork.analysis.attempts >= ATTEMPTS


def record(row: Row, findings: Findings) -> Change:
    return Change(found(row.artwork, findings))


def finish(row: Row, claimed: Claim, findings: Findings, now: int, *, look_again_seconds: float | None) -> Change:
    look_at = None if look_again_seconds is None else at(now + from_seconds(look_again_seconds))
    after = found(row.artwork, findings)
    # a match alone leaves the look it was asked beside as it is
    renewed = {} if claimed.wanted is Wanted.MATCH else {"renewed_for": None}
    done = _with_analysis(after, finished(after.analysis, look_at))
    if (
        row.artwork.told != claimed.artwork.told and done.analysis.read_into
    ):  # edited meanwhile: nobody read these words
        done = _with_analysis(done, to_be_read(done.analysis, claimed.wanted, at(now)))
    return Change(done, {"run_at": None, "worker": None} | renewed)


def retry(row: Row, claimed: Claim, error: AnalysisError, now: int, *, delay_seconds: float | None) -> Change:
    if delay_seconds is None or claimed.attempt >= ATTEMPTS:
        return give_up(row, claimed.wanted, error)
    again = now + from_seconds(delay_seconds)
    return _unclaimed(row, put_off(row.artwork.analysis, claimed.wanted, error, at(again)), again)


def release(row: Row, claimed: Claim, now: int) -> Change:
    return _unclaimed(row, given_back(row.artwork.analysis, claimed.wanted, at(now)), now)


def give_up(row: Row, wanted: Wanted, error: AnalysisError) -> Change:
    ended = given_up(row.artwork.analysis, wanted, error, renewed_for=row.renewed_for)
    return Change(_with_analysis(row.artwork, ended), {"run_at": None, "worker": None, "renewed_for": None})


def renew(row: Row, eyes: str, now: int) -> Change:
    return Change(_with_analysis(row.artwork, look_due(row.artwork.analysis, at(now))), {"renewed_for": eyes})


def rescore(artwork: Artwork, match: Match, cosine: float) -> Artwork | None:
    """None where the match has another cosine by now."""
    if artwork.analysis.match is None or artwork.analysis.match.cosine != cosine:
        return None
    return _with_analysis(artwork, artwork.analysis.model_copy(update={"match": match}))


def _unclaimed(row: Row, waiting: Analysis, run_at: int) -> Change:
    """What is done waits for its second look by `look_at`, beside the queue."""
    due_at = None if waiting.state is State.DONE else run_at
    return Change(_with_analysis(row.artwork, waiting), {"run_at": due_at, "worker": None})


def _with_analysis(artwork: Artwork, analysis: Analysis) -> Artwork:
    return artwork.model_copy(update={"analysis": analysis})
