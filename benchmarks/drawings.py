"""Pictures for benchmarks, drawn by numbers alone: the same on every run, and as hard to compress as photographs."""

import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

Size = tuple[int, int]

JPEG = b"\xff\xd8"  # how every one begins

_COARSEST = 8
_ROUGHNESS = 34.0
_FADING = 0.81


def draw(size: Size, *, seed: int = 1) -> Image.Image:
    """An RGB picture: shapes with edges, under noise that grows finer and weaker by octaves, as in nature."""
    chance = np.random.default_rng(seed)
    steps = max(0, (max(size) - 1).bit_length() - _COARSEST.bit_length())
    picture = Image.fromarray(chance.integers(40, 216, (_COARSEST, _COARSEST, 3), dtype=np.uint8))
    for step in reversed(range(steps + 1)):
        picture = picture.resize(_halved(size, step), Image.Resampling.BICUBIC)
        if step == 3:
            _shapes(picture, chance)
        picture = _noisy(picture, _ROUGHNESS * _FADING ** (steps - step), chance)
    return picture


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file; `kind` is Pillow's name of the format."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def photograph(path: Path, size: Size, *, seed: int = 1) -> Path:
    """A JPEG as cameras write it: quality 92, chroma at half size, about 2.5 bits a pixel."""
    path.write_bytes(encoded(draw(size, seed=seed), "JPEG", quality=92))
    return path


def unlike(data: bytes, number: int) -> bytes:
    """The same picture in other bytes: a comment, as JPEG and PNG allow it. A gallery refuses a file that it has."""
    comment = f"Comment\0{number}".encode()
    if data.startswith(JPEG):
        return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]
    chunk = b"tEXt" + comment
    at = 33  # behind the signature and IHDR
    return data[:at] + len(comment).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[at:]


def _halved(size: Size, times: int) -> Size:
    return max(1, size[0] >> times), max(1, size[1] >> times)


def _shapes(picture: Image.Image, chance: np.random.Generator) -> None:
    pen, (width, height) = ImageDraw.Draw(picture), picture.size
    for _ in range(24):
        x, y = chance.uniform(-0.1, 1.0, 2) * picture.size
        w, h = chance.uniform(0.02, 0.4, 2) * picture.size
        colour = tuple(int(level) for level in chance.integers(0, 256, 3))
        shape = pen.ellipse if chance.random() < 0.6 else pen.rectangle
        shape((x, y, min(x + w, 2 * width), min(y + h, 2 * height)), fill=colour)


def _noisy(picture: Image.Image, strength: float, chance: np.random.Generator) -> Image.Image:
    """Grain that is mostly of light, as a sensor's: colour noise alone would compress to almost nothing or to too much."""
    pixels = np.asarray(picture, dtype=np.float32)
    grain = chance.standard_normal((*pixels.shape[:2], 1), dtype=np.float32) * strength
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))
