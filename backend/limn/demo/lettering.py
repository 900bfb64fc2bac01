"""What is said and heard in a comic: balloons, captions, sound words, and the panels they stand in."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from limn.demo.paper import Point, Sheet, box, smooth

INK = "#17131c"
PAPER = "#fffdf6"


def panel(sheet: Sheet, edges: Sequence[Point], view: Sheet, *, width: float = 5) -> None:
    """What `view`, a sheet of the same size, shows within the edges, and a line of ink about it."""
    sheet.clipped(edges, view)
    sheet.line([*edges, edges[0]], width, INK)


def words(
    sheet: Sheet,
    text: str,
    place: Point,
    size: float,
    fill: str = INK,
    *,
    edge: str = "",
    slant: float = 0,
    turn: float = 0,
) -> None:
    """Lines of lettering about a place; `edge` is the colour of an outline, `slant` leans it, `turn` is degrees anticlockwise."""
    font = ImageFont.load_default(size * sheet.fine)
    thick = size * sheet.fine / 22
    outer = size * sheet.fine / 7 if edge else thick
    left, top, right, foot = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox(
        (0, 0), text, font, stroke_width=outer, align="center"
    )
    room = round((foot - top) * abs(slant)) + 8
    wide, tall = round(right - left) + 2 * room, round(foot - top) + 16
    for colour, stroke in ((edge, outer), (fill, thick)):
        if not colour:
            continue
        mask = Image.new("L", (wide, tall))
        start = (room - left, 8 - top)
        ImageDraw.Draw(mask).multiline_text(start, text, 255, font, stroke_width=stroke, align="center")
        if slant:
            lean = (1, slant, -slant * tall / 2, 0, 1, 0)
            mask = mask.transform(mask.size, Image.Transform.AFFINE, lean, Image.Resampling.BICUBIC)
        if turn:
            mask = mask.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        at = (round(place[0] * sheet.fine - mask.width / 2), round(place[1] * sheet.fine - mask.height / 2))
        sheet.image.paste(colour, at, mask)


def balloon(
    sheet: Sheet,
    text: str,
    place: Point,
    size: tuple[float, float],
    tail: Point,
    *,
    lettering: float = 26,
    kind: Literal["said", "thought"] = "said",
) -> None:
    """Somebody's words; `size` is its half width and half height, `tail` points at the mouth."""
    x, y = place
    around = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    power = 0.8  # between an ellipse (1) and a box (0), as a lettering pen makes it
    across = np.sign(np.cos(around)) * np.abs(np.cos(around)) ** power * size[0]
    down = np.sign(np.sin(around)) * np.abs(np.sin(around)) ** power * size[1]
    edge = [(x + a, y + b) for a, b in zip(across.tolist(), down.tolist(), strict=True)]
    way = np.array(tail) - (x, y)
    aside = np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), 1) * min(size) * 0.26
    root = np.array([x, y]) + way / max(float(np.hypot(*way)), 1) * min(size) * 0.5
    pointed = [(float(a), float(b)) for a, b in (root + aside, np.array(tail), root - aside)]
    if kind == "thought":
        for share, radius in ((0.72, 10.0), (0.9, 6.0)):
            sheet.disc(x + float(way[0]) * share, y + float(way[1]) * share, radius + 3, INK)
            sheet.disc(x + float(way[0]) * share, y + float(way[1]) * share, radius, PAPER)
    grown = [(x + (a - x) * (1 + 3 / size[0]), y + (b - y) * (1 + 3 / size[1])) for a, b in edge]
    sheet.shape(grown, INK)
    if kind == "said":
        sheet.line([*pointed, pointed[0]], 6, INK)
        sheet.shape(pointed, PAPER)
    sheet.shape(edge, PAPER)
    words(sheet, text, place, lettering)


def caption(
    sheet: Sheet, text: str, corner: Point, size: tuple[float, float], *, fill: str = "#ffe9a8", lettering: float = 22
) -> None:
    """The narrator's words in a box whose upper left corner is given."""
    edges = box(*corner, *size)
    sheet.shape(edges, fill, shadow=3)
    sheet.line([*edges, edges[0]], 3, INK)
    words(sheet, text, (corner[0] + size[0] / 2, corner[1] + size[1] / 2), lettering)


def burst(x: float, y: float, inner: float, outer: float, points: int, *, seed: int, flat: float = 0.7) -> list[Point]:
    """A star of uneven rays: what a bang looks like."""
    chance = np.random.default_rng(seed)
    turns = np.linspace(0, 2 * np.pi, points * 2, endpoint=False)
    reach = np.where(np.arange(points * 2) % 2 == 0, outer * chance.uniform(0.78, 1.12, points * 2), inner)
    return [
        (x + float(np.cos(t)) * r, y + float(np.sin(t)) * r * flat) for t, r in zip(turns, reach.tolist(), strict=True)
    ]


def rays(sheet: Sheet, x: float, y: float, fill: str, *, count: int, seed: int, clear: float, light: float = 1) -> None:
    """Lines of speed that run to a point, and end `clear` before it."""
    chance = np.random.default_rng(seed)
    far = 2.0 * max(sheet.width, sheet.height)
    wedges: list[list[Point]] = []
    for turn, wide, from_ in zip(
        chance.uniform(0, 2 * np.pi, count).tolist(),
        chance.uniform(0.004, 0.03, count).tolist(),
        chance.uniform(1, 1.5, count).tolist(),
        strict=True,
    ):
        tip = (x + float(np.cos(turn)) * clear * from_, y + float(np.sin(turn)) * clear * from_)
        ends = [(x + float(np.cos(turn + w)) * far, y + float(np.sin(turn + w)) * far) for w in (-wide / 2, wide / 2)]
        wedges.append([tip, *ends])
    sheet.shapes(wedges, fill, light=light)


def puff(x: float, y: float, size: float) -> list[Point]:
    """A cloud of dust."""
    bumps = [
        (x + float(np.cos(t)) * size * r, y + float(np.sin(t)) * size * r * 0.7)
        for t, r in zip(np.linspace(0, 2 * np.pi, 14, endpoint=False), (1, 0.8) * 7, strict=True)
    ]
    return smooth(bumps)
