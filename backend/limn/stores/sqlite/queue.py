"""The works as their own queue: claim, heartbeat, finish, retry, release, and looking again."""

import sqlite3
from collections.abc import Mapping

import anyio

from limn.errors import LeaseLost
from limn.models import Analysis, AnalysisError, Artwork, Claim, Findings, Match, State, Viewer, Wanted
from limn.stores.effects import found
from limn.stores.sqlite import claiming, renewal
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.rows import Clock, at, find, get_own, parse, save, save_analysis
from limn.stores.transitions import ATTEMPTS, due, finished, given_back, outstanding, put_off

_PORTION = 100  # works renewed per transaction, so that an upload waits no more than some milliseconds for it
_HELD = "id = ? AND fence = ? AND state = 'running' AND run_at > ?"


class SqliteAnalyses:
    """See the port `Analyses`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._idle = {True: True, False: True}  # whether the last claim, with second looks and without, found nothing

    async def claim(self, worker: str, *, lease_seconds: float, second_looks: bool = True) -> Claim | None:
        # shielded: a claim that a cancelled worker never heard of would wait out its lease
        with anyio.CancelScope(shield=True):
            claimed = await self._claim(worker, _ms(lease_seconds), second_looks=second_looks)
        return claimed  # noqa: RET504  mypy takes the scope for one that may swallow what happens in it

    async def _claim(self, worker: str, lease: int, *, second_looks: bool) -> Claim | None:
        kinds = claiming.DUE if second_looks else claiming.DUE[:1]
        # the idle ask every second: a reader neither waits for the lock of whoever writes nor makes others wait
        if self._idle[second_looks] and not await self._database.read(
            lambda connection: claiming.anything_due(connection, self._clock(), kinds)
        ):
            return None
        claimed = await self._database.write(
            lambda connection: claiming.claim(connection, worker, lease, self._clock(), kinds)
        )
        self._idle[second_looks] = claimed is None
        return claimed

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

    async def finish(self, claim: Claim, findings: Findings, *, look_again_seconds: float | None = None) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            old = _held(connection, claim, now)
            look_at = None if look_again_seconds is None else at(now + _ms(look_again_seconds))
            new = found(old, findings)
            new = new.model_copy(update={"analysis": finished(new.analysis, look_at)})
            # a match alone leaves the look it was asked beside as it is
            renewed = {} if claim.wanted is Wanted.MATCH else {"renewed_for": None}
            return save(connection, old, new, now, run_at=None, worker=None, **renewed)

        return await self._database.write(work)

    async def retry(self, claim: Claim, error: AnalysisError, *, delay_seconds: float | None) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            old = _held(connection, claim, now)
            if delay_seconds is None or claim.attempt >= ATTEMPTS:
                return claiming.give_up(connection, old, claim.wanted, error, now)
            again = now + _ms(delay_seconds)
            waiting = put_off(old.analysis, claim.wanted, error, at(again))
            return _unclaimed(connection, old, waiting, now, run_at=again)

        return await self._database.write(work)

    async def release(self, claim: Claim) -> None:
        def work(connection: sqlite3.Connection) -> None:
            now = self._clock()
            old = _held(connection, claim, now)
            waiting = given_back(old.analysis, claim.wanted, at(now))
            _unclaimed(connection, old, waiting, now, run_at=now)

        await self._database.write(work)

    async def request(self, artwork_id: str, viewer: Viewer, wanted: Wanted) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            old = get_own(connection, artwork_id, viewer)
            return requeue(connection, old, old, wanted, self._clock())

        return await self._database.write(work)

    async def renew(self, eyes: str, *, limit: int) -> int:
        renewed = 0
        while renewed < limit:
            portion = min(limit - renewed, _PORTION)
            count = await self._renew(eyes, portion)
            renewed += count
            if count < portion:
                break
        return renewed

    async def _renew(self, eyes: str, limit: int) -> int:
        # asked again and again where there is nothing to do, so a reader looks first
        if not await self._database.read(lambda connection: renewal.renewable(connection, eyes, 1)):
            return 0
        return await self._database.write(lambda connection: renewal.renew(connection, eyes, limit, self._clock()))

    async def behind(self, eyes: str) -> int:
        return await self._database.read(lambda connection: renewal.behind(connection, eyes))

    async def rescore(self, artwork_id: str, match: Match, *, cosine: float) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            old = find(connection, artwork_id)
            if old is None or old.analysis.match is None or old.analysis.match.cosine != cosine:
                return False
            save_analysis(connection, old, old.analysis.model_copy(update={"match": match}), self._clock())
            return True

        return await self._database.write(work)

    async def backlog(self) -> Mapping[str, int]:
        def work(connection: sqlite3.Connection) -> dict[str, int]:
            return dict(connection.execute("SELECT state, count(*) FROM artworks GROUP BY state").fetchall())

        counted = await self._database.read(work)
        return {state.value: counted.get(state.value, 0) for state in State}


def requeue(connection: sqlite3.Connection, old: Artwork, new: Artwork, asked: Wanted, now: int) -> Artwork:
    """Save `new` as due now; whoever was at it loses the lease."""
    fence, before = connection.execute("SELECT fence, wanted FROM artworks WHERE id=?", (old.id,)).fetchone()
    wanted, look_at = outstanding(old.analysis, Wanted(before), asked, at(now))
    analysis = due(new.analysis).model_copy(update={"look_at": look_at})
    new = new.model_copy(update={"analysis": analysis})
    return save(connection, old, new, now, wanted=wanted.value, run_at=now, fence=fence + 1, worker=None)


def _held(connection: sqlite3.Connection, claim: Claim, now: int) -> Artwork:
    """The artwork as it is now, under a lease that still runs. Raises LeaseLost."""
    held = f"SELECT document FROM artworks WHERE {_HELD}"  # noqa: S608  our own words
    row = connection.execute(held, (claim.artwork.id, claim.fence, now)).fetchone()
    if row is None:
        raise LeaseLost
    return parse(row[0])


def _unclaimed(connection: sqlite3.Connection, old: Artwork, waiting: Analysis, now: int, *, run_at: int) -> Artwork:
    """What is done waits for its second look by `look_at`, beside the queue."""
    due_at = None if waiting.state is State.DONE else run_at
    return save_analysis(connection, old, waiting, now, run_at=due_at, worker=None)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
