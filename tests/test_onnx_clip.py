"""A CLIP of this machine: pictures and texts in one space, whatever the exporter called its parts."""

import time
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from onnx import TensorProto

import graphs
from drawn import BLUE, GREEN, RED, flat, picture, split
from limn.errors import BadSettings, NotServed
from limn.vision.layouts import lacking
from limn.vision.onnx import Clip, open_clip
from limn.vision.onnx.clip import cutoff
from limn.vision.protocol import Embedder, Look, Vector
from limn.vision.scoring import start
from tiny_nodes import Graph, floats, integers

COLOURS = {"red": flat(*RED), "green": flat(*GREEN), "blue": flat(*BLUE)}
WORDS = ("a red picture", "green grass", "the blue sea")


def look(pixels: Any) -> Look:
    return Look(picture(pixels), description="", words="", owner="", private=False)


def opened(folder: Path, providers: str = "", revision: str = "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268") -> Clip:
    return open_clip(folder, providers=providers, revision=revision)


async def cosines(clip: Embedder) -> Vector:
    pictures = np.stack([await clip.embed(look(pixels)) for pixels in COLOURS.values()])
    return np.asarray(pictures @ (await clip.embed_texts(WORDS)).T)


async def test_pictures_and_texts_of_one_meaning_lie_near(tmp_path: Path) -> None:
    clip: Embedder = opened(graphs.write_clip(tmp_path / "tiny"))
    found = await cosines(clip)
    assert list(found.argmax(axis=1)) == [0, 1, 2]
    assert found.diagonal().min() > 0.28
    assert found[~np.eye(3, dtype=bool)].max() < 0.2


