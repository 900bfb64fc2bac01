"""Comics in colour: two birds on a wire, and a rescue."""

import numpy as np
from PIL import Image

from limn.demo.lettering import INK, balloon, burst, caption, panel, rays, words
from limn.demo.light import halftone
from limn.demo.paper import Point, Sheet, box, outline, oval, smooth


def small_talk() -> Image.Image:
    """Two birds on a wire, three panels."""
    sheet = Sheet(1740, 640, "#fbf6ea")
    skies = (("#8fd0e0", "#d9f0e6"), ("#f7c87a", "#fbe9c0"), ("#f2907a", "#f9cfae"))
    for at, sky in enumerate(skies):
        view = Sheet(1740, 640, sky)
        left = 36 + at * 564
        halftone(view, (left, 380, 540, 240), "#ffffff", 16, sizes=(0.05, 0.75))
        view.line(smooth([(left - 30, 450), (left + 270, 476), (left + 580, 446)], closed=False), 5, INK)
        view.shape(box(left + 470, 300, 22, 360), ("#7a5a3f", "#4a3226"))
        view.shape(box(left + 420, 330, 122, 16), "#5a4030")
        _bird(view, left + 128, 462 + (0, 12, 0)[at], "#d8402f", lean=(0, 26, 0)[at], wide_eyed=at == 2)
        _bird(view, left + 352, 468, "#2f6fb0", lean=0, way=-1, wide_eyed=False)
        if at == 2:
            view.shape(oval(left + 250, 620, 120, 84), "#2a1d24")
            for side in (-1, 1):
                view.shape(smooth(outline("-34,6 0,-18 34,0 0,16", left + 250 + side * 44, 566)), "#ffe14d")
                view.shape(oval(left + 250 + side * 44, 564, 6, 15), INK)
                view.shape(outline(f"{side * 26},548 {side * 84},486 {side * 98},566", left + 250, 0), "#2a1d24")
        panel(sheet, box(left, 36, 540, 568), view)
    balloon(sheet, "NICE WIRE.", (170, 130), (112, 52), (190, 360))
    balloon(sheet, "IT CARRIES\nTHE NEWS.", (420, 190), (124, 70), (372, 380))
    balloon(sheet, "WHAT DOES\nIT SAY?", (760, 140), (120, 70), (780, 372))
    balloon(sheet, "TODAY?", (1340, 120), (88, 48), (1316, 352))
    balloon(sheet, "MOSTLY\nCATS.", (1510, 190), (96, 70), (1498, 376))
    return sheet.finished(81, 4)


def _bird(view: Sheet, x: float, foot: float, colour: str, *, lean: float, way: int = 1, wide_eyed: bool) -> None:
    def at(text: str) -> list[Point]:
        return [(x + way * (a + lean * (-b) / 100), foot + b + lean * 0.5 * (b < -60)) for a, b in outline(text)]

    view.shape(smooth(at("-40,-30 -120,10 -132,34 -100,36 -20,-8")), INK)
    view.shape(smooth(at("-60,-40 -40,-100 10,-128 56,-104 66,-60 40,-10 -10,2 -46,-10")), colour, shadow=6)
    view.shape(smooth(at("-4,-4 44,-14 58,-60 30,-40 0,-30")), "#fbf1dc")
    view.shape(smooth(at("-70,-20 -50,-76 0,-72 10,-40 -30,-8")), INK, light=0.35)
    view.shape(at("62,-96 100,-84 62,-72"), "#f2a93a")
    eye = at("34,-96")[0]
    view.disc(*eye, 17 if wide_eyed else 12, "#ffffff")
    view.disc(eye[0] + way * 3, eye[1], 5 if wide_eyed else 6, INK)
    for leg in (-8, 14):
        view.line([(x + way * leg, foot - 6), (x + way * leg, foot + 8)], 4, INK)


