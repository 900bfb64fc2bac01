"""Uploads and deletions of the same bytes at once, step by step: a request is held at the door of the service."""

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import anyio

from limn.blobs.s3 import MARK_SECONDS, S3
from patience import eventually
from s3_server import blobs, bucket, endpoint

__all__ = ["blobs", "bucket"]  # fixtures

HELLO = hashlib.sha256(b"hello").hexdigest()


async def test_an_upload_waits_for_the_deletion_of_the_same_bytes(blobs: S3) -> None:
    """The deletion is at the service's door, decided a while ago, when the same bytes come anew."""
    await blobs.put(b"hello")
    kept = anyio.Event()

    async def keep_again() -> None:
        await blobs.put(b"hello")
        kept.set()

    with endpoint().hold("DELETE", HELLO[2:]) as deletion:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_discard, blobs)
            await eventually(deletion.arrived.is_set)
            sent = _count(f"/{HELLO[:2]}/{HELLO[2:4]}/{HELLO}", "PUT")
            tasks.start_soon(keep_again)
            await eventually(lambda: _count(f"/{HELLO[:2]}/{HELLO[2:4]}/{HELLO}", "PUT") > sent)
            looked = _count(f"discarding%2F{HELLO}", "GET")
            await eventually(lambda: _count(f"discarding%2F{HELLO}", "GET") > looked + 1)
            assert not kept.is_set(), "what it has sent is about to be deleted"
            deletion.go.set()
    assert kept.is_set()
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello"


async def test_an_upload_sees_a_deletion_that_was_over_before_it_looked(blobs: S3) -> None:
    await blobs.put(b"hello")
    with (
        endpoint().hold("DELETE", HELLO[2:]) as deletion,
        endpoint().hold("GET", f"discarding%2F{HELLO}") as look,
    ):
        async with anyio.create_task_group() as keeping:
            async with anyio.create_task_group() as discarding:
                discarding.start_soon(_discard, blobs)
                await eventually(deletion.arrived.is_set)
                keeping.start_soon(blobs.put, b"hello")
                await eventually(look.arrived.is_set)
                deletion.go.set()
            look.go.set()
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello"


async def test_a_deletion_sees_what_was_kept_after_it_was_announced(blobs: S3, tmp_path: Path, bucket: str) -> None:
    await blobs.put(b"hello")
    await anyio.sleep(1.1)  # the service tells time in seconds
    decided = time.time()
    await anyio.sleep(1.1)
    gone: list[bool] = []

    async def discard() -> None:
        gone.append(await blobs.discard(HELLO, unused_since=decided))

    with endpoint().hold("PUT", "discarding") as announcement:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(discard)
            await eventually(announcement.arrived.is_set)
            await blobs.put(b"hello")
            announcement.go.set()
    assert gone == [False]
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello"
    assert list(endpoint().inside(bucket).keys) == [_place(HELLO)], "and takes its mark away"


async def test_kept_in_the_very_second_is_in_use(blobs: S3) -> None:
    await blobs.put(b"hello")
    kept = (await blobs.stat(HELLO)).modified
    assert not await blobs.discard(HELLO, unused_since=kept)
    assert not await blobs.discard(HELLO, unused_since=kept + 0.9)
    assert await blobs.discard(HELLO, unused_since=kept + 1)


async def test_what_a_dead_discard_left_is_told_until_it_means_nothing(blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    with endpoint().hold("DELETE", HELLO[2:]) as deletion, anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_discard, blobs)
            await eventually(deletion.arrived.is_set)
            scope.cancel()
    inside = endpoint().inside(bucket)
    (mark,) = [key for name, key in inside.keys.items() if "discarding" in name]
    with anyio.move_on_after(0.5) as waiting:
        await blobs.put(b"hello")
    assert waiting.cancelled_caught, "nobody knows whether it will still be deleted"
    assert await blobs.sweep(older_than_seconds=-60) == 0, "and the mark is not swept while it says something"

    mark.last_modified = datetime.fromtimestamp(time.time() - MARK_SECONDS - 60, UTC).replace(tzinfo=None)
    await blobs.put(b"hello")
    mark.last_modified = datetime.fromtimestamp(time.time() - 3 * MARK_SECONDS, UTC).replace(tzinfo=None)
    assert await blobs.sweep(older_than_seconds=-60) == 1
    assert list(inside.keys) == [_place(HELLO)]


async def _discard(blobs: S3) -> None:
    await blobs.discard(HELLO, unused_since=time.time() + 60)


def _place(key: str) -> str:
    return f"a-gallery/blobs/{key[:2]}/{key[2:4]}/{key}"


def _count(part: str, method: str) -> int:
    return sum(1 for seen, target in endpoint().seen if seen == method and part in target)
