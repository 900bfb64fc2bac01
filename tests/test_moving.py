"""limn migrate: a gallery moves whole, goes on where it was ended, and neither source nor a gallery of others is harmed."""

import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from keeping import Gallery, full, made, many, one_line
from limn.blobs.local import Local
from limn.errors import Conflict, Unavailable
from limn.maintenance.moving import move_blobs, move_records
from limn.models import ArtworkChanges
from limn.stores.protocol import Record
from works import OWNER, a_work

__all__ = ["full", "made"]


def addresses(source: Gallery, target: Gallery) -> list[str]:
    return [
        *("--from", f"sqlite:///{source.data}/limn.db", "--to", f"sqlite:///{target.data}/limn.db"),
        *("--from-storage", f"file://{source.data}/blobs", "--to-storage", f"file://{target.data}/blobs"),
    ]


async def works(gallery: Gallery) -> list[Record]:
    return [record for record in await gallery.records() if record.kind == "artworks"]


async def test_a_moved_gallery_is_the_same_and_the_source_as_it_was(full: Gallery, tmp_path: Path) -> None:
    before = await full.records()
    target = Gallery(tmp_path / "target")
    moved = full.limn("migrate", *addresses(full, target))
    assert moved.returncode == 0, moved.stderr
    assert moved.stdout.splitlines()[:2] == ["pictures: 9 written, 0 held", f"records: {len(before)} written, 0 held"]
    assert await target.records() == await full.records() == before
    assert target.limn("fsck").returncode == 0
    assert await target.served() == await full.served()
    again = full.limn("migrate", *addresses(full, target))
    assert again.stdout.splitlines()[:2] == ["pictures: 0 written, 9 held", f"records: 0 written, {len(before)} held"]


async def test_the_source_is_that_of_the_settings_where_none_is_named(full: Gallery, tmp_path: Path) -> None:
    target = Gallery(tmp_path / "target")
    moved = full.limn("migrate", "--to-storage", f"file://{target.data}/blobs", "--json-lines")
    assert moved.returncode == 0, moved.stderr
    assert '{"moved": "pictures", "written": 9, "held": 0}' in moved.stdout
    assert not (target.data / "limn.db").exists()
    assert full.limn("migrate", "--to", f"sqlite:///{target.data}/limn.db").returncode == 0
    assert await target.records() == await full.records()


@pytest.mark.parametrize("point", ["copying.kept:3", "moving.loaded:1"])
async def test_a_move_that_was_killed_goes_on(tmp_path: Path, point: str) -> None:
    source, target = await many(tmp_path / "data", 250), Gallery(tmp_path / "target")
    assert source.limn("migrate", *addresses(source, target), failpoint=point).returncode == -signal.SIGKILL
    moved = source.limn("migrate", *addresses(source, target))
    assert moved.returncode == 0, moved.stderr
    held = {line.split(": ")[0]: int(line.split()[-2]) for line in moved.stdout.splitlines()[:2]}
    assert (held["pictures"] == 10) == ("copying" not in point)
    assert held["pictures"] >= 3
    assert held["records"] == (0 if "copying" in point else 200)
    assert await target.records() == await source.records()


async def test_what_changed_in_the_source_is_brought_again(full: Gallery, tmp_path: Path) -> None:
    target = Gallery(tmp_path / "target")
    target.data.mkdir()
    async with full.store() as store, target.store() as other:
        first = await move_records(store, other)
        assert (first.written, first.held) == (len(await full.records()), 0)
        work = (await store.artworks.add(a_work())).artwork
        changed = (await works(full))[0].id
        await store.artworks.edit(changed, OWNER, ArtworkChanges(title="Another"))
        second = await move_records(store, other)
        assert (second.written, second.held) == (2, first.written - 1)
        assert await other.artworks.get(work.id, OWNER) == work
        assert (await other.artworks.get(changed, OWNER)).title == "Another"
    assert await target.records() == await full.records()


