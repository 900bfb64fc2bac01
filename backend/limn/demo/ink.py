"""Black and white, and nearly so: a page with screentone, a circle in one breath, cranes, a street after rain."""

import numpy as np
from PIL import Image, ImageFilter

from limn.demo.lettering import INK, balloon, panel, rays, words
from limn.demo.light import halftone, rain
from limn.demo.paper import Point, Sheet, box, outline, oval, smooth

SHADE = "#9a979c"


def last_train() -> Image.Image:
    """A page in ink: a train, a look, and whoever stays."""
    sheet = Sheet(1000, 1420, "#fbfaf5")
    first = Sheet(1000, 1420, "#ffffff")
    halftone(first, (0, 0, 1000, 200), INK, 12, sizes=(0.75, 0.05))
    rays(first, 240, 250, INK, count=150, seed=5, clear=150)
    _train(first)
    panel(sheet, outline("34,34 966,34 966,430 34,520"), first, width=6)
    words(sheet, "GA-TAN", (270, 452), 76, "#ffffff", edge=INK, slant=0.28, turn=8)
    words(sheet, "GA-TAN", (640, 410), 54, "#ffffff", edge=INK, slant=0.28, turn=6)
    second = Sheet(1000, 1420, "#ffffff")
    halftone(second, (0, 500, 1000, 420), SHADE, 10, sizes=(0.9, 0.3))
    _look(second)
    panel(sheet, outline("34,546 966,456 966,850 34,930"), second, width=6)
    third = Sheet(1000, 1420, "#ffffff")
    halftone(third, (0, 880, 1000, 300), INK, 11, sizes=(1.05, 0.02))
    rain(third, 300, 8, INK, light=0.5)
    _platform(third)
    panel(sheet, outline("34,956 966,876 966,1386 34,1386"), third, width=6)
    balloon(sheet, "...", (330, 1080), (70, 44), (560, 1180), lettering=40)
    return sheet.finished(91, 3)


def _train(view: Sheet) -> None:
    view.shape(outline("240,250 1000,-40 1000,560"), "#ffffff")
    view.shape(outline("240,232 330,196 1010,60 1010,470 330,300 240,268"), "#e9e6e2")
    view.shape(outline("330,196 1010,60 1010,130 330,214"), INK)
    view.shape(outline("330,286 1010,410 1010,470 330,300"), INK)
    for at in range(5):
        near, far = (at / 5) ** 1.5, ((at + 0.72) / 5) ** 1.5
        left, right = 356 + 650 * near, 356 + 650 * far
        tall = [(96 * x / 650 + 16) for x in (left - 330, right - 330)]
        edge = [
            (left, 246 - tall[0]),
            (right, 246 - tall[1]),
            (right, 250 + tall[1] * 0.4),
            (left, 250 + tall[0] * 0.4),
        ]
        view.shape(edge, INK)
        view.shape([(x + (4 if x == left else -4), y + (5 if y < 246 else -5)) for x, y in edge], "#fbfaf5")
        middle = (left + right) / 2
        head = (right - left) * 0.15
        if head > 7:
            view.shape(oval(middle, 240 - tall[0] * 0.1, head, head * 1.2), INK)
            back, foot = 246 + head * 0.9, 250 + tall[1] * 0.4
            shoulders = [(-2.0, foot), (-1.2, back), (1.2, back), (2.0, foot)]
            view.shape(smooth([(middle + share * head, y) for share, y in shoulders]), INK)
    view.shape(outline("240,232 330,196 330,300 240,268"), INK)
    view.disc(268, 250, 9, "#ffffff")
    view.disc(308, 248, 11, "#ffffff")


