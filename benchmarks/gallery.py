"""A real gallery to measure: `limn serve` in a process of its own, and uploads to it as a program makes them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

_START_SECONDS = 30.0
_SAID = "Limn is at "
_BOUNDARY = "limn-benchmark-b6f1d0"
_FIELDS = {"title": "A drawing", "category": "illustrations", "description": "blue shapes on a bright ground"}


class Gallery:
    """`pid` is the server's. One connection that stays open, as a browser's does; `again` opens another."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)

    def upload(self, data: bytes, filename: str, **changed: str) -> str:
        """Send one picture and wait until it is acknowledged; answers its path. `changed` are other values for its fields. Any answer
        but 201 ends the benchmark."""
        status, location, text = self.send(data, filename, **changed)
        if status != 201:
            sys.exit(f"the upload was answered {status}: {text}")
        return location

    def send(self, data: bytes, filename: str, **changed: str) -> tuple[int, str, str]:
        """The same, whatever is answered: status, the work's path, body."""
        fields = b"".join(_field(name, value) for name, value in (_FIELDS | changed).items())
        body = b"".join([fields, _file_head(filename), data, f"\r\n--{_BOUNDARY}--\r\n".encode()])
        return self._ask(
            "POST", "/api/v1/artworks", body, {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        )

    def get(self, path: str) -> str:
        """The body of what lies there."""
        return self._ask("GET", path)[2]

    def again(self) -> "Gallery":
        return Gallery(self.url, self.pid)

    def ask(self, method: str, path: str, body: bytes | None = None) -> int:
        """The status of the answer, which was read to its end; `body` is JSON."""
        return self._ask(method, path, body, {"Content-Type": "application/json"} if body else {})[0]

    def close(self) -> None:
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read().decode("utf-8", "replace")


@contextmanager
def serve(folder: Path, **settings: str) -> Iterator[Gallery]:
    """A gallery on a free port of this machine, its data and its log in `folder`, while the block runs."""
    command = [sys.executable, "-m", "limn", "serve", "--port", "0", "--data-dir", str(folder / "data")]
    with running(command, folder / "server.log", **settings) as gallery:
        yield gallery


@contextmanager
def running(command: list[str], log: Path, **settings: str) -> Iterator[Gallery]:
    """Whatever serves HTTP and says where as `limn serve` does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIMN_")}
    environment = {**kept, "PYTHONUNBUFFERED": "1", **settings}
    with (
        log.open("w") as out,
        subprocess.Popen(command, env=environment, cwd=log.parent, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            gallery = Gallery(_address(process, log), process.pid)
            yield gallery
            gallery.close()
        finally:
            process.terminate()
            process.wait(_START_SECONDS)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith(_SAID):
                return line.removeprefix(_SAID).strip()
        time.sleep(0.01)
    sys.exit(f"the server did not start: {log.read_text()[-2000:]}")


def _field(name: str, value: str) -> bytes:
    return f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _file_head(filename: str) -> bytes:
    disposition = f'Content-Disposition: form-data; name="file"; filename="{filename}"'
    return f"--{_BOUNDARY}\r\n{disposition}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
