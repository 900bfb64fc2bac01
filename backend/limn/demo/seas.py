"""The sea: a wave, a lighthouse, a lake at daybreak, lanterns on a river, a bridge in fog."""

import numpy as np
from PIL import Image, ImageFilter

from limn.demo.light import fog, glow, stars, vignette
from limn.demo.paper import Point, Sheet, between, box, gradient, outline, oval, ridge, smooth


def ninth_wave() -> Image.Image:
    """A crest about to fall, a red sun, a boat that has seen worse."""
    sheet = Sheet(1500, 1000, ("#f3e2c0", "#f0d3a6", "#e9b98d"))
    sheet.disc(1080, 330, 150, ("#e0432f", "#c9302c"))
    for y in (300, 336, 368, 396, 420, 440):
        sheet.shape(box(900, y + 20, 400, 5), "#f0d3a6")
    far = [(x, 620 + y * 34) for x, y in ridge(1500, 12, rough=0.4)]
    sheet.shape([*far, (1510, 1010), (-10, 1010)], ("#7fb0b4", "#3f7f93"), light=0.9)
    _swell(sheet, 690, 30, 1.2, ("#4f97a6", "#22607f"))
    boat = outline("960,660 1190,668 1150,716 1000,712")
    sheet.shape(smooth(boat), ("#5a2a22", "#351612"), shadow=6)
    sheet.line([(1070, 664), (1064, 520)], 6, "#351612")
    sheet.shape(smooth(outline("1064,526 1150,610 1150,646 1070,650")), ("#fff7e6", "#e7cfa9"), shadow=4)
    wave = outline(
        "-40,1010 -40,560 60,400 220,262 400,206 560,226 660,300 690,390 660,430 628,380 560,350 480,372 430,450 "
        "436,560 500,680 640,780 840,850 1100,890 1100,1010"
    )
    sheet.shape(smooth(wave), ("#2f7d99", "#1b5479", "#0f3358"), shadow=18)
    for row in range(9):
        inner = [
            (x - 26 * row - 12, y + 22 * row + 20)
            for x, y in outline("470,400 424,480 440,590 520,700 680,800 900,872")
        ]
        sheet.brush(inner, 10, ("#8fd0d3", "#2b6d92"), light=0.75 - row * 0.06)
    crest = smooth(outline("40,420 220,262 400,206 560,226 660,300 690,390"), closed=False)
    _foam(sheet, crest, 3)
    _swell(sheet, 880, 34, 3.1, ("#1f5f86", "#0d2b4e"))
    _foam(sheet, [(x, 884 + 34 * float(np.sin(x / 150 + 3.1))) for x in range(-20, 1540, 40)], 6, size=0.5)
    return sheet.finished(41, 5)


def _swell(sheet: Sheet, base: float, tall: float, start: float, fill: tuple[str, str]) -> None:
    line = [(x, base + tall * float(np.sin(x / 150 + start) + 0.3 * np.sin(x / 47))) for x in range(-20, 1540, 12)]
    sheet.shape([*line, (1540, 1020), (-20, 1020)], fill, shadow=9)


def _foam(sheet: Sheet, along: list[Point], seed: int, *, size: float = 1.0) -> None:
    chance = np.random.default_rng(seed)
    for colour, reach, down in (("#9fcfd6", 30, 20), ("#dcefee", 24, 8), ("#fffdf6", 18, 0)):
        drops = []
        for x, y in along[:: 2 if size == 1 else 1]:
            for _ in range(4):
                radius = float(chance.uniform(0.3, 1)) * reach * size
                off = chance.normal(0, 15 * size, 2)
                drops.append(oval(x + float(off[0]), y + down * size + float(off[1]), radius, radius, corners=20))
        sheet.shapes(drops, colour, light=0.96)
    spray = chance.normal(0, 1, (90, 2)) * (90, 60) * size
    for (dx, dy), at in zip(spray.tolist(), chance.integers(0, len(along), 90).tolist(), strict=True):
        sheet.disc(along[at][0] + dx + 20, along[at][1] + dy - 50 * size, float(chance.uniform(1, 5)) * size, "#fffdf6")


