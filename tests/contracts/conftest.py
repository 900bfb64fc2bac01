"""What a contract test may ask for. It may not ask which adapter it was given."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from zlib import crc32

import pytest

from clocks import Clock
from limn.stores import mongo, sqlite
from limn.stores.protocol import Store

Opener = Callable[[Path, Callable[[], float]], AbstractAsyncContextManager[Store]]


@pytest.fixture(params=["sqlite", "mongo"])
def opener(request: pytest.FixtureRequest) -> Opener:
    """How each adapter of the port is opened; the folder is the test's own, and so is the database."""
    if request.param == "sqlite":
        return lambda folder, clock: sqlite.open_store(folder / "limn.db", clock=clock)
    url = request.getfixturevalue("mongodb_url")
    return lambda folder, clock: mongo.open_store(f"{url}_{crc32(bytes(folder)):x}", clock=clock)


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
