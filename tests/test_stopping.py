"""SIGTERM while everything is in flight: what was answered is there afterwards, and nobody waits long."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

import pictures
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
            last = ""
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
        time.sleep(1.5)
        began = time.monotonic()
        assert server.stop(signal.SIGTERM) == -signal.SIGTERM
        took = time.monotonic() - began
    assert took < 8
    assert heard == ["bye"] * 6
    assert len(acknowledged) > 5
    # before it starts again: its workers then go on with what is due, by way of the same folder
    assert list((server.data_dir / "blobs" / "staging").iterdir()) == []
    with server, server.client() as client:
        missing = [one for one in acknowledged if client.get(f"/artworks/{one}/original").status_code != 200]
        assert missing == []


def test_a_second_sigterm_ends_it_at_once(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server, upload_that_drips(server):
        server.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert server.process.poll() is None, "it waits for the upload in flight"
        began = time.monotonic()
        assert server.stop(signal.SIGTERM) == -signal.SIGTERM
        assert time.monotonic() - began < 2


def test_an_upload_that_never_ends_holds_a_stop_for_ten_seconds_at_most(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        with upload_that_drips(server):
            began = time.monotonic()
            assert server.stop(signal.SIGTERM) == -signal.SIGTERM
            assert time.monotonic() - began < 10
        assert [path for path in (server.data_dir / "blobs").rglob("*") if path.is_file()] == []
        assert [line for line in server.log if "Traceback" in line] == []
        assert any('"path": "/api/v1/artworks", "status": 503' in line for line in server.log)


@contextmanager
def upload_that_drips(server: Server) -> Iterator[None]:
    """Fast enough not to be cut off as slow, and hours from its end."""
    address = urlsplit(server.url)
    done = threading.Event()
    with closing(socket.create_connection((address.hostname or "", address.port or 0))) as sock:
        sock.sendall(HEAD)

        def drip() -> None:
            while not done.wait(0.1):
                try:
                    sock.sendall(b"x" * 4000)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        time.sleep(0.3)
        try:
            yield
        finally:
            done.set()
            thread.join()


def test_a_worker_that_slept_past_its_lease_changes_nothing(tmp_path: Path) -> None:
    """SIGSTOP, as a laptop's lid does; somebody else takes over after fifteen seconds, and the sleeper's result is refused."""
    with ExitStack() as stack:
        server = stack.enter_context(Server(tmp_path / "data", LIMN_WORKERS="0"))
        client = stack.enter_context(server.client())
        url = f"/artworks/{upload_now(client, pictures.noise_png(2500, 2000)).json()['id']}"
        sleeper = stack.enter_context(worker(server))
        while client.get(url).json()["analysis"]["state"] == "pending":
            time.sleep(0.005)
        sleeper.process.send_signal(signal.SIGSTOP)
        assert client.get(url).json()["analysis"]["state"] == "running"
        stack.enter_context(worker(server))
        done = wait_until_analysed(client, url.removeprefix("/artworks/"))
        assert (done["analysis"]["state"], done["analysis"]["attempts"]) == ("done", 2)
        tag = client.get(url).headers["etag"]
        sleeper.process.send_signal(signal.SIGCONT)
        sleeper.until("lease")
        time.sleep(1)
        assert client.get(url).headers["etag"] == tag
        assert not any('"analysed"' in line for line in sleeper.log)


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

    def until(self, word: str) -> None:
        deadline = time.monotonic() + 10
        while not any(word in line for line in self.log):
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)


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
            process.wait(15)