def _look(view: Sheet) -> None:
    view.shape(smooth(outline("-20,700 60,560 250,500 760,420 940,480 1020,640 1020,900 -20,1000")), "#ffffff")
    for x, y, size in ((290, 720, 1.0), (720, 680, 0.98)):

        def at(text: str, x: float = x, y: float = y, size: float = size) -> list[Point]:
            return [(x + a * size, y + b * size) for a, b in outline(text)]

        white = smooth(at("-150,20 -90,-60 10,-84 110,-50 150,20 80,76 -20,86 -100,66"))
        view.shape(white, "#ffffff")
        iris = Sheet(view.width, view.height, "#ffffff")
        iris.shape(oval(x, y, 84 * size, 96 * size), INK)
        iris.shape(oval(x, y + 8, 70 * size, 80 * size), ("#1a161f", "#6f6a74", "#d9d6da"))
        iris.shape(oval(x, y, 34 * size, 44 * size), INK)
        iris.disc(x + 30 * size, y - 40 * size, 25 * size, "#ffffff")
        iris.disc(x - 26 * size, y + 44 * size, 12 * size, "#ffffff")
        view.clipped(white, iris)
        view.brush(at("-178,40 -100,-62 10,-92 116,-56 176,16"), 34 * size, INK)
        for lash in (
            "-150,0 -190,-30 -214,-36",
            "-120,-40 -160,-84 -184,-92",
            "140,-30 180,-66 206,-72",
            "160,0 200,-22 226,-22",
        ):
            view.brush(at(lash), 15 * size, INK)
        view.brush(at("-96,78 -10,96 86,82"), 9 * size, INK)
        view.brush(at("-150,-130 -20,-172 150,-126"), 30 * size, INK)
    for x, y in ((420, 846), (452, 850), (484, 846), (560, 836), (590, 832)):
        view.line([(x, y), (x + 16, y - 30)], 3, INK)
    tear = smooth(outline("0,-44 18,0 0,22 -18,0", 408, 812))
    view.shape(tear, INK)
    view.shape([(408 + (x - 408) * 0.72, 814 + (y - 814) * 0.72) for x, y in tear], "#ffffff")
    _fringe(view)


def _fringe(view: Sheet) -> None:
    for hair in range(24):
        start = (30 + hair * 42, 470 + abs(hair - 12) * 6 + (30 if hair % 3 else 0))
        view.brush(
            [
                (start[0] + 60, start[1] - 90),
                (start[0] + 20, start[1] + 20),
                (start[0] - 20 + hair * 2, start[1] + 130),
            ],
            22,
            INK,
        )


def _platform(view: Sheet) -> None:
    view.shape(outline("0,1400 0,1300 1000,1210 1000,1400"), "#e4e1de")
    view.shape(outline("0,1300 1000,1210 1000,1224 0,1318"), INK)
    for at in range(10):
        view.line([(at * 130 - 100, 1400), (at * 96 + 120, 1290 - at * 9)], 2, SHADE)
    for x, size in ((170, 1.0), (430, 0.7), (880, 0.85)):
        foot, top = 1300 - x * 0.09, 1000 - x * 0.09 + 300 * (1 - size)
        view.line([(x, foot), (x, foot - 300 * size)], 9 * size, INK)
        view.shape([(x - 46, top), (x + 46, top), (x + 30, top - 16), (x - 30, top - 16)], INK)
        view.shape([(x - 40, top + 2), (x + 40, top + 2), (x + 130, 1330), (x - 130, 1330)], "#ffffff", light=0.6)
    view.shape(outline("600,1290 660,1286 860,1400 700,1400"), INK, light=0.75)
    view.shape(smooth(outline("590,1296 598,1210 612,1180 650,1180 664,1210 672,1292")), INK)
    view.disc(631, 1156, 24, INK)
    view.shape(smooth(outline("604,1160 610,1130 640,1124 660,1140 664,1196 650,1210 648,1160")), INK)
    view.shape(box(676, 1246, 44, 46), INK)
    view.line([(684, 1246), (690, 1234), (706, 1234), (712, 1246)], 4, INK)


def one_breath() -> Image.Image:
    """A circle with one brush, and a seal."""
    width, height = 1000, 1250
    sheet = Sheet(width, height, ("#f7f3ea", "#efe8da"))
    turn = np.linspace(-1.9, 4.15, 900)
    chance = np.random.default_rng(14)
    hairs = 46
    for hair in range(hairs):
        off = (hair / (hairs - 1) - 0.5) * 118
        swell = 0.55 + 0.45 * np.sin((turn + 1.9) / 6.05 * np.pi * 0.9) ** 0.6
        wet = chance.uniform(0.55, 1.1)
        reach = 330 + off * swell + 3 * np.sin(turn * 3 + hair)
        until = int(len(turn) * min(1.0, wet - 0.12 * abs(off) / 59 + 0.16))
        points = [
            (500 + float(np.cos(t)) * float(r), 560 + float(np.sin(t)) * float(r) * 0.97)
            for t, r in zip(turn[:until:6], reach[:until:6], strict=True)
        ]
        sheet.line(points, float(chance.uniform(2.4, 5.2)), str(chance.choice(["#17131c", "#221d27", "#0e0b12"])))
    for x, y in chance.normal((212, 300), (70, 60), (26, 2)).tolist():
        sheet.disc(x, y, float(chance.exponential(2.4)) + 0.6, "#17131c")
    soft = sheet.image.filter(ImageFilter.GaussianBlur(1.2 * sheet.fine))
    sheet.image = Image.blend(sheet.image, soft, 0.35)
    sheet.shape(smooth(outline("788,1064 858,1060 862,1136 790,1140"), steps=3), "#c8302a")
    for cut in ("806,1080 806,1122", "806,1080 842,1080 842,1122", "806,1100 842,1100", "824,1080 824,1124"):
        sheet.line(outline(cut), 4, "#f7f3ea")
    return sheet.finished(92, 6)


