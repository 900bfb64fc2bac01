"""People: figures by construction, from ovals and curves."""

import numpy as np
from PIL import Image

from limn.demo.paper import Point, Sheet, gradient, outline, oval, ridge, smooth, stroke


def heron_collar() -> Image.Image:
    sheet = Sheet(900, 1150, ("#e8b04a", "#d98a35"))
    for radius, fill in ((372, "#f0c067"), (340, "#e6a447"), (326, "#f3cb7a")):
        sheet.disc(450, 470, radius, fill)
    hair = outline("250,430 235,300 330,160 480,130 620,190 680,330 665,520 700,690 610,780 300,770 215,640")
    sheet.shape(smooth(hair), "#231320", shadow=10)
    lock = Sheet(900, 1150, ("#3a1f2b", "#3a1f2b", "#231320"))
    for at in range(12):
        side = at / 11
        strand = [(470 - 8 * at, 140 + at), (320 - 70 * side, 300 + 40 * side), (258 - 30 * side, 700 - 60 * side)]
        lock.brush(strand, 5, "#7a4a58", light=0.6)
        lock.brush([(930 - x, y) for x, y in strand], 5, "#7a4a58", light=0.45)
    sheet.clipped(smooth(hair), lock)
    sheet.shape(smooth([(395, 700), (535, 700), (548, 820), (640, 900), (465, 960), (300, 900), (384, 820)]), "#c58468")
    sheet.shapes([outline("400,706 530,706 520,800 465,840 412,800")], "#7d4236", light=0.5, soft=9)
    _feathers(sheet)
    face = smooth(outline("465,250 570,300 602,450 575,610 505,730 465,748 425,730 352,610 328,450 360,300"))
    sheet.shape(face, ("#eab995", "#d59a78"), shadow=8)
    skin = Sheet(900, 1150, ("#f0c4a0", "#eab995", "#d59a78", "#d59a78"))
    skin.shapes([oval(x, 590, 44, 34) for x in (378, 552)], "#dd6f55", light=0.42, soft=14)
    skin.shapes([outline("465,240 340,300 310,460 345,640 380,680 352,560 360,420")], "#a8604a", light=0.28, soft=16)
    sheet.clipped(face, skin)
    fringe = outline("330,450 322,300 400,200 520,196 604,262 622,440 580,350 520,300 452,296 390,340")
    sheet.shape(smooth(fringe), ("#452534", "#2b1826"), shadow=4)
    _gaze(sheet)
    sheet.brush([(470, 480), (456, 560), (444, 604), (482, 610)], 9, "#b8775a")
    sheet.shape(smooth(outline("418,664 448,652 466,660 486,652 516,664 466,692")), ("#c23d34", "#8e2626"))
    sheet.brush([(420, 665), (466, 670), (514, 665)], 4, "#6d1a1c")
    for x in (318, 616):
        sheet.line([(x, 606), (x, 640)], 2.4, "#c9972f")
        sheet.disc(x, 652, 19, ("#f6dc8c", "#c9972f"), shadow=4)
    return sheet.finished(11, 5)


def _feathers(sheet: Sheet) -> None:
    """The collar: rows of feathers over a blue dress, the shortest at the neck."""
    dress = outline("130,1160 170,960 330,870 465,900 600,870 745,960 790,1160")
    sheet.shape(smooth(dress), ("#173f6b", "#0f2b4c"), shadow=12)
    blues = (("#2f6c9c", "#173f6b"), ("#5f9ac4", "#2f6c9c"), ("#9fc7de", "#4f8ab4"))
    for row, (fill, spread, long) in enumerate(zip(blues, (330, 270, 205), (150, 120, 92), strict=True)):
        for at in range(-7, 8):
            share = at / 7
            x, y = 465 + share * spread, 968 - row * 34 - 58 * share**2 * (1 if row else 0.6) - 40 * abs(share)
            tip = (x + share * long * 0.8, y + long * (1 - 0.35 * abs(share)))
            sheet.shape(stroke([(x, y - 30), ((x + tip[0]) / 2, (y - 30 + tip[1]) / 2), tip], 58), fill, shadow=4)
            sheet.line([(x, y - 10), ((x + 2 * tip[0]) / 3, (y + 2 * tip[1]) / 3)], 1.6, "#0f2b4c")


def _gaze(sheet: Sheet) -> None:
    for x in (392, 538):
        sheet.shape(smooth(outline("-42,4 -12,-18 22,-16 42,2 12,16 -16,16", x, 486)), "#fbf3e6")
        sheet.disc(x + 12, 485, 16, "#2f5a6b")
        sheet.disc(x + 12, 485, 8, "#0f1418")
        sheet.disc(x + 17, 479, 4, "#ffffff")
        sheet.brush([(x - 50, 492), (x - 8, 462), (x + 48, 482)], 13, "#2b1826")
        sheet.brush([(x - 52, 436), (x, 410), (x + 54, 428)], 14, "#2b1826")
        sheet.brush([(x - 30, 506), (x + 4, 510), (x + 34, 500)], 3, "#a8604a")


