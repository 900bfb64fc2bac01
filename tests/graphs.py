"""Folders of tiny models for tests: a few kB, made in milliseconds, with the inputs and outputs of the hub's exports.

They have learned nothing, but they see: the CLIP knows the colours of a picture and the words for them, the captioner says them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from tiny_decoder import write_decoder, write_encoder
from tiny_nodes import COLOURS, Graph, floats, integers
from tiny_tokenizers import END, WORDS, caption_tokenizer, clip_tokenizer

SIDE = 32
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
# how much of an embedding is colour, is common to all of them, and is its tower's alone: cosines of a picture and a text lie where
# those of a real CLIP do, from 0.13 (nothing in common) to 0.33 (all), and those of two pictures from 0.8 up
_COLOUR, _COMMON, _ALONE = 0.447, 0.361, 0.818

Array = NDArray[np.float32]


def write_clip(
    folder: Path,
    *,
    dimension: int = 16,
    seed: int = 0,
    layout: Literal["xenova", "immich"] = "xenova",
    small_ids: bool = False,
    length: int | None = None,
    mask: bool = False,
) -> Path:
    """A whole CLIP folder in whose space "a red picture" lies nearer to a red picture than to a blue one.

    The picture's tower tells which share of the pixels is nearest to each of COLOURS; the text's tower sums up what WORDS say of its words,
    up to the first end token. Both are then turned by one rotation, which `seed` chooses: another seed, another space. No unit vectors.
    `dimension` is at least 14. Ids are int64, int32 where `small_ids`; where a `length` is given, texts must have just so many of them;
    `mask` asks for an attention_mask.
    """
    turned = rotation(dimension, seed)
    if layout == "xenova":
        write_picture_tower(folder / "onnx/vision_model_quantized.onnx", turned)
        texts = folder / "onnx/text_model_quantized.onnx"
        write_text_tower(texts, turned, small_ids=small_ids, length=length, mask=mask)
        write_json(folder / "preprocessor_config.json", clip_preprocessing())
        write_json(folder / "config.json", {"text_config": {"max_position_embeddings": length or 77}})
        clip_tokenizer().save(str(folder / "tokenizer.json"))
    else:
        names = ("input_ids" if mask else "text", "embedding")
        write_picture_tower(folder / "visual/model.onnx", turned, names=("image", "embedding"))
        write_text_tower(
            folder / "textual/model.onnx", turned, names=names, small_ids=True, length=length or 77, mask=mask
        )
        write_json(folder / "visual/preprocess_cfg.json", immich_preprocessing())
        write_json(folder / "config.json", {"embed_dim": dimension, "text_cfg": {"context_length": length or 77}})
        clip_tokenizer().save(str(folder / "textual/tokenizer.json"))
    return folder


def write_captioner(
    folder: Path,
    *,
    words: Sequence[str] = ("a", "mostly", "{colour}", "picture", "."),
    certainty: float = 20.0,
    seed: int = 0,
    generation: Mapping[str, Any] | None = None,
    past: bool = True,
) -> Path:
    """A whole captioner folder that says `words` of every picture; for "{colour}" it says the colour that most of it has.

    Which word comes next depends on all words before, which a decoder with `past` knows from its cache alone. With `certainty` 0 it
    stammers: words at random, but the same each time, and others for another picture, for tests of the search for words.
    """
    tokenizer, vocabulary = caption_tokenizer([*(word for word in words if word != "{colour}"), *COLOURS])
    end = vocabulary[END]
    write_encoder(folder / "onnx/encoder_model_quantized.onnx", side=SIDE)
    name = "decoder_model_merged_quantized" if past else "decoder_model_quantized"
    script = [None if word == "{colour}" else vocabulary[word] for word in words]
    write_decoder(folder / f"onnx/{name}.onnx", [*script, end], vocabulary, certainty=certainty, seed=seed, past=past)
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "preprocessor_config.json", squashing())
    said = {"decoder_start_token_id": end, "bos_token_id": end, "eos_token_id": end, "pad_token_id": end}
    write_json(folder / "generation_config.json", {**said, "max_length": 24, **(generation or {})})
    write_json(folder / "config.json", {"model_type": "vision-encoder-decoder", "decoder_start_token_id": end})
    return folder


def clip_preprocessing(side: int = SIDE) -> dict[str, Any]:
    """As CLIP's preprocessor_config.json says it."""
    return {
        "do_resize": True, "size": {"shortest_edge": side}, "resample": 3,
        "do_center_crop": True, "crop_size": {"height": side, "width": side},
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": CLIP_MEAN, "image_std": CLIP_STD,
    }  # fmt: skip


