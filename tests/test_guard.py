"""Who may talk to a gallery without accounts, and what every answer carries."""

import httpx2
import pytest

import pictures
from conftest import gallery
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
