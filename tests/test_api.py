"""Lists, one artwork, edits and deletion over HTTP, with their caches and versions."""

import httpx2
import pytest

import pictures
from uploads import analysed, upload

URL = "/api/v1/artworks"


async def test_an_empty_gallery_lists_nothing(client: httpx2.AsyncClient) -> None:
    assert (await client.get(URL)).json() == {"items": [], "next": None}


async def test_following_next_gives_every_work_once_newest_first(client: httpx2.AsyncClient) -> None:
    made = [(await upload(client, pictures.jpeg(16, 16, seed=n), title=f"n{n}")).json()["id"] for n in range(7)]
    seen: list[str] = []
    query: dict[str, str] = {"limit": "3"}
    while True:
        page = (await client.get(URL, params=query)).json()
        seen += [artwork["id"] for artwork in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == made[::-1]


async def test_lists_filter_by_category_tag_and_artist(client: httpx2.AsyncClient) -> None:
    await upload(client, pictures.jpeg(16, 16, seed=1), title="a", category="comics", tags="Fox")
    await upload(client, pictures.jpeg(16, 16, seed=2), title="b", category="portraits", tags="fox")
    await upload(client, pictures.jpeg(16, 16, seed=3), title="c", category="comics")

    async def titles(**query: str) -> list[str]:
        return [artwork["title"] for artwork in (await client.get(URL, params=query)).json()["items"]]

    assert await titles(category="comics") == ["c", "a"]
    assert await titles(tag="FOX") == ["b", "a"]
    assert await titles(category="comics", tag="fox") == ["a"]
    assert await titles(artist="local") == ["c", "b", "a"]
    assert await titles(artist="nobody") == []
    counts = {c["slug"]: c["count"] for c in (await client.get("/api/v1/categories")).json()["items"]}
    assert counts == {"portraits": 1, "illustrations": 0, "comics": 2}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=nonsense",
        "sort=created",
        "sort[$ne]=1",
        "owner=local",
        "tag[$regex]=.*",
        "q[$where]=1",
    ],
)
async def test_a_query_that_means_nothing_is_refused(client: httpx2.AsyncClient, query: str) -> None:
    answer = await client.get(f"{URL}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        {"title": {"$ne": None}},
        {"owner": "root"},
        {"likes": 5},
        {"id": "x"},
        {"$set": {"title": "x"}},
        {"a.b": 1},
        {"title": None},
        {"title": "a\0b"},
        {"tags": [{"$gt": ""}]},
        {"analysis": {}},
    ],
)
async def test_an_edit_takes_only_typed_known_fields(client: httpx2.AsyncClient, body: dict[str, object]) -> None:
    artwork = (await upload(client, pictures.jpeg(16, 16, seed=4))).json()
    assert (await client.patch(f"{URL}/{artwork['id']}", json=body)).status_code == 422


async def test_json_that_is_too_deep_or_broken_is_a_400(client: httpx2.AsyncClient) -> None:
    artwork = (await upload(client, pictures.jpeg(16, 16, seed=5))).json()
    for body in (b"[" * 10_000, b'{"title": ', b'{"title": "\xff"}'):
        answer = await client.patch(
            f"{URL}/{artwork['id']}", content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


async def test_an_edit_changes_the_etag_and_a_stale_one_is_refused(client: httpx2.AsyncClient) -> None:
    artwork = await analysed(
        client, (await upload(client, pictures.jpeg(32, 32, seed=6), description="dark blue")).json()["id"]
    )
    url = f"{URL}/{artwork['id']}"
    tag = (await client.get(url)).headers["etag"]
    assert (await client.get(url, headers={"If-None-Match": tag})).status_code == 304
    edited = await client.patch(url, json={"title": "New", "tags": ["One", "two"]}, headers={"If-Match": tag})
    assert edited.status_code == 200
    assert edited.json()["title"] == "New"
    assert [t["name"] for t in edited.json()["tags"] if t["source"] == "artist"] == ["one", "two"]
    assert edited.headers["etag"] != tag
    stale = await client.patch(url, json={"title": "Late"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert (await client.get(url)).json()["title"] == "New"


async def test_a_new_description_runs_the_match_again_and_nothing_else(client: httpx2.AsyncClient) -> None:
    artwork = await analysed(client, (await upload(client, pictures.flat("#2040a0"), description="")).json()["id"])
    assert artwork["analysis"]["match"] is None
    assert artwork["analysis"]["match_reason"]
    caption = artwork["analysis"]["caption"]
    edited = (await client.patch(f"{URL}/{artwork['id']}", json={"description": "a blue field"})).json()
    assert edited["analysis"]["state"] == "pending"
    again = await analysed(client, artwork["id"])
    assert again["analysis"]["match"]["method"] == "measured"
    assert again["analysis"]["match"]["verdict"] in {"strong", "good"}
    assert again["analysis"]["caption"] == caption


async def test_renditions_have_a_content_etag_and_are_immutable_only_in_public(client: httpx2.AsyncClient) -> None:
    artwork = await analysed(client, (await upload(client, pictures.jpeg(700, 500, seed=7))).json()["id"])
    for rendition in artwork["pages"][0]["renditions"]:
        answer = await client.get(rendition["url"])
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "sandbox" in answer.headers["content-security-policy"]
        again = await client.get(rendition["url"], headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    await client.patch(f"{URL}/{artwork['id']}", json={"visibility": "private"})
    private = await client.get(artwork["pages"][0]["renditions"][0]["url"])
    assert private.headers["cache-control"] == "private, no-store"
    assert (await client.get(f"{URL}/{artwork['id']}/renditions/999")).status_code == 404


async def test_a_deleted_work_is_gone_from_everywhere(client: httpx2.AsyncClient) -> None:
    artwork = await analysed(client, (await upload(client, pictures.jpeg(32, 32, seed=8), title="Gone")).json()["id"])
    assert (await client.delete(f"{URL}/{artwork['id']}")).status_code == 204
    for path in ("", "/original", "/similar", "/renditions/32"):
        assert (await client.get(f"{URL}/{artwork['id']}{path}")).status_code == 404
    assert (await client.get(URL)).json()["items"] == []
    assert (await client.delete(f"{URL}/{artwork['id']}")).status_code == 404


async def test_an_unknown_id_is_a_problem_with_a_request_id(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"{URL}/nothing", headers={"X-Request-ID": "my-request-1"})
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (404, "not_found", 404)
    assert body["request_id"] == answer.headers["x-request-id"] == "my-request-1"
    assert {"type", "title", "detail", "errors"} <= set(body)


async def test_a_wrong_method_names_the_right_ones(client: httpx2.AsyncClient) -> None:
    answer = await client.put(URL)
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert answer.headers["allow"]


async def test_limits_are_told_beforehand(client: httpx2.AsyncClient) -> None:
    limits = (await client.get("/api/v1/limits")).json()
    assert limits["max_upload_bytes"] == 64 * 1024 * 1024
    assert limits["media_types"] == ["image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"]
    assert {c["slug"] for c in limits["categories"]} == {"portraits", "illustrations", "comics"}


async def test_an_analysis_can_be_asked_for_again(client: httpx2.AsyncClient) -> None:
    artwork = await analysed(client, (await upload(client, pictures.jpeg(32, 32, seed=9))).json()["id"])
    answer = await client.post(f"{URL}/{artwork['id']}/analysis")
    assert (answer.status_code, answer.json()["analysis"]["state"]) == (202, "pending")
    assert (await analysed(client, artwork["id"]))["analysis"]["attempts"] == 1
