"""The models before their operator: what is there, bringing them while the gallery runs, and stopping that."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import pictures
from graphs import write_captioner, write_clip
from hub_server import Hub
from limn.dependencies import operator
from limn.errors import NotFound
from limn.models import Viewer
from limn.vision.weights import MODELS
from looking import Gallery, open_gallery, said
from sentence_model import folder as model_folder
from serving import Server

CLIP, CAPTIONER = "clip-vit-base-patch32", "distilvit"
VISION = "onnx/vision_model_quantized.onnx"
RED = pictures.flat("#d81a1a", 120, 80)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """It has a tiny CLIP and a tiny captioner under the names of the large ones."""
    with Hub() as served:
        for name, write in ((CLIP, write_clip), (CAPTIONER, write_captioner)):
            folder = write(tmp_path / "hub" / name)
            served.files[MODELS[name].repo] = {
                path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
            }
        yield served


async def test_a_gallery_is_given_eyes_while_it_runs(tmp_path: Path, hub: Hub) -> None:
    async with open_gallery(tmp_path, HF_ENDPOINT=hub.url) as gallery:
        work = await gallery.hang(RED, description="A red picture")
        before = await gallery.get("/admin/models")
        assert before["offer"]["names"] == [CLIP, CAPTIONER]
        assert before["offer"]["bytes"] == sum(MODELS[name].bytes for name in (CLIP, CAPTIONER))
        assert {weights(before, name)["state"] for name in (CLIP, CAPTIONER)} == {"absent"}
        started = await gallery.client.post("/api/v1/admin/models", json={"names": before["offer"]["names"]})
        assert started.status_code == 202
        assert weights(started.json(), CLIP)["state"] == "downloading"
        after = await gallery.until(
            "/admin/models", lambda found: all(weights(found, name)["in_use"] for name in (CLIP, CAPTIONER))
        )
        assert (after["offer"], bool(after["offer_reason"])) == (None, True)
        assert {weights(after, name)["state"] for name in (CLIP, CAPTIONER)} == {"present"}
        assert weights(after, CLIP)["revision"] == hub.commit
        assert [one["method"] for one in after["capabilities"][0]["speakers"]] == ["clip", "measured"]
        await gallery.until_settled()
        assert said(await gallery.work(work["id"])) == {"caption": CAPTIONER, "match": "clip"}


async def test_one_download_runs_at_a_time_and_can_be_stopped_and_taken_up_again(tmp_path: Path, hub: Hub) -> None:
    hub.hold_after[VISION] = 1000
    async with open_gallery(tmp_path, HF_ENDPOINT=hub.url) as gallery:
        assert (await post(gallery, CLIP)).status_code == 202
        await gallery.until("/admin/models", lambda found: weights(found, CLIP)["downloaded_bytes"] >= 1000)
        second = await post(gallery, CAPTIONER)
        assert (second.status_code, second.json()["code"]) == (409, "download_running")
        assert (await gallery.client.delete("/api/v1/admin/models")).status_code == 204
        stopped = await gallery.until("/admin/models", lambda found: weights(found, CLIP)["state"] == "absent")
        assert "stopped" in weights(stopped, CLIP)["problem"]
        assert weights(stopped, CLIP)["downloaded_bytes"] >= 1000
        hub.hold_after.clear()
        assert (await post(gallery, CLIP)).status_code == 202
        await gallery.until("/admin/models", lambda found: bool(weights(found, CLIP)["in_use"]))


async def test_stopping_where_nothing_runs_is_no_mistake(tmp_path: Path) -> None:
    async with open_gallery(tmp_path) as gallery:
        assert (await gallery.client.delete("/api/v1/admin/models")).status_code == 204


async def test_a_download_that_fails_says_why_and_the_next_goes_on(tmp_path: Path, hub: Hub) -> None:
    hub.refuse["Mozilla"] = (403, {})
    async with open_gallery(tmp_path, HF_ENDPOINT=hub.url) as gallery:
        assert (await post(gallery, CAPTIONER, CLIP)).status_code == 202
        found = await gallery.until("/admin/models", lambda found: bool(weights(found, CLIP)["in_use"]))
        refused = weights(found, CAPTIONER)
        assert refused["state"] == "absent"
        assert "403" in refused["problem"]
        assert (await gallery.client.get("/readyz")).status_code == 200


@pytest.mark.parametrize(
    "body", [{"names": []}, {"names": ["../../etc"]}, {"names": ["gpt"]}, {"names": [CLIP], "force": True}, {}, []]
)
async def test_what_cannot_be_brought_is_refused(tmp_path: Path, body: Any) -> None:
    async with open_gallery(tmp_path) as gallery:
        answer = await gallery.client.post("/api/v1/admin/models", json=body)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        found = await gallery.get("/admin/models")
        assert {weights(found, name)["state"] for name in (CLIP, CAPTIONER)} == {"absent"}


async def test_the_report_says_who_knows_what_words_mean_and_why_nobody_does(tmp_path: Path) -> None:
    model_folder()
    async with open_gallery(tmp_path / "off") as gallery:
        found = await gallery.get("/admin/models")
        assert words(found) == ("away", "LIMN_SENTENCES is off.")
        assert not weights(found, "sentences")["in_use"]
    async with open_gallery(tmp_path / "on", LIMN_SENTENCES="auto") as gallery:
        found = await gallery.get("/admin/models")
        assert words(found) == ("ready", None)
        assert weights(found, "sentences")["in_use"]


def words(found: dict[str, Any]) -> tuple[str, str | None]:
    (reader,) = next(one["speakers"] for one in found["capabilities"] if one["name"] == "words")
    return reader["state"], reader["reason"]


async def test_another_page_cannot_start_a_download(tmp_path: Path) -> None:
    async with open_gallery(tmp_path) as gallery:
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
        answer = await gallery.client.post("/api/v1/admin/models", json={"names": [CLIP]}, headers=headers)
        assert answer.status_code == 403


async def test_it_is_there_for_operators_only() -> None:
    assert await operator(Viewer(account_id="ada", operator=True))
    for viewer in (Viewer(), Viewer(account_id="ada")):
        with pytest.raises(NotFound):
            await operator(viewer)


def test_a_server_that_stops_lets_its_download_go_and_takes_it_up_when_asked(tmp_path: Path, hub: Hub) -> None:
    hub.hold_after[VISION] = 1000
    server = Server(tmp_path / "data", HF_ENDPOINT=hub.url)
    with server, server.client() as client:
        assert client.post("/admin/models", json={"names": [CLIP]}).status_code == 202
        assert until(client, lambda found: found["downloaded_bytes"] >= 1000)["state"] == "downloading"
        assert server.stop(within=10) == -signal.SIGTERM
        hub.hold_after.clear()
    with server, server.client() as client:
        assert until(client, lambda found: found["state"] == "absent")["downloaded_bytes"] >= 1000
        assert client.post("/admin/models", json={"names": [CLIP]}).status_code == 202
        assert until(client, lambda found: found["in_use"])["problem"] is None


def until(client: httpx2.Client, holds: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + 60
    while not holds(found := weights(client.get("/admin/models").json(), CLIP)):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


async def post(gallery: Gallery, *names: str) -> httpx2.Response:
    return await gallery.client.post("/api/v1/admin/models", json={"names": list(names)})


def weights(found: dict[str, Any], name: str) -> Any:
    return next(one for one in found["weights"] if one["name"] == name)
