"""Local models: found at the start, or while the server runs; broken, replaced and taken away; and all works before the new eyes."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import pictures
from graphs import write_captioner, write_clip
from limn.errors import BadSettings
from looking import open_gallery, said, tags

CLIP, CAPTIONER = "clip-vit-base-patch32", "distilvit"
RED, BLUE = pictures.flat("#d81a1a", 120, 80), pictures.flat("#1a40d8", 120, 80)


def models(tmp_path: Path) -> Path:
    """The folder where models of this data folder lie."""
    return tmp_path / "data" / "models"


def write_words(path: Path, *words: str) -> str:
    """A vocabulary with these words in one group."""
    path.write_text("\n".join(["[things]", "at least: 0.3", "against: nothing", *words]), encoding="utf-8")
    return str(path)


async def test_with_only_local_models_all_is_seen_here_and_nothing_leaves(tmp_path: Path) -> None:
    write_clip(models(tmp_path) / CLIP)
    write_captioner(models(tmp_path) / CAPTIONER)
    words = write_words(tmp_path / "words.txt", "fire engine: scarlet", "sea", "grass")
    async with open_gallery(tmp_path, LIMN_VOCABULARY=words) as gallery:
        assert (await gallery.get("/limits"))["hosts"] == []
        work = await gallery.hang(RED, description="A red picture")
        assert said(work) == {"caption": CAPTIONER, "match": "clip"}
        assert work["analysis"]["caption"]["text"] == "A mostly red picture."
        match = work["analysis"]["match"]
        assert match["score"] > 85
        assert 0.3 < match["cosine"] < 0.35
        assert {"fire engine", "red"} <= tags(work)
        assert not {"sea", "grass"} & tags(work)
        space = work["analysis"]["space"]
        assert space.startswith(f"{CLIP}@")
        found = await gallery.until_settled()
        assert found["space"] == {"active": space, "target": space, "behind": 0, "works": 1}
        assert {one["name"]: one["state"] for one in found["weights"] if one["in_use"]} == {
            CLIP: "present",
            CAPTIONER: "present",
        }
        assert [one["method"] for one in found["capabilities"][2]["speakers"]] == ["clip", "measured"]


async def test_models_that_come_while_the_server_runs_look_at_every_work(tmp_path: Path) -> None:
    async with open_gallery(tmp_path) as gallery:
        before = [await gallery.hang(picture, description="A red picture") for picture in (RED, BLUE)]
        assert {said(work)["match"] for work in before} == {"measured"}
        write_clip(tmp_path / "brought" / CLIP)
        write_captioner(tmp_path / "brought" / CAPTIONER)
        shutil.copytree(tmp_path / "brought", models(tmp_path))
        scores = []
        for work in before:
            seen = await gallery.until(f"/artworks/{work['id']}", lambda found: looked(found, "clip", CAPTIONER))
            scores.append(seen["analysis"]["match"]["score"])
            assert seen["pages"] == work["pages"]
            assert seen["created"] == work["created"]
        assert scores[0] > 85
        assert scores[1] < 15
        found = await gallery.until_settled()
        assert found["space"]["active"].startswith(CLIP)
        nearest = await gallery.get("/search", q="crimson")
        assert nearest["items"][0]["artwork"]["id"] == before[0]["id"]


async def test_a_changed_vocabulary_tags_anew_without_the_pictures(tmp_path: Path) -> None:
    write_clip(models(tmp_path) / CLIP)
    words = tmp_path / "words.txt"
    async with open_gallery(tmp_path, LIMN_VOCABULARY=write_words(words, "fire engine: scarlet", "sea")) as gallery:
        work = await gallery.hang(RED, description="A red picture", tags="mine")
        measured = tags(work) - {"fire engine"}
        assert {"red", "mine"} < measured
        for blob in (gallery.data / "blobs").rglob("*"):
            if blob.is_file():
                blob.unlink()
        write_words(words, "poppy: crimson", "sea")
        again = await gallery.until(f"/artworks/{work['id']}", lambda found: "poppy" in tags(found))
        assert tags(again) == measured | {"poppy"}
        assert again["analysis"]["match"] == work["analysis"]["match"]
        await gallery.until_settled()
        assert (await gallery.work(work["id"]))["analysis"]["error"] is None


async def test_another_model_builds_its_space_while_the_old_one_answers(tmp_path: Path) -> None:
    write_clip(models(tmp_path) / CLIP, seed=1)
    async with open_gallery(tmp_path) as gallery:
        red, blue = [(await gallery.hang(picture))["id"] for picture in (RED, BLUE)]
        old = (await gallery.until_settled())["space"]["active"]
    write_clip(models(tmp_path) / "other", seed=2, dimension=20)
    async with open_gallery(tmp_path, LIMN_CLIP_MODEL="other") as gallery:
        answers = []

        def settled(found: dict[str, Any]) -> bool:
            answers.append(found["space"])
            return bool(found["space"]["active"] == found["space"]["target"])

        await gallery.until("/search?q=scarlet", lambda found: found["items"][0]["artwork"]["id"] == red)
        new = (await gallery.until("/admin/models", settled))["space"]["active"]
        assert new.startswith("other@")
        assert {space["active"] for space in answers} == {old, new}
        assert (await gallery.work(blue))["analysis"]["space"] == new


async def test_a_model_that_is_replaced_in_its_folder_fills_a_space_of_its_own(tmp_path: Path) -> None:
    write_clip(models(tmp_path) / CLIP, seed=1)
    async with open_gallery(tmp_path) as gallery:
        red = (await gallery.hang(RED))["id"]
        old = (await gallery.until_settled())["space"]["active"]
        write_clip(models(tmp_path) / CLIP, seed=2)
        found = await gallery.until("/admin/models", lambda found: found["space"]["active"] not in {old, None})
        assert found["space"]["active"] == found["space"]["target"]
        await gallery.until(
            "/search?q=scarlet", lambda found: found["spaces"][-1] != old and found["items"][0]["artwork"]["id"] == red
        )
        assert (await gallery.work(red))["analysis"]["space"] == found["space"]["active"]


async def test_a_broken_model_stops_nothing_and_is_named(tmp_path: Path) -> None:
    write_clip(models(tmp_path) / CLIP)
    (models(tmp_path) / CLIP / "onnx/vision_model_quantized.onnx").write_bytes(b"no graph")
    write_captioner(models(tmp_path) / CAPTIONER)
    async with open_gallery(tmp_path) as gallery:
        found = await gallery.until("/admin/models", lambda found: weights(found, CLIP)["problem"] is not None)
        assert weights(found, CLIP)["state"] == "damaged"
        assert "vision_model_quantized.onnx" in weights(found, CLIP)["problem"]
        assert not weights(found, CLIP)["in_use"]
        assert said(await gallery.hang(RED, description="red")) == {"caption": CAPTIONER, "match": "measured"}
        # mended: it looks without a restart
        write_clip(models(tmp_path) / CLIP)
        await gallery.until("/admin/models", lambda found: bool(weights(found, CLIP)["in_use"]))
        assert (await gallery.until_settled())["space"]["active"].startswith(CLIP)


async def test_models_that_are_taken_away_take_nothing_with_them(tmp_path: Path) -> None:
    write_clip(models(tmp_path) / CLIP)
    write_captioner(models(tmp_path) / CAPTIONER)
    async with open_gallery(tmp_path) as gallery:
        work = await gallery.hang(RED, description="A red picture")
        await gallery.until_settled()
        shutil.rmtree(models(tmp_path))
        await gallery.until("/admin/models", lambda found: found["space"]["active"] is found["space"]["target"] is None)
        kept = await gallery.work(work["id"])
        assert (kept["analysis"]["caption"], kept["analysis"]["match"]) == (
            work["analysis"]["caption"],
            work["analysis"]["match"],
        )
        assert said(await gallery.hang(BLUE, description="blue")) == {"caption": "measured", "match": "measured"}


async def test_local_models_by_name_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="limn models download"):
        async with open_gallery(tmp_path, LIMN_VISION="onnx"):
            pass
    write_clip(models(tmp_path) / CLIP)
    (models(tmp_path) / CLIP / "onnx/text_model_quantized.onnx").write_bytes(b"no graph")
    with pytest.raises(BadSettings, match=r"text_model_quantized\.onnx"):
        async with open_gallery(tmp_path, LIMN_VISION="onnx"):
            pass


async def test_a_wrong_vocabulary_stops_the_start_and_a_later_mistake_does_not(tmp_path: Path) -> None:
    write_clip(models(tmp_path) / CLIP)
    words = tmp_path / "words.txt"
    words.write_text("one, two", encoding="utf-8")
    with pytest.raises(BadSettings, match="LIMN_VOCABULARY"):
        async with open_gallery(tmp_path, LIMN_VOCABULARY=str(words)):
            pass
    async with open_gallery(tmp_path, LIMN_VOCABULARY=write_words(words, "poppy: crimson")) as gallery:
        words.write_text("one, two", encoding="utf-8")
        assert "poppy" in tags(await gallery.hang(RED))


def looked(work: dict[str, Any], match: str, caption: str) -> bool:
    return said(work) == {"match": match, "caption": caption} and bool(work["analysis"]["state"] == "done")


def weights(found: dict[str, Any], name: str) -> Any:
    return next(one for one in found["weights"] if one["name"] == name)