def keeper() -> Image.Image:
    """A lighthouse, and what it does for the ships."""
    sheet = Sheet(980, 1400, ("#070b26", "#12204f", "#25487a", "#5d83a0"))
    stars(sheet, 260, 4, foot=800)
    for far, spread in (((-200, 130), 200), ((1200, 560), 150)):
        beam = between((640, 372), far, 30, spread)
        sheet.shapes([beam], "#ffeab0", light=0.42, soft=14)
    glow(sheet, 640, 372, 120, "#fff0c0", 0.95)
    for base, seed, fill in ((1010, 4, ("#2c5680", "#173a63")), (1080, 9, ("#1f4570", "#0f2b50"))):
        line = [(x, base + y * 16) for x, y in ridge(980, seed, rough=0.6)]
        sheet.shape([*line, (990, 1410), (-10, 1410)], fill)
    for row in range(14):
        y = 1020 + row * 10
        sheet.brush([(600 - row * 12, y), (640, y + 2), (690 + row * 12, y)], 5, "#ffe9b0", light=0.4)
    _rock(sheet)
    tower = outline("560,1050 596,440 684,440 722,1050")
    sheet.shape(tower, ("#fbf5ea", "#c9c3cc"), shadow=12)
    bands = Sheet(980, 1400, "#ffffff")
    for at in range(3):
        bands.shape(box(500, 540 + at * 190, 300, 96), ("#d8402f", "#a32a2c"))
    for at in range(3):
        top, foot = 540 + at * 190, 636 + at * 190
        inside = [
            (_edge(560, 596, top), top),
            (_edge(722, 684, top), top),
            (_edge(722, 684, foot), foot),
            (_edge(560, 596, foot), foot),
        ]
        sheet.clipped(inside, bands)
    sheet.shape(outline("662,440 684,440 722,1050 668,1050"), "#1a1430", light=0.22)
    for y in (690, 880):
        sheet.shape(oval(640, y, 13, 24), "#2a2140")
        sheet.disc(640, y, 7, "#ffd88a")
    _lamp(sheet)
    for base, seed in ((1290, 14), (1340, 21)):
        line = [(x, base + y * 18 - (x - 490) ** 2 / 9000) for x, y in ridge(980, seed, rough=0.62)]
        sheet.shape([*line, (990, 1410), (-10, 1410)], ("#5f97b5", "#123560"), light=0.9)
        sheet.line(line, 3, "#d9edf2")
    vignette(sheet, "#03061a", 0.4)
    return sheet.finished(42, 4)


def _rock(sheet: Sheet) -> None:
    rock = outline("330,1410 400,1230 470,1150 520,1060 600,1020 760,1030 860,1100 930,1240 1000,1300 1000,1410")
    sheet.shape(rock, ("#3a3347", "#15111f"), shadow=14)
    for points in ("520,1060 600,1020 590,1140 540,1240", "760,1030 860,1100 800,1180", "400,1230 470,1150 480,1290"):
        sheet.shape(outline(points), "#5a5068", light=0.55)


def _edge(foot_x: float, top_x: float, y: float) -> float:
    return foot_x + (top_x - foot_x) * (1050 - y) / 610


def _lamp(sheet: Sheet) -> None:
    sheet.shape(box(570, 424, 140, 24), "#241d33", shadow=5)
    sheet.shape(box(596, 330, 88, 96), ("#fff6d0", "#ffcf6a"))
    for x in (596, 624, 656, 684):
        sheet.line([(x, 330), (x, 424)], 4, "#241d33")
    sheet.shape(smooth(outline("580,334 600,290 640,268 680,290 700,334")), ("#d8402f", "#8f2430"), shadow=5)
    sheet.line([(640, 268), (640, 236)], 5, "#241d33")
    for x in range(566, 716, 16):
        sheet.line([(x, 396), (x, 424)], 2.4, "#241d33")
    sheet.line([(566, 396), (714, 396)], 3, "#241d33")
    glow(sheet, 640, 378, 56, "#fffbe6", 0.9)


