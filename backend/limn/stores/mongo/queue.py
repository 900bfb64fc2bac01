"""The works as their own queue: claim, heartbeat, finish, retry, release, and looking again."""

from collections.abc import Callable, Mapping

import anyio

from limn.errors import LeaseLost
from limn.models import AnalysisError, Artwork, Claim, Findings, Match, State, Viewer, Wanted
from limn.stores import steps
from limn.stores.clock import from_seconds
from limn.stores.mongo import claiming, renewal
from limn.stores.mongo.clock import Clock
from limn.stores.mongo.faults import guarded, unhurried
from limn.stores.mongo.opening import Database
from limn.stores.mongo.pages import VISIBILITIES, counted
from limn.stores.mongo.rows import Works


class MongoAnalyses:
    """See the port `Analyses`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._works = Works(database, clock)
        self._clock = clock

    @guarded
    async def claim(self, worker: str, *, lease_seconds: float, second_looks: bool = True) -> Claim | None:
        kinds = claiming.DUE if second_looks else claiming.DUE[:1]
        # shielded: a claim that a cancelled worker never heard of would wait out its lease
        with anyio.CancelScope(shield=True):
            claimed = await claiming.claim(self._works, worker, from_seconds(lease_seconds), kinds)
        return claimed  # noqa: RET504  mypy takes the scope for one that may swallow what happens in it

    @guarded
    async def heartbeat(self, claim: Claim, *, lease_seconds: float) -> None:
        now = await self._clock()
        held = {"_id": claim.artwork.id, "fence": claim.fence, "state": State.RUNNING.value, "run_at": {"$gt": now}}
        beat = {"$set": {"run_at": now + from_seconds(lease_seconds)}}
        if (await self._database.artworks.update_one(held, beat)).matched_count == 0:
            raise LeaseLost

    @guarded
    async def record(self, claim: Claim, findings: Findings) -> Artwork:
        return await self._under(claim, lambda row, _: steps.record(row, findings))

    @guarded
    async def finish(self, claim: Claim, findings: Findings, *, look_again_seconds: float | None = None) -> Artwork:
        return await self._under(
            claim, lambda row, now: steps.finish(row, claim, findings, now, look_again_seconds=look_again_seconds)
        )

    @guarded
    async def retry(self, claim: Claim, error: AnalysisError, *, delay_seconds: float | None) -> Artwork:
        return await self._under(
            claim, lambda row, now: steps.retry(row, claim, error, now, delay_seconds=delay_seconds)
        )

    @guarded
    async def release(self, claim: Claim) -> None:
        await self._under(claim, lambda row, now: steps.release(row, claim, now))

    async def _under(self, claim: Claim, step: Callable[[steps.Row, int], steps.Change]) -> Artwork:
        """A step on the work as it is now, under a lease that still runs. Raises LeaseLost."""
        return await self._works.change(claim.artwork.id, lambda row, now: step(steps.held(row, claim, now), now))

    @guarded
    async def request(self, artwork_id: str, viewer: Viewer, wanted: Wanted) -> Artwork:
        return await self._works.change(
            artwork_id, lambda row, now: steps.request(steps.owned(row, viewer), wanted, now)
        )

    @unhurried
    async def renew(self, eyes: str, *, limit: int) -> int:
        return await renewal.renew(self._works, eyes, limit)

    @guarded
    async def behind(self, eyes: str) -> int:
        return await renewal.behind(self._database, eyes)

    @guarded
    async def rescore(self, artwork_id: str, match: Match, *, cosine: float) -> bool:
        rescored = False

        def step(row: steps.Row | None, _: int) -> steps.Change:
            nonlocal rescored
            new = None if row is None else steps.rescore(row.artwork, match, cosine)
            rescored = new is not None
            if row is None or new is None:
                raise _Unchanged
            return steps.Change(new)

        try:
            await self._works.change(artwork_id, step)
        except _Unchanged:
            return False
        return rescored

    @guarded
    async def backlog(self) -> Mapping[str, int]:
        found = await counted(self._database, {"visibility": {"$in": VISIBILITIES}}, "state")
        return {state.value: found.get(state.value, 0) for state in State}


class _Unchanged(Exception):
    """There is nothing to change."""
