"""What grows: poppies, lavender, tea on terraces, birches in autumn."""

import numpy as np
from PIL import Image

from limn.demo.light import fog, glow, vignette
from limn.demo.paper import Fill, Point, Sheet, box, outline, oval, ridge, smooth


def field_notes() -> Image.Image:
    """Poppies in wash and ink, as in a botanist's book."""
    sheet = Sheet(940, 1300, ("#f8f2e2", "#f3ead4"))
    flowers = ((470, 330, 190, -4), (250, 560, 130, -14), (720, 620, 116, 16))
    for x, y, size, lean in flowers:
        stem = [
            (470 + (x - 470) * 0.14, 1210),
            (470 + (x - 470) * 0.5, 960),
            (x + lean, y + size * 0.9),
            (x, y + size * 0.3),
        ]
        sheet.brush(stem, 13, "#7f9a5f", light=0.85)
        sheet.line(smooth(stem, closed=False), 1.6, "#2b3226")
    for x, y, turn, reach in (
        (440, 1090, 205, 190),
        (500, 1040, -28, 210),
        (420, 960, 160, 150),
        (520, 1130, 12, 170),
        (470, 900, -60, 120),
    ):
        _leaf(sheet, x, y, turn, reach)
    for x, y, size, _ in flowers:
        _poppy(sheet, x, y, size)
    bud = [(560, 1000), (640, 860), (600, 740), (560, 770)]
    sheet.line(smooth(bud, closed=False), 3.4, "#5f7a48")
    sheet.shape(oval(552, 800, 22, 38, turn=12), ("#8aa56a", "#587546"))
    sheet.line([*oval(552, 800, 22, 38, turn=12)], 1.6, "#2b3226")
    for row, wide in enumerate((190, 150, 90)):
        line = [
            (640 + x, 1206 + row * 20 + 2.5 * float(np.sin(x / 4.1 + row) + np.sin(x / 7.7))) for x in range(0, wide, 3)
        ]
        sheet.line(line, 1.5, "#4a4238")
    sheet.line([*box(34, 34, 872, 1232), (34, 34)], 1.4, "#a39a84")
    return sheet.finished(71, 6)


def _poppy(sheet: Sheet, x: float, y: float, size: float) -> None:
    chance = np.random.default_rng(round(x))
    for turn, colour in (
        (-95, "#d8382c"),
        (160, "#e24a34"),
        (20, "#e85a3c"),
        (85, "#c92b2a"),
        (-50, "#ef6a46"),
        (-140, "#ee6244"),
    ):
        angle, wide = np.radians(turn), size * 0.62
        across = np.linspace(-1, 1, 13)
        rim = size * (1 - 0.32 * across**4 + 0.06 * chance.normal(0, 1, 13))
        points: list[Point] = [(x, y)]
        for a, reach in zip(across.tolist(), rim.tolist(), strict=True):
            side, out = a * wide, reach * (1 - 0.3 * a * a)
            points.append(
                (
                    x + float(np.cos(angle)) * out - float(np.sin(angle)) * side,
                    y + float(np.sin(angle)) * out * 0.82 + float(np.cos(angle)) * side,
                )
            )
        petal = smooth(points, steps=6)
        sheet.shapes([petal], colour, light=0.82, soft=1.2)
        sheet.line([*petal, petal[0]], 1.5, "#5a1a18")
        for at in range(2, 12, 2):
            tip = points[at]
            sheet.brush(
                [(x, y), ((x + tip[0]) / 2, (y + tip[1]) / 2 + 3), (x + (tip[0] - x) * 0.85, y + (tip[1] - y) * 0.85)],
                2.6,
                "#8f1f20",
                light=0.5,
            )
    sheet.shapes([oval(x, y, size * 0.36, size * 0.3)], "#2a1020", light=0.7, soft=size * 0.07)
    for turn in np.linspace(0, 2 * np.pi, 26, endpoint=False).tolist():
        reach = size * float(chance.uniform(0.22, 0.36))
        tip = (x + reach * float(np.cos(turn)), y + reach * 0.8 * float(np.sin(turn)))
        sheet.line([(x, y), tip], 1.3, "#1a1016")
        sheet.disc(*tip, size * 0.022, "#1a1016")
    sheet.shape(oval(x, y, size * 0.13, size * 0.11), ("#b5c58a", "#6f8a52"))


