"""Phrases: what a picture could show of a description, found without a parser, in any script and bounded in time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limn.vision.phrases import PHRASE, PHRASES, SENTENCE, SENTENCES, phrases, sentences


@pytest.mark.parametrize(
    ("description", "found"),
    [
        (
            "A woman with a red umbrella walks over an old bridge, and a dog follows her in the rain.",
            ["woman", "red umbrella walks", "old bridge", "dog follows", "rain"],
        ),
        ("Portrait of a woman in black and white", ["Portrait of a woman", "black and white"]),
        ("a red and white boat", ["red", "white boat"]),
        ("In front of the house is a cat", ["house", "cat"]),
        ("Oil on canvas, 40 x 60 cm", ["Oil on canvas"]),
        ("a cat on paper", ["cat on paper"]),
        ("a sword — glowing, bright blue", ["sword", "glowing", "bright blue"]),
        ("Mr. Fox in St. Ives, at 3.5 metres. The sea", ["Mr Fox", "St Ives", "3.5 metres", "sea"]),
        ("fox, Fox and a FOX", ["fox"]),
        ("first line\nsecond line", ["first line", "second line"]),
    ],
)
def test_a_description_falls_into_what_could_be_looked_for(description: str, found: list[str]) -> None:
    assert phrases(description) == found


@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("A street without people or cars in the rain", ["street", "rain"]),
        ("not in the rain, but in the snow", ["snow"]),
        ("no dog, a cat", ["cat"]),
        ("It isn’t a fox but a wolf", ["wolf"]),
        ("clouds like mountains", ["clouds"]),
        ("I like red foxes", ["like red foxes"]),
    ],
)
def test_what_is_said_not_to_be_there_is_not_looked_for(description: str, found: list[str]) -> None:
    assert phrases(description) == found


@pytest.mark.parametrize(
    "talk",
    [
        "",
        " \n\t",
        "…!?;",
        "🦊❄️",
        "2024",
        "q",
        "I painted this.",
        "https://example.org/fox.html",
        "@ada",
        "fox@example.org",
    ],
)
def test_what_says_nothing_of_a_picture_has_no_phrases(talk: str) -> None:
    assert phrases(talk) == []


def test_addresses_are_left_out_and_hashtags_are_words() -> None:
    description = "A fox, see www.example.org or https://example.org/a,b by @ada #snow #winter"
    assert phrases(description) == ["fox", "see", "snow", "winter"]
    assert sentences(description) == ["A fox, see or by snow winter"]


@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("雪の中の狐、赤い傘。月が出ている", ["雪の中の狐", "赤い傘", "月が出ている"]),
        ("قطة سوداء، قمر كامل", ["قطة سوداء", "قمر كامل"]),
        ("Лиса в снегу, красный зонт", ["Лиса в снегу", "красный зонт"]),
        ("लोमड़ी। बर्फ़", ["लोमड़ी", "बर्फ़"]),
    ],
)
def test_other_scripts_are_parted_by_their_own_punctuation(description: str, found: list[str]) -> None:
    assert phrases(description) == found


def test_a_short_text_is_scored_whole_and_a_long_one_by_its_sentences() -> None:
    short = "A fox in the snow. It is evening.\nNobody is there."
    assert sentences(short) == ["A fox in the snow. It is evening. Nobody is there."]
    long = (
        "A fox stands in the snow. "
        + "I think of my grandmother's house when I see it, which was old. " * 4
        + "雪の中の狐。"
    )
    found = sentences(long)
    assert found[0] == "A fox stands in the snow"
    assert found[-1] == "雪の中の狐"
    assert len(found) == 6


def test_a_long_text_in_a_script_without_spaces_is_read_on() -> None:
    assert phrases("fox " + "狐" * 60_000) == ["fox " + "狐" * (PHRASE - 4)]


def test_the_letters_of_a_cut_word_keep_their_accents() -> None:
    accented = "q̣" * 100
    (phrase,) = phrases(accented)
    assert len(phrase) == PHRASE
    (odd,) = phrases("z" + accented)
    assert odd == "z" + "q̣" * 59


HOSTILE = {
    "commas": "," * 10_000,
    "letters and commas": "a, " * 20_000,
    "different words": ", ".join(f"fox {number}" for number in range(10_000)),
    "one word": "x" * 60_000,
    "punctuation": ".!?…;:()" * 10_000,
    "han": "狐" * 60_000,
    "arabic": "قطة سوداء " * 6_000,
    "emoji": "👩‍👩‍👧" * 10_000,
    "accents": "e" + "\u0301\u0323" * 30_000,
    "joints": "and " * 20_000,
    "openers": "of a " * 20_000,
    "denials": "not " * 20_000,
    "abbreviations": "st. " * 20_000,
    "dots": "a.b." * 20_000,
    "spaces": " \t\n\u2003" * 20_000,
    "controls": "\0\x1b\u202e" * 20_000,
    "halves of pairs": "\ud800" * 20_000,
    "signs": "@#" * 30_000,
    "quotes": "'" * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_quickly_and_within_bounds(name: str) -> None:
    started = time.process_time()
    found, whole = phrases(HOSTILE[name]), sentences(HOSTILE[name])
    assert time.process_time() - started < 0.5
    assert_bounds(found, whole)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=3_000))
def test_any_text_has_bounded_phrases_that_say_something(description: str) -> None:
    assert_bounds(phrases(description), sentences(description))


WORDS = [
    *("a", "the", "fox", "red", "in", "of", "no", "not", "and", ",", ".", "like", "on", "canvas"),
    *("black", "white", "is", "I"),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_phrases_are_made_of_the_words_that_were_typed(given_words: list[str]) -> None:
    found = phrases(" ".join(given_words))
    assert {word for phrase in found for word in phrase.split()} <= set(given_words)
    assert len({phrase.casefold() for phrase in found}) == len(found)
    assert all(phrase not in {"a", "the", "of", "is", "I", "in"} for phrase in found)


def assert_bounds(found: list[str], whole: list[str]) -> None:
    for texts, most, longest in ((found, PHRASES, PHRASE), (whole, SENTENCES, SENTENCE)):
        assert len(texts) <= most
        for text in texts:
            assert 0 < len(text) <= longest
            assert text == text.strip()
            assert any(map(str.isalpha, text))
