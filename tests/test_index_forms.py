"""Forms of words: stems by language, beginnings, slips of the keyboard."""

import time

import pytest

from limn.index.forms import Forms


def learnt(*terms: str, language: str = "en") -> Forms:
    forms = Forms(language)
    forms.learn(terms)
    forms.settle()
    return forms


@pytest.mark.parametrize(
    ("language", "term", "other"),
    [
        ("en", "foxes", "fox"),
        ("en", "running", "runs"),
        ("de", "haus", "hauses"),
        ("fr", "chevaux", "cheval"),
        ("es", "gatos", "gato"),
        ("ru", "лисы", "лиса"),
    ],
)
def test_words_of_one_stem_are_related(language: str, term: str, other: str) -> None:
    assert learnt(term, other, "unlike", language=language).related(term) == (other,)


def test_a_language_without_a_stemmer_has_no_stems() -> None:
    assert learnt("kotek", "kotki", language="pl").related("kotek") == ()


def test_a_word_that_is_not_there_has_relatives_that_are() -> None:
    assert learnt("fox").related("foxes") == ("fox",)


def test_beginnings_come_with_the_most_common_first() -> None:
    forms = learnt("light", "lighthouse", "lightning", "alight")
    forms.learn(["lightning"])
    assert forms.begun("light") == ("lightning", "lighthouse")
    assert forms.begun("l") == ()
    assert forms.begun("雪") == ()


@pytest.mark.parametrize("slip", ["lighthuse", "ligthhouse", "lighthousse", "lighthuuse", "ighthouse", "lighthous"])
def test_one_edit_is_a_slip(slip: str) -> None:
    assert learnt("lighthouse", "fox").meant(slip) == ("lighthouse",)


@pytest.mark.parametrize("word", ["lighhuse", "foz", "12346", "lighthouse"])
def test_two_edits_short_words_numbers_and_the_word_itself_are_none(word: str) -> None:
    assert learnt("lighthouse", "fox", "12345").meant(word) == ()


def test_what_was_learnt_since_is_seen_when_it_settles() -> None:
    forms = learnt("fox")
    forms.learn(["foxglove"])
    assert forms.begun("fox") == ()
    forms.settle()
    assert forms.begun("fox") == ("foxglove",)


def test_a_hundred_thousand_words_are_asked_in_no_time() -> None:
    forms = Forms()
    forms.learn(f"{first}{number}" for first in ("ka", "lo", "mi", "ru") for number in range(25_000))
    forms.learn(["lighthouse"])
    forms.settle()
    began = time.monotonic()
    assert forms.meant("lighthuose") == ("lighthouse",)
    assert len(forms.begun("ka")) == 24
    assert time.monotonic() - began < 1, "each is a lookup, not a walk over all words"