def _leaf(sheet: Sheet, x: float, y: float, turn: float, reach: float) -> None:
    angle = np.radians(turn)
    along, aside = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    start, tip = np.array([x, y]), np.array([x, y]) + along * reach
    teeth: list[Point] = []
    for side in (1, -1):
        for at in np.linspace(0.08, 0.94, 11).tolist()[::side]:
            for lift in (1.0, 0.55) if side > 0 else (0.55, 1.0):
                out = (
                    start
                    + along * reach * (at + (0.04 if lift == 1 else 0))
                    + aside * side * reach * 0.2 * lift * np.sin(np.pi * at**0.8)
                )
                teeth.append((float(out[0]), float(out[1])))
        if side > 0:
            teeth.append((float(tip[0]), float(tip[1])))
    sheet.shapes([teeth], ("#86a566", "#5f8250"), light=0.85, soft=1)
    sheet.line([*teeth, teeth[0]], 1.4, "#2b3226")
    sheet.line([(x, y), (float(tip[0]), float(tip[1]))], 1.6, "#2b3226")


def rows_to_the_tree() -> Image.Image:
    """Lavender in rows that meet at the horizon."""
    sheet = Sheet(1500, 1000, ("#f2a65a", "#f7c887", "#fbe3b5", "#fbe3b5", "#fbe3b5"))
    sheet.disc(1080, 330, 80, "#fff4d6")
    glow(sheet, 1080, 330, 230, "#fff0c4", 0.7)
    for depth, colour in enumerate(("#c98aa0", "#9a6a9a", "#6f5290")):
        line = [(x, 452 + depth * 18 - abs(y) * (80 - depth * 22)) for x, y in ridge(1500, 25 + depth, rough=0.4)]
        sheet.shape([*line, (1510, 1010), (-10, 1010)], colour)
    sheet.shape(box(0, 490, 1500, 520), ("#7a4a8f", "#4a2a6a"))
    middle, chance = 930.0, np.random.default_rng(9)
    for at in range(-26, 27):
        left, right = middle + at * 120 - 34, middle + at * 120 + 42
        sheet.shape(
            [(middle + at * 5, 492), (middle + at * 5 + 2.6, 492), (right, 1010), (left, 1010)],
            ("#8a5fb0", "#b98ae0", "#8f5fc4"),
        )
        sheet.shape(
            [(middle + at * 5 + 2.6, 492), (middle + at * 5 + 4, 492), (right + 30, 1010), (right, 1010)],
            ("#6b7a4f", "#3f5a3a"),
        )
    for colour, light in (("#d9b8f4", 0.8), ("#f0d6ff", 0.7), ("#5a2f86", 0.6)):
        sprigs = []
        for _ in range(1300):
            deep = float(chance.uniform(0.03, 1)) ** 0.8
            row = float(chance.integers(-26, 27)) + float(chance.uniform(-0.3, 0.32))
            x, y = middle + row * (5 + 115 * deep), 492 + 512 * deep
            sprigs.append(oval(x, y, 1 + 4.4 * deep, 2 + 12 * deep, corners=10, turn=float(chance.uniform(-20, 20))))
        sheet.shapes(sprigs, colour, light=light)
    sheet.shape(smooth(outline("368,560 380,470 372,400 402,400 400,470 414,560")), "#3a2436")
    for x, y, size in ((386, 330, 104), (310, 372, 74), (466, 368, 78), (350, 280, 70), (430, 286, 68)):
        sheet.disc(x, y, size, ("#6a7a3f", "#2f4a3a"), shadow=4)
    for x, y in chance.normal((388, 322), (56, 38), (150, 2)).tolist():
        sheet.shape(
            oval(x, y, 13, 8, turn=float(chance.uniform(0, 180)), corners=12),
            str(chance.choice(["#8f9a4a", "#b9b45a", "#4a6a3f"])),
        )
    sheet.shapes([oval(360, 566, 160, 14)], "#2a1440", light=0.5, soft=7)
    return sheet.finished(73, 5)


