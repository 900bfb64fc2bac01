"""Places and things."""

import numpy as np
from PIL import Image

from limn.demo.light import glow, vignette
from limn.demo.paper import Sheet, box, crescent, gradient, outline, oval, ridge, smooth


def dusk() -> Image.Image:
    sheet = Sheet(1500, 940, "#000000")
    sheet.image = gradient(*sheet.image.size, ("#1d2150", "#4b2f6b", "#b3476a", "#f4845f", "#ffd6a0", "#ffe9c4"))
    glow(sheet, 980, 560, 230, "#ffdca8", 0.9)
    sheet.disc(980, 545, 74, ("#fff6dc", "#ffd9a0"))
    colours = ["#c9657a", "#a04c72", "#783c68", "#54305c", "#35234a", "#1c1534"]
    for depth, colour in enumerate(colours):
        base, tall = 570 + depth * 66, 74 + depth * 16
        line = [(x, base + y * tall) for x, y in ridge(1500, 31 + depth * 7, rough=0.52)]
        sheet.shape([*line, (1510, 960), (-10, 960)], (colour, colours[min(depth + 1, 5)]))
    chance = np.random.default_rng(4)
    for x in chance.uniform(-20, 1500, 44):
        fir(sheet, float(x), 950, float(chance.uniform(60, 150)))
    return sheet.finished(1, 4)


