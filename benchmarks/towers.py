"""Graphs of the true architectures with random weights: CLIP ViT-B/32 and a captioner of ViT-B/16 and distilled GPT-2, in int8.

Time and memory of a network do not depend on what its weights say, so figures from these hold for the hub's exports; nothing else does:
what they see and say is noise. Inputs, outputs and their names are those of the exports."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

OPSET = 17
CLIP_WORDS = 49_408
CAPTION_WORDS = 50_257

Array = NDArray[Any]


class Graph:
    """Nodes and weights in the making; every method answers the name of what it computes."""

    def __init__(self, seed: int) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._chance = np.random.default_rng(seed)
        self._count = 0

    def node(self, kind: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        name = to or self._name(kind.lower())
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Array) -> str:
        name = self._name("constant")
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def random(self, *shape: int, scale: float = 0.02) -> str:
        return self.constant(self._chance.standard_normal(shape, dtype=np.float32) * np.float32(scale))

    def linear(self, x: str, wide: int, out: int, *, to: str = "") -> str:
        return self.node("Add", self.node("MatMul", x, self.random(wide, out)), self.random(out), to=to)

    def norm(self, x: str, width: int) -> str:
        ones, zeros = self.constant(np.ones(width, np.float32)), self.constant(np.zeros(width, np.float32))
        return self.node("LayerNormalization", x, ones, zeros, axis=-1)

    def heads(self, x: str, width: int, count: int) -> str:
        """(b, n, width) to (b, count, n, width / count)."""
        shape = self.constant(np.array([0, 0, count, width // count], np.int64))
        return self.node("Transpose", self.node("Reshape", x, shape), perm=[0, 2, 1, 3])

    def attend(self, queries: str, keys: str, values: str, width: int, count: int, *, mask: str = "") -> str:
        """All three (b, count, n, width / count) to (b, n, width), mixed by a matrix."""
        scale = self.constant(np.array((width // count) ** -0.5, np.float32))
        scores = self.node("MatMul", self.node("Mul", queries, scale), self.node("Transpose", keys, perm=[0, 1, 3, 2]))
        scores = self.node("Add", scores, mask) if mask else scores
        mixed = self.node("MatMul", self.node("Softmax", scores, axis=-1), values)
        flat = self.constant(np.array([0, 0, width], np.int64))
        return self.linear(self.node("Reshape", self.node("Transpose", mixed, perm=[0, 2, 1, 3]), flat), width, width)

    def block(self, x: str, width: int, count: int, *, mask: str = "") -> str:
        """One pre-norm transformer layer over (b, n, width)."""
        seen = self.norm(x, width)
        queries, keys, values = (self.heads(self.linear(seen, width, width), width, count) for _ in range(3))
        x = self.node("Add", x, self.attend(queries, keys, values, width, count, mask=mask))
        return self.node("Add", x, self.perceptron(self.norm(x, width), width))

    def perceptron(self, x: str, width: int) -> str:
        wide = self.linear(x, width, 4 * width)
        gate = self.node("Sigmoid", self.node("Mul", wide, self.constant(np.array(1.702, np.float32))))
        return self.linear(self.node("Mul", wide, gate), 4 * width, width)

    def causal(self, ids: str, longest: int) -> str:
        """The mask (n, n) for as many tokens as `ids` (b, n) has."""
        whole = self.constant(np.triu(np.full((longest, longest), -1e9, np.float32), 1))
        count = self.node("Slice", self.node("Shape", ids), *(self.constant(np.array([at], np.int64)) for at in (1, 2)))
        ends = self.node("Concat", count, count, axis=0)
        axes = self.constant(np.array([0, 1], np.int64))
        return self.node("Slice", whole, self.constant(np.zeros(2, np.int64)), ends, axes)

    def save(self, path: Path, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> None:
        """In int8, as the hub's `_quantized` files: weights of matrices quantised, the convolution left."""
        graph = helper.make_graph(self.nodes, "tower", inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(".whole.onnx")
        onnx.save(model, whole)
        kinds = ["MatMul", "Gather"]
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, op_types_to_quantize=kinds)
        whole.unlink()

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._count}"


def write_clip_towers(folder: Path) -> None:
    """`vision_model_quantized.onnx` and `text_model_quantized.onnx` of ViT-B/32: 12 layers of 768 and of 512, out to 512."""
    picture = Graph(1)
    seen = _patches(picture, side=224, patch=32, width=768)
    seen = picture.norm(seen, 768)
    for _ in range(12):
        seen = picture.block(seen, 768, 12)
    first = picture.node("Gather", seen, picture.constant(np.array(0, np.int64)), axis=1)
    picture.node("MatMul", picture.norm(first, 768), picture.random(768, 512), to="image_embeds")
    picture.save(
        folder / "vision_model_quantized.onnx",
        [_floats("pixel_values", "b", 3, 224, 224)],
        [_floats("image_embeds", "b", 512)],
    )
    text = Graph(2)
    read = _embedded(text, words=CLIP_WORDS, longest=77, width=512)
    mask = text.causal("input_ids", 77)
    for _ in range(12):
        read = text.block(read, 512, 8, mask=mask)
    # the embedding is taken where the text ends, which is its largest id
    last = text.node("ArgMax", "input_ids", axis=1, keepdims=1)
    place = text.node("Unsqueeze", last, text.constant(np.array([2], np.int64)))
    shape = text.constant(np.array([1, 1, 512], np.int64))
    at = text.node("GatherElements", text.norm(read, 512), text.node("Expand", place, shape), axis=1)
    flat = text.node("Squeeze", at, text.constant(np.array([1], np.int64)))
    text.node("MatMul", flat, text.random(512, 512), to="text_embeds")
    text.save(folder / "text_model_quantized.onnx", [_ids("b", "s")], [_floats("text_embeds", "b", 512)])


