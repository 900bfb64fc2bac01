"""Many at once: uploads beside searches, edits and deletions against the running analysis, the collector beside uploads, streams."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

import pictures
from limn.analysis.events import MAX_STREAMS, MAX_STREAMS_EACH, Hub, stream
from limn.errors import TooMany
from limn.maintenance.collector import collect
from limn.models import Viewer
from limn.resources import open_resources
from limn.settings import Settings
from patience import eventually, wait_until
from processes import open_files, resident_bytes
from serving import Server
from uploads import analysed, upload, upload_now
from works import a_work

URL = "/api/v1/artworks"


async def together(*calls: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async with anyio.create_task_group() as tasks:
        for call in calls:
            tasks.start_soon(call)


async def test_fifty_uploads_beside_lists_and_searches_are_all_there(client: httpx2.AsyncClient) -> None:
    made: set[str] = set()
    beside: Counter[int] = Counter()

    async def send(seed: int) -> None:
        while (answer := await upload(client, pictures.jpeg(50, 40, seed=seed), title=f"Crowd {seed}")).is_error:
            assert answer.status_code in {429, 503}
            await anyio.sleep(int(answer.headers["retry-after"]))
        made.add(answer.json()["id"])

    async def look(path: str) -> None:
        while len(made) < 50:
            beside[(await client.get(path)).status_code] += 1
            await anyio.sleep(0.005)

    await together(
        *(lambda seed=seed: send(seed) for seed in range(50)),
        *(lambda path=path: look(path) for path in (URL, "/api/v1/search?q=crowd", "/api/v1/tags?prefix=c")),
    )
    for artwork_id in made:
        assert (await analysed(client, artwork_id))["analysis"]["state"] == "done"
    listed = (await client.get(URL, params={"limit": 100})).json()["items"]
    assert {artwork["id"] for artwork in listed} == made
    assert set(beside) <= {200, 503}, "503 while the index is built"
    assert beside[200] > 10


async def test_edits_and_deletions_against_a_running_analysis_lose_nothing(
    client: httpx2.AsyncClient, settings: Settings
) -> None:
    """Forty works; each is edited or deleted at a moment of its own while one worker runs through them."""
    ids = [(await upload(client, pictures.jpeg(48, 36, seed=seed))).json()["id"] for seed in range(40)]
    statuses: Counter[int] = Counter()

    async def disturb(number: int, artwork_id: str) -> None:
        await anyio.sleep(number * 0.013)
        for step in range(3):
            if number % 4 == 3 and step == 1:
                answer = await client.delete(f"{URL}/{artwork_id}")
            else:
                changes = {"title": f"Edit {step}"} | ({"description": f"dark blue {step}"} if number % 2 else {})
                answer = await client.patch(f"{URL}/{artwork_id}", json=changes)
            statuses[answer.status_code] += 1
            await anyio.sleep(0.02)

    await together(*(lambda n=n, one=one: disturb(n, one) for n, one in enumerate(ids)))
    assert set(statuses) == {200, 204, 404}
    kept = [one for number, one in enumerate(ids) if number % 4 != 3]
    for number, artwork_id in enumerate(ids):
        if artwork_id in kept:
            artwork = await analysed(client, artwork_id)
            assert (artwork["title"], artwork["analysis"]["state"]) == ("Edit 2", "done")
            assert artwork["description"] == ("dark blue 2" if number % 2 else "")
            assert artwork["pages"][0]["renditions"]
            assert artwork["analysis"]["caption"]
            assert bool(artwork["analysis"]["match"]) is bool(number % 2)
    with sqlite3.connect(settings.data_dir / "limn.db") as database:
        for table in ("vectors", "blobs"):
            assert {row[0] for row in database.execute(f"SELECT artwork FROM {table}")} == set(kept), table


async def test_the_same_picture_sent_and_deleted_by_many_is_one_or_none(client: httpx2.AsyncClient) -> None:
    data = pictures.jpeg(40, 30, seed=77)
    statuses: Counter[int] = Counter()

    async def send_and_delete() -> None:
        for _ in range(6):
            answer = await upload(client, data)
            statuses[answer.status_code] += 1
            found = answer.json()
            artwork_id = found["id"] if answer.status_code == 201 else found.get("existing", {}).get("id")
            if artwork_id:
                statuses[(await client.delete(f"{URL}/{artwork_id}")).status_code] += 1

    await together(*[send_and_delete] * 8)
    assert set(statuses) <= {201, 204, 404, 409}
    assert statuses[201] == statuses[204]
    assert (await client.get(URL)).json()["items"] == []
    assert (await upload(client, data)).status_code == 201


async def test_the_collector_beside_uploads_takes_nothing_that_is_needed(
    client: httpx2.AsyncClient, settings: Settings
) -> None:
    """Three seconds of grace instead of a day: it takes what was deleted so long ago, while the same files come again."""
    stop = anyio.Event()
    taken = 0

    async def tidy() -> None:
        nonlocal taken
        async with open_resources(settings) as resources:
            while not stop.is_set():
                taken += (await collect(resources.store, resources.blobs, grace_seconds=3)).blobs

    async def come_and_go() -> None:
        data = [pictures.jpeg(40, 30, seed=seed) for seed in range(20)]
        for number in range(60):  # each comes back twice after it was deleted
            made = (await upload(client, data[number % 20])).json()["id"]
            original = await client.get(f"{URL}/{made}/original")
            assert original.content == data[number % 20]
            if number < 40:
                assert (await client.delete(f"{URL}/{made}")).status_code == 204
            await anyio.sleep(0.12)  # three seconds until it is its turn again
        stop.set()

    await together(tidy, come_and_go)
    assert taken > 0
    for artwork in (await client.get(URL)).json()["items"]:
        assert (await client.get(f"{URL}/{artwork['id']}/original")).status_code == 200


def test_no_more_streams_than_the_house_and_each_account_may_have() -> None:
    hub = Hub()
    with ExitStack() as stack:
        for number in range(MAX_STREAMS):
            stack.enter_context(hub.listen(["x"], Viewer(account_id=f"account {number // MAX_STREAMS_EACH}")))
        assert hub.streams == MAX_STREAMS
        with pytest.raises(TooMany), hub.listen(["x"], Viewer(account_id="another")):
            pass
    assert hub.streams == 0
    with hub.listen(["x"], Viewer(account_id="another")):
        assert hub.streams == 1


async def test_a_thousand_idle_streams_hear_what_is_theirs_and_then_bye(settings: Settings) -> None:
    hub = Hub()
    heard: Counter[str] = Counter()
    async with open_resources(settings) as resources:
        store = resources.store
        ids = [(await store.artworks.add(a_work())).artwork.id for _ in range(10)]

        async def listen(number: int) -> None:
            viewer = Viewer(account_id=f"account {number // MAX_STREAMS_EACH}")
            with hub.listen([ids[number % 10]], viewer) as listener:
                async for event in stream(hub, listener, store, viewer, None):
                    heard[event.event or ""] += 1

        async with anyio.create_task_group() as tasks:
            for number in range(MAX_STREAMS):
                tasks.start_soon(listen, number)
            await eventually(lambda: heard["artwork"] == MAX_STREAMS)
            hub.notify([ids[3]])
            await eventually(lambda: heard["artwork"] == MAX_STREAMS + MAX_STREAMS // 10)
            hub.stop()
    assert heard == {"artwork": MAX_STREAMS + MAX_STREAMS // 10, "bye": MAX_STREAMS}
    assert hub.streams == 0


def test_uploads_and_deletions_leave_no_memory_and_no_open_file(tmp_path: Path) -> None:
    with Server(tmp_path / "data", LIMN_WORKERS="0") as server, server.client() as client:
        come_and_go(client, range(100))  # what stays after the first hundred is caches
        before, files = resident_bytes(server.process.pid), open_files(server.process.pid)
        come_and_go(client, range(100, 400))
        wait_until(lambda: open_files(server.process.pid) <= files + 20)  # not one for each of three hundred
        assert resident_bytes(server.process.pid) - before < 20_000_000
        assert client.get("/artworks").json()["items"] == []
        assert list((server.data_dir / "blobs" / "staging").iterdir()) == []


def come_and_go(client: httpx2.Client, seeds: range) -> None:
    for seed in seeds:
        made = upload_now(client, pictures.jpeg(120, 90, seed=seed))
        assert made.status_code == 201
        assert client.delete(f"/artworks/{made.json()['id']}").status_code == 204
