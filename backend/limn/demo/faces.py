"""Faces by construction: behind glass, under a hat, in two inks, over a book."""

import numpy as np
from PIL import Image, ImageChops

from limn.demo.light import glow, halftone, rain, stars, vignette
from limn.demo.paper import Sheet, box, crescent, outline, oval, smooth

PROFILE = (
    "470,210 560,250 592,340 588,392 622,462 592,486 598,520 584,540 590,566 566,622 500,630 482,690 520,800 640,900 "
    "700,1290 130,1290 190,900 300,800 330,640 270,520 280,330 360,230"
)


def far_side() -> Image.Image:
    """Somebody in a helmet that mirrors where they stand."""
    sheet = Sheet(1000, 1250, ("#0b1033", "#1c1d56", "#43307a"))
    stars(sheet, 260, 3, foot=1250)
    glow(sheet, 640, 380, 330, "#ff7a5c", 0.35)
    sheet.disc(650, 400, 330, ("#ff9a6b", "#e4476a"))
    sheet.shape(oval(650, 400, 470, 66, turn=-14), "#ffd9b0", light=0.35)
    suit = outline("60,1260 90,1090 190,985 330,930 500,915 670,930 810,985 910,1090 940,1260")
    sheet.shape(smooth(suit), ("#f4f1f4", "#b9b6d2"), shadow=14)
    strap = outline("150,1010 265,955 300,1260 196,1260")
    sheet.shapes([smooth(strap), smooth([(1000 - x, y) for x, y in strap])], "#e8553f")
    sheet.shape(smooth(outline("300,940 500,990 700,940 690,1010 500,1062 310,1010")), ("#8f8fb8", "#5c5b8d"), shadow=8)
    sheet.shape(oval(500, 620, 352, 362), ("#ffffff", "#c2bfdb"), shadow=16)
    for x in (150, 850):
        sheet.shape(oval(x, 640, 42, 96), ("#e8553f", "#a52f3f"), shadow=6)
    visor = oval(500, 632, 284, 268)
    sheet.shape(visor, "#2a2350", shadow=4)
    sheet.clipped(oval(500, 632, 272, 256), _mirrored_ground())
    glare = smooth([(300, 560), (350, 460), (440, 408), (452, 420), (372, 486), (330, 590)])
    sheet.shapes([glare], "#ffffff", light=0.55, soft=2)
    sheet.shape(box(420, 1096, 160, 104), ("#dcdaea", "#a7a4c6"), shadow=5)
    for at, colour in enumerate(("#ffcf5a", "#3fb8af", "#e8553f")):
        sheet.disc(456 + at * 44, 1148, 14, colour, shadow=2)
    vignette(sheet, "#060820", 0.35)
    return sheet.finished(21, 4)


def _mirrored_ground() -> Sheet:
    """What the visor shows: a plain, a sun, and whoever looks."""
    view = Sheet(1000, 1250, ("#0a0c24", "#141540", "#3a2766", "#1a1233", "#0a0c24"))
    stars(view, 120, 8, foot=640)
    glow(view, 610, 610, 80, "#ffd9a0", 0.9)
    view.disc(610, 610, 30, "#fff6e0")
    plain = smooth([(200, 700), (340, 680), (520, 696), (680, 676), (820, 694)], closed=False)
    view.shape([*plain, (820, 950), (200, 950)], ("#e9824f", "#7c2c3d"))
    view.shape([(462, 742), (486, 742), (430, 900), (360, 900)], "#4d1b30", light=0.6)
    view.shape(smooth(outline("456,744 458,706 474,692 490,706 492,744")), "#f4f1f4")
    view.disc(474, 684, 15, "#ffffff")
    return view


