"""Backups: the same gallery comes back, at no moment is a half one taken for a whole one, and a damaged one is refused untouched."""

import gzip
import hashlib
import json
import signal
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from typer.testing import CliRunner

import pictures
from keeping import TITLES, Gallery, full, made, many, one_line
from limn.blobs.local import Local
from limn.cli import app
from limn.errors import Conflict, InvalidInput, NotFound
from limn.maintenance.archive import chosen, drafting, snapshots
from limn.maintenance.backup import Backup, back_up
from limn.maintenance.restore import check
from serving import Server
from uploads import upload_now
from works import a_work

__all__ = ["full", "made"]


async def keep(gallery: Gallery, folder: Path, *, rehash: bool = False) -> Backup:
    async with gallery.store() as store:
        return await back_up(store, gallery.blobs, folder, Local(folder / "blobs"), secret_key="the key", rehash=rehash)


async def whole(folder: Path) -> bool:
    await check(folder / snapshots(folder)[-1], Local(folder / "blobs"))
    return True


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
    blob = _first_blob(tmp_path / "kept" / "blobs")
    _flip(blob)
    assert (await keep(full, tmp_path / "kept")).copied == 0
    with pytest.raises(InvalidInput, match=blob.name):
        await whole(tmp_path / "kept")
    assert (await keep(full, tmp_path / "kept", rehash=True)).copied == 1
    assert await whole(tmp_path / "kept")


async def test_a_picture_that_the_gallery_lost_is_named_and_the_rest_is_kept(full: Gallery, tmp_path: Path) -> None:
    work, other = (r.fields["document"] for r in (await full.records())[:2])
    full.blob(work["pages"][0]["sha256"]).unlink()
    _flip(full.blob(other["pages"][0]["renditions"][0]["sha256"]))
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


@pytest.mark.parametrize("point", ["backup.written", "copying.kept:3", "backup.copied"])
def test_a_backup_that_was_killed_is_none_and_the_next_one_is_whole(full: Gallery, tmp_path: Path, point: str) -> None:
    kept = tmp_path / "kept"
    assert full.limn("backup", str(kept), failpoint=point).returncode == -signal.SIGKILL
    assert snapshots(kept) == []
    assert any(path.name.startswith(".unfinished") for path in kept.iterdir())
    with pytest.raises(NotFound):
        chosen(kept, None)
    made = anyio.run(keep, full, kept)
    assert {path.name for path in kept.iterdir()} == {".lock", "blobs", made.name}
    assert anyio.run(whole, kept)


async def test_an_interrupted_backup_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    gallery = await many(tmp_path / "data", 450, drawn=450)
    with gallery.start("backup", "--json-lines", str(tmp_path / "kept")) as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["progress"] == "records"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode not in {0, None}
    assert "Traceback" not in err
    assert snapshots(tmp_path / "kept") == []
    assert {path.name for path in (tmp_path / "kept").iterdir()} <= {".lock", "blobs"}


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _first_blob(folder: Path) -> Path:
    return min(path for path in folder.rglob("*") if path.is_file())


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
    "a bit of the records": lambda s: _flip(s / "records.jsonl.gz"),
    "the end of the records": lambda s: _truncate(s / "records.jsonl.gz"),
    "no records": lambda s: (s / "records.jsonl.gz").unlink(),
    "a gzip file cut off": _cut_records,
    "a record less": _lose_a_line,
    "a record that says nothing": _garble_a_line,
    "a bit of the manifest": lambda s: _flip(s / "manifest.json"),
    "the end of the manifest": lambda s: _truncate(s / "manifest.json"),
    "no manifest": lambda s: (s / "manifest.json").unlink(),
    "a manifest that is none": lambda s: (s / "manifest.json").write_text("[]"),
    "another secret key": lambda s: (s / "secret-key").write_text("other"),
    "no secret key": lambda s: (s / "secret-key").unlink(),
    "another format": lambda s: _reseal(s, lambda body: body.update(format=2)),
    "another count": lambda s: _reseal(s, lambda body: body.update(counts={"artworks": 2})),
    "a picture it does not know": lambda s: _reseal(s, lambda body: body.update(blobs={})),
    "a bit of a picture": lambda s: _flip(_first_blob(s.parent / "blobs")),
    "the end of a picture": lambda s: _truncate(_first_blob(s.parent / "blobs")),
    "no picture": lambda s: _first_blob(s.parent / "blobs").unlink(),
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
    _flip(tmp_path / "kept" / bad.name / "records.jsonl.gz")
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
