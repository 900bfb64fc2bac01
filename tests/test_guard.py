"""Who may talk to a gallery without accounts, and what every answer carries."""

import logging
from typing import Any

import httpx2
import pytest

import pictures
from conftest import gallery
from limn.app import create_app
from limn.settings import Settings, load
from uploads import upload

URL = "/api/v1/artworks"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[", "localhost@evil.example", "10.0.0.1:8000"]
)
async def test_an_unknown_host_is_refused(client: httpx2.AsyncClient, host: str) -> None:
    answer = await client.get("/", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9999", "localhost:8000", "[::1]:8000", "LOCALHOST"])
async def test_this_machine_is_answered_under_each_of_its_names(client: httpx2.AsyncClient, host: str) -> None:
    assert (await client.get(URL, headers={"Host": host})).status_code == 200


async def test_the_public_address_is_answered_too(settings: Settings) -> None:
    async with gallery(settings.model_copy(update={"public_url": "https://art.example"})) as client:
        assert (await client.get(URL, headers={"Host": "art.example"})).status_code == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Forwarded-Host", "X-Real-IP", "X-Forwarded-Proto"])
async def test_a_forwarded_request_is_refused(client: httpx2.AsyncClient, name: str) -> None:
    answer = await client.get(URL, headers={name: "10.1.2.3"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forwarded_request")


PEER = "127.0.0.1"  # who the tests' client is to the gallery


@pytest.mark.parametrize(
    ("named", "said", "client"),
    [
        (PEER, "198.51.100.7", "198.51.100.7"),
        ("127.0.0.0/8", "198.51.100.7", "198.51.100.7"),
        (PEER, "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # what stands on the left the client may have made up
        (f"{PEER},10.0.0.0/8", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        (PEER, "[2001:db8::7]:5000", "2001:db8::7"),
        (PEER, "198.51.100.7:5000", "198.51.100.7"),
        (PEER, "unknown", PEER),
        (PEER, "198.51.100.7, \x1b[31m", PEER),
        (PEER, "", PEER),
        (PEER, None, PEER),
    ],
)
async def test_a_named_proxy_says_who_asks_and_the_log_has_it(
    settings: Settings, caplog: pytest.LogCaptureFixture, named: str, said: str | None, client: str
) -> None:
    headers = {"X-Forwarded-Proto": "https"} | ({} if said is None else {"X-Forwarded-For": said})
    assert (await asked(settings, caplog, named, headers)) == (200, client, True)


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-Host", "X-Real-IP"])
async def test_what_a_named_proxy_only_passed_on_is_not_believed(
    settings: Settings, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    headers = {name: "for=203.0.113.9;host=evil.example;proto=https"}
    assert (await asked(settings, caplog, PEER, headers)) == (200, PEER, False)


@pytest.mark.parametrize("scheme", ["wss", "gopher", "https, http", ""])
async def test_a_scheme_that_is_none_of_the_web_changes_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture, scheme: str
) -> None:
    assert (await asked(settings, caplog, PEER, {"X-Forwarded-Proto": scheme})) == (200, PEER, False)


@pytest.mark.parametrize("named", ["127.0.0.2", "10.0.0.0/8", "::1"])
async def test_another_proxy_than_the_named_one_is_refused(
    settings: Settings, caplog: pytest.LogCaptureFixture, named: str
) -> None:
    headers = {"X-Forwarded-For": PEER, "X-Forwarded-Proto": "https"}
    assert (await asked(settings, caplog, named, headers)) == (403, PEER, False)


async def test_an_address_of_ipv4_is_the_same_on_a_socket_for_ipv6(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"X-Forwarded-For": "198.51.100.7"}
    assert (await asked(settings, caplog, PEER, headers, peer=f"::ffff:{PEER}")) == (200, "198.51.100.7", False)


async def test_behind_a_proxy_that_speaks_https_other_sites_may_not_write_either(settings: Settings) -> None:
    behind = settings.model_copy(update={"public_url": "https://art.example", "forwarded_allow_ips": PEER})
    forwarded = {"Host": "art.example", "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    async with gallery(behind) as client:
        for headers, status in (
            ({"Origin": "https://art.example"}, 404),
            ({"Sec-Fetch-Site": "same-origin", "Origin": "https://art.example"}, 404),
            ({"Origin": "https://evil.example"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Host": "evil.example"}, 400),
        ):
            assert (await client.delete(f"{URL}/x", headers={**forwarded, **headers})).status_code == status, headers


async def asked(
    settings: Settings, caplog: pytest.LogCaptureFixture, named: str, headers: dict[str, str], *, peer: str = PEER
) -> tuple[int, str, bool]:
    """The status, the client that the log names, and whether the browser is told to come by HTTPS from now on."""
    app = create_app(settings.model_copy(update={"forwarded_allow_ips": named}))  # what is asked needs nothing open
    transport = httpx2.ASGITransport(app, client=(peer, 50_000))
    with caplog.at_level(logging.DEBUG, "limn.http"):
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            answer = await client.head("/healthz", headers=headers)
    line: Any = next(record for record in caplog.records if record.message == "request")
    return answer.status_code, line.client, "strict-transport-security" in answer.headers


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "nonsense"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, False),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "http://127.0.0.1:9000"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_another_sites_page_may_not_write(
    client: httpx2.AsyncClient, method: str, headers: dict[str, str], *, allowed: bool
) -> None:
    path = {"POST": "/x/analysis", "PATCH": "/x", "DELETE": "/x"}[method]
    answer = await client.request(method, URL + path, json={} if method == "PATCH" else None, headers=headers)
    assert (answer.status_code != 403) is allowed
    assert allowed or answer.json()["code"] == "cross_site_request"


async def test_every_answer_carries_the_safe_headers(client: httpx2.AsyncClient) -> None:
    artwork = (await upload(client, pictures.jpeg(16, 16, seed=1))).json()
    for path in ("/", URL, f"{URL}/{artwork['id']}", "/nothing", "/healthz", "/api/openapi.json"):
        headers = (await client.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"]
        assert headers["permissions-policy"]
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


def test_without_accounts_only_loopback_may_be_listened_on() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        assert load({"LIMN_HOST": host}, env_file=None).host == host
    assert load({"LIMN_HOST": "0.0.0.0", "LIMN_TRUST_NETWORK": "true"}, env_file=None).notes()