def noon() -> Image.Image:
    """A wide hat, and the sea in two lenses."""
    sheet = Sheet(1000, 1250, ("#2fb5b0", "#7fd3c2", "#f3e6bf"))
    for at in range(18):
        angle = np.radians(at * 20)
        fan = [(500, 520)] + [
            (500 + 1300 * float(np.cos(a)), 520 + 1300 * float(np.sin(a))) for a in (angle, angle + 0.17)
        ]
        sheet.shape(fan, "#fff3cf", light=0.28)
    hair = smooth(outline("330,420 300,560 296,720 330,840 420,870 580,870 668,840 704,720 700,560 670,420"))
    sheet.shape(hair, ("#4a2418", "#2c130f"), shadow=10)
    sheet.shape(smooth(outline("430,760 570,760 580,930 660,960 500,1010 340,960 420,930")), ("#c77d55", "#b96f49"))
    top = smooth(outline("110,1270 170,1050 350,950 500,1030 650,950 830,1050 890,1270"))
    stripes = Sheet(1000, 1250, "#fff6e4")
    stripes.shapes([box(0, y, 1000, 34) for y in range(960, 1250, 68)], "#ef5b4c")
    sheet.shape(top, "#fff6e4", shadow=12)
    sheet.clipped(top, stripes)
    face = outline("500,380 610,410 652,530 640,660 592,766 500,822 408,766 360,660 348,530 390,410")
    sheet.shape(smooth(face), ("#e3a172", "#d98e63"), shadow=8)
    for x in (404, 596):
        sheet.shapes([oval(x, 690, 46, 32)], "#ee6f57", light=0.35, soft=10)
    sheet.brush([(502, 610), (488, 660), (476, 686), (504, 694)], 8, "#b9693f")
    sheet.shape(smooth(outline("430,736 470,718 500,728 530,718 570,736 500,782")), ("#d8222f", "#a9142a"))
    sheet.brush([(436, 738), (500, 745), (566, 738)], 5, "#7d0e20")
    for x in (400, 600):
        _lens(sheet, x, 560)
    sheet.line([(486, 544), (514, 544)], 12, "#2a1214")
    sheet.shape(oval(500, 424, 470, 104, turn=-5), ("#f7d98a", "#e0a94f"), shadow=22)
    sheet.shape(
        smooth(outline("296,420 312,250 400,170 520,150 640,176 706,260 716,392 500,440")), ("#fbe6a6", "#e7b65f")
    )
    sheet.shape(smooth(outline("300,392 500,420 714,364 716,404 500,462 298,430")), "#1d3f63")
    for row in range(7):
        y = 190 + row * 32
        sheet.line(smooth([(330, y + 22), (510, y), (690, y + 10)], closed=False), 1.4, "#d9a44c")
    return sheet.finished(22, 4)


def _lens(sheet: Sheet, x: float, y: float) -> None:
    rim = oval(x, y, 92, 84)
    sheet.shape(rim, "#2a1214", shadow=7)
    view = Sheet(1000, 1250, "#0d5f86")
    view.shape(box(0, y - 90, 1000, 84), ("#ffb45e", "#ffe2a6"))
    view.disc(x + 20, y - 14, 26, "#fff5d6")
    view.shape(box(0, y - 8, 1000, 110), ("#1fa3b0", "#0b4a78"))
    for row in range(5):
        view.brush([(x - 50 + row * 6, y + 12 + row * 14), (x + 60, y + 12 + row * 14)], 5, "#d7f2e4", light=0.6)
    view.shape([(x - 70, y - 90), (x - 40, y - 90), (x - 80, y + 90), (x - 110, y + 90)], "#ffffff", light=0.3)
    sheet.clipped(oval(x, y, 80, 72), view)


