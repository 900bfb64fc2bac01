"""Animals by curves: a fox, an owl, a cat asleep, a whale, jellyfish."""

import numpy as np
from PIL import Image

from limn.demo.light import flakes, fog, glow, stars, vignette
from limn.demo.paper import Point, Sheet, box, outline, oval, ridge, smooth


def mirrored(text: str, middle: float) -> list[Point]:
    """The right half of an outline, from the top down, and the same on the left."""
    half = outline(text)
    return [*half, *((2 * middle - x, y) for x, y in reversed(half) if x != middle)]


def first_snow() -> Image.Image:
    """A fox, from in front, among birches in the snow."""
    sheet = Sheet(1200, 1200, ("#a9c3d6", "#d6e3e8", "#eef2f0"))
    for x, wide in ((70, 56), (235, 34), (930, 40), (1090, 62)):
        _birch(sheet, x, wide)
    fog(sheet, 500, 1500, "#f2f5f4", 0.7)
    tail = smooth(outline("850,1210 1000,1130 1060,960 1010,800 940,760 960,880 900,1000 800,1090"))
    sheet.shape(tail, ("#e8742c", "#c2501f"), shadow=10)
    sheet.shape(smooth(outline("1022,850 1010,800 940,760 952,830 990,880")), "#fdf8ef")
    body = smooth(mirrored("600,640 760,740 830,900 850,1080 840,1230", 600))
    sheet.shape(body, ("#ee7f30", "#c95620"), shadow=12)
    chest = mirrored("600,700 690,770 668,800 720,850 680,880 716,940 664,970 676,1040 632,1060 600,1150", 600)
    sheet.shape(smooth(chest, steps=5), ("#fffaf2", "#e8e2dc"))
    for side in (-1, 1):
        ear = [(600 + side * x, y) for x, y in outline("70,330 130,190 236,90 290,250 262,430")]
        sheet.shape(smooth(ear), ("#2a1a1c", "#e8742c", "#e8742c"), shadow=8)
        sheet.shape(
            smooth([(600 + side * x, y) for x, y in outline("120,330 160,230 222,170 240,290 210,380")]), "#f6d9c2"
        )
    head = mirrored("600,290 720,310 830,400 880,520 900,590 846,600 862,650 800,650 700,730 650,800 600,822", 600)
    sheet.shape(smooth(head), ("#f58a38", "#e06d27"), shadow=12)
    for side in (-1, 1):
        fur = outline("18,720 60,640 130,570 240,540 292,590 244,604 258,648 196,648 100,726 50,796 0,818")
        cheek = [(600 + side * x, y) for x, y in fur]
        sheet.shape(smooth(cheek, steps=8), ("#fffaf2", "#efe6dc"))
        lid = [(600 + side * x, y) for x, y in outline("74,538 120,500 176,512 194,528 150,548 110,556")]
        sheet.shape(smooth(lid), "#2a1a1c")
        sheet.shape(oval(600 + side * 134, 528, 26, 19), ("#f7c548", "#d98a1c"))
        sheet.shape(oval(600 + side * 130, 528, 9, 18), "#1a1012")
        sheet.disc(600 + side * 130 + 6, 520, 4, "#ffffff")
    sheet.shape(smooth(outline("556,738 600,724 644,738 632,776 600,794 568,776")), ("#3a2628", "#171012"))
    sheet.shape(oval(592, 742, 14, 5), "#8a7074")
    flakes(sheet, 240, 4, sizes=(1.5, 5), light=0.9)
    flakes(sheet, 26, 9, sizes=(8, 15), light=0.55)
    return sheet.finished(31, 4)


def _birch(sheet: Sheet, x: float, wide: float) -> None:
    sheet.shape(
        [(x, -10), (x + wide, -10), (x + wide * 1.12, 1210), (x - wide * 0.12, 1210)], ("#f4f3ee", "#d9dcda"), shadow=6
    )
    chance = np.random.default_rng(int(x))
    for y in chance.uniform(0, 1200, 26).tolist():
        left = x if chance.random() < 0.5 else x + wide * 0.45
        sheet.brush(
            [(left, y), (left + wide * 0.3, y + 4), (left + wide * 0.55, y)],
            float(chance.uniform(4, 11)),
            "#5b5a5c",
            light=0.8,
        )