def tea_steps() -> Image.Image:
    """Terraces of tea, a path, somebody with a basket."""
    sheet = Sheet(1060, 1400, ("#f4e9c6", "#dfe6bd", "#b9d3a6"))
    sheet.disc(300, 260, 88, "#fffbe6")
    for depth, colour in enumerate(("#b5cdb0", "#93b596", "#6f9a7d")):
        line = [(x, 420 + depth * 60 - y * 80) for x, y in ridge(1060, 15 + depth, rough=0.4)]
        sheet.shape([*line, (1070, 1410), (-10, 1410)], colour)
        fog(sheet, 400 + depth * 60, 560 + depth * 60, "#f4efd6", 0.5)
    greens = ("#5f9a5a", "#4a8a4f", "#6fa858", "#3f7a4a", "#86b85f")
    for at in range(22):
        near = at / 21
        base, step = 560 + 860 * near**1.25, 30 + 62 * near
        lean = 150 * float(np.sin(at * 0.42))
        line = [
            (x, base + 60 * (0.4 + near) * float(np.sin((x + lean) / (210 + 160 * near) + at * 0.2)) - x * 0.05)
            for x in range(-40, 1110, 14)
        ]
        colour = greens[at % 5]
        sheet.shape([*line, (1110, 1420), (-40, 1420)], (colour, "#24523f"), shadow=4 + 5 * near)
        bumps = [oval(x, y + 3, step * 0.3, step * 0.22, corners=18) for x, y in line[:: max(1, round(1 + near))]]
        sheet.shapes(bumps, ("#c3dd86", colour), light=0.92)
    path = smooth(
        outline(
            "640,620 600,700 660,790 600,900 690,1040 600,1200 700,1420 820,1420 690,1200 770,1040 660,900 704,790 634,700 656,620"
        )
    )
    sheet.shape(path, ("#e9cf9c", "#d9a86a"), light=0.94)
    _picker(sheet, 676, 1060)
    for x, y in ((760, 330), (800, 312), (846, 336)):
        sheet.brush([(x - 18, y - 8), (x, y), (x + 18, y - 9)], 4.4, "#4f6a58")
    return sheet.finished(74, 5)


def _picker(sheet: Sheet, x: float, foot: float) -> None:
    sheet.shapes([oval(x + 20, foot, 60, 10)], "#5a3a1f", light=0.4, soft=4)
    sheet.shape(
        smooth(outline("-40,0 -34,-90 -20,-130 20,-130 36,-90 44,0", x, foot)), ("#d8402f", "#9a2630"), shadow=5
    )
    sheet.shape(smooth(outline("-48,-118 -44,-60 -4,-54 0,-122", x, foot)), ("#c9934f", "#8a5a2c"), shadow=5)
    sheet.disc(x + 4, foot - 148, 22, "#b9784f")
    sheet.shape(smooth(outline("-56,-146 0,-206 64,-146 4,-158", x + 2, foot)), ("#f6dd9f", "#cf9d52"), shadow=5)


def gold_leaf() -> Image.Image:
    """Birches in October."""
    sheet = Sheet(1300, 1000, ("#f3c46a", "#efaa4f", "#c9703a"))
    glow(sheet, 820, 330, 330, "#fff0b5", 0.85)
    chance = np.random.default_rng(19)
    for layer, (count, light, tall) in enumerate(((26, 0.35, 10), (16, 0.65, 20), (9, 1.0, 40))):
        for x in chance.uniform(-30, 1300, count).tolist():
            _trunk(sheet, x, tall * float(chance.uniform(0.7, 1.3)), light, chance)
        inks = ["#e8902f", "#f4c03f", "#d9622c", "#ffe08a", "#b8472a"]
        for colour in inks:
            heights = chance.beta(1, 2.1, 130) * 760
            spread = zip(
                chance.uniform(-20, 1320, 130).tolist(),
                heights.tolist(),
                chance.uniform(0, 180, 130).tolist(),
                strict=True,
            )
            sheet.shapes(
                [oval(x, y, 5 + 5 * layer, 3 + 3 * layer, turn=turn, corners=12) for x, y, turn in spread],
                colour,
                light=0.55 + 0.2 * layer,
            )
    ground = smooth([(-20, 890), (300, 860), (700, 900), (1000, 866), (1340, 900)], closed=False)
    sheet.shape([*ground, (1340, 1020), (-20, 1020)], ("#b8542a", "#6a2a22"), shadow=8)
    for colour in ("#f4c03f", "#e8902f", "#d9622c", "#ffe08a"):
        fallen = [
            oval(float(x), float(y), 9, 5, turn=float(x), corners=12)
            for x, y in chance.uniform((0, 880), (1300, 1000), (120, 2))
        ]
        sheet.shapes(fallen, colour, light=0.85)
    vignette(sheet, "#3a120c", 0.35)
    return sheet.finished(75, 5)


def _trunk(sheet: Sheet, x: float, wide: float, light: float, chance: np.random.Generator) -> None:
    fill: Fill = ("#fffaf0", "#e6d6c6") if light == 1 else ("#fbe6c0", "#d9a878")
    lean = float(chance.uniform(-20, 20))
    sheet.shape(
        [(x + lean, -10), (x + lean + wide * 0.8, -10), (x + wide * 1.1, 930), (x - wide * 0.1, 930)],
        fill,
        light=light,
        shadow=wide / 8,
    )
    if light < 0.6:
        return
    for y in chance.uniform(0, 900, 14).tolist():
        at = x + lean * (1 - y / 930) + (0 if chance.random() < 0.5 else wide * 0.4)
        sheet.brush(
            [(at, y), (at + wide * 0.3, y + 3), (at + wide * 0.55, y)], wide * 0.18, "#4a3a36", light=0.85 * light
        )
