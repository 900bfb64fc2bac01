"""Whether a CLIP sees: pictures drawn here, sentences about them, and how near they lie to one another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from limn.imaging.picture import Picture
from limn.vision.protocol import Embedder, Look

_SIDE = 256
# chance alone gives one picture in eight its own sentence, and five or more of them once in a thousand times; tried on no trained weights
_ENOUGH = 5
_LEAST_SPREAD = 0.01


@dataclass(frozen=True, eq=False)
class Smoke:
    """`cosines` (n, n) of the picture in the row with the sentence in the column; those on the diagonal belong together.

    `own` says of each picture whether no other sentence lies nearer to it, by cosines less the mean of their sentence: some sentences lie
    near to every picture. `spread` is the deviation of what is left then.
    """

    sentences: tuple[str, ...]
    cosines: NDArray[np.float32]
    own: tuple[bool, ...]
    spread: float
    sees: bool
    verdict: str


async def smoke(clip: Embedder) -> Smoke:
    """Raises EyesAway, NotServed."""
    sentences = tuple(_DRAWINGS)
    texts = await clip.embed_texts(sentences)
    pictures = np.stack([await clip.embed(_look(draw)) for draw in _DRAWINGS.values()])
    return judge(sentences, np.asarray(pictures @ texts.T, np.float32))


def judge(sentences: tuple[str, ...], cosines: NDArray[np.float32]) -> Smoke:
    left = cosines - cosines.mean(axis=0)
    own = tuple(bool(row.argmax() == place) for place, row in enumerate(left))
    spread = float((left - left.mean(axis=1, keepdims=True)).std())
    sees = sum(own) >= _ENOUGH and spread >= _LEAST_SPREAD
    return Smoke(sentences, cosines, own, spread, sees, _verdict(sum(own), len(own), spread, sees=sees))


def _verdict(own: int, count: int, spread: float, *, sees: bool) -> str:
    found = f"{own} of {count} drawings lie nearest to their own sentence"
    if sees:
        return f"The model sees: {found}, and the cosines differ by {spread:.3f}."
    if spread < _LEAST_SPREAD:
        return f"The model does not see: its cosines hardly differ (by {spread:.4f}). Are the weights trained ones?"
    return f"The model does not see well: only {found}. Do both graphs, the tokenizer and the preprocessing belong together?"


def _look(draw: Callable[[], Image.Image]) -> Look:
    pixels = np.asarray(draw().convert("RGB"), np.uint8)
    picture = Picture(pixels, width=_SIDE, height=_SIDE)
    return Look(picture, description="", words="", owner="", private=False)


def _blank(colour: str | tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (_SIDE, _SIDE), colour)
    return image, ImageDraw.Draw(image)


def _square() -> Image.Image:
    image, draw = _blank("white")
    draw.rectangle((40, 40, 216, 216), fill=(220, 20, 30))
    return image


def _circle() -> Image.Image:
    image, draw = _blank("white")
    draw.ellipse((32, 32, 224, 224), fill=(20, 150, 50))
    return image


def _face() -> Image.Image:
    image, draw = _blank("white")
    draw.ellipse((8, 8, 248, 248), fill=(255, 220, 40), outline="black", width=5)
    for left in (80, 152):
        draw.ellipse((left, 80, left + 24, 112), fill="black")
    draw.arc((70, 90, 186, 200), 20, 160, fill="black", width=8)
    return image


def _page() -> Image.Image:
    image, draw = _blank((252, 252, 250))
    chance = np.random.default_rng(4)
    for top in range(24, 236, 14):
        left = 24
        while left < 216:
            wide = int(chance.integers(8, 34))
            draw.rectangle((left, top, min(left + wide, 232), top + 6), fill=(40, 40, 40))
            left += wide + 6
    return image


def _night() -> Image.Image:
    image, draw = _blank((6, 8, 26))
    for x, y in np.random.default_rng(5).integers(0, _SIDE, (70, 2)):
        draw.ellipse((int(x), int(y), int(x) + 2, int(y) + 2), fill=(250, 250, 220))
    draw.ellipse((170, 30, 216, 76), fill=(245, 243, 215))
    return image


def _sea() -> Image.Image:
    image, draw = _blank((120, 185, 245))
    draw.rectangle((0, 140, _SIDE, _SIDE), fill=(10, 60, 190))
    for top in range(150, 250, 16):
        draw.line([(x, top + round(4 * np.sin(x / 9 + top))) for x in range(0, _SIDE, 4)], fill=(60, 120, 230), width=3)
    return image


def _grey() -> Image.Image:
    ramp = np.repeat(np.linspace(70, 190, _SIDE).astype(np.uint8)[None], _SIDE, axis=0)
    return Image.fromarray(ramp)


def _stripes() -> Image.Image:
    image, draw = _blank((250, 140, 20))
    for left in range(0, _SIDE, 64):
        draw.rectangle((left, 0, left + 31, _SIDE), fill=(120, 20, 150))
    return image


_DRAWINGS: Mapping[str, Callable[[], Image.Image]] = {
    "a red square on a white background": _square,
    "a green circle on a white background": _circle,
    "a yellow smiley face": _face,
    "a page of printed text in a book": _page,
    "the black night sky with the moon and stars": _night,
    "the blue sea under a clear sky": _sea,
    "a blurry grey gradient": _grey,
    "orange and purple stripes": _stripes,
}