def fir(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    for layer in range(5):
        top, wide = foot - tall + layer * tall * 0.17, tall * (0.07 + 0.035 * layer)
        sheet.shape([(x, top), (x + wide, top + tall * 0.3), (x - wide, top + tall * 0.3)], "#0f0b22")


def moon_jar() -> Image.Image:
    sheet = Sheet(940, 1120, ("#c9b7a2", "#b39c86"))
    sheet.shape([(0, 770), (940, 735), (940, 1130), (0, 1130)], ("#7d3f33", "#5b2a27"))
    sheet.shapes([oval(590, 908, 300, 36)], "#2c1013", light=0.6, soft=9)
    right = [
        (470 + 268 * float(np.sin(t)) ** 0.86 + 4, 625 - 292 * float(np.cos(t))) for t in np.linspace(0.26, 2.74, 60)
    ]
    body = [*right, *((940 - x, y) for x, y in reversed(right))]
    sheet.shape(body, "#fbf7ee", shadow=16)
    clay = Sheet(940, 1120, ("#fdfaf3", "#f1ebe0", "#cfc3b4"))
    clay.shapes([oval(800, 690, 190, 330)], "#8f7f74", light=0.55, soft=46)
    clay.shapes([oval(470, 930, 260, 60)], "#8a5a4a", light=0.5, soft=26)
    glow(clay, 370, 500, 120, "#ffffff", 0.8)
    sheet.clipped(body, clay)
    sheet.shape(oval(470, 346, 86, 17), ("#fffdf8", "#c9bdb0"))
    sheet.shape(oval(470, 349, 74, 12), ("#3e352f", "#8f8174"))
    for side, lean in ((-1, 250), (1, 190), (-0.3, 330), (0.45, 300)):
        stem = smooth([(470, 340), (470 + side * 60, 240), (470 + side * lean * 0.8, 340 - lean)], closed=False)
        sheet.line(stem, 5, "#3d4a34")
        for at in np.linspace(6, len(stem) - 1, 7).astype(int):
            x, y = stem[at]
            for way in (-1, 1):
                leaf = oval(x + way * 26, y - 14, 32, 11, turn=-28 * way)
                sheet.shape(leaf, ("#6b8058", "#42573f"), shadow=3)
    sheet.disc(770, 190, 92, ("#f2d9a4", "#e7b768"))
    return sheet.finished(5, 6)


def city_asleep() -> Image.Image:
    sheet = Sheet(1700, 760, "#000000")
    sheet.image = gradient(*sheet.image.size, ("#171433", "#2d2257", "#5b3473", "#a14d78"))
    chance = np.random.default_rng(17)
    for x, y in chance.uniform((0, 0), (1700, 330), (120, 2)):
        sheet.disc(float(x), float(y), float(chance.uniform(0.6, 1.9)), "#f4e6ff")
    glow(sheet, 1320, 170, 130, "#ffe9b8", 0.8)
    sheet.shape(crescent(1330, 170, 62, turn=-25), "#fff3d0")
    for layer, (wall, lit) in enumerate((("#4b2d68", 0.05), ("#33235a", 0.2), ("#1d1742", 0.42))):
        x = -30.0
        while x < 1700:
            wide, tall = float(chance.uniform(58, 130)), float(chance.uniform(130, 330)) + 40 * (2 - layer)
            roof = 790 - tall - 60 * (2 - layer)
            sheet.shape([(x, roof), (x + wide, roof), (x + wide, 770), (x, 770)], wall, shadow=5)
            for left in np.arange(x + 10, x + wide - 16, 19):
                for top in np.arange(roof + 16, 748, 25):
                    if chance.random() < lit:
                        glass = str(
                            chance.choice(["#ffd27a", "#ffb45c", "#fff0c2", "#8fd3d6"], p=[0.5, 0.25, 0.2, 0.05])
                        )
                        sheet.shape([(left, top), (left + 9, top), (left + 9, top + 13), (left, top + 13)], glass)
            x += wide + float(chance.uniform(-8, 14))
    return sheet.finished(6, 4)


def dunes() -> Image.Image:
    sheet = Sheet(1400, 1000, "#000000")
    sheet.image = gradient(*sheet.image.size, ("#0f6f78", "#4aa79c", "#bcd9b8", "#f6e3b4", "#f6e3b4"))
    sheet.disc(330, 300, 88, ("#fff4d2", "#ffe2a0"))
    shades = [
        ("#eab676", "#d58f53"),
        ("#dd8a4f", "#b9603a"),
        ("#c9643c", "#96432e"),
        ("#a34a30", "#6b2a26"),
        ("#7b3029", "#431b20"),
    ]
    for depth, (lit, dark) in enumerate(shades):
        base = 470 + depth * 115
        waves = [
            (x, base + 62 * np.sin(x / (330 - 22 * depth) + depth * 2.3) + 26 * np.sin(x / 130 + depth))
            for x in range(-20, 1440, 10)
        ]
        sheet.shape([*waves, (1440, 1020), (-20, 1020)], (lit, dark), shadow=9)
    for step, (x, y) in enumerate(((840, 650), (884, 656), (930, 664))):
        tall = 62 - step * 4
        sheet.shape(
            smooth([(x - 9, y), (x - 8, y - tall * 0.6), (x, y - tall), (x + 8, y - tall * 0.6), (x + 10, y)]),
            "#2a1418",
        )
        sheet.shape([(x, y), (x + 8, y), (x + 190, y + 34), (x + 170, y + 36)], "#5b2522", light=0.45)
    return sheet.finished(8, 4)


def six_lemons() -> Image.Image:
    """A bowl of lemons on a blue cloth."""
    sheet = Sheet(1280, 1000, ("#f2d8c4", "#eec5ad"))
    sheet.shape(outline("0,560 1280,530 1280,1010 0,1010"), ("#2f63b0", "#1d4488"))
    for at in range(-4, 16):
        foot, top = at * 150 - 330, at * 100 + 60
        sheet.shape([(top, 546), (top + 40, 545), (foot + 64, 1010), (foot, 1010)], "#f4efe4", light=0.9)
    for row, y in enumerate((580, 640, 722, 832, 960)):
        sheet.shape(
            outline(f"0,{y} 1280,{y - 24 + row * 3} 1280,{y - 8 + row * 10} 0,{y + 16 + row * 9}"), "#f4efe4", light=0.4
        )
    sheet.shapes([oval(560, 840, 330, 50)], "#0d2148", light=0.6, soft=12)
    for x, y, turn in ((470, 500, -24), (650, 480, 14), (560, 410, 60), (400, 560, 10), (730, 560, -30)):
        _lemon(sheet, x, y, 104, turn)
    bowl = [(560 + 300 * float(np.cos(a)), 590 + 250 * float(np.sin(a)) ** 0.8) for a in np.linspace(0, np.pi, 60)]
    sheet.shape([(250, 580), *reversed(bowl), (870, 580)], ("#fdfaf3", "#cfc8c6"), shadow=14)
    ornament = Sheet(1280, 1000, ("#fdfaf3", "#cfc8c6"))
    for at in range(16):
        x = 240 + at * 42
        ornament.brush([(x, 640), (x + 22, 680), (x, 720)], 15, "#2f63b0")
        ornament.disc(x + 26, 680, 6, "#d8562f")
    for y in (622, 740, 752):
        ornament.shape(box(200, y, 800, 5), "#2f63b0")
    sheet.clipped([(276, 615), *((x, y) for x, y in reversed(bowl) if y > 615), (844, 615)], ornament)
    sheet.shape(oval(560, 586, 312, 22), ("#ffffff", "#dcd6d2"), shadow=4)
    sheet.shape(oval(560, 586, 292, 14), ("#a9983c", "#6f6a2a"))
    for x, y, turn in ((470, 560, -24), (650, 556, 14), (560, 540, 60)):
        _lemon(sheet, x, y - 30, 88, turn)
    _half(sheet, 1000, 770, 112)
    _lemon(sheet, 1130, 870, 92, 24)
    for x, y, turn in ((720, 440, -30), (420, 440, 200), (1090, 650, -60)):
        sheet.shape(oval(x, y, 84, 27, turn=turn), ("#4f8a4a", "#23573f"), shadow=7)
        angle = np.radians(turn)
        reach = np.array([np.cos(angle), np.sin(angle)]) * 74
        sheet.line(
            [(x - float(reach[0]), y - float(reach[1])), (x + float(reach[0]), y + float(reach[1]))], 2, "#a9cf8a"
        )
    vignette(sheet, "#2a1430", 0.25)
    return sheet.finished(72, 6)


def _lemon(sheet: Sheet, x: float, y: float, size: float, turn: float) -> None:
    angle = np.radians(turn)
    half = outline("-128,0 -112,-16 -84,-52 -30,-76 30,-76 84,-52 112,-18 132,0")
    edge = [*half, *((a, -b) for a, b in reversed(half[1:-1]))]
    spot = [
        (
            x + (a * float(np.cos(angle)) - b * float(np.sin(angle))) * size / 100,
            y + (a * float(np.sin(angle)) + b * float(np.cos(angle))) * size / 100,
        )
        for a, b in edge
    ]
    sheet.shape(smooth(spot), ("#ffe45c", "#f4c424", "#d99a17"), shadow=size / 9)
    glow(sheet, x - size * 0.3, y - size * 0.32, size * 0.2, "#fffbe0", 0.6)
    chance = np.random.default_rng(round(x * 3 + y))
    pores = [oval(x + float(a), y + float(b), 1.6, 1.6, corners=8) for a, b in chance.normal(0, size * 0.3, (40, 2))]
    sheet.shapes(pores, "#b97f10", light=0.45)


def _half(sheet: Sheet, x: float, y: float, size: float) -> None:
    sheet.shapes([oval(x, y + size * 0.86, size, size * 0.2)], "#0d2148", light=0.6, soft=8)
    sheet.disc(x, y, size, ("#ffd93a", "#e0a51c"), shadow=8)
    sheet.disc(x, y, size * 0.9, "#fff7d6")
    for at in range(9):
        turn = np.radians(at * 40 + 8)
        wedge = [
            (x + float(np.cos(turn + a)) * size * r, y + float(np.sin(turn + a)) * size * r)
            for a, r in ((0, 0.1), (-0.26, 0.66), (-0.2, 0.8), (0.2, 0.8), (0.26, 0.66))
        ]
        sheet.shape(smooth(wedge, steps=6), ("#ffe97a", "#f7cf3f"))
    sheet.disc(x, y, size * 0.08, "#fff7d6")
