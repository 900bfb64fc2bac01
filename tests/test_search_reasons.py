"""Marks around matched words, placed in the text as it was written."""

import random
import unicodedata
from itertools import pairwise

import pytest

from limn.index.terms import located, terms_of, words_of
from limn.models import Caption
from limn.search.question import parse
from limn.search.reasons import InWords, in_words, mark
from works import a_work, artist_tag, machine_tag

MARKED = [
    ("The fox", "fox", "The ⟦fox⟧"),
    ("FOX, fox; Fox!", "fox", "⟦FOX⟧, ⟦fox⟧; ⟦Fox⟧!"),
    ("foxes are no match", "fox", None),
    ("The fox's den", "fox", "The ⟦fox⟧'s den"),
    ("L’été à Paris", "ete", "L’⟦été⟧ à Paris"),
    ("L'e\u0301te\u0301 a\u0300 Paris", "été", "L'⟦e\u0301te\u0301⟧ a\u0300 Paris"),
    ("a ﬁre and a ﬂame", "fire", "a ⟦ﬁre⟧ and a ﬂame"),
    ("Die Straße nach Süden", "strasse suden", "Die ⟦Straße⟧ nach ⟦Süden⟧"),
    ("İstanbul at night", "istanbul", "⟦İstanbul⟧ at night"),
    ("ｆｏｘ in full width", "fox", "⟦ｆｏｘ⟧ in full width"),
    ("Ёлка зимой", "елка", "⟦Ёлка⟧ зимой"),
    ("雪の中の狐", "狐", "雪の中の⟦狐⟧"),
    ("雪の中の狐と雪", "雪", "⟦雪⟧の中の狐と⟦雪⟧"),
    ("雪の中の狐", "雪の中", "⟦雪の中⟧の狐"),
    ("한국의 여우", "여우", "한국의 ⟦여우⟧"),
    ("🦊❄️ in winter", "winter", "🦊❄️ in ⟦winter⟧"),
    ("👩‍🎨 painting 🦊", "🦊", "👩‍🎨 painting ⟦🦊⟧"),
    ("a ⟦false⟧ fox", "fox", "a [false] ⟦fox⟧"),
    ("½ fox ① ㎏", "kg", "½ fox ① ⟦㎏⟧"),
    ("nothing here", "fox", None),
    ("", "fox", None),
    ("fox", "", None),
]


@pytest.mark.parametrize(("text", "query", "expected"), MARKED)
def test_marks_stand_around_what_matched(text: str, query: str, expected: str | None) -> None:
    assert mark(text, parse(query).words) == expected


def test_terms_have_the_same_words_with_and_without_their_places() -> None:
    draw = random.Random(7)
    letters = [chr(c) for c in range(0x20, 0x30000) if unicodedata.category(chr(c)) not in {"Cn", "Cs", "Co"}]
    tricky = [*"aB \u0301\u0308´がアé½ﬁ①İßЁ_'’", "\u1100", "\u1161", "\u11a8", "\u200d", "\ufe0f", "🦊", "⟦"]
    for number in range(5000):
        pool = [chr(c) for c in range(128)] if number % 5 == 0 else letters if number % 2 else tricky
        text = "".join(draw.choice(pool) for _ in range(draw.randrange(12)))
        found = located(text)
        assert [term.terms[0] for term in found] == terms_of(text), ascii(text)
        assert [term for word in words_of(text) for term in word] == terms_of(text), ascii(text)
        assert all(0 <= term.start < term.end <= len(text) for term in found), ascii(text)
        assert all(a.start <= b.start for a, b in pairwise(found)), ascii(text)


def test_what_is_marked_reads_as_the_text_did() -> None:
    draw = random.Random(8)
    for _ in range(500):
        text = "".join(draw.choice("éﬁ雪 狐fox\u0301🦊 .-½") for _ in range(20))
        for word in words_of(text):
            marked = mark(text, [word])
            assert marked is not None, ascii(text)
            assert marked.replace("⟦", "").replace("⟧", "") == text, ascii(text)


def test_a_long_text_is_cut_around_its_first_match() -> None:
    marked = mark("far away " * 50 + "the fox sleeps " + "and then " * 50, parse("fox").words)
    assert marked is not None
    assert "the ⟦fox⟧ sleeps" in marked
    assert len(marked) < 150
    assert marked[0] == marked[-1] == "…"


def test_a_thousand_marks_piled_on_a_letter_cost_no_time() -> None:
    text = "a" + "\u0301" * 20_000 + " fox"
    marked = mark(text, parse("fox").words)
    assert marked is not None
    assert marked.endswith("⟦fox⟧")


def test_reasons_name_the_field_most_telling_first() -> None:
    artwork = a_work(
        title="Winter", description="A fox asleep.", tags=[artist_tag("red fox"), machine_tag("fox")], alt_text="Fox"
    )
    assert in_words(artwork, parse("fox").words) == [
        InWords("tags", "red ⟦fox⟧"),
        InWords("tags", "⟦fox⟧"),
        InWords("description", "A ⟦fox⟧ asleep."),
        InWords("alt_text", "⟦Fox⟧"),
    ]


def test_a_measured_caption_is_no_reason_and_a_described_one_is() -> None:
    plain = a_work(title="Winter")
    for method, expected in (("measured", []), ("blip", [InWords("caption", "a ⟦fox⟧ in the snow")])):
        caption = Caption(text="a fox in the snow", method=method, model="m")
        artwork = plain.model_copy(update={"analysis": plain.analysis.model_copy(update={"caption": caption})})
        assert in_words(artwork, parse("fox").words) == expected
