"""What every blob store promises. Nothing here may ask which one it has."""

import hashlib
import time
from contextlib import suppress

import anyio
import pytest

from contracts.blob_stores import stores  # noqa: F401  the fixture `blobs`
from limn.blobs.protocol import BlobInfo, Blobs
from limn.errors import InvalidInput, NotFound

HELLO = hashlib.sha256(b"hello").hexdigest()
ABSENT = "0" * 64


async def _read(blobs: Blobs, key: str, **options: int) -> list[bytes]:
    return [chunk async for chunk in blobs.read(key, **options)]


async def _all(blobs: Blobs) -> list[BlobInfo]:
    return [info async for info in blobs.all()]


async def test_what_was_put_reads_back_under_its_hash(blobs: Blobs) -> None:
    assert await blobs.put(b"hello") == HELLO
    assert await _read(blobs, HELLO) == [b"hello"]


async def test_nothing_is_a_blob_too(blobs: Blobs) -> None:
    key = await blobs.put(b"")
    assert key == hashlib.sha256().hexdigest()
    assert b"".join(await _read(blobs, key)) == b""
    assert (await blobs.stat(key)).size_bytes == 0


async def test_a_stream_is_counted_and_hashed_on_its_way_in(blobs: Blobs) -> None:
    async with blobs.stage() as staged:
        for letter in b"hello":
            await staged.write(bytes([letter]))
        assert (staged.size_bytes, staged.sha256) == (5, HELLO)
        assert staged.path.read_bytes() == b"hello", "a decoder reads it before it is kept"
        assert await blobs.keep(staged) == HELLO
    assert await _read(blobs, HELLO) == [b"hello"]


async def test_what_is_not_kept_is_gone(blobs: Blobs) -> None:
    async with blobs.stage() as staged:
        await staged.write(b"hello")
        path = staged.path
    assert not path.exists()
    assert await _all(blobs) == []


async def test_what_is_not_kept_is_gone_after_an_error_too(blobs: Blobs) -> None:
    with suppress(RuntimeError):
        async with blobs.stage() as staged:
            path = staged.path
            await staged.write(b"hello")
            raise RuntimeError
    assert not path.exists()
    assert await _all(blobs) == []


async def test_a_cancelled_upload_leaves_nothing(blobs: Blobs) -> None:
    with anyio.CancelScope() as scope:
        async with blobs.stage() as staged:
            path = staged.path
            await staged.write(b"hello")
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert not path.exists()


async def test_large_blobs_come_in_chunks_of_the_size_asked_for(blobs: Blobs) -> None:
    data = bytes(range(256)) * 4096
    key = await blobs.put(data)
    chunks = await _read(blobs, key, chunk_bytes=65_536)
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) <= 65_536


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 5), (1, 4), (4, 5)])
async def test_a_part_is_the_bytes_between(blobs: Blobs, start: int, stop: int) -> None:
    await blobs.put(b"hello")
    assert b"".join([chunk async for chunk in blobs.read_part(HELLO, start, stop)]) == b"hello"[start:stop]


async def test_a_large_part_comes_in_chunks_of_the_size_asked_for(blobs: Blobs) -> None:
    data = bytes(range(256)) * 4096
    key = await blobs.put(data)
    chunks = [chunk async for chunk in blobs.read_part(key, 70_001, 900_001, chunk_bytes=65_536)]
    assert b"".join(chunks) == data[70_001:900_001]
    assert max(map(len, chunks)) <= 65_536


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 6), (4, 9), (5, 6), (9, 12), (0, 0), (3, 3), (3, 2), (-1, 2), (-3, -1)]
)
async def test_a_part_that_is_not_there_is_refused_before_the_first_byte(blobs: Blobs, start: int, stop: int) -> None:
    await blobs.put(b"hello")
    with pytest.raises(InvalidInput):
        await anext(blobs.read_part(HELLO, start, stop))


async def test_of_nothing_there_is_no_part(blobs: Blobs) -> None:
    key = await blobs.put(b"")
    with pytest.raises(InvalidInput):
        await anext(blobs.read_part(key, 0, 1))


async def test_a_blob_can_be_had_as_a_file(blobs: Blobs) -> None:
    await blobs.put(b"hello")
    async with blobs.file(HELLO) as path:
        assert path.read_bytes() == b"hello"


