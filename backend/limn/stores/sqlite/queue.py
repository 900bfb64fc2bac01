"""The works as their own queue: claim, heartbeat, finish, retry, release."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import anyio

from limn.errors import LeaseLost
from limn.models import AnalysisError, Artwork, Claim, Findings, State, Viewer, Wanted
from limn.stores.effects import due, found, outstanding
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.rows import Clock, at, get_own, parse, save

ATTEMPTS = 3
_POISON = AnalysisError(code="poison", detail="The analysis was begun three times and never came to an end.")
# one statement, so that no two callers can take the same; a work that was tried often enough is failed by the same stroke
CLAIM = f"""
UPDATE artworks SET
  state = iif(attempts < {ATTEMPTS}, 'running', 'failed'),
  run_at = iif(attempts < {ATTEMPTS}, :until, NULL),
  worker = iif(attempts < {ATTEMPTS}, :worker, NULL),
  attempts = min(attempts + 1, {ATTEMPTS}),
  fence = fence + 1
WHERE id = (
  SELECT id FROM artworks INDEXED BY artworks_due
  WHERE run_at IS NOT NULL AND run_at <= :now ORDER BY created DESC, id DESC LIMIT 1
)
RETURNING state, wanted, fence, attempts, document
"""  # noqa: S608  our own number
_HELD = "id = ? AND fence = ? AND state = 'running' AND run_at > ?"


class SqliteAnalyses:
    """See the port `Analyses`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, worker: str, *, lease_seconds: float) -> Claim | None:
        # shielded: a claim that a cancelled worker never heard of would wait out its lease
        with anyio.CancelScope(shield=True):
            claimed = await self._database.write(
                lambda connection: _claim(connection, worker, _ms(lease_seconds), self._clock())
            )
        return claimed  # noqa: RET504  mypy takes the scope for one that may swallow what happens in it

    async def heartbeat(self, claim: Claim, *, lease_seconds: float) -> None:
        def work(connection: sqlite3.Connection) -> None:
            now = self._clock()
            until = now + _ms(lease_seconds)
            beat = f"UPDATE artworks SET run_at = ? WHERE {_HELD}"  # noqa: S608  our own words
            if connection.execute(beat, (until, claim.artwork.id, claim.fence, now)).rowcount == 0:
                raise LeaseLost

        await self._database.write(work)

    async def record(self, claim: Claim, findings: Findings) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            old = _held(connection, claim, now)
            return save(connection, old, found(old, findings), now)

        return await self._database.write(work)

    async def finish(self, claim: Claim, findings: Findings) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            old = _held(connection, claim, now)
            new = _analysis(found(old, findings), state=State.DONE, error=None)
            return save(connection, old, new, now, run_at=None, worker=None)

        return await self._database.write(work)

    async def retry(self, claim: Claim, error: AnalysisError, *, delay_seconds: float | None) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            old = _held(connection, claim, now)
            if delay_seconds is None or claim.attempt >= ATTEMPTS:
                last = error.model_copy(update={"retry_at": None})
                failed = _analysis(old, state=State.FAILED, error=last)
                return save(connection, old, failed, now, run_at=None, worker=None)
            again = now + _ms(delay_seconds)
            told = error.model_copy(update={"retry_at": at(again)})  # the store's clock decides, so it says when
            pending = _analysis(old, state=State.PENDING, error=told)
            return save(connection, old, pending, now, run_at=again, worker=None)

        return await self._database.write(work)

    async def release(self, claim: Claim) -> None:
        def work(connection: sqlite3.Connection) -> None:
            now = self._clock()
            old = _held(connection, claim, now)
            pending = _analysis(old, state=State.PENDING, attempts=claim.attempt - 1)
            save(connection, old, pending, now, run_at=now, worker=None)

        await self._database.write(work)

    async def request(self, artwork_id: str, viewer: Viewer, wanted: Wanted) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            old = get_own(connection, artwork_id, viewer)
            new = old.model_copy(update={"analysis": due(old.analysis)})
            return requeue(connection, old, new, wanted, self._clock())

        return await self._database.write(work)

    async def backlog(self) -> Mapping[str, int]:
        def work(connection: sqlite3.Connection) -> dict[str, int]:
            return dict(connection.execute("SELECT state, count(*) FROM artworks GROUP BY state").fetchall())

        counted = await self._database.read(work)
        return {state.value: counted.get(state.value, 0) for state in State}


def requeue(connection: sqlite3.Connection, old: Artwork, new: Artwork, asked: Wanted, now: int) -> Artwork:
    """Save `new` as due now; whoever was at it loses the lease."""
    fence, before = connection.execute("SELECT fence, wanted FROM artworks WHERE id=?", (old.id,)).fetchone()
    wanted = outstanding(old.analysis.state, Wanted(before), asked)
    return save(connection, old, new, now, wanted=wanted.value, run_at=now, fence=fence + 1, worker=None)


def _claim(connection: sqlite3.Connection, worker: str, lease: int, now: int) -> Claim | None:
    while row := connection.execute(CLAIM, {"worker": worker, "until": now + lease, "now": now}).fetchone():
        state, wanted, fence, attempts, document = row
        old = parse(document)
        if state == State.FAILED:
            save(connection, old, _analysis(old, state=State.FAILED, error=_POISON), now)
            continue
        artwork = save(connection, old, _analysis(old, state=State.RUNNING, attempts=attempts), now)
        return Claim(artwork=artwork, wanted=Wanted(wanted), worker=worker, fence=fence, attempt=attempts)
    return None


def _held(connection: sqlite3.Connection, claim: Claim, now: int) -> Artwork:
    """The artwork as it is now, under a lease that still runs. Raises LeaseLost."""
    held = f"SELECT document FROM artworks WHERE {_HELD}"  # noqa: S608  our own words
    row = connection.execute(held, (claim.artwork.id, claim.fence, now)).fetchone()
    if row is None:
        raise LeaseLost
    return parse(row[0])


def _analysis(artwork: Artwork, **update: Any) -> Artwork:
    return artwork.model_copy(update={"analysis": artwork.analysis.model_copy(update=update)})


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
