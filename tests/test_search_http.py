"""Search, likeness and tag completion over HTTP."""

import httpx2
import pytest

from patience import eventually
from pictures import flat
from uploads import analysed, upload

API = "/api/v1"


async def hung(client: httpx2.AsyncClient, data: bytes, **fields: str) -> str:
    """Upload, wait until it was looked at and until searches know of it; answers the id."""
    artwork_id = str((await upload(client, data, **fields)).raise_for_status().json()["id"])
    await analysed(client, artwork_id)

    async def known() -> bool:
        alike = (await client.get(f"{API}/artworks/{artwork_id}/similar")).json()
        return "looked at" not in str(alike["notice"]) and artwork_id in await ids(client, q=fields["title"])

    await eventually(known)
    return artwork_id


async def ids(client: httpx2.AsyncClient, **params: str) -> list[str]:
    answer = await client.get(f"{API}/search", params=params)
    return [item["artwork"]["id"] for item in answer.raise_for_status().json()["items"]]


async def test_an_upload_is_found_by_its_words_by_its_look_and_by_its_likeness(client: httpx2.AsyncClient) -> None:
    fox = await hung(client, flat("#d08020"), title="Fox at dawn", description="A fox in fresh snow", tags="winter,fox")
    night = await hung(client, flat("#101c66"), title="Nachtstück", category="comics")
    dusk = await hung(client, flat("#12206c"), title="Dämmerung", category="portraits")

    answer = (await client.get(f"{API}/search", params={"q": "fox snow"})).json()
    assert answer["query"] == {"q": "fox snow"}
    assert (answer["answer"], answer["next"], answer["notice"]) == ("strong", None, None)
    (found,) = answer["items"]
    assert found["artwork"]["id"] == fox
    assert (found["band"], 0 < found["relevance"] <= 1) == ("strong", True)
    assert {"kind": "words", "field": "title", "text": "⟦Fox⟧ at dawn"} in found["reasons"]
    assert answer["facets"] == {"category": [{"value": "illustrations", "count": 1}]}

    answer = (await client.get(f"{API}/search", params={"q": "deep blue", "category": "comics"})).json()
    assert [item["artwork"]["id"] for item in answer["items"]] == [night]
    meant = [reason for reason in answer["items"][0]["reasons"] if reason["kind"] == "meaning"]
    assert [(reason["of"], reason["phrase"]) for reason in meant] == [("picture", "deep blue")]
    assert answer["spaces"] == ["limn/basic@1"]
    assert {facet["value"]: facet["count"] for facet in answer["facets"]["category"]} == {"comics": 1, "portraits": 1}

    alike = (await client.get(f"{API}/artworks/{night}/similar")).json()
    assert alike["items"][0]["artwork"]["id"] == dusk
    assert alike["items"][0]["reasons"][0]["kind"] == "colour"

    completed = (await client.get(f"{API}/tags", params={"prefix": "win"})).json()
    assert completed == {"items": [{"name": "winter", "count": 1}]}

    await client.delete(f"{API}/artworks/{fox}")
    assert await ids(client, q="fox snow") == []
    answer = (await client.get(f"{API}/search", params={"q": "fox snow"})).json()
    assert answer["answer"] == "none"


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("q=fox&colour=%23ff0000", "not_built_yet", "colour"),
        ("more=a&less=b", "not_built_yet", "more"),
        ("min_match=50", "not_built_yet", "min_match"),
        ("q=fox&colour=red&limit=0", "not_built_yet", "colour"),
        ("q[$where]=1", "invalid_input", "q[$where]"),
        ("query=fox", "invalid_input", "query"),
        ("limit=0", "invalid_input", "limit"),
        ("limit=101", "invalid_input", "limit"),
        ("sort=liked", "invalid_input", "sort"),
        ("q=" + "x" * 501, "invalid_input", "q"),
        ("q=fox%00", "invalid_input", "q"),
        ("cursor=abc", "invalid_cursor", "cursor"),
    ],
)
async def test_what_search_cannot_take_is_refused_by_its_name(
    client: httpx2.AsyncClient, query: str, code: str, field: str
) -> None:
    await ready(client)
    answer = await client.get(f"{API}/search?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_nobody_learns_of_a_work_that_is_not_there(client: httpx2.AsyncClient) -> None:
    await ready(client)
    answer = await client.get(f"{API}/artworks/01890000-0000-7000-8000-000000000000/similar")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_every_call_is_described_with_its_errors(client: httpx2.AsyncClient) -> None:
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    calls = {f"{API}/search": "searchArtworks", f"{API}/tags": "completeTags"}
    calls |= {f"{API}/artworks/{{artwork_id}}/similar": "similarArtworks"}
    for path, operation in calls.items():
        described = paths[path]["get"]
        assert described["operationId"] == operation
        assert {"200", "422", "503"} <= set(described["responses"])
    asked = {parameter["name"] for parameter in paths[f"{API}/search"]["get"]["parameters"]}
    assert asked == {"q", "category", "artist", "tag", "sort", "cursor", "limit"}


async def ready(client: httpx2.AsyncClient) -> None:
    async def answers() -> bool:
        return (await client.get(f"{API}/search", params={"q": "x"})).status_code == 200

    await eventually(answers)
