"""A sheet of paper to draw on: curves, shapes with soft edges and shadows, gradients in linear light, grain at the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter

Point = tuple[float, float]
Fill = str | Sequence[str]
_FINE: ContextVar[float] = ContextVar("fine", default=2)
LONG_SIDE = 1280  # at least, of a finished picture
_SHADOW = "#140c1c"


@contextmanager
def sketching(fine: float) -> Iterator[None]:
    """What is drawn inside the block is drawn `fine` times as large, 2 elsewhere; below 1 the finished picture is as much smaller."""
    before = _FINE.set(fine)
    try:
        yield
    finally:
        _FINE.reset(before)


class Sheet:
    """Lengths are units: pixels of the finished picture, unless that is enlarged to `LONG_SIDE`. A fill is one colour, or
    several from the top of the shape to its foot. `image` is `fine` times larger and brought down in the end: so edges are smooth."""

    def __init__(self, width: int, height: int, ground: Fill) -> None:
        self.width, self.height, self.fine = width, height, _FINE.get()
        self.image = gradient(round(width * self.fine), round(height * self.fine), ground)

    def shape(self, points: Sequence[Point], fill: Fill, *, shadow: float = 0, light: float = 1) -> None:
        """A filled outline; `shadow` is how far it throws one, `light` its opacity."""
        self.shapes([points], fill, shadow=shadow, light=light)

    def shapes(
        self, outlines: Sequence[Sequence[Point]], fill: Fill, *, shadow: float = 0, light: float = 1, soft: float = 0
    ) -> None:
        """Several at once, with one fill; `soft` blurs their edges."""
        around = self._around(outlines)
        room = round((shadow + soft) * self.fine * 3) + 2
        left, top = max(around[0], 0) - room, max(around[1], 0) - room
        right, foot = min(around[2], self.image.width) + room, min(around[3], self.image.height) + room
        if right - left <= 2 * room or foot - top <= 2 * room:
            return  # it lies beside the sheet
        mask = Image.new("L", (right - left, foot - top))
        draw = ImageDraw.Draw(mask)
        for points in outlines:
            draw.polygon([(x * self.fine - left, y * self.fine - top) for x, y in points], fill=255)
        if soft:
            mask = blurred(mask, soft * self.fine)
        if shadow:
            thrown = blurred(mask, shadow * self.fine).point(lambda value: value * 0.42)
            self.image.paste(_SHADOW, (left, top + round(shadow * self.fine * 0.7)), thrown)
        if light < 1:
            mask = mask.point(lambda value: value * light)
        if isinstance(fill, str):
            self.image.paste(fill, (left, top), mask)
        else:
            self.image.paste(gradient(*mask.size, fill, run=(around[1] - top, around[3] - top)), (left, top), mask)

    def disc(self, x: float, y: float, radius: float, fill: Fill, *, shadow: float = 0, light: float = 1) -> None:
        self.shape(oval(x, y, radius, radius), fill, shadow=shadow, light=light)

    def line(self, points: Sequence[Point], width: float, fill: str) -> None:
        draw = ImageDraw.Draw(self.image)
        fine = [(x * self.fine, y * self.fine) for x, y in points]
        draw.line(fine, fill=fill, width=max(1, round(width * self.fine)), joint="curve")
        half = width * self.fine / 2
        for x, y in (fine[0], fine[-1]):
            draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def brush(self, points: Sequence[Point], width: float, fill: Fill, *, light: float = 1) -> None:
        """A stroke that swells and thins out, along a curve through the points."""
        self.shape(stroke(points, width), fill, light=light)

    def clipped(self, inside: Sequence[Point], other: "Sheet") -> None:
        """What `other`, a sheet of the same size, shows within the outline."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon([(x * self.fine, y * self.fine) for x, y in inside], fill=255)
        self.image.paste(other.image, (0, 0), mask)

    def finished(self, seed: int, grain: float = 5.0) -> Image.Image:
        """Brought down to size, with the tooth of paper in it."""
        factor = max(1, LONG_SIDE / max(self.width, self.height)) * min(1, self.fine)
        size = (round(self.width * factor), round(self.height * factor))
        image = self.image.resize(size, Image.Resampling.LANCZOS)
        chance = np.random.default_rng(seed)
        fine = chance.standard_normal((size[1], size[0], 1), dtype=np.float32) * grain
        coarse = Image.fromarray(field(size[0] // 4, size[1] // 4, seed, 5))
        cloud = (np.asarray(coarse.resize(size, Image.Resampling.BILINEAR)) - 0.5)[..., None] * grain * 2
        return Image.fromarray((np.asarray(image, np.float32) + fine + cloud).clip(0, 255).astype(np.uint8))

    def _around(self, outlines: Sequence[Sequence[Point]]) -> tuple[int, int, int, int]:
        """Left, top, right and foot of the outlines, in the pixels of the image."""
        corners = np.array([corner for points in outlines for corner in _extremes(points)]) * self.fine
        left, top = np.floor(corners.min(0)).astype(int).tolist()
        right, foot = np.ceil(corners.max(0)).astype(int).tolist()
        return left, top, right, foot


def _extremes(points: Sequence[Point]) -> tuple[Point, Point]:
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys)), (max(xs), max(ys))