def write_captioner_towers(folder: Path) -> None:
    """`encoder_model_quantized.onnx`, ViT-B/16, and `decoder_model_merged_quantized.onnx`, 6 layers of 768 with a cache."""
    encoder = Graph(3)
    seen = _patches(encoder, side=224, patch=16, width=768)
    for _ in range(12):
        seen = encoder.block(seen, 768, 12)
    encoder.node("Identity", encoder.norm(seen, 768), to="last_hidden_state")
    encoder.save(
        folder / "encoder_model_quantized.onnx",
        [_floats("pixel_values", "b", 3, 224, 224)],
        [_floats("last_hidden_state", "b", 197, 768)],
    )
    _write_decoder(folder / "decoder_model_merged_quantized.onnx", layers=6)


def _write_decoder(path: Path, *, layers: int) -> None:
    graph = Graph(4)
    table = graph.random(CAPTION_WORDS, 768)
    x = graph.node("Gather", table, "input_ids", axis=0)
    inputs = [_ids("b", "s"), _floats("encoder_hidden_states", "b", 197, 768), _bool("use_cache_branch")]
    outputs = [_floats("logits", "b", "s", CAPTION_WORDS)]
    for layer in range(layers):
        seen = graph.norm(x, 768)
        queries, keys, values = (graph.heads(graph.linear(seen, 768, 768), 768, 12) for _ in range(3))
        cached: list[str] = []
        for kind, new in (("key", keys), ("value", values)):
            past = f"past_key_values.{layer}.{kind}"
            inputs.append(_floats(past, "b", 12, "past", 64))
            outputs.append(_floats(f"present.{layer}.{kind}", "b", 12, "total", 64))
            cached.append(graph.node("Concat", past, new, axis=2, to=f"present.{layer}.{kind}"))
        x = graph.node("Add", x, graph.attend(queries, cached[0], cached[1], 768, 12))
        queries = graph.heads(graph.linear(graph.norm(x, 768), 768, 768), 768, 12)
        shown, told = (graph.heads(graph.linear("encoder_hidden_states", 768, 768), 768, 12) for _ in range(2))
        x = graph.node("Add", x, graph.attend(queries, shown, told, 768, 12))
        x = graph.node("Add", x, graph.perceptron(graph.norm(x, 768), 768))
    graph.node("MatMul", graph.norm(x, 768), graph.random(768, CAPTION_WORDS), to="logits")
    graph.node("Not", "use_cache_branch", to="unused")  # the hub's graphs take it, so this one does, too
    graph.save(path, inputs, outputs)


def _patches(graph: Graph, *, side: int, patch: int, width: int) -> str:
    """(b, 3, side, side) to (b, 1 + patches, width): a convolution, a class token before, a place added."""
    count = (side // patch) ** 2
    cut = graph.node("Conv", "pixel_values", graph.random(width, 3, patch, patch), strides=[patch, patch])
    flat = graph.node("Reshape", cut, graph.constant(np.array([0, width, count], np.int64)))
    rows = graph.node("Transpose", flat, perm=[0, 2, 1])
    batch = graph.node("Slice", graph.node("Shape", rows), *(graph.constant(np.array([at], np.int64)) for at in (0, 1)))
    one = graph.node("Concat", batch, graph.constant(np.array([1, width], np.int64)), axis=0)
    token = graph.node("Expand", graph.random(1, 1, width), one)
    return graph.node("Add", graph.node("Concat", token, rows, axis=1), graph.random(1, count + 1, width))


def _embedded(graph: Graph, *, words: int, longest: int, width: int) -> str:
    read = graph.node("Gather", graph.random(words, width), "input_ids", axis=0)
    count = graph.node(
        "Slice", graph.node("Shape", "input_ids"), *(graph.constant(np.array([at], np.int64)) for at in (1, 2))
    )
    zero, axis = graph.constant(np.array([0], np.int64)), graph.constant(np.array([0], np.int64))
    return graph.node("Add", read, graph.node("Slice", graph.random(longest, width), zero, count, axis))


def _floats(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def _ids(*shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("input_ids", TensorProto.INT64, list(shape))


def _bool(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.BOOL, [1])
