"""A hostile client against the whole application: headers, bodies and paths that nobody's browser would send."""

import io
import json
import logging
import time
import unicodedata

import httpx2
import pytest

import pictures
from limn import logs
from limn.app import create_app
from limn.errors import BadSettings
from limn.settings import Settings
from uploads import upload

URL = "/api/v1/artworks"


@pytest.mark.parametrize("origin", ["http://[", "http://]", "//", "http://127.0.0.1:8000@evil.example", "\xff"])
async def test_an_origin_that_is_no_address_is_foreign(client: httpx2.AsyncClient, origin: str) -> None:
    answer = await client.delete(f"{URL}/x", headers={b"Origin": origin.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")


@pytest.mark.parametrize(
    "host", ["evil@127.0.0.1", "127.0.0.1/evil", "127.0.0.1?evil", "127.0.0.1:80:80", "[::1", "\xff"]
)
async def test_a_host_is_a_name_and_a_port_and_nothing_around_it(client: httpx2.AsyncClient, host: str) -> None:
    answer = await client.get("/healthz", headers={b"Host": host.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")


@pytest.mark.parametrize("url", ["http://[", "art.example", "https://", "https://a b/"])
def test_a_public_address_that_is_none_stops_the_start_in_words(settings: Settings, url: str) -> None:
    with pytest.raises(BadSettings, match="LIMN_PUBLIC_URL"):
        create_app(settings.model_copy(update={"public_url": url}))


@pytest.mark.parametrize("revision", ["9" * 19, "9" * 5000, "-1", "1.5", "٣" * 5000, "²"])
async def test_a_revision_that_never_was_is_stale(client: httpx2.AsyncClient, revision: str) -> None:
    artwork_id = (await upload(client, pictures.jpeg(16, 16, seed=1))).json()["id"]
    tag = f'"{artwork_id}.{revision}"'.encode()
    answer = await client.patch(f"{URL}/{artwork_id}", json={"title": "x"}, headers={b"If-Match": tag})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


QUOTED = 'password="hunter2" token=\'abc123\' api_key: "k3y" \\" {"a": "Bearer \\"xyz"}'


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_secret_in_quotes_is_masked_and_the_line_stays_whole(style: str) -> None:
    said = _logged(style, "seen %s", QUOTED, path=QUOTED, inner={"list": [QUOTED, 1]})
    if style == "json":
        line = json.loads(said)
        assert (line["level"], line["inner"]["list"][1]) == ("info", 1)
    assert [secret for secret in ("hunter2", "abc123", "k3y", "xyz") if secret in said] == []


def test_no_line_of_an_exception_looks_like_a_line_of_the_log() -> None:
    said = _logged("console", "failed", error=ValueError("typed\n12:00:00 error   forged\x1b[31m"))
    assert "forged" in said
    assert "\x1b" not in said
    assert [line for line in said.splitlines()[1:] if not line.startswith("  ")] == []


def _logged(style: str, message: str, *arguments: object, error: Exception | None = None, **extra: object) -> str:
    """What the log of a server writes for one event."""
    root, out = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    try:
        logs.configure("info", style)
        stream = root.handlers[0]
        assert isinstance(stream, logging.StreamHandler)
        stream.setStream(out)
        logging.getLogger("limn.test").info(message, *arguments, exc_info=error, extra=extra)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    return out.getvalue()


HEADS = [
    "/",
    "/search",
    "/upload",
    "/artworks/x",
    "/api/docs",
    "/favicon.ico",
    "/robots.txt",
    "/healthz",
    "/readyz",
    "/version",
    "/api/openapi.json",
    URL,
    f"{URL}/nothing",
    "/nothing",
]


@pytest.mark.parametrize("path", HEADS)
async def test_head_answers_as_get_does_and_without_a_body(client: httpx2.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    own = {"x-request-id", "date"}
    assert {k: v for k, v in head.headers.items() if k not in own} == {
        k: v for k, v in get.headers.items() if k not in own
    }


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        (URL, {"GET", "HEAD", "POST"}),
        (f"{URL}/x", {"GET", "HEAD", "PATCH", "DELETE"}),
        (f"{URL}/x/analysis", {"POST"}),
        (f"{URL}/x/original", {"GET", "HEAD"}),
        ("/", {"GET", "HEAD"}),
        ("/healthz", {"GET", "HEAD"}),
    ],
)
async def test_a_wrong_method_hears_every_right_one(client: httpx2.AsyncClient, path: str, allow: set[str]) -> None:
    for method in ("PUT", "OPTIONS", "TRACE", "PROPFIND"):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert set(answer.headers["allow"].split(", ")) == allow


@pytest.mark.parametrize(
    "asked",
    [
        f"{URL}?category=a%00b",
        f"{URL}?artist=%00",
        f"{URL}?tag=fox%00",
        "/api/v1/search?category=%00",
        "/api/v1/search?artist=a%00b",
        "/api/v1/search?tag=fox&tag=%00snow",
        "/api/v1/tags?prefix=sno%00",
    ],
)
async def test_a_nul_in_a_filter_is_refused_by_its_name(client: httpx2.AsyncClient, asked: str) -> None:
    answer = await client.get(asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    ((field, message),) = [(error["field"], error["message"]) for error in answer.json()["errors"]]
    assert field.split(".")[0] == asked.partition("?")[2].split("=")[0]
    assert "NUL" in message


ACCENTED = "a" + "\u0300" * 20_000 + "\u0316" * 20_000  # in the order that takes longest to sort


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ACCENTED},
        {"description": ACCENTED},
        {"tags": ACCENTED},
        {"alt_text": ACCENTED},
        {"category": ACCENTED},
        {"tags": ",".join("a" * 100_000)},
    ],
    ids=" ".join,
)
async def test_words_that_are_slow_to_read_hold_nobody_up(client: httpx2.AsyncClient, fields: dict[str, str]) -> None:
    """Sorting n accents takes Unicode's normaliser n² steps, and all of them on the loop that serves everybody."""
    made = (await upload(client, pictures.jpeg(16, 16, seed=2))).json()["id"]
    began = time.process_time()
    assert (await upload(client, pictures.jpeg(16, 16, seed=3), **fields)).status_code in {201, 422}
    assert (await client.patch(f"{URL}/{made}", json=fields)).status_code in {200, 422}
    assert time.process_time() - began < 1


async def test_a_letter_keeps_the_accents_it_needs(client: httpx2.AsyncClient) -> None:
    title = "Z" + "\u0335\u0321\u0300" * 5 + "algo"
    made = (await upload(client, pictures.jpeg(16, 16, seed=4), title=title)).json()
    assert made["title"] == unicodedata.normalize("NFC", title)


@pytest.mark.parametrize(
    "name", ["x" * 60_000, "a" + "\u0300\u0316" * 1500 + ".png", "../" * 1000 + "x", "." * 3000, "\u202e" * 1000]
)
async def test_a_file_name_as_long_as_a_book_is_shortened_or_refused(client: httpx2.AsyncClient, name: str) -> None:
    began = time.process_time()
    files = {"file": (name, pictures.jpeg(16, 16, seed=5), "image/jpeg")}
    answer = await client.post(URL, data={"title": "x", "category": "comics"}, files=files)
    assert answer.status_code in {201, 400}
    assert time.process_time() - began < 1
