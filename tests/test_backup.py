"""Backups: the same gallery comes back, and at no moment is a half one taken for a whole one."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import anyio
import pytest
from typer.testing import CliRunner

import pictures
from keeping import TITLES, Gallery, first_blob, flip, full, keep, made, many, one_line, whole
from limn.blobs.local import Local
from limn.cli import app
from limn.errors import Conflict, InvalidInput, NotFound
from limn.maintenance.archive import chosen, drafting, snapshots
from limn.maintenance.backup import back_up
from limn.maintenance.restore import check
from serving import Server, environment
from uploads import upload_now
from works import a_work

__all__ = ["full", "made"]


async def test_what_is_restored_is_the_same_gallery(full: Gallery, tmp_path: Path) -> None:
    kept = full.limn("backup", str(tmp_path / "kept"))
    assert kept.returncode == 0, kept.stderr
    made = tmp_path / "kept" / snapshots(tmp_path / "kept")[0]
    assert kept.stdout == f"{made}: 3 works, 9 pictures, 9 of them new, 0.1 MB\n"
    again = Gallery(tmp_path / "again" / "data")
    again.data.parent.mkdir()
    restored = again.limn("restore", str(tmp_path / "kept"))
    assert restored.returncode == 0, restored.stderr
    assert await again.records() == await full.records()
    key = (full.data / "secret-key").read_text()
    assert (again.data / "secret-key").read_text() == key
    assert (again.data / "secret-key").stat().st_mode & 0o077 == 0
    checked = again.limn("fsck")
    assert (checked.returncode, checked.stdout) == (0, "3 works, 9 pictures: all whole\n")
    before = await full.served()
    assert {body["title"] for body in before[""]["items"]} == set(TITLES)
    assert len(before) > 9
    assert await again.served() == before


async def test_nobody_else_on_this_machine_can_read_a_backup(full: Gallery, tmp_path: Path) -> None:
    await keep(full, tmp_path / "kept")
    for path in [tmp_path / "kept", *(tmp_path / "kept").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


async def test_a_second_backup_copies_what_is_new_only(full: Gallery, tmp_path: Path) -> None:
    first = await keep(full, tmp_path / "kept")
    assert (first.blobs, first.copied) == (9, 9)
    async with full.store() as store:
        key = await full.blobs.put(b"more")
        await store.artworks.add(work := a_work())
        await store.artworks.add(a_work(pages=(work.pages[0].model_copy(update={"sha256": key, "bytes": 4}),)))
    second = await keep(full, tmp_path / "kept")
    assert (second.blobs, second.copied) == (11, 1)
    assert [lost.artwork_id for lost in second.lost] == [work.id]
    assert snapshots(tmp_path / "kept") == [first.name, second.name]
    for name in (first.name, second.name):
        await check(tmp_path / "kept" / name, Local(tmp_path / "kept" / "blobs"))


async def test_reading_earlier_blobs_again_heals_them(full: Gallery, tmp_path: Path) -> None:
    await keep(full, tmp_path / "kept")
    blob = first_blob(tmp_path / "kept" / "blobs")
    flip(blob)
    assert (await keep(full, tmp_path / "kept")).copied == 0
    with pytest.raises(InvalidInput, match=blob.name):
        await whole(tmp_path / "kept")
    assert (await keep(full, tmp_path / "kept", rehash=True)).copied == 1
    assert await whole(tmp_path / "kept")


async def test_a_picture_that_the_gallery_lost_is_named_and_the_rest_is_kept(full: Gallery, tmp_path: Path) -> None:
    work, other = (r.fields["document"] for r in (await full.records())[:2])
    full.blob(work["pages"][0]["sha256"]).unlink()
    flip(full.blob(other["pages"][0]["renditions"][0]["sha256"]))
    kept = full.limn("backup", str(tmp_path / "kept"))
    assert kept.returncode == 1
    missing, damaged, made_line, advice = kept.stdout.splitlines()
    assert missing == f"missing    picture.jpg, of “{work['title']}” ({work['id']}): {work['pages'][0]['sha256']}"
    assert damaged.startswith("damaged    ")
    assert f"of “{other['title']}”" in damaged
    assert "3 works" in made_line
    assert "2 pictures could not be kept" in advice
    again = Gallery(tmp_path / "again")
    restored = again.limn("restore", str(tmp_path / "kept"))
    assert (restored.returncode, restored.stdout.count("2 pictures were lost before")) == (0, 1)
    assert await again.records() == await full.records()
    assert again.limn("fsck").stdout.count("\nmissing") + 1 == 2


@pytest.mark.parametrize("point", ["backup.written", "blob.half_write:3", "copying.kept:3", "backup.copied"])
def test_a_backup_that_was_killed_is_none_and_the_next_one_is_whole(full: Gallery, tmp_path: Path, point: str) -> None:
    kept = tmp_path / "kept"
    assert full.limn("backup", str(kept), failpoint=point).returncode == -signal.SIGKILL
    assert snapshots(kept) == []
    assert any(path.name.startswith(".unfinished") for path in kept.iterdir())
    with pytest.raises(NotFound):
        chosen(kept, None)
    made = anyio.run(keep, full, kept)
    assert {path.name for path in kept.iterdir()} == {".lock", "blobs", made.name}
    assert not list((kept / "blobs" / "staging").iterdir())
    assert anyio.run(whole, kept)


async def test_an_interrupted_backup_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    gallery = await many(tmp_path / "data", 450, drawn=450)
    with gallery.start("backup", "--json-lines", str(tmp_path / "kept")) as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["progress"] == "records"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip().splitlines() in ([], ["Aborted!"])
    assert "Traceback" not in err
    assert snapshots(tmp_path / "kept") == []
    assert {path.name for path in (tmp_path / "kept").iterdir()} <= {".lock", "blobs"}


async def test_one_backup_at_a_time_is_written_to_a_folder(full: Gallery, tmp_path: Path) -> None:
    with drafting(tmp_path / "kept"), pytest.raises(Conflict):
        await keep(full, tmp_path / "kept")
    await keep(full, tmp_path / "kept")


async def test_a_work_deleted_and_collected_meanwhile_is_not_kept_half(full: Gallery, tmp_path: Path) -> None:
    gone, *rest = [r for r in await full.records() if r.kind == "artworks"]
    original = full.blob(gone.fields["document"]["pages"][0]["sha256"])

    def said(what: str, done: int, of: int) -> None:
        """Another process, once the works are written and before the pictures are copied."""
        if what == "records" and original.exists():
            original.unlink()
            connection = sqlite3.connect(full.data / "limn.db")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("DELETE FROM artworks WHERE id=?", (gone.id,))
            connection.commit()
            connection.close()

    async with full.store() as store:
        shelf = Local(tmp_path / "kept" / "blobs")
        backup = await back_up(store, full.blobs, tmp_path / "kept", shelf, secret_key=None, said=said)
    assert (backup.lost, backup.counts["artworks"]) == ((), len(rest))
    assert await whole(tmp_path / "kept")


def test_a_backup_beside_a_server_that_is_used_is_whole(full: Gallery, tmp_path: Path) -> None:
    stop, warm = threading.Event(), threading.Event()

    def use(server: Server) -> None:
        with server.client() as client:
            seed = 100
            while not stop.is_set():
                seed += 1
                posted = upload_now(client, pictures.jpeg(200, 120, seed=seed), title="Passing").json()
                if seed % 2:
                    client.delete(f"/artworks/{posted['id']}")
                if seed == 104:
                    warm.set()

    with Server(full.data) as server:
        user = threading.Thread(target=use, args=(server,))
        user.start()
        try:
            assert warm.wait(60)
            kept = full.limn("backup", str(tmp_path / "kept"))
        finally:
            stop.set()
            user.join(60)
        assert kept.returncode == 0, kept.stdout + kept.stderr
    again = Gallery(tmp_path / "again")
    assert again.limn("restore", str(tmp_path / "kept")).returncode == 0
    checked = again.limn("fsck")
    assert checked.returncode == 0, checked.stdout
    assert len([record for record in anyio.run(again.records) if record.kind == "artworks"]) > 3


@pytest.mark.parametrize("room", ["4k", "32k"])
def test_a_full_disk_is_said_in_one_line_and_holds_no_half_backup(tmp_path: Path, room: str) -> None:
    gallery = anyio.run(many, tmp_path / "data", 300)
    (tmp_path / "small").mkdir()
    script = """
        mount -t tmpfs -o size=$1 none small || exit 9
        $2 -m limn backup small/kept; echo $?
        find small -name 'manifest.json' -o -name '.unf*'
    """
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script, "sh", room, sys.executable],
        env=environment({"LIMN_DATA_DIR": str(gallery.data)}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, one_line(done.stderr)) == ("1\n", True), done.stderr
    assert "no room left" in done.stderr


def test_a_backup_is_kept_apart_from_the_gallery(full: Gallery, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(full.data)
    for dest in (full.data, full.data / "blobs", full.data / "blobs" / "ab", tmp_path / "linked"):
        for command in ("backup", "restore"):
            env = {"LIMN_DATA_DIR": str(full.data)}
            assert CliRunner().invoke(app, [command, str(dest)], env=env).exit_code == 2
    assert {path.name for path in full.data.iterdir()} == {"blobs", "limn.db", "secret-key"}
    assert full.limn("backup", str(full.data / "backups")).returncode == 0


def test_programs_hear_json(full: Gallery, tmp_path: Path) -> None:
    lines = [
        json.loads(line) for line in full.limn("backup", "--json-lines", str(tmp_path / "kept")).stdout.splitlines()
    ]
    assert {line.get("progress") for line in lines[:-1]} == {"records", "pictures"}
    assert lines[-1]["backup"] == snapshots(tmp_path / "kept")[0]
    assert lines[-1]["counts"]["artworks"] == 3
    settings = {"LIMN_DATA_DIR": str(tmp_path / "again")}
    done = full.limn("restore", "--json-lines", str(tmp_path / "kept"), **settings).stdout.splitlines()
    assert json.loads(done[-1])["restored"] == lines[-1]["backup"]


def test_the_commands_explain_themselves_and_say_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    nothing = Gallery(tmp_path / "nothing")
    for command in ("backup", "restore", "fsck", "migrate"):
        explained = CliRunner().invoke(app, [command, "--help"])
        assert explained.exit_code == 0
        assert "Example" in explained.stdout
    for arguments in (["backup"], ["restore"], ["migrate"], ["migrate", "--to", f"sqlite:///{nothing.data}/limn.db"]):
        env = {"LIMN_DATA_DIR": str(nothing.data)}
        assert CliRunner().invoke(app, arguments, env=env).exit_code == 2
    missing = str(tmp_path / "missing")
    (tmp_path / "file").touch()
    for arguments in (
        ["backup", missing],
        ["restore", missing],
        ["fsck"],
        ["migrate", "--to", f"sqlite:///{missing}.db"],
    ):
        refused = nothing.limn(*arguments)
        assert (refused.returncode, one_line(refused.stderr)) == (1, True), refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