def third_hour() -> Image.Image:
    """An owl before the moon."""
    sheet = Sheet(960, 1260, ("#0b1030", "#1b1a4d", "#3d2a6b"))
    stars(sheet, 210, 6, foot=1260)
    glow(sheet, 480, 500, 390, "#ffe2a8", 0.55)
    sheet.disc(480, 500, 372, ("#fff2cd", "#f3cf92"))
    for x, y, size in ((330, 330, 60), (610, 300, 36), (700, 560, 50), (260, 610, 34)):
        sheet.disc(x, y, size, "#e9c182", light=0.45)
    branch = outline("-20,1060 200,1030 420,1046 700,1010 980,1040 980,1090 700,1062 430,1098 200,1080 -20,1120")
    sheet.shape(smooth(branch), ("#241531", "#120a1c"), shadow=8)
    for x, y, turn in ((130, 1040, -60), (820, 1020, -120), (880, 1030, -40), (60, 1070, -110)):
        sheet.shape(oval(x, y - 46, 58, 20, turn=turn), ("#2f6d62", "#1d4a4c"), shadow=4)
    body = smooth(mirrored("480,300 640,310 720,420 740,640 700,860 600,1010 480,1060", 480))
    sheet.shape(body, ("#6a4a86", "#3a2556"), shadow=14)
    for row in range(9):
        feathers = [oval(480 + (at - 3.5 + row % 2 / 2) * 56, 700 + row * 34, 30, 40) for at in range(8)]
        shade = ("#e9cfa6", "#d7b48c", "#c79a7c")[row % 3]
        within = Sheet(960, 1260, "#3a2556")
        if row == 0:
            plumage = within
            plumage.image = sheet.image.copy()
        plumage.shapes(feathers, (shade, "#8a5a6c"), shadow=3)
    sheet.clipped(smooth(mirrored("480,640 600,680 640,800 590,950 480,1020", 480)), plumage)
    for side in (-1, 1):
        wing = [(480 + side * x, y) for x, y in outline("190,560 262,640 270,820 200,980 120,1020 170,860 160,700")]
        sheet.shape(smooth(wing), ("#4c3168", "#27173f"), shadow=10)
        tuft = [(480 + side * x, y) for x, y in outline("60,360 150,300 236,210 232,340 190,420")]
        sheet.shape(smooth(tuft), ("#4c3168", "#6a4a86"), shadow=6)
        sheet.disc(480 + side * 108, 470, 122, ("#f4e3c4", "#cf9f88"), shadow=8)
        sheet.disc(480 + side * 108, 470, 84, ("#ffb52e", "#f07f1f"))
        sheet.disc(480 + side * 108, 470, 48, "#140a1e")
        sheet.disc(480 + side * 108 + 20, 448, 15, "#fff9ec")
        for toe in (-26, 0, 26):
            sheet.shape(oval(480 + side * 70 + toe, 1060, 15, 32), ("#f2b24c", "#b56a2a"), shadow=4)
    sheet.shape(smooth(outline("446,520 480,500 514,520 480,610")), ("#f2b24c", "#b8641f"), shadow=5)
    return sheet.finished(32, 4)


