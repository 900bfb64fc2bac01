"""Skies: northern lights, a planet with rings, balloons at daybreak."""

import numpy as np
from PIL import Image

from limn.demo.light import fog, glow, stars, toned, vignette
from limn.demo.paper import Sheet, between, box, crescent, field, outline, oval, ridge, smooth


def northern() -> Image.Image:
    """Curtains of light over a cabin."""
    sheet = Sheet(1600, 1000, ("#050918", "#0a1a33", "#11344a", "#1d5157"))
    stars(sheet, 380, 21, foot=700)
    for seed, base, colours in (
        (3, 150, ("#c95fff", "#39f0a8", "#9dffcf")),
        (8, 260, ("#7a6bff", "#2fe6b0", "#d2ffe6")),
    ):
        toned(sheet, colours, _curtain(seed, base), screen=True)
    for depth, (colour, base) in enumerate((("#23506a", 640), ("#16384f", 710))):
        line = [(x, base - abs(y) * (120 - 40 * depth)) for x, y in ridge(1600, 31 + depth, rough=0.55)]
        sheet.shape([*line, (1610, 1010), (-10, 1010)], (colour, "#0d2436"))
    snow = smooth([(-20, 800), (260, 770), (620, 806), (980, 760), (1300, 800), (1640, 770)], closed=False)
    sheet.shape([*snow, (1640, 1020), (-20, 1020)], ("#9fd0cf", "#3f7f93", "#1a4460"))
    chance = np.random.default_rng(12)
    for x in [*chance.uniform(-20, 470, 15).tolist(), *chance.uniform(1080, 1620, 16).tolist()]:
        _pine(sheet, x, 800 + float(chance.uniform(-20, 60)), float(chance.uniform(110, 270)))
    _cabin(sheet, 690, 826)
    near = smooth([(-20, 930), (400, 900), (800, 950), (1200, 905), (1640, 940)], closed=False)
    sheet.shape([*near, (1640, 1020), (-20, 1020)], ("#5fa3ad", "#1c4a62"), light=0.9)
    vignette(sheet, "#02040c", 0.4)
    return sheet.finished(51, 4)


def _curtain(seed: int, base: float) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """How strongly it shines (250, 400): sharp below, fading upwards, in folds."""
    chance = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(0, 1, 400), np.linspace(0, 1000, 250))
    a, b, c = chance.uniform(0, 6, 3)
    foot = base + 190 + 90 * np.sin(across * 5.2 + a) + 38 * np.sin(across * 13 + b)
    rays = 0.55 + 0.3 * np.sin(across * 61 + 4 * np.sin(across * 9 + c)) + 0.15 * np.sin(across * 143 + b)
    above = foot - down
    fade = np.where(above > 0, np.exp(-above / (190 + 60 * np.sin(across * 7 + c))), np.exp(above / 16))
    return np.asarray(fade * rays * (1.0 + 0.5 * np.sin(across * 4 + a)), np.float32)


