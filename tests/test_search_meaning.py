"""Search by the meaning of pictures: what a model finds without a word, and what it never does to words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from limn.index.follower import Index
from limn.index.queries import open_queries
from limn.models import Visibility
from limn.search.hybrid import Results, search
from limn.search.question import Query
from limn.search.ranking import Band
from limn.search.reasons import InMeaning, InPicture, InWords
from limn.stores import sqlite
from limn.stores.protocol import Store
from patience import eventually
from searching import EYES, Models, Themes, find, following, hang, picture, titles
from works import OTHER, OWNER

SPACE = "themes@1"
WORDS = {
    "fox": "fox", "vixen": "fox", "reynard": "fox", "sea": "sea", "ocean": "sea", "fire": "fire", "bread": "bread",
    "train": "train", "locomotive": "train", "quartet": "music",
}  # fmt: skip
GALLERY = (
    # title, description, tags, category, theme of its picture and the cosine of that theme's words with it
    ("Study 1", "Charcoal.", [], "illustrations", ("fox", 0.34)),
    ("Study 2", "Charcoal, too.", [], "illustrations", ("fox", 0.30)),
    ("Study 3", "Ink.", ["small"], "comics", ("fox", 0.25)),
    ("Study 4", "Pencil.", [], "portraits", ("fox", 0.22)),
    ("Study 5", "Chalk.", [], "portraits", ("fox", 0.15)),
    ("Reynard", "Portrait of a dog.", [], "portraits", ("bread", 0.33)),
    ("Dog", "Brown, brown.", ["reynard"], "comics", ("bread", 0.30)),
    ("Poem", "They called him Reynard the fox once.", [], "illustrations", ("sea", 0.33)),
    ("Harbour", "Boats at rest.", [], "illustrations", ("sea", 0.31)),
    ("Loaf", "On a board.", [], "comics", ("bread", 0.24)),
    ("Not looked at", "By nobody.", [], "comics", None),
    *((f"Filler {n}", f"Number {n}.", [], "illustrations", ("fire", 0.1)) for n in range(8)),
)


@pytest.fixture
def themes() -> Themes:
    return Themes(SPACE, WORDS)


@pytest.fixture
async def store(tmp_path: Path, themes: Themes) -> AsyncIterator[Store]:
    async with sqlite.open_store(tmp_path / "limn.db") as opened:
        for title, description, tags, category, seen in GALLERY:
            meant = None if seen is None else {SPACE: themes.picture(*seen)}
            await hang(
                opened, meant=meant, analysed=False, title=title, description=description, tags=tags, category=category
            )
        await opened.eyes.activate(SPACE)
        yield opened


@pytest.fixture
async def index(store: Store) -> AsyncIterator[Index]:
    async with following(store) as built:
        yield built


def banded(results: Results, band: Band) -> list[str]:
    return [found.artwork.title for found in results.items if found.band is band]


async def test_a_picture_is_found_first_by_a_word_that_nobody_wrote(index: Index, store: Store, themes: Themes) -> None:
    found = await find(index, store, "vixen", models=Models(themes))
    assert banded(found, Band.STRONG) == ["Study 1", "Study 2"]
    assert titles(found) == ["Study 1", "Study 2"], "the others lie more than 0.06 behind, or below 0.2"
    assert (found.answer, found.method, found.spaces, found.notice) == ("strong", "hybrid", (SPACE,), None)
    assert found.items[0].reasons == (InMeaning("picture", "vixen"),)
    assert found.facets == {"illustrations": 2}


async def test_without_the_model_the_same_words_find_nothing(index: Index, store: Store) -> None:
    assert (await find(index, store, "vixen")).items == ()


async def test_what_is_not_clear_is_weak_and_says_so(index: Index, store: Store, themes: Themes) -> None:
    found = await find(index, store, "vixen", models=Models(themes), category="portraits")
    assert banded(found, Band.WEAK) == ["Study 4"]
    assert found.answer == "weak"
    assert found.notice is not None
    assert found.items[0].reasons == (InMeaning("picture", "vixen"),)


async def test_title_tag_and_words_stay_before_a_stronger_meaning(index: Index, store: Store, themes: Themes) -> None:
    found = await find(index, store, "reynard", models=Models(themes))
    assert titles(found)[:5] == ["Reynard", "Dog", "Poem", "Study 1", "Study 2"]
    assert all(found.items[n].relevance >= found.items[n + 1].relevance for n in range(len(found.items) - 1))
    phrase = await find(index, store, "the fox", models=Models(themes))
    assert titles(phrase)[:2] == ["Poem", "Study 1"]
    assert phrase.items[0].reasons == (InWords("description", "They called him Reynard the ⟦fox⟧ once."),)


async def test_a_stray_word_does_not_stand_above_what_is_meant(index: Index, store: Store, themes: Themes) -> None:
    found = await find(index, store, "vixen ink", models=Models(themes))
    assert titles(found)[:2] == ["Study 1", "Study 2"], "Study 3 has the word, and hardly the fox"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"category": "comics"}, ["Study 3"]),
        ({"category": "portraits"}, ["Study 4"]),
        ({"tags": ("small",)}, ["Study 3"]),
        ({"tags": ("small",), "category": "portraits"}, []),
        ({"artist": "nobody"}, []),
    ],
)
async def test_a_filter_keeps_what_a_better_picture_outside_would_have_outdone(
    index: Index, store: Store, themes: Themes, where: dict[str, Any], expected: list[str]
) -> None:
    found = await find(index, store, "vixen", models=Models(themes), **where)
    assert [item.artwork.title for item in found.items if item.band is not Band.NEAREST] == expected


async def test_nothing_that_comes_near_is_none_with_six_nearest_at_most(
    index: Index, store: Store, themes: Themes
) -> None:
    found = await find(index, store, "fire", models=Models(themes))
    assert (found.answer, found.facets, found.spaces) == ("none", {}, (SPACE,))
    assert len(found.items) == 6
    assert {item.band for item in found.items} == {Band.NEAREST}
    assert all(item.artwork.title.startswith("Filler") for item in found.items)
    assert all(item.reasons == () for item in found.items), "there is no reason to show it"
    assert found.notice == "No work clearly fits “fire”; these come nearest."
    nothing = await find(index, store, "fire", models=Models(themes), category="nowhere")
    assert (nothing.answer, nothing.items) == ("none", ())


async def test_stop_words_are_put_before_no_model(index: Index, store: Store, themes: Themes) -> None:
    for q in ("the", "in of the", ""):
        await find(index, store, q, models=Models(themes))
    assert themes.asked == []


async def test_a_category_counts_what_choosing_none_shows_of_it(index: Index, store: Store, themes: Themes) -> None:
    found = await find(index, store, "bread", models=Models(themes))
    assert found.facets == {"portraits": 1, "comics": 1}
    assert sorted(titles(found)) == ["Dog", "Reynard"]


async def test_works_of_others_neither_show_nor_outdo(index: Index, store: Store, themes: Themes) -> None:
    await hang(
        store, meant={SPACE: themes.picture("fox", 0.9)}, title="Secret", owner=OTHER.account_id,
        visibility=Visibility.PRIVATE,
    )  # fmt: skip
    index.wake()

    async def seen_by_its_owner() -> bool:
        return titles(await find(index, store, "vixen", OTHER, models=Models(themes))) == ["Secret"]

    await eventually(seen_by_its_owner)
    assert titles(await find(index, store, "vixen", OWNER, models=Models(themes))) == ["Study 1", "Study 2"]


async def test_a_model_of_words_is_not_said_to_have_seen_the_picture(index: Index, store: Store) -> None:
    reads = Themes(SPACE, WORDS, looks=False)
    found = await find(index, store, "vixen", models=Models(reads))
    assert found.items[0].reasons == (InMeaning("words", "vixen"),)


async def test_a_model_that_is_away_leaves_the_words_says_so_and_is_asked_again(
    index: Index, store: Store, themes: Themes
) -> None:
    async with open_queries(Models(themes), seconds=0.1) as queries:

        async def ask(q: str) -> Results:
            return await search(index, store, EYES, queries, Query(q=q), OWNER)

        themes.away = True
        away = await ask("reynard")
        assert titles(away) == ["Reynard", "Dog", "Poem"]
        assert (away.method, away.spaces) == ("words", ())
        assert away.notice is not None
        assert "away" in away.notice
        nothing = await ask("vixen")
        assert (nothing.answer, nothing.items) == ("none", ())
        assert nothing.notice is not None
        assert "vixen" in nothing.notice
        assert "away" in nothing.notice
        themes.away = False
        again = await ask("vixen")
        assert (titles(again), again.notice) == (["Study 1", "Study 2"], None)
        themes.delay = 5
        late = await ask("fox ocean")
        assert late.notice is not None
        assert "away" in late.notice
        themes.delay = 0
        assert (await ask("vixen")).notice is None, "what is known already needs no model"


async def test_a_model_that_nobody_has_any_more_is_a_notice_and_no_failure(index: Index, store: Store) -> None:
    found = await find(index, store, "reynard", models=Models())
    assert titles(found) == ["Reynard", "Dog", "Poem"]
    assert found.notice is not None


async def test_a_space_that_no_work_has_a_vector_in_yet_finds_by_words(
    index: Index, store: Store, themes: Themes
) -> None:
    empty = Themes("themes@2", WORDS, dimension=24)
    await store.eyes.activate(empty.space)
    index.wake()
    await eventually(lambda: index.holdings().meaning_space == empty.space)
    assert titles(await find(index, store, "reynard", models=Models(themes, empty))) == ["Reynard", "Dog", "Poem"]
    nothing = await find(index, store, "vixen", models=Models(themes, empty))
    assert (nothing.answer, nothing.items, nothing.spaces) == ("none", (), (empty.space,))
    assert nothing.notice == "No work clearly fits “vixen”; none has been looked at yet."


async def test_a_model_that_answers_in_other_dimensions_is_not_compared(
    index: Index, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    found = await find(index, store, "reynard", models=Models(Themes(SPACE, WORDS, dimension=20)))
    assert (titles(found), found.spaces) == (["Reynard", "Dog", "Poem"], ())
    assert "dimensions" in caplog.text


async def test_a_page_goes_on_in_the_ranking_it_began_in_whatever_the_model_does(
    index: Index, store: Store, themes: Themes
) -> None:
    models = Models(themes)
    whole = await find(index, store, "reynard", models=models)
    first = await find(index, store, "reynard", models=models, limit=2)
    themes.away = True
    await store.eyes.activate(None)
    index.wake()
    await eventually(lambda: index.holdings().meaning_space is None)
    second = await find(index, store, "reynard", models=models, limit=9, cursor=first.next)
    assert titles(first) + titles(second) == titles(whole)
    assert second.spaces == (SPACE,)
    assert second.items[-1].reasons == (InMeaning("picture", "reynard"),)


async def test_a_question_is_answered_in_the_space_it_was_embedded_in(
    index: Index, store: Store, themes: Themes
) -> None:
    other = Themes("themes@2", WORDS, dimension=24)
    themes.delay = 0.3
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(store.eyes.activate, other.space)

        async def turn() -> None:
            await eventually(lambda: index.holdings().meaning_space == other.space)
            assert themes.asked, "while the model is still at it"

        tasks.start_soon(turn)
        index.wake()
        found = await find(index, store, "vixen", models=Models(themes, other))
    assert (found.spaces, titles(found)) == ((SPACE,), ["Study 1", "Study 2"])
    assert index.holdings().meaning_space == other.space


async def test_what_was_ranked_without_the_model_does_not_go_on_with_it(
    index: Index, store: Store, themes: Themes
) -> None:
    themes.away = True
    first = await find(index, store, "reynard", models=Models(themes), limit=2)
    themes.away = False
    second = await find(index, store, "reynard", models=Models(themes), cursor=first.next)
    assert titles(second) == ["Poem"]
    assert second.spaces == ()


async def test_a_look_that_can_be_measured_is_measured_beside_any_model(store: Store, themes: Themes) -> None:
    navy, red = picture("#0b1f5e"), picture("#c01018")
    sea, bread = themes.picture("sea", 0.3), themes.picture("bread", 0.3)
    await hang(store, navy, meant={SPACE: bread}, title="Bottle")
    await hang(store, navy, meant={SPACE: sea}, title="Night")
    await hang(store, red, meant={SPACE: sea}, title="Dusk")
    async with following(store) as index:
        plain = await find(index, store, "dark blue")
        assert sorted(titles(plain)) == ["Bottle", "Night"]
        both = await find(index, store, "dark blue", models=Models(themes))
        assert sorted(titles(both)) == ["Bottle", "Night"]
        assert both.spaces == (EYES.space, SPACE)
        assert isinstance(both.items[0].reasons[0], InPicture)
        sea_too = await find(index, store, "blue ocean", models=Models(Themes(SPACE, {**WORDS, "blue": "sea"})))
        assert titles(sea_too)[0] == "Poem", "the nearest to what was asked, whatever colour it has"
