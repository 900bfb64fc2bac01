"""Claim, analyse, finish or retry; beside it keep the eyes fresh, and once an hour tidy. A worker never dies of what it works on."""

import logging
import os
import random
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio

from limn.analysis.patience import Patience
from limn.analysis.pipeline import analyse
from limn.analysis.renewal import PORTION, Renewal
from limn.errors import BrokenImage, LeaseLost, LimnError, OutOfSpace, TooMany, Unavailable
from limn.maintenance.collector import collect
from limn.models import AnalysisError, Claim
from limn.resources import Resources

LEASE_SECONDS = 15.0
HEARTBEAT_SECONDS = 5.0
IDLE_SECONDS = 1.0
TIDY_SECONDS = 3600.0
REFRESH_SECONDS = 2.0
PORTION_SECONDS = 1.0  # between two portions of works that are to be looked at again
AWAY_SECONDS = 5.0
_NOT_ITS_FAULT = (
    TooMany,
    Unavailable,
    OutOfSpace,
)  # of no picture: uploads fill the decoders, the disk is full, the store away
_log = logging.getLogger("limn.worker")


class Worker:
    """One lane of analysis. Run them in as many processes as you like."""

    def __init__(
        self, resources: Resources, announce: Callable[[], None] = lambda: None, *, second_looks: bool = True
    ) -> None:
        self._resources = resources
        self._announce = announce
        self._second_looks = second_looks
        self._name = f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(3)}"
        self._bell = anyio.Event()
        self._patience = Patience()

    def wake(self) -> None:
        """Something may be due: look now instead of within a second."""
        self._bell.set()

    async def run(self) -> None:
        """Until cancelled; then what is being worked on is given back."""
        failures = 0
        while True:
            try:
                claim = await self._resources.store.analyses.claim(
                    self._name, lease_seconds=LEASE_SECONDS, second_looks=self._second_looks
                )
                failures = 0
            except Exception:  # the store is away; the server that runs us must outlive it
                failures += 1
                _log.exception("cannot claim; trying again")
                await anyio.sleep(min(30.0, 0.5 * 2**failures))
                continue
            if claim is None:
                await self._rest()
            else:
                await self._work(claim)

    async def _rest(self) -> None:
        with anyio.move_on_after(IDLE_SECONDS):
            await self._bell.wait()
        self._bell = anyio.Event()

    async def _work(self, claim: Claim) -> None:
        self._announce()  # it is running now
        pause = 0.0
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._keep_lease, claim, tasks.cancel_scope)
                pause = await self._attempt(claim)
                tasks.cancel_scope.cancel()
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True), anyio.move_on_after(5):
                await self._give_back(claim)
            raise
        self._announce()
        await anyio.sleep(pause)

    async def _keep_lease(self, claim: Claim, scope: anyio.CancelScope) -> None:
        """Say every few seconds that we are alive. When the lease is lost, stop working: somebody else is at it."""
        while True:
            await anyio.sleep(HEARTBEAT_SECONDS)
            try:
                await self._resources.store.analyses.heartbeat(claim, lease_seconds=LEASE_SECONDS)
            except LeaseLost:
                _log.info("lease lost", extra={"artwork": claim.artwork.id})
                scope.cancel()
            except Exception:  # the store is away: the lease may run out, the fence then guards what we write
                _log.exception("heartbeat failed", extra={"artwork": claim.artwork.id})

    async def _attempt(self, claim: Claim) -> float:
        """Try once; answers how many seconds the next claim had better wait."""
        try:
            await analyse(self._resources, claim, self._patience, self._announce)
        except LeaseLost:
            _log.info("refused: the lease was lost", extra={"artwork": claim.artwork.id})
        except _NOT_ITS_FAULT as error:
            # no attempt is counted: three would fail for good a picture that nothing is wrong with
            _log.warning("not now: %s", error.detail, extra={"artwork": claim.artwork.id, "code": error.code})
            await self._give_back(claim)
            return error.retry_after or AWAY_SECONDS
        except Exception as error:  # a picture may fail in any way a decoder can; the next one must not notice
            _log.warning(
                "analysis failed", exc_info=error, extra={"artwork": claim.artwork.id, "attempt": claim.attempt}
            )
            await self._fail(claim, error)
        else:
            _log.info("analysed", extra={"artwork": claim.artwork.id, "wanted": claim.wanted.value})
        return 0.0

    async def _fail(self, claim: Claim, error: Exception) -> None:
        code = error.code if isinstance(error, LimnError) else "internal_error"
        detail = (
            error.detail if isinstance(error, LimnError) else "The analysis stopped unexpectedly; the log says more."
        )
        hopeless = isinstance(error, BrokenImage) and code != "image_decoder_died"
        delay = None if hopeless else retry_delay(claim.attempt)
        retry_at = None if delay is None else datetime.now(UTC) + timedelta(seconds=delay)
        try:
            await self._resources.store.analyses.retry(
                claim, AnalysisError(code=code, detail=detail, retry_at=retry_at), delay_seconds=delay
            )
        except LeaseLost:
            _log.info("refused: the lease was lost", extra={"artwork": claim.artwork.id})
        except Exception:  # the lease runs out instead
            _log.exception("cannot write the failure", extra={"artwork": claim.artwork.id})

    async def _give_back(self, claim: Claim) -> None:
        try:
            await self._resources.store.analyses.release(claim)
        except Exception:  # finished already, or the store is away: the lease runs out instead
            _log.info("could not give back", extra={"artwork": claim.artwork.id})


