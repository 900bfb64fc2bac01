"""Words are made clean and comparable in one place, in a time that grows with their length and not with its square."""

import time
import unicodedata
from collections.abc import Callable

import pytest

from limn import text

SLOW = "a" + "\u0300" * 20_000 + "\u0316" * 20_000  # in the order that takes longest to sort


@pytest.mark.parametrize("ask", [text.clean, text.fold, text.words, text.tag_name])
def test_forty_thousand_accents_on_one_letter_are_read_in_a_moment(ask: Callable[[str], object]) -> None:
    began = time.process_time()
    assert ask(SLOW)
    assert time.process_time() - began < 0.3  # 10 ms; sorted, they take seconds


def test_accents_beyond_thirty_on_one_letter_are_left_out_and_no_other() -> None:
    letter = "a" + "\u0316" * 40
    assert text.clean(letter) == "a" + "\u0316" * 30
    assert text.clean(f"{letter}b\u0300") == "a" + "\u0316" * 30 + "b\u0300"
    zalgo = "Z" + "\u0335\u0321\u0300" * 5 + "algo"
    assert text.clean(zalgo) == unicodedata.normalize("NFC", zalgo)


def test_what_changes_only_how_a_text_looks_is_removed() -> None:
    assert text.clean("a\u202eb\u200bc\u00add\ufeff\x07 e\tf") == "abcd e f"
    assert text.clean(" one\r\n\r\n two \r three ", lines=True) == "one\n\ntwo\nthree"


def test_a_nul_is_refused_and_everything_else_let_through() -> None:
    assert text.no_nul("a\x01\n") == "a\x01\n"
    with pytest.raises(ValueError, match="NUL"):
        text.no_nul("a\0b")
