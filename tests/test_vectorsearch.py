"""`$vectorSearch`, which no database of these tests has: what is asked of it, what is kept for it, and what happens without."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from limn.errors import BadSettings, Unavailable
from limn.index.entries import Where
from limn.index.queries import open_queries
from limn.models import ArtworkChanges, Viewer, Visibility
from limn.resources import open_store_at
from limn.search.answer import answer
from limn.search.meaning import Sense, narrowed, sense
from limn.search.question import Query, parse
from limn.stores import mongo, sqlite
from limn.stores.mongo.vectorsearch import index_model, pipeline
from limn.stores.nearest import Searchable
from limn.stores.protocol import Store, Vector
from patience import eventually
from searching import EYES, Models, Themes, find, following, hang, titles
from works import ANYBODY, OTHER, OWNER

SPACE, NEW = "themes@1", "themes@2"
THEMES = Themes(SPACE, {"fox": "fox", "sea": "sea"})


def test_the_index_is_as_mongodb_documents_it() -> None:
    assert index_model(512).document == {
        "name": "vector_512",
        "type": "vectorSearch",
        "definition": {
            "fields": [
                {"type": "vector", "path": "vector_512", "numDimensions": 512, "similarity": "cosine"},
                {"type": "filter", "path": "space"},
                {"type": "filter", "path": "public"},
                {"type": "filter", "path": "owner"},
                {"type": "filter", "path": "category"},
            ]
        },
    }


def test_a_question_is_as_mongodb_documents_it() -> None:
    query = np.array([0.5, -0.25], np.float32)
    asked = pipeline("s", query, Viewer(account_id="ada"), "comics")
    assert asked == [
        {
            "$vectorSearch": {
                "index": "vector_2",
                "path": "vector_2",
                "queryVector": [0.5, -0.25],
                "numCandidates": 10_000,
                "limit": 500,
                "filter": {
                    "$and": [
                        {"space": {"$eq": "s"}},
                        {"$or": [{"public": {"$eq": True}}, {"owner": {"$eq": "ada"}}]},
                        {"category": {"$eq": "comics"}},
                    ]
                },
            }
        },
        {"$project": {"_id": 0, "artwork": 1}},
    ]
    assert pipeline("s", query, ANYBODY, None)[0]["$vectorSearch"]["filter"] == {
        "$and": [{"space": {"$eq": "s"}}, {"public": {"$eq": True}}]
    }


@pytest.fixture
async def store(mongodb_url: str) -> AsyncIterator[Store]:
    async with mongo.open_store(mongodb_url, vector_search=True) as opened:
        yield opened


@pytest.fixture
async def searched(mongodb_url: str) -> AsyncIterator[AsyncCollection[dict[str, Any]]]:
    async with AsyncMongoClient[dict[str, Any]](mongodb_url) as client:
        yield client.get_default_database()["searched"]


async def _kept(searched: AsyncCollection[dict[str, Any]], artwork_id: str) -> dict[str, Any]:
    """By space."""
    return {one["space"]: one async for one in searched.find({"artwork": artwork_id})}


async def test_what_is_searched_follows_every_change(store: Store, searched: AsyncCollection[dict[str, Any]]) -> None:
    meant = {SPACE: THEMES.picture("fox", 0.5), NEW: THEMES.picture("sea", 0.5)}
    work = await hang(store, meant=meant, title="Study", category="comics")
    await store.eyes.activate(SPACE)
    async with following(store) as index:
        (one,) = (await _kept(searched, work.id)).values()
        assert one.pop("vector_16") == pytest.approx(meant[SPACE].astype(np.float16))
        assert {name: one[name] for name in ("space", "public", "owner", "category", "revision")} == {
            "space": SPACE,
            "public": True,
            "owner": OWNER.account_id,
            "category": "comics",
            "revision": work.revision,
        }

        async def follows(**fields: Any) -> bool:
            index.wake()
            there = (await _kept(searched, work.id)).values()
            return bool(there) and all(one[name] == value for one in there for name, value in fields.items())

        await store.artworks.edit(work.id, OWNER, ArtworkChanges(visibility=Visibility.UNLISTED, category="portraits"))
        await eventually(lambda: follows(public=False, category="portraits"))
        await store.eyes.activate(NEW)
        index.wake()
        await eventually(lambda: index.holdings().meaning_space == NEW)
        assert (await _kept(searched, work.id)).keys() == {SPACE, NEW}
        await store.artworks.edit(work.id, OWNER, ArtworkChanges(visibility=Visibility.PUBLIC))
        await store.vectors.forget(SPACE)
        await eventually(lambda: follows(public=True, space=NEW))
        await store.artworks.delete(work.id, OWNER)
        assert await _kept(searched, work.id) == {}


async def test_what_another_process_left_behind_is_mended_by_who_follows_next(
    store: Store, searched: AsyncCollection[dict[str, Any]]
) -> None:
    work = await hang(store, meant={SPACE: THEMES.picture("fox", 0.5)}, visibility=Visibility.PRIVATE)
    await store.eyes.activate(SPACE)
    async with following(store):
        pass
    await searched.update_one({"artwork": work.id}, {"$set": {"revision": 1, "public": True}})
    async with following(store):
        assert [one["public"] for one in (await _kept(searched, work.id)).values()] == [False]
        assert await searched.count_documents({}) == 1


async def test_a_deployment_without_it_is_told_of_and_memory_answers(store: Store) -> None:
    await hang(store, meant={SPACE: THEMES.picture("fox", 0.5)}, title="Study")
    await store.eyes.activate(SPACE)
    async with following(store) as index:
        for _ in range(2):
            assert titles(await find(index, store, "fox", models=Models(THEMES))) == ["Study"]
        (told,) = await store.health.inspect()
        assert "no $vectorSearch: searches compare in memory" in told
        assert store.nearest is not None
        with pytest.raises(Unavailable):
            await store.nearest.find(SPACE, THEMES.picture("fox", 0.5), ANYBODY)


async def test_it_is_refused_where_the_store_is_not_mongodb(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="LIMN_VECTOR_SEARCH=mongodb needs"):
        async with open_store_at(f"sqlite:///{tmp_path}/limn.db", vector_search=True):
            pass


class Deployment:
    """Finds what it was told to find, as a database does whose index is old, and notes what it was asked."""

    def __init__(self, *found: str) -> None:
        self.found = found
        self.asked: list[str | None] = []
        self.away = False

    async def keep(self, space: str, works: Sequence[Searchable]) -> None:
        """It is told what to find."""

    async def drop(self, ids: Sequence[str]) -> None:
        """As above."""

    async def find(self, space: str, query: Vector, viewer: Viewer, *, category: str | None = None) -> Sequence[str]:
        assert (space, query.shape, viewer) == (SPACE, (16,), OWNER)
        self.asked.append(category)
        if self.away:
            raise Unavailable("It is away.")
        return self.found


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Store]:
    """Eight foxes, the nearest private and another's; few to a gallery, and many to these tests."""
    async with sqlite.open_store(tmp_path / "limn.db") as opened:
        for number in range(8):
            hidden: dict[str, Any] = {"owner": OTHER.account_id, "visibility": Visibility.PRIVATE}
            meant = {SPACE: THEMES.picture("fox", 0.5 - number / 200)}
            category = "comics" if number == 7 else "portraits"
            await hang(
                opened,
                meant=meant,
                analysed=False,
                title=f"Study {number}",
                category=category,
                **(hidden if number == 0 else {}),
            )
        await opened.eyes.activate(SPACE)
        yield opened


