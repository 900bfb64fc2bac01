"""/readyz of a gallery whose pictures are in a bucket: what is away is said in time, and seldom asked."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest

import pictures
from conftest import gallery
from cutting import wire
from limn.blobs.pulse import EVERY_SECONDS, WAIT_SECONDS
from limn.errors import Unavailable
from limn.settings import Settings, load
from patience import eventually
from s3_server import ACCESS_KEY, REGION, SECRET_KEY, Sick, endpoint, open_s3
from serving import lasting_port
from uploads import upload

SOON = WAIT_SECONDS + 1.5  # and the rest of the answer, where others work too


def _settings(folder: Path, bucket: str, url: str) -> Settings:
    told = {
        "LIMN_DATA_DIR": str(folder / "data"),
        "LIMN_WORKERS": "0",
        "LIMN_STORAGE_URL": f"s3://{bucket}/gallery",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    return load(told, env_file=None)


async def _ready(client: httpx2.AsyncClient) -> tuple[int, str]:
    began = time.monotonic()
    answer = await client.get("/readyz")
    assert time.monotonic() - began < SOON
    body: dict[str, Any] = answer.json()
    assert body["parts"]["store"] == "ok"
    return answer.status_code, body["parts"]["blobs"]


async def test_a_service_that_stops_and_comes_back_is_seen(tmp_path: Path) -> None:
    bucket, place = endpoint().new_bucket(), urlsplit(endpoint().url)
    assert place.hostname
    assert place.port
    port = lasting_port()
    away = "The bucket of the pictures cannot be reached, or does not answer in time."
    with ExitStack() as service:
        service.enter_context(wire(place.hostname, place.port, at=port))
        async with gallery(_settings(tmp_path, bucket, f"http://127.0.0.1:{port}")) as client:
            service.close()
            assert await _ready(client) == (503, away)
            assert (await client.get("/healthz")).status_code == 200
            assert (await upload(client, pictures.jpeg())).status_code == 503
            with wire(place.hostname, place.port, at=port):

                async def is_back() -> bool:
                    return await _ready(client) == (200, "ok")

                assert await eventually(is_back) < EVERY_SECONDS + SOON
                assert (await upload(client, pictures.jpeg())).status_code == 201


async def test_a_bucket_that_was_deleted_is_seen_and_visitors_hear_no_names(tmp_path: Path) -> None:
    bucket = endpoint().new_bucket()
    async with gallery(_settings(tmp_path, bucket, endpoint().url)) as client:
        endpoint().drop_bucket(bucket)
        status, said = await _ready(client)
    assert (status, said) == (503, "The bucket of the pictures answers: NoSuchBucket.")


async def test_however_often_it_is_asked_the_service_is_asked_once_in_a_while(tmp_path: Path) -> None:
    bucket = endpoint().new_bucket()
    async with gallery(_settings(tmp_path, bucket, endpoint().url)) as client:
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(_ready, client)
        for _ in range(10):
            await _ready(client)
        asked = [target for _, target in endpoint().seen if target.startswith(f"/{bucket}/") and "absent" in target]
        assert 1 <= len(asked) <= 1 + (time.monotonic() - began) / EVERY_SECONDS


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key": "nobody"}, "InvalidAccessKeyId"),
        ({"bucket": "no-such-bucket"}, "NoSuchBucket"),
    ],
)
async def test_what_is_refused_is_said_by_its_code(tmp_path: Path, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(Unavailable) as told:
        await open_s3(tmp_path, **wrong).check()
    assert told.value.detail == f"The bucket of the pictures answers: {code}."


async def test_a_service_that_says_nothing_is_waited_for_in_vain_but_not_for_long(tmp_path: Path) -> None:
    def late(*_: str) -> tuple[int, bytes]:
        time.sleep(SOON)
        return 200, b""

    with Sick(late) as sick:
        blobs = open_s3(tmp_path, bucket="limn", endpoint=sick.url)
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(_is_away, blobs)
        assert time.monotonic() - began < SOON
        assert len(sick.seen) == 1


async def _is_away(blobs: Any) -> None:
    with pytest.raises(Unavailable, match="in time"):
        await blobs.check()


async def test_a_disk_that_uploads_cannot_pass_is_seen_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(OSError, match="file"):
        await open_s3(tmp_path / "file").check()