def blurred(mask: Image.Image, radius: float) -> Image.Image:
    """Softened; wide blurs are made at a quarter of the size, which nobody sees and takes a tenth of the time."""
    if radius < 8 or min(mask.size) < 32:
        return mask.filter(ImageFilter.GaussianBlur(radius))
    small = mask.resize((mask.width // 4, mask.height // 4), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(radius / 4)).resize(mask.size, Image.Resampling.BICUBIC)


def gradient(width: int, height: int, fill: Fill, *, run: tuple[int, int] | None = None) -> Image.Image:
    """Down through all colours, mixed in linear light as eyes expect; `run` is where the first and the last stand, if not at the edges."""
    stops = [fill] if isinstance(fill, str) else fill
    colours = np.array([ImageColor.getrgb(stop)[:3] for stop in stops], float) / 255
    top, foot = run or (0, height - 1)
    at = (np.arange(height) - top) / max(1, foot - top)
    places = np.linspace(0, 1, len(stops))
    column = np.stack([np.interp(at, places, colours[:, channel] ** 2.2) for channel in range(3)], -1) ** (1 / 2.2)
    pixels = Image.fromarray((column * 255).round().astype(np.uint8)[:, None])
    return pixels.resize((width, height), Image.Resampling.NEAREST)


def field(width: int, height: int, seed: int, octaves: int = 4) -> NDArray[np.float32]:
    """(height, width) of clouds in 0–1."""
    chance = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = (3 * 2**octave, 3 * 2**octave * height // width + 2)
        coarse = Image.fromarray(chance.random(cells[::-1]).astype(np.float32))
        total += np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)) / 2**octave
    low, high = total.min(), total.max()
    return np.asarray((total - low) / (high - low), np.float32)


def ridge(width: int, seed: int, *, rough: float = 0.5, step: int = 4) -> list[Point]:
    """A skyline: x in pixels, y in about −1…1."""
    chance = np.random.default_rng(seed)
    xs = np.arange(-step, width + 2 * step, step)
    ys = np.zeros(len(xs))
    for octave in range(1, 8):
        wave = 2 * np.pi * xs / width * 2 ** (octave * 0.9)
        ys += np.sin(wave * chance.uniform(0.7, 1.2) + chance.uniform(0, 7)) * rough**octave
    return [(float(x), float(y)) for x, y in zip(xs, ys / np.abs(ys).max(), strict=True)]


def oval(x: float, y: float, across: float, down: float, *, turn: float = 0, corners: int = 90) -> list[Point]:
    """`across` and `down` are half-widths, `turn` degrees."""
    angle = np.radians(turn)
    around = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    circle = np.stack([np.cos(around) * across, np.sin(around) * down], 1)
    turned = circle @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + (x, y)
    return [(a, b) for a, b in turned.tolist()]


def crescent(x: float, y: float, radius: float, *, turn: float = 0, thin: float = 0.45) -> list[Point]:
    """A moon, open to the right, turned clockwise by degrees; `thin` from 0 (half a disc) to 1 (nothing)."""
    around = np.linspace(np.pi / 2, 3 * np.pi / 2, 40)
    across, down = np.cos(around), np.sin(around)
    edge = np.vstack([np.stack([across, down], 1), np.stack([across * thin, down], 1)[::-1]]) * radius
    angle = np.radians(turn)
    turned = edge @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [(float(x + a), float(y + b)) for a, b in turned]


def outline(text: str, x: float = 0, y: float = 0) -> list[Point]:
    """The points of "right,down right,down …", counted from (x, y)."""
    pairs = (pair.split(",") for pair in text.split())
    return [(x + float(right), y + float(down)) for right, down in pairs]


def box(x: float, y: float, wide: float, tall: float) -> list[Point]:
    return [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """A Catmull–Rom curve through the points."""
    knots = np.array(points, float)
    knots = np.vstack([knots[-1], knots, knots[0], knots[1]] if closed else [knots[0], knots, knots[-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    out: list[Point] = []
    for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        out += [(float(x), float(y)) for x, y in curve]
    return out if closed else [*out, points[-1]]


def stroke(points: Sequence[Point], width: float) -> list[Point]:
    """The outline of a brush stroke along a curve through the points: thin at both ends, `width` in its first half."""
    along = np.array(smooth(points, closed=False) if len(points) > 2 else points, float)
    if len(along) == 2:
        along = np.linspace(along[0], along[1], 12)
    way = np.gradient(along, axis=0)
    aside = np.stack([-way[:, 1], way[:, 0]], 1) / np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    t = np.linspace(0, 1, len(along))[:, None]
    half = aside * width / 2 * np.sin(np.pi * t**0.8) ** 0.7
    return [(float(x), float(y)) for x, y in np.vstack([along + half, (along - half)[::-1]])]


def between(start: Point, end: Point, wide: float, narrow: float) -> list[Point]:
    """A limb: a bar from one place to another that narrows."""
    way = np.subtract(end, start)
    aside = np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), 1e-9)
    corners = (start + aside * wide / 2, end + aside * narrow / 2, end - aside * narrow / 2, start - aside * wide / 2)
    return [(float(x), float(y)) for x, y in corners]