def green_hour() -> Image.Image:
    sheet = Sheet(840, 1080, ("#dfe6cf", "#b9cba6"))
    sheet.disc(520, 380, 270, ("#f7f2d8", "#ecdfa8"))
    head = outline(
        "470,210 560,250 592,340 588,392 622,462 592,486 598,520 584,540 590,566 566,622 500,630 "
        "482,690 520,800 640,900 700,1090 130,1090 190,900 300,800 330,640 270,520 280,330 "
        "360,230"
    )
    sheet.shape(smooth(head), ("#1d4a3d", "#0f2f2c"), shadow=14)
    hair = outline("470,190 350,190 240,290 215,450 250,600 210,720 300,790 360,660 380,520 440,420 560,330 572,260")
    sheet.shape(smooth(hair), ("#0c2624", "#081a1b"), shadow=8)
    sheet.disc(392, 560, 13, ("#f4d98a", "#c79a3c"), shadow=3)
    chance = np.random.default_rng(3)
    leaves = ["#5f8a4c", "#86a85c", "#3d6d4a", "#c8cf8a", "#2d5b45"]
    for _ in range(34):
        x, y = float(chance.uniform(-20, 860)), float(chance.uniform(640, 1080))
        if 250 < x < 620 and y < 900:
            continue
        frond(
            sheet, x, y, float(chance.uniform(-150, -30)), float(chance.uniform(130, 260)), str(chance.choice(leaves))
        )
    return sheet.finished(12, 5)


def frond(sheet: Sheet, x: float, y: float, turn: float, reach: float, colour: str) -> None:
    angle = np.radians(turn)
    tip = (x + reach * np.cos(angle), y + reach * np.sin(angle))
    aside = (-np.sin(angle) * reach * 0.17, np.cos(angle) * reach * 0.17)
    middle = (x + reach * 0.45 * np.cos(angle), y + reach * 0.45 * np.sin(angle))
    edge: list[Point] = [
        (x, y),
        (middle[0] + aside[0], middle[1] + aside[1]),
        tip,
        (middle[0] - aside[0], middle[1] - aside[1]),
    ]
    sheet.shape(smooth([(float(a), float(b)) for a, b in edge]), colour, shadow=6)
    sheet.line([(x, y), (float(tip[0]), float(tip[1]))], 1.6, "#16382f")


def red_coat() -> Image.Image:
    sheet = Sheet(980, 1300, "#000000")
    sheet.image = gradient(*sheet.image.size, ("#5d6b76", "#8b98a0", "#b9c0c2", "#9aa3a8", "#5a646c"))
    for depth, (colour, base) in enumerate((("#8793a0", 690), ("#6f7c88", 760), ("#54616d", 850))):
        line = [(x, base + y * (70 - depth * 10) - (x % 97 > 60) * 46) for x, y in ridge(980, 51 + depth, rough=0.6)]
        sheet.shape([*line, (990, 1310), (-10, 1310)], colour, light=0.75)
    sheet.shape([(0, 985), (980, 960), (980, 1310), (0, 1310)], ("#707c85", "#3d474f"))
    sheet.shape(oval(505, 1215, 190, 20), "#262c33", light=0.5)
    for x in (452, 536):
        sheet.shape([(x, 1060), (x + 34, 1060), (x + 30, 1196), (x + 4, 1196)], "#1b1e26")
        sheet.shape(smooth([(x - 6, 1190), (x + 34, 1186), (x + 40, 1214), (x - 16, 1216)]), "#14161c")
    coat = outline("505,560 570,590 612,720 640,900 668,1090 505,1112 345,1090 372,900 400,720 440,590")
    sheet.shape(smooth(coat), ("#e0392b", "#a31d20"), shadow=12)
    sheet.line(smooth([(505, 640), (500, 850), (506, 1104)], closed=False), 4, "#861619")
    sheet.shape(smooth([(600, 640), (660, 760), (650, 860), (612, 850), (592, 740)]), ("#d33226", "#9a1b1e"), shadow=6)
    sheet.shape(
        smooth([(430, 560), (505, 540), (580, 560), (566, 618), (505, 634), (446, 618)]),
        ("#f2e3c6", "#d8c19c"),
        shadow=5,
    )
    sheet.shape(oval(505, 500, 62, 72), ("#33232a", "#1f161c"), shadow=5)
    sheet.line([(640, 830), (640, 330)], 7, "#20242c")
    top = outline("640,236 800,290 905,430 850,412 790,436 716,412 640,436 566,412 492,436 430,412 376,430 480,290")
    sheet.shape(top, ("#1f2a3b", "#141c29"), shadow=14)
    for x in (492, 566, 716, 790):
        sheet.line([(640, 240), (x, 424)], 2, "#35445c")
    chance = np.random.default_rng(5)
    for x, y in chance.uniform((-40, -40), (1000, 1300), (420, 2)):
        long = float(chance.uniform(14, 46))
        sheet.shape(
            [(x, y), (x + 1.6, y), (x + 1.6 - long * 0.22, y + long), (x - long * 0.22, y + long)],
            "#e9eef2",
            light=0.38,
        )
    return sheet.finished(13, 5)