async def test_a_target_that_holds_something_else_is_left_as_it_is(full: Gallery, tmp_path: Path) -> None:
    target = await many(tmp_path / "target", 1)
    before = await target.records()
    async with full.store() as store, target.store() as other:
        with pytest.raises(Conflict, match=before[0].id):
            await move_records(store, other)
    assert await target.records() == before


async def test_a_target_that_was_used_since_is_left_as_it_is(full: Gallery, tmp_path: Path) -> None:
    target = Gallery(tmp_path / "target")
    target.data.mkdir()
    async with full.store() as store, target.store() as other:
        await move_records(store, other)
        changed = (await works(full))[1].id
        await other.artworks.edit(changed, OWNER, ArtworkChanges(title="Edited there"))
        before = await target.records()
        with pytest.raises(Conflict, match="changed there"):
            await move_records(store, other)
    assert await target.records() == before


async def test_a_damaged_picture_is_named_and_never_arrives(full: Gallery, tmp_path: Path) -> None:
    path = full.blob((await works(full))[0].fields["document"]["pages"][0]["sha256"])
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    target = Local(tmp_path / "target")
    with pytest.raises(Unavailable, match=path.name):
        await move_blobs(full.blobs, target)
    arrived = {blob.key async for blob in target.all()}
    assert arrived == {blob.key async for blob in full.blobs.all()} - {path.name}


async def test_what_lies_damaged_in_the_target_is_healed(full: Gallery, tmp_path: Path) -> None:
    target = Gallery(tmp_path / "target")
    await move_blobs(full.blobs, target.blobs)
    path = target.blob((await works(full))[0].fields["document"]["pages"][0]["sha256"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    copies = await move_blobs(full.blobs, target.blobs)
    assert (copies.copied, copies.held) == (1, 8)
    assert path.read_bytes() == whole


async def test_a_source_that_is_written_to_meanwhile_is_told(full: Gallery, tmp_path: Path) -> None:
    target = Gallery(tmp_path / "target")
    target.data.mkdir()
    first = (await works(full))[0]

    def said(what: str, done: int, of: int) -> None:
        """Another process, when all is copied and not yet compared."""
        if done == of:
            connection = sqlite3.connect(full.data / "limn.db")
            connection.execute("UPDATE artworks SET fence = 99 WHERE id=?", (first.id,))
            connection.commit()
            connection.close()

    async with full.store() as store, target.store() as other:
        with pytest.raises(Unavailable, match="stop whoever serves"):
            await move_records(store, other, said=said)
        await move_records(store, other)
    assert (await works(target))[0] == replace(first, fields={**first.fields, "fence": 99})


async def test_the_active_space_moves_too_and_so_does_its_absence(full: Gallery, tmp_path: Path) -> None:
    target = Gallery(tmp_path / "target")
    target.data.mkdir()
    async with full.store() as store, target.store() as other:
        for space in ("s", None, "t"):
            await store.eyes.activate(space)
            await move_records(store, other)
            assert await other.eyes.active_space() == space


def test_an_address_that_is_none_is_told_without_its_password(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path / "data")
    (tmp_path / "limn.db").touch()
    for arguments in (
        ["--from", "oracle://ada:canary@host/x", "--to", f"sqlite:///{tmp_path}/new.db"],
        ["--from", f"sqlite:///{tmp_path}/missing.db", "--to", f"sqlite:///{tmp_path}/new.db"],
    ):
        refused = gallery.limn("migrate", *arguments)
        assert (refused.returncode, one_line(refused.stderr)) == (1, True), refused.stderr
        assert "canary" not in refused.stdout + refused.stderr
    assert not (tmp_path / "new.db").exists()
    same = ["--from", f"sqlite:///{tmp_path}/limn.db", "--to", f"sqlite:///{tmp_path}/limn.db"]
    assert gallery.limn("migrate", *same).returncode == 2
