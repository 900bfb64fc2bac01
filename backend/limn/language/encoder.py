"""The transformer of MiniLM in numpy: from the ids of some texts to their vectors. Pure.

BERT (Devlin et al., 2019) with six layers, then the mean over the tokens, at unit length: what sentence-transformers does with
all-MiniLM-L6-v2. The tokens of all texts lie one behind the other, so that nothing is padded and no text can change another: the
dense layers take them together, and attention takes each text by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float32]

_HEADS = 12
_EPSILON = 1e-12
_TOGETHER = 1024  # tokens that go through a layer at once: 6 MB of what lies between its two halves
# of the error function, to 1.5e-7: Abramowitz and Stegun, 7.1.26
_ERF = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
_ERF_SCALE = 0.3275911


@dataclass(frozen=True)
class Dense:
    """`weight` (out, in), `bias` (out,)."""

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        found = x @ self.weight.T
        found += self.bias
        return found


@dataclass(frozen=True)
class Norm:
    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        x = x - x.mean(axis=-1, keepdims=True)
        deviation = np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1] + _EPSILON)
        x /= deviation[:, None]
        x *= self.weight
        x += self.bias
        return x


@dataclass(frozen=True)
class Layer:
    query: Dense
    key: Dense
    value: Dense
    attended: Dense
    attended_norm: Norm
    wide: Dense
    narrow: Dense
    norm: Norm


class Encoder:
    """`tensors` by their names in the file; what is missing raises KeyError."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._words = tensors["embeddings.word_embeddings.weight"]
        # every token is of the first type
        self._places = (
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(tensors, "embeddings.LayerNorm")
        numbers = {name.split(".")[2] for name in tensors if name.startswith("encoder.layer.")}
        self._layers = [_layer(tensors, f"encoder.layer.{number}") for number in sorted(numbers, key=int)]

    def encode(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """float32 (n, d), unit rows. Each text has at least one id."""
        found = np.empty((len(texts), self._words.shape[1]), dtype=np.float32)
        for first, end in pairwise(_cuts([len(ids) for ids in texts])):
            found[first:end] = self._encode(texts[first:end])
        return found

    def _encode(self, texts: Sequence[Sequence[int]]) -> Tensor:
        ends = np.cumsum([0, *map(len, texts)])
        bounds = list(pairwise(ends.tolist()))
        places = np.concatenate([np.arange(len(ids)) for ids in texts])
        x = self._norm(self._words[np.concatenate([np.asarray(ids) for ids in texts])] + self._places[places])
        for layer in self._layers:
            x = _through(layer, x, bounds)
        means = np.add.reduceat(x, ends[:-1], axis=0) / np.diff(ends)[:, None].astype(np.float32)
        unit: Tensor = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit


def _through(layer: Layer, x: Tensor, bounds: Sequence[tuple[int, int]]) -> Tensor:
    x = layer.attended_norm(layer.attended(_attention(layer, x, bounds)) + x)
    return layer.norm(layer.narrow(_gelu(layer.wide(x))) + x)


def _attention(layer: Layer, x: Tensor, bounds: Sequence[tuple[int, int]]) -> Tensor:
    tokens, width = x.shape
    shape = (tokens, _HEADS, width // _HEADS)
    query, key, value = (dense(x).reshape(shape).transpose(1, 0, 2) for dense in (layer.query, layer.key, layer.value))
    query = query / np.float32(np.sqrt(width // _HEADS))
    found = np.empty_like(x)
    for first, end in bounds:
        scores = query[:, first:end] @ key[:, first:end].transpose(0, 2, 1)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        found[first:end] = (scores @ value[:, first:end]).transpose(1, 0, 2).reshape(end - first, width)
    return found


def _gelu(x: Tensor) -> Tensor:
    """`x` times the share of a normal distribution below it, exact to what float32 holds."""
    scaled = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(_ERF_SCALE) * scaled)
    tail: Tensor = np.full_like(x, _ERF[0])
    for factor in _ERF[1:]:
        tail *= t
        tail += np.float32(factor)
    tail *= t
    np.square(scaled, out=scaled)
    tail *= np.exp(-scaled)
    # erf is odd: of what lies below zero, the tail itself is the share
    tail *= 0.5
    np.subtract(1, tail, out=tail, where=x >= 0)
    tail *= x
    return tail


def _cuts(lengths: Sequence[int]) -> list[int]:
    """Where to part the texts, so that no part has many more than `_TOGETHER` tokens."""
    cuts, tokens = [0], 0
    for at, length in enumerate(lengths):
        if tokens and tokens + length > _TOGETHER:
            cuts.append(at)
            tokens = 0
        tokens += length
    return [*cuts, len(lengths)] if lengths else []


def _layer(tensors: Mapping[str, Tensor], place: str) -> Layer:
    return Layer(
        query=_dense(tensors, f"{place}.attention.self.query"),
        key=_dense(tensors, f"{place}.attention.self.key"),
        value=_dense(tensors, f"{place}.attention.self.value"),
        attended=_dense(tensors, f"{place}.attention.output.dense"),
        attended_norm=_norm(tensors, f"{place}.attention.output.LayerNorm"),
        wide=_dense(tensors, f"{place}.intermediate.dense"),
        narrow=_dense(tensors, f"{place}.output.dense"),
        norm=_norm(tensors, f"{place}.output.LayerNorm"),
    )


def _dense(tensors: Mapping[str, Tensor], place: str) -> Dense:
    return Dense(tensors[f"{place}.weight"], tensors[f"{place}.bias"])


def _norm(tensors: Mapping[str, Tensor], place: str) -> Norm:
    return Norm(tensors[f"{place}.weight"], tensors[f"{place}.bias"])
