"""Search by the meaning of what is said of works, with the real sentence model: what it finds without a word, why, and when nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import pictures
from limn.errors import EyesAway
from limn.index.follower import Index
from limn.index.queries import open_queries
from limn.language.minilm import SPACE, MiniLM
from limn.models import ArtworkChanges, Visibility
from limn.search.hybrid import Results, search
from limn.search.parts import parts_of
from limn.search.question import Query
from limn.search.ranking import Band
from limn.search.reasons import InMeaning, InWords
from limn.stores import sqlite
from limn.stores.protocol import Store
from looking import open_gallery
from patience import eventually
from searching import EYES, Models, Themes, find, following, hang, titles
from sentence_model import folder, minilm
from works import OTHER, OWNER, a_work

GALLERY: tuple[dict[str, Any], ...] = (
    {"title": "Morning Sun", "description": "A ginger cat asleep on the windowsill.", "tags": ["light"]},
    {"title": "Fresh Snow", "description": "A red fox crosses the clearing at dusk."},
    {"title": "The Keeper", "description": "A lighthouse holds its beam over a black sea.", "tags": ["storm"]},
    {"title": "Night Market", "description": "Noodle pots and paper lanterns.", "category": "comics"},
    {"title": "Feline", "description": "A study in oil, unfinished."},
    {"title": "Cellist", "description": "She bends over her cello with closed eyes.", "category": "portraits"},
    {"title": "A window and a violin", "description": "Nothing else."},
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    folder()
    async with sqlite.open_store(tmp_path / "limn.db") as opened:
        for fields in GALLERY:
            (vector,) = minilm().embed_now([a_work(**fields).told])
            await hang(opened, meant={SPACE: vector}, analysed=False, **fields)
        yield opened


@pytest.fixture
async def index(store: Store) -> AsyncIterator[Index]:
    async with following(store, Index(store, EYES.space, SPACE)) as found:
        yield found


async def ask(index: Index, store: Store, q: str, **fields: Any) -> Results:
    return await find(index, store, q, models=Models(sentences=minilm()), **fields)


async def test_feline_finds_the_ginger_cat_and_says_why(index: Index, store: Store) -> None:
    found = await ask(index, store, "feline")
    assert titles(found)[:2] == ["Feline", "Morning Sun"], "an exact title first"
    assert found.items[1].reasons == (InMeaning("words", "A ginger cat asleep on the windowsill."),)
    assert (found.answer, found.spaces) == ("strong", (SPACE,))


async def test_words_that_are_marked_are_reason_enough(index: Index, store: Store) -> None:
    found = await ask(index, store, "ginger cat")
    assert titles(found)[0] == "Morning Sun"
    assert all(isinstance(reason, InWords) for reason in found.items[0].reasons)


async def test_nothing_is_an_answer_and_six_come_nearest(index: Index, store: Store) -> None:
    found = await ask(index, store, "quantum physics lecture")
    assert found.answer == "none"
    assert {item.band for item in found.items} == {Band.NEAREST}
    assert len(found.items) == 6
    assert found.notice == "No work clearly fits “quantum physics lecture”; these come nearest."
    assert not any(item.reasons for item in found.items)


async def test_some_of_the_words_never_come_before_the_meaning_of_all(index: Index, store: Store) -> None:
    found = await ask(index, store, "kitten napping by a window")
    assert titles(found)[0] == "Morning Sun"
    assert "A window and a violin" in titles(found)
    assert found.items[titles(found).index("A window and a violin")].band is Band.WEAK


async def test_half_of_the_words_are_no_answer_where_they_are_not_meant(index: Index, store: Store) -> None:
    found = await ask(index, store, "oil price")
    assert found.answer == "none"
    assert found.notice == "No work clearly fits “oil price”; these come nearest."
    unsure = await find(index, store, "oil price", models=Models())
    assert (unsure.answer, titles(unsure)) == ("weak", ["Feline"])


async def test_where_most_of_the_words_are_there_that_is_said(index: Index, store: Store) -> None:
    found = await ask(index, store, "unfinished oil price")
    assert (found.answer, titles(found)) == ("weak", ["Feline"])
    assert found.notice == "No work has all of it; these have a part."


async def test_filters_are_inside_what_is_meant(index: Index, store: Store) -> None:
    assert titles(await ask(index, store, "string musician", category="portraits")) == ["Cellist"]
    assert "Cellist" not in titles(await ask(index, store, "string musician", category="comics"))


async def test_what_others_may_not_see_is_not_found_by_its_meaning(store: Store) -> None:
    fields: dict[str, Any] = {
        "title": "Nest",
        "description": "An owl feeds its young.",
        "visibility": Visibility.PRIVATE,
    }
    (vector,) = minilm().embed_now([a_work(**fields).told])
    await hang(store, meant={SPACE: vector}, analysed=False, **fields)
    async with following(store, Index(store, EYES.space, SPACE)) as index:
        assert "Nest" in titles(await ask(index, store, "nocturnal bird"))
        assert "Nest" not in titles(await ask(index, store, "nocturnal bird", viewer=OTHER))


async def test_an_edit_that_was_read_is_found_by_its_new_meaning(index: Index, store: Store) -> None:
    work = (await ask(index, store, "Night Market")).items[0].artwork
    (vector,) = minilm().embed_now(["Night Market. An octopus hides in a jar. comics"])
    await store.vectors.put(work.id, 0, SPACE, vector)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(alt_text="Seen"))
    index.wake()

    async def found() -> bool:
        return "Night Market" in titles(await ask(index, store, "cephalopod"))

    await eventually(found)


async def test_without_the_model_words_answer_and_nothing_is_said_of_it(index: Index, store: Store) -> None:
    found = await find(index, store, "feline", models=Models())
    assert titles(found) == ["Feline"]
    assert found.notice is None


async def test_a_model_that_fails_costs_a_search_its_meaning_and_says_so(
    index: Index, store: Store, tmp_path: Path
) -> None:
    broken = MiniLM(tmp_path / "nowhere")
    with pytest.raises(EyesAway):
        await broken.ask("feline")
    found = await find(index, store, "feline", models=Models(sentences=broken))
    assert titles(found) == ["Feline"]
    assert "away" in str(found.notice)


async def test_in_another_language_the_answer_says_what_is_not_understood(index: Index, store: Store) -> None:
    async with open_queries(Models(sentences=minilm()), language="de") as queries:
        found = await search(index, store, EYES, queries, Query(q="Straßenbahn"), OTHER)
        assert "English only" in str(found.notice)
        named = await search(index, store, EYES, queries, Query(q="Cellist"), OTHER)
        assert named.notice is None


async def test_pictures_and_words_are_compared_each_in_its_own_space(store: Store) -> None:
    themes = Themes("themes@1", {"feline": "cat", "fire": "fire"})
    await hang(store, meant={"themes@1": themes.picture("cat", 0.34)}, analysed=False, title="Untitled")
    await store.eyes.activate("themes@1")
    async with following(store, Index(store, EYES.space, SPACE)) as index:
        await eventually(lambda: index.holdings().meaning is not None)
        found = await find(index, store, "feline", models=Models(themes, sentences=minilm()))
    reasons = {item.artwork.title: item.reasons for item in found.items}
    assert reasons["Untitled"] == (InMeaning("picture", "feline"),)
    assert reasons["Morning Sun"] == (InMeaning("words", "A ginger cat asleep on the windowsill."),)
    assert set(found.spaces) == {"themes@1", SPACE}


def test_the_parts_of_a_work_are_its_title_its_tags_and_its_sentences() -> None:
    work = a_work(title="Cat", tags=["window", "cat"], description="One. Two!\nThree " + "word " * 60)
    parts = parts_of(work)
    assert parts[:5] == ["Cat", "window", "cat", "One.", "Two!"]
    assert parts[5].startswith("Three word")
    assert parts[5].endswith("…")
    assert parts_of(a_work(title="Cat", description="  ")) == ["Cat"]


async def test_over_http_a_work_is_found_by_what_its_words_mean_and_after_an_edit_by_the_new_ones(
    tmp_path: Path,
) -> None:
    folder()
    async with open_gallery(tmp_path, LIMN_SENTENCES="auto") as gallery:
        work = await gallery.hang(pictures.jpeg(), title="Morning", description="A ginger cat on the windowsill")
        found = await gallery.until("/search?q=feline", lambda body: body["answer"] == "strong")
        assert found["items"][0]["artwork"]["id"] == work["id"]
        assert found["items"][0]["reasons"] == [
            {"kind": "meaning", "of": "words", "phrase": "A ginger cat on the windowsill", "share": None}
        ]
        edited = await gallery.client.get(f"/api/v1/artworks/{work['id']}")
        await gallery.client.patch(
            f"/api/v1/artworks/{work['id']}",
            json={"description": "An apple orchard"},
            headers={"If-Match": edited.headers["etag"]},
        )
        await gallery.until("/search?q=picking%20fruit", lambda body: body["answer"] == "strong")
        await gallery.until("/search?q=feline", lambda body: body["answer"] == "none")
