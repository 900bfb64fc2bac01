"""An embedder in four numbers, for tests of what is done with vectors: it sees and reads red, green and blue."""

from collections.abc import Sequence

import numpy as np

from limn.vision.protocol import Cutoff, Look, Vector


class Plain:
    """An embedder of four numbers: how much red, green and blue, and something that all have in common."""

    method, model, looks = "clip", "plain@1", True
    host: str | None = None
    templates: Sequence[str] = ("{}", "a picture of {}")
    cutoff = Cutoff(floor=0.2, within=0.06, strong=0.29)

    def __init__(self, space: str = "plain@1/1") -> None:
        self.space = space
        self.read: list[str] = []
        self.looked = 0

    async def embed(self, look: Look) -> Vector:
        self.looked += 1
        return unit([*(look.picture.pixels.mean(axis=(0, 1)) / 255), 0.5])

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        self.read += texts
        return np.stack([unit([float(name in text) for name in ("red", "green", "blue")] + [0.5]) for text in texts])


def unit(numbers: Sequence[float]) -> Vector:
    vector = np.array(numbers, np.float32)
    return np.asarray(vector / np.linalg.norm(vector))