def first_light() -> Image.Image:
    """Mountains twice: in the air, and in the lake."""
    sheet = Sheet(1600, 1000, ("#6f9cc2", "#b9cbdc", "#f7d9c4", "#fdebd0", "#fdebd0"))
    glow(sheet, 520, 470, 260, "#fff2d6", 0.85)
    sheet.disc(520, 452, 42, "#fffaf0")
    shades = (("#a9bfd2", "#c9d2da"), ("#7f9fbc", "#b2c3d0"), ("#567b9c", "#8fabbd"), ("#2f5674", "#5f86a0"))
    for depth, fill in enumerate(shades):
        line = [
            (x, 430 + depth * 34 - abs(y) ** 0.8 * (190 - depth * 36) * (1 if y > 0 else -0.35))
            for x, y in ridge(1600, 71 + depth * 3, rough=0.56)
        ]
        sheet.shape([*line, (1610, 600), (-10, 600)], fill)
        fog(sheet, 440 + depth * 20, 600, "#f7e7da", 0.34)
    chance = np.random.default_rng(6)
    for x in np.sort(chance.uniform(-20, 1620, 150)).tolist():
        tall = float(chance.uniform(30, 92)) * (0.5 + abs(x - 800) / 900)
        sheet.shapes([[(x, 604 - tall), (x + tall * 0.17, 604), (x - tall * 0.17, 604)]], ("#1d4257", "#16323f"))
    mirror(sheet, 600, ("#e9d9d0", "#3c6481"))
    for row in range(46):
        y = 612 + row**1.45 * 1.6
        x, wide = float(chance.uniform(0, 1500)), float(chance.uniform(60, 320))
        sheet.brush([(x, y), (x + wide / 2, y + 1), (x + wide, y)], 3 + row * 0.08, "#fdf1e2", light=0.3)
    canoe = smooth(outline("1010,806 1060,826 1190,830 1262,802 1240,848 1120,858 1036,846"))
    sheet.shape(canoe, ("#b8402c", "#6f2320"), shadow=7)
    sheet.shape(smooth(outline("1100,826 1104,770 1126,752 1148,770 1154,826")), "#22303f")
    sheet.disc(1126, 738, 17, "#22303f")
    sheet.line([(1080, 742), (1196, 872)], 5, "#3b2a26")
    return sheet.finished(43, 4)


