"""Patterns: strokes, tiles, waves, rows."""

import numpy as np
from PIL import Image

from limn.demo.paper import Point, Sheet, field, outline, oval, smooth


def wind_atlas() -> Image.Image:
    sheet = Sheet(1000, 1280, ("#f6eedd", "#efe2c8"))
    clouds, chance = field(1000, 1280, 77, 2), np.random.default_rng(9)
    inks = ["#c4472b", "#e39a3b", "#1f5d6b", "#163a4a", "#8fb3a2", "#262220", "#d9b98a"]
    odds = [0.17, 0.17, 0.2, 0.14, 0.14, 0.06, 0.12]
    for _ in range(1700):
        x, y = chance.uniform(70, 930), chance.uniform(70, 1210)
        points: list[Point] = [(x, y)]
        for _ in range(int(chance.integers(12, 70))):
            turn = clouds[int(y), int(x)] * 2.6 * np.pi + 0.4
            x, y = x + np.cos(turn) * 6, y + np.sin(turn) * 6
            if not (60 < x < 940 and 60 < y < 1220):
                break
            points.append((float(x), float(y)))
        if len(points) > 6:
            sheet.line(points, float(chance.choice([1.2, 2.2, 3.6, 6.5])), str(chance.choice(inks, p=odds)))
    return sheet.finished(2, 4)


def truchet() -> Image.Image:
    sheet = Sheet(9 * 122, 9 * 122, "#123a57")
    cells, size = 9, round(122 * sheet.fine)
    down, across = np.mgrid[0:size, 0:size] / size
    near = np.minimum(np.hypot(across, down), np.hypot(1 - across, 1 - down))
    off = np.abs(near - 0.5)
    bands = [
        (1.0, "#123a57"),
        (0.34, "#f2e7cf"),
        (0.25, "#c8452e"),
        (0.16, "#f2e7cf"),
        (0.10, "#123a57"),
        (0.035, "#e7ae45"),
    ]
    tile = np.zeros((size, size, 3), np.uint8)
    for reach, colour in bands:
        tile[off < reach] = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    chance = np.random.default_rng(21)
    turned = np.array([[np.rot90(tile, int(chance.integers(0, 2))) for _ in range(cells)] for _ in range(cells)])
    sheet.image = Image.fromarray(turned.swapaxes(1, 2).reshape(cells * size, cells * size, 3))
    return sheet.finished(3, 5)


def tide_table() -> Image.Image:
    sheet = Sheet(1280, 900, ("#0b1c2c", "#132d3d"))
    hills = field(320, 60, 11, 4)
    for row in range(54):
        base = 270 + row * 10.2
        xs = np.linspace(110, 1170, 320)
        lift = np.exp(-(((xs - 640 - 120 * np.sin(row / 9)) / 250) ** 2)) * (hills[row] ** 2.2) * 215
        ys = base - lift - np.sin(xs / 40 + row) * 1.5
        line = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        sheet.shape([*line, (1170, base + 14), (110, base + 14)], ("#10283a", "#0d2031"))
        warm = int(255 * row / 54)
        sheet.line(line, 2.4, f"#{220 + warm // 8:02x}{200 - warm // 4:02x}{150 - warm // 3:02x}")
    return sheet.finished(4, 3)


def koi() -> Image.Image:
    sheet = Sheet(1100, 1100, "#0f5c63")
    for row in range(-1, 26):
        for column in range(-1, 13):
            x, y = column * 100 + (row % 2) * 50, row * 46.0
            for radius, colour in (
                (56, "#0b444d"),
                (50, "#e9f0df"),
                (43, "#157078"),
                (32, "#e9f0df"),
                (26, "#128089"),
                (13, "#0f5c63"),
            ):
                sheet.disc(x, y, radius, colour)
    for x, y, turn, tint in ((380, 420, -35, "#e8532c"), (720, 690, 140, "#f3f0e6"), (640, 270, 60, "#f0a030")):
        carp(sheet, x, y, turn, tint)
    return sheet.finished(7, 4)


