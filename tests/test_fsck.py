"""limn fsck: what is missing, damaged or untracked is named, copies are made anew, and no original is touched."""

import json
import os
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keeping import Gallery, flip, full, made, many
from limn.imaging.sandbox import Limits, Sandbox
from limn.maintenance.fsck import Checked, Finding, check
from limn.models import State, Wanted
from works import OWNER, sha256

__all__ = ["full", "made"]
DAY = 24 * 3600


async def look(gallery: Gallery, *, repair: bool = False) -> tuple[Checked, list[Finding]]:
    findings: list[Finding] = []
    limits = Limits(max_pixels=1_000_000)
    async with gallery.store() as store, Sandbox(limits, concurrency=1, waiting=1) as sandbox:
        mender = sandbox if repair else None
        checked = await check(store, gallery.blobs, repair=mender, found=findings.append)
    return checked, sorted(findings, key=lambda finding: (finding.what, finding.name))


async def works(gallery: Gallery) -> list[dict[str, Any]]:
    return [dict(record.fields["document"]) for record in await gallery.records() if record.kind == "artworks"]


def plant(gallery: Gallery, data: bytes, *, age_seconds: float) -> Path:
    blob = gallery.blob(sha256(data))
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(data)
    os.utime(blob, (time.time() - age_seconds,) * 2)
    return blob


async def test_what_is_planted_is_reported_in_three_classes_by_work_and_name(full: Gallery) -> None:
    assert (await look(full))[0] == Checked(works=3, pictures=9)
    first, second, third = await works(full)
    full.blob(first["pages"][0]["sha256"]).unlink()
    flip(full.blob(second["pages"][0]["renditions"][0]["sha256"]))
    cut = full.blob(third["pages"][0]["renditions"][1]["sha256"])
    cut.write_bytes(cut.read_bytes()[:-1])
    untracked = plant(full, b"untracked", age_seconds=DAY + 60)
    plant(full, b"on its way in", age_seconds=60)
    checked, findings = await look(full)
    assert (checked.findings, checked.young, checked.whole) == (4, 1, False)
    assert [(found.what, found.key, found.work) for found in findings] == [
        ("damaged", second["pages"][0]["renditions"][0]["sha256"], second["id"]),
        ("damaged", cut.name, third["id"]),
        ("missing", first["pages"][0]["sha256"], first["id"]),
        ("untracked", untracked.name, ""),
    ]
    size = f"{second['pages'][0]['renditions'][0]['width']} × {second['pages'][0]['renditions'][0]['height']}"
    assert [found.name for found in findings[::2]] == [f"{size} copy of picture.jpg", "picture.jpg"]


async def test_it_says_so_to_people_and_to_programs_and_ends_with_1(full: Gallery) -> None:
    work = (await works(full))[0]
    full.blob(work["pages"][0]["sha256"]).unlink()
    told = full.limn("fsck")
    assert told.returncode == 1
    assert told.stdout.splitlines()[:2] == [
        f"missing    picture.jpg, of “{work['title']}” ({work['id']}): {work['pages'][0]['sha256']}",
        "3 works, 9 pictures: 1 findings",
    ]
    lines = [json.loads(line) for line in full.limn("fsck", "--json-lines").stdout.splitlines()]
    assert [line["key"] for line in lines if "what" in line] == [work["pages"][0]["sha256"]]
    assert lines[-1]["whole"] is False


async def test_copies_are_made_anew_as_they_were_and_originals_are_left(full: Gallery) -> None:
    first, second, third = await works(full)
    before = await full.records()
    copies = [full.blob(copy["sha256"]) for work in (first, second) for copy in work["pages"][0]["renditions"]]
    lost = {path: path.read_bytes() for path in copies}
    copies[0].unlink()
    for path in copies[1:]:
        flip(path)
    original = full.blob(third["pages"][0]["sha256"])
    kept = original.read_bytes()
    flip(original)
    untracked = plant(full, b"untracked", age_seconds=DAY + 60)
    young = plant(full, b"on its way in", age_seconds=60)
    mended = full.limn("fsck", "--repair")
    assert mended.returncode == 1
    assert mended.stdout.count("made anew") == len(copies)
    assert f"{untracked.name}  discarded" in mended.stdout
    assert {path: path.read_bytes() for path in copies} == lost
    assert not untracked.exists()
    assert young.exists()
    assert original.exists()
    assert await full.records() == before
    original.write_bytes(kept)
    assert full.limn("fsck", "--repair").returncode == 0


