"""What is no HTTP, heads without end and bodies nobody asked for, against a real server."""

import http.client
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

import pictures
from limn.server import HEADER_SECONDS
from limn.wire import Wire
from patience import PATIENCE_SECONDS, wait_until
from processes import open_files, resident_bytes
from serving import Server
from uploads import upload_now

HOST = b"Host: 127.0.0.1\r\n"
FEW = 12  # files that a server opens when it first needs them: a thread's database, the next decoder's socket


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("wire") / "data", LIMN_WORKERS="0") as server:
        yield server


@pytest.mark.parametrize(
    "sent",
    {
        "noise": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        "a new method": b"BREW /pot HTTP/1.1\r\n" + HOST + b"\r\n",
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "NUL in the path": b"GET /a\0b HTTP/1.1\r\n" + HOST + b"\r\n",
        "NUL in a header": b"GET / HTTP/1.1\r\nX-A: a\0b\r\n" + HOST + b"\r\n",
        "no colon": b"GET / HTTP/1.1\r\nX-A\r\n" + HOST + b"\r\n",
        "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n" + HOST + b"\r\nabcde",
        "length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n",
        "a negative length": b"POST / HTTP/1.1\r\nContent-Length: -4\r\n" + HOST + b"\r\n",
        "a length like no other": b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n" + HOST + b"\r\n",
        "a chunk of no size": b"POST /api/v1/artworks/x/analysis HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
        + HOST
        + b"\r\nxyz\r\n",
        "two hosts": b"GET / HTTP/1.1\r\nHost: evil.example\r\n" + HOST + b"\r\n",
        "no host": b"GET / HTTP/1.1\r\n\r\n",
    }.items(),
    ids=lambda pair: pair[0],
)
def test_what_is_no_request_is_refused_by_a_problem(shared: Server, sent: tuple[str, bytes]) -> None:
    head, body = _exchange(shared, sent[1])
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert json.loads(body)["code"] in {"invalid_request", "unknown_host"}
    assert httpx2.get(f"{shared.url}/healthz").status_code == 200


@pytest.mark.parametrize(
    ("what", "status"), [("one header", b"431"), ("many headers", b"431"), ("the address", b"414")]
)
def test_a_head_without_end_is_refused_before_it_fills_the_memory(shared: Server, what: str, status: bytes) -> None:
    before = resident_bytes(shared.process.pid)
    sent = {
        "one header": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 40_000_000,
        "many headers": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\r\n" * 5_000_000,
        "the address": b"GET /" + b"a" * 40_000_000,
    }[what]
    began = time.monotonic()
    head, body = _exchange(shared, sent)
    assert head.split()[1] == status
    assert json.loads(body)["status"] == int(status)
    assert time.monotonic() - began < 3 * HEADER_SECONDS
    assert resident_bytes(shared.process.pid) - before < 30_000_000


@pytest.mark.parametrize(("characters", "status"), [(60_000, b"422"), (1_000_000, b"414")])
def test_a_search_as_long_as_a_book_is_refused_in_words(shared: Server, characters: int, status: bytes) -> None:
    head, body = _exchange(
        shared, b"GET /api/v1/search?q=" + b"a" * characters + b" HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    )
    assert head.split()[1] == status
    assert json.loads(body)["status"] == int(status)


@pytest.mark.parametrize(
    ("method", "path", "headers", "statuses"),
    [
        ("PATCH", "/api/v1/artworks/x", {"Content-Type": "application/json"}, {413}),
        (
            "POST",
            "/api/v1/artworks/x/analysis",
            {},
            {413, 404},
        ),  # by its length, or by an address before a byte is read
        ("POST", "/api/v1/artworks", {"Sec-Fetch-Site": "cross-site"}, {403}),
        ("PUT", "/healthz", {}, {413, 405}),
    ],
)
@pytest.mark.parametrize("chunked", [True, False])
def test_a_plain_client_that_sends_everything_first_still_hears_the_refusal(
    shared: Server, method: str, path: str, headers: dict[str, str], statuses: set[int], *, chunked: bool
) -> None:
    address = urlsplit(shared.url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_SECONDS)) as plain:
        pieces = (b" " * 100_000 for _ in range(300))
        own = {} if chunked else {"Content-Length": str(300 * 100_000)}
        plain.request(method, path, pieces, {**headers, **own}, encode_chunked=chunked)
        answer = plain.getresponse()
        assert answer.status in statuses
        assert json.loads(answer.read())["status"] == answer.status


