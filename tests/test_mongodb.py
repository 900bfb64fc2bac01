"""What is special to MongoDB: lost answers, a database that is away or slow, schemas, indexes, and what a document looks like."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest
from pymongo import AsyncMongoClient, MongoClient

import mongodb_server
import pictures
from cutting import Wire, wire
from limn.errors import BadSettings
from limn.models import ArtworkChanges, Findings
from limn.stores import mongo
from limn.stores.mongo.opening import INDEXES, missing_indexes
from limn.stores.protocol import Store
from patience import wait_until
from serving import Server, environment
from uploads import upload_now
from works import OWNER, a_work


@pytest.fixture(name="cable")
def between(mongodb_url: str) -> Iterator[Wire]:
    address = urlsplit(mongodb_url)
    with wire(address.hostname or "", address.port or 27017) as found:
        yield found


@pytest.fixture(name="store")
async def through_the_cable(mongodb_url: str, cable: Wire) -> AsyncIterator[Store]:
    name = urlsplit(mongodb_url).path
    # as on a standalone server, where the driver itself does nothing twice
    async with mongo.open_store(f"mongodb://127.0.0.1:{cable.port}{name}?retryWrites=false") as opened:
        yield opened


async def test_an_upload_whose_answer_is_lost_is_made_once(store: Store, cable: Wire) -> None:
    for key in (None, "a key"):
        work = a_work()
        cable.cut(b"insert")
        added = await store.artworks.add(work, key=key)
        assert added.fresh
        assert added.artwork.id == work.id
    assert cable.cuts == 2
    assert (await store.records.counts())["artworks"] == 2


async def test_a_change_whose_answer_is_lost_is_made_once(store: Store, cable: Wire) -> None:
    work = (await store.artworks.add(a_work())).artwork
    cable.cut(b"update")
    edited = await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="Once"))
    assert cable.cuts == 1
    assert edited.revision == work.revision + 1
    assert await store.artworks.get(work.id, OWNER) == edited


async def test_a_claim_whose_answer_is_lost_is_held_by_who_made_it(store: Store, cable: Wire) -> None:
    work = (await store.artworks.add(a_work())).artwork
    cable.cut(b"update")
    claim = await store.analyses.claim("worker", lease_seconds=60)
    assert cable.cuts == 1
    assert claim is not None
    assert claim.artwork.id == work.id
    cable.cut(b"update")
    done = await store.analyses.finish(claim, Findings(space="s"))
    assert cable.cuts == 2
    assert done == await store.artworks.get(work.id, OWNER)


async def test_a_deletion_that_was_killed_half_way_leaves_nothing_for_long(mongodb_url: str) -> None:
    script = """if True:
        import anyio, sys
        import numpy as np
        from limn.stores import mongo
        from works import OWNER, a_work
        async def main():
            async with mongo.open_store(sys.argv[1]) as store:
                for turn in range(2):
                    work = (await store.artworks.add(a_work())).artwork
                    await store.vectors.put(work.id, 0, "s", np.ones(4, np.float32) / 2)
                await store.artworks.delete(work.id, OWNER)
        anyio.run(main)
    """
    armed = {"LIMN_TEST_FAILPOINT": "delete.before_vectors", "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", script, mongodb_url]
    done = await anyio.run_process(command, check=False, env=environment(armed))
    assert done.returncode == -signal.SIGKILL, done.stderr
    async with mongo.open_store(mongodb_url) as store:
        assert (await store.records.counts())["artworks"] == 1, "it is deleted"
        assert await store.vectors.spaces() == {"s": 2}, "and its vector is there"
        assert await store.artworks.forget_tombstones(older_than_seconds=3600) == 0
        assert await store.vectors.spaces() == {"s": 1}


async def test_a_document_reads_as_what_it_is(mongodb_url: str) -> None:
    """An operator who looks with MongoDB's own tools finds words and numbers, not a blob."""
    async with mongo.open_store(mongodb_url) as store:
        work = (await store.artworks.add(a_work(title="Fox", tags=["winter"]))).artwork
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        document = client.get_default_database()["artworks"].find_one({"document.title": "Fox", "tags": "winter"})
    assert document is not None
    assert document["_id"] == work.id
    assert document["document"]["analysis"]["state"] == document["state"] == "pending"
    assert document["document"]["created"].startswith("20")


async def test_every_index_is_made_and_a_missing_one_is_named(mongodb_url: str) -> None:
    async with mongo.open_store(mongodb_url) as store, AsyncMongoClient[dict[str, Any]](mongodb_url) as client:
        assert await store.health.inspect() == []
        await client.get_default_database()["artworks"].drop_index("updated")
        (told,) = await store.health.inspect()
        assert "artworks.updated is missing" in told
    async with mongo.open_store(mongodb_url):  # made again by the next who opens it
        pass
    async with AsyncMongoClient[dict[str, Any]](mongodb_url) as client:
        assert await missing_indexes(client.get_default_database()) == []
    assert sum(map(len, INDEXES.values())) >= 15


async def test_a_newer_limns_database_is_not_touched(mongodb_url: str) -> None:
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        client.get_default_database()["meta"].insert_one({"_id": "schema", "version": 999})
    with pytest.raises(BadSettings, match="newer Limn"):
        async with mongo.open_store(mongodb_url):
            pass
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        assert client.get_default_database().list_collection_names() == ["meta"]


@pytest.mark.parametrize("address", ["mongodb://", "mongodb://u:p@ss@127.0.0.1/x", "mongodb://h:99999"])
async def test_an_address_that_cannot_be_meant_is_refused(address: str) -> None:
    with pytest.raises(BadSettings, match=r"^LIMN_DATABASE_URL: ") as refused:
        async with mongo.open_store(address):
            pass
    assert "p@ss" not in refused.value.detail


def test_a_database_that_is_away_at_the_start_is_told_in_one_line(tmp_path: Path) -> None:
    away = {"LIMN_DATABASE_URL": "mongodb://somebody:hidden@127.0.0.1:9/limn"}
    command = ["limn", "serve", "--port", "0", "--data-dir", str(tmp_path / "data")]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", *command], check=False, env=environment(away), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert time.monotonic() - began < 15
    last = done.stderr.strip().splitlines()[-1]
    assert last == "limn: The database is away."
    assert "hidden" not in done.stdout + done.stderr


def test_a_database_that_stands_still_is_answered_for_and_comes_back(tmp_path: Path) -> None:
    """Stopped as by a debugger: it takes connections and says nothing."""
    folder = tmp_path / "mongodb"
    folder.mkdir()
    with mongodb_server.serve(folder) as found:
        if found is None or found.pid is None:
            pytest.skip("there is no MongoDB here that may be stopped")
        with Server(tmp_path / "data", LIMN_DATABASE_URL=f"{found.address}/limn") as server, server.client() as client:
            kept = upload_now(client, pictures.flat("#104080", 60, 40)).json()
            os.kill(found.pid, signal.SIGSTOP)
            try:
                _is_away(lambda: client.get("/artworks"))
                _is_away(lambda: upload_now(client, pictures.flat("#a04080", 60, 40)))
            finally:
                os.kill(found.pid, signal.SIGCONT)
            wait_until(lambda: client.get("/artworks").status_code == 200)
            assert [item["id"] for item in client.get("/artworks").json()["items"]][-1] == kept["id"]


def _is_away(ask: Callable[[], httpx2.Response]) -> None:
    began = time.monotonic()
    refused = ask()
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert time.monotonic() - began < 12  # 5 for the answer; the rest is for a machine with other work
