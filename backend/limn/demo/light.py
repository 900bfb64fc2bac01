"""Light and print on a sheet: glows, fog, beams, halftone dots, rain, stars, and the dark of the corners."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from limn.demo.paper import Fill, Point, Sheet, gradient, oval

_COARSE = 4  # units a cell where light is so soft that nobody sees them


def glow(sheet: Sheet, x: float, y: float, radius: float, colour: str, strength: float) -> None:
    """Light that falls off around a point; `radius` is where 0.6 of it are left."""
    left, top, right, foot = (
        round(max(0, min(side, place)) * sheet.fine)
        for side, place in (
            (sheet.width, x - 3 * radius),
            (sheet.height, y - 3 * radius),
            (sheet.width, x + 3 * radius),
            (sheet.height, y + 3 * radius),
        )
    )
    if right - left < _COARSE * sheet.fine or foot - top < _COARSE * sheet.fine:
        return
    size = (right - left, foot - top)
    cells = [max(2, round(side / sheet.fine / _COARSE)) for side in size]
    across, down = np.meshgrid(
        *(
            start / sheet.fine + (np.arange(n) + 0.5) * side / sheet.fine / n
            for start, side, n in zip((left, top), size, cells, strict=True)
        )
    )
    fall = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * radius**2)) * strength
    mask = Image.fromarray((fall.clip(0, 1) * 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    under = sheet.image.crop((left, top, right, foot))
    sheet.image.paste(ImageChops.screen(under, Image.new("RGB", size, colour)), (left, top), mask)


def fog(sheet: Sheet, top: float, foot: float, colour: str, strength: float, *, seed: int | None = None) -> None:
    """A bank of fog, densest half way between; with `seed` in clouds."""
    across, down = _places(sheet)
    dense = np.clip(1 - np.abs((down - (top + foot) / 2) / ((foot - top) / 2)), 0, 1) ** 0.8 * strength
    if seed is not None:
        rough = np.random.default_rng(seed).random((7, 5)).astype(np.float32)
        clouds = Image.fromarray(rough).resize(across.shape[::-1], Image.Resampling.BICUBIC)
        dense = dense * (0.35 + 0.9 * np.asarray(clouds))
    sheet.image.paste(Image.new("RGB", sheet.image.size, colour), (0, 0), _mask(sheet, dense))


def vignette(sheet: Sheet, colour: str = "#0a0612", strength: float = 0.4) -> None:
    """The corners darker than the middle."""
    across, down = _places(sheet)
    away = np.hypot(across / sheet.width - 0.5, down / sheet.height - 0.5) / 0.707
    dark = np.clip((away - 0.45) / 0.55, 0, 1) ** 1.6 * strength
    sheet.image.paste(Image.new("RGB", sheet.image.size, colour), (0, 0), _mask(sheet, dark))


def halftone(
    sheet: Sheet, area: tuple[float, float, float, float], fill: str, pitch: float, *, sizes: tuple[float, float]
) -> None:
    """Printed dots in an area (x, y, wide, tall), at 45°, from one radius at its top to another at its foot (of half a pitch)."""
    x, y, wide, tall = area
    dots = []
    for row in range(int(tall / pitch * 2) + 1):
        at = row * pitch / 2
        radius = pitch / 2 * float(np.interp(at / tall, (0, 1), sizes))
        if radius < 0.4:
            continue
        lefts = np.arange(row % 2 * pitch / 2, wide, pitch)
        dots += [oval(x + float(left), y + at, radius, radius, corners=14) for left in lefts]
    sheet.shapes(dots, fill)


def stars(sheet: Sheet, count: int, seed: int, *, foot: float, colour: str = "#f4ecff") -> None:
    """Above `foot`, most of them faint."""
    chance = np.random.default_rng(seed)
    for light in (0.35, 0.65, 1.0):
        places = chance.uniform((0, 0), (sheet.width, foot), (count // 3, 2))
        sizes = chance.uniform(0.5, 0.9 + 1.3 * light, count // 3)
        dots = [oval(float(x), float(y), s, s, corners=10) for (x, y), s in zip(places, sizes.tolist(), strict=True)]
        sheet.shapes(dots, colour, light=light)


def flakes(sheet: Sheet, count: int, seed: int, *, sizes: tuple[float, float], light: float) -> None:
    """Snow all over the sheet."""
    chance = np.random.default_rng(seed)
    places = chance.uniform((0, 0), (sheet.width, sheet.height), (count, 2))
    across = chance.uniform(*sizes, count).tolist()
    dots = [oval(float(x), float(y), s, s, corners=12) for (x, y), s in zip(places, across, strict=True)]
    sheet.shapes(dots, "#ffffff", light=light, soft=0.6)


def rain(sheet: Sheet, count: int, seed: int, fill: str = "#e9eef2", *, light: float = 0.38) -> None:
    """Slanting drops all over the sheet."""
    chance = np.random.default_rng(seed)
    places = chance.uniform((-40, -40), (sheet.width + 20, sheet.height), (count, 2))
    lengths = chance.uniform(14, 46, count)
    drops: list[list[Point]] = [
        [(x, y), (x + 1.6, y), (x + 1.6 - long * 0.22, y + long), (x - long * 0.22, y + long)]
        for (x, y), long in zip(places.tolist(), lengths.tolist(), strict=True)
    ]
    sheet.shapes(drops, fill, light=light)


def toned(sheet: Sheet, fill: Fill, strength: NDArray[np.floating], *, screen: bool = False) -> None:
    """A colour, or a gradient, laid on as strongly as the array says (any size, 0–1); `screen` makes light of it."""
    layer = gradient(*sheet.image.size, fill)
    mask = _mask(sheet, strength)
    sheet.image.paste(ImageChops.screen(sheet.image, layer) if screen else layer, (0, 0), mask)


def _places(sheet: Sheet) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    across, down = (
        np.arange(0.0, side, _COARSE).astype(np.float32) + _COARSE / 2 for side in (sheet.width, sheet.height)
    )
    one, other = np.meshgrid(across, down)
    return one, other


def _mask(sheet: Sheet, strength: NDArray[np.floating]) -> Image.Image:
    coarse = Image.fromarray((strength.clip(0, 1) * 255).astype(np.uint8))
    return coarse.resize(sheet.image.size, Image.Resampling.BICUBIC)
