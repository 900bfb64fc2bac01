"""Bombs, doubles and secrets in pictures, uploaded over HTTP: refused in words and quickly, or published clean."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import httpx2
import pytest

import hostile
import pictures
from conftest import gallery
from limn.settings import Settings
from patience import PATIENCE_SECONDS
from processes import resident_bytes
from serving import Server
from uploads import analysed, upload, upload_now

BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "PNG of 30,000²": (lambda: hostile.png_claiming(30_000, 30_000), "image_too_large"),
    "WebP of 16,383²": (lambda: hostile.webp_claiming(16_383, 16_383), "image_too_large"),
    "AVIF of 16,000²": (lambda: hostile.avif_claiming(16_000, 16_000), "image_too_large"),
    "PNG of 13,300²": (lambda: hostile.flat_png(13_300), "image_too_large"),
    "1,000 scans": (lambda: hostile.scan_bomb(1000), "image_too_complex"),
    "2,001 GIF frames": (lambda: hostile.gif_of(2001, 2000, 2000), "image_too_complex"),
    "400 WebP frames": (lambda: hostile.webp_of(400), "image_too_complex"),
    "10,000 APNG frames": (lambda: hostile.apng_claiming(10_000), "image_too_complex"),
    "zTXt of 200 MB": (lambda: hostile.text_bomb("zTXt"), "image_corrupt"),
    "iCCP of 200 MB": (lambda: hostile.text_bomb("iCCP"), "image_corrupt"),
    "half a JPEG": (lambda: hostile.cut(pictures.jpeg(900, 700), "half"), "image_corrupt"),
}


def test_bombs_are_refused_quickly_and_cost_the_server_nothing(tmp_path: Path) -> None:
    with Server(tmp_path / "data", LIMN_WORKERS="0") as server, server.client() as client:
        upload_now(client, pictures.jpeg())  # the fork server is there
        kept = files_below(server.data_dir / "blobs")
        before = resident_bytes(server.process.pid)
        for name, (draw, code) in BOMBS.items():
            data = draw()
            began = time.monotonic()
            answer = upload_now(client, data)
            took = time.monotonic() - began
            assert (answer.status_code, answer.json()["code"]) == (422, code), name
            assert answer.headers["content-type"] == "application/problem+json"
            assert took < 10, name  # the limit on the decoder itself is more
            assert files_below(server.data_dir / "blobs") == kept, name
        assert resident_bytes(server.process.pid) - before < 60_000_000
        assert upload_now(client, pictures.jpeg(seed=2)).status_code == 201


def files_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", pictures.FORMATS)
async def test_nothing_hidden_in_a_picture_is_published(client: httpx2.AsyncClient, name: str) -> None:
    data = pictures.marked(name)
    assert pictures.MARKER.encode() in data
    artwork = await analysed(client, (await upload(client, data)).json()["id"])
    assert artwork["analysis"]["state"] == "done"
    shown = [artwork["pages"][0]["placeholder"].encode()]
    shown += [(await client.get(rendition["url"])).content for rendition in artwork["pages"][0]["renditions"]]
    assert len(shown) >= 2
    assert [what for what in (pictures.MARKER.encode(), b"Exif", b"<x:xmpmeta") for each in shown if what in each] == []
    original = await client.get(f"/api/v1/artworks/{artwork['id']}/original")
    assert original.content == data


@pytest.mark.parametrize("name", ["gif-script", "jpeg-html", "png-zip", "webp-tail"])
async def test_the_other_half_of_a_double_file_is_served_inert_or_not_at_all(
    client: httpx2.AsyncClient, name: str
) -> None:
    artwork = await analysed(client, (await upload(client, hostile.polyglot(name))).json()["id"])
    for rendition in artwork["pages"][0]["renditions"]:
        assert hostile.PAYLOAD not in (await client.get(rendition["url"])).content
    original = await client.get(f"/api/v1/artworks/{artwork['id']}/original", headers={"Accept": "text/html"})
    assert hostile.PAYLOAD in original.content
    assert original.headers["content-type"].startswith("image/")
    assert original.headers["content-disposition"].startswith("attachment;")
    assert original.headers["x-content-type-options"] == "nosniff"
    assert original.headers["content-security-policy"] == "sandbox; default-src 'none'"


async def test_a_full_queue_before_the_decoders_is_told_when_to_come_back(settings: Settings) -> None:
    """Two decoders, 64 who may wait: of 90 slow pictures sent at once the rest is refused, and all of them get in at last."""
    slow = pictures.jpeg(3000, 2400, quality=60)
    different = [slow + b"%d" % number for number in range(90)]
    async with gallery(settings.model_copy(update={"workers": 0})) as client:
        first = await all_at_once(client, different)
        refused = [data for data, answer in first if answer.status_code == 429]
        assert {answer.status_code for _, answer in first} == {201, 429}
        for _, answer in first:
            if answer.status_code == 429:
                assert answer.json()["code"] == "too_many_requests"
                assert 1 <= int(answer.headers["retry-after"]) <= 120
        again = await all_at_once(client, refused)
        assert {answer.status_code for _, answer in again} == {201}
        metrics = (await client.get("/metrics")).text
        assert 'limn_artworks{state="pending"} 90' in metrics
    assert len(files_below(settings.data_dir / "blobs")) == 90


async def all_at_once(client: httpx2.AsyncClient, files: list[bytes]) -> list[tuple[bytes, httpx2.Response]]:
    answers: list[tuple[bytes, httpx2.Response]] = []

    async def send(data: bytes) -> None:
        answers.append((data, await upload(client, data)))

    async with anyio.create_task_group() as tasks:
        for data in files:
            tasks.start_soon(send, data)
    return answers


async def test_a_decoder_that_dies_costs_its_own_upload_only(tmp_path: Path) -> None:
    """Three of fifteen kill theirs by a signal, while listing goes on beside it."""
    good, poison = [pictures.jpeg(60, 40, seed=n) for n in range(12)], pictures.jpeg(60, 40, seed=666)
    point = f"decode.{hashlib.sha256(poison).hexdigest()[:12]}"
    with Server(tmp_path / "data", LIMN_WORKERS="0", LIMN_TEST_FAILPOINT=point) as server:
        async with httpx2.AsyncClient(base_url=server.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
            slowest = 0.0

            async def list_works() -> None:
                nonlocal slowest
                while True:
                    began = time.monotonic()
                    assert (await client.get("/api/v1/artworks")).status_code == 200
                    slowest = max(slowest, time.monotonic() - began)
                    await anyio.sleep(0.01)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(list_works)
                answers = [answer for _, answer in await all_at_once(client, [*good, poison, poison, poison])]
                tasks.cancel_scope.cancel()
    codes = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert codes == ["image_decoder_died"] * 3
    assert len(answers) == 15
    assert slowest < 5, "milliseconds; the rest is for a loaded machine"
