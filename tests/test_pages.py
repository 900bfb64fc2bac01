"""The frontend on the wire: caches, compression, what is not there, and how much a first visit loads."""

import gzip
import re

import httpx2
import pytest

FIRST_LOAD_BYTES = 60_000
PAGES = ["/", "/search", "/upload", "/artworks/anything", "/api/docs"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_asked_for_again_and_costs_nothing_when_it_is_the_same(
    client: httpx2.AsyncClient, path: str
) -> None:
    first = await client.get(path)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", PAGES)
async def test_a_first_visit_loads_less_than_60_kb_and_all_of_it_is_there(
    client: httpx2.AsyncClient, path: str
) -> None:
    page = await client.get(path)
    wanted = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    assert wanted
    loaded = len(gzip.compress(page.content, 9))
    seen: set[str] = set()
    while wanted - seen:
        address = min(wanted - seen)
        seen.add(address)
        async with client.stream("GET", address) as answer:
            assert answer.status_code == 200, address
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            loaded += len(b"".join([chunk async for chunk in answer.aiter_raw()]))
        # types named in comments are not loaded
        text = re.sub(r"/\*.*?\*/", "", (await client.get(address)).text, flags=re.DOTALL)
        found = re.findall(r'(?:\bimport|\bfrom|url\()\s*"([^"]+\.(?:js|css))"', text)
        wanted |= {str(httpx2.URL(f"http://x{address}").join(one).path) for one in found}
    assert 20_000 < loaded < FIRST_LOAD_BYTES, loaded


async def test_a_client_that_cannot_unpack_gets_plain_text(client: httpx2.AsyncClient) -> None:
    plain = await client.get("/", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.text == packed.text
    assert "accept-encoding" in packed.headers["vary"].lower()


async def test_a_person_gets_a_page_for_a_wrong_address_and_a_program_a_problem(client: httpx2.AsyncClient) -> None:
    person = await client.get("/nowhere", headers={"Accept": "text/html"})
    program = await client.get("/nowhere")
    assert (person.status_code, person.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/static/old/lib/api.js", "/static/x/../../pyproject.toml", "/static/%2e%2e/limn/app.py"]
)
async def test_nothing_but_this_version_of_the_frontend_is_served(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
