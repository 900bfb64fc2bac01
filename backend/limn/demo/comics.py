"""Comics: panels, and those who live in them."""

import numpy as np
from PIL import Image

from limn.demo.light import glow
from limn.demo.paper import Sheet, box, outline, oval, ridge, smooth

INK = "#17131c"


def night_bus() -> Image.Image:
    """A page of four panels."""
    sheet = Sheet(1000, 1400, "#f4ecdc")
    bus_in_rain(sheet, 40, 40, 920, 430)
    sheet.shape(box(40, 490, 450, 400), ("#3a2c5a", "#7a4a74"))
    waiting(sheet, 265, 890)
    sheet.shape(box(510, 490, 450, 400), ("#10263b", "#24506a"))
    window_seat(sheet, 735, 890)
    sheet.shape(box(40, 910, 920, 450), ("#0d1a2c", "#e08a4a"))
    glow(sheet, 700, 1230, 120, "#ffcf80", 0.7)
    sheet.disc(700, 1230, 96, ("#ffe3a6", "#f7b45e"))
    roofs = [(40.0 + x, 1270 + 26 * y - (x % 130 > 84) * 44) for x, y in ridge(920, 6, rough=0.4) if 0 <= x <= 920]
    sheet.shape([*roofs, (960, 1360), (40, 1360)], "#101522")
    for x in range(120, 900, 62):
        sheet.shape(box(x, 1312, 10, 14), "#ffd27a")
    for edges in ((40, 40, 920, 430), (40, 490, 450, 400), (510, 490, 450, 400), (40, 910, 920, 450)):
        frame(sheet, *edges)
    return sheet.finished(14, 4)


def bus_in_rain(sheet: Sheet, x: float, y: float, wide: float, tall: float) -> None:
    sheet.shape(box(x, y, wide, tall), ("#141d38", "#3b3a68"))
    sheet.shape(box(x, y + 340, wide, tall - 340), ("#20213f", "#12142a"))
    sheet.shape(outline("770,262 920,226 920,372 770,310", x, y), "#ffe9b0", light=0.35)
    body = "214,96 740,96 764,104 786,186 790,330 776,352 206,352 194,338 194,116"
    sheet.shape(outline(body, x, y), ("#dd4632", "#a82a27"), shadow=10)
    sheet.shape(box(x + 194, y + 268, 594, 16), "#f3e3c0")
    for at in range(5):
        sheet.shape(box(x + 222 + at * 98, y + 132, 78, 92), ("#ffe6a8", "#ffc46a"))
    sheet.shape(outline("716,132 762,132 776,224 716,224", x, y), ("#bfe0e6", "#7fb3c4"))
    for at in (302, 424):
        sheet.shape(oval(x + at, y + 196, 19, 22), "#7a3b30")
        sheet.shape(smooth(outline("-34,224 -24,214 24,214 34,224", x + at, y)), "#7a3b30")
    for at in (300, 690):
        sheet.disc(x + at, y + 350, 42, "#0e0f1c")
        sheet.disc(x + at, y + 350, 18, "#8d90a8")
    for drop_x, drop_y in np.random.default_rng(2).uniform((x, y), (x + wide - 8, y + tall - 34), (150, 2)):
        sheet.shape(outline("6,0 8,0 2,30 0,30", float(drop_x), float(drop_y)), "#c7d2f0", light=0.45)


def waiting(sheet: Sheet, x: float, foot: float) -> None:
    """Somebody in a yellow raincoat."""
    coat = smooth(outline("-80,0 -72,-110 -52,-184 0,-214 52,-184 72,-110 80,0", x, foot), closed=False)
    sheet.shape(coat, ("#e9b23e", "#c07c2a"))
    sheet.line(outline("0,-170 0,0", x, foot), 4, "#9a611f")
    sheet.shape(oval(x, foot - 244, 74, 80), ("#f0bd4c", "#cf8f30"), shadow=5)
    sheet.shape(oval(x, foot - 236, 50, 56), ("#f1c7a0", "#d79b74"))
    sheet.shape(smooth(outline("-48,-250 -36,-288 0,-296 36,-288 48,-250 20,-270 -16,-268", x, foot)), "#2a1a2c")
    for side in (-18, 18):
        sheet.disc(x + side, foot - 232, 5, "#1a1420")
    sheet.line(smooth(outline("-12,-206 0,-203 12,-206", x, foot), closed=False), 3, "#8c3d36")


