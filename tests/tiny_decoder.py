"""Encoder and decoder of tests' tiny captioner. What the decoder says next hangs on every word before: without a right cache it errs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from tiny_nodes import COLOURS, Graph, flag, floats, integers

_HEADS, _WIDTH = 2, 4
_CHANNELS = _HEADS * _WIDTH
_ALL = 1 << 40


def write_encoder(path: Path, *, side: int) -> None:
    """`pixel_values` (b, 3, side, side) to `last_hidden_state` (b, 4, colours): the share of each colour in each quarter."""
    graph = Graph()
    shares = graph.shares("pixel_values", [0.5] * 3, [0.5] * 3)
    quarters = graph.node("AveragePool", shares, kernel_shape=[side // 2] * 2, strides=[side // 2] * 2)
    flat = graph.node("Reshape", quarters, graph.integers(0, len(COLOURS), 4))
    graph.node("Transpose", flat, perm=[0, 2, 1], to="last_hidden_state")
    count = len(COLOURS)
    graph.save(path, [floats("pixel_values", "b", 3, side, side)], [floats("last_hidden_state", "b", 4, count)])


def write_decoder(
    path: Path,
    script: Sequence[int | None],
    vocabulary: Mapping[str, int],
    *,
    certainty: float,
    seed: int,
    past: bool,
) -> None:
    """`script` are the ids it says one after another, None for the picture's colour, with a weight of `certainty` over chance.

    One layer of keys and values: channel 0 counts the words, the others mix what they were. So a `past` that is lost, counted twice
    or another beam's changes what is said.
    """
    graph, chance, size = Graph(), np.random.default_rng(seed), len(vocabulary)
    keys, values = (_cached(graph, kind, _table(chance, size), past=past) for kind in ("key", "value"))
    state = _state(graph, keys, values)
    count, mixed = (_channels(graph, state, start, end) for start, end in ((0, 1), (1, _CHANNELS)))
    picture = graph.node("ReduceMean", "encoder_hidden_states", axes=[1], keepdims=1)
    colours = [vocabulary[name] for name in COLOURS]
    said = _said(graph, count, picture, script, colours, size, certainty)
    graph.node("Add", said, _stammered(graph, chance, mixed, picture, size), to="logits")
    given = [integers("input_ids", "b", "s"), floats("encoder_hidden_states", "b", "n", len(COLOURS))]
    out = [floats("logits", "b", "s", size)]
    if past:
        kinds = ("key", "value")
        given += [floats(f"past_key_values.0.{kind}", "b", _HEADS, "past", _WIDTH) for kind in kinds]
        given.append(flag("use_cache_branch"))
        out += [floats(f"present.0.{kind}", "b", _HEADS, "total", _WIDTH) for kind in kinds]
    graph.save(path, given, out)


def _table(chance: np.random.Generator, size: int) -> NDArray[Any]:
    table = chance.standard_normal((size, _CHANNELS))
    table[:, 0] = 1.0
    return table


def _cached(graph: Graph, kind: str, table: NDArray[Any], *, past: bool) -> str:
    """(b, heads, past + s, width); the past counts only where `use_cache_branch` says so, as in the hub's merged decoders."""
    each = graph.node("Gather", graph.constant(table), "input_ids", axis=0)
    parted = graph.node("Reshape", each, graph.integers(0, 0, _HEADS, _WIDTH))
    if not past:
        return graph.node("Transpose", parted, perm=[0, 2, 1, 3])
    new = graph.node("Transpose", parted, perm=[0, 2, 1, 3])
    end = graph.node("Mul", graph.cast("use_cache_branch", TensorProto.INT64), graph.integers(_ALL))
    kept = graph.node("Slice", f"past_key_values.0.{kind}", graph.integers(0), end, graph.integers(2))
    return graph.node("Concat", kept, new, axis=2, to=f"present.0.{kind}")


def _state(graph: Graph, keys: str, values: str) -> str:
    """(b, s, channels): for each new word the sum over it and all words before."""
    summed = graph.node("CumSum", graph.node("Mul", keys, values), graph.constant(2, np.int64))
    count = graph.node("Slice", graph.node("Shape", "input_ids"), graph.integers(1), graph.integers(2))
    new = graph.node("Slice", summed, graph.node("Neg", count), graph.integers(_ALL), graph.integers(2))
    return graph.node("Reshape", graph.node("Transpose", new, perm=[0, 2, 1, 3]), graph.integers(0, 0, _CHANNELS))


def _channels(graph: Graph, state: str, start: int, end: int) -> str:
    return graph.node("Slice", state, graph.integers(start), graph.integers(end), graph.integers(2))


def _said(
    graph: Graph,
    count: str,
    picture: str,
    script: Sequence[int | None],
    colours: Sequence[int],
    size: int,
    certainty: float,
) -> str:
    """(b, s, words): `certainty` at the word whose turn it is; after the last one, at the last one."""
    steps = np.arange(1, len(script) + 1)
    capped = graph.node("Min", count, graph.constant(float(len(script))))
    away = graph.node("Abs", graph.node("Sub", capped, graph.constant(steps)))
    turn = graph.node("Relu", graph.node("Sub", graph.constant(1.0), away))
    words = np.zeros((len(script), size))
    for step, word in enumerate(script):
        if word is not None:
            words[step, word] = certainty
    names = np.zeros((len(colours), size))
    names[np.arange(len(colours)), colours] = certainty
    most = graph.node("Softmax", graph.node("Mul", picture, graph.constant(40.0)), axis=-1)
    asked = graph.node("MatMul", turn, graph.constant([[float(word is None)] for word in script]))
    colour = graph.node("Mul", asked, graph.node("MatMul", most, graph.constant(names)))
    return graph.node("Add", graph.node("MatMul", turn, graph.constant(words)), colour)


def _stammered(graph: Graph, chance: np.random.Generator, mixed: str, picture: str, size: int) -> str:
    """(b, s, words): what chance says, by all words so far and the picture."""
    folded = graph.node("Sin", graph.node("Mul", mixed, graph.constant(2.0)))
    words = graph.node("MatMul", folded, graph.constant(chance.standard_normal((_CHANNELS - 1, size))))
    shown = graph.node("MatMul", picture, graph.constant(chance.standard_normal((len(COLOURS), size))))
    return graph.node("Add", words, shown)
