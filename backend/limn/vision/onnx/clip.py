"""CLIP on this machine: two graphs whose vectors of pictures and of texts lie in one space."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from limn.errors import BadSettings
from limn.vision.onnx import sessions
from limn.vision.onnx.folder import ClipFolder, read_clip
from limn.vision.onnx.preprocessing import VERSION, Pixels
from limn.vision.onnx.sessions import Graph, Session
from limn.vision.onnx.towers import PictureTower, TextTower
from limn.vision.protocol import Cutoff, Look, Vector
from limn.vision.scoring import start

_AT_ONCE = 16  # texts; between two lots of them a server that stops may stop
# works are described as what they are, which is not always a photo
_TEMPLATES = ("{}", "a photo of {}", "a painting of {}", "a drawing of {}", "a picture of {}")


def open_clip(folder: Path, *, providers: str, revision: str) -> "Clip":
    """Loads no graph, but hashes those that no pin knows: call it in a thread. Raises BadSettings naming what is not as it must be."""
    sessions.installed()
    return Clip(read_clip(folder), sessions.choose(providers), revision)


class Clip:
    """An Embedder. Its graphs are loaded when they are first used."""

    method = "clip"
    host = None
    looks = True

    def __init__(self, folder: ClipFolder, providers: Sequence[str], revision: str) -> None:
        self._folder = folder
        self.model = f"{folder.name}@{revision[:7] or folder.digest[:12]}"
        # where the name does not tell how the cosines lie, the version does: scores start from what the space is called
        family = "" if folder.family in folder.name.casefold() else f"{folder.family}-"
        self.space = f"{folder.name}@{folder.digest[:12]}/{family}{VERSION}"
        self.templates: Sequence[str] = folder.templates or _TEMPLATES
        self.cutoff = folder.cutoff or cutoff(self.space)
        self._pictures = Graph(folder.picture, providers, self._picture_tower)
        self._texts = Graph(folder.text, providers, self._text_tower)

    async def embed(self, look: Look) -> Vector:
        return await sessions.aside(self._embed, look.picture.pixels)

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        """One by one: a graph in eight bits rounds by the largest number of its batch, so that neighbours would change a vector."""
        rows: list[Vector] = []
        for at in range(0, max(len(texts), 1), _AT_ONCE):
            rows += await sessions.aside(self._embed_texts, texts[at : at + _AT_ONCE])
        return np.stack(rows) if rows else np.zeros((0, self._texts.serve().width or 0), np.float32)

    async def warm_up(self) -> None:
        """Both graphs loaded, and run once. Raises BadSettings where they are no CLIP, NotServed, EyesAway."""
        await sessions.aside(self._warm_up)

    def close(self) -> None:
        """Gives the memory back. The next question loads the graphs again."""
        sessions.drop(self._pictures, self._texts)

    def _embed(self, pixels: Pixels) -> Vector:
        return self._pictures.serve().embed(pixels)

    def _embed_texts(self, texts: Sequence[str]) -> list[Vector]:
        tower = self._texts.serve()
        return [tower.embed(text) for text in texts]

    def _warm_up(self) -> None:
        pictures, texts = self._pictures.get(), self._texts.get()
        grey = np.full((2, 2, 3), 127, np.uint8)
        self._compare(len(pictures.embed(grey)), len(texts.embed("a picture")))

    def _picture_tower(self, session: Session) -> PictureTower:
        tower = PictureTower(session, self._folder.preprocessing)
        self._compare(tower.width, self._texts.loaded.width if self._texts.loaded else None)
        return tower

    def _text_tower(self, session: Session) -> TextTower:
        tower = TextTower(session, self._folder.tokenizer, self._folder.wording)
        self._compare(self._pictures.loaded.width if self._pictures.loaded else None, tower.width)
        return tower

    def _compare(self, pictures: int | None, texts: int | None) -> None:
        if None not in {pictures, texts} and pictures != texts:
            raise BadSettings(
                f"{self._folder.picture} answers vectors of {pictures} numbers, {self._folder.text} of {texts}: they are not of one model"
            )


def cutoff(space: str) -> Cutoff:
    """As far from the middle of the rough scores as OpenAI's ViT-B/32 is thought to have it, at 0.20, 0.06 and 0.29. Tried on no
    real weights."""
    rough = start(space)
    reach = 1.8 * rough.scale
    return Cutoff(
        floor=round(rough.midpoint - reach, 4),
        within=round(2.4 * rough.scale, 4),
        strong=round(rough.midpoint + reach, 4),
    )
