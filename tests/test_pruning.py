"""limn backup --keep: old backups go, then the pictures that only they needed, and a kill leaves nothing half."""

import json
import signal
from pathlib import Path

import anyio
import pytest

from keeping import Gallery, flip, keep, many, whole
from limn.blobs.local import Local
from limn.errors import Conflict
from limn.maintenance.archive import chosen, drafting, reading, snapshots
from limn.maintenance.pruning import Pruned, prune
from limn.maintenance.restore import check
from limn.models import Viewer
from works import a_page, a_work


@pytest.fixture(name="full")
def three_works(tmp_path: Path) -> Gallery:
    return anyio.run(lambda: many(tmp_path / "data", 3, drawn=3))


async def _history(gallery: Gallery, folder: Path, *, days: int) -> list[str]:
    """As many backups; on each day but the last a work hangs that is gone on the next. Answers the key of each day's picture."""
    keys: list[str] = []
    async with gallery.store() as store:
        for day in range(days):
            data = f"picture of day {day}".encode()
            keys.append(await gallery.blobs.put(data))
            work = a_work(owner=f"artist {day}", pages=(a_page(data, bytes=len(data)),))
            await store.artworks.add(work)
            await keep(gallery, folder)
            await store.artworks.delete(work.id, Viewer(account_id=work.owner))
    return keys


def _held(folder: Path, keys: list[str]) -> list[int]:
    """The days whose pictures are there."""
    return [day for day, key in enumerate(keys) if (folder / "blobs" / key[:2] / key[2:4] / key).exists()]


async def _prune(folder: Path, count: int) -> Pruned:
    return await prune(folder, Local(folder / "blobs"), keep=count, newest=snapshots(folder)[-1])


async def _all_whole(folder: Path) -> None:
    for name in snapshots(folder):
        await check(folder / name, Local(folder / "blobs"))


async def test_the_oldest_go_with_the_pictures_that_only_they_needed(full: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    keys = await _history(full, folder, days=5)
    names = snapshots(folder)
    pruned = await _prune(folder, 3)
    assert (pruned.snapshots, pruned.blobs, pruned.damaged) == (tuple(names[:2]), 2, ())
    assert pruned.blobs_bytes == 2 * len(b"picture of day 0")
    assert snapshots(folder) == names[2:]
    assert _held(folder, keys) == [2, 3, 4]
    await _all_whole(folder)
    assert await _prune(folder, 3) == Pruned((), 0, 0, ())
    assert await _prune(folder, 9) == Pruned((), 0, 0, ())


def test_the_command_removes_after_it_kept(full: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    keys = anyio.run(lambda: _history(full, folder, days=3))
    ran = full.limn("backup", "--keep", "2", str(folder))
    assert ran.returncode == 0, ran.stderr
    kept, removed = ran.stdout.splitlines()
    assert kept.startswith(str(folder / snapshots(folder)[-1]))
    assert removed == "removed: 2 old backups, 2 pictures that only they needed, 0.0 MB"
    assert len(snapshots(folder)) == 2
    assert _held(folder, keys) == [2]
    old = snapshots(folder)[0]
    flip(folder / old / "manifest.json")
    again = full.limn("backup", "--keep", "1", "--json-lines", str(folder))
    assert again.returncode == 1
    told = json.loads(again.stdout.splitlines()[-1])
    assert (len(told["removed"]), told["blobs"], told["damaged"]) == (1, 0, [old])


@pytest.mark.parametrize("point", ["pruning.withdrawn:2", "pruning.withdrew", "pruning.discarded"])
def test_killed_anywhere_every_backup_that_is_left_is_whole_and_the_next_goes_on(
    full: Gallery, tmp_path: Path, point: str
) -> None:
    folder = tmp_path / "kept"
    keys = anyio.run(lambda: _history(full, folder, days=4))
    died = full.limn("backup", "--keep", "2", str(folder), failpoint=point)
    assert died.returncode == -signal.SIGKILL
    anyio.run(_all_whole, folder)
    assert len(snapshots(folder)) >= 2
    newest = anyio.run(keep, full, folder).name
    anyio.run(lambda: _prune(folder, 2))
    assert snapshots(folder)[-1] == newest
    assert len(snapshots(folder)) == 2
    assert _held(folder, keys) == []
    assert {path.name for path in folder.iterdir()} == {".lock", "blobs", *snapshots(folder)}
    anyio.run(_all_whole, folder)


@pytest.mark.parametrize("file", ["manifest.json", "records.jsonl.gz"])
async def test_a_damaged_backup_counts_for_nothing_and_every_picture_stays(
    full: Gallery, tmp_path: Path, file: str
) -> None:
    folder = tmp_path / "kept"
    keys = await _history(full, folder, days=4)
    names = snapshots(folder)
    flip(folder / names[2] / file)
    pruned = await _prune(folder, 2)
    assert pruned == Pruned((names[0],), 0, 0, (names[2],))
    assert snapshots(folder) == names[1:]
    assert _held(folder, keys) == [0, 1, 2, 3]
    (folder / names[2]).rename(tmp_path / "elsewhere")
    assert (await _prune(folder, 1)).blobs == 3


async def test_a_backup_that_was_put_aside_under_another_name_keeps_its_pictures(full: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    keys = await _history(full, folder, days=4)
    (folder / snapshots(folder)[0]).rename(folder / "before the exhibition")
    await _prune(folder, 1)
    assert _held(folder, keys) == [0, 3]
    await check(folder / "before the exhibition", Local(folder / "blobs"))


async def test_the_one_just_made_stays_whatever_the_clock_says(full: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    await _history(full, folder, days=2)
    for year, name in enumerate(snapshots(folder)):
        (folder / name).rename(folder / f"209{year}-01-01T00-00-00Z")
    made = (await keep(full, folder)).name
    assert snapshots(folder)[0] == made
    await prune(folder, Local(folder / "blobs"), keep=1, newest=made)
    assert snapshots(folder) == [made]
    assert await whole(folder)


async def test_where_the_gallery_lost_pictures_no_old_backup_goes(full: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    await keep(full, folder)
    async with full.store() as store:
        await store.artworks.add(a_work(pages=(a_page("lost"),)))
    ran = full.limn("backup", "--keep", "1", str(folder))
    assert (ran.returncode, len(snapshots(folder))) == (1, 2)


async def test_nothing_is_removed_while_a_backup_is_written_or_restored(full: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    await _history(full, folder, days=2)
    with reading(folder):
        with pytest.raises(Conflict, match="is being restored"):
            await _prune(folder, 1)
        await keep(full, folder)  # another may be written meanwhile
    with drafting(folder), pytest.raises(Conflict, match="being written"):
        await _prune(folder, 1)
    assert len(snapshots(folder)) == 3
    await check(chosen(folder, None), Local(folder / "blobs"))