def mirror(sheet: Sheet, shore: int, tint: tuple[str, str], *, strength: float = 0.26) -> None:
    """What lies above the shore once more below it, upside down, blurred and tinted."""
    wide, (line, foot) = sheet.image.width, (round(y * sheet.fine) for y in (shore, sheet.height))
    tall = foot - line
    above = sheet.image.crop((0, line - tall, wide, line)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    small = above.resize((sheet.width // 2, (sheet.height - shore) // 2)).filter(ImageFilter.GaussianBlur(1.6))
    rows = np.asarray(small)
    sway = (np.sin(np.arange(len(rows)) ** 1.25 / 3.2) * np.linspace(0.6, 5, len(rows))).round().astype(int)
    rows = np.stack([np.roll(row, shift, axis=0) for row, shift in zip(rows, sway.tolist(), strict=True)])
    water = Image.fromarray(rows).resize((wide, tall), Image.Resampling.BICUBIC)
    sheet.image.paste(Image.blend(water, gradient(wide, tall, tint), strength), (0, line))


def river_of_lights() -> Image.Image:
    """Paper lanterns over a river at night."""
    sheet = Sheet(1600, 1000, ("#0c0b26", "#1e1440", "#4a2250", "#8a3a50"))
    stars(sheet, 220, 11, foot=420)
    for depth, colour in enumerate(("#3a1f4a", "#2a1740", "#1b1030")):
        line = [(x, 540 + depth * 34 + y * (80 - depth * 14)) for x, y in ridge(1600, 91 + depth, rough=0.5)]
        sheet.shape([*line, (1610, 1010), (-10, 1010)], colour)
    chance = np.random.default_rng(15)
    places = sorted(
        (float(chance.uniform(0.16, 1)), float(x), float(chance.uniform(0, 1))) for x in chance.uniform(20, 1580, 46)
    )
    mirror(sheet, 660, ("#2a1338", "#0f0a24"), strength=0.5)
    for size, x, high in places:
        _lantern(sheet, x, 70 + high * 520 * (1.1 - size * 0.35), 52 * size)
    for size, x, high in places:
        y = 700 + (1 - high) * 130 + size * 120
        sheet.shapes([oval(x, y, 16 * size + 4, 34 * size + 8)], "#ffb056", light=0.34, soft=7)
        for row in range(4):
            sheet.brush([(x - 26 * size, y + row * 14), (x + 26 * size, y + row * 14)], 4, "#ffd08a", light=0.45)
    glow(sheet, 410, 790, 130, "#ff9a4c", 0.55)
    boat = smooth(outline("230,850 300,884 520,890 600,846 570,912 420,926 270,914"))
    sheet.shape(boat, ("#1a0d22", "#0a0512"), shadow=8)
    for x in (370, 450):
        sheet.shape(smooth(outline("-30,884 -24,812 0,790 24,812 30,884", x, 0)), "#0f0818")
        sheet.disc(x, 774, 20, "#0f0818")
    _lantern(sheet, 410, 744, 30)
    vignette(sheet, "#05030f", 0.4)
    return sheet.finished(44, 4)


def _lantern(sheet: Sheet, x: float, y: float, size: float) -> None:
    glow(sheet, x, y, size * 1.5, "#ff9a3c", 0.75)
    body = [
        (x + across * size, y + down * size)
        for across, down in ((-0.62, -1), (0.62, -1), (0.86, 0.3), (0.5, 1), (-0.5, 1), (-0.86, 0.3))
    ]
    sheet.shape(smooth(body, steps=6), ("#f2683a", "#ffb65c", "#fff0b8"))
    sheet.shapes([oval(x, y + size * 0.55, size * 0.4, size * 0.4)], "#fffbe0", light=0.8, soft=size * 0.14)
    for at in (-0.3, 0.3):
        sheet.line([(x + at * size, y - size), (x + at * size * 1.3, y + size * 0.9)], max(0.8, size * 0.03), "#d9552f")


def above_the_fog() -> Image.Image:
    """A red bridge, of which the morning shows the upper half."""
    sheet = Sheet(1700, 850, ("#e8a98c", "#f3c9a5", "#f8e2c6", "#eef0ea"))
    sheet.disc(330, 300, 66, "#fff6e2")
    for depth, colour in enumerate(("#c79aa0", "#a98496", "#8b7088")):
        line = [(x, 470 + depth * 60 + y * 70) for x, y in ridge(1700, 61 + depth, rough=0.42)]
        sheet.shape([*line, (1710, 860), (-10, 860)], colour)
        fog(sheet, 420 + depth * 60, 720 + depth * 40, "#f6e6d8", 0.6, seed=depth)
    deck = [(x, 560 - 40 * float(np.sin(np.pi * x / 1700))) for x in range(-20, 1740, 20)]
    for x, wide in ((520, 30), (1240, 36)):
        foot = 850
        for side in (-1, 1):
            sheet.shape(
                between((x + side * wide * 1.25, foot), (x + side * wide, 120), wide * 0.66, wide * 0.5),
                ("#d9432c", "#8f2a28"),
                shadow=5,
            )
        for y in (140, 240, 350, 470):
            sheet.shape(box(x - wide, y, wide * 2, 18), ("#c93a28", "#a32d28"))
    for x0, x1 in ((-240, 520), (520, 1240), (1240, 2000)):
        xs = np.linspace(x0, x1, 60)
        middle, half = (x0 + x1) / 2, (x1 - x0) / 2
        cable = [(float(x), float(y)) for x, y in zip(xs, 130 + 360 * (1 - ((xs - middle) / half) ** 2), strict=True)]
        sheet.line(cable, 6, "#b5332a")
        for at, high in cable[::2]:
            sheet.line([(at, high), (at, 560 - 40 * float(np.sin(np.pi * at / 1700)))], 1.6, "#b5402f")
    sheet.shape([*deck, *((x, y + 20) for x, y in reversed(deck))], ("#c93a28", "#7d2626"), shadow=5)
    for top, foot, strength, seed in ((560, 760, 0.9, 4), (640, 960, 1.1, 7), (470, 660, 0.45, 12)):
        fog(sheet, top, foot, "#fbf1e6", strength, seed=seed)
    for x, y in ((760, 210), (800, 190), (846, 214), (700, 250)):
        sheet.brush([(x - 22, y - 8), (x, y), (x + 22, y - 9)], 5, "#5a3b44")
    return sheet.finished(45, 4)
