"""SIGTERM while everything is in flight: what was answered is there afterwards, and nobody waits long."""

import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

import pictures
from limn.server import GRACE_SECONDS
from patience import PATIENCE_SECONDS, wait_until
from serving import Server, environment
from streams import follow
from uploads import upload_now, wait_until_analysed

HEAD = (
    b"POST /api/v1/artworks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
)


def test_a_stop_under_load_loses_no_upload_that_was_answered(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    acknowledged: list[str] = []
    refused: list[str] = []
    listening: list[str] = []
    heard: list[str] = []
    seeds = iter(range(1, 10_000))

    def keep_uploading() -> None:
        with server.client() as client:
            while True:
                try:
                    answer = upload_now(client, pictures.jpeg(60, 40, seed=next(seeds)))
                except httpx2.HTTPError as error:
                    refused.append(type(error).__name__)
                    return
                if answer.status_code == 201:
                    acknowledged.append(answer.json()["id"])
                else:
                    refused.append(answer.json()["code"])

    def listen(artwork_id: str) -> None:
        with server.client() as client, follow(client, artwork_id) as events:
            last = next(events).kind
            listening.append(last)
            for event in events:
                last = event.kind
            heard.append(last)

    server.start()
    with server.client() as client:
        first = upload_now(client, pictures.jpeg(60, 40)).json()["id"]
    with ThreadPoolExecutor(12) as threads:
        for _ in range(6):
            threads.submit(listen, first)
        for _ in range(6):
            threads.submit(keep_uploading)
        wait_until(lambda: len(listening) == 6 and len(acknowledged) > 20, told=lambda: refused)
        began = time.monotonic()
        assert server.stop(signal.SIGTERM) == -signal.SIGTERM
        took = time.monotonic() - began
    assert took < GRACE_SECONDS, "nobody had to be cut off"
    assert heard == ["bye"] * 6
    # before it starts again: its workers then go on with what is due, by way of the same folder
    assert list((server.data_dir / "blobs" / "staging").iterdir()) == []
    with server, server.client() as client:
        missing = [one for one in acknowledged if client.get(f"/artworks/{one}/original").status_code != 200]
        assert missing == []


def test_a_second_sigterm_ends_it_at_once(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server, upload_that_drips(server):
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: takes_nobody(server))
        time.sleep(0.5)
        assert server.process.poll() is None, "it waits for the upload in flight"
        began = time.monotonic()
        assert server.stop(signal.SIGTERM) == -signal.SIGTERM
        assert time.monotonic() - began < GRACE_SECONDS / 2


def test_an_upload_that_never_ends_holds_a_stop_for_ten_seconds_at_most(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        with upload_that_drips(server):
            began = time.monotonic()
            assert server.stop(signal.SIGTERM) == -signal.SIGTERM
            assert time.monotonic() - began < 10 + 10, "ten, and what a loaded machine adds"
        assert files_of(server) == []
        assert [line for line in server.log if "Traceback" in line] == []
        assert any('"path": "/api/v1/artworks"' in line and '"status": 503' in line for line in server.log)


@contextmanager
def upload_that_drips(server: Server) -> Iterator[None]:
    """Fast enough not to be cut off as slow, and hours from its end."""
    address = urlsplit(server.url)
    done = threading.Event()
    with closing(socket.create_connection((address.hostname or "", address.port or 0))) as sock:
        sock.sendall(HEAD + b"x" * 500_000)  # more than is gathered before it is written down

        def drip() -> None:
            while not done.wait(0.1):
                try:
                    sock.sendall(b"x" * 4000)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            wait_until(lambda: files_of(server) != [])
            yield
        finally:
            done.set()
            thread.join()


def files_of(server: Server) -> list[Path]:
    """Originals, and what comes in at the moment."""
    return [path for path in (server.data_dir / "blobs").rglob("*") if path.is_file()]


def takes_nobody(server: Server) -> bool:
    address = urlsplit(server.url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE_SECONDS).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_worker_that_slept_past_its_lease_changes_nothing(tmp_path: Path) -> None:
    """SIGSTOP, as a laptop's lid does; somebody else takes over after fifteen seconds, and the sleeper's result is refused."""
    with ExitStack() as stack:
        server = stack.enter_context(Server(tmp_path / "data", LIMN_WORKERS="0"))
        client = stack.enter_context(server.client())
        sleeper = stack.enter_context(worker(server))
        url = sent_to_sleep(sleeper, server, client)
        sleeper.log.clear()
        stack.enter_context(worker(server))
        done = wait_until_analysed(client, url.removeprefix("/artworks/"))
        assert (done["analysis"]["state"], done["analysis"]["attempts"]) == ("done", 2)
        tag = client.get(url).headers["etag"]
        sleeper.process.send_signal(signal.SIGCONT)
        wait_until(lambda: any("lease" in line for line in sleeper.log), told=lambda: sleeper.log)
        time.sleep(1)
        assert client.get(url).headers["etag"] == tag
        assert not any('"analysed"' in line for line in sleeper.log)


def sent_to_sleep(sleeper: "Sleeper", server: Server, client: httpx2.Client) -> str:
    """The address of a work that the sleeper was in the middle of when it fell asleep."""
    for seed in range(20):
        url = f"/artworks/{upload_now(client, pictures.noise_png(2500, 2000, seed=seed)).json()['id']}"

        def state(url: str = url) -> str:
            return str(client.get(url).json()["analysis"]["state"])

        wait_until(lambda state=state: state() != "pending")  # type: ignore[misc]
        sleeper.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: process_state(sleeper.process.pid) == "T")
        if state() == "running" and writable(server.data_dir / "limn.db"):
            return url
        sleeper.process.send_signal(signal.SIGCONT)  # too late, or while it held everybody up: once more
        wait_until(lambda state=state: state() == "done")  # type: ignore[misc]
    raise AssertionError("it was never in the middle of a work")


def process_state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]


def writable(path: Path) -> bool:
    with (
        closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database,
        suppress(sqlite3.OperationalError),
    ):
        database.execute("BEGIN IMMEDIATE")
        return True
    return False


class Sleeper:
    """A worker process and what it has said."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.log.extend(iter(self.process.stdout.readline, ""))


@contextmanager
def worker(server: Server) -> Iterator[Sleeper]:
    command = [sys.executable, "-m", "limn", "worker", "--data-dir", str(server.data_dir)]
    with subprocess.Popen(
        command, env=environment({}), cwd=server.data_dir.parent, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Sleeper(process)
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(PATIENCE_SECONDS)
