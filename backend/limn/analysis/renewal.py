"""Brings all works before the present eyes, a portion at a time, and searches into the space that these eyes have filled."""

import logging
import time

from limn.sight import Sight
from limn.stores.protocol import Store

PORTION = 500  # works made due in one transaction
_FIRST_REST_SECONDS, _LONGEST_REST_SECONDS = 60.0, 3600.0
_log = logging.getLogger(__name__)


class Renewal:
    """Of one process; several may run at once. Where they have different eyes, each would undo what the other did: who has renewed
    more works than there are rests, twice as long each time."""

    def __init__(self, store: Store, sight: Sight) -> None:
        self._store, self._sight = store, sight
        self._fingerprint = ""
        self._renewed = 0
        self._rested_until = 0.0

    async def step(self) -> int:
        """Make the next portion due, and switch searches where a space is whole. Answers how many works became due."""
        fingerprint = self._sight.eyes.fingerprint
        if fingerprint != self._fingerprint:
            self._fingerprint, self._renewed, self._rested_until = fingerprint, 0, 0.0
        count = 0
        if time.monotonic() >= self._rested_until:
            count = await self._store.analyses.renew(fingerprint, limit=PORTION)
        if count:
            self._renewed += count
            await self._rest_where_it_is_no_use()
        await self._switch()
        return count

    async def _rest_where_it_is_no_use(self) -> None:
        works = sum((await self._store.analyses.backlog()).values())
        rounds = (self._renewed - 1) // max(works, 1)
        if rounds > 0:
            rest = min(_FIRST_REST_SECONDS * 2 ** min(rounds - 1, 10), _LONGEST_REST_SECONDS)
            self._rested_until = time.monotonic() + rest
            _log.warning("works are looked at again and again: do all processes have the same models and settings?")

    async def _switch(self) -> None:
        """When every work was seen; at once where searches have no space that anybody can embed a query in."""
        eyes, sight, store = self._sight.eyes, self._sight, self._store
        target = eyes.embedder.space if eyes.embedder else None
        active = await store.eyes.active_space()
        if active == target:
            return
        usable = active is not None and sight.embedder(active) is not None
        if target is None:
            ready = not usable and await store.analyses.behind(eyes.fingerprint) == 0
        else:
            ready = not usable or await store.analyses.behind(eyes.fingerprint) == 0
            ready = ready and (await store.vectors.spaces()).get(target, 0) > 0
        if ready:
            await store.eyes.activate(target)
            _log.info("searches by meaning use %s now", target or "no model")
            await self._forget({eyes.measured.space, target, active, sight.sentence_space})

    async def _forget(self, used: set[str | None]) -> None:
        """The spaces before the last one: that one is kept, for whoever goes back."""
        for space in set(await self._store.vectors.spaces()) - used:
            count = await self._store.vectors.forget(space)
            _log.info("%s vectors in %s were dropped", count, space)
