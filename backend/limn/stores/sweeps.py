"""How a follower reads changes to their end, again and again, and misses no late commit: pure, and the same for every store."""

from collections.abc import Sequence
from dataclasses import dataclass

from limn.errors import Unavailable
from limn.stores import cursors

OVERLAP = 5_000  # milliseconds a commit may come later than its `updated` says
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

    def encode(self) -> str:
        return cursors.encode(*self.read, *self.seen, self.began, self.aware)

    def check(self, forgotten: int) -> None:
        """`forgotten`: the newest deletion whose tombstone is gone. Raises Unavailable, code `cursor_too_old`."""
        if forgotten > self.aware:
            raise Unavailable("This follower was away for too long and must begin anew.", code="cursor_too_old")

    def after(self, page: Sequence[Position], *, at_end: bool) -> "Sweep":
        """When it has read this page too; at the end, the next sweep before its first page."""
        read = page[-1] if page else self.read
        seen = max(self.seen, read)
        if at_end:
            # began 0: the next call is the first of a new sweep
            return Sweep((self.began - OVERLAP, ""), seen, 0, self.began - OVERLAP)
        return Sweep(read, seen, self.began, self.aware)


def resume(cursor: str | None, now: int) -> Sweep:
    """Raises InvalidInput for what is no cursor of ours."""
    if cursor is None:
        return Sweep(_BEGINNING, _BEGINNING, now, now)
    read_at, read_id, seen_at, seen_id, began, aware = cursors.decode(cursor, int, str, int, str, int, int)
    return Sweep((int(read_at), str(read_id)), (int(seen_at), str(seen_id)), int(began) or now, int(aware))