def up_there() -> Image.Image:
    """A cat on a tower, a heroine, and the same cat."""
    sheet = Sheet(1040, 1440, "#fbf6ea")
    first = Sheet(1040, 1440, ("#3fb5d9", "#bfe9e6"))
    halftone(first, (30, 30, 980, 330), "#ffffff", 15, sizes=(0.02, 0.9))
    _skyline(first, 380, 5, "#2f6f9f")
    first.shape(outline("690,380 710,230 790,230 810,380"), ("#7a5a8f", "#4a3264"))
    first.shape(outline("690,236 750,176 810,236"), "#d8402f")
    _kitten(first, 750, 182, 0.6)
    panel(sheet, box(30, 30, 980, 330), first)
    words(sheet, "mew?", (890, 90), 34, turn=10)
    caption(sheet, "TUESDAY, 8:02.", (52, 50), (230, 50))
    second = Sheet(1040, 1440, ("#ffd23f", "#ff9a2f"))
    halftone(second, (30, 380, 980, 700), "#ff6a2a", 20, sizes=(0.1, 1.1))
    rays(second, 640, 640, "#fff4c4", count=90, seed=3, clear=190, light=0.85)
    _heroine(second)
    panel(sheet, outline("30,380 1010,380 1010,1020 30,1090"), second)
    sheet.shape(burst(300, 950, 180, 250, 13, seed=4, flat=0.46), INK)
    sheet.shape(burst(300, 950, 170, 237, 13, seed=4, flat=0.44), "#ffffff")
    words(sheet, "WHOOM!", (300, 950), 84, "#e0302f", edge=INK, slant=0.2, turn=6)
    third = Sheet(1040, 1440, ("#7a4fb0", "#e87a9a"))
    halftone(third, (30, 1050, 980, 380), "#ffd0c0", 15, sizes=(0.05, 0.8))
    _skyline(third, 1420, 8, "#4a2a7a")
    _face_and_cat(third)
    panel(sheet, outline("30,1112 1010,1040 1010,1410 30,1410"), third)
    balloon(sheet, "THIS IS THE\nFOURTH TIME.", (790, 1190), (158, 74), (560, 1290))
    words(sheet, "purr", (240, 1190), 40, "#ffffff", edge=INK, turn=14)
    return sheet.finished(82, 4)


