"""Blobs in a bucket: where they lie, parts, memory, sudden death, damage."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from limn.blobs.s3 import S3
from limn.errors import Damaged
from patience import eventually
from s3_server import ACCESS_KEY, REGION, SECRET_KEY, blobs, bucket, endpoint, open_s3

__all__ = ["blobs", "bucket"]  # fixtures

DATA = bytes(range(256)) * 4096 * 12  # 12 MB: three parts
KEY = hashlib.sha256(DATA).hexdigest()
HELLO = hashlib.sha256(b"hello").hexdigest()
SENT = """
import anyio, os, sys
from pathlib import Path
from limn.blobs.s3 import S3
async def main():
    url, bucket, region, access_key, secret_key, folder = sys.argv[1:]
    blobs = S3(bucket, "p", Path(folder), endpoint=url, region=region, access_key=access_key, secret_key=secret_key, session_token=None)
    await blobs.put(b"warm")
    before = resident()
    async with blobs.stage() as staged:
        chunk = bytes(range(256)) * 4096
        for _ in range(48 if "MEMORY" in os.environ else 12):
            await staged.write(chunk)
        key = await blobs.keep(staged)
    async for chunk in blobs.read(key):
        pass
    async with blobs.file(key) as path:
        assert path.stat().st_size == 48 << 20
    print(key, resident() - before, flush=True)
