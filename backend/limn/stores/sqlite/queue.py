"""The works as their own queue: claim, heartbeat, finish, retry, release, and looking again."""

import sqlite3
from collections.abc import Callable, Mapping

import anyio

from limn.errors import LeaseLost
from limn.models import AnalysisError, Artwork, Claim, Findings, Match, State, Viewer, Wanted
from limn.stores import steps
from limn.stores.clock import Clock, from_seconds
from limn.stores.sqlite import claiming, renewal
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.rows import find, row, save

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
            claimed = await self._claim(worker, from_seconds(lease_seconds), second_looks=second_looks)
        return claimed  # noqa: RET504  mypy takes the scope for one that may swallow what happens in it

    async def _claim(self, worker: str, lease: int, *, second_looks: bool) -> Claim | None:
        kinds = claiming.DUE if second_looks else claiming.DUE[:1]
        # the idle ask every second: a reader neither waits for the lock of whoever writes nor makes others wait
        if self._idle[second_looks] and not await self._database.read(
            lambda connection: claiming.anything_due(connection, self._clock(), kinds)
        ):
            await self._hasten()
            return None
        claimed = await self._database.write(
            lambda connection: claiming.claim(connection, worker, lease, self._clock(), kinds)
        )
        self._idle[second_looks] = claimed is None
        return claimed

    async def _hasten(self) -> None:
        if await self._database.read(lambda connection: claiming.anything_too_late(connection, self._clock())):
            await self._database.write(lambda connection: claiming.hasten(connection, self._clock()))

    async def heartbeat(self, claim: Claim, *, lease_seconds: float) -> None:
        def work(connection: sqlite3.Connection) -> None:
            now = self._clock()
            until = now + from_seconds(lease_seconds)
            beat = f"UPDATE artworks SET run_at = ? WHERE {_HELD}"  # noqa: S608  our own words
            if connection.execute(beat, (until, claim.artwork.id, claim.fence, now)).rowcount == 0:
                raise LeaseLost

        await self._database.write(work)

    async def record(self, claim: Claim, findings: Findings) -> Artwork:
        return await self._under(claim, lambda row, _: steps.record(row, findings))

    async def finish(self, claim: Claim, findings: Findings, *, look_again_seconds: float | None = None) -> Artwork:
        return await self._under(
            claim, lambda row, now: steps.finish(row, claim, findings, now, look_again_seconds=look_again_seconds)
        )

    async def retry(self, claim: Claim, error: AnalysisError, *, delay_seconds: float | None) -> Artwork:
        return await self._under(
            claim, lambda row, now: steps.retry(row, claim, error, now, delay_seconds=delay_seconds)
        )

    async def release(self, claim: Claim) -> None:
        await self._under(claim, lambda row, now: steps.release(row, claim, now))

    async def _under(self, claim: Claim, step: Callable[[steps.Row, int], steps.Change]) -> Artwork:
        """A step on the work as it is now, under a lease that still runs. Raises LeaseLost."""

        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            held = steps.held(row(connection, claim.artwork.id), claim, now)
            return save(connection, held.artwork, step(held, now), now)

        return await self._database.write(work)

    async def request(self, artwork_id: str, viewer: Viewer, wanted: Wanted) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            own = steps.owned(row(connection, artwork_id), viewer)
            return save(connection, own.artwork, steps.request(own, wanted, now), now)

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
            new = None if old is None else steps.rescore(old, match, cosine)
            if old is None or new is None:
                return False
            save(connection, old, steps.Change(new), self._clock())
            return True

        return await self._database.write(work)

    async def backlog(self) -> Mapping[str, int]:
        def work(connection: sqlite3.Connection) -> dict[str, int]:
            return dict(connection.execute("SELECT state, count(*) FROM artworks GROUP BY state").fetchall())

        counted = await self._database.read(work)
        return {state.value: counted.get(state.value, 0) for state in State}
