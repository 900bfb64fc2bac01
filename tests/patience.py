"""Waiting for what must come: asked again and again, up to a deadline that only what is broken reaches."""

import time
from collections.abc import Awaitable, Callable

import anyio

# everything takes ten times as long on a loaded machine; below the 240 s after which pytest says where a test hangs
PATIENCE_SECONDS = 60.0


async def eventually(holds: Callable[[], bool | Awaitable[bool]], *, within: float = PATIENCE_SECONDS) -> float:
    """Wait until it holds; answers the seconds that took."""
    began = time.monotonic()
    while True:
        found = holds()
        if found if isinstance(found, bool) else await found:
            return time.monotonic() - began
        assert time.monotonic() - began < within, "it never came true"
        await anyio.sleep(0.005)


def wait_until(
    holds: Callable[[], bool], *, within: float = PATIENCE_SECONDS, told: Callable[[], object] = str
) -> float:
    """The same where no loop runs; `told` says what was there instead."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within, f"it never came true: {told()}"
        time.sleep(0.01)
    return time.monotonic() - began