def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
anyio.run(main)
"""


async def test_the_address_is_the_hash_below_the_prefix(blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    assert list(endpoint().inside(bucket).keys) == [f"a-gallery/blobs/{HELLO[:2]}/{HELLO[2:4]}/{HELLO}"]


async def test_without_a_prefix_the_bucket_is_its_own(tmp_path: Path, bucket: str) -> None:
    blobs = open_s3(tmp_path, bucket=bucket, prefix="")
    await blobs.check_rights()
    await blobs.put(b"hello")
    assert list(endpoint().inside(bucket).keys) == [f"{HELLO[:2]}/{HELLO[2:4]}/{HELLO}"]
    assert [info.key async for info in blobs.all()] == [HELLO]


async def test_strangers_in_the_bucket_are_no_blobs(tmp_path: Path, blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    await open_s3(tmp_path, bucket=bucket, prefix="a-gallery/other").put(b"world")
    await open_s3(tmp_path, bucket=bucket, prefix="a-gallery").put(b"world")
    await open_s3(tmp_path, bucket=bucket, prefix="a-gallery/blobs/notes").put(b"world")
    assert [info.key async for info in blobs.all()] == [HELLO]


async def test_a_listing_goes_on_over_pages(tmp_path: Path, blobs: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")  # of the service
    keys = {await blobs.put(bytes([number])) for number in range(8)}
    assert {info.key async for info in blobs.all()} == keys


async def test_a_large_blob_goes_in_parts(blobs: S3, bucket: str) -> None:
    assert await blobs.put(DATA) == KEY
    assert b"".join([chunk async for chunk in blobs.read(KEY)]) == DATA
    assert endpoint().inside(bucket).keys[_place(KEY)].etag.endswith('-3"')
    assert endpoint().inside(bucket).multiparts == {}


async def test_of_a_part_only_its_own_bytes_are_fetched(blobs: S3) -> None:
    await blobs.put(DATA)
    before = len(endpoint().ranges), len(endpoint().seen)
    got = b"".join([chunk async for chunk in blobs.read_part(KEY, 6_000_001, 6_100_001)])
    assert got == DATA[6_000_001:6_100_001]
    assert endpoint().ranges[before[0] :] == ["bytes=6000001-6100000"]
    assert len(endpoint().seen) - before[1] == 1


def test_a_large_blob_needs_little_memory(tmp_path: Path, bucket: str) -> None:
    """48 MB there and back, read and had as a file; the process grows by less than half of that."""
    ran = _in_another_process(tmp_path, bucket, MEMORY="1")
    assert ran.returncode == 0, ran.stderr.decode()
    assert int(ran.stdout.split()[1]) < 24 << 20


def test_killed_between_parts_nothing_is_there(tmp_path: Path, bucket: str) -> None:
    died = _in_another_process(tmp_path, bucket, LIMN_TEST_FAILPOINT="blob.half_sent:11")
    assert died.returncode == -signal.SIGKILL
    inside = endpoint().inside(bucket)
    assert [name for name in inside.keys if KEY in name] == []
    assert len(inside.multiparts) == 1, "its parts lie there until the lifecycle rule of the bucket takes them"
    assert len(_left(tmp_path)) == 1, "what was staged is swept"


async def test_an_upload_that_fails_between_parts_is_taken_back(blobs: S3, bucket: str) -> None:
    async with blobs.stage() as staged:
        await staged.write(DATA)
        with staged.path.open("r+b") as file:
            file.seek(len(DATA) - 1)
            file.write(b"!")
        with pytest.raises(Damaged):
            await blobs.keep(staged)
    inside = endpoint().inside(bucket)
    await eventually(lambda: inside.multiparts == {})
    assert not inside.keys


async def test_a_cancelled_upload_is_taken_back(blobs: S3, bucket: str) -> None:
    inside = endpoint().inside(bucket)
    with anyio.CancelScope() as scope:
        async with blobs.stage() as staged, anyio.create_task_group() as tasks:
            await staged.write(DATA * 3)
            tasks.start_soon(blobs.keep, staged)
            await eventually(lambda: len(inside.multiparts) == 1)
            scope.cancel()
    assert scope.cancelled_caught
    await eventually(lambda: inside.multiparts == {})
    assert not inside.keys


async def test_fifty_at_once(blobs: S3) -> None:
    contents = [bytes([number]) * 10_000 for number in range(50)]
    async with anyio.create_task_group() as tasks:
        for data in contents:
            tasks.start_soon(blobs.put, data)
    found = {info.key async for info in blobs.all()}
    assert found == {hashlib.sha256(data).hexdigest() for data in contents}


@pytest.mark.parametrize("damage", [b"hellO", b"hell", b"", b"x" * 300_000])
async def test_a_damaged_blob_is_named_and_never_given_out(
    tmp_path: Path, blobs: S3, bucket: str, damage: bytes
) -> None:
    await blobs.put(b"hello")
    await _overwrite(tmp_path, bucket, damage)
    with pytest.raises(Damaged, match=HELLO):
        async with blobs.file(HELLO):
            pytest.fail("it was given out")
    got: list[bytes] = []
    with pytest.raises(Damaged, match=HELLO):
        await _read(blobs, got)
    assert len(b"".join(got)) < max(1, len(damage)), "its last chunk is held back"
    assert _left(tmp_path / "staging") == []

    await blobs.put(b"hello")
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello", "keeping it again heals"


async def test_a_blob_had_as_a_file_twice_is_gone_from_here_afterwards(tmp_path: Path, blobs: S3) -> None:
    await blobs.put(b"hello")
    async with blobs.file(HELLO) as one:
        async with blobs.file(HELLO) as other:
            assert one.read_bytes() == other.read_bytes() == b"hello"
        assert one.read_bytes() == b"hello"
    assert _left(tmp_path / "staging") == []


def _in_another_process(folder: Path, bucket: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    arguments = [endpoint().url, bucket, REGION, ACCESS_KEY, SECRET_KEY, str(folder)]
    return subprocess.run(
        [sys.executable, "-c", SENT, *arguments],
        env=os.environ | environment,
        capture_output=True,
        check=False,
        timeout=60,
    )


async def _overwrite(folder: Path, bucket: str, data: bytes) -> None:
    key = await open_s3(folder / "other", bucket=bucket, prefix="other").put(data)
    inside = endpoint().inside(bucket)
    inside.keys[_place(HELLO)].value = inside.keys[f"other/{key[:2]}/{key[2:4]}/{key}"].value


async def _read(blobs: S3, got: list[bytes] | None = None) -> None:
    async for chunk in blobs.read(HELLO):
        (got if got is not None else []).append(chunk)


def _left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _place(key: str) -> str:
    return f"a-gallery/blobs/{key[:2]}/{key[2:4]}/{key}"
