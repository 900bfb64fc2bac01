"""What eyes can do. Measured eyes are always there; models that look are small optional capabilities beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

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


@dataclass(eq=False)
class Look:
    """One artwork being looked at. Models that answer several questions by one call keep the answer in `known`, under themselves.

    `words` are its title, description, tags and, once there is one, its caption in one text. A `private` work is not sent anywhere
    unless the operator allows it.
    `vector` is the picture's in the target space, once it was embedded; `space` says which that is.
    """

    picture: Picture
    description: str
    words: str
    owner: str
    private: bool
    vector: Vector | None = None
    space: str | None = None
    known: dict[object, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cutoff:
    """Cosines of a text and a picture in one space: below `floor`, or more than `within` below the best, nothing is shown;
    from `strong` on the text is clearly there. Nothing is shown either where not even the best reaches `best`."""

    floor: float
    within: float
    strong: float
    best: float = -1.0


class Speaker(Protocol):
    """Who an answer comes from. `host` is where the picture or the words are sent, None where they stay on this machine."""

    @property
    def method(self) -> str:
        """clip, blip, vlm, distilvit, measured: never compared with one another."""
        ...

    @property
    def model(self) -> str:
        """With its revision where one is known: `openai/clip-vit-base-patch32@3d74acf`."""
        ...

    @property
    def host(self) -> str | None: ...


class Embedder(Speaker, Protocol):
    """One embedding space. All calls raise EyesAway and NotServed."""

    @property
    def space(self) -> str:
        """Its id: model, revision or file hash, preprocessing version. Another one, another space."""
        ...

    @property
    def looks(self) -> bool:
        """True: pictures and text lie in the space (CLIP). False: it reads the words of the artwork only."""
        ...

    @property
    def templates(self) -> Sequence[str]:
        """What a query is put into before it is embedded, as in "a photo of {}"; the mean of them is asked for."""
        ...

    @property
    def cutoff(self) -> Cutoff: ...

    async def embed(self, look: Look) -> Vector:
        """float32 (d,), unit length."""
        ...

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        """float32 (n, d), unit rows; the texts as they are, without a template."""
        ...


class Matcher(Speaker, Protocol):
    async def match(self, look: Look) -> Judged:
        """Raises EyesAway, NotServed."""
        ...


class Captioner(Speaker, Protocol):
    async def caption(self, look: Look) -> Caption:
        """Raises EyesAway, NotServed."""
        ...


class Tagger(Speaker, Protocol):
    """`vocabulary` names what it may say, with a version; another one, and the tags are made again."""

    @property
    def vocabulary(self) -> str: ...

    async def tags(self, look: Look) -> tuple[Tag, ...]:
        """Of source `machine`, most confident first. Raises EyesAway, NotServed."""
        ...

    async def tags_of(self, vector: Vector) -> tuple[Tag, ...] | None:
        """The same from a vector of the target space, without the picture; None where this tagger needs the picture."""
        ...


class Vision(Protocol):
    """Measured eyes: one embedding space of nameable looks. Blocking: call it in a thread."""

    @property
    def space(self) -> str:
        """The embedding space's id: model and revision and preprocessing, as in `limn/basic@1`."""
        ...

    @property
    def tag_names(self) -> frozenset[str]:
        """All that `tags` may ever say. What can be measured is no model's opinion: whoever tags leaves these names alone."""
        ...

    def embed_image(self, picture: Picture) -> Vector:
        """float32 (d,), unit length, in `space`."""
        ...

    def embed_text(self, text: str) -> Vector | None:
        """float32 (d,), unit length, in `space`; None where nothing in the text can be looked for."""
        ...

    def concepts(self, text: str) -> Sequence[Concept]:
        """The phrases of `text` that these eyes can look for, in order."""
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