def harbour_master() -> Image.Image:
    """A yellow hat, a white beard, rain."""
    sheet = Sheet(960, 1200, ("#5c7f88", "#8fa9a6", "#b9c4b6"))
    rain(sheet, 260, 12, "#e4eeee", light=0.3)
    body = smooth(outline("40,1220 90,1030 250,930 480,900 710,930 870,1030 920,1220"))
    sheet.shape(body, "#142339", shadow=14)
    wool = Sheet(960, 1200, ("#1f3552", "#142339"))
    for x, y in ((60 + at * 30, 985 + row * 30) for row in range(8) for at in range(29)):
        wool.line([(x, y), (x + 8, y + 15), (x + 16, y)], 2.6, "#2e4b70")
    sheet.clipped(body, wool)
    sheet.shape(smooth(outline("300,930 480,900 660,930 670,1000 480,1040 290,1000")), ("#27436a", "#1a2d49"), shadow=8)
    face = smooth(outline("480,330 610,360 650,500 630,680 480,800 330,680 310,500 350,360"))
    sheet.shape(face, ("#e0a27c", "#cf8765"), shadow=6)
    _beard(sheet)
    for x in (396, 564):
        sheet.shapes([oval(x, 610, 52, 36)], "#d8553f", light=0.4, soft=12)
        way = -1 if x < 480 else 1
        sheet.brush([(x - 40, 528), (x, 512), (x + 40, 528)], 9, "#4d2a22")
        sheet.disc(x, 528, 9, "#20323c")
        for row in range(3):
            sheet.brush([(x + way * 44, 520 + row * 8), (x + way * 74, 506 + row * 16)], 4, "#a8644a")
        sheet.brush([(x - 56, 476 + way * 8), (x, 452), (x + 56, 476 - way * 8)], 26, "#f1ede2")
    sheet.shape(
        smooth(outline("480,520 506,580 528,628 510,654 480,660 450,654 432,628 454,580")), ("#e2946f", "#cb6a4f")
    )
    hat = smooth(outline("330,400 336,250 420,160 500,148 590,170 640,260 646,400"))
    sheet.shape(hat, ("#ffd24a", "#e9a722"), shadow=8)
    brim = smooth(outline("170,470 250,392 400,360 560,360 720,392 800,478 700,452 560,424 400,424 262,448"))
    sheet.shape(brim, ("#ffc93a", "#d18f15"), shadow=16)
    for x in (410, 490, 570):
        sheet.brush([(x, 180), (x - 6 + (x - 490) * 0.25, 280), (x + (x - 490) * 0.35, 370)], 5, "#c98a17")
    vignette(sheet, "#13222b", 0.35)
    return sheet.finished(23, 5)


def _beard(sheet: Sheet) -> None:
    chance = np.random.default_rng(31)
    mass = smooth(outline("312,600 360,690 480,668 600,690 648,600 670,760 610,900 480,985 350,900 290,760"))
    sheet.shape(mass, ("#e9e4d8", "#c3bfb6"), shadow=8)
    for _ in range(420):
        x = float(chance.uniform(-165, 165))
        y = 650 + float(chance.uniform(0, 170)) - abs(x) * 0.16
        reach = float(chance.uniform(70, 150)) * (1 - abs(x) / 420)
        tip = (480 + x * 0.86 + float(chance.uniform(-18, 18)), y + reach)
        colour = str(chance.choice(["#fbf8f0", "#f4f0e6", "#dcd7cc", "#cbc6bc"]))
        sheet.brush([(480 + x, y), (480 + x * 1.04, y + reach * 0.5), tip], 8, colour)
    for side in (-1, 1):
        curl = [(480, 668), (480 + side * 60, 662), (480 + side * 120, 690), (480 + side * 164, 672)]
        for row in range(5):
            sheet.brush([(x, y + row * 8) for x, y in curl], 16, ("#ffffff", "#e4dfd4"))
    sheet.shape(oval(480, 684, 26, 20), "#f4f1ea")
    sheet.brush([(440, 732), (480, 740), (522, 732)], 11, "#8f4438")


