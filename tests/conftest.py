"""Fixtures: a gallery in this process with a client, and a real server process."""

import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pymongo import MongoClient

import mongodb_server
from limn.app import create_app
from limn.settings import Settings, load
from serving import Server

# a shell that runs the tests in the background has told its children to ignore it, and theirs would inherit that
signal.signal(signal.SIGINT, signal.default_int_handler)

# the files that take more than twelve seconds, longest first: begun first, so that at the end no worker waits for another
LONGEST = (
    "test_crash",
    "test_stopping",
    "test_crowds",
    "test_events",
    "test_eyes_page",
    "test_layout",
    "test_many_processes",
    "test_browsing",
    "test_fuzz",
    "test_hostile_words",
    "test_artwork_page",
    "test_decoding",
    "test_demo",
    "test_long_wall",
    "test_lightbox",
    "test_proxy",
    "test_restart",
    "test_coaching",
    "test_backup",
    "test_eyes_local",
    "test_real_pictures",
    "test_uploading",
    "test_transport",
    "test_mongodb",
    "test_moving_between",
    "test_container",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a MongoDB without a database, one for all tests of this worker."""
    with mongodb_server.serve(tmp_path_factory.mktemp("mongodb")) as found:
        if found is None and os.environ.get("CI") == "true":
            pytest.fail(mongodb_server.MISSING)
        if found is None:
            pytest.skip(mongodb_server.MISSING)
        yield found.address


@pytest.fixture
def mongodb_url(mongodb: str) -> Iterator[str]:
    """The address of a database of the test's own, which goes with it, and with it all whose names begin so."""
    name = f"limn_test_{secrets.token_hex(8)}"
    yield f"{mongodb}/{name}"
    with MongoClient[dict[str, Any]](mongodb) as client:
        for made in client.list_database_names():
            if made.startswith(name):
                client.drop_database(made)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # the sentence model costs each gallery 0.2 s and 100 MB: tests that are about it open one of their own
    return load({"LIMN_DATA_DIR": str(tmp_path / "data"), "LIMN_SENTENCES": "off"}, env_file=None)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """HTTP to the whole application in this process, its workers running. Infinite streams need `server`."""
    async with gallery(settings) as found:
        yield found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A real server process on an empty folder."""
    with Server(tmp_path / "data") as running:
        yield running


@asynccontextmanager
async def gallery(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            # a server hands each request the lifespan's state; the transport below does not know of it
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx2.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=30) as found:
            yield found