def windowsill() -> Image.Image:
    """A ginger cat asleep before a winter evening."""
    sheet = Sheet(1400, 1050, ("#d98a5a", "#b9613f"))
    sheet.shape(box(170, 60, 1060, 720), ("#7a3f2c", "#5d2d24"), shadow=14)
    view = Sheet(1400, 1050, ("#16265a", "#3a4a8c", "#8a86b8", "#e3b7b4"))
    stars(view, 120, 2, foot=420)
    glow(view, 960, 250, 120, "#fff0c8", 0.6)
    view.disc(960, 250, 62, "#fff4d6")
    for seed, base, colour in ((3, 560, "#8f93c4"), (5, 630, "#c3c8e4"), (8, 700, "#eef0f8")):
        hills = [(x, base + y * 46) for x, y in ridge(1400, seed, rough=0.35)]
        view.shape([*hills, (1410, 1060), (-10, 1060)], colour)
    for x, tall in ((300, 150), (350, 110), (1080, 170), (1140, 120), (700, 80)):
        for layer in range(4):
            top = 690 - tall + layer * tall * 0.2
            wide = tall * (0.13 + 0.07 * layer)
            view.shape([(x, top), (x + wide, top + tall * 0.36), (x - wide, top + tall * 0.36)], ("#eef2fa", "#45568c"))
    flakes(view, 200, 7, sizes=(1.5, 4), light=0.85)
    for x in (200, 716):
        sheet.clipped(box(x, 90, 484, 660), view)
        sheet.shape(box(x, 408, 484, 18), "#5d2d24")
    sheet.shape(box(60, 770, 1280, 70), ("#f2d3a8", "#c98f5f"), shadow=16)
    sheet.shape(box(90, 840, 1220, 26), "#8f5232")
    _plant(sheet, 330, 772)
    _sleeper(sheet, 850, 772)
    for x, way in ((0, 1), (1400, -1)):
        folds = [
            (x + way * across, y) for across, y in outline("-10,-10 210,-10 190,300 120,620 70,900 96,1060 -10,1060")
        ]
        sheet.shape(smooth(folds), ("#f7e3c2", "#d9a77a"), shadow=16)
        for fold in (40, 84, 126):
            sheet.brush(
                [(x + way * fold * 1.4, 0), (x + way * fold * 1.2, 380), (x + way * fold * 0.62, 900)],
                9,
                "#d3a072",
                light=0.8,
            )
    glow(sheet, 120, 900, 330, "#ffb060", 0.35)
    vignette(sheet, "#2a0f14", 0.35)
    return sheet.finished(33, 4)


def _sleeper(sheet: Sheet, x: float, foot: float) -> None:
    ginger = ("#f6a34c", "#d8702a")
    sheet.shape(oval(x, foot + 8, 300, 16), "#6b3a24", light=0.4)
    back = smooth(outline("-280,0 -300,-90 -230,-200 -90,-250 70,-236 200,-170 268,-70 262,0", x, foot))
    sheet.shape(back, ginger, shadow=10)
    for at, lean in ((-150, 20), (-80, 14), (-10, 4), (60, -8), (130, -18)):
        top = -242 + abs(at + 40) * 0.32
        stripe = [(at, top + 6), (at + lean, top + 60), (at + lean * 2.4, top + 112)]
        sheet.brush([(x + across, foot + down) for across, down in stripe], 30, "#b9551f", light=0.85)
    tail = outline("250,-26 140,0 0,-4 -130,-14 -190,-34", x, foot)
    sheet.line(smooth(tail, closed=False), 44, "#e88a3a")
    sheet.line(tail[-2:], 44, "#fff2e0")
    for side, down in ((-330, -190), (-190, -214)):
        ear = smooth(outline("-44,40 -20,-56 40,30", x + side, foot + down))
        sheet.shape(ear, ("#d8702a", "#f6a34c"), shadow=4)
        sheet.shape(smooth(outline("-26,30 -14,-26 22,26", x + side, foot + down)), "#f4b8a0")
    sheet.shape(oval(x - 250, foot - 106, 138, 104, turn=-6), ("#f9ac56", "#e07c30"), shadow=9)
    sheet.shape(smooth(outline("-330,-60 -250,-110 -172,-60 -190,-16 -250,-4 -312,-16", x, foot)), "#fff2e0")
    for at in (-312, -196):
        sheet.brush(outline(f"{at - 34},-116 {at},-96 {at + 34},-116", x, foot), 8, "#4a2012")
    for at in (-290, -252, -214):
        sheet.brush(outline(f"{at},-200 {at + 1},-176 {at},-150", x, foot), 13, "#b9551f")
    sheet.shape(smooth(outline("-264,-74 -240,-74 -252,-58", x, foot)), "#d9706a")
    for side in (-1, 1):
        sheet.brush(outline(f"-252,-56 {-252 + side * 18},-44 {-252 + side * 36},-52", x, foot), 5, "#8a4a34")
        for row in (-1, 0, 1):
            sheet.brush(outline(f"{-252 + side * 40},-50 {-252 + side * 130},{row * 18 - 56}", x, foot), 3, "#fff7ea")
    sheet.shape(oval(x - 150, foot - 18, 60, 22), "#fff2e0", shadow=4)


