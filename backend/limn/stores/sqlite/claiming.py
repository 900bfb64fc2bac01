"""Who is next: uploads, newest first; then second looks, the one that has been due longest first."""

import sqlite3
from collections.abc import Sequence

from limn.models import AnalysisError, Artwork, Claim, Wanted
from limn.stores.sqlite.rows import parse, save_analysis
from limn.stores.transitions import ATTEMPTS, POISON, given_up, taken

_NEXT = "SELECT wanted, fence, document FROM artworks INDEXED BY"
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


def anything_due(connection: sqlite3.Connection, now: int, kinds: Sequence[str] = DUE) -> bool:
    return any(connection.execute(statement, (now,)).fetchone() for statement in kinds)


def claim(
    connection: sqlite3.Connection, worker: str, lease: int, now: int, kinds: Sequence[str] = DUE
) -> Claim | None:
    """Inside a write transaction, so that nobody else takes it between the question and the answer. What was begun too often
    is given up on the way."""
    for statement in kinds:
        while row := connection.execute(statement, (now,)).fetchone():
            last, fence, document = row
            wanted = Wanted.EYES if statement is LOOKS else Wanted(last)
            old = parse(document)
            if old.analysis.attempts >= ATTEMPTS:
                give_up(connection, old, wanted, POISON, now)
                continue
            leased = {"run_at": now + lease, "worker": worker, "fence": fence + 1, "wanted": wanted.value}
            artwork = save_analysis(connection, old, taken(old.analysis, wanted), now, **leased)
            attempt = artwork.analysis.attempts
            return Claim(artwork=artwork, wanted=wanted, worker=worker, fence=fence + 1, attempt=attempt)
    return None


def give_up(connection: sqlite3.Connection, old: Artwork, wanted: Wanted, error: AnalysisError, now: int) -> Artwork:
    renewed_for = connection.execute("SELECT renewed_for FROM artworks WHERE id=?", (old.id,)).fetchone()[0]
    ended = given_up(old.analysis, wanted, error, renewed_for=renewed_for)
    return save_analysis(connection, old, ended, now, run_at=None, worker=None, renewed_for=None)