def _skyline(view: Sheet, foot: float, seed: int, colour: str) -> None:
    chance, x = np.random.default_rng(seed), 0.0
    while x < 1040:
        wide, tall = float(chance.uniform(50, 110)), float(chance.uniform(50, 150))
        view.shape(box(x, foot - tall, wide, tall), colour)
        lit = [
            box(x + 10 + a * 20, foot - tall + 14 + b * 24, 9, 12)
            for a in range(int(wide // 24))
            for b in range(3)
            if chance.random() < 0.6
        ]
        if lit:
            view.shapes(lit, "#ffe9a0", light=0.8)
        x += wide


def _kitten(view: Sheet, x: float, foot: float, size: float) -> None:
    def at(text: str) -> list[Point]:
        return [(x + a * size, foot + b * size) for a, b in outline(text)]

    view.line(smooth(at("40,-20 90,-40 96,-100 76,-120"), closed=False), 14 * size, "#2a1d24")
    view.shape(smooth(at("-54,0 -46,-70 0,-104 46,-70 54,0")), "#2a1d24")
    view.shape(smooth(at("-62,-120 -56,-160 0,-176 56,-160 62,-120 40,-84 -40,-84")), "#2a1d24")
    for side in (-1, 1):
        view.shape(at(f"{side * 22},-164 {side * 56},-216 {side * 62},-140"), "#2a1d24")
        view.shape(
            smooth(at(f"{side * 26 - 15},-128 {side * 26},-144 {side * 26 + 15},-128 {side * 26},-114")), "#bfe86a"
        )
        view.shape(at(f"{side * 26 - 3},-138 {side * 26 + 3},-138 {side * 26 + 3},-118 {side * 26 - 3},-118"), INK)
    view.shape(at("-6,-108 6,-108 0,-100"), "#e58a7c")


def _heroine(view: Sheet) -> None:
    """Coming out of the picture, fist first."""
    cape = outline("470,640 380,520 180,430 60,470 120,560 60,640 200,690 160,780 340,760 480,720")
    view.shape(smooth(cape), ("#e0302f", "#8f1424"), shadow=12)
    for fold in ("440,650 300,560 130,500", "450,680 300,650 120,640", "460,700 340,720 220,740"):
        view.brush(outline(fold), 12, "#6a0f1e")
    for leg in (
        "500,690 380,790 250,850 240,880 280,900 420,850 560,750",
        "520,720 440,850 330,960 350,990 390,980 500,890 590,780",
    ):
        view.shape(smooth(outline(leg)), ("#2a4fb0", "#16296a"), shadow=8)
    for boot in ("300,830 240,850 200,880 220,910 290,900", "380,930 330,960 310,1010 340,1020 400,980"):
        view.shape(smooth(outline(boot)), ("#e0302f", "#8f1424"))
    view.shape(smooth(outline("470,620 560,560 680,600 700,690 620,770 520,760")), ("#3f6fd9", "#1d3a8f"), shadow=10)
    view.shape(burst(592, 668, 22, 50, 5, seed=2, flat=1), "#ffd23f")
    view.shape(
        smooth(outline("640,640 740,690 800,760 850,840 800,880 740,800 640,730")), ("#3f6fd9", "#1d3a8f"), shadow=10
    )
    view.shape(
        smooth(outline("780,800 880,790 930,850 920,930 840,960 770,920 750,850")), ("#f2b58a", "#d98e63"), shadow=12
    )
    for at in range(4):
        view.brush([(800 + at * 34, 826 + at * 4), (812 + at * 30, 870), (806 + at * 28, 910)], 7, "#a8603f")
    hair = "560,520 470,480 380,400 420,400 380,330 450,360 470,300 530,350 600,330 690,380 720,470 680,540"
    view.shape(smooth(outline(hair), steps=6), ("#3a1a3f", "#1d0d26"), shadow=8)
    view.shape(
        smooth(outline("570,430 640,400 710,430 730,510 690,590 640,610 580,570 555,500")),
        ("#f2b58a", "#e09a6f"),
        shadow=5,
    )
    view.shape(
        smooth(outline("560,470 620,456 650,470 690,456 734,480 720,520 680,528 650,508 620,530 570,516")), "#e0302f"
    )
    for x in (608, 694):
        view.shape(smooth(outline("-22,0 0,-13 22,0 0,11", x, 492)), "#ffffff")
        view.disc(x + 5, 491, 7, INK)
    view.shape(smooth(outline("610,556 645,564 690,548 670,584 635,586")), "#ffffff")
    view.line(smooth(outline("604,552 645,564 696,544"), closed=False), 3.4, INK)
    view.shape(smooth(outline("560,430 600,370 690,390 724,450 660,420 610,420")), ("#3a1a3f", "#1d0d26"))


def _face_and_cat(view: Sheet) -> None:
    view.shape(smooth(outline("250,1420 300,1350 430,1320 570,1350 620,1420")), ("#3f6fd9", "#1d3a8f"), shadow=8)
    view.shape(
        smooth(outline("330,1260 340,1170 430,1140 530,1170 546,1260 540,1350 330,1350")),
        ("#3a1a3f", "#1d0d26"),
        shadow=6,
    )
    view.shape(
        smooth(outline("436,1180 510,1210 520,1290 480,1350 436,1366 392,1350 354,1290 364,1210")),
        ("#f2b58a", "#e09a6f"),
    )
    view.shape(
        smooth(outline("348,1256 400,1240 436,1252 476,1240 526,1256 510,1292 470,1290 436,1274 400,1292 362,1290")),
        "#e0302f",
    )
    for x in (398, 474):
        view.shape(smooth(outline("-20,2 0,-6 20,2 0,10", x, 1266)), "#ffffff")
        view.disc(x, 1267, 6, INK)
    view.line(outline("412,1332 462,1332"), 4, INK)
    _kitten(view, 436, 1186, 0.44)