def _plant(sheet: Sheet, x: float, foot: float) -> None:
    for turn, reach in ((-150, 150), (-120, 190), (-95, 210), (-70, 190), (-38, 150), (-168, 110), (-18, 110)):
        tip = (x + reach * float(np.cos(np.radians(turn))), foot - 120 + reach * float(np.sin(np.radians(turn))))
        sheet.shape(
            oval((x + tip[0]) / 2, (foot - 120 + tip[1]) / 2, reach / 2, 24, turn=turn),
            ("#5f9a5a", "#2f6348"),
            shadow=5,
        )
    sheet.shape(
        [(x - 84, foot - 140), (x + 84, foot - 140), (x + 62, foot), (x - 62, foot)], ("#3f7f86", "#22535f"), shadow=10
    )
    sheet.shape(box(x - 94, foot - 154, 188, 30), ("#58a0a2", "#357580"))


def below_the_boat() -> Image.Image:
    """A whale, and how small a boat is."""
    sheet = Sheet(1000, 1500, ("#f7e2b8", "#f2c79a"))
    sheet.disc(720, 130, 66, "#fff5dc")
    sea = smooth([(x, 250 + 7 * float(np.sin(x / 45))) for x in range(-60, 1080, 30)], closed=False)
    sheet.shape([*sea, (1080, 1510), (-60, 1510)], ("#4fc0bb", "#1c8aa0", "#0f5a86", "#0b3564", "#081b3e", "#050d22"))
    _beams(sheet)
    sheet.shape(smooth(outline("410,232 590,232 560,276 440,276")), ("#c8452e", "#8f2b26"), shadow=5)
    sheet.line([(500, 232), (500, 96)], 5, "#4a2a22")
    sheet.shape(outline("508,104 584,214 508,214"), "#fffaf0")
    sheet.shape(outline("492,120 492,214 432,214"), "#f4e6cc")
    _whale(sheet, -74, 10)
    chance = np.random.default_rng(3)
    for x, y in chance.uniform((330, 300), (620, 660), (26, 2)).tolist():
        sheet.disc(x, y, float(chance.uniform(2, 8)), "#d6f3f0", light=0.45)
    places = chance.normal((650, 1345), (92, 38), (30, 2)).tolist()
    school = [smooth(outline("-16,0 0,-6 14,0 24,-7 24,7 14,0 0,6", x, y)) for x, y in places]
    sheet.shapes(school, "#f2b45c")
    return sheet.finished(34, 4)


def _whale(sheet: Sheet, x: float, y: float) -> None:
    back = "150,880 200,760 340,680 540,690 690,780 800,910 868,1030 900,1090 850,1120 760,1060 600,1020 420,1030 250,1010 170,950"
    sheet.shape(smooth(outline(back, x, y)), ("#2f5f8f", "#173a66", "#0e2748"), shadow=22)
    belly = smooth(outline("158,900 260,900 420,930 590,990 690,1044 600,1030 420,1034 250,1014 172,952", x, y))
    sheet.shape(belly, ("#b9d3dc", "#6f9ab4"))
    for row in range(7):
        line = outline(
            f"{176 + row * 8},{908 + row * 16} 320,{922 + row * 15} 470,{952 + row * 12} {600 - row * 16},{996 + row * 5}",
            x,
            y,
        )
        sheet.line(smooth(line, closed=False), 2.6, "#4f7f9f")
    fluke = smooth(outline("850,1060 930,1040 990,960 1010,1010 950,1110 990,1210 940,1200 880,1130", x, y))
    sheet.shape(fluke, ("#234f7d", "#10294d"), shadow=12)
    fin = smooth(outline("400,990 470,1010 520,1110 540,1220 490,1190 420,1100", x, y))
    sheet.shape(fin, ("#2a5a8a", "#10294d"), shadow=14)
    sheet.disc(x + 248, y + 872, 11, "#0a1428")
    sheet.disc(x + 251, y + 868, 3.5, "#eaf6fb")