class Keeper:
    """Sees every few seconds which models came or went; where works are analysed here, brings all of them before the present eyes."""

    def __init__(self, resources: Resources, wake_workers: Callable[[], None] = lambda: None) -> None:
        self._sight = resources.sight
        self._renewal = Renewal(resources.store, resources.sight) if resources.settings.workers else None
        self._wake_workers = wake_workers
        self._bell = anyio.Event()

    def wake(self) -> None:
        """A work was looked at: where searches wait for the first or the last of a space, see now whether it was that one."""
        if self._renewal and not self._sight.settled:
            self.hurry()

    def hurry(self) -> None:
        """Models came: see within a second."""
        self._bell.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            pause = await self._step()
            await anyio.sleep(min(pause, PORTION_SECONDS))  # however often it is woken
            with anyio.move_on_after(pause - PORTION_SECONDS):
                await self._bell.wait()
            self._bell = anyio.Event()

    async def _step(self) -> float:
        """Answers how many seconds the next one may wait."""
        try:
            await self._sight.refresh()
            renewed = await self._renewal.step() if self._renewal else 0
        except Unavailable as error:  # the store is away; whoever claims from it says so, too
            _log.info("the eyes are not looked after: %s", error.detail)
        except Exception:  # models that are open go on looking
            _log.exception("cannot look after the eyes; trying again")
        else:
            if renewed:
                self._wake_workers()
            return PORTION_SECONDS if renewed == PORTION else REFRESH_SECONDS
        return REFRESH_SECONDS


def lanes(resources: Resources, announce: Callable[[], None] = lambda: None) -> list[Worker]:
    """Those who analyse `workers` pictures at once: one more, so that the next picture is developed while the one before is described
    and written down. The sandbox holds the number of those that are developed. One lane takes no second looks: a model that thinks
    for a minute about an old work must not hold up an upload."""
    workers = resources.settings.workers
    return [Worker(resources, announce, second_looks=lane > 0) for lane in range(workers + 1 if workers else 0)]


def retry_delay(attempt: int) -> float:
    """Seconds until the next attempt: 1, 4, 16 … a quarter more or less, so that many do not come back at once."""
    return float(4 ** (attempt - 1)) * random.uniform(0.75, 1.25)  # noqa: S311  jitter, not a secret


async def tidy(resources: Resources) -> None:
    """Run the collector at the start and then each hour, until cancelled."""
    while True:
        try:
            await collect(resources.store, resources.blobs)
        except Exception:  # tidying can wait
            _log.exception("collecting failed; trying again in an hour")
        await anyio.sleep(TIDY_SECONDS)
