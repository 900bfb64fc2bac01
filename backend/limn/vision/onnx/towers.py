"""The two towers of a CLIP, each a graph that answers one vector: what goes in, which output it is, and of unit length."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from limn.errors import BadSettings, NotServed
from limn.vision.onnx.preprocessing import Pixels, Preprocessing
from limn.vision.onnx.sessions import Port, Session, Tensor
from limn.vision.onnx.tokens import Reader, Wording, open_tokenizer
from limn.vision.protocol import Vector

# what exporters call the vector, the projected ones first; else it is the first output with two axes
_VECTORS = ("image_embeds", "text_embeds", "embedding", "pooler_output")
_NOTHING = 1e-6


class PictureTower:
    def __init__(self, session: Session, preprocessing: Preprocessing) -> None:
        """Raises BadSettings where the graph does not take pictures as they are prepared, or answers no vector."""
        self._session, self._preprocessing = session, preprocessing
        self._port = picture_port(session, preprocessing.size)
        self._out = _vector_port(session, "image_embeds")
        self.width = self._out.shape[-1]

    def embed(self, pixels: Pixels) -> Vector:
        """(d,), unit length; of several views their mean. Raises NotServed, EyesAway."""
        views = self._preprocessing.views(pixels)
        found = [
            _vector(self._session, {self._port.name: view.astype(self._port.dtype, copy=False)}, self._out)
            for view in views
        ]
        return found[0] if len(found) == 1 else unit(np.mean(found, axis=0), self._session.path)


class TextTower:
    def __init__(self, session: Session, tokenizer: Path, wording: Wording) -> None:
        """Raises BadSettings where the graph does not take texts, or answers no vector, or the tokenizer cannot be read."""
        self._session = session
        self._out = _vector_port(session, "text_embeds")
        self.width = self._out.shape[-1]
        opened = open_tokenizer(tokenizer)
        try:
            self._reader = Reader(opened, wording, session.inputs)
        except BadSettings as error:
            raise BadSettings(f"{session.path} cannot read texts: {error.detail}") from None

    def embed(self, text: str) -> Vector:
        """(d,), unit length. Raises NotServed, EyesAway."""
        return _vector(self._session, self._reader.feed(text), self._out)


def picture_port(session: Session, size: tuple[int, int]) -> Port:
    """The only input. Raises BadSettings where it does not take pictures of this (height, width)."""
    ports = list(session.inputs.values())
    if len(ports) != 1 or len(ports[0].shape) != 4 or ports[0].dtype not in (np.float32, np.float16):
        raise BadSettings(f"{session.path} is no graph for pictures: it wants {', '.join(session.inputs)}")
    given = (1, 3, *size)
    if any(axis not in (None, wanted) for axis, wanted in zip(ports[0].shape, given, strict=True)):
        raise BadSettings(f"{session.path} takes pictures of {ports[0].shape}, but is given {given}")
    return ports[0]


def unit(vector: Vector, path: Path) -> Vector:
    """Raises NotServed where there is no direction in it."""
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not _NOTHING < length < np.inf:  # NaN is neither
        raise NotServed(f"{path} answered a vector without a direction (its length is {length})")
    return np.asarray(vector / length, np.float32)


def _vector_port(session: Session, best: str) -> Port:
    named = [session.outputs[name] for name in (best, *_VECTORS) if name in session.outputs]
    found = named or [port for port in session.outputs.values() if len(port.shape) == 2]
    if not found:
        raise BadSettings(f"{session.path} answers no vector, but {', '.join(session.outputs)}")
    return found[0]


def _vector(session: Session, feed: Mapping[str, Tensor], out: Port) -> Vector:
    (found,) = session.run(feed, [out.name])
    if found.ndim != 2 or len(found) != 1:
        raise NotServed(
            f"{session.path} answered an array of {found.shape} as {out.name} where one vector was asked for"
        )
    return unit(found[0].astype(np.float32), session.path)
