"""From the pixels of a picture to what a tower takes: resized, cropped, normalised, as the model's own description says."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from limn.errors import BadSettings

Pixels = NDArray[np.uint8]
Views = list[NDArray[np.float32]]

VERSION = "p1"  # of what is computed here; another one, another space

_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
# a centre crop shows half of a picture that is twice as long as it is wide; of a longer one all is looked at, in parts
_LONGEST = 2
_PARTS = 4


@dataclass(frozen=True)
class Preprocessing:
    """`size` (height, width) is what the tower takes. With a `shortest` side the picture is resized to that and the centre of it
    cropped; without, it is squeezed into `size`. Pixels times `scale`, less `mean`, by `std`."""

    size: tuple[int, int]
    shortest: int | None
    resample: int
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def views(self, pixels: Pixels) -> Views:
        """(1, 3, h, w) each; `pixels` is (h, w, 3). One view, but of a picture that is more than twice as long as it is wide up to four
        side by side, which together show all of it: whoever embeds takes their mean."""
        return [self._normal(view) for view in self._views(Image.fromarray(pixels))]

    def view(self, pixels: Pixels) -> NDArray[np.float32]:
        """(1, 3, h, w): for whoever can take but one. A picture that is more than twice as long as it is wide is squeezed."""
        image = Image.fromarray(pixels)
        if self.shortest is None or max(image.size) > _LONGEST * min(image.size):
            return self._normal(image.resize((self.size[1], self.size[0]), self.resample))
        return self._normal(self._centre(image, self.shortest))

    def _views(self, image: Image.Image) -> Iterator[Image.Image]:
        height, width = self.size
        if self.shortest is None:
            yield image.resize((width, height), self.resample)
        elif max(image.size) > _LONGEST * min(image.size):
            for box in _parts(*image.size):
                yield image.resize((width, height), self.resample, box=box)
        else:
            yield self._centre(image, self.shortest)

    def _centre(self, image: Image.Image, shortest: int) -> Image.Image:
        width, height = image.size
        if width <= height:
            image = image.resize((shortest, int(shortest * height / width)), self.resample)
        else:
            image = image.resize((int(shortest * width / height), shortest), self.resample)
        left, top = (image.width - self.size[1]) // 2, (image.height - self.size[0]) // 2
        return image.crop((left, top, left + self.size[1], top + self.size[0]))

    def _normal(self, image: Image.Image) -> NDArray[np.float32]:
        scaled = np.asarray(image, np.float32) * np.float32(self.scale)
        normal = (scaled - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])


def _parts(width: int, height: int) -> Iterator[tuple[float, float, float, float]]:
    """Boxes at even distances from end to end, squares as long as four of them suffice."""
    long, short = max(width, height), min(width, height)
    count = min(math.ceil(long / short), _PARTS)
    side = max(short, long / count)
    for part in range(count):
        start = part * (long - side) / (count - 1)
        yield (start, 0, start + side, height) if width > height else (0, start, width, start + side)


def read(said: Mapping[str, Any], name: str) -> Preprocessing:
    """From a preprocessor_config.json, a preprocess_cfg.json or an open_clip_config.json; `name` is for the errors. Raises BadSettings."""
    try:
        if "preprocess_cfg" in said:
            size = said.get("model_cfg", {}).get("vision_cfg", {}).get("image_size")
            return _of_open_clip({"size": size, **said["preprocess_cfg"]})
        if "interpolation" in said or "resize_mode" in said:
            return _of_open_clip(said)
        return _of_transformers(said)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise BadSettings(f"{name} cannot be used: {what}") from None


def _of_open_clip(said: Mapping[str, Any]) -> Preprocessing:
    size = _pair(said["size"])
    mode = said.get("resize_mode", "shortest")
    if mode not in {"shortest", "squash"}:
        raise ValueError(f"the resize_mode {mode!r} is not known here")
    if mode == "shortest" and size[0] != size[1]:
        raise ValueError("the resize_mode 'shortest' needs a square size")
    filtered = _FILTERS[str(said.get("interpolation", "bicubic")).lower()]
    shortest = size[0] if mode == "shortest" else None
    return Preprocessing(size, shortest, filtered, 1 / 255, _three(said["mean"]), _three(said["std"], positive=True))


def _of_transformers(said: Mapping[str, Any]) -> Preprocessing:
    if not said.get("do_resize", True):
        raise ValueError("without do_resize a picture does not fit")
    kind = str(said.get("image_processor_type", said.get("feature_extractor_type", "")))
    size, cropped = said["size"], said.get("do_center_crop", "crop_size" in said)
    # a bare number is the shortest side to CLIP and to whoever crops, both sides to others
    if isinstance(size, int):
        size = {"shortest_edge": size} if cropped or "CLIP" in kind else {"height": size, "width": size}
    shortest = int(size["shortest_edge"]) if "shortest_edge" in size else None
    if shortest is not None and not cropped:
        raise ValueError("a shortest_edge without a crop gives pictures of any shape")
    if shortest is None and cropped and _pair(said["crop_size"]) != _pair(size):
        raise ValueError("a crop after both sides are resized is not known here")
    normalised = said.get("do_normalize", True)
    return Preprocessing(
        size=_pair(said["crop_size"] if cropped else size),
        shortest=shortest,
        resample=_filter(said.get("resample", 3)),
        scale=float(said.get("rescale_factor", 1 / 255)) if said.get("do_rescale", True) else 1.0,
        mean=_three(said["image_mean"]) if normalised else (0.0, 0.0, 0.0),
        std=_three(said["image_std"], positive=True) if normalised else (1.0, 1.0, 1.0),
    )


def _pair(size: Any) -> tuple[int, int]:
    """(height, width)"""
    match size:
        case int():
            pair = (size, size)
        case {"height": int(height), "width": int(width)}:
            pair = (height, width)
        case [int(height), int(width)]:
            pair = (height, width)
        case _:
            raise ValueError(f"the size {size!r} is not known here")
    if not all(0 < side <= 2048 for side in pair):
        raise ValueError(f"the size {size!r} is out of bounds")
    return pair


def _filter(resample: Any) -> int:
    if resample not in _FILTERS.values():
        raise ValueError(f"the resample {resample!r} is not known here")
    return int(resample)


def _three(values: Sequence[float], *, positive: bool = False) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    if not all(math.isfinite(value) and (value > 0 or not positive) for value in (red, green, blue)):
        raise ValueError(f"{list(values)} cannot be what pixels are normalised by")
    return red, green, blue
