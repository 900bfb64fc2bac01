"""The bricks of tests' tiny graphs: nodes by name, and how much of each pixel is each of eleven colours."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

COLOURS: Mapping[str, tuple[float, float, float]] = {
    "red": (0.85, 0.10, 0.10),
    "orange": (1.00, 0.55, 0.05),
    "yellow": (1.00, 0.90, 0.15),
    "green": (0.10, 0.60, 0.15),
    "blue": (0.10, 0.25, 0.85),
    "purple": (0.50, 0.10, 0.60),
    "pink": (1.00, 0.60, 0.75),
    "brown": (0.45, 0.27, 0.10),
    "black": (0.04, 0.04, 0.04),
    "white": (1.00, 1.00, 1.00),
    "grey": (0.50, 0.50, 0.50),
}
_SHARPNESS = 60.0
_OPSET = 17


class Graph:
    """Nodes and weights in the making; each method answers the name of what it computes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        name = to or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        name = f"constant_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def integers(self, *values: int) -> str:
        return self.constant(values, np.int64)

    def cast(self, x: str, kind: int) -> str:
        # not `node`, whose own `to` is the name
        name = f"cast_{len(self._nodes)}"
        self._nodes.append(helper.make_node("Cast", [x], [name], to=kind))
        return name

    def unit(self, x: str) -> str:
        """Rows of length 1; a row of nothing stays nothing."""
        length = self.node("Add", self.node("ReduceL2", x, axes=[-1], keepdims=1), self.constant(1e-6))
        return self.node("Div", x, length)

    def shares(self, pixels: str, mean: Sequence[float], std: Sequence[float]) -> str:
        """(b, 3, h, w), normalised by `mean` and `std`, to (b, colours, h, w), which sum up to 1 at each pixel."""
        anchors = np.array(list(COLOURS.values()))
        # -|x - a|² without |x|², which the softmax does not feel
        weight = 2 * _SHARPNESS * anchors * np.array(std)
        bias = _SHARPNESS * (2 * anchors @ np.array(mean) - (anchors**2).sum(1))
        near = self.node("Conv", pixels, self.constant(weight[:, :, None, None]), self.constant(bias))
        return self.node("Softmax", near, axis=1)

    def save(self, path: Path, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]) -> None:
        graph = helper.make_graph(self._nodes, "tiny", list(inputs), list(outputs), self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=10)
        onnx.checker.check_model(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, path)


def floats(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def integers(name: str, *shape: int | str, small: bool = False) -> onnx.ValueInfoProto:
    """int64, or int32 where `small`."""
    return helper.make_tensor_value_info(name, TensorProto.INT32 if small else TensorProto.INT64, list(shape))


def flag(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.BOOL, [1])