async def test_a_copy_of_a_lost_original_stays_lost_and_is_told(full: Gallery) -> None:
    page = (await works(full))[0]["pages"][0]
    full.blob(page["sha256"]).unlink()
    full.blob(page["renditions"][0]["sha256"]).unlink()
    checked, findings = await look(full, repair=True)
    assert (checked.findings, checked.mended) == (2, 0)
    assert [found.mended for found in findings] == ["", ""]
    assert not checked.whole


async def test_copies_that_would_come_out_otherwise_are_left_to_an_analysis(full: Gallery) -> None:
    record = (await full.records())[0]
    document = json.loads(json.dumps(record.fields["document"]))
    document["pages"][0]["renditions"][0]["sha256"] = sha256("made by another version")
    async with full.store() as store:
        await store.records.load([replace(record, fields={**record.fields, "document": document})])
    checked, findings = await look(full, repair=True)
    asked = [found for found in findings if found.what == "missing"]
    assert [found.mended for found in asked] == ["an analysis is asked for"]
    assert checked.whole
    async with full.store() as store:
        assert (await store.artworks.get(record.id, OWNER)).analysis.state is State.PENDING
        claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    assert (claim.artwork.id, claim.wanted) == (record.id, Wanted.ALL)


async def test_a_broken_original_does_not_stop_the_repair_of_others(full: Gallery) -> None:
    """Whole by its hash and no picture: its copies cannot be made."""
    first, second = (await full.records())[:2]
    document = json.loads(json.dumps(first.fields["document"]))
    document["pages"][0] |= {"sha256": sha256(b"no picture"), "bytes": len(b"no picture")}
    await full.blobs.put(b"no picture")
    async with full.store() as store:
        await store.records.load([replace(first, fields={**first.fields, "document": document})])
    for record in (first, second):
        full.blob(record.fields["document"]["pages"][0]["renditions"][0]["sha256"]).unlink()
    _, findings = await look(full, repair=True)
    assert {found.work: found.mended for found in findings if found.work} == {
        first.id: "",
        second.id: "made anew",
    }
    async with full.store() as store:
        assert (await store.analyses.backlog())["pending"] == 0


async def test_a_work_deleted_while_it_is_looked_at_is_no_finding(full: Gallery) -> None:
    *_, before_last, last = await works(full)

    def said(what: str, done: int, of: int) -> None:
        """Another process, when the works are read and the last one was not looked at yet."""
        if (what, done) == ("works", of - 1):
            connection = sqlite3.connect(full.data / "limn.db")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("DELETE FROM artworks WHERE id=?", (last["id"],))
            connection.commit()
            connection.close()
            full.blob(last["pages"][0]["sha256"]).unlink()

    findings: list[Finding] = []
    async with full.store() as store:
        await check(store, full.blobs, repair=None, found=findings.append, said=said)
    assert before_last["id"] < last["id"]
    assert findings == []


@pytest.mark.parametrize("count", [0, 1, 600])
async def test_every_work_is_looked_at_once(tmp_path: Path, count: int) -> None:
    gallery = await many(tmp_path / "data", count, drawn=count // 3 or 1)
    checked, findings = await look(gallery)
    assert (checked.works, checked.pictures, findings) == (count, count, [])


async def test_a_copy_that_is_an_original_too_is_healed_in_its_place(full: Gallery) -> None:
    """Somebody uploaded what another work shows as its copy."""
    first, second = (await full.records())[:2]
    copy = first.fields["document"]["pages"][0]["renditions"][0]
    document = json.loads(json.dumps(second.fields["document"]))
    document["pages"][0] |= {"sha256": copy["sha256"], "bytes": copy["bytes"]}
    async with full.store() as store:
        await store.records.load([replace(second, fields={**second.fields, "document": document})])
    flip(full.blob(copy["sha256"]))
    checked, findings = await look(full, repair=True)
    assert (findings[0].work, findings[0].mended) == (first.id, "made anew")
    assert full.blob(copy["sha256"]).exists()
    assert (await look(full))[0].findings == 0
    assert checked.works == 3
