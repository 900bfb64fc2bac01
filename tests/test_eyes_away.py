"""Models that are away: works are done without them and say so, and what is missing comes by itself."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pictures
from inference_server import Answer, InferenceServer
from looking import Gallery, open_gallery, said, tags
from uploads import upload

RED, BLUE = pictures.flat("#d81a1a", 120, 80), pictures.flat("#1a40d8", 120, 80)
BUSY = Answer(503, {"error": "loading"}, {"retry-after": "0"})


@pytest.fixture
def there() -> Iterator[InferenceServer]:
    with InferenceServer() as running:
        yield running


def endpoints(there: InferenceServer) -> dict[str, str]:
    return {"LIMN_HF_CLIP_URL": f"{there.url}/clip", "LIMN_HF_BLIP_URL": f"{there.url}/blip"}


def seconds_until(moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()


async def test_what_is_away_leaves_a_reason_and_comes_by_itself(tmp_path: Path, there: InferenceServer) -> None:
    there.always("/", BUSY)
    async with open_gallery(tmp_path, **endpoints(there)) as gallery:
        work = await gallery.hang(RED, title="A poppy", description="a red picture")
        analysis = work["analysis"]
        assert (analysis["state"], analysis["error"]) == ("done", None)
        for name in ("caption", "match"):
            assert analysis[name] is None
            assert there.host in analysis[f"{name}_reason"]
            assert "asked again at" in analysis[f"{name}_reason"]
        assert 30 <= seconds_until(analysis["look_at"]) + 1 <= 3600
        assert "red" in tags(work)
        assert work["pages"][0]["renditions"]
        assert work["swatches"]
        found = await gallery.until("/search?q=poppy", lambda found: found["items"])
        assert found["items"][0]["artwork"]["id"] == work["id"]
        there.well()
        gallery.an_hour_passes()
        seen = await gallery.until(f"/artworks/{work['id']}", described)
        assert said(seen) == {"caption": "blip", "match": "clip"}
        assert [seen["analysis"][name] for name in ("caption_reason", "match_reason", "look_at")] == [None] * 3


async def test_one_that_is_away_holds_up_no_other(tmp_path: Path, there: InferenceServer) -> None:
    there.always("/blip", BUSY)
    async with open_gallery(tmp_path, **endpoints(there)) as gallery:
        work = await gallery.hang(RED, description="a red picture")
        assert said(work) == {"caption": None, "match": "clip"}
        asked = len(there.to("/clip"))
        gallery.an_hour_passes()
        there.well()
        await gallery.until(f"/artworks/{work['id']}", described)
        assert len(there.to("/clip")) == asked, "what was answered is not asked and paid for again"


async def test_what_was_found_before_is_kept_while_its_successor_is_away(
    tmp_path: Path, there: InferenceServer
) -> None:
    async with open_gallery(tmp_path, LIMN_HF_BLIP_URL=f"{there.url}/blip") as gallery:
        work = await gallery.hang(RED, description="a red picture")
        assert said(work) == {"caption": "blip", "match": "measured"}
    there.always("/", BUSY)
    other = {"LIMN_HF_BLIP_URL": f"{there.url}/blip#other", "LIMN_HF_CLIP_URL": f"{there.url}/clip"}
    async with open_gallery(tmp_path, **other) as gallery:
        tried = await gallery.until(f"/artworks/{work['id']}", lambda found: found["analysis"]["caption_reason"])
        assert said(tried) == {"caption": "blip", "match": "measured"}
        assert "asked again" in tried["analysis"]["match_reason"]
        there.well()
        gallery.an_hour_passes()
        await gallery.until(
            f"/artworks/{work['id']}",
            lambda found: said(found)["match"] == "clip" and found["analysis"]["caption"]["model"] == "other",
        )


async def test_a_score_never_stands_beside_words_it_is_not_of(tmp_path: Path, there: InferenceServer) -> None:
    async with open_gallery(tmp_path, **endpoints(there)) as gallery:
        work = await gallery.hang(RED, description="a red picture")
        there.always("/clip", BUSY)
        await edit(gallery, work, description="a blue picture")
        tried = await gallery.until(f"/artworks/{work['id']}", lambda found: found["analysis"]["match_reason"])
        assert said(tried) == {"caption": "blip", "match": None}
        there.well()
        gallery.an_hour_passes()
        seen = await gallery.until(f"/artworks/{work['id']}", described)
        assert [phrase["text"] for phrase in seen["analysis"]["match"]["phrases"]] == ["blue picture"]


async def test_a_refused_token_is_said_in_words_and_not_shown_again_for_each_work(
    tmp_path: Path, there: InferenceServer
) -> None:
    there.always("/", Answer(401, {"error": "Invalid username or password."}))
    async with open_gallery(tmp_path, HF_TOKEN="hf_x", LIMN_HF_ROUTER_URL=there.url) as gallery:
        first = await gallery.hang(RED, description="red")
        asked = len(there.asked)
        second = await gallery.hang(BLUE, description="blue")
        assert len(there.asked) == asked
        for work in (first, second):
            assert "does not accept the token in HF_TOKEN" in work["analysis"]["caption_reason"]
            assert "HF_TOKEN" in work["analysis"]["tags_reason"]
            assert seconds_until(work["analysis"]["look_at"]) > 1800
        models = await gallery.get("/admin/models")
        assert {one["state"] for each in models["capabilities"] for one in each["speakers"][:-1]} == {"away"}


async def test_when_todays_calls_are_used_up_works_wait_and_say_so(tmp_path: Path, there: InferenceServer) -> None:
    settings = {"LIMN_HF_BLIP_URL": f"{there.url}/blip", "LIMN_HF_DAILY_CALLS": "2", "LIMN_HF_DAILY_CALLS_EACH": "1"}
    async with open_gallery(tmp_path, **settings) as gallery:
        assert said(await gallery.hang(RED))["caption"] == "blip"
        work = await gallery.hang(BLUE)
        assert "used up" in work["analysis"]["caption_reason"]
        # to learn the same once more, nobody decodes a picture: this one could not be
        for blob in (gallery.data / "blobs").rglob("*"):
            blob.unlink() if blob.is_file() else None
        before = work["analysis"]["look_at"]
        gallery.an_hour_passes()
        again = await gallery.until(
            f"/artworks/{work['id']}", lambda found: found["analysis"]["look_at"] not in {before, None}
        )
        assert again["analysis"]["error"] is None
        assert "used up" in again["analysis"]["caption_reason"]
        assert len(there.asked) == 1


async def test_with_everything_elsewhere_gone_people_browse_search_and_upload(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = {f"LIMN_HF_{name}_URL": f"{nobody}/{name}" for name in ("CLIP", "BLIP", "EMBED", "CHAT")}
    async with open_gallery(tmp_path, **settings) as gallery:
        works = await asyncio.gather(gallery.hang(RED, title="Poppies"), gallery.hang(BLUE, title="The sea"))
        assert {work["analysis"]["state"] for work in works} == {"done"}
        assert len((await gallery.get("/artworks"))["items"]) == 2
        for q, wanted in (("poppies", works[0]), ("blue", works[1])):
            found = await gallery.until(f"/search?q={q}", lambda found: found["items"])
            assert found["items"][0]["artwork"]["id"] == wanted["id"]
        assert (await gallery.get(f"/artworks/{works[0]['id']}/similar"))["items"]
        await edit(gallery, works[0], title="Tulips")
        await gallery.until("/search?q=tulips", lambda found: found["items"])
        assert (await gallery.client.get("/readyz")).status_code == 200


async def test_what_is_found_is_shown_before_what_takes_long(tmp_path: Path, there: InferenceServer) -> None:
    there.always("/blip", Answer(how="hang"))
    async with open_gallery(tmp_path, **endpoints(there)) as gallery:
        artwork_id = (await upload(gallery.client, RED, description="a red picture")).json()["id"]
        found = await gallery.until(f"/artworks/{artwork_id}", lambda found: said(found)["match"] == "clip", seconds=20)
        assert (found["analysis"]["state"], found["analysis"]["caption"]) == ("running", None)
        assert "red" in tags(found)


async def test_second_looks_that_take_long_hold_up_no_upload(tmp_path: Path, there: InferenceServer) -> None:
    async with open_gallery(tmp_path) as gallery:
        await asyncio.gather(*(gallery.hang(pictures.jpeg(seed=seed)) for seed in range(3)))
    there.always("/blip", Answer(how="hang"))
    async with open_gallery(tmp_path, LIMN_HF_BLIP_URL=f"{there.url}/blip") as gallery:
        await gallery.until(
            "/artworks", lambda found: "running" in {one["analysis"]["state"] for one in found["items"]}
        )
        artwork_id = (await upload(gallery.client, RED)).json()["id"]
        await gallery.until(f"/artworks/{artwork_id}", lambda found: bool(found["pages"][0]["renditions"]), seconds=20)


def described(work: dict[str, Any]) -> bool:
    return work["analysis"]["state"] == "done" and None not in said(work).values()


async def edit(gallery: Gallery, work: dict[str, Any], **fields: Any) -> None:
    answer = await gallery.client.patch(f"/api/v1/artworks/{work['id']}", json=fields)
    assert answer.status_code == 200, answer.text
