"""What was acknowledged survives a kill at any moment, a full disk and a locked database; and everything recovers by itself."""

import hashlib
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

import pictures
import sentence_model
from limn.blobs.local import Local
from limn.maintenance.collector import collect
from limn.stores.sqlite import open_store
from patience import PATIENCE_SECONDS
from serving import Server
from uploads import upload_now, wait_until_analysed

UPLOAD_POINTS = [
    "blob.half_write",
    "blob.after_fsync",
    "blob.after_rename",
    "blob.after_dir_fsync",
    "intake.kept",
    "add.before_insert",
    "add.before_commit",
    "add.after_commit",
    "intake.added",
]
ANALYSIS_POINTS = [
    "analysis.claimed",
    "analysis.kept",
    "analysis.recorded",
    "analysis.read",
    "analysis.embedded",
    "analysis.described",
    "analysis.before_finish",
    "analysis.finished",
]
PICTURE = pictures.jpeg(500, 400, seed=30)


@pytest.mark.parametrize("point", UPLOAD_POINTS)
def test_a_kill_during_an_upload_loses_nothing_and_a_retry_makes_one_work(tmp_path: Path, point: str) -> None:
    server = Server(tmp_path / "data", LIMN_WORKERS="0")
    server.start(LIMN_TEST_FAILPOINT=point)
    with server.client() as client, pytest.raises(httpx2.HTTPError):
        upload_now(client, PICTURE, key="the-same")
    assert server.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    server.stop()
    with server, server.client() as client:
        assert all_whole(client) <= 1
        retried = upload_now(client, PICTURE, key="the-same")
        assert retried.status_code == 201
        assert all_whole(client) == 1
    # a day later, nothing is on the disk but what the one work needs
    anyio.run(collect_everything, server.data_dir)
    kept = {p.name for p in (server.data_dir / "blobs").rglob("*") if p.is_file()}
    assert kept == {hashlib.sha256(PICTURE).hexdigest()}


def test_a_kill_during_an_analysis_is_made_good_when_the_lease_runs_out(tmp_path: Path) -> None:
    with Server(tmp_path / "data", LIMN_WORKERS="0") as server:
        with server.client() as client:
            artwork_id = upload_now(client, PICTURE).json()["id"]
        server.stop()
    # side by side, because each waits for the lease of a dead worker
    with ExitStack() as stack:
        points = [point for point in ANALYSIS_POINTS if point != "analysis.read" or sentence_model.is_there()]
        for point in points:
            shutil.copytree(tmp_path / "data", tmp_path / point / "data")
        servers = {point: stack.enter_context(killed_while_analysing(tmp_path / point, point)) for point in points}
        for point, server in servers.items():
            with server.client() as client:
                done = wait_until_analysed(client, artwork_id)
                assert done["analysis"]["state"] == "done", point
                assert done["pages"][0]["renditions"], point
                assert all_whole(client) == 1


@contextmanager
def killed_while_analysing(folder: Path, point: str) -> Iterator[Server]:
    """A gallery whose server died at `point` of the first analysis it began, and runs again."""
    server = Server(folder / "data", LIMN_SENTENCES="auto" if point == "analysis.read" else "off")
    server.launch(LIMN_TEST_FAILPOINT=point)
    assert server.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL, server.log
    server.stop()
    with server:
        yield server


def test_a_picture_that_kills_its_decoder_fails_alone_and_is_not_tried_again(tmp_path: Path) -> None:
    poison = pictures.jpeg(200, 200, seed=31)
    point = f"decode.{hashlib.sha256(poison).hexdigest()[:12]}"
    with Server(tmp_path / "data", LIMN_WORKERS="0") as server:  # it gets in while decoding still works
        with server.client() as client:
            poisoned, fine = (upload_now(client, data).json()["id"] for data in (poison, PICTURE))
        server.stop()
        server.start(LIMN_TEST_FAILPOINT=point, LIMN_WORKERS="1")
        with server.client() as client:
            assert wait_until_analysed(client, fine)["analysis"]["state"] == "done"
            failed = wait_until_analysed(client, poisoned)["analysis"]
            assert (failed["state"], failed["attempts"], failed["error"]["code"]) == ("failed", 3, "image_decoder_died")
            time.sleep(2)
            assert client.get(f"/artworks/{poisoned}").json()["analysis"]["attempts"] == 3
        server.stop()
        server.start(LIMN_WORKERS="1")  # mended: asking again is enough
        with server.client() as client:
            assert client.post(f"/artworks/{poisoned}/analysis").status_code == 202
            assert wait_until_analysed(client, poisoned)["analysis"]["state"] == "done"


def test_a_full_disk_is_507_and_recovers_without_a_restart(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    script = f'mount -t tmpfs -o size=6m none {mount} && head -c 2500000 /dev/zero > {mount}/ballast && exec "$@"'
    prefix = ("unshare", "-Urm", "sh", "-c", script, "--")
    with Server(mount / "data", cwd=tmp_path, prefix=prefix) as server, server.client() as client:
        answers = [upload_now(client, pictures.noise_png(400, 400, seed=n), key=f"k{n}") for n in range(8)]
        accepted = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        refused = [n for n, answer in enumerate(answers) if answer.status_code == 507]
        assert accepted
        assert refused
        assert answers[refused[0]].headers["content-type"] == "application/problem+json"
        assert any("out_of_space" in line for line in server.log)
        assert all_whole(client) == len(accepted)
        assert httpx2.get(f"{server.url}/readyz").status_code == 503
        Path(f"/proc/{server.process.pid}/root{mount}/ballast").unlink()
        assert httpx2.get(f"{server.url}/readyz").status_code == 200
        again = upload_now(client, pictures.noise_png(400, 400, seed=refused[0]), key=f"k{refused[0]}")
        assert again.status_code == 201
        for artwork_id in [*accepted, again.json()["id"]]:
            assert client.get(f"/artworks/{artwork_id}").status_code == 200


@pytest.mark.parametrize(("seconds", "statuses"), [(2, {201}), (8, {201, 503})])
def test_a_locked_database_delays_or_refuses_and_then_recovers(
    tmp_path: Path, seconds: int, statuses: set[int]
) -> None:
    with Server(tmp_path / "data") as server, server.client() as client:
        with locked(server.data_dir / "limn.db", seconds):
            during = upload_now(client, PICTURE, key="locked")
            assert during.status_code in statuses
            assert during.status_code == 201 or int(during.headers["retry-after"]) > 0
            assert client.get("/artworks").status_code == 200
        after = upload_now(client, PICTURE, key="locked")
        assert after.status_code == 201
        assert wait_until_analysed(client, after.json()["id"])["analysis"]["state"] == "done"
        assert all_whole(client) == 1


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Another program holds the write lock for that long."""
    ready = threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        ready.set()
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert ready.wait(PATIENCE_SECONDS)
    yield
    thread.join()


def all_whole(client: httpx2.Client) -> int:
    """How many works there are; each original is what its hash says."""
    items: list[dict[str, Any]] = client.get("/artworks").json()["items"]
    for artwork in items:
        original = client.get(f"/artworks/{artwork['id']}/original")
        assert hashlib.sha256(original.content).hexdigest() == artwork["pages"][0]["sha256"]
    return len(items)


async def collect_everything(data_dir: Path) -> None:
    async with open_store(data_dir / "limn.db") as store:
        blobs = Local(data_dir / "blobs")
        await collect(store, blobs, grace_seconds=-1)
        await blobs.sweep(older_than_seconds=-1)