def two_inks() -> Image.Image:
    """Two profiles printed over each other: pink, blue, and where they meet."""
    width, height = 1000, 1250
    paper = Sheet(width, height, "#f6f0e2")
    head = smooth(outline(PROFILE))
    for turned, colour, shift in ((False, "#ff4f7b", 20), (True, "#2a6fdb", -20)):
        bun = oval(258, 290, 96, 88) if not turned else oval(300, 640, 74, 120, turn=18)
        plates = [[((1000 - x if turned else x) + shift, y - 40) for x, y in part] for part in (head, bun)]
        print_ = Sheet(width, height, "#ffffff")
        sun = (690, 330) if turned else (310, 330)
        print_.disc(*sun, 210, colour, light=0.35)
        shade = Sheet(width, height, "#ffffff")
        halftone(shade, (0, 0, width, height), colour, 20, sizes=(0.25, 1.42))
        rim = Sheet(width, height, "#ffffff")
        for part in plates:
            print_.clipped(part, shade)
        rim.shapes(plates, colour, light=0.5)
        layer = ImageChops.multiply(print_.image, rim.image)
        paper.image = ImageChops.multiply(paper.image, layer)
    ink = Sheet(width, height, "#ffffff")
    ink.shapes([box(60, 1180, 880, 6), box(60, 64, 880, 6)], "#2a6fdb")
    paper.image = ImageChops.multiply(paper.image, ink.image)
    worn = np.random.default_rng(5).random((height // 2, width // 2)) > 0.987
    mask = Image.fromarray((worn * 120).astype(np.uint8)).resize(paper.image.size)
    paper.image.paste("#f6f0e2", (0, 0), mask)
    return paper.finished(24, 6)


def chapter_nine() -> Image.Image:
    """A reader: hair, glasses, and a book where the rest of the face would be."""
    sheet = Sheet(1000, 1250, ("#10203f", "#17345c", "#1f4a70"))
    stars(sheet, 90, 5, foot=560)
    glow(sheet, 500, 800, 330, "#ffb45c", 0.75)
    sheet.shape(
        smooth(outline("120,1270 190,1010 360,900 640,900 810,1010 880,1270")), ("#c8452e", "#7d2430"), shadow=14
    )
    hair = smooth(outline("500,180 680,220 770,380 778,620 800,860 720,960 280,960 200,860 222,620 230,380 320,220"))
    sheet.shape(hair, ("#2a1526", "#16101f"), shadow=12)
    sheet.shape(
        smooth(outline("500,290 640,330 694,480 684,640 620,780 380,780 316,640 306,480 360,330")),
        ("#e9b18a", "#f7cf9c"),
    )
    fringe = smooth(outline("300,500 312,350 420,264 560,262 680,350 702,500 660,420 590,440 520,410 450,440 370,420"))
    sheet.shape(fringe, ("#3a1c30", "#24142a"), shadow=5)
    for x in (400, 600):
        sheet.shape(oval(x, 560, 84, 80), "#fff4d8", light=0.3)
        sheet.line([*oval(x, 560, 84, 80), oval(x, 560, 84, 80)[0]], 9, "#1b1622")
        sheet.shape(smooth(outline("-46,6 -20,-22 20,-22 46,6 20,26 -20,26", x, 562)), "#fffaf0")
        sheet.disc(x, 572, 23, "#3a2416")
        sheet.disc(x, 572, 11, "#120b0a")
        sheet.disc(x + 8, 564, 6, "#ffe9b8")
        sheet.brush([(x - 52, 556), (x, 530), (x + 52, 556)], 10, "#24142a")
        sheet.brush([(x - 56, 462), (x, 440), (x + 56, 462)], 13, "#24142a")
    sheet.line(smooth([(480, 552), (500, 542), (520, 552)], closed=False), 9, "#1b1622")
    _book(sheet)
    for seed in range(7):
        chance = np.random.default_rng(seed)
        sheet.disc(
            float(chance.uniform(180, 820)), float(chance.uniform(420, 700)), float(chance.uniform(2, 5)), "#ffe6a8"
        )
    vignette(sheet, "#080d1d", 0.45)
    return sheet.finished(25, 4)


def _book(sheet: Sheet) -> None:
    sheet.shape(smooth(outline("190,700 500,722 810,700 812,716 500,742 188,716")), "#fff3d4")
    for side in (-1, 1):
        cover = [(500 + side * x, y) for x, y in outline("0,728 320,702 336,1090 0,1128")]
        sheet.shape(cover, ("#1f7a72", "#124a50"), shadow=12)
        edge = [(500 + side * x, y) for x, y in outline("36,760 290,738 302,1058 36,1090")]
        sheet.line([*edge, edge[0]], 3, "#e7b95c")
        for row in range(4):
            finger = oval(500 + side * (322 - row * 5), 862 + row * 50, 52, 25, turn=side * -6)
            sheet.shape(finger, ("#f3c59a", "#dca177"), shadow=4)
    sheet.line([(500, 728), (500, 1128)], 5, "#0c3438")
    sheet.shape(crescent(680, 900, 66, turn=-35), "#e7b95c")
    for x, y in ((310, 850), (352, 940), (296, 986)):
        sheet.disc(x, y, 9, "#e7b95c")
