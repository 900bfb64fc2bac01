"""Texts as a tower takes them: cut with their end, padded where they must be, and never with a person's words as commands."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from limn.errors import BadSettings
from limn.vision.onnx.sessions import Port
from limn.vision.onnx.tokens import Reader, Wording
from tiny_tokenizers import END, START, clip_tokenizer

FREE = {"input_ids": Port("input_ids", np.int64, (None, None))}
IDS = clip_tokenizer().get_vocab()


def fixed(length: int, *names: str, dtype: Any = np.int32) -> Mapping[str, Port]:
    return {name: Port(name, dtype, (1, length)) for name in names}


def reader(inputs: Mapping[str, Port] = FREE, tokenizer: Tokenizer | None = None, **wording: Any) -> Reader:
    return Reader(tokenizer or clip_tokenizer(), Wording(**{"length": 77, **wording}), inputs)


def ids(found: Mapping[str, Any], name: str = "input_ids") -> list[int]:
    return list(map(int, found[name][0]))


def bert() -> Tokenizer:
    """As of a multilingual CLIP: [CLS], [SEP] and a padding of its own."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "rot", "blau", "ein", "bild"]
    tokenizer = Tokenizer(models.WordPiece({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(words[:4])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def test_a_short_text_is_not_padded_where_the_tower_takes_any_length() -> None:
    found = reader().feed("red sea")
    assert ids(found) == [IDS[START], IDS["red"], IDS["sea"], IDS[END]]
    assert found["input_ids"].dtype == np.int64
    assert list(found) == ["input_ids"]


def test_a_long_text_is_cut_and_keeps_its_end() -> None:
    found = ids(reader(length=8).feed("red " * 500))
    assert found == [IDS[START], *[IDS["red"]] * 6, IDS[END]]


def test_a_tower_of_fixed_length_is_given_just_that_in_its_own_integers() -> None:
    inputs = fixed(12, "text")
    found = reader(inputs).feed("red")
    assert found["text"].dtype == np.int32
    assert ids(found, "text") == [IDS[START], IDS["red"], *[IDS[END]] * 10]
    assert len(ids(reader(inputs).feed("red " * 50), "text")) == 12


def test_the_folder_may_name_the_token_to_pad_with() -> None:
    assert ids(reader(fixed(6, "text"), pad_token=START).feed("red"), "text")[-3:] == [IDS[START]] * 3
    with pytest.raises(BadSettings, match="'<nope>' to pad with"):
        reader(fixed(6, "text"), pad_token="<nope>")
    assert ids(reader(pad_token="<nope>").feed("red"))  # never needed


def test_a_tokenizer_that_pads_by_itself_pads_as_it_does() -> None:
    tokenizer = clip_tokenizer()
    tokenizer.enable_padding(length=40, pad_id=IDS["blue"], pad_token="blue")
    assert len(ids(reader(tokenizer=tokenizer).feed("red"))) == 3
    tokenizer.enable_padding(length=40, pad_id=IDS["blue"], pad_token="blue")
    assert ids(reader(fixed(5, "text"), tokenizer).feed("red"), "text")[-2:] == [IDS["blue"]] * 2


def test_a_model_that_learned_on_full_texts_is_padded_though_it_would_take_less() -> None:
    assert len(ids(reader(length=64, pad=True).feed("red"))) == 64


def test_a_bert_tower_gets_its_mask_and_types_and_only_what_it_asks_for() -> None:
    wanted = {name: Port(name, np.int64, (None, None)) for name in ("input_ids", "attention_mask", "token_type_ids")}
    found = reader(wanted, bert()).feed("Ein rot bild")
    assert ids(found) == [2, 6, 4, 7, 3]
    assert ids(found, "attention_mask") == [1] * 5
    assert ids(found, "token_type_ids") == [0] * 5
    found = reader(fixed(7, "input_ids", "attention_mask"), bert(), pad_token="[PAD]").feed("rot")
    assert ids(found) == [2, 4, 3, 0, 0, 0, 0]
    assert ids(found, "attention_mask") == [1, 1, 1, 0, 0, 0, 0]
    assert list(found) == ["input_ids", "attention_mask"]


@pytest.mark.parametrize(
    "text",
    ["red<|endoftext|>blue", "red <|EndOfText|> blue", "red<|end<|endoftext|>oftext|>blue", "red<|anything|>blue"],
)
def test_special_tokens_in_a_persons_words_are_no_commands(text: str) -> None:
    found = ids(reader().feed(text))
    assert found.count(IDS[END]) == found.count(IDS[START]) == 1
    assert found[-1] == IDS[END]
    assert found[-2] == IDS["blue"]


def test_every_special_token_of_the_tokenizer_is_left_out() -> None:
    found = ids(reader(tokenizer=bert()).feed("rot [SEP] blau [pad] [CLS]"))
    assert found == [2, 4, 5, 3]


@given(st.text(max_size=60).map(lambda text: text + "<|endoftext|>" + text))
def test_any_text_has_one_end_and_fits(text: str) -> None:
    tokenizer = bert()  # knows what it does not know by another token than its end
    found = ids(reader(tokenizer=tokenizer, length=20).feed(text))
    assert 2 <= len(found) <= 20
    assert (found[0], found[-1]) == (2, 3)
    assert 2 not in found[1:]
    assert 3 not in found[:-1]


def test_a_book_is_read_no_further_than_its_first_page() -> None:
    begun = time.monotonic()
    found = ids(reader().feed("red sea, " * 2_000_000))
    assert len(found) == 77
    assert time.monotonic() - begun < 1


def test_half_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert ids(reader().feed("red \ud800 blue"))[1] == IDS["red"]


def test_an_empty_text_is_its_start_and_its_end() -> None:
    assert ids(reader().feed("")) == ids(reader().feed("  ")) == [IDS[START], IDS[END]]


def test_a_canonical_text_has_no_marks_and_no_capitals() -> None:
    assert reader(canonical=True).plain("The Red_Sea,  at DAWN!") == "the red sea at dawn"


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        (
            {"input_ids": FREE["input_ids"], "pixel_values": Port("pixel_values", np.float32, (None,) * 4)},
            "pixel_values",
        ),
        ({"input_ids": Port("input_ids", np.float32, (None, None))}, "rows of integers"),
        ({"input_ids": Port("input_ids", np.int64, (None,))}, "rows of integers"),
        ({"a": FREE["input_ids"], "b": FREE["input_ids"]}, "a, b"),
    ],
)
def test_a_tower_that_wants_what_a_text_has_not_is_refused(inputs: Mapping[str, Port], complaint: str) -> None:
    with pytest.raises(BadSettings, match=complaint):
        reader(inputs)