async def test_vectors_are_of_unit_length_and_of_single_precision(tmp_path: Path) -> None:
    clip = opened(graphs.write_clip(tmp_path / "tiny", dimension=24))
    one, texts = await clip.embed(look(COLOURS["red"])), await clip.embed_texts([*WORDS, ""])
    assert one.dtype == texts.dtype == np.float32
    assert (one.shape, texts.shape) == ((24,), (4, 24))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-6)
    assert np.linalg.norm(texts, axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    assert (await clip.embed_texts([])).shape == (0, 24)


async def test_a_text_has_the_same_vector_whoever_stands_beside_it(tmp_path: Path) -> None:
    clip = opened(graphs.write_clip(tmp_path / "tiny"))
    alone = await clip.embed_texts(["red"])
    beside = await clip.embed_texts(["a much longer text about the blue sea", "red"])
    assert np.array_equal(alone[0], beside[1])


LAYOUTS: dict[str, dict[str, Any]] = {
    "xenova": {},
    "immich": {"layout": "immich"},
    "immich, multilingual": {"layout": "immich", "mask": True},
    "small ids": {"small_ids": True},
    "a mask": {"mask": True},
    "a fixed length": {"length": 64},
}


@pytest.mark.parametrize("options", LAYOUTS.values(), ids=LAYOUTS)
async def test_every_exporters_layout_gives_the_same_vectors(tmp_path: Path, options: dict[str, Any]) -> None:
    usual, other = (
        opened(graphs.write_clip(tmp_path / "usual")),
        opened(graphs.write_clip(tmp_path / "other", **options)),
    )
    assert await cosines(other) == pytest.approx(await cosines(usual), abs=1e-6)
    assert np.array_equal(await other.embed_texts(WORDS), await usual.embed_texts(WORDS))


def moved(folder: Path, **moves: str) -> Path:
    for old, new in moves.items():
        target = folder / new
        target.parent.mkdir(parents=True, exist_ok=True)
        next(folder.rglob(f"{old}.*")).rename(target)
    return folder


@pytest.mark.parametrize(
    "moves",
    [
        {"vision_model_quantized": "vision_model.onnx", "text_model_quantized": "text_model.onnx"},
        {"vision_model_quantized": "onnx/vision_model_fp16.onnx", "text_model_quantized": "onnx/text_model_q4.onnx"},
        {"vision_model_quantized": "vision/model.onnx", "text_model_quantized": "text/model.onnx"},
        {
            "vision_model_quantized": "vision/model.onnx", "text_model_quantized": "text/model.onnx",
            "tokenizer": "text/tokenizer.json", "preprocessor_config": "vision/preprocessor_config.json",
        },
    ],
    ids=["optimum", "other precisions", "two folders", "two repositories of qdrant"],
)  # fmt: skip
async def test_parts_may_lie_where_other_exporters_put_them(tmp_path: Path, moves: dict[str, str]) -> None:
    folder = moved(graphs.write_clip(tmp_path / "tiny"), **moves)
    assert lacking(folder, "clip") is None
    clip = opened(folder)
    assert (await cosines(clip)).diagonal().min() > 0.28


async def test_the_graph_in_eight_bits_is_taken_before_the_full_one(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    for name in ("vision_model", "text_model"):
        (folder / f"onnx/{name}.onnx").write_bytes(b"no graph")
    assert (await cosines(opened(folder))).diagonal().min() > 0.28


async def test_a_long_picture_is_embedded_from_end_to_end(tmp_path: Path) -> None:
    clip = opened(graphs.write_clip(tmp_path / "tiny"))
    strip = split((0.15, RED), (0.7, GREEN), (0.15, BLUE), width=760, height=100)
    found = (await clip.embed_texts(WORDS)) @ await clip.embed(look(strip))
    assert found.min() > 0.16, "an end was cut off"
    assert found.argmax() == 1
    tall = np.ascontiguousarray(strip.transpose(1, 0, 2))
    assert await clip.embed(look(tall)) == pytest.approx(await clip.embed(look(strip)), abs=0.02)


async def test_half_precision_goes_in_and_single_comes_out(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    graph = Graph()
    mean = graph.node("ReduceMean", graph.cast("pixel_values", TensorProto.FLOAT), axes=[2, 3], keepdims=0)
    graph.node("Identity", graph.cast(mean, TensorProto.FLOAT16), to="image_embeds")
    given = floats("pixel_values", "b", 3, 32, 32)
    out = floats("image_embeds", "b", 3)
    for value in (given, out):
        value.type.tensor_type.elem_type = TensorProto.FLOAT16
    graph.save(folder / "onnx/vision_model_quantized.onnx", [given], [out])
    vector = await opened(folder).embed(look(COLOURS["red"]))
    assert vector.dtype == np.float32
    assert vector.shape == (3,)


async def test_an_output_is_taken_by_its_name_before_its_place(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    before = await opened(folder).embed(look(COLOURS["red"]))
    graph = Graph()
    colours = graph.node("ReduceMean", graph.shares("pixel_values", graphs.CLIP_MEAN, graphs.CLIP_STD), axes=[2, 3])
    graph.node("Reshape", colours, graph.integers(-1, 11), to="scores")
    graph.node("ReduceMean", "pixel_values", axes=[2, 3], keepdims=0, to="pooler_output")
    outs = [floats("scores", "b", 11), floats("pooler_output", "b", 3)]
    graph.save(folder / "onnx/vision_model_quantized.onnx", [floats("pixel_values", "b", 3, 32, 32)], outs)
    assert len(await opened(folder).embed(look(COLOURS["red"]))) == 3
    assert len(before) == 16


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf"), 1e-30])
async def test_a_vector_without_a_direction_is_no_answer(tmp_path: Path, value: float) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    graph = Graph()
    mean = graph.node("ReduceMean", "pixel_values", axes=[2, 3], keepdims=0)
    graph.node("Mul", mean, graph.constant(value), to="image_embeds")
    graph.save(
        folder / "onnx/vision_model_quantized.onnx",
        [floats("pixel_values", "b", 3, 32, 32)],
        [floats("image_embeds", "b", 3)],
    )
    with pytest.raises(NotServed, match=r"vision_model_quantized\.onnx answered a vector without a direction"):
        await opened(folder).embed(look(COLOURS["red"]))


async def test_a_very_long_vector_is_one_as_well(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    graph = Graph()
    mean = graph.node("ReduceMean", "pixel_values", axes=[2, 3], keepdims=0)
    graph.node("Mul", mean, graph.constant(1e37), to="image_embeds")
    path = folder / "onnx/vision_model_quantized.onnx"
    graph.save(path, [floats("pixel_values", "b", 3, 32, 32)], [floats("image_embeds", "b", 3)])
    assert np.linalg.norm(await opened(folder).embed(look(COLOURS["red"]))) == pytest.approx(1, abs=1e-6)


async def test_towers_of_two_models_are_no_clip(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    graphs.write_text_tower(folder / "onnx/text_model_quantized.onnx", graphs.rotation(20, 0))
    clip = opened(folder)
    with pytest.raises(BadSettings, match=r"vectors of 16 numbers, .* of 20: they are not of one model"):
        await clip.warm_up()
    assert len(await clip.embed(look(COLOURS["red"]))) == 16  # which came first
    with pytest.raises(NotServed, match="not of one model"):
        await clip.embed_texts(["red"])


async def test_towers_that_do_not_tell_their_width_are_compared_by_what_they_answer(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    graph = Graph()
    graph.node("ReduceMean", "pixel_values", axes=[2, 3], keepdims=0, to="image_embeds")
    ins, outs = [floats("pixel_values", "b", 3, 32, 32)], [floats("image_embeds", "b", "d")]
    graph.save(folder / "onnx/vision_model_quantized.onnx", ins, outs)
    with pytest.raises(BadSettings, match=r"vectors of 3 numbers, .* of 16"):
        await opened(folder).warm_up()


async def test_a_broken_graph_is_named_and_no_traceback(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    path = folder / "onnx/vision_model_quantized.onnx"
    path.write_bytes(path.read_bytes()[:500])
    clip = opened(folder)
    with pytest.raises(BadSettings, match=r"vision_model_quantized\.onnx cannot be used: ") as failed:
        await clip.warm_up()
    assert "\n" not in failed.value.detail
    for _ in range(2):
        with pytest.raises(NotServed, match=r"vision_model_quantized\.onnx cannot be used"):
            await clip.embed(look(COLOURS["red"]))
    assert (await clip.embed_texts(["red"])).shape == (1, 16)
    graphs.write_clip(folder)
    clip.close()  # forgets that it was broken
    assert len(await clip.embed(look(COLOURS["red"]))) == 16


@pytest.mark.parametrize("part", ["picture", "text"])
async def test_a_graph_in_the_place_of_another_is_refused(tmp_path: Path, part: str) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    pictures, texts = (folder / f"onnx/{name}_model_quantized.onnx" for name in ("vision", "text"))
    if part == "picture":
        pictures.write_bytes(texts.read_bytes())
    else:
        texts.write_bytes(pictures.read_bytes())
    with pytest.raises(
        BadSettings,
        match=r"is no graph for pictures: it wants input_ids|cannot read texts: it wants pixel_values, which",
    ):
        await opened(folder).warm_up()


async def test_a_tower_for_larger_pictures_than_are_prepared_is_refused(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    graphs.write_json(folder / "preprocessor_config.json", graphs.clip_preprocessing(64))
    with pytest.raises(BadSettings, match=r"takes pictures of \(None, 3, 32, 32\), but is given \(1, 3, 64, 64\)"):
        await opened(folder).warm_up()


async def test_a_tower_without_a_vector_is_refused(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path / "tiny")
    graph = Graph()
    graph.node("Identity", "input_ids", to="last_hidden_state")
    hidden = integers("last_hidden_state", "b", "s", "d")
    graph.save(folder / "onnx/text_model_quantized.onnx", [integers("input_ids", "b", "s")], [hidden])
    with pytest.raises(BadSettings, match=r"text_model_quantized\.onnx"):
        await opened(folder).warm_up()


async def test_many_may_ask_at_once_and_each_gets_its_own(tmp_path: Path) -> None:
    clip = opened(graphs.write_clip(tmp_path / "tiny"))
    wanted = {word: (await clip.embed_texts([word]))[0] for word in ("red", "green", "blue", "night")}
    clip.close()
    right = []

    async def ask(word: str) -> None:
        found = (await clip.embed_texts([word]))[0]
        await clip.embed(look(COLOURS["red"]))
        right.append(np.array_equal(found, wanted[word]))

    async with anyio.create_task_group() as tasks:
        for word in [*wanted] * 8:
            tasks.start_soon(ask, word)
    assert right == [True] * 32


async def test_whoever_stops_waiting_need_not_wait_for_the_last_text(tmp_path: Path) -> None:
    clip = opened(graphs.write_clip(tmp_path / "tiny"))
    await clip.warm_up()
    begun = time.monotonic()
    with anyio.move_on_after(0.05) as scope:
        await clip.embed_texts(["red " * 70] * 100_000)
    assert scope.cancelled_caught
    assert time.monotonic() - begun < 5


async def test_a_closed_clip_loads_again_when_it_is_asked(tmp_path: Path) -> None:
    clip = opened(graphs.write_clip(tmp_path / "tiny"))
    await clip.warm_up()
    before = await clip.embed(look(COLOURS["red"]))
    clip.close()
    clip.close()
    assert np.array_equal(await clip.embed(look(COLOURS["red"])), before)


def test_it_says_who_speaks(tmp_path: Path) -> None:
    clip: Embedder = opened(graphs.write_clip(tmp_path / "clip-vit-base-patch32"))
    assert (clip.method, clip.model, clip.host, clip.looks) == ("clip", "clip-vit-base-patch32@3d74acf", None, True)
    assert clip.templates[0] == "{}"
    assert len({template.format("x") for template in clip.templates}) == len(clip.templates) >= 4


def test_where_search_cuts_off_goes_with_where_scores_start() -> None:
    openai = cutoff("clip-vit-base-patch32@0/p1")
    assert (openai.floor, openai.within, openai.strong) == (0.2, 0.06, 0.29)
    for space in ("siglip-base-patch16-224@0/p1", "ViT-B-32__laion2b-s34b-b79k@0/p1"):
        found, middle = cutoff(space), start(space).midpoint
        assert 0 < found.floor < middle < found.strong < openai.strong