@pytest.mark.parametrize(
    "key", [ABSENT, "", "..", "../" * 20 + "etc/passwd", HELLO.upper(), HELLO + "\n", "ab/cd/" + HELLO]
)
async def test_what_is_no_key_or_not_there_is_not_found(blobs: Blobs, key: str) -> None:
    await blobs.put(b"hello")
    with pytest.raises(NotFound):
        await _read(blobs, key)
    with pytest.raises(NotFound):
        await anext(blobs.read_part(key, 0, 1))
    with pytest.raises(NotFound):
        await blobs.stat(key)
    with pytest.raises(NotFound):
        async with blobs.file(key):
            pass


async def test_what_settled_first_is_kept_as_ever(blobs: Blobs) -> None:
    async with blobs.stage() as staged:
        await staged.write(b"hel")
        await staged.settle()
        await staged.write(b"lo")
        await staged.settle()
        assert await blobs.keep(staged) == HELLO
    assert await _read(blobs, HELLO) == [b"hello"]


async def test_settling_keeps_nothing(blobs: Blobs) -> None:
    async with blobs.stage() as staged:
        await staged.write(b"hello")
        await staged.settle()
    assert await _all(blobs) == []


async def test_stat_and_all_tell_size_and_time(blobs: Blobs) -> None:
    keys = {await blobs.put(data) for data in (b"hello", b"world!", b"")}
    found = {info.key: info for info in await _all(blobs)}
    assert found.keys() == keys
    assert found[HELLO] == await blobs.stat(HELLO)
    assert found[HELLO].size_bytes == 5
    assert abs(found[HELLO].modified - time.time()) < 60


async def test_keeping_again_renews_the_time(blobs: Blobs) -> None:
    await blobs.put(b"hello")
    first = await blobs.stat(HELLO)
    await anyio.sleep(1.1)
    assert await blobs.put(b"hello") == HELLO
    assert (await blobs.stat(HELLO)).modified > first.modified
    assert len(await _all(blobs)) == 1


async def test_unused_blobs_are_discarded(blobs: Blobs) -> None:
    await blobs.put(b"hello")
    assert await blobs.discard(HELLO, unused_since=time.time() + 60)
    with pytest.raises(NotFound):
        await blobs.stat(HELLO)


async def test_discarding_what_is_gone_already_is_no_error(blobs: Blobs) -> None:
    assert await blobs.discard(ABSENT, unused_since=time.time())


async def test_a_blob_kept_again_since_is_not_discarded(blobs: Blobs) -> None:
    await blobs.put(b"hello")
    assert not await blobs.discard(HELLO, unused_since=time.time() - 3600)
    assert await _read(blobs, HELLO) == [b"hello"]


async def test_many_may_keep_the_same_bytes_at_once(blobs: Blobs) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(blobs.put, b"hello")
    assert [info.key for info in await _all(blobs)] == [HELLO]
    assert await _read(blobs, HELLO) == [b"hello"]


async def test_what_is_kept_while_it_is_discarded_is_there_afterwards(blobs: Blobs) -> None:
    """The collector decided before; at the moment it acts, somebody uploads the same bytes."""
    contents = [f"picture {number}".encode() for number in range(20)]
    for data in contents:
        await blobs.put(data)
    await anyio.sleep(1.1)  # some stores tell time in seconds
    decided = time.time()
    await anyio.sleep(1.1)
    async with anyio.create_task_group() as tasks:
        for number, data in enumerate(contents):
            for _ in range(2):
                tasks.start_soon(_discard, blobs, data, decided)
            # some before, most in the middle of it, some after: a discard takes from a millisecond to some hundred
            tasks.start_soon(_put_after, blobs, data, 0.02 * number)
    for data in contents:
        assert b"".join(await _read(blobs, hashlib.sha256(data).hexdigest())) == data


async def _discard(blobs: Blobs, data: bytes, unused_since: float) -> None:
    await blobs.discard(hashlib.sha256(data).hexdigest(), unused_since=unused_since)


async def _put_after(blobs: Blobs, data: bytes, seconds: float) -> None:
    await anyio.sleep(seconds)
    await blobs.put(data)


async def test_a_young_upload_survives_the_sweep_and_an_old_one_does_not(blobs: Blobs) -> None:
    async with blobs.stage() as staged:
        await staged.write(b"hello")
        assert await blobs.sweep(older_than_seconds=3600) == 0
        assert staged.path.exists()
        assert await blobs.sweep(older_than_seconds=-60) == 1
        assert not staged.path.exists()


async def test_free_room_is_a_number_or_unknown(blobs: Blobs) -> None:
    free = await blobs.free_bytes()
    assert free is None or free > 0


async def test_being_checked_leaves_no_trace(blobs: Blobs) -> None:
    for _ in range(2):
        await blobs.check()
    assert await _all(blobs) == []
    assert await blobs.sweep(older_than_seconds=-60) == 0
