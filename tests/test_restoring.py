"""Restoring: a damaged backup is refused before anything is touched, a gallery of others is left alone, a killed restore goes on."""

import gzip
import hashlib
import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from keeping import Gallery, first_blob, flip, full, keep, made, many, one_line, whole
from limn.blobs.local import Local
from limn.errors import InvalidInput
from limn.maintenance.restore import check

__all__ = ["full", "made"]


def _reseal(snapshot: Path, change: Callable[[dict[str, object]], object]) -> None:
    """As somebody would who changes a manifest on purpose."""
    body = json.loads((snapshot / "manifest.json").read_text())
    del body["seal"]
    change(body)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    body["seal"] = hashlib.sha256(text.encode()).hexdigest()
    (snapshot / "manifest.json").write_text(json.dumps(body))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _cut_records(snapshot: Path) -> None:
    """A gzip file that is cut off, under a hash that says so."""
    _truncate(snapshot / "records.jsonl.gz")
    _resealed_records(snapshot)


def _lose_a_line(snapshot: Path) -> None:
    path = snapshot / "records.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(gzip.decompress(path.read_bytes()).splitlines(keepends=True)[1:])))
    _resealed_records(snapshot)


def _garble_a_line(snapshot: Path) -> None:
    path = snapshot / "records.jsonl.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b'"title"', b'"titel"')))
    _resealed_records(snapshot)


def _resealed_records(snapshot: Path) -> None:
    sha256 = hashlib.sha256((snapshot / "records.jsonl.gz").read_bytes()).hexdigest()
    _reseal(snapshot, lambda body: body.update(records_sha256=sha256))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a bit of the records": lambda s: flip(s / "records.jsonl.gz"),
    "the end of the records": lambda s: _truncate(s / "records.jsonl.gz"),
    "no records": lambda s: (s / "records.jsonl.gz").unlink(),
    "a gzip file cut off": _cut_records,
    "a record less": _lose_a_line,
    "a record that says nothing": _garble_a_line,
    "a bit of the manifest": lambda s: flip(s / "manifest.json"),
    "the end of the manifest": lambda s: _truncate(s / "manifest.json"),
    "no manifest": lambda s: (s / "manifest.json").unlink(),
    "a manifest that is none": lambda s: (s / "manifest.json").write_text("[]"),
    "another secret key": lambda s: (s / "secret-key").write_text("other"),
    "no secret key": lambda s: (s / "secret-key").unlink(),
    "another format": lambda s: _reseal(s, lambda body: body.update(format=2)),
    "another count": lambda s: _reseal(s, lambda body: body.update(counts={"artworks": 2})),
    "a picture it does not know": lambda s: _reseal(s, lambda body: body.update(blobs={})),
    "a bit of a picture": lambda s: flip(first_blob(s.parent / "blobs")),
    "the end of a picture": lambda s: _truncate(first_blob(s.parent / "blobs")),
    "no picture": lambda s: first_blob(s.parent / "blobs").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_every_damage_is_found_before_anything_is_touched(
    full: Gallery, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    snapshot = tmp_path / "kept" / (await keep(full, tmp_path / "kept")).name
    assert await whole(tmp_path / "kept")
    damage(snapshot)
    with pytest.raises(InvalidInput):
        await check(snapshot, Local(tmp_path / "kept" / "blobs"))


async def test_a_damaged_backup_is_refused_in_one_line_and_nothing_is_made(full: Gallery, tmp_path: Path) -> None:
    good = await keep(full, tmp_path / "kept")
    bad = await keep(full, tmp_path / "kept")
    flip(tmp_path / "kept" / bad.name / "records.jsonl.gz")
    again = Gallery(tmp_path / "again")
    refused = again.limn("restore", str(tmp_path / "kept"))
    assert refused.returncode == 1
    assert one_line(refused.stderr)
    assert bad.name in refused.stderr
    assert not again.data.exists()
    looked = again.limn("restore", "--check", "--snapshot", good.name, str(tmp_path / "kept"))
    assert (looked.returncode, looked.stdout.count("whole, 3 works")) == (0, 1)
    assert not again.data.exists()
    assert again.limn("restore", "--snapshot", good.name, str(tmp_path / "kept")).returncode == 0
    assert (again.data / "secret-key").read_text() == "the key"


async def test_a_gallery_that_is_not_empty_is_left_as_it_is(full: Gallery, tmp_path: Path) -> None:
    await keep(full, tmp_path / "kept")
    other = await many(tmp_path / "other", 1)
    before = await other.records()
    refused = other.limn("restore", str(tmp_path / "kept"))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr.splitlines()[-1]
    assert await other.records() == before
    assert len([path async for path in other.blobs.all()]) == 10


@pytest.mark.parametrize("point", ["copying.kept:5", "load.before_commit:2"])
async def test_a_restore_that_was_killed_is_run_again(tmp_path: Path, point: str) -> None:
    gallery = await many(tmp_path / "data", 250)
    await keep(gallery, tmp_path / "kept")
    again = Gallery(tmp_path / "again")
    assert again.limn("restore", str(tmp_path / "kept"), failpoint=point).returncode == -signal.SIGKILL
    done = again.limn("restore", str(tmp_path / "kept"))
    assert done.returncode == 0, done.stderr
    assert await again.records() == await gallery.records()
    assert again.limn("fsck").returncode == 0
