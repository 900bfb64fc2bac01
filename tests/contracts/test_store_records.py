"""Contract: the whole store as records, and a store made of records that is the same."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from clocks import Clock
from contracts.conftest import Opener
from crowds import all_at_once
from limn.errors import Conflict, InvalidInput
from limn.models import ArtworkChanges, Calibration, Findings, Rendition, Sort, State, Visibility, Wanted
from limn.stores.protocol import KINDS, Filter, Record, Store
from works import OTHER, OWNER, a_page, a_work, machine_tag, sha256

CALIBRATION = Calibration(space="s", midpoint=0.2450000001, scale=0.1 + 0.2, version="1", pairs=36)


@pytest.fixture
async def target(opener: Opener, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    """Another database of the same kind, empty."""
    (tmp_path / "target").mkdir()
    async with opener(tmp_path / "target", clock) as opened:
        yield opened


async def every(store: Store, kind: str, *, limit: int = 3) -> list[Record]:
    found: list[Record] = []
    while page := await store.records.everything(kind, after=found[-1].id if found else None, limit=limit):
        assert len(page) <= limit
        found += page
    return found


async def whole(store: Store) -> list[Record]:
    return [record for kind in KINDS for record in await every(store, kind)]


async def furnish(store: Store, clock: Clock) -> None:
    """Works in every state of the queue, vectors in two spaces, a calibration and an active space."""
    for number in range(6):
        clock.move(0.0015)
        hidden = Visibility.PRIVATE if number % 2 else Visibility.PUBLIC
        added = await store.artworks.add(
            a_work(title=f"Ünïcödé {number}", description="A fox", visibility=hidden, tags=["fox"]), key=f"k{number}"
        )
        for space, page in (("s", 0), ("s", 1), ("org/clip@1 fp", 0)):
            await store.vectors.put(added.artwork.id, page, space, np.full(36, number / 7, np.float32))
    developed = a_page("x", renditions=(Rendition(width=3, height=2, sha256=sha256("small"), bytes=5),))
    for findings, again in ((Findings(page=developed, eyes="e"), None), (Findings(tags=(machine_tag("sea"),)), 60.0)):
        claim = await store.analyses.claim("worker", lease_seconds=10)
        assert claim
        await store.analyses.finish(claim, findings, look_again_seconds=again)
    assert await store.analyses.claim("worker", lease_seconds=10)
    await store.eyes.calibrate(CALIBRATION)
    await store.eyes.calibrate(CALIBRATION.model_copy(update={"space": "a"}))
    await store.eyes.activate("s")


async def test_a_store_made_of_the_records_of_another_is_the_same(store: Store, target: Store, clock: Clock) -> None:
    await furnish(store, clock)
    records = await whole(store)
    assert await target.records.load(records) == 0
    assert await whole(target) == records
    assert dict(await target.records.counts()) == dict(await store.records.counts())
    assert dict(await target.records.counts()) == {"artworks": 6, "vectors": 18, "calibrations": 2, "active_space": 1}
    for viewer in (OWNER, OTHER):
        for where in (Filter(), Filter(tag="fox"), Filter(category="illustrations"), Filter(artist="ada")):
            there, here = [
                await one.artworks.list(viewer, where, sort=Sort.NEWEST, cursor=None, limit=10)
                for one in (store, target)
            ]
            assert [_given_back(work) for work in there.items] == [_given_back(work) for work in here.items]
        assert await store.artworks.counts(viewer) == await target.artworks.counts(viewer)
    assert await target.vectors.spaces() == await store.vectors.spaces()
    assert await target.eyes.calibration("s") == CALIBRATION
    assert await target.eyes.active_space() == "s"
    assert await target.artworks.referenced([sha256("small"), sha256("x"), "0"]) == {sha256("small"), sha256("x")}


def _given_back(work: object) -> str:
    return str(work).replace("State.RUNNING: 'running'", "State.PENDING: 'pending'").replace("attempts=1", "attempts=0")


async def test_records_are_json_and_in_order_of_id_however_they_are_asked_for(store: Store, clock: Clock) -> None:
    await furnish(store, clock)
    for kind in KINDS:
        records = await every(store, kind, limit=1000)
        assert [r.id for r in records] == sorted({r.id for r in records}, key=str.encode)
        assert await every(store, kind, limit=1) == records
        again = [Record(r.kind, r.id, json.loads(json.dumps(dict(r.fields)))) for r in records]
        assert again == records
    assert len(await every(store, "vectors")) == 18


async def test_a_lease_is_written_as_given_back_and_the_same_each_time(
    store: Store, target: Store, clock: Clock
) -> None:
    work = (await store.artworks.add(a_work())).artwork
    clock.move(5)
    claim = await store.analyses.claim("worker", lease_seconds=10)
    assert claim
    records = await every(store, "artworks")
    clock.move(1)
    await store.analyses.heartbeat(claim, lease_seconds=10)
    assert await every(store, "artworks") == records
    await target.records.load(records)
    loaded = await target.artworks.get(work.id, OWNER)
    assert (loaded.analysis.state, loaded.analysis.attempts) == (State.PENDING, 0)
    assert (loaded.revision, loaded.updated) == (claim.artwork.revision, claim.artwork.updated)
    again = await target.analyses.claim("other", lease_seconds=10)
    assert again
    assert (again.wanted, again.attempt, again.fence) == (Wanted.ALL, 1, claim.fence + 1)


async def test_a_second_look_under_way_is_due_again(store: Store, target: Store, clock: Clock) -> None:
    await store.artworks.add(a_work())
    first = await store.analyses.claim("worker", lease_seconds=10)
    assert first
    await store.analyses.finish(first, Findings(eyes="old"))
    assert await store.analyses.renew("new", limit=10) == 1
    assert await store.analyses.claim("worker", lease_seconds=10)
    await target.records.load(await whole(store))
    clock.move(1)
    looked = await target.analyses.claim("worker", lease_seconds=10)
    assert looked
    assert looked.wanted is Wanted.EYES


async def test_loading_again_changes_nothing_and_a_later_record_replaces(
    store: Store, target: Store, clock: Clock
) -> None:
    await furnish(store, clock)
    records = await whole(store)
    for _ in range(2):
        assert await target.records.load(records) == 0
    assert await whole(target) == records
    changed = records[4].id
    await store.artworks.edit(changed, OWNER, ArtworkChanges(title="Another", tags=("owl",)))
    await target.records.load([r for r in await every(store, "artworks") if r.id == changed])
    assert await whole(target) == await whole(store)
    found = await target.artworks.list(OWNER, Filter(tag="owl"), sort=Sort.NEWEST, cursor=None, limit=5)
    assert [work.title for work in found.items] == ["Another"]


async def test_vectors_without_their_artwork_are_left_out_and_counted(
    store: Store, target: Store, clock: Clock
) -> None:
    await furnish(store, clock)
    works, vectors = await every(store, "artworks"), await every(store, "vectors")
    assert await target.records.load(works[1:]) == 0
    assert await target.records.load(vectors) == 3
    assert (await target.records.counts())["vectors"] == 15


async def test_idempotency_keys_come_along(store: Store, target: Store) -> None:
    work, keyless = a_work(), a_work()
    await store.artworks.add(work, key="again")
    await store.artworks.add(keyless)
    assert [r.fields["key"] for r in await every(store, "artworks")] == ["again", None]
    await target.records.load(await whole(store))
    again = await target.artworks.add(a_work(cover=work.id), key="again")
    assert (again.fresh, again.artwork.id) == (False, work.id)


async def test_one_who_begins_to_follow_afterwards_finds_what_was_loaded(store: Store, target: Store) -> None:
    ids = {(await store.artworks.add(a_work())).artwork.id for _ in range(5)}
    await target.records.load(await whole(store))
    changes = await target.artworks.changed_since(None, limit=10)
    assert {item.id for item in changes.items} == ids


async def test_an_empty_store_has_no_records(store: Store) -> None:
    assert await whole(store) == []
    assert dict(await store.records.counts()) == dict.fromkeys(KINDS, 0)
    assert await store.records.load([]) == 0


async def test_works_written_meanwhile_hide_none_that_was_there(store: Store) -> None:
    ids = [(await store.artworks.add(a_work())).artwork.id for _ in range(12)]
    first = await store.records.everything("artworks", after=None, limit=5)
    await all_at_once([partial(store.artworks.edit, one, OWNER, ArtworkChanges(title="New")) for one in ids])
    await store.artworks.delete(ids[7], OWNER)
    rest = await store.records.everything("artworks", after=first[-1].id, limit=50)
    assert [record.id for record in (*first, *rest)] == sorted(set(ids) - {ids[7]})


async def test_what_cannot_be_read_is_refused_and_writes_nothing(store: Store, target: Store, clock: Clock) -> None:
    await furnish(store, clock)
    good = await every(store, "artworks")
    vector = (await every(store, "vectors"))[0]
    odd = base64.b64encode(b"abc").decode()
    pending = next(r for r in good if r.fields["document"]["analysis"]["state"] == "pending")
    bad = [
        Record("accounts", "a", {}),
        replace(good[0], fields={**good[0].fields, "document": {"id": good[0].id}}),
        replace(good[0], id="another"),
        replace(good[0], fields={**good[0].fields, "wanted": "nothing"}),
        replace(pending, fields={**pending.fields, "run_at": None}),
        replace(vector, fields={**vector.fields, "float16": odd}),
        replace(vector, fields={**vector.fields, "float16": "ü"}),
        replace(vector, fields={}),
        replace(vector, id="x"),
        Record("calibrations", "s", {"space": "s"}),
    ]
    for record in bad:
        with pytest.raises(InvalidInput):
            await target.records.load([record])
    with pytest.raises(InvalidInput):
        await store.records.everything("accounts", after=None, limit=5)
    assert await whole(target) == []


async def test_another_work_with_that_picture_or_key_is_in_the_way(store: Store, target: Store) -> None:
    await store.artworks.add(a_work(cover="fox"))
    await store.artworks.add(a_work(), key="k")
    same, keyed = await every(store, "artworks")
    await target.artworks.add(a_work(cover="fox"))
    await target.artworks.add(a_work(), key="k")
    for record in (same, keyed):
        with pytest.raises(Conflict):
            await target.records.load([record])
    assert (await target.records.counts())["artworks"] == 2
