"""Architecture: arches at siesta, a white village, a street of lit windows."""

import numpy as np
from PIL import Image

from limn.demo.light import glow, vignette
from limn.demo.paper import Fill, Point, Sheet, box, outline, oval, ridge, smooth
from limn.demo.seas import mirror


def siesta() -> Image.Image:
    """Arches, their shadows, and a ball that somebody left."""
    sheet = Sheet(1040, 1300, ("#2f8fc4", "#62b5d6", "#a9d8dc"))
    sheet.disc(640, 130, 54, "#fff6dc")
    for x, foot, tall in ((960, 400, 350), (890, 400, 260), (820, 400, 300)):
        _cypress(sheet, x, foot, tall)
    sheet.shape(outline("0,120 620,250 620,1310 0,1310"), ("#f29a8a", "#e8766e"))
    sheet.shape(outline("620,250 1050,330 1050,1310 620,1310"), ("#c4505c", "#a83d52"))
    sheet.shape(outline("0,120 620,250 620,270 0,148"), "#ffc3ad")
    for x, y, wide, tall in ((60, 470, 190, 640), (345, 505, 170, 590)):
        arch = _arch(x, y, wide, tall)
        sheet.shape(arch, ("#8f2f4a", "#6a2140"))
        inner = _arch(x + wide * 0.24, y + 16, wide * 0.76, tall - 16)
        sheet.shape(inner, ("#3a7fb0", "#8fc9d6", "#f6d9a6"))
        sheet.shape(box(x + wide * 0.24, y + tall * 0.72, wide * 0.76, tall * 0.28 + 1), ("#f2b98a", "#dd8a66"))
    sheet.shape(_arch(730, 560, 170, 500), ("#5a1a3a", "#3d1130"))
    sheet.shape(_arch(774, 580, 126, 480), ("#7a2844", "#5d1d3c"))
    sheet.shape(outline("0,1110 620,1060 1050,1060 1050,1310 0,1310"), ("#f6c79a", "#eda97c"))
    for at in range(6):
        step = outline(
            f"{620 + at * 40},{1060 + at * 34} 1050,{1060 + at * 34} 1050,{1094 + at * 34} {620 + at * 40},{1094 + at * 34}"
        )
        sheet.shape(step, ("#f9d9b4", "#e2936c") if at % 2 == 0 else ("#fbe4c4", "#e8a27a"), shadow=3)
    sheet.shapes(
        [outline("0,1112 250,1090 470,1310 0,1310"), outline("345,1084 515,1070 800,1310 600,1310")],
        "#7a3050",
        light=0.42,
        soft=3,
    )
    sheet.shapes([oval(330, 1232, 92, 20, turn=8)], "#6a2546", light=0.5, soft=4)
    _ball(sheet)
    return sheet.finished(61, 5)


def _ball(sheet: Sheet) -> None:
    ball = oval(280, 1178, 62, 62)
    sheet.shape(ball, ("#fff3dc", "#e9c9a4"))
    view = Sheet(1040, 1300, ("#fff6e6", "#e7c3a0"))
    view.shapes(
        [
            smooth(outline("250,1110 280,1150 276,1200 240,1250 200,1200")),
            smooth(outline("330,1120 310,1170 322,1240 380,1220")),
        ],
        "#2b6f9f",
    )
    sheet.clipped(ball, view)


def _arch(x: float, y: float, wide: float, tall: float) -> list[Point]:
    top = [
        (x + wide / 2 - wide / 2 * float(np.cos(a)), y + wide / 2 - wide / 2 * float(np.sin(a)))
        for a in np.linspace(0, np.pi, 40)
    ]
    return [(x, y + tall), *top, (x + wide, y + tall)]


