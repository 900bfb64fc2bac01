"""What a person gets who has a token, or endpoints, or local models, or nothing: a working upload that says who looked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import pictures
from inference_server import BLIP, CHAT, CLIP, InferenceServer
from limn.views import present
from looking import open_gallery, said, tags
from uploads import upload
from works import OTHER, OWNER, a_work

E5 = "huggingface/intfloat/multilingual-e5-large/1024@1"
RED = pictures.flat("#d81a1a", 120, 80)


@pytest.fixture
def there() -> Iterator[InferenceServer]:
    with InferenceServer() as running:
        yield running


async def test_with_nothing_the_picture_is_measured_and_nothing_leaves_the_machine(tmp_path: Path) -> None:
    async with open_gallery(tmp_path) as gallery:
        assert (await gallery.get("/limits"))["hosts"] == []
        work = await gallery.hang(RED, description="a red fox")
        assert said(work) == {"caption": "measured", "match": "measured"}
        assert "red" in tags(work)
        analysis = work["analysis"]
        assert (analysis["space"], analysis["look_at"], analysis["caption_reason"]) == ("limn/basic@1", None, None)
        models = await gallery.get("/admin/models")
        looking = [one["speakers"] for one in models["capabilities"] if one["name"] != "words"]
        assert [[one["method"] for one in speakers] for speakers in looking] == [["measured"]] * 4
        assert models["space"] == {"active": None, "target": None, "behind": 0, "works": 1}


async def test_with_only_a_token_one_call_to_the_router_describes_the_picture(
    tmp_path: Path, there: InferenceServer
) -> None:
    async with open_gallery(tmp_path, HF_TOKEN="hf_x", LIMN_HF_ROUTER_URL=there.url) as gallery:
        limits = await gallery.get("/limits")
        assert (limits["hosts"], limits["private_stays"]) == ([there.host], True)
        work = await gallery.hang(RED, description="a lighthouse at night", tags="coast")
        assert said(work) == {"caption": "vlm", "match": "vlm"}
        assert work["analysis"]["match"]["cosine"] is None
        assert {"coast", "lighthouse", "sea", "red"} <= tags(work)
        assert len(there.to(CHAT)) == 1
        # CLIP and BLIP were asked first, and are not served by the router
        assert (len(there.to(CLIP)), len(there.to(BLIP))) == (1, 1)
        assert {asked.token for asked in there.asked} == {"Bearer hf_x"}
        assert work["analysis"]["space"] == E5
        (words,) = (asked.json["inputs"] for asked in there.asked if "feature-extraction" in asked.path)
        for known in ("A picture", "at night", "coast", "sea", "A lighthouse on a rock"):
            assert known in words[0]
        models = await gallery.until_settled()
        assert models["space"] == {"active": E5, "target": E5, "behind": 0, "works": 1}
        assert models["hosts"] == [there.host]
        match = models["capabilities"][0]
        assert [(one["method"], one["state"]) for one in match["speakers"]] == [
            ("clip", "away"),
            ("vlm", "ready"),
            ("measured", "ready"),
        ]
        assert "does not serve" in match["speakers"][0]["reason"]


async def test_with_only_endpoints_of_ones_own_each_does_its_part(tmp_path: Path, there: InferenceServer) -> None:
    there.cosine = lambda label: 0.31 if "red" in label else 0.15
    endpoints = {"LIMN_HF_CLIP_URL": f"{there.url}/clip", "LIMN_HF_BLIP_URL": f"{there.url}/blip"}
    async with open_gallery(tmp_path, **endpoints) as gallery:
        work = await gallery.hang(RED, description="a red picture, a walrus")
        assert said(work) == {"caption": "blip", "match": "clip"}
        assert work["analysis"]["caption"]["text"] == "A picture that is 120 wide and 80 high."
        phrases = {phrase["text"]: phrase["recognised"] for phrase in work["analysis"]["match"]["phrases"]}
        assert phrases == {"red picture": True, "walrus": False}
        assert {asked.token for asked in there.asked} == {None}
        # nobody here tags by sight or embeds: that is measured
        assert "red" in tags(work)
        assert (work["analysis"]["tags_reason"], work["analysis"]["space"]) == (None, "limn/basic@1")


async def test_a_private_work_stays_here_until_it_is_published(tmp_path: Path, there: InferenceServer) -> None:
    async with open_gallery(tmp_path, HF_TOKEN="hf_x", LIMN_HF_ROUTER_URL=there.url) as gallery:
        work = await gallery.hang(RED, description="a lighthouse", visibility="private")
        assert said(work)["caption"] == "measured"
        assert there.asked == []
        artwork = f"/api/v1/artworks/{work['id']}"
        assert (await gallery.client.patch(artwork, json={"visibility": "unlisted"})).status_code == 200
        shown = await gallery.until(
            f"/artworks/{work['id']}",
            lambda found: found["analysis"]["state"] == "done" and said(found)["caption"] == "vlm",
        )
        assert said(shown)["match"] == "vlm"
        assert "lighthouse" in tags(shown)


async def test_the_operator_may_let_private_works_leave(tmp_path: Path, there: InferenceServer) -> None:
    settings = {"HF_TOKEN": "hf_x", "LIMN_HF_ROUTER_URL": there.url, "LIMN_HF_SEND_PRIVATE": "true"}
    async with open_gallery(tmp_path, **settings) as gallery:
        assert (await gallery.get("/limits"))["private_stays"] is False
        assert said(await gallery.hang(RED, visibility="private"))["caption"] == "vlm"


async def test_basic_by_name_uses_no_token(tmp_path: Path, there: InferenceServer) -> None:
    async with open_gallery(tmp_path, HF_TOKEN="hf_x", LIMN_HF_ROUTER_URL=there.url, LIMN_VISION="basic") as gallery:
        assert said(await gallery.hang(RED, description="red"))["caption"] == "measured"
    assert there.asked == []


async def test_an_artist_refuses_a_tag_for_good_and_means_the_words(tmp_path: Path, there: InferenceServer) -> None:
    there.cosine = lambda _: 0.15
    endpoints = {"LIMN_HF_CHAT_URL": there.url, "LIMN_HF_CLIP_URL": f"{there.url}/clip"}
    async with open_gallery(tmp_path, **endpoints) as gallery:
        work = await gallery.hang(RED, description="a walrus")
        assert work["coach"] == {
            "unmentioned": ["lighthouse", "sea"],
            "unrecognised": ["walrus"],
            "alt_text": "A lighthouse on a rock above a dark sea.",
            "alt_text_method": "vlm",
        }
        artwork = f"/api/v1/artworks/{work['id']}"
        changes = {"rejected_tags": "#Sea,  ,lighthouse", "intended": True, "alt_text": "A red field."}
        edited = (await gallery.client.patch(artwork, json=changes)).json()
        assert (edited["rejected_tags"], edited["intended"]) == (["sea", "lighthouse"], True)
        assert not {"sea", "lighthouse"} & tags(edited)
        assert edited["coach"] == {"unmentioned": [], "unrecognised": [], "alt_text": None, "alt_text_method": None}
        assert (await gallery.client.post(f"{artwork}/analysis")).status_code == 202
        again = await gallery.until(f"/artworks/{work['id']}", lambda found: found["analysis"]["state"] == "done")
        assert not {"sea", "lighthouse"} & tags(again)
        assert (await gallery.get("/artworks"))["items"][0]["coach"] is None


async def test_what_an_artist_cannot_say_is_refused(tmp_path: Path) -> None:
    refused: list[dict[str, object]] = [
        {"rejected_tags": ["x" * 61]},
        {"rejected_tags": [f"tag {n}" for n in range(201)]},
        {"rejected_tags": ["a\0b"]},
        {"rejected_tags": None},
        {"intended": None},
        {"intended": "perhaps"},
    ]
    async with open_gallery(tmp_path) as gallery:
        work = (await upload(gallery.client, RED)).json()
        for changes in refused:
            answer = await gallery.client.patch(f"/api/v1/artworks/{work['id']}", json=changes)
            assert answer.status_code == 422, changes
            assert answer.json()["errors"], changes


def test_what_is_for_the_artist_is_not_for_others() -> None:
    work = a_work(rejected_tags=("sea",), intended=True)
    mine, theirs = (present(work, viewer, alone=True) for viewer in (OWNER, OTHER))
    assert (mine.rejected_tags, mine.intended, bool(mine.coach)) == (("sea",), True, True)
    assert (theirs.rejected_tags, theirs.intended, theirs.coach) == (None, None, None)
