"""Downloads of a gallery whose pictures are in a bucket: through Limn, and by addresses of the bucket that run out."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.datastructures import Headers

import pictures
from limn.artworks.downloads import send_original
from limn.errors import BadSettings, NotFound
from limn.models import Visibility
from limn.settings import load
from s3_server import ACCESS_KEY, REGION, SECRET_KEY, endpoint, open_s3
from serving import Server
from uploads import upload_now, wait_until_analysed
from works import ANYBODY, OTHER, a_work

DATA = pictures.jpeg(400, 300, seed=1)
KEY = hashlib.sha256(DATA).hexdigest()


def _environment(bucket: str, **more: str) -> dict[str, str]:
    return {
        "LIMN_STORAGE_URL": f"s3://{bucket}/gallery",
        "AWS_ENDPOINT_URL": endpoint().url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        **more,
    }


@pytest.fixture(scope="module")
def bucket() -> str:
    return endpoint().new_bucket()


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory, bucket: str) -> Iterator[Server]:
    """A server that sends visitors to the bucket."""
    told = _environment(bucket, LIMN_SIGNED_DOWNLOADS="true")
    with Server(tmp_path_factory.mktemp("signing") / "data", port=0, cwd=None, prefix=(), **told) as running:
        yield running


@pytest.fixture(scope="module")
def work(signing: Server) -> dict[str, Any]:
    with signing.client() as client:
        made = upload_now(client, DATA, title="Füchse", original_public="true").json()
        return wait_until_analysed(client, made["id"])


@pytest.fixture(scope="module", name="through")
def through_limn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server that hands everything on itself, and its bucket."""
    bucket = endpoint().new_bucket()
    told = _environment(bucket, LIMN_WORKERS="0")
    with Server(tmp_path_factory.mktemp("through") / "data", port=0, cwd=None, prefix=(), **told) as running:
        yield running, bucket


def test_the_original_comes_from_the_bucket_as_it_would_from_limn(
    signing: Server, work: dict[str, Any], through: tuple[Server, str]
) -> None:
    path = f"/artworks/{work['id']}/original"
    with signing.client() as client:
        sent = client.get(path)
        assert sent.status_code == 307
        assert sent.headers["cache-control"] == "private, no-store"
        assert sent.headers["referrer-policy"] == "same-origin", "the bucket does not hear from where"
        assert sent.headers["location"].startswith(f"{endpoint().url}/")
        came = client.get(path, follow_redirects=True)
    with through[0].client() as client:
        made = upload_now(client, DATA, title="Füchse", original_public="true").json()["id"]
        here = client.get(f"/artworks/{made}/original")
    assert (came.status_code, came.content) == (here.status_code, here.content) == (200, DATA)
    for name in ("content-type", "content-disposition", "cache-control"):
        assert came.headers[name] == here.headers[name]
    assert came.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("shown", "seconds"),
    [
        ({"visibility": "public", "original_public": True}, 600),
        ({"visibility": "public", "original_public": False}, 60),
        ({"visibility": "unlisted", "original_public": True}, 60),
        ({"visibility": "private", "original_public": True}, 60),
    ],
)
def test_what_is_not_for_everybody_is_open_for_a_minute(
    signing: Server, work: dict[str, Any], shown: dict[str, Any], seconds: int
) -> None:
    with signing.client() as client:
        assert client.patch(f"/artworks/{work['id']}", json=shown).status_code == 200
        address = client.get(f"/artworks/{work['id']}/original").headers["location"]
        assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == [str(seconds)]
        assert httpx2.get(address, trust_env=False).content == DATA
        longer = address.replace(f"X-Amz-Expires={seconds}", "X-Amz-Expires=86400")
        other = address.replace(KEY, hashlib.sha256(b"another").hexdigest())
        page = address.replace("image%2Fjpeg", "text%2Fhtml")
        for altered in (longer, other, page):
            assert altered != address
            assert httpx2.get(altered, trust_env=False).status_code == 403


def test_a_cut_download_goes_on_at_the_bucket(signing: Server, work: dict[str, Any]) -> None:
    with signing.client(follow_redirects=True) as client:
        answer = client.get(f"/artworks/{work['id']}/original", headers={"Range": "bytes=1000-"})
    assert (answer.status_code, answer.content) == (206, DATA[1000:])


def test_head_is_answered_by_limn_because_the_address_is_signed_for_get(signing: Server, work: dict[str, Any]) -> None:
    with signing.client(follow_redirects=True) as client:
        answer = client.head(f"/artworks/{work['id']}/original")
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(DATA)))
    assert answer.headers["accept-ranges"] == "bytes"


def test_copies_go_on_through_limn(signing: Server, work: dict[str, Any]) -> None:
    with signing.client() as client:
        client.patch(f"/artworks/{work['id']}", json={"visibility": "public"})
    answer = httpx2.get(signing.url + work["pages"][0]["renditions"][0]["url"], trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_what_is_gone_or_cut_short_in_the_bucket_is_said_by_limn(signing: Server, bucket: str) -> None:
    data = pictures.jpeg(200, 100, seed=4)
    inside, place = endpoint().inside(bucket), _place(data)
    with signing.client() as client:
        made = upload_now(client, data).json()["id"]
        inside.keys[place].value = data[:-1]
        cut = client.get(f"/artworks/{made}/original")
        assert (cut.status_code, cut.json()["code"]) == (500, "damaged")
        inside.keys.pop(place)
        gone = client.get(f"/artworks/{made}/original")
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_no_address_is_made_for_whom_the_original_is_not(tmp_path: Path, visibility: Visibility) -> None:
    blobs = open_s3(tmp_path)
    await blobs.put(DATA)
    hers = a_work(cover=DATA, visibility=visibility, original_public=False)
    for viewer in (OTHER, ANYBODY):
        with pytest.raises(NotFound):
            await send_original(hers, viewer, Headers({}), blobs, signed=True)


@pytest.mark.parametrize("lacking", ["LIMN_STORAGE_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_signing_needs_a_bucket_and_keys_of_its_own(lacking: str) -> None:
    told = _environment("a-bucket", LIMN_SIGNED_DOWNLOADS="true")
    assert load(told, env_file=None).signed_downloads
    with pytest.raises(BadSettings, match=f"LIMN_SIGNED_DOWNLOADS: .*{lacking}"):
        load({**told, lacking: ""}, env_file=None)


def test_a_part_comes_through_limn_and_a_whole_one_is_checked_though_it_is_asked_for_as_a_part(
    through: tuple[Server, str],
) -> None:
    server, bucket = through
    data = pictures.noise_png(400, 400, seed=5)
    with server.client() as client:
        path = f"/artworks/{upload_now(client, data).json()['id']}/original"
        part = client.get(path, headers={"Range": "bytes=300000-400000"})
        assert (part.status_code, part.content) == (206, data[300_000:400_001])
        assert client.get(path, headers={"Range": f"bytes={len(data)}-"}).status_code == 416
        whole = client.get(path, headers={"Range": "bytes=0-"})
        assert (whole.status_code, whole.content) == (206, data)
        endpoint().inside(bucket).keys[_place(data)].value = data[:-1] + b"!"
        for headers in ({}, {"Range": "bytes=0-"}):
            with pytest.raises(httpx2.RemoteProtocolError):
                client.get(path, headers=headers)


def _place(data: bytes) -> str:
    key = hashlib.sha256(data).hexdigest()
    return f"gallery/{key[:2]}/{key[2:4]}/{key}"