def window_seat(sheet: Sheet, x: float, foot: float) -> None:
    """Somebody against the light."""
    glow(sheet, x, foot - 210, 120, "#ffd08a", 0.5)
    sheet.shape(oval(x, foot - 210, 168, 150), ("#ffe6a8", "#f7a95c"))
    back = smooth(outline("-104,0 -92,-70 -56,-122 6,-148 66,-116 98,-66 108,0", x, foot), closed=False)
    sheet.shape(back, "#1d2b44")
    sheet.shape(oval(x - 4, foot - 200, 54, 62), "#1d2b44")
    sheet.shape(smooth(outline("40,-222 64,-200 40,-184", x, foot)), "#1d2b44")
    sheet.disc(x - 52, foot - 232, 26, "#1d2b44")


def considering() -> Image.Image:
    """A strip of three: the fish is gone in the last."""
    sheet = Sheet(1560, 560, "#f7f1e3")
    grounds = (("#f2b84b", "#ee9f3c"), ("#e4694a", "#cf4d3d"), ("#3f7f86", "#2b5f6b"))
    for at, ground in enumerate(grounds):
        x = 36 + at * 502
        sheet.shape(box(x, 36, 484, 488), ground)
        sheet.shape(box(x, 430, 484, 94), "#2a2230", light=0.3)
        bowl(sheet, x + 350, 345, fish=at < 2)
        cat(sheet, x + (140, 178, 150)[at], 450, awake=at < 2)
        frame(sheet, x, 36, 484, 488)
    return sheet.finished(15, 4)


def bowl(sheet: Sheet, x: float, y: float, *, fish: bool) -> None:
    sheet.shape(oval(x, y, 96, 90), ("#dff0ee", "#9fcfd2"), shadow=7)
    sheet.shape(oval(x, y + 14, 84, 70), ("#8cc8cf", "#4f9aa8"))
    if fish:
        sheet.shape(smooth(outline("-34,16 0,-4 30,16 0,36", x, y)), "#f26a2e")
        sheet.shape(outline("26,16 52,0 52,34", x, y), "#f26a2e")
        sheet.disc(x - 16, y + 12, 4, INK)
    sheet.shape(oval(x, y - 78, 58, 12), "#eef7f5")


def cat(sheet: Sheet, x: float, foot: float, *, awake: bool) -> None:
    ink = "#1c1722"
    tail = smooth(outline("-66,-12 -106,-40 -112,-110 -84,-150", x, foot), closed=False)
    sheet.line(tail, 20, ink)
    sheet.shape(smooth(outline("-84,0 -70,-120 0,-190 66,-120 78,0", x, foot)), ink, shadow=7)
    sheet.shape(oval(x + 6, foot - 216, 82, 70), ink, shadow=5)
    for side in (-1, 1):
        sheet.shape(outline(f"{22 * side},-268 {74 * side},-318 {80 * side},-232", x + 6, foot), ink)
        sheet.shape(oval(x + 6 + side * 34, foot - 222, 21, 24 if awake else 4), "#f4e7a2")
        if awake:
            sheet.shape(oval(x + 16 + side * 34, foot - 222, 7, 19), ink)
        for row in (-1, 1):
            whisker = f"{30 * side},-190 {108 * side},{row * 12 - 194}"
            sheet.line(outline(whisker, x + 6, foot), 1.6, "#efe8dc")
    sheet.shape(outline("-10,-198 10,-198 0,-186", x + 6, foot), "#e58a7c")


def frame(sheet: Sheet, x: float, y: float, wide: float, tall: float) -> None:
    corners = box(x, y, wide, tall)
    sheet.line([*corners, corners[0]], 6, INK)
