"""How a follower reads changes to their end, again and again, and misses no late commit: pure, and the same for every store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from limn.errors import Unavailable
from limn.stores import cursors

OVERLAP = 5_000  # milliseconds a commit may come later than its `updated` says
SET_BACK = (
    24 * 3600 * 1000
)  # milliseconds that are read again where the clock went back: longer than a follower is away
Position = tuple[int, str]  # (updated, id)
_BEGINNING: Position = (-1, "")


@dataclass(frozen=True)
class Sweep:
    """One reading from a little before the last one's beginning to the end, over as many pages as it takes.

    `read` is how far it has come, `seen` the newest position any sweep has come to: only what is newer than that makes
    `more`, so re-reading the overlap never makes a follower run in circles. `began` is the clock at its first page: what is
    missed by a sweep was written after that, less the overlap, and there the next one starts. Deletions before `aware`
    are known, or were before this follower's first sweep; nobody cares that their tombstones are gone.
    """

    read: Position
    seen: Position
    began: int
    aware: int
    forgotten: int = 0  # as it is at this page

    def encode(self) -> str:
        return cursors.encode(*self.read, *self.seen, self.began, self.aware)

    def after(self, page: Sequence[Position], *, at_end: bool) -> "Sweep":
        """When it has read this page too; at the end, the next sweep before its first page."""
        read = page[-1] if page else self.read
        seen = max(self.seen, read)
        if at_end:
            start = self.began - OVERLAP
            # began 0: the next call is the first of a new sweep. What is forgotten by now was checked, also where a clock that was
            # far ahead wrote it: else nobody could follow until that time has come.
            return replace(self, read=(start, ""), seen=seen, began=0, aware=max(start, self.forgotten))
        return replace(self, read=read, seen=seen)


def resume(cursor: str | None, now: int, forgotten: int) -> Sweep:
    """`forgotten`: the newest deletion whose tombstone is gone. Raises Unavailable, code `cursor_too_old`, where this follower may
    have missed one, and InvalidInput for what is no cursor of ours."""
    if cursor is None:
        return Sweep(_BEGINNING, _BEGINNING, now, max(now, forgotten), forgotten)
    read_at, read_id, seen_at, seen_id, began, aware = cursors.decode(cursor, int, str, int, str, int, int)
    if forgotten > int(aware):
        raise Unavailable("This follower was away for too long and must begin anew.", code="cursor_too_old")
    read, seen = (int(read_at), str(read_id)), (int(seen_at), str(seen_id))
    sweep = Sweep(read, seen, int(began) or now, int(aware), forgotten)
    return _set_back(sweep, now) if now < (int(began) - OVERLAP if began else read[0]) else sweep


def _set_back(sweep: Sweep, now: int) -> Sweep:
    """What was written since the clock went back may stand far behind what was read, and nobody knows how far."""
    start = min(sweep.read, (now - SET_BACK, ""))
    return replace(sweep, read=start, seen=start, began=now)