def test_head_of_a_stream_ends_at_once_and_frees_its_place(shared: Server) -> None:
    for _ in range(20):  # more than may be open at once
        answer = httpx2.head(f"{shared.url}/api/v1/events?artwork=x", timeout=PATIENCE_SECONDS)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_requests_sent_ahead_are_answered_in_order(shared: Server) -> None:
    paths = [b"/healthz", b"/nothing", b"/version"] * 20
    sent = b"".join(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n" for path in paths[:-1])
    sent += b"GET " + paths[-1] + b" HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    with _connection(shared) as sock:
        sock.sendall(sent)
        said = b"".join(iter(lambda: sock.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"200", b"404", b"200"] * 20


def test_a_body_sent_ahead_may_take_its_time(shared: Server) -> None:
    """Its head came while the request before was answered: the clock for slow heads is not its own."""
    with _connection(shared) as sock:
        sock.sendall(
            b"GET /healthz HTTP/1.1\r\n"
            + HOST
            + b"\r\nPATCH /api/v1/artworks/x HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 42000\r\n"
            + HOST
            + b"\r\n"
        )
        for _ in range(14):
            time.sleep((HEADER_SECONDS + 1) / 14)
            sock.sendall(b" " * 3000)
        said = b""
        while b"invalid_json" not in said:
            chunk = sock.recv(65536)
            assert chunk, said
            said += chunk


def test_clients_that_go_away_leave_no_file_no_blob_and_no_error(shared: Server) -> None:
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + b"x" * 300_000
    head = (
        b"POST /api/v1/artworks HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n"
    )
    files = open_files(shared.process.pid)
    said = len(shared.log)
    for _ in range(30):
        with _connection(shared) as sock:
            sock.sendall(head + HOST + b"\r\n" + form)
    wait_until(lambda: sum('"status": 0' in line for line in shared.log[said:]) == 30, told=lambda: shared.log[said:])
    wait_until(lambda: open_files(shared.process.pid) <= files + FEW)  # of thirty
    assert [path for path in (shared.data_dir / "blobs").rglob("*") if path.is_file()] == []
    assert [line for line in shared.log[said:] if json.loads(line)["level"] != "info"] == []


def test_a_server_takes_as_many_files_as_it_may(tmp_path: Path) -> None:
    with Server(tmp_path / "data", prefix=("sh", "-c", 'ulimit -Sn 256; exec "$@"', "--")) as server:
        soft, hard = file_limits(server.process.pid)
    assert soft == min(hard, 10_240)


def test_without_a_free_descriptor_it_refuses_says_so_once_and_recovers(tmp_path: Path) -> None:
    prefix = ("sh", "-c", 'ulimit -n 64; exec "$@"', "--")
    with Server(tmp_path / "data", prefix=prefix, LIMN_WORKERS="0") as server, server.client() as client:
        assert upload_now(client, pictures.jpeg(seed=1)).status_code == 201
        files = open_files(server.process.pid)
        with ExitStack() as stack:
            for _ in range(80):
                stack.enter_context(_connection(server))
            wait_until(lambda: any("socket.accept()" in line for line in server.log))
            refused = upload_now(client, pictures.jpeg(seed=2))
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert int(refused.headers["retry-after"]) > 0
            time.sleep(1.5)  # asyncio tries again after a second
        assert sum("socket.accept()" in line for line in server.log) == 1
        wait_until(lambda: open_files(server.process.pid) <= files + FEW)  # of fifty
        assert upload_now(client, pictures.jpeg(seed=2)).status_code == 201


async def test_a_reader_that_stops_reading_is_let_go() -> None:
    """The outermost layer over an answer without end, and a connection whose buffer is full."""
    sent: list[Message] = []
    counted: list[int] = []
    asked: list[bool] = []

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 1000

        await StreamingResponse(chunks())(scope, receive, send)

    async def send(message: Message) -> None:
        if len(sent) > 3:
            await anyio.sleep_forever()
        sent.append(message)

    async def receive() -> Message:
        if asked:
            await anyio.sleep_forever()
        asked.append(True)
        return {"type": "http.request", "body": b"", "more_body": False}

    def count(_scope: Scope, status: int, _seconds: float) -> None:
        counted.append(status)

    wire = Wire(endless, upload_paths=frozenset(), count=count, stalled_seconds=0.2)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.3"}}
    with anyio.fail_after(PATIENCE_SECONDS):
        await wire(scope, receive, send)
    assert counted == [200]


def file_limits(pid: int) -> tuple[int, int]:
    limits = Path(f"/proc/{pid}/limits").read_text(encoding="utf-8")
    soft, hard = next(line for line in limits.splitlines() if line.startswith("Max open files")).split()[3:5]
    return int(soft), int(hard)


def _connection(server: Server) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE_SECONDS)


def _exchange(server: Server, sent: bytes) -> tuple[bytes, bytes]:
    """Send until the server hangs up; its whole answer, head and body."""
    said = b""
    with _connection(server) as sock:
        try:
            for start in range(0, len(sent), 65536):
                sock.sendall(sent[start : start + 65536])
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough
        try:
            while chunk := sock.recv(65536):
                said += chunk
        except ConnectionResetError:
            pass
    head, _, body = said.partition(b"\r\n\r\n")
    return head, body
