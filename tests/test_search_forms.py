"""How words may be written in a search: forms, beginnings, slips, phrases in quotes, and what shall not be there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from limn.index.follower import Index
from limn.search.hybrid import Results
from limn.search.question import parse
from limn.search.reasons import InWords
from limn.stores import sqlite
from limn.stores.protocol import Store
from searching import find, following, hang, titles

WORKS = (
    ("Foxes at dawn", "Two of them run over the frozen field."),
    ("Fox", "Asleep in the snow."),
    ("Lighthouse", "The storm breaks over the rocks."),
    ("A quiet street", "Windows lit before the storm."),
    ("Horse", "A galloping mare, and a storm over the hills."),
    ("Café", "Two cups on the terrace."),
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with sqlite.open_store(tmp_path / "limn.db") as opened:
        for title, description in WORKS:
            await hang(opened, title=title, description=description)
        yield opened


@pytest.fixture
async def index(store: Store) -> AsyncIterator[Index]:
    async with following(store) as built:
        yield built


def marked(results: Results) -> list[str]:
    return [reason.text for found in results.items for reason in found.reasons if isinstance(reason, InWords)]


async def test_a_word_is_found_in_its_other_forms_and_the_word_itself_comes_first(store: Store, index: Index) -> None:
    assert titles(await find(index, store, "fox ")) == ["Fox", "Foxes at dawn"]
    found = await find(index, store, "running foxes ")
    assert titles(found)[0] == "Foxes at dawn"
    assert found.answer == "strong"
    assert "Two of them ⟦run⟧ over the frozen field." in marked(found)


async def test_the_last_word_may_be_unfinished_and_no_other(store: Store, index: Index) -> None:
    assert titles(await find(index, store, "lighth")) == ["Lighthouse"]
    assert marked(await find(index, store, "lighth")) == ["⟦Lighthouse⟧"]
    assert (await find(index, store, "lighth ")).answer == "none"
    assert titles(await find(index, store, "storm lighth"))[0] == "Lighthouse"
    assert (await find(index, store, "lighth terrace")).answer == "weak"


async def test_a_slip_is_forgiven_and_told_of(store: Store, index: Index) -> None:
    found = await find(index, store, "lighthuose ")
    assert titles(found) == ["Lighthouse"]
    assert (found.answer, found.notice) == ("weak", "No work has “lighthuose”; these have “lighthouse”.")
    assert marked(found) == ["⟦Lighthouse⟧"]


async def test_what_is_written_as_it_should_be_is_no_slip(store: Store, index: Index) -> None:
    assert titles(await find(index, store, "horse ")) == ["Horse"]  # and not a house
    assert (await find(index, store, "foz ")).answer == "none", "too short: each is an edit away from many"


async def test_a_phrase_in_quotes_has_to_stand_there(store: Store, index: Index) -> None:
    assert sorted(titles(await find(index, store, '"the storm"'))) == ["A quiet street", "Lighthouse"]
    assert titles(await find(index, store, '"storm over" hills')) == ["Horse"]
    none = await find(index, store, '"over storm"')
    assert (none.answer, none.notice) == ("none", "No work has “over storm” word for word.")


async def test_a_word_behind_a_minus_must_not_stand_there(store: Store, index: Index) -> None:
    assert sorted(titles(await find(index, store, "storm -lighthouse"))) == ["A quiet street", "Horse"]
    assert sorted(titles(await find(index, store, 'storm -"the storm"'))) == ["Horse"]
    assert len(titles(await find(index, store, "-storm"))) == len(WORKS) - 3
    assert titles(await find(index, store, "fox -fox")) == ["Foxes at dawn"]


@pytest.mark.parametrize(
    ("text", "said", "phrases", "without", "unfinished"),
    [
        ("red fox", "red fox", (), (), True),
        ("red fox ", "red fox", (), (), False),
        ('"red fox" snow', "red fox snow", (("red", "fox"),), (), False),
        ("“red fox”", "red fox", (("red", "fox"),), (), False),
        ("fox -winter", "fox", (), (("winter",),), False),
        ('fox -"deep snow" night', "fox night", (), (("deep", "snow"),), False),
        ("black-white cat", "black-white cat", (), (), True),
        ('"unclosed fox', "unclosed fox", (), (), True),
        ("title:x", "title:x", (), (), True),
        ("雪狐 -猫", "雪狐", (), (("猫",),), False),
    ],
)
def test_what_is_typed_is_read(
    text: str, said: str, phrases: tuple[object, ...], without: tuple[object, ...], *, unfinished: bool
) -> None:
    question = parse(text)
    assert (question.text, question.phrases, question.without) == (said, phrases, without)
    assert question.unfinished == unfinished


@pytest.mark.parametrize("text", ["-", '""', "- -", '"', '-""', '"-"', '-"', "--", '"the"', "-the"])
async def test_marks_alone_ask_for_nothing_and_break_nothing(store: Store, index: Index, text: str) -> None:
    await find(index, store, text)