def carp(sheet: Sheet, x: float, y: float, turn: float, tint: str) -> None:
    angle = np.radians(turn)

    def at(along: float, aside: float) -> Point:
        bend = 26 * np.sin(along / 90)
        aside += bend
        return float(x + along * np.cos(angle) - aside * np.sin(angle)), float(
            y + along * np.sin(angle) + aside * np.cos(angle)
        )

    spots = "#d8431f" if tint == "#f3f0e6" else "#fbf3df"
    for side in (-1, 1):
        sheet.shape(
            smooth([at(60, 30 * side), at(20, 105 * side), at(-15, 96 * side), at(15, 36 * side)]),
            tint,
            shadow=5,
            light=0.92,
        )
    sheet.shape(smooth([at(-150, 0), at(-265, -70), at(-225, -4), at(-270, 62)]), tint, shadow=6)
    body = [
        at(175, 0),
        at(140, -42),
        at(60, -58),
        at(-60, -44),
        at(-165, -9),
        at(-165, 9),
        at(-60, 44),
        at(60, 58),
        at(140, 42),
    ]
    sheet.shape(smooth(body), tint, shadow=11)
    for along, aside, size in ((95, -10, 40), (-10, 16, 34), (-90, -8, 22)):
        sheet.shape(oval(*at(along, aside), size, size * 0.62, turn=turn + 20), spots)
    for side in (-1, 1):
        sheet.disc(*at(140, 27 * side), 6.5, "#14120f")


def orchard() -> Image.Image:
    sheet = Sheet(1200, 860, ("#f3e7c9", "#ead9b1"))
    fruit = ["#d64b2a", "#e58a2c", "#b5322c", "#e9b53f"]
    chance = np.random.default_rng(8)
    for row in range(4):
        for column in range(7):
            x, y = 60 + column * 180 + (row % 2) * 90, 112 + row * 212
            crown = str(chance.choice(["#2f5d4a", "#47724f", "#6c8f57", "#1f4a45"]))
            sheet.shapes([oval(x + 22, y + 114, 62, 9)], "#8a6a3a", light=0.35, soft=3)
            sheet.shape([(x - 6, y + 20), (x + 6, y + 20), (x + 9, y + 112), (x - 9, y + 112)], "#4c3426")
            sheet.shape(oval(x, y, 74, 84), crown, shadow=5)
            sheet.shapes([oval(x - 20, y - 26, 36, 40)], "#f3e7c9", light=0.16, soft=9)
            for turn in chance.uniform(0, 360, 13).tolist():
                reach = float(chance.uniform(0.2, 0.8))
                at = (x + 66 * reach * float(np.cos(turn)), y + 76 * reach * float(np.sin(turn)))
                sheet.shape(oval(*at, 13, 5, turn=turn), "#f3e7c9", light=0.14)
            for turn, reach in ((20, 44), (90, 20), (150, 50), (215, 42), (270, 58), (330, 46)):
                angle = np.radians(turn + float(chance.uniform(-16, 16)))
                dx, dy = float(np.cos(angle)) * reach, float(np.sin(angle)) * reach
                sheet.disc(x + dx, y + dy, 11, str(chance.choice(fruit)), shadow=1.5)
                sheet.disc(x + dx - 3.6, y + dy - 3.8, 2.6, "#fff3d8", light=0.8)
    for x, y, way in ((240, 22, 1), (780, 448, -1)):
        wing = outline("-26,2 -6,-14 18,-12 34,-2 16,8 -8,10")
        sheet.shape(smooth([(x + way * a, y + b) for a, b in wing]), "#2a6f8f", shadow=2)
        sheet.shape([(x + way * a, y + b) for a, b in outline("30,-6 46,-2 30,2")], "#e58a2c")
        sheet.disc(x + way * 24, y - 5, 2.4, "#14202a")
    return sheet.finished(9, 5)
