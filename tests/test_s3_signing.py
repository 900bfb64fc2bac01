"""Addresses that open one blob for a while."""

import hashlib
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from limn.blobs.s3 import S3
from limn.blobs.signing import Keys, sign_get
from limn.errors import InvalidInput, NotFound
from s3_server import ACCESS_KEY, REGION, SECRET_KEY, blobs, bucket, endpoint

__all__ = ["blobs", "bucket"]  # fixtures

DISPOSITION = "attachment; filename=\"Ein Bild.webp\"; filename*=UTF-8''Ein%20%22Bild%22%20%E2%80%93%20%C3%BC.webp"
HELLO = hashlib.sha256(b"hello").hexdigest()


async def test_a_signed_address_opens_the_blob_to_a_browser(blobs: S3) -> None:
    await blobs.put(b"hello")
    url = await _address(blobs)
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(url)
        assert (answer.status_code, answer.content) == (200, b"hello")
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["content-disposition"] == DISPOSITION
        assert answer.headers["cache-control"] == "private, no-store"
        assert (await browser.get(url.replace("image%2Fwebp", "text%2Fhtml"))).status_code == 403
        assert (await browser.get(url.partition("?")[0])).status_code == 403


async def test_a_signed_address_runs_out(blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    place, keys = f"{endpoint().url}/{bucket}/{_place(HELLO)}", Keys(ACCESS_KEY, SECRET_KEY, None, REGION)
    now = datetime.now(UTC)
    answers = []
    async with httpx2.AsyncClient() as browser:
        for age in (30, 61):
            url = sign_get(place, keys, seconds=60, now=now - timedelta(seconds=age), asked={})
            answers.append((await browser.get(url)).status_code)
    assert answers == [200, 403]


@pytest.mark.parametrize("seconds", [0, -1, 7 * 86_400 + 1])
async def test_a_signed_address_has_an_end(blobs: S3, seconds: int) -> None:
    with pytest.raises(InvalidInput):
        await _address(blobs, seconds=seconds)
    with pytest.raises(NotFound):
        await _address(blobs, "../x")


def test_an_address_is_signed_as_amazon_shows_it() -> None:
    """The worked example of the specification; its keys are Amazon's and open nothing."""
    keys = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, "us-east-1")
    now = datetime(2013, 5, 24, tzinfo=UTC)
    url = sign_get("https://examplebucket.s3.amazonaws.com/test.txt", keys, seconds=86_400, now=now, asked={})
    assert url.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    assert "wJalr" not in repr(keys)


async def _address(blobs: S3, key: str = HELLO, *, seconds: int = 60) -> str:
    found = await blobs.address(key, seconds=seconds, media_type="image/webp", disposition=DISPOSITION)
    assert found is not None
    return found


def _place(key: str) -> str:
    return f"a-gallery/blobs/{key[:2]}/{key[2:4]}/{key}"