async def _found(store: Store, there: Deployment, where: Where = Where(), *, few: int = 3) -> list[str]:  # noqa: B008  frozen
    """Titles, nearest first, and in the memory alone where the deployment is of no use."""
    async with following(replace(store, nearest=there)) as index, open_queries(Models(THEMES)) as queries:
        holdings, question = index.holdings(), parse("fox")
        sensed: Sense = await sense(queries, holdings, question)
        sensed = await narrowed(sensed, there, holdings, where, OWNER, few=few)
        ranked = answer(holdings, EYES, sensed, question, Query("fox", where.category, where.artist, where.tags), OWNER)
        return [work.title for work in await store.artworks.many(ranked.ids, OWNER)]


async def _ids(store: Store) -> list[str]:
    changes = await store.artworks.changed_since(None, limit=100)
    return [one.id for one in changes.items]


async def test_what_the_database_finds_is_compared_and_only_what_may_be_seen(small: Store) -> None:
    ids = await _ids(small)
    there = Deployment(ids[3], ids[0], ids[1])  # in an order of its own, and with what is another's
    assert "Study 0" not in (found := await _found(small, there))
    assert found == [f"Study {number}" for number in (1, 3, 5, 6, 7)], "and the newest, which it may not know"
    assert there.asked == [None]


async def test_a_category_of_few_works_is_compared_whole(small: Store) -> None:
    ids = await _ids(small)
    there = Deployment(ids[1], ids[3], ids[7])
    assert await _found(small, there, Where(category="comics")) == ["Study 7"]
    assert there.asked == [None]
    assert await _found(small, there, Where(category="portraits")) == [f"Study {number}" for number in (1, 3, 4, 5, 6)]
    assert there.asked[1:] == [None, "portraits"]


@pytest.mark.parametrize("case", ["away", "an index that is being built", "few works", "an artist", "a tag"])
async def test_memory_compares_where_the_database_cannot_or_need_not(small: Store, case: str) -> None:
    there = Deployment(*(await _ids(small))[1:2])
    there.away = case == "away"
    where = {"an artist": Where(artist="ada"), "a tag": Where(tags=("none",))}.get(case, Where())
    found = await _found(small, there, where, few=100 if case == "few works" else 3)
    assert found == ([] if case == "a tag" else [f"Study {number}" for number in range(1, 8)])
    assert there.asked == ([None] if case in {"away", "an index that is being built"} else [])
