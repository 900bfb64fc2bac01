"""The composition root: opens exactly the adapters the settings name."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pydantic import SecretStr

from limn import secret_key
from limn.blobs.protocol import Blobs
from limn.errors import BadSettings
from limn.imaging.sandbox import Limits, Sandbox
from limn.settings import STORAGES, STORES, Settings
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
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret_key.read(settings)  # made now, so that the first backup has it; accounts will sign with it
    async with AsyncExitStack() as stack:
        searches = settings.vector_search == "mongodb"
        store = await stack.enter_async_context(open_store_at(settings.store_url, vector_search=searches))
        blobs = await stack.enter_async_context(open_blobs_at(settings.blobs_url, settings))
        limits = Limits(max_pixels=settings.max_pixels)
        concurrency = max(2, settings.workers + 1)  # one more than the workers, so that an upload never waits for them
        sandbox = await stack.enter_async_context(
            Sandbox(limits, concurrency=concurrency, waiting=PROBES_WAITING, developing=max(1, settings.workers))
        )
        sight = await stack.enter_async_context(open_sight(settings, store))
        yield Resources(settings, store, blobs, sandbox, sight.eyes.measured, sight)


# Adapters are imported in the two functions below and nowhere else: one that was not chosen costs nothing.


@asynccontextmanager
async def open_store_at(url: str, *, vector_search: bool = False) -> AsyncIterator[Store]:
    """The store that a setting like LIMN_DATABASE_URL names; with `vector_search` it compares vectors, too. Raises BadSettings or
    Unavailable in one line."""
    if vector_search and not url.startswith("mongodb"):
        raise BadSettings("LIMN_VECTOR_SEARCH=mongodb needs LIMN_DATABASE_URL=mongodb://…, of Atlas or beside mongot")
    if url.startswith("sqlite:///"):
        from limn.stores import sqlite  # noqa: PLC0415

        opened = sqlite.open_store(Path(url.removeprefix("sqlite:///")))
    elif url.startswith(("mongodb://", "mongodb+srv://")):
        _require("pymongo", "mongo")
        from limn.stores import mongo  # noqa: PLC0415

        opened = mongo.open_store(url, vector_search=vector_search)
    else:
        raise BadSettings(f"{_scheme(url)} is no address of a store: {', '.join(STORES)}")
    async with opened as store:
        yield store


@asynccontextmanager
async def open_blobs_at(url: str, settings: Settings) -> AsyncIterator[Blobs]:
    """The blobs that a setting like LIMN_STORAGE_URL names. Raises BadSettings or Unavailable in one line."""
    if url.startswith("file:///"):
        from limn.blobs.local import Local  # noqa: PLC0415

        yield Local(Path(url.removeprefix("file://")))
    elif url.startswith("s3://"):
        _require("obstore", "s3")
        from limn.blobs.s3 import S3  # noqa: PLC0415

        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        blobs = S3(
            bucket,
            prefix,
            settings.data_dir / "staging",
            endpoint=settings.aws_endpoint_url or None,
            region=settings.aws_region,
            access_key=settings.aws_access_key_id or None,
            secret_key=_told(settings.aws_secret_access_key),
            session_token=_told(settings.aws_session_token),
        )
        await blobs.check_rights()
        yield blobs
    else:
        raise BadSettings(f"{_scheme(url)} is no address of blobs: {', '.join(STORAGES)}")


def _require(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise BadSettings(f"{module} is not installed; pip install 'limn[{extra}]', or uv sync --extra {extra}")


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _scheme(url: str) -> str:
    """As much of an address as holds no password."""
    scheme, found, _ = url.partition("://")
    return f"{scheme}://…" if found else url
