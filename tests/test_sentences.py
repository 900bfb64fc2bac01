"""The sentence model: as its authors' own runtime computes it, whoever it is asked beside, and of no file but the right one."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from limn.errors import BadSettings, EyesAway
from limn.language import files
from limn.language.encoder import Encoder
from limn.language.minilm import DIMENSIONS, MiniLM
from sentence_model import folder, minilm

# https://sbert.net/docs/quickstart.html, computed by sentence-transformers on torch, to four digits
WEATHER = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
THEIR_COSINES = [[1.0000, 0.6660, 0.1046], [0.6660, 1.0000, 0.1411], [0.1046, 0.1411, 1.0000]]


def cosine(one: str, other: str) -> float:
    left, right = minilm().embed_now([one, other])
    return float(left @ right)


def test_vectors_agree_with_those_of_sentence_transformers() -> None:
    found = minilm().embed_now(WEATHER)
    assert np.allclose(found @ found.T, THEIR_COSINES, atol=6e-5)


def test_a_feline_is_nearer_to_a_cat_than_to_a_concert() -> None:
    cat, concert = "A ginger cat asleep on the windowsill", "A violin concerto in an empty hall"
    assert cosine("feline", cat) > cosine("feline", concert) + 0.2


async def test_vectors_are_of_unit_length_whatever_the_text() -> None:
    texts = ["", " ", "\x00", "\ud800 half a pair", "猫が窓辺で眠る", "👩‍🎨" * 50, "word " * 5000, "x" * 50_000]
    found = await minilm().embed(texts)
    assert found.shape == (len(texts), DIMENSIONS)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_text_means_the_same_alone_and_among_longer_ones() -> None:
    texts = ["cat", "A fox in fresh snow, at dusk.", "word " * 300, "", "A lighthouse"]
    together = minilm().embed_now(texts * 4)
    for at, text in enumerate(texts):
        assert np.allclose(minilm().embed_now([text])[0], together[at + 5 * 3], atol=2e-6)


def test_no_text_at_all_has_no_vectors() -> None:
    assert minilm().embed_now([]).shape == (0, DIMENSIONS)


def test_a_long_text_counts_by_its_first_256_tokens_and_not_by_128() -> None:
    begins = "wave " * 200
    assert cosine(begins, begins + "rocket " * 40) < 0.999
    full = "wave " * 300
    assert cosine(full, full + "rocket " * 100) == pytest.approx(1, abs=1e-6)


def test_a_special_token_that_somebody_typed_is_plain_text() -> None:
    typed = minilm().embed_now(["a [SEP] b [MASK]", "a [ sep ] b [ mask ]"])
    assert np.allclose(typed[0], typed[1], atol=1e-6)


def test_upper_case_and_accents_make_no_difference() -> None:
    found = minilm().embed_now(["Café in the RAIN", "cafe in the rain"])
    assert np.allclose(found[0], found[1], atol=1e-6)


async def test_another_file_in_the_place_of_the_weights_is_refused_by_name(tmp_path: Path) -> None:
    shutil.copy(folder() / files.TOKENIZER, tmp_path)
    (tmp_path / files.WEIGHTS).write_bytes(b"something else")
    model = MiniLM(tmp_path)
    with pytest.raises(BadSettings, match=str(tmp_path / files.WEIGHTS)):
        await model.warm_up()
    with pytest.raises(EyesAway, match=r"model\.safetensors"):
        await model.embed(["cat"])


async def test_files_that_went_away_are_told(tmp_path: Path) -> None:
    with pytest.raises(EyesAway, match="cannot be read"):
        await MiniLM(tmp_path).embed(["cat"])


def test_the_first_folder_that_holds_both_files_is_taken(tmp_path: Path) -> None:
    empty, half, whole = (tmp_path / name for name in ("empty", "half", "whole"))
    for place in (half, whole):
        place.mkdir()
        (place / files.TOKENIZER).touch()
    (whole / files.WEIGHTS).touch()
    assert files.find([empty, half, whole]) == whole


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02\x00\x00\x00\x00\x00\x00\x00[]",
        b"\xff" * 40,
        (header := json.dumps({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}).encode())
        and len(header).to_bytes(8, "little") + header + b"1234",
    ],
)
def test_what_is_no_safetensors_file_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BadSettings, match="no safetensors"):
        files.tensors(data)


def test_tensors_are_read_as_they_were_written() -> None:
    numbers = np.arange(6, dtype="<f4").reshape(2, 3)
    header = json.dumps(
        {"__metadata__": {"format": "pt"}, "x": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
    )
    data = len(header).to_bytes(8, "little") + header.encode() + numbers.tobytes()
    assert np.array_equal(files.tensors(data)["x"], numbers)


def test_weights_of_another_model_are_no_encoder() -> None:
    with pytest.raises(KeyError):
        Encoder({})
