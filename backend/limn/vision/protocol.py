"""What a model that looks can do. Each capability is optional; each result names its method and model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from limn.imaging.picture import Picture
from limn.models import Caption, Match, Tag

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Judged:
    """A match, or None and the reason in words why no method could judge."""

    match: Match | None
    reason: str | None


@dataclass(frozen=True)
class Concept:
    """A part of a query that an eye can look for: the words as typed, and their folded form."""

    phrase: str


class Vision(Protocol):
    """One embedding space, one set of eyes. Blocking: call it in a thread."""

    @property
    def space(self) -> str:
        """The embedding space's id: model and revision and preprocessing, as in `limn/basic@1`."""
        ...

    def embed_image(self, picture: Picture) -> Vector:
        """float32 (d,), unit length, in `space`."""
        ...

    def embed_text(self, text: str) -> Vector | None:
        """float32 (d,), unit length, in `space`; None where nothing in the text can be looked for."""
        ...

    def concepts(self, text: str) -> Sequence[Concept]:
        """The phrases of `text` that these eyes can look for, in order; all of it for a model that reads any text."""
        ...

    def explain(self, vector: Vector, phrase: str) -> float:
        """0 to 1: how far the picture with this vector shows the phrase, for a person ("62 % blue")."""
        ...

    def shares(self, vectors: Vector, phrase: str) -> Vector:
        """`explain` for many pictures at once: `vectors` (n, d), answers (n,)."""
        ...

    def match(self, picture: Picture, description: str) -> Judged: ...

    def caption(self, picture: Picture) -> Caption: ...

    def tags(self, picture: Picture) -> tuple[Tag, ...]:
        """Of source `machine`, most confident first."""
        ...
