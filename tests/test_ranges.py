"""Pictures in parts over HTTP, and downloads that go on where they were cut."""

import hashlib
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

import pictures
from serving import Server
from uploads import upload_now, wait_until_analysed

SMALL = pictures.jpeg(400, 300, seed=1)
SIZE = len(SMALL)
CLIENT = httpx2.Client(trust_env=False)
LARGE = pictures.noise_png(2300, 2300, seed=2)  # 16 MB: more than what the sockets of both sides hold


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("ranges") / "data") as running, CLIENT:
        yield running


@pytest.fixture(scope="module")
def work(server: Server) -> dict[str, Any]:
    with server.client() as client:
        return wait_until_analysed(client, upload_now(client, SMALL).json()["id"])


@pytest.fixture(name="original")
def the_original(server: Server, work: dict[str, Any]) -> str:
    return f"{server.url}/api/v1/artworks/{work['id']}/original"


def _get(url: str, asked: str | None = None, **headers: str) -> httpx2.Response:
    ranged = {"Range": asked} if asked else {}
    return CLIENT.get(url, headers={**ranged, **headers})


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=10-", 10, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        ("BYTES=0-9", 0, 10),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes=10-{SIZE + 5}", 10, SIZE),
        (f"bytes=10-{'9' * 5000}", 10, SIZE),
        (f"bytes={'0' * 5000}10-19", 10, 20),
        (f"bytes=-{SIZE + 5}", 0, SIZE),
        ("bytes=0-", 0, SIZE),
    ],
    ids=lambda told: str(told)[:24],
)
def test_a_part_is_answered_with_206(original: str, asked: str, start: int, stop: int) -> None:
    answer = _get(original, asked)
    assert (answer.status_code, answer.content) == (206, SMALL[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(stop - start)
    whole = _get(original).headers
    for name in ("etag", "content-type", "content-disposition", "cache-control", "content-security-policy"):
        assert answer.headers[name] == whole[name]


@pytest.mark.parametrize(
    "asked", [f"bytes={SIZE}-", f"bytes={SIZE + 7}-{SIZE + 9}", f"bytes={'9' * 5000}-", "bytes=-0"]
)
def test_a_part_that_is_not_there_is_416_with_the_size(original: str, asked: str) -> None:
    answer = _get(original, asked)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_such_range"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=5-2",
        "bytes=-",
        "bytes=",
        "bytes",
        "bytes=a-b",
        "bytes=1-2,4-5",
        "bytes=1-2,",
        "bytes=+1-2",
        "bytes=1-2-3",
        "bytes=0x1-2",
        "bytes=1 - 2",
        "pictures=0-1",
        "0-1",
        "bytes=\u00b2-3",
    ],
)
def test_what_is_malformed_or_in_several_parts_is_answered_whole(original: str, asked: str) -> None:
    answer = CLIENT.get(original, headers=[(b"Range", asked.encode("latin-1"))])
    assert (answer.status_code, answer.content) == (200, SMALL)
    assert "content-range" not in answer.headers


def test_two_ranges_in_two_headers_are_answered_whole(original: str) -> None:
    answer = CLIENT.get(original, headers=[("Range", "bytes=0-1"), ("Range", "bytes=4-5")])
    assert (answer.status_code, answer.content) == (200, SMALL)


def test_a_part_of_another_version_is_answered_whole(original: str) -> None:
    etag = _get(original).headers["etag"]
    assert etag == f'"{hashlib.sha256(SMALL).hexdigest()}"', "whoever puts parts together can check"
    assert _get(original, "bytes=5-", **{"If-Range": etag}).content == SMALL[5:]
    for other in ('"other"', f"W/{etag}", "Sat, 21 Nov 2026 10:00:00 GMT", ""):
        answer = _get(original, "bytes=5-", **{"If-Range": other})
        assert (answer.status_code, answer.content) == (200, SMALL)
    gone_already = _get(original, f"bytes={SIZE}-", **{"If-Range": '"other"'})
    assert gone_already.status_code == 200, "of another version nothing is out of reach"


def test_who_has_it_already_is_sent_no_part(original: str) -> None:
    answer = _get(original, "bytes=0-9", **{"If-None-Match": _get(original).headers["etag"]})
    assert (answer.status_code, answer.content) == (304, b"")


def test_head_tells_that_parts_can_be_had_and_answers_for_the_whole(original: str) -> None:
    answer = CLIENT.head(original, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(SIZE))
    assert answer.headers["accept-ranges"] == "bytes"
    assert "content-range" not in answer.headers


def test_copies_come_in_parts_too_and_may_be_kept_as_ever(server: Server, work: dict[str, Any]) -> None:
    url = server.url + work["pages"][0]["renditions"][0]["url"]
    whole, part = _get(url), _get(url, "bytes=4-9")
    assert (part.status_code, part.content) == (206, whole.content[4:10])
    assert part.headers["cache-control"] == whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert _get(url, "bytes=99999999-").status_code == 416


def test_of_a_file_that_became_shorter_nothing_is_handed_out(server: Server) -> None:
    data = pictures.jpeg(300, 200, seed=7)
    key = hashlib.sha256(data).hexdigest()
    with server.client() as client:
        made = upload_now(client, data).json()["id"]
        (server.data_dir / "blobs" / key[:2] / key[2:4] / key).write_bytes(data[:-1])
        for headers in ({}, {"Range": "bytes=0-9"}, {"Range": f"bytes={len(data)}-"}):
            answer = client.get(f"/artworks/{made}/original", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (500, "damaged")


def test_a_cut_download_goes_on_where_it_was_even_after_a_power_cut(server: Server) -> None:
    with server.client() as client:
        made = upload_now(client, LARGE).json()["id"]
    path = f"/api/v1/artworks/{made}/original"
    got = _begin(server, path, 100_000)  # the client's line breaks
    headers = {"Range": f"bytes={len(got)}-"}
    with httpx2.stream("GET", server.url + path, headers=headers, trust_env=False) as answer:
        assert answer.status_code == 206
        chunks = answer.iter_raw(65_536)
        while len(got) < 1_000_000:
            got += next(chunks)
        server.kill()
        with suppress(httpx2.TransportError):
            for chunk in chunks:
                got += chunk
    assert 1_000_000 <= len(got) < len(LARGE)
    server.start()
    rest = _get(server.url + path, f"bytes={len(got)}-", **{"If-Range": f'"{hashlib.sha256(LARGE).hexdigest()}"'})
    assert rest.status_code == 206
    assert got + rest.content == LARGE
    assert _get(server.url + path, f"bytes={len(LARGE)}-").headers["content-range"] == f"bytes */{len(LARGE)}"


def _begin(server: Server, path: str, size_bytes: int) -> bytes:
    """The first bytes of a body, as curl has them when it is interrupted."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
        got = b""
        while len(got) < size_bytes:
            got += connection.recv(65_536)
    return got.partition(b"\r\n\r\n")[2]
