"""Blobs on this machine's disk: privacy of files, sudden death, a full disk, half-done discards."""

import hashlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from limn.blobs.local import Local

DATA = bytes(range(256)) * 4096
KEY = hashlib.sha256(DATA).hexdigest()
KEEP = """
import anyio, sys
from pathlib import Path
from limn.blobs.local import Local
DATA = bytes(range(256)) * 4096
async def main():
    blobs = Local(Path(sys.argv[1]))
    async with blobs.stage() as staged:
        for at in range(0, len(DATA), 65536):
            await staged.write(DATA[at:at + 65536])
        print(await blobs.keep(staged), flush=True)
anyio.run(main)
"""


@pytest.mark.parametrize(
    ("point", "there"),
    [
        ("blob.half_write", False),
        ("blob.after_fsync", False),
        ("blob.after_rename", True),
        ("blob.after_dir_fsync", True),
    ],
)
async def test_killed_anywhere_there_is_the_whole_blob_or_none(tmp_path: Path, point: str, *, there: bool) -> None:
    died = _keep_in_another_process(tmp_path / "blobs", failpoint=point)
    assert died.returncode == -signal.SIGKILL
    assert died.stdout == b"", "nothing was acknowledged"
    blobs = Local(tmp_path / "blobs")
    found = [info async for info in blobs.all()]
    assert [info.key for info in found] == ([KEY] if there else [])
    assert len(_files(tmp_path / "blobs")) == 1, "the blob, or what the sweep removes"
    assert await blobs.sweep(older_than_seconds=-60) == (0 if there else 1)

    again = _keep_in_another_process(tmp_path / "blobs")
    assert again.stdout.decode().strip() == KEY
    assert b"".join([chunk async for chunk in blobs.read(KEY)]) == DATA
    assert len(_files(tmp_path / "blobs")) == 1


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
async def test_nobody_else_on_the_machine_may_read(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        blobs = Local(tmp_path / "blobs")
        await blobs.put(DATA)
        async with blobs.stage() as staged:
            await staged.write(b"x")
            modes = {_mode(path) for path in _files(tmp_path / "blobs")}
    finally:
        os.umask(before)
    assert modes == {0o600}
    folders = [path for path in (tmp_path / "blobs").rglob("*") if path.is_dir()]
    assert {_mode(folder) for folder in [tmp_path / "blobs", *folders]} == {0o700}


async def test_the_address_is_the_hash(tmp_path: Path) -> None:
    await Local(tmp_path / "blobs").put(DATA)
    assert _files(tmp_path / "blobs") == [tmp_path / "blobs" / KEY[:2] / KEY[2:4] / KEY]


async def test_a_damaged_blob_is_healed_by_keeping_it_again(tmp_path: Path) -> None:
    blobs = Local(tmp_path / "blobs")
    await blobs.put(DATA)
    (path,) = _files(tmp_path / "blobs")
    path.write_bytes(b"rotten")
    await blobs.put(DATA)
    assert path.read_bytes() == DATA


async def test_what_a_dead_discard_held_comes_back(tmp_path: Path) -> None:
    """It may have been kept again a moment before; the collector will ask again if it was not."""
    blobs = Local(tmp_path / "blobs")
    await blobs.put(DATA)
    (path,) = _files(tmp_path / "blobs")
    path.rename(tmp_path / "blobs" / "staging" / f"out-{KEY}.0123456789abcdef")
    assert await blobs.sweep(older_than_seconds=-60) == 0
    assert _files(tmp_path / "blobs") == [path]
    assert b"".join([chunk async for chunk in blobs.read(KEY)]) == DATA


async def test_a_stranger_in_the_folder_is_no_blob(tmp_path: Path) -> None:
    blobs = Local(tmp_path / "blobs")
    await blobs.put(DATA)
    (path,) = _files(tmp_path / "blobs")
    (path.parent / "notes.txt").write_text("mine")
    (tmp_path / "blobs" / "zz").write_text("mine")
    assert [info.key async for info in blobs.all()] == [KEY]


async def test_an_empty_gallery_has_no_blobs_and_makes_no_folder(tmp_path: Path) -> None:
    blobs = Local(tmp_path / "not" / "yet")
    assert [info async for info in blobs.all()] == []
    assert await blobs.sweep(older_than_seconds=0) == 0
    assert (await blobs.free_bytes() or 0) > 0
    assert not (tmp_path / "not").exists()


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """A real one of 6 MB; the fourth blob does not fit, a smaller one does afterwards, and what was kept is whole."""
    script = """
import anyio, hashlib, os, sys
from pathlib import Path
from limn.blobs.local import Local
from limn.errors import OutOfSpace
async def main():
    blobs, kept, refused = Local(Path(sys.argv[1]) / "blobs"), [], 0
    for number in range(5):
        try:
            kept.append(await blobs.put(bytes([number]) * 1_900_000))
        except OutOfSpace as error:
            refused += 1
            assert error.status == 507
    kept.append(await blobs.put(b"small"))
    for key in kept:
        assert hashlib.sha256(b"".join([chunk async for chunk in blobs.read(key)])).hexdigest() == key
    assert sorted(kept) == sorted([info.key async for info in blobs.all()])
    assert await blobs.discard(kept[0], unused_since=2**40)
    kept.append(await blobs.put(bytes(1_900_000)))
    staged = list((Path(sys.argv[1]) / "blobs" / "staging").iterdir())
    print(len(kept), refused, len(staged), await blobs.free_bytes() < 6_291_456)
anyio.run(main)
"""
    mount = 'mount -t tmpfs -o size=6m none "$1" && exec "$2" -c "$3" "$1"'
    ran = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, "sh", str(tmp_path), sys.executable, script],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert ran.stdout.split() == [b"5", b"2", b"0", b"True"]


def _keep_in_another_process(root: Path, *, failpoint: str = "") -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"LIMN_TEST_FAILPOINT": failpoint}
    return subprocess.run(
        [sys.executable, "-c", KEEP, str(root)], env=environment, stdout=subprocess.PIPE, check=False, timeout=60
    )


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
