"""Galleries between kinds: SQLite and a folder to MongoDB and S3 and back, and a backup of either restored into the other."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from keeping import Gallery, full, made
from limn.maintenance.copying import Outcome, sound
from limn.maintenance.moving import move_blobs, move_records
from limn.resources import open_blobs_at, open_store_at
from limn.settings import load
from limn.stores.protocol import KINDS, Record
from s3_server import ACCESS_KEY, REGION, SECRET_KEY, endpoint

__all__ = ["full", "made"]


@pytest.fixture
def elsewhere(mongodb_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of a gallery in MongoDB and a bucket, empty."""
    return {
        "LIMN_DATA_DIR": str(tmp_path / "elsewhere"),
        "LIMN_DATABASE_URL": mongodb_url,
        "LIMN_STORAGE_URL": f"s3://{endpoint().new_bucket()}/gallery",
        "AWS_ENDPOINT_URL": endpoint().url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }


async def everything(environment: Mapping[str, str]) -> tuple[list[Record], dict[str, int]]:
    settings = load(environment, env_file=None)
    async with open_store_at(settings.store_url) as store, open_blobs_at(settings.blobs_url, settings) as blobs:
        records = [r for kind in KINDS for r in await store.records.everything(kind, after=None, limit=500)]
        held = {blob.key: blob.size_bytes async for blob in blobs.all()}
        assert {await sound(blobs, key, size) for key, size in held.items()} == {Outcome.HELD}
        return records, held


async def test_a_gallery_moves_to_mongodb_and_s3_and_back(
    full: Gallery, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    here = {"LIMN_DATA_DIR": str(full.data)}
    before = await everything(here)
    to = ("--to", elsewhere["LIMN_DATABASE_URL"], "--to-storage", elsewhere["LIMN_STORAGE_URL"])
    moved = full.limn("migrate", *to, **{**elsewhere, **here, "LIMN_DATABASE_URL": "", "LIMN_STORAGE_URL": ""})
    assert moved.returncode == 0, moved.stderr
    assert await everything(elsewhere) == before
    back = Gallery(tmp_path / "back")
    to = ("--to", f"sqlite:///{back.data}/limn.db", "--to-storage", f"file://{back.data}/blobs")
    returned = full.limn("migrate", *to, **elsewhere)
    assert returned.returncode == 0, returned.stderr
    assert await everything({"LIMN_DATA_DIR": str(back.data)}) == before
    assert await back.served() == await full.served()


async def test_a_backup_of_one_kind_is_restored_into_another(
    full: Gallery, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    before = await everything({"LIMN_DATA_DIR": str(full.data)})
    assert full.limn("backup", str(tmp_path / "first")).returncode == 0
    restored = full.limn("restore", str(tmp_path / "first"), **elsewhere)
    assert restored.returncode == 0, restored.stderr
    assert await everything(elsewhere) == before
    assert full.limn("fsck", **elsewhere).returncode == 0
    assert full.limn("backup", str(tmp_path / "second"), **elsewhere).returncode == 0
    again = Gallery(tmp_path / "again")
    assert again.limn("restore", str(tmp_path / "second")).returncode == 0
    assert await everything({"LIMN_DATA_DIR": str(again.data)}) == before


async def test_fsck_finds_and_mends_in_a_bucket_too(full: Gallery, elsewhere: dict[str, str]) -> None:
    settings = load(elsewhere, env_file=None)
    async with full.store() as store, open_store_at(settings.store_url) as other:
        await move_records(store, other)
    async with open_blobs_at(settings.blobs_url, settings) as bucket_blobs:
        await move_blobs(full.blobs, bucket_blobs)
    before = await everything(elsewhere)
    copies = next(r for r in before[0] if r.kind == "artworks").fields["document"]["pages"][0]["renditions"]
    bucket, _, prefix = elsewhere["LIMN_STORAGE_URL"].removeprefix("s3://").partition("/")
    keys = endpoint().inside(bucket).keys
    missing, damaged = (f"{prefix}/{c['sha256'][:2]}/{c['sha256'][2:4]}/{c['sha256']}" for c in copies)
    keys.pop(missing)
    keys[damaged].value = b"x" + keys[damaged].value[1:]
    mended = full.limn("fsck", "--repair", **elsewhere)
    assert (mended.returncode, mended.stdout.count("made anew")) == (0, 2)
    assert [line.split()[0] for line in mended.stdout.splitlines()[:2]] == ["missing", "damaged"]
    assert await everything(elsewhere) == before
