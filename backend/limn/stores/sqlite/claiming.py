"""Who is next: uploads, newest first; then second looks, the one that has been due longest first."""

import sqlite3
from collections.abc import Sequence

from limn.models import Claim, Wanted
from limn.stores import steps
from limn.stores.sqlite.rows import parse, save

_NEXT = "SELECT document, wanted, run_at, fence, renewed_for FROM artworks INDEXED BY"
UPLOADS = f"""
{_NEXT} artworks_due WHERE run_at IS NOT NULL AND wanted <> 'eyes' AND run_at <= ? ORDER BY created DESC, id DESC LIMIT 1
"""
# whose worker died, or that the owner asked for: no second look comes before an upload
BEGUN_LOOKS = f"""
{_NEXT} looks_begun WHERE run_at IS NOT NULL AND wanted = 'eyes' AND run_at <= ? ORDER BY run_at, id DESC LIMIT 1
"""
LOOKS = f"""
{_NEXT} looks_due WHERE look_at IS NOT NULL AND state = 'done' AND look_at <= ? ORDER BY look_at, id DESC LIMIT 1
"""
DUE = (UPLOADS, BEGUN_LOOKS, LOOKS)
_TOO_LATE = tuple(
    f"FROM artworks INDEXED BY {index} WHERE run_at IS NOT NULL AND wanted {which} 'eyes' AND run_at > ?"
    for index, which in (("artworks_due", "<>"), ("looks_begun", "="))
)


def anything_due(connection: sqlite3.Connection, now: int, kinds: Sequence[str] = DUE) -> bool:
    return any(connection.execute(statement, (now,)).fetchone() for statement in kinds)


def anything_too_late(connection: sqlite3.Connection, now: int) -> bool:
    """Whether something is due later than anybody puts off: see the port. Asked where nothing is due, so that few are looked through."""
    late = (f"SELECT 1 {where} LIMIT 1" for where in _TOO_LATE)
    return any(connection.execute(statement, (now + steps.LONGEST_WAIT,)).fetchone() for statement in late)


def hasten(connection: sqlite3.Connection, now: int) -> None:
    """Put that right."""
    latest = now + steps.LONGEST_WAIT
    right = "UPDATE artworks SET run_at = CASE state WHEN 'running' THEN ? ELSE ? END WHERE id IN (SELECT id {})"
    for where in _TOO_LATE:
        connection.execute(right.format(where), (latest, now, latest))


def claim(
    connection: sqlite3.Connection, worker: str, lease: int, now: int, kinds: Sequence[str] = DUE
) -> Claim | None:
    """Inside a write transaction, so that nobody else takes it between the question and the answer. What was begun too often
    is given up on the way."""
    for statement in kinds:
        while found := connection.execute(statement, (now,)).fetchone():
            row = steps.Row(parse(found[0]), Wanted(found[1]), *found[2:])
            wanted = Wanted.EYES if statement is LOOKS else row.wanted
            artwork = save(connection, row.artwork, steps.claim(row, wanted, worker, now, lease=lease), now)
            if steps.begun_too_often(row):
                continue
            attempt = artwork.analysis.attempts
            return Claim(artwork=artwork, wanted=wanted, worker=worker, fence=row.fence + 1, attempt=attempt)
    return None