def _beams(sheet: Sheet) -> None:
    places = ((180, -260), (420, -120), (640, 20), (840, 160))
    rays = [[(x, 258), (x + 60, 258), (x + reach + 230, 1560), (x + reach, 1560)] for x, reach in places]
    sheet.shapes(rays, ("#e8fff2", "#5fb8c0", "#0f3f70", "#0a2450"), light=0.17, soft=12)


_LIGHTS = (
    (390, 440, 210, "#ff5fa8"),
    (790, 250, 105, "#4fd8e8"),
    (780, 830, 140, "#b06cff"),
    (200, 960, 84, "#ffb35c"),
)


def lanterns_of_the_deep() -> Image.Image:
    """Jellyfish, each its own light."""
    sheet = Sheet(1080, 1400, ("#0b0a2a", "#14114a", "#0a1030", "#04060f"))
    for x, y, size, colour in _LIGHTS:
        glow(sheet, x, y, size * 1.5, colour, 0.5)
        _jellyfish(sheet, x, y, size, colour)
    chance = np.random.default_rng(8)
    for x, y in chance.uniform((0, 0), (1080, 1400), (150, 2)).tolist():
        sheet.disc(x, y, float(chance.uniform(0.8, 3)), "#bfe9ff", light=float(chance.uniform(0.2, 0.7)))
    return sheet.finished(35, 4)


def _jellyfish(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    chance = np.random.default_rng(round(x))
    arms: list[list[Point]] = []
    for at in np.linspace(-0.8, 0.8, 15).tolist():
        long, wave, start = chance.uniform(1.8, 3.6), chance.uniform(0.05, 0.16), chance.uniform(0, 6)
        down = np.linspace(0, long, 26)
        sway = np.sin(down * 3.1 + start) * wave * (0.3 + down) + at * (1 - 0.14 * down)
        arms.append(
            [(x + float(s) * size, y + float(d) * size * 0.8 + size * 0.1) for s, d in zip(sway, down, strict=True)]
        )
    for arm in arms:
        sheet.brush(arm, size * 0.05, (colour, "#141040"), light=0.75)
    for at in (-0.25, 0.0, 0.25):
        frill = [
            (x + size * (at + 0.1 * float(np.sin(d * 2.6 + at * 9))), y + d * size * 0.55)
            for d in np.linspace(0, 4, 24).tolist()
        ]
        sheet.brush(frill, size * 0.22, ("#ffffff", colour), light=0.4)
    bell = smooth(outline("-100,10 -94,-50 -60,-92 0,-106 60,-92 94,-50 100,10 66,-4 34,14 0,0 -34,14 -66,-4"))
    edge = [(x + across * size / 100, y + down * size / 100) for across, down in bell]
    sheet.shape(edge, ("#ffffff", colour, colour), light=0.62)
    inner = [(x + across * size / 150, y - size * 0.16 + down * size / 150) for across, down in bell]
    sheet.shapes([inner], "#ffffff", light=0.34, soft=size * 0.03)
    for at in (-0.62, -0.32, 0.0, 0.32, 0.62):
        rib = [
            (x + at * size * 0.4, y - size * 0.96),
            (x + at * size * 0.9, y - size * 0.5),
            (x + at * size * 1.1, y - size * 0.02),
        ]
        sheet.brush(rib, size * 0.03, "#ffffff", light=0.4)
