"""The tiny models of the tests see what they claim to see, and have the inputs and outputs of the hub's exports."""

import time
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

import graphs
from tiny_nodes import COLOURS

Session = onnxruntime.InferenceSession


def seen(colour: str, mean: tuple[float, ...] = graphs.CLIP_MEAN, std: tuple[float, ...] = graphs.CLIP_STD) -> Any:
    pixels = np.broadcast_to(np.array(COLOURS[colour]), (graphs.SIDE, graphs.SIDE, 3))
    return ((pixels - np.array(mean)) / np.array(std)).transpose(2, 0, 1)[None].astype(np.float32)


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def shapes(values: Any) -> dict[str, tuple[str, list[Any]]]:
    return {value.name: (value.type, value.shape) for value in values}


def test_the_xenova_folder_has_the_towers_of_the_hub(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path, dimension=20)
    picture = Session(folder / "onnx/vision_model_quantized.onnx")
    text = Session(folder / "onnx/text_model_quantized.onnx")
    assert shapes(picture.get_inputs()) == {"pixel_values": ("tensor(float)", ["b", 3, graphs.SIDE, graphs.SIDE])}
    assert shapes(picture.get_outputs()) == {"image_embeds": ("tensor(float)", ["b", 20])}
    assert shapes(text.get_inputs()) == {"input_ids": ("tensor(int64)", ["b", "s"])}
    assert shapes(text.get_outputs())["text_embeds"] == ("tensor(float)", ["b", 20])


def test_the_immich_folder_wants_77_small_integers(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path, layout="immich")
    assert shapes(Session(folder / "visual/model.onnx").get_inputs())["image"][1] == ["b", 3, graphs.SIDE, graphs.SIDE]
    assert shapes(Session(folder / "textual/model.onnx").get_inputs()) == {"text": ("tensor(int32)", [1, 77])}


@pytest.mark.parametrize("seed", [0, 7])
def test_a_colour_word_lies_nearest_to_the_picture_of_that_colour(tmp_path: Path, seed: int) -> None:
    folder = graphs.write_clip(tmp_path, seed=seed)
    picture = Session(folder / "onnx/vision_model_quantized.onnx")
    text = Session(folder / "onnx/text_model_quantized.onnx")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pictures = np.stack([unit(picture.run(None, {"pixel_values": seen(colour)})[0][0]) for colour in COLOURS])
    for place, colour in enumerate(COLOURS):
        ids = np.array([tokenizer.encode(f"a {colour} picture").ids])
        cosines = pictures @ unit(text.run(["text_embeds"], {"input_ids": ids})[0][0])
        assert cosines.argmax() == place
        assert cosines[place] == pytest.approx(0.33, abs=0.005)
        assert np.delete(cosines, place) == pytest.approx(0.13, abs=0.02)


def test_what_stands_behind_the_end_token_means_nothing(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    text = Session(folder / "onnx/text_model_quantized.onnx")
    ids = tokenizer.encode("red").ids
    more = [*ids, *tokenizer.encode("blue").ids]
    plain, padded = (text.run(["text_embeds"], {"input_ids": np.array([one])})[0] for one in (ids, more))
    assert np.array_equal(plain, padded)


@pytest.mark.parametrize("layout", ["xenova", "immich"])
def test_a_folder_is_written_in_no_time_and_always_the_same(
    tmp_path: Path, layout: Literal["xenova", "immich"]
) -> None:
    begun = time.monotonic()
    one, two, other = (
        graphs.write_clip(tmp_path / name, layout=layout, seed=seed) for name, seed in (("1", 1), ("2", 1), ("3", 2))
    )
    captioner = graphs.write_captioner(tmp_path / "captioner")
    assert time.monotonic() - begun < 5
    files = {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
    assert {path: (two / path).read_bytes() for path in files} == files
    assert {path.suffix for path in files if (other / path).read_bytes() != files[path]} == {".onnx"}
    assert sum(path.stat().st_size for path in captioner.rglob("*") if path.is_file()) < 20_000


def test_the_captioner_says_its_words_and_the_colour(tmp_path: Path) -> None:
    folder = graphs.write_captioner(tmp_path)
    encoder = Session(folder / "onnx/encoder_model_quantized.onnx")
    decoder = Session(folder / "onnx/decoder_model_merged_quantized.onnx")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    end = int(tokenizer.token_to_id("<|endoftext|>") or 0)
    nothing = np.zeros((1, 2, 0, 4), np.float32)
    for colour in ("red", "green", "black"):
        hidden = encoder.run(None, {"pixel_values": seen(colour, (0.5,) * 3, (0.5,) * 3)})[0]
        ids = [end]
        while len(ids) == 1 or (ids[-1] != end and len(ids) < 20):
            given = {
                "input_ids": np.array([ids]),
                "encoder_hidden_states": hidden,
                "use_cache_branch": np.array([False]),
            }
            past = {f"past_key_values.0.{kind}": nothing for kind in ("key", "value")}
            ids.append(int(decoder.run(["logits"], given | past)[0][0, -1].argmax()))
        assert tokenizer.decode(ids) == f" a mostly {colour} picture."