def _pine(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    for layer in range(6):
        top, wide = foot - tall + layer * tall * 0.15, tall * (0.06 + 0.034 * layer)
        branch = [
            (x, top),
            (x + wide, top + tall * 0.25),
            (x + wide * 0.3, top + tall * 0.22),
            (x - wide, top + tall * 0.25),
        ]
        sheet.shape(branch, ("#12404a", "#06161f"))
        sheet.shape(
            [(x, top), (x + wide * 0.35, top + tall * 0.1), (x - wide * 0.5, top + tall * 0.13)], "#bfeadf", light=0.5
        )


def _cabin(sheet: Sheet, x: float, foot: float) -> None:
    sheet.shape(box(x, foot - 92, 190, 92), ("#4a2c22", "#2a1814"))
    for row in range(5):
        sheet.line([(x, foot - 88 + row * 18), (x + 190, foot - 88 + row * 18)], 2, "#21120f")
    sheet.shape([(x - 26, foot - 86), (x + 95, foot - 178), (x + 216, foot - 86)], ("#e9f7f4", "#9fc9cf"), shadow=6)
    sheet.shape(box(x + 136, foot - 190, 26, 60), "#3a231d")
    for at in (28, 108):
        sheet.shape(box(x + at, foot - 66, 48, 40), ("#fff0b0", "#ffb347"))
        sheet.line([(x + at + 24, foot - 66), (x + at + 24, foot - 26)], 3, "#3a231d")
    glow(sheet, x + 95, foot - 40, 76, "#ffb347", 0.55)
    smoke = smooth(
        [(x + 149, foot - 196), (x + 168, foot - 250), (x + 140, foot - 310), (x + 176, foot - 400)], closed=False
    )
    for at, (sx, sy) in enumerate(smoke[::4]):
        sheet.shapes([oval(sx, sy, 10 + at * 2.4, 9 + at * 2)], "#cfe6e6", light=0.22, soft=5)


def far_garden() -> Image.Image:
    """A planet with rings, clouds of dust, two moons."""
    sheet = Sheet(1250, 1250, ("#0d0622", "#1f0f45", "#2a1352"))
    for seed, colour in ((4, "#ff4f9a"), (9, "#7a4fff"), (13, "#2fb8e8")):
        clouds = field(312, 312, seed, 5)
        toned(sheet, colour, np.clip((clouds - 0.5) * 2.3, 0, 1) * 0.8, screen=True)
    stars(sheet, 420, 8, foot=1250)
    for x, y in ((210.0, 260.0), (1040.0, 930.0), (980.0, 180.0), (330.0, 1050.0)):
        glow(sheet, x, y, 20, "#ffffff", 0.9)
        sheet.shapes([oval(x, y, 24, 1.4), oval(x, y, 1.4, 24)], "#ffffff", light=0.9)
    x, y, radius = 610.0, 620.0, 290.0
    for reach, colour, light in _RINGS:
        _ring(sheet, (x, y, radius * reach), colour, light, behind=True)
    glow(sheet, x, y, 300, "#ffb27a", 0.35)
    ball = Sheet(1250, 1250, "#f0a86a")
    for at, colour in enumerate(
        ("#fbe0b5", "#f4b675", "#e98a5c", "#f7cf9a", "#d9695a", "#f2a56e", "#b94a5e", "#8f3560")
    ):
        top = y - radius + at * radius / 4
        edge = [(px, top + 9 * float(np.sin(px / 40 + at)) + (px - x) * 0.16) for px in range(250, 1000, 10)]
        ball.shape([*edge, (1000, 1000), (250, 1000)], colour)
    ball.shapes([oval(720, 700, 76, 36, turn=9)], "#fbe6c4", light=0.85)
    ball.shapes([oval(724, 702, 50, 22, turn=9)], "#d9695a", light=0.8)
    across, down = np.meshgrid(np.linspace(0, 1250, 250), np.linspace(0, 1250, 250))
    night = np.clip((np.hypot(across - 500, down - 520) - 190) / 260, 0, 1) * 0.93
    toned(ball, "#12062b", night)
    sheet.clipped(oval(x, y, radius, radius, corners=200), ball)
    for reach, colour, light in _RINGS:
        _ring(sheet, (x, y, radius * reach), colour, light, behind=False)
    for mx, my, size in ((1010, 330, 44), (250, 880, 24)):
        sheet.disc(mx, my, size, ("#f4ecff", "#8a78b8"))
        sheet.shape(crescent(mx, my, size + 1, turn=198, thin=0.3), "#160a33", light=0.75)
    return sheet.finished(52, 4)


_RINGS = (
    (1.42, "#ffd9a8", 0.85), (1.5, "#f2a97e", 0.7), (1.6, "#ffe9c8", 0.9), (1.68, "#d97f86", 0.6),
    (1.82, "#ffe0b8", 0.7), (1.9, "#b06a9a", 0.45),
)  # fmt: skip


def _ring(sheet: Sheet, place: tuple[float, float, float], colour: str, light: float, *, behind: bool) -> None:
    x, y, reach = place
    around = np.linspace(np.pi, 2 * np.pi, 90) if behind else np.linspace(0, np.pi, 90)
    turn = np.radians(-17)
    edges = []
    for wide in (reach, reach * 0.955):
        a, b = np.cos(around) * wide, np.sin(around) * wide * 0.24
        edges.append(
            [
                (float(px), float(py))
                for px, py in zip(
                    x + a * np.cos(turn) - b * np.sin(turn), y + a * np.sin(turn) + b * np.cos(turn), strict=True
                )
            ]
        )
    sheet.shape([*edges[0], *reversed(edges[1])], colour, light=light)


def up_early() -> Image.Image:
    """Balloons over hills in a pink morning."""
    sheet = Sheet(1100, 1400, ("#8fb7d9", "#c9c6dd", "#f5c9c6", "#fbdcc0", "#fdeacb"))
    glow(sheet, 260, 960, 300, "#fff3d8", 0.9)
    sheet.disc(260, 940, 60, "#fffaf0")
    for x, y, wide in ((170, 300, 210), (880, 520, 260), (520, 760, 300)):
        sheet.shapes(
            [oval(x + at * wide / 4, y - 16 * (2 - abs(at - 2)), wide / 5, 24) for at in range(5)],
            "#fff6ee",
            light=0.5,
            soft=9,
        )
    for depth, colour in enumerate(("#d9a8b4", "#b9869f", "#8f6a8c", "#64567a", "#413f63")):
        line = [(x, 1010 + depth * 66 + y * (64 - depth * 6)) for x, y in ridge(1100, 44 + depth * 5, rough=0.4)]
        sheet.shape([*line, (1110, 1410), (-10, 1410)], colour)
        fog(sheet, 990 + depth * 70, 1120 + depth * 70, "#fbe3d2", 0.4, seed=depth + 3)
    for x, y, size, inks in (
        (760, 190, 74, ("#f2b53c", "#e8813a")), (150, 560, 60, ("#5aa6a6", "#f6ead2")), (930, 820, 52, ("#7a5ba6", "#f3c9c6")),
        (300, 720, 36, ("#e0563f", "#f6ead2")), (470, 470, 205, ("#d8402f", "#f7e3bf")),
    ):  # fmt: skip
        _balloon(sheet, x, y, size, inks)
    for x, y in ((800, 1010), (840, 990), (884, 1014), (700, 960)):
        sheet.brush([(x - 15, y - 6), (x, y), (x + 15, y - 7)], 4, "#4a3b58")
    return sheet.finished(53, 4)


def _balloon(sheet: Sheet, x: float, y: float, size: float, inks: tuple[str, str]) -> None:
    half = outline("0,-100 56,-84 92,-36 96,10 74,66 36,112 18,134")
    edge = smooth([*half, *((-a, b) for a, b in reversed(half[1:]))])
    sheet.shape([(x + a * size / 100, y + b * size / 100) for a, b in edge], inks[0], shadow=size / 22)
    for at, share in enumerate((0.84, 0.6, 0.34, 0.1)):
        gore = [(x + a * share * size / 100, y + b * size / 100) for a, b in edge]
        sheet.shape(gore, inks[(at + 1) % 2])
    dark = [(x + (a if a > 0 else a * -0.1) * size / 100, y + b * size / 100) for a, b in edge]
    sheet.shapes([dark], "#2a1436", light=0.16, soft=size / 16)
    glow(sheet, x - size * 0.4, y - size * 0.45, size * 0.3, "#fff3d8", 0.4)
    for side in (-1, 1):
        sheet.line(
            [(x + side * size * 0.16, y + size * 1.33), (x + side * size * 0.11, y + size * 1.62)],
            max(0.8, size / 90),
            "#4a3026",
        )
    basket = between((x, y + size * 1.6), (x, y + size * 1.86), size * 0.3, size * 0.25)
    sheet.shape(basket, ("#a8703f", "#6a4026"), shadow=size / 40)
