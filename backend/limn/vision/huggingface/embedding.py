"""Embedding spaces elsewhere: one of pictures and texts, at an endpoint of the operator's; one of the words about a work, at the router."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limn.errors import EyesAway, NotServed
from limn.vision.huggingface import margins
from limn.vision.huggingface import times as t
from limn.vision.huggingface.faults import Unfit
from limn.vision.huggingface.showing import Courier
from limn.vision.protocol import Cutoff, Look, Vector

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient

_BATCH = 16  # texts a call; see wire.ANSWER_BYTES
_DIMENSIONS = 4096
_WORDS = 2_000  # characters; 512 tokens are read of them


class _Rows:
    """Checks vectors. Without `dimensions` the first answer decides them."""

    def __init__(self, dimensions: int | None = None) -> None:
        self._dimensions = dimensions

    def read(self, answer: Any, count: int) -> Vector:
        """(count, d), unit rows. Raises Unfit."""
        found = np.asarray(answer, dtype=np.float32)
        d = found.shape[-1] if found.ndim else 0
        # [d], [n][d], [n][1][d]: each is used; a vector for each token is not what was asked for
        if not 2 <= d <= _DIMENSIONS or found.size != count * d:
            raise Unfit("answered with vectors of another shape than one for each question")
        if self._dimensions not in {None, d}:
            raise Unfit(
                f"answered with {d} numbers where there were {self._dimensions}: another model, and another space"
            )
        rows = found.reshape(count, d)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(rows).all() or not np.isfinite(lengths).all() or (lengths < 1e-9).any():
            raise Unfit("answered with numbers that are no direction")
        self._dimensions = d
        return np.asarray(rows / lengths, np.float32)


class _Remote:
    """What both spaces share: where they are, and texts in batches."""

    def __init__(self, courier: Courier, model: str, dimensions: int | None = None) -> None:
        self._courier, self.model = courier, model
        self._rows = _Rows(dimensions)

    @property
    def host(self) -> str:
        return self._courier.line.host.name

    @property
    def away(self) -> str | None:
        return self._courier.line.away()

    def shut(self, owner: str) -> EyesAway | None:
        return self._courier.line.shut(owner)

    async def _embed(
        self, texts: Sequence[str], inputs: Any, *, owner: str = "", seconds: float | None = None, **options: Any
    ) -> Vector:
        async def question(client: "AsyncInferenceClient") -> Vector:
            return self._rows.read(await client.feature_extraction(inputs, **options), len(texts))

        subject = hashlib.sha256("\0".join(texts).encode()).hexdigest()
        return await self._courier.line.ask(question, owner=owner, subject=subject, seconds=seconds)

    async def _in_batches(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Awaitable[Vector]]) -> Vector:
        if not texts:
            return np.zeros((0, 0), np.float32)
        parts = [texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH)]
        return np.concatenate([await embed(part) for part in parts])


class PictureSpace(_Remote):
    """An endpoint that embeds both, in the form of docs/huggingface.md. Its dimension is not known beforehand and so not part of the
    id: the first answer decides it, and vectors of another one are refused. Another model behind the same address would go
    unnoticed where it has as many numbers; the fragment of the address names it."""

    method = "clip"
    looks = True
    templates = ("{}", "a photo of {}")
    # start values for CLIP's cosines of a text and a picture, not measured on this model
    cutoff = Cutoff(floor=0.20, within=0.06, strong=0.28)

    @property
    def space(self) -> str:
        return f"huggingface/{self.model}@1"

    async def embed(self, look: Look) -> Vector:
        async def question(client: "AsyncInferenceClient", jpeg: bytes) -> Vector:
            inputs: Any = {"image": base64.b64encode(jpeg).decode()}
            return self._rows.read(await client.feature_extraction(inputs), 1)

        return _first(await self._courier.show(look, question))

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        """Cut to what CLIP reads."""
        short = [margins.cut(text) or "?" for text in texts]
        return await self._in_batches(short, lambda part: self._embed(part, {"text": part}, seconds=t.QUERY_SECONDS))


class WordSpace(_Remote):
    """multilingual-e5-large: no picture is sent, its words are. Questions are put as `query: …`, works as `passage: …`."""

    method = "e5"
    looks = False
    templates = ("query: {}",)
    # the model was trained at a temperature of 0.01, so that all its cosines lie between 0.7 and 1; start values, not measured here
    cutoff = Cutoff(floor=0.79, within=0.05, strong=0.86)

    @property
    def space(self) -> str:
        return f"huggingface/{self.model}/1024@1"

    async def embed(self, look: Look) -> Vector:
        self._courier.permit(look)
        about = look.words.strip()
        if not about:
            raise NotServed("There are no words about this work yet.")
        return _first(await self._embed_words([f"passage: {about}"], owner=look.owner))

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        return await self._in_batches(texts, lambda part: self._embed_words(part, seconds=t.QUERY_SECONDS))

    async def _embed_words(self, texts: Sequence[str], *, owner: str = "", seconds: float | None = None) -> Vector:
        cut = [text[:_WORDS] for text in texts]
        return await self._embed(cut, cut, owner=owner, seconds=seconds, normalize=True, truncate=True)


def _first(rows: Vector) -> Vector:
    vector: Vector = rows[0]
    return vector
