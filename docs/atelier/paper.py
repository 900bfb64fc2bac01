"""A sheet of paper to draw on: curves, shapes with soft edges and shadows, gradients in linear light, grain at the end."""
# ruff: noqa: INP001

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

Point = tuple[float, float]
Fill = str | tuple[str, str]
FINE = 2  # drawn this much larger and brought down, so that edges are smooth


class Sheet:
    """Lengths are pixels of the finished picture. A fill is one colour, or two from the top of the shape to its foot."""

    def __init__(self, width: int, height: int, ground: Fill) -> None:
        self.width, self.height = width, height
        self.image = gradient(width * FINE, height * FINE, ground if isinstance(ground, tuple) else (ground, ground))

    def shape(self, points: Sequence[Point], fill: Fill, *, shadow: float = 0, light: float = 1) -> None:
        """A filled outline; `shadow` is how far it throws one, `light` its opacity."""
        self._lay([points], fill, shadow, light)

    def disc(self, x: float, y: float, radius: float, fill: Fill, *, shadow: float = 0, light: float = 1) -> None:
        self.shape(oval(x, y, radius, radius), fill, shadow=shadow, light=light)

    def line(self, points: Sequence[Point], width: float, fill: str) -> None:
        draw = ImageDraw.Draw(self.image)
        fine = [(x * FINE, y * FINE) for x, y in points]
        draw.line(fine, fill=fill, width=max(1, round(width * FINE)), joint="curve")
        half = width * FINE / 2
        for x, y in (fine[0], fine[-1]):
            draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float) -> None:
        """Light that falls off around a point."""
        small = (self.width // 4, self.height // 4)
        across, down = np.meshgrid(np.arange(small[0]) * 4, np.arange(small[1]) * 4)
        fall = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * radius**2)) * strength * 255
        mask = Image.fromarray(fall.clip(0, 255).astype(np.uint8)).resize(self.image.size, Image.Resampling.BICUBIC)
        lit = ImageChops.screen(self.image, Image.new("RGB", self.image.size, colour))
        self.image.paste(lit, (0, 0), mask)

    def finished(self, seed: int, grain: float = 5.0) -> Image.Image:
        """Brought down to size, with the tooth of paper in it."""
        image = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        chance = np.random.default_rng(seed)
        fine = chance.normal(0, grain, (self.height, self.width, 1))
        cloud = (field(self.width, self.height, seed, 5) - 0.5)[..., None] * grain * 2
        return Image.fromarray((np.asarray(image, float) + fine + cloud).clip(0, 255).astype(np.uint8))

    def _lay(self, outlines: Sequence[Sequence[Point]], fill: Fill, shadow: float, light: float) -> None:
        xs = [x * FINE for points in outlines for x, _ in points]
        ys = [y * FINE for points in outlines for _, y in points]
        room = round(shadow * FINE * 3) + 2
        left, top = round(min(xs)) - room, round(min(ys)) - room
        size = (round(max(xs)) + room - left, round(max(ys)) + room - top)
        mask = Image.new("L", size)
        for points in outlines:
            ImageDraw.Draw(mask).polygon([(x * FINE - left, y * FINE - top) for x, y in points], fill=255)
        if shadow:
            soft = mask.filter(ImageFilter.GaussianBlur(shadow * FINE)).point(lambda value: value * 0.42)
            self.image.paste("#140c1c", (left, top + round(shadow * FINE * 0.7)), soft)
        colours = fill if isinstance(fill, tuple) else (fill, fill)
        if light < 1:
            mask = mask.point(lambda value: value * light)
        self.image.paste(gradient(*size, colours), (left, top), mask)


def gradient(width: int, height: int, stops: Sequence[str]) -> Image.Image:
    """From the top down through all stops, mixed in linear light as eyes expect."""
    colours = np.array([ImageColor.getrgb(stop)[:3] for stop in stops], float) / 255
    places = np.linspace(0, 1, len(stops))
    at = np.linspace(0, 1, height)
    column = np.stack([np.interp(at, places, colours[:, channel] ** 2.2) for channel in range(3)], -1) ** (1 / 2.2)
    rows = np.repeat((column * 255).round().astype(np.uint8)[:, None], width, 1)
    return Image.fromarray(rows)


def field(width: int, height: int, seed: int, octaves: int = 4) -> NDArray[np.float64]:
    """(height, width) of clouds in 0–1."""
    chance = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for octave in range(octaves):
        cells = (3 * 2**octave, 3 * 2**octave * height // width + 2)
        coarse = Image.fromarray(chance.random(cells[::-1]).astype(np.float32))
        total += np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), float) / 2**octave
    low, high = total.min(), total.max()
    return np.asarray((total - low) / (high - low))


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
    xs, ys = np.cos(around) * across, np.sin(around) * down
    return [
        (float(x + a * np.cos(angle) - b * np.sin(angle)), float(y + a * np.sin(angle) + b * np.cos(angle)))
        for a, b in zip(xs, ys, strict=True)
    ]


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
