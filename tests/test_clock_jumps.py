"""Real servers whose clock is an hour wrong, or jumps by an hour while they work: works are analysed, found and told of all the same."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx2
from pymongo import AsyncMongoClient

import pictures
from clocks import Clock
from limn.stores.mongo.clock import ASK_SECONDS, DatabaseClock
from limn.stores.mongo.opening import Document
from patience import wait_until
from serving import Server
from streams import follow
from uploads import upload_now, wait_until_analysed

HOUR = 3600.0
# runs the command behind it with a clock that is as many seconds wrong as a file says at the moment
_WRONG = """
import runpy, sys, time
from pathlib import Path
right, shift = time.time, Path(sys.argv[1])
time.time = lambda: right() + float(shift.read_text())
sys.argv[:] = ["limn", *sys.argv[sys.argv.index("limn") + 1:]]
runpy.run_module("limn", run_name="__main__")
"""


@contextmanager
def wrong_clock(folder: Path, seconds: float, **settings: str) -> Iterator[tuple[Server, Path]]:
    """A server, and the file that says by how much its clock is wrong."""
    shift = folder.with_suffix(".shift")
    shift.write_text(str(seconds))
    with Server(folder, port=0, cwd=None, prefix=(sys.executable, "-c", _WRONG, str(shift)), **settings) as server:
        yield server, shift


async def test_the_time_is_the_databases_whatever_the_machines_clock_says(mongodb_url: str) -> None:
    wall, elapsed = Clock(), Clock(1000.0)
    async with AsyncMongoClient[Document](mongodb_url) as client:
        now = DatabaseClock(client.get_default_database(), wall=wall, elapsed=elapsed)
        for hours in (0, 1, -1, -1, 2):
            wall.move(hours * HOUR)
            assert abs(await now() / 1000 - time.time()) < 5
        began = await now()
        for passed in range(1, 5):
            wall.move(1)
            elapsed.move(1)
            assert await now() == began + passed * 1000, "it counts on by itself"
        wall.move(ASK_SECONDS)
        elapsed.move(ASK_SECONDS)
        assert await now() < began + (4 + ASK_SECONDS) * 1000, "and asks again after a while"


def test_servers_whose_clocks_are_two_hours_apart_share_one_gallery(mongodb_url: str, tmp_path: Path) -> None:
    shared = {
        "LIMN_DATABASE_URL": mongodb_url,
        "LIMN_STORAGE_URL": f"file://{tmp_path}/pictures",
        "LIMN_SECRET_KEY": "the same for all of them",
        "LIMN_WORKERS": "1",
    }
    with (
        wrong_clock(tmp_path / "ahead", HOUR, **shared) as (ahead, _),
        wrong_clock(tmp_path / "behind", -HOUR, **shared) as (behind, _),
        ahead.client() as here,
        behind.client() as there,
    ):
        ids = {
            upload_now(client, pictures.noise_png(40, 30, seed=seed), title="A heron").json()["id"]
            for seed, client in enumerate([here, there, here, there])
        }
        works = [wait_until_analysed(here, one) for one in ids]
        for client in (here, there):
            wait_until(partial(_finds_all, client, "heron", ids))
        for watching, editing in ((here, there), (there, here)):
            watched = works[0]["id"]
            with follow(watching, watched) as events:
                assert next(events).data["id"] == watched
                editing.patch(f"/artworks/{watched}", json={"title": f"A swan {editing.base_url}"})
                next(event for event in events if event.data["title"] == f"A swan {editing.base_url}")
    assert [(work["analysis"]["error"], work["analysis"]["attempts"]) for work in works] == [(None, 1)] * 4
    for work in works:
        assert abs((datetime.fromisoformat(work["created"]) - datetime.now(UTC)).total_seconds()) < 600
    assert any("3600 s apart" in line for line in ahead.log)


def test_a_clock_that_jumps_while_a_server_runs_holds_nothing_up(tmp_path: Path) -> None:
    with wrong_clock(tmp_path / "data", 0.0, LIMN_WORKERS="0") as (server, shift):
        with server.client() as client:
            waiting = upload_now(client, pictures.noise_png(40, 30, seed=0)).json()["id"]
        server.stop()
        shift.write_text(str(-HOUR))  # it was due an hour from now, as this clock sees it
        server.start(LIMN_WORKERS="1")
        with server.client() as client:
            assert wait_until_analysed(client, waiting)["analysis"]["error"] is None
            for seed, seconds in enumerate((HOUR, 0.0), 1):
                shift.write_text(str(seconds))
                fresh = upload_now(client, pictures.noise_png(40, 30, seed=seed), title=f"Crane{seed}").json()["id"]
                assert wait_until_analysed(client, fresh)["analysis"]["error"] is None
                wait_until(partial(_finds_all, client, f"crane{seed}", {fresh}))


def _finds_all(client: httpx2.Client, words: str, ids: set[str]) -> bool:
    found = client.get("/search", params={"q": words}).json().get("items", [])
    return ids <= {item["artwork"]["id"] for item in found}
