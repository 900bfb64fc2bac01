"""What a contract test may ask for. It may not ask which adapter it was given."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import pytest

from clocks import Clock
from limn.stores import sqlite
from limn.stores.protocol import Store

Opener = Callable[[Path, Callable[[], float]], AbstractAsyncContextManager[Store]]

# every adapter of the port, one line each; the folder is the test's own
STORES: dict[str, Opener] = {
    "sqlite": lambda folder, clock: sqlite.open_store(folder / "limn.db", clock=clock),
}


@pytest.fixture(params=STORES)
def opener(request: pytest.FixtureRequest) -> Opener:
    return STORES[request.param]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(opener: Opener, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with opener(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
async def second_store(store: Store, opener: Opener, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    """Another process's view of the database of `store`, as far as one process can have it."""
    async with opener(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def reopened(opener: Opener, tmp_path: Path, clock: Clock) -> Callable[[], AbstractAsyncContextManager[Store]]:
    """Opens the test's database; for tests that close it and look again."""
    return lambda: opener(tmp_path, clock)


@pytest.fixture
async def crowd(opener: Opener, tmp_path: Path, clock: Clock) -> AsyncIterator[list[Store]]:
    """Four stores over one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(opener(tmp_path, clock)) for _ in range(4)]
