"""A hub on 127.0.0.1 that speaks the real one's addresses, and a second port that plays the storage it redirects to."""

import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from limn.vision.weights import MODELS

COMMIT = "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"
LARGE = ".onnx"  # stored apart and redirected to, as large files are


@dataclass(frozen=True)
class Seen:
    """A request, as the hub or its storage got it."""

    port: str
    path: str
    headers: dict[str, str]


@dataclass
class Hub:
    """`files` by repository and path. What it is to do wrong is set between two downloads, or during one."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commit: str = COMMIT
    refuse: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)  # part of a path: status, headers
    cut_after: dict[str, list[int]] = field(default_factory=dict)  # part of a path: bytes before each next cut
    hold_after: dict[str, int] = field(default_factory=dict)  # part of a path: bytes before it says no more until `go`
    lies: dict[str, bytes] = field(default_factory=dict)  # part of a path: other bytes than were announced
    says: bytes | None = None  # instead of what the API would say
    ranges: bool = True
    hashes: bool = True  # whether the API says sizes and hashes; a mirror may not
    token: str | None = None  # any other is refused, as the hub does
    seen: list[Seen] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    storage_url: str = ""

    def __enter__(self) -> Self:
        self._servers = [_Server(self, port) for port in ("hub", "storage")]
        self.url, self.storage_url = (f"http://127.0.0.1:{server.server_port}" for server in self._servers)
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.02,)) for server in self._servers]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go.set()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join(5)
            server.server_close()

    def give(self, name: str, **sizes: int) -> dict[str, bytes]:
        """Every file of a model that Limn knows, with bytes made up from its path: `onnx=300_000` makes the graphs so long."""
        model = MODELS[name]
        made = {}
        for file in model.files:
            length = sizes.get(file.path.rpartition(".")[2], 500)
            made[file.path] = hashlib.shake_256(f"{name}/{file.path}".encode()).digest(length)
        self.files[model.repo] = made
        return made

    def paths(self, port: str = "") -> list[str]:
        return [seen.path for seen in self.seen if port in {"", seen.port}]

    def of(self, part: str) -> list[Seen]:
        return [seen for seen in self.seen if part in seen.path]

    def siblings(self, repo: str) -> list[dict[str, Any]]:
        return [_sibling(path, content, hashes=self.hashes) for path, content in self.files[repo].items()]

    def told(self, wishes: dict[str, Any], path: str) -> Any:
        return next((said for part, said in wishes.items() if part in path), None)


def _sibling(path: str, content: bytes, *, hashes: bool) -> dict[str, Any]:
    if not hashes:
        return {"rfilename": path}
    if path.endswith(LARGE):
        lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
        return {"rfilename": path, "size": len(content), "blobId": "0" * 40, "lfs": lfs}
    return {"rfilename": path, "size": len(content), "blobId": _blob(content)}


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, hub: Hub, port: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub, self.port = hub, port


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[float] = 20

    @property
    def _wishes(self) -> Hub:
        return self.server.hub

    def do_GET(self) -> None:
        hub, port, path = self._wishes, self.server.port, self.path.partition("?")[0]
        hub.seen.append(Seen(port, self.path, {name.lower(): value for name, value in self.headers.items()}))
        if (refused := hub.told(hub.refuse, path)) is not None:
            self._answer(refused[0], refused[1], b"{}")
        elif port == "storage":
            repo, _, file = path.removeprefix("/stored/").partition("/-/")
            self._send(file, hub.files[repo][file])
        elif (
            hub.token is not None and self.headers.get("authorization", f"Bearer {hub.token}") != f"Bearer {hub.token}"
        ):
            self._answer(401, {}, b'{"error":"Invalid credentials"}')
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/main", path):
            self._say_commit(found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([0-9a-f]{40})/(.+)", path):
            self._resolve(*found.groups())
        elif found := re.fullmatch(r"/api/resolve-cache/models/([^/]+/[^/]+)/([0-9a-f]{40})/(.+)", path):
            content = hub.files[found[1]][found[3]]
            self._send(found[3], content, **{"X-Repo-Commit": found[2], "ETag": f'"{_blob(content)}"'})
        else:
            self._answer(404, {}, b"Not here")

    do_HEAD = do_GET  # noqa: N815  the name that the library calls

    def _say_commit(self, repo: str) -> None:
        if repo not in self._wishes.files:  # the real one does not tell what is private from what is not there
            self._answer(401, {"X-Error-Code": "RepoNotFound"}, b'{"error":"Repository not found"}')
            return
        said = {"id": repo, "sha": self._wishes.commit, "siblings": self._wishes.siblings(repo)}
        body = json.dumps(said).encode() if self._wishes.says is None else self._wishes.says
        self._answer(200, {"Content-Type": "application/json"}, body)

    def _resolve(self, repo: str, commit: str, path: str) -> None:
        content = self._wishes.files.get(repo, {}).get(path)
        told = {"X-Repo-Commit": commit}
        if content is None or commit != self._wishes.commit:
            self._answer(404, {"X-Error-Code": "EntryNotFound"}, b"Entry not found")
        elif path.endswith(LARGE):
            told |= {"X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Linked-Size": str(len(content))}
            self._answer(302, {"Location": f"{self._wishes.storage_url}/stored/{repo}/-/{path}", **told})
        else:
            # of the hub itself, since 2025
            self._answer(307, {"Location": f"/api/resolve-cache/models/{repo}/{commit}/{path}", **told})

    def _send(self, file: str, content: bytes, **told: str) -> None:
        lie = self._wishes.told(self._wishes.lies, file)
        content = content if lie is None else lie
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        start = int(asked[1]) if asked and self._wishes.ranges else None
        if start is not None and start >= len(content):
            self._answer(416, {"Content-Range": f"bytes */{len(content)}"})
            return
        rest = content[start or 0 :]
        part = {} if start is None else {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        self._head(200 if start is None else 206, {**told, **part, "Content-Length": str(len(rest))})
        if self.command == "HEAD":
            return
        with suppress(OSError):  # who asked may have gone
            self._pour(file, rest)

    def _pour(self, file: str, rest: bytes) -> None:
        if cuts := self._wishes.told(self._wishes.cut_after, file):
            self.wfile.write(rest[: cuts.pop(0)])
            self.close_connection = True
            return
        if (hold := self._wishes.told(self._wishes.hold_after, file)) is not None:
            self.wfile.write(rest[:hold])
            self._wishes.go.wait(20)
            rest = rest[hold:]
        self.wfile.write(rest)

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self._head(status, {**headers, "Content-Length": str(len(body))})
        self.wfile.write(body if self.command == "GET" else b"")

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silent: `seen` is the log."""


@contextmanager
def nobody() -> Iterator[str]:
    """An address where nothing listens while the block runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused, and nobody else gets the port
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
