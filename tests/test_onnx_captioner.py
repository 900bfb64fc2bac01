"""A captioner of this machine says one clean sentence about what it sees."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphs
from drawn import BLUE, GREEN, RED, blob, flat, picture, split
from limn.errors import BadSettings, NotServed
from limn.vision.onnx import LocalCaptioner, open_captioner
from limn.vision.onnx.captioner import clean
from limn.vision.protocol import Captioner, Look


def look(pixels: Any) -> Look:
    return Look(picture(pixels), description="", words="", owner="", private=False)


def opened(folder: Path, revision: str = "0123456789" * 4) -> LocalCaptioner:
    return open_captioner(folder, providers="", revision=revision)


async def test_it_says_what_it_sees(tmp_path: Path) -> None:
    captioner: Captioner = opened(graphs.write_captioner(tmp_path / "distilvit"))
    said = [await captioner.caption(look(flat(*colour))) for colour in (RED, GREEN, BLUE)]
    assert [one.text for one in said] == [f"A mostly {colour} picture." for colour in ("red", "green", "blue")]
    assert (said[0].method, said[0].model, captioner.host) == ("distilvit", "distilvit@0123456", None)


@pytest.mark.parametrize(
    "generation", [{"num_beams": 4}, {"num_beams": 3, "length_penalty": 2.0}, {"max_new_tokens": 30}]
)
async def test_beams_say_it_too(tmp_path: Path, generation: dict[str, Any]) -> None:
    captioner = opened(graphs.write_captioner(tmp_path / "tiny", generation=generation))
    assert (await captioner.caption(look(flat(*GREEN)))).text == "A mostly green picture."


async def test_a_long_picture_is_seen_whole(tmp_path: Path) -> None:
    captioner = opened(graphs.write_captioner(tmp_path / "tiny"))
    strip = split((0.2, RED), (0.2, BLUE), (0.6, GREEN), width=760, height=90)
    assert (await captioner.caption(look(strip))).text == "A mostly green picture."


async def test_a_decoder_without_a_cache_and_one_in_the_main_folder_will_do(tmp_path: Path) -> None:
    folder = graphs.write_captioner(tmp_path / "tiny", past=False)
    for path in (folder / "onnx").iterdir():
        path.rename(folder / path.name)
    assert (await opened(folder).caption(look(blob(RED, BLUE)))).text == "A mostly red picture."


async def test_the_merged_decoder_is_taken_before_the_one_without_a_cache(tmp_path: Path) -> None:
    folder = graphs.write_captioner(tmp_path / "tiny")
    (folder / "onnx/decoder_model_quantized.onnx").write_bytes(b"no graph")
    assert (await opened(folder).caption(look(flat(*RED)))).text == "A mostly red picture."


async def test_a_folder_may_describe_itself(tmp_path: Path) -> None:
    folder = graphs.write_captioner(tmp_path / "tiny", words=("a", "{colour}", "thing", "a", "{colour}", "thing"))
    (folder / "onnx/encoder_model_quantized.onnx").rename(folder / "eye.onnx")
    (folder / "preprocessor_config.json").rename(folder / "prepared.json")
    said = {"task": "captioner", "encoder": "eye.onnx", "preprocessing": "prepared.json"}
    graphs.write_json(folder / "limn-model.json", {**said, "generation": {"no_repeat_ngram_size": 0}})
    assert (await opened(folder).caption(look(flat(*RED)))).text == "A red thing a red thing."


async def test_another_training_is_another_model(tmp_path: Path) -> None:
    one, two = (graphs.write_captioner(tmp_path / str(seed) / "tiny", seed=seed) for seed in (1, 2))
    assert opened(one, "").model != opened(two, "").model
    assert opened(one, "").model == opened(one, "").model
    graphs.write_captioner(two, seed=1)
    assert opened(one, "").model == opened(two, "").model
    graphs.write_captioner(two, seed=1, generation={"num_beams": 2})
    assert opened(one, "").model != opened(two, "").model


async def test_the_start_may_be_said_by_the_decoder_alone(tmp_path: Path) -> None:
    folder = graphs.write_captioner(tmp_path / "tiny")
    end = {"bos_token_id": 15, "eos_token_id": 15}
    (folder / "generation_config.json").unlink()
    graphs.write_json(folder / "config.json", {"decoder": end, "eos_token_id": None, "decoder_start_token_id": 15})
    assert (await opened(folder).caption(look(flat(*RED)))).text == "A mostly red picture."
    graphs.write_json(folder / "config.json", {})
    with pytest.raises(BadSettings, match=r"generation_config\.json does not say how the captioner begins and ends"):
        opened(folder)


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ("encoder_model", "onnx/encoder_model.onnx"),
        ("decoder_model", "onnx/decoder_model_merged.onnx"),
        ("tokenizer", "tokenizer.json"),
    ],
)
def test_a_folder_that_lacks_a_part_says_which(tmp_path: Path, lost: str, named: str) -> None:
    folder = graphs.write_captioner(tmp_path / "tiny")
    for path in folder.rglob(f"{lost}*"):
        path.unlink()
    with pytest.raises(BadSettings, match=f"^{folder} lacks {named}"):
        opened(folder)


async def test_a_broken_graph_is_named(tmp_path: Path) -> None:
    folder = graphs.write_captioner(tmp_path / "tiny")
    (folder / "onnx/decoder_model_merged_quantized.onnx").write_bytes(b"half")
    captioner = opened(folder)
    with pytest.raises(BadSettings, match=r"decoder_model_merged_quantized\.onnx cannot be used"):
        await captioner.warm_up()
    with pytest.raises(NotServed, match=r"decoder_model_merged_quantized\.onnx cannot be used"):
        await captioner.caption(look(flat(*RED)))
    graphs.write_captioner(folder)
    captioner.close()
    await captioner.warm_up()
    assert (await captioner.caption(look(flat(*RED)))).text == "A mostly red picture."


async def test_whoever_finds_no_words_lets_the_next_speak(tmp_path: Path) -> None:
    captioner = opened(graphs.write_captioner(tmp_path / "tiny", words=(".",)))
    with pytest.raises(NotServed, match="found no words"):
        await captioner.caption(look(flat(*RED)))


async def test_random_words_are_still_one_bounded_sentence(tmp_path: Path) -> None:
    captioner = opened(graphs.write_captioner(tmp_path / "tiny", certainty=0.0, seed=5))
    for seed in range(5):
        noise = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), np.uint8)
        text = (await captioner.caption(look(noise))).text
        assert text[0].isupper()
        assert text.endswith(".")
        assert "<" not in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" a dog sitting on a couch .", "A dog sitting on a couch."),
        ("a dog<|endoftext|> on a couch", "A dog on a couch."),
        ("<s> a dog </s><pad>", "A dog."),
        ("[CLS] a dog [SEP]", "A dog."),
        ("a dog. a cat. a", "A dog."),
        ("what a dog! really", "What a dog!"),
        ("a\n dog\twith\x07 a \u200bball", "A dog with a ball."),
        ("version 2.5 of a chart", "Version 2.5 of a chart."),
        (" .a dog", "A dog."),
        ("a dog ,", "A dog."),
        ("éclairs on a plate", "Éclairs on a plate."),
        ("", ""),
        (" .,! ", ""),
        ("<|endoftext|>", ""),
    ],
)
def test_what_is_said_becomes_one_clean_sentence(text: str, told: str) -> None:
    assert clean(text, ended=True) == told


def test_words_that_hang_in_the_air_are_left_out_where_it_was_cut_off() -> None:
    assert clean("a man standing on top of a", ended=False) == "A man standing on top."
    assert clean("a man standing on top of a", ended=True) == "A man standing on top of a."
    assert clean("a man. another on a", ended=False) == "A man."
    assert clean("of the a", ended=False) == ""


def test_no_sentence_is_longer_than_three_hundred_letters() -> None:
    long = clean("a very " * 100 + "long story", ended=True)
    assert 250 < len(long) <= 301
    assert 250 < len(clean("x" * 1000, ended=True)) <= 301
