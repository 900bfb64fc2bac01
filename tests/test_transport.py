"""Bytes on the wire against a real server: limits, hostile multipart, slow clients, and answers that arrive."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import pictures
from limn.server import HEADER_SECONDS
from limn.wire import GETTING_GOING_SECONDS, SLOWEST_BYTES_A_SECOND
from patience import PATIENCE_SECONDS
from serving import Server
from uploads import upload_now

LIMIT = 100_000


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes files of at most LIMIT bytes."""
    with Server(tmp_path_factory.mktemp("small") / "data", LIMN_MAX_UPLOAD_BYTES=str(LIMIT)) as server:
        yield server


@contextmanager
def connection(server: Server) -> Iterator[socket.socket]:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE_SECONDS) as sock:
        yield sock


def answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One response: status, headers, and its body by Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = sock.recv(65536)
        if not chunk:
            return 0, {}, data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", "0")):
        body += sock.recv(65536)
    return int(lines[0].split()[1]), headers, body


def request(path: str, *headers: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()


def part(name: str, value: bytes, *extra: str, filename: str = "") -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    return "\r\n".join(["--b", disposition, *extra, "", ""]).encode() + value + b"\r\n"


def body_of(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--b--\r\n"


TEXT = (part("title", b"A title"), part("category", b"comics"))
FORM = "Content-Type: multipart/form-data; boundary=b"


def left_behind(server: Server) -> list[Path]:
    """Files of uploads that were not taken, once the server has had a moment to notice that a client is gone."""
    began = time.monotonic()
    while found := [p for p in (server.data_dir / "blobs").rglob("*") if p.is_file()]:
        if time.monotonic() - began > PATIENCE_SECONDS:
            break
        time.sleep(0.02)
    return found


def chunked(data: bytes, size: int = 30_000) -> bytes:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("over", [1, 50_000_000])
@pytest.mark.parametrize("declared", [True, False])
def test_one_byte_over_the_limit_is_refused_in_words(small: Server, *, over: int, declared: bool) -> None:
    body = body_of(*TEXT, part("file", b"\xff\xd8\xff" + bytes(LIMIT + over - 3), filename="x.jpg"))
    with connection(small) as sock:
        if declared:
            sock.sendall(request("/api/v1/artworks", FORM, f"Content-Length: {len(body)}") + body)
        else:
            sock.sendall(request("/api/v1/artworks", FORM, "Transfer-Encoding: chunked") + chunked(body))
        status, headers, answered = answer(sock)
    assert status == 413
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(answered)["code"] == "file_too_large"
    assert left_behind(small) == []


def test_a_client_that_waits_for_continue_sends_nothing_of_a_json_body_that_is_too_large(small: Server) -> None:
    with connection(small) as sock:
        sock.sendall(request("/api/v1/artworks/x", "Expect: 100-continue", "Content-Length: 90000000", method="PATCH"))
        status, headers, _ = answer(sock)
    assert (status, headers["connection"]) == (413, "close")


def test_a_lying_content_length_does_no_harm(small: Server) -> None:
    body = body_of(*TEXT, part("file", pictures.jpeg(32, 32, seed=20), filename="x.jpg"))
    with connection(small) as sock:  # shorter than what follows: the form ends too early
        sock.sendall(request("/api/v1/artworks", FORM, f"Content-Length: {len(body) - 40}") + body)
        assert answer(sock)[0] == 400
    with connection(small) as sock:  # longer: the client goes away
        sock.sendall(request("/api/v1/artworks", FORM, f"Content-Length: {len(body) + 4000}") + body)
        sock.shutdown(socket.SHUT_WR)
        assert answer(sock)[0] in {0, 400}
    assert left_behind(small) == []


@pytest.mark.parametrize(
    "broken",
    {
        "1,001 fields": body_of(*[part(f"f{n}", b"x") for n in range(1001)]),
        "two files": body_of(*TEXT, part("file", b"a", filename="a"), part("file", b"b", filename="b")),
        "200 part headers": body_of(part("title", b"x", *[f"X-H{n}: 1" for n in range(200)])),
        "one huge part header": body_of(part("title", b"x", "X-H: " + "y" * 100_000)),
        "base64": body_of(part("file", b"AAAA", "Content-Transfer-Encoding: base64", filename="a.jpg")),
        "a field of 1 MB": body_of(part("title", b"x" * 1_000_000)),
        "no name": b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        "not UTF-8": body_of(part("title", b"\xff\xfe")),
        "no end": part("title", b"x"),
        "noise": b"\x00" * 5000,
    }.items(),
    ids=lambda pair: pair[0],
)
def test_hostile_multipart_is_a_quick_400(small: Server, broken: tuple[str, bytes]) -> None:
    _, body = broken
    began = time.perf_counter()
    with connection(small) as sock:
        sock.sendall(request("/api/v1/artworks", FORM, f"Content-Length: {len(body)}") + body)
        status, headers, _ = answer(sock)
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert time.perf_counter() - began < GETTING_GOING_SECONDS, "its bytes say so, and no clock"
    assert left_behind(small) == []


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", f"multipart/form-data; boundary={'b' * 300}", "text/plain", ""]
)
def test_a_body_that_is_no_multipart_is_a_400(small: Server, kind: str) -> None:
    body = body_of(*TEXT)
    with connection(small) as sock:
        sock.sendall(request("/api/v1/artworks", f"Content-Type: {kind}", f"Content-Length: {len(body)}") + body)
        assert answer(sock)[0] == 400


def test_a_client_that_never_finishes_its_head_is_cut_off(small: Server) -> None:
    heads = [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "]
    began = time.monotonic()
    with ExitStack() as stack:
        socks = [stack.enter_context(connection(small)) for _ in heads]
        for sock, head in zip(socks, heads, strict=True):
            sock.sendall(head)
        for sock, head in zip(socks, heads, strict=True):
            assert answer(sock)[0] in {0, 400, 408}, head
    assert time.monotonic() - began < 3 * HEADER_SECONDS


def test_a_head_that_drips_is_cut_off(small: Server) -> None:
    began = time.monotonic()
    with connection(small) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ")
        with pytest.raises(OSError, match=r"(?i)pipe|reset"):
            _drip(sock, seconds=PATIENCE_SECONDS)
    assert time.monotonic() - began < 3 * HEADER_SECONDS


def _drip(sock: socket.socket, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sock.sendall(b"a")
        time.sleep(0.2)


def test_a_body_that_drips_is_answered_408(small: Server) -> None:
    began = time.monotonic()
    with connection(small) as sock:
        sock.settimeout(0.5)
        sock.sendall(request("/api/v1/artworks", FORM, "Content-Length: 50000") + part("title", b"")[:-2])
        status = 0
        while not status and time.monotonic() - began < PATIENCE_SECONDS:
            sock.sendall(b"x")
            try:
                status = answer(sock)[0]
            except TimeoutError:
                continue
    assert status == 408
    assert time.monotonic() - began < 4 * GETTING_GOING_SECONDS


def test_a_slow_but_honest_upload_survives(small: Server) -> None:
    """Longer than a body may take to get going, several times as fast as the slowest that is let in."""
    body = body_of(*TEXT, part("file", pictures.noise_png(170, 170, seed=21), filename="x.png"))
    pieces = 12
    pause = (GETTING_GOING_SECONDS + 2) / pieces
    assert len(body) > 4 * pieces * pause * SLOWEST_BYTES_A_SECOND
    with connection(small) as sock:
        sock.sendall(request("/api/v1/artworks", FORM, f"Content-Length: {len(body)}"))
        step = len(body) // pieces + 1
        for start in range(0, len(body), step):
            sock.sendall(body[start : start + step])
            time.sleep(pause)
        assert answer(sock)[0] == 201


def test_a_plain_library_sees_the_refusal_of_a_large_body(small: Server) -> None:
    with small.client() as client:
        refused = upload_now(client, b"\xff\xd8\xff" + bytes(60_000_000))
    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
