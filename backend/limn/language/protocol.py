"""What a model of sentences can do: lay texts into one space, where those that mean alike are near."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Asking:
    """A question in the space. A text whose cosine with `vector` (d,) is below `least` is near to it by chance."""

    vector: Vector
    least: float


class Sentences(Protocol):
    """Words stay on this machine. Calls from several tasks wait for one another."""

    @property
    def model(self) -> str:
        """As people name it, with what tells its weights apart: `all-MiniLM-L6-v2@53aa511`."""
        ...

    @property
    def space(self) -> str:
        """The id of the embedding space: model, file hash, version of what is done to a text. Another one, another space."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vector:
        """float32 (n, d), unit rows, in order. What is longer than the model reads counts by its beginning; the empty text has a
        vector, too. Raises EyesAway where the model cannot be loaded."""
        ...

    async def ask(self, question: str) -> Asking:
        """Raises EyesAway as `embed`."""
        ...