def paper_cranes() -> Image.Image:
    """Folded birds on threads, each plane a tone."""
    sheet = Sheet(1200, 1000, ("#e6ebee", "#cfd8de"))
    chance = np.random.default_rng(4)
    inks = (
        ("#ffffff", "#d9dee2", "#b3bec6", "#8b9aa5"),
        ("#f2c1b6", "#e28f80", "#c96355", "#93392f"),
        ("#f7e2a8", "#e9c25c", "#c99a35", "#946c1f"),
        ("#a9d6d2", "#6fb0ae", "#3f8688", "#215a60"),
    )
    for at in range(15):
        x, y = 60 + at * 78 + float(chance.uniform(-16, 16)), float(chance.uniform(180, 820))
        size = float(chance.uniform(0.5, 1.25))
        tones = inks[(0, 1, 0, 2, 3, 0, 1)[at % 7]]
        sheet.line([(x, -10), (x, y - 20 * size)], 1.3, "#8f9aa2")
        way = 1 if at % 2 else -1
        planes = (
            "0,-10 -70,-96 -8,26",
            "0,-10 66,-110 14,26",
            "-8,26 -70,-96 -30,10",
            "14,26 66,-110 34,14",
            "-8,26 14,26 0,64",
            "-20,14 -120,-30 -6,40",
            "-120,-30 -140,6 -104,-14",
            "16,18 112,-62 8,44",
        )
        for plane, tone in zip(planes, (0, 1, 2, 2, 3, 1, 2, 0), strict=True):
            sheet.shape([(x + way * a * size, y + b * size) for a, b in outline(plane)], tones[tone], shadow=3 * size)
    return sheet.finished(93, 4)


def three_chords() -> Image.Image:
    """Circles, bars and quarters: a poster for a concert."""
    sheet = Sheet(1280, 1280, "#f4ead6")
    red, blue, gold, black = "#d8392b", "#20479a", "#f0b429", "#1b1a20"
    sheet.disc(470, 510, 330, red)
    sheet.disc(470, 510, 230, "#f4ead6")
    sheet.disc(470, 510, 160, black)
    quarter = [
        (860, 820),
        *((860 + 380 * float(np.cos(a)), 820 + 380 * float(np.sin(a))) for a in np.linspace(-np.pi / 2, 0, 50)),
    ]
    sheet.shape(quarter, blue)
    half = [(860 + 250 * float(np.cos(a)), 820 + 250 * float(np.sin(a))) for a in np.linspace(0, np.pi, 60)]
    sheet.shape(half, gold)
    sheet.shape(outline("80,1200 660,620 720,680 140,1260"), black)
    sheet.shape(outline("200,1240 740,700 762,722 222,1262"), gold)
    for at in range(7):
        sheet.shape(box(900 + at * 46, 110, 22, 330 - at * 36), blue if at % 2 else black)
    sheet.shapes([oval(120 + a * 44, 920 + b * 44, 9, 9) for a in range(4) for b in range(4)], red)
    sheet.shape(outline("60,60 360,60 60,360"), gold)
    sheet.shape(outline("60,60 200,60 60,200"), blue)
    sheet.disc(1080, 640, 66, red)
    sheet.disc(1080, 640, 30, "#f4ead6")
    for at in range(5):
        sheet.line([(560, 1130 + at * 22), (1210, 1130 + at * 22)], 4, black)
    for x, y in ((640, 1196), (760, 1152), (900, 1218), (1040, 1174), (1150, 1130)):
        sheet.shape(oval(x, y, 22, 16, turn=-20), red if x == 900 else black)
        sheet.line([(x + 20, y - 4), (x + 20, y - 92)], 5, red if x == 900 else black)
    return sheet.finished(94, 7)