def squashing(side: int = SIDE) -> dict[str, Any]:
    """As the preprocessor_config.json of a captioner says it: no crop, 0.5 taken off and divided by."""
    return {
        "do_resize": True, "size": {"height": side, "width": side}, "resample": 2,
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
    }  # fmt: skip


def immich_preprocessing(side: int = SIDE, *, mode: str = "shortest") -> dict[str, Any]:
    """As the preprocess_cfg.json of open_clip says it."""
    size = {"size": [side, side], "mode": "RGB", "interpolation": "bicubic", "resize_mode": mode, "fill_color": 0}
    return {**size, "mean": CLIP_MEAN, "std": CLIP_STD}


def write_picture_tower(
    path: Path, turned: Array, *, names: tuple[str, str] = ("pixel_values", "image_embeds")
) -> None:
    """`turned` is a `rotation`; `names` of the input and the output."""
    graph = Graph()
    colours = graph.node("ReduceMean", graph.shares(names[0], CLIP_MEAN, CLIP_STD), axes=[2, 3], keepdims=0)
    embedded = _embedded(graph, graph.unit(colours), turned, tower=0)
    graph.node("Mul", embedded, graph.constant(7.0), to=names[1])
    graph.save(path, [floats(names[0], "b", 3, SIDE, SIDE)], [floats(names[1], "b", len(turned))])


def write_text_tower(
    path: Path,
    turned: Array,
    *,
    names: tuple[str, str] = ("input_ids", "text_embeds"),
    small_ids: bool = False,
    length: int | None = None,
    mask: bool = False,
) -> None:
    """See `write_picture_tower` and `write_clip`."""
    graph = Graph()
    ids = graph.cast(names[0], TensorProto.INT64)
    # as in CLIP, the text ends at its first end token, which has the largest id of all
    end = graph.node("ArgMax", ids, axis=1, keepdims=1)
    ones = graph.node("Add", graph.node("Sub", ids, ids), graph.integers(1))
    place = graph.node("CumSum", ones, graph.constant(1, np.int64), exclusive=1)
    read = graph.cast(graph.node("LessOrEqual", place, end), TensorProto.FLOAT)
    if mask:
        read = graph.node("Mul", read, graph.cast("attention_mask", TensorProto.FLOAT))
    meanings = graph.node("Gather", graph.constant(_meanings()), ids, axis=0)
    hidden = graph.node("Mul", meanings, graph.node("Unsqueeze", read, graph.integers(2)), to="last_hidden_state")
    colours = graph.node("ReduceSum", hidden, graph.integers(1), keepdims=0)
    graph.node("Mul", _embedded(graph, graph.unit(colours), turned, tower=1), graph.constant(3.0), to=names[1])
    shape: tuple[int | str, int | str] = (1, length) if length else ("b", "s")
    given = [integers(name, *shape, small=small_ids) for name in (names[0], *(["attention_mask"] if mask else []))]
    whole = floats("last_hidden_state", *shape, len(COLOURS))
    graph.save(path, given, [whole, floats(names[1], shape[0], len(turned))])


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def rotation(dimension: int, seed: int) -> Array:
    """A random orthogonal matrix."""
    turned, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((dimension, dimension)))
    return np.asarray(turned, np.float32)


def _embedded(graph: Graph, colours: str, turned: Array, *, tower: int) -> str:
    """(b, colours) to (b, d): turned, with what all have in common and what is the tower's own."""
    count = len(COLOURS)
    own = _COMMON * turned[count] + _ALONE * turned[count + 1 + tower]
    return graph.node(
        "Add", graph.node("MatMul", colours, graph.constant(_COLOUR * turned[:count])), graph.constant(own)
    )


def _meanings() -> Array:
    """(tokens, colours)."""
    vocabulary = clip_tokenizer().get_vocab()
    table = np.zeros((len(vocabulary), len(COLOURS)), np.float32)
    for word, colours in WORDS.items():
        table[vocabulary[word]] = [colours.get(name, 0.0) for name in COLOURS]
    return table
