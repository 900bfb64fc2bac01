"""How SQLite answers the questions that are asked all day: by one index, in its order, whatever its statistics say."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from clocks import Clock
from limn.models import Sort
from limn.stores import cursors
from limn.stores.protocol import Filter
from limn.stores.sqlite import store_over
from limn.stores.sqlite.claiming import DUE
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.following import AFTER
from limn.stores.sqlite.migrations import shipped
from limn.stores.sqlite.opening import open_database
from limn.stores.sqlite.pages import COUNT_HIDDEN, COUNT_PUBLIC, statements
from limn.stores.sqlite.renewal import BEHIND, RENEWABLE
from works import ANYBODY, OWNER, a_work

_RANGE = {Sort.NEWEST: "(created,id)<(?,?)", Sort.LIKED: "(likes,id)<(?,?)"}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(tmp_path / "limn.db", shipped(), busy_seconds=1)
    yield opened
    await opened.close()


@pytest.fixture(params=[0, 300], ids=["empty", "with statistics"])
async def planned(request: pytest.FixtureRequest, database: Database) -> Database:
    clock = Clock()
    store = store_over(database, clock=clock)
    for number in range(request.param):
        clock.move(1)
        visibility = ("public", "public", "private")[number % 3]
        await store.artworks.add(a_work(likes=number % 7, visibility=visibility, tags=["fox", f"tag {number}"]))
    if request.param:
        await database.write(lambda connection: connection.execute("ANALYZE") and None)
    return database


async def _plan(database: Database, sql: str, values: Any) -> list[str]:
    def explain(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

    return await database.read(explain)


@pytest.mark.parametrize("further_on", [False, True])
@pytest.mark.parametrize("sort", list(Sort))
async def test_a_page_reads_one_index_in_its_order(planned: Database, sort: Sort, *, further_on: bool) -> None:
    name = {Sort.NEWEST: "newest", Sort.LIKED: "liked"}[sort]
    cursor = cursors.encode(sort.value, 3, "an id") if further_on else None
    for where, public in (
        (Filter(), f"public_{name}"),
        (Filter(category="comics"), f"public_{name}_category"),
        (Filter(artist="ada"), f"public_{name}_artist"),
    ):
        first, second = statements(OWNER, where, sort=sort, cursor=cursor, limit=40)
        for statement, index in ((first, public), (second, f"hidden_{name}")):
            (step,) = await _plan(planned, statement.sql, statement.values)
            assert f"INDEX {index} " in f"{step} ", step
            assert (_RANGE[sort] in step) is further_on, step
        assert len(statements(ANYBODY, where, sort=sort, cursor=cursor, limit=40)) == 1
    (tagged,) = statements(OWNER, Filter(tag="fox", category="comics"), sort=sort, cursor=cursor, limit=40)
    outer, inner = await _plan(planned, tagged.sql, tagged.values)
    assert f"INDEX tags_{name} (name=?" in outer, outer
    assert "artworks USING INDEX sqlite_autoindex_artworks_1 (id=?)" in inner, inner


async def test_counts_read_the_indexes_of_the_lists(planned: Database) -> None:
    (public,) = await _plan(planned, COUNT_PUBLIC, ())
    assert "INDEX public_newest_category" in public, public
    hidden, *_ = await _plan(planned, COUNT_HIDDEN, ("local",))
    assert "INDEX hidden_newest (owner=?)" in hidden, hidden


async def test_claims_and_followers_sort_nothing(planned: Database) -> None:
    walks = ("artworks_due", "looks_begun (run_at>? AND run_at<?)", "looks_due (look_at>? AND look_at<?)")
    for statement, index in zip(DUE, walks, strict=True):
        (step,) = await _plan(planned, statement, (1,))
        assert f"INDEX {index}" in step, step
    for statement, index in zip(AFTER, ("artworks_updated", "tombstones_updated"), strict=True):
        (step,) = await _plan(planned, statement, (0, "", 5))
        assert f"INDEX {index} (" in step, step


async def test_works_that_other_eyes_saw_are_found_without_a_look_at_the_rest(planned: Database) -> None:
    for counted, renewed, others in zip(BEHIND, RENEWABLE, ("eyes=?", "eyes<?", "eyes>?"), strict=True):
        (step,) = await _plan(planned, counted, {"eyes": "e"})
        assert f"COVERING INDEX artworks_eyes ({others})" in step, step
        (step,) = await _plan(planned, renewed, {"eyes": "e", "limit": 5})
        assert f"INDEX artworks_eyes ({others}" in step, step
