"""The composition root: opens exactly the adapters the settings name."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from limn.blobs.protocol import Blobs
from limn.imaging.sandbox import Limits, Sandbox
from limn.settings import Settings
from limn.sight import Sight, open_sight
from limn.stores.protocol import Store
from limn.vision.protocol import Vision

PROBES_WAITING = 64  # uploads that may wait for the decoder before the next is told to come back later


@dataclass(frozen=True)
class Resources:
    """Everything a server or a worker stands on, open."""

    settings: Settings
    store: Store
    blobs: Blobs
    sandbox: Sandbox
    vision: Vision  # the measured eyes
    sight: Sight


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open all, close all. Raises BadSettings or Unavailable in one line."""
    # imported here and nowhere else: an adapter that was not chosen costs nothing
    from limn.blobs.local import Local  # noqa: PLC0415
    from limn.stores.sqlite import open_store  # noqa: PLC0415

    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.read_secret_key()  # made now, so that the first backup has it; accounts will sign with it
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.database_path))
        limits = Limits(max_pixels=settings.max_pixels)
        concurrency = max(2, settings.workers + 1)  # one more than the workers, so that an upload never waits for them
        sandbox = await stack.enter_async_context(
            Sandbox(limits, concurrency=concurrency, waiting=PROBES_WAITING, developing=max(1, settings.workers))
        )
        sight = await stack.enter_async_context(open_sight(settings, store))
        yield Resources(settings, store, Local(settings.blobs_path), sandbox, sight.eyes.measured, sight)