def _cypress(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    half = outline("0,-100 9,-70 14,-34 10,0")
    edge = [*half, *((-a, b) for a, b in reversed(half[1:]))]
    sheet.shape(
        smooth([(x + a * tall / 100, foot + b * tall / 100) for a, b in edge]), ("#2f6b52", "#173f3a"), shadow=5
    )


def white_village() -> Image.Image:
    """Houses like sugar, blue domes, and the sea behind."""
    sheet = Sheet(1040, 1400, ("#3f9fd8", "#8fcbe8", "#d6edf0"))
    sheet.shape(box(0, 400, 1040, 1000), ("#2a7fc0", "#1a5aa0", "#134a88"))
    for seed, y in ((4, 404), (6, 420)):
        line = [(x, y - max(0.0, h) * 66) for x, h in ridge(1040, seed, rough=0.5)]
        sheet.shape([*line, (1050, y + 4), (-10, y + 4)], "#7fa9cc" if y == 404 else "#5f90bd", light=0.9)
    chance = np.random.default_rng(3)
    for x, y in chance.uniform((0, 430), (1040, 760), (60, 2)).tolist():
        sheet.brush([(x - 26, y), (x, y - 2), (x + 26, y)], 3, "#d9f0f6", light=0.5)
    sheet.shape(outline("130,486 130,412 188,474 130,474"), "#ffffff")
    _house(sheet, (610, 640, 330, 800), 0)
    _dome(sheet, 775, 640, 130)
    _house(sheet, (90, 760, 300, 700), 1)
    _house(sheet, (330, 860, 380, 600), 2)
    _dome(sheet, 240, 760, 92)
    _house(sheet, (760, 960, 330, 500), 3)
    _house(sheet, (-40, 1040, 330, 400), 4)
    for at in range(9):
        y = 1120 + at * 34
        wide = 120 + at * 26
        sheet.shape(box(520 - wide / 2 + at * 6, y, wide, 36), ("#ffffff", "#c9d9e8"), shadow=4)
    for x, y, size in (
        (700, 880, 74),
        (740, 940, 60),
        (676, 946, 52),
        (60, 1000, 66),
        (10, 1050, 60),
        (120, 1040, 50),
        (960, 900, 56),
    ):
        _bougainvillea(sheet, x, y, size)
    _pot(sheet, 330, 1330)
    _pot(sheet, 800, 1350)
    return sheet.finished(62, 4)


def _house(sheet: Sheet, place: tuple[float, float, float, float], seed: int) -> None:
    x, y, wide, tall = place
    sheet.shape(box(x, y, wide, tall), ("#ffffff", "#dfe9f2"), shadow=14)
    sheet.shape(box(x + wide * 0.78, y, wide * 0.22, tall), ("#cfdfee", "#a9c3dc"))
    sheet.shape(box(x - 8, y - 10, wide + 16, 18), ("#ffffff", "#e4edf4"), shadow=4)
    window = _arch(x + wide * 0.16, y + 70, 54, 92)
    sheet.shape(window, ("#1f6fc0", "#154f96"), shadow=3)
    if seed in {0, 2, 3}:
        door = _arch(x + wide * 0.5, y + 120, 78, 170)
        sheet.shape(door, ("#2a86d8", "#1757a6"), shadow=4)
        sheet.line([(x + wide * 0.5 + 39, y + 130), (x + wide * 0.5 + 39, y + 290)], 2.4, "#10427f")
        sheet.disc(x + wide * 0.5 + 56, y + 214, 5, "#f4d58a")


def _dome(sheet: Sheet, x: float, foot: float, radius: float) -> None:
    sheet.shape(box(x - radius, foot - 44, radius * 2, 46), ("#ffffff", "#d6e3ee"), shadow=5)
    half = [
        (x + radius * float(np.cos(a)), foot - 44 - radius * 0.94 * float(np.sin(a))) for a in np.linspace(0, np.pi, 60)
    ]
    sheet.shape(half, ("#3fa0ee", "#1d63b8", "#164a94"), shadow=10)
    glow(sheet, x - radius * 0.4, foot - 44 - radius * 0.6, radius * 0.3, "#ffffff", 0.45)
    top = foot - 44 - radius * 0.94
    sheet.line([(x, top), (x, top - 44)], 5, "#ffffff")
    sheet.line([(x - 15, top - 28), (x + 15, top - 28)], 5, "#ffffff")


def _bougainvillea(sheet: Sheet, x: float, y: float, size: float) -> None:
    chance = np.random.default_rng(round(x + y))
    for colours, count in ((("#2f6b4a", "#3f8458"), 26), (("#c02a7a", "#e0409a", "#f277b8"), 74)):
        for _ in range(count):
            dx, dy = chance.normal(0, size * 0.42, 2).tolist()
            petal = oval(x + dx, y + dy, size * 0.15, size * 0.11, turn=float(chance.uniform(0, 180)), corners=16)
            sheet.shape(petal, str(chance.choice(list(colours))), shadow=0)


def _pot(sheet: Sheet, x: float, foot: float) -> None:
    for turn in (-140, -110, -90, -68, -40):
        angle = np.radians(turn)
        tip = (x + 86 * float(np.cos(angle)), foot - 90 + 96 * float(np.sin(angle)))
        sheet.brush(
            [(x, foot - 90), ((x + tip[0]) / 2 - 4, (foot - 90 + tip[1]) / 2 - 8), tip], 20, ("#5a9a5f", "#2f6b4a")
        )
    sheet.shape(smooth(outline("-46,-96 46,-96 38,-10 0,0 -38,-10", x, foot)), ("#d9713f", "#9c4427"), shadow=8)


def blue_hour() -> Image.Image:
    """Houses along a canal when the lamps are lit."""
    sheet = Sheet(1500, 1000, ("#1b2a5c", "#3a4f8f", "#8583b3", "#e8a99a"))
    chance = np.random.default_rng(27)
    inks = ("#7a2f2a", "#a9552f", "#33465f", "#5c3a3a", "#8a6a45", "#3f5a55", "#94453a", "#2f3550")
    x, shore = -30.0, 690.0
    places: list[tuple[float, float, float, str, int]] = []
    while x < 1500:
        wide, tall = float(chance.uniform(104, 150)), float(chance.uniform(330, 480))
        places.append((x, wide, tall, inks[len(places) % len(inks)], int(chance.integers(0, 3))))
        x += wide
    for place in places:
        _gable(sheet, place, shore, chance)
    mirror(sheet, round(shore), ("#16224a", "#16224a"), strength=0.38)
    sheet.shape(box(0, shore - 14, 1500, 22), ("#4a4150", "#2a2636"))
    for at in range(5):
        lamp = 140 + at * 310
        sheet.line([(lamp, shore - 10), (lamp, shore - 120)], 5, "#14142a")
        glow(sheet, lamp, shore - 128, 60, "#ffc46a", 0.85)
        sheet.disc(lamp, shore - 128, 9, "#fff3cf")
        sheet.shapes([oval(lamp, shore + 130, 9, 90)], "#ffc46a", light=0.5, soft=6)
    boat = smooth(outline("860,880 930,900 1160,900 1240,872 1200,940 1080,954 920,946"))
    sheet.shape(boat, ("#b8402c", "#5c1f22"), shadow=8)
    sheet.shape(outline("980,898 990,850 1110,850 1124,898"), ("#f1dfc0", "#a98f78"))
    sheet.shapes([box(1004, 862, 30, 22), box(1056, 862, 30, 22)], "#ffd27a")
    vignette(sheet, "#0a0d26", 0.35)
    return sheet.finished(63, 4)


def _gable(
    sheet: Sheet, place: tuple[float, float, float, str, int], shore: float, chance: np.random.Generator
) -> None:
    x, wide, tall, colour, kind = place
    top = shore - tall
    steps = ((0, 0), (0, -20), (0.2, -20), (0.2, -46), (0.36, -46), (0.36, -72))
    bell = ((0, 0), (0.1, -30), (0.3, -40), (0.38, -78), (0.5, -88))
    roofs = [
        [(x + wide * at, top + rise) for at, rise in (*half, *((1 - at, rise) for at, rise in reversed(half)))]
        for half in (steps, ((0, 0), (0.5, -84)), bell)
    ]
    roofs[2] = smooth(roofs[2])
    sheet.shape(roofs[kind], colour, shadow=5)
    sheet.shape(box(x, top, wide, tall), (colour, "#1d1a2e"))
    for row in range(int(tall // 84)):
        for left in np.linspace(x + 14, x + wide - 42, 3).tolist():
            lit = chance.random() < 0.55
            fill: Fill = ("#ffe3a0", "#f7a94a") if lit else ("#3f5580", "#27355c")
            sheet.shape(box(left, top + 16 + row * 84, 28, 50), "#efe3cf" if lit else "#8d8aa0")
            sheet.shape(box(left + 3, top + 19 + row * 84, 22, 44), fill)
            sheet.line(
                [(left + 14, top + 19 + row * 84), (left + 14, top + 63 + row * 84)],
                1.8,
                "#d9cbb4" if lit else "#7a788f",
            )
