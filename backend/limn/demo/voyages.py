"""Comics that travel: tea on Mars, and a dive."""

import numpy as np
from PIL import Image

from limn.demo.lettering import INK, balloon, caption, panel, puff, words
from limn.demo.light import glow, stars
from limn.demo.paper import Point, Sheet, box, outline, oval, smooth


def tea_on_mars() -> Image.Image:
    """Somebody lands, somebody lives there, there is tea."""
    sheet = Sheet(1120, 1440, "#f6ecd9")
    grounds = (
        ("#1a1440", "#5a2a5f", "#d9643f"),
        ("#f2a65a", "#e87a4a"),
        ("#f7c77a", "#ee9a5a"),
        ("#2a1a4f", "#8f3f6a", "#f2905a"),
    )
    corners = ((36, 36, 1048, 480), (36, 536, 514, 420), (570, 536, 514, 420), (36, 976, 1048, 428))
    views = [Sheet(1120, 1440, ground) for ground in grounds]
    for view, (x, y, wide, tall) in zip(views, corners, strict=True):
        view.image.paste(
            Sheet(round(wide), round(tall), grounds[views.index(view)]).image,
            (round(x * view.fine), round(y * view.fine)),
        )
    stars(views[0], 260, 6, foot=400)
    views[0].disc(880, 150, 54, ("#ffe9c8", "#e0a878"))
    _dunes(views[0], 420, ("#c9502f", "#7a2326"))
    _rocket(views[0], 420, 400)
    for x, size in ((340, 50), (420, 66), (500, 50), (280, 34), (566, 36)):
        views[0].shape(puff(x, 426, size), "#f7d9b8", light=0.9)
    _dunes(views[1], 850, ("#b8452a", "#8f2f26"))
    _traveller(views[1], 290, 930)
    _dunes(views[2], 850, ("#b8452a", "#8f2f26"))
    _neighbour(views[2], 830, 930, 1.0)
    stars(views[3], 60, 9, foot=1440)
    for x, y, size in ((870, 1070, 44), (960, 1036, 22)):
        views[3].disc(x, y, size, ("#fff3d9", "#e9b48a"))
    _dunes(views[3], 1320, ("#7a2a3a", "#3a1430"))
    _neighbour(views[3], 640, 1370, 0.62)
    _traveller(views[3], 800, 1370, 0.62)
    for x in (700, 744):
        _cup(views[3], x, 1340, 0.8)
    for view, edges in zip(views, corners, strict=True):
        panel(sheet, box(*edges), view)
    words(sheet, "FSSSHHH", (700, 400), 54, "#fff3d9", edge=INK, slant=0.2)
    caption(sheet, "MARS. FOUR O'CLOCK.", (58, 58), (300, 50))
    balloon(sheet, "I BROUGHT\nA KETTLE.", (430, 620), (104, 64), (330, 716))
    balloon(sheet, "MILK?", (1000, 610), (72, 48), (890, 690))
    caption(sheet, "IT WAS THE FIRST SENSIBLE\nCONVERSATION IN SPACE.", (58, 1000), (390, 76))
    return sheet.finished(83, 4)


def _dunes(view: Sheet, base: float, fill: tuple[str, str]) -> None:
    for depth in range(2):
        line = [
            (x, base + depth * 46 + (22 - 8 * depth) * float(np.sin(x / 140 + depth * 2))) for x in range(-20, 1150, 14)
        ]
        view.shape([*line, (1150, 1450), (-20, 1450)], fill, shadow=6)


def _rocket(view: Sheet, x: float, foot: float) -> None:
    for side in (-1, 1):
        view.shape(
            smooth(outline(f"{side * 40},-110 {side * 96},-30 {side * 92},10 {side * 34},-40", x, foot)),
            ("#e0432f", "#9a2326"),
            shadow=5,
        )
    half = outline("0,-330 44,-250 60,-150 44,-30 30,-10")
    view.shape(
        smooth([(x + a, foot + b) for a, b in [*half, *((-a, b) for a, b in reversed(half[1:]))]]),
        ("#fff6e6", "#c9b8c4"),
        shadow=9,
    )
    view.shape(smooth([(x + a, foot + b) for a, b in outline("0,-330 34,-268 0,-256 -34,-268")]), "#e0432f")
    view.disc(x, foot - 180, 34, "#8f2f3a")
    view.disc(x, foot - 180, 25, ("#bfeaf0", "#4f9ab8"))
    view.shape(box(x - 50, foot - 96, 100, 13), "#e0432f")


def _traveller(view: Sheet, x: float, foot: float, size: float = 1.0) -> None:
    def at(text: str) -> list[Point]:
        return [(x + a * size, foot + b * size) for a, b in outline(text)]

    view.shape(smooth(at("-76,10 -70,-90 -50,-140 50,-140 70,-90 76,10")), ("#fffaf0", "#c9c3d0"), shadow=7 * size)
    view.shape(at("-34,-96 34,-96 34,-50 -34,-50"), "#8fa6b8")
    view.shape(oval(x, foot - 200 * size, 84 * size, 80 * size), ("#ffffff", "#d0cad6"), shadow=6 * size)
    view.shape(oval(x, foot - 198 * size, 62 * size, 54 * size), ("#3a4f7a", "#1d2a4a"))
    view.shape(oval(x, foot - 190 * size, 40 * size, 40 * size), ("#f2c39a", "#d99a6f"))
    view.shape(smooth(at("-40,-206 -20,-236 24,-236 42,-204 10,-222 -14,-216")), "#7a3a1f")
    for side in (-1, 1):
        view.disc(x + side * 15 * size, foot - 190 * size, 4.5 * size, INK)
    view.line(smooth(at("-14,-170 0,-162 14,-170"), closed=False), 3 * size, "#8f3f2f")
    view.shape(smooth(at("56,-120 120,-110 140,-80 110,-70 60,-80")), ("#fffaf0", "#c9c3d0"), shadow=4 * size)
    if size == 1:
        view.shape(smooth(at("120,-60 118,-110 160,-126 202,-110 200,-60 160,-50")), ("#3f9f8f", "#1f5f5f"), shadow=6)
        view.line(smooth(at("126,-116 160,-160 196,-116"), closed=False), 7, INK)
        view.shape(at("196,-100 236,-120 228,-104 198,-78"), "#2f7f73")


def _neighbour(view: Sheet, x: float, foot: float, size: float) -> None:
    def at(text: str) -> list[Point]:
        return [(x + a * size, foot + b * size) for a, b in outline(text)]

    view.shape(
        smooth(at("-80,10 -84,-120 -60,-220 0,-256 60,-220 84,-120 80,10")), ("#9fd45a", "#4a8f3f"), shadow=8 * size
    )
    for side, lift in ((-1, -310), (1, -322)):
        view.line(
            smooth(at(f"{side * 24},-240 {side * 44},-280 {side * 40},{lift}"), closed=False), 6 * size, "#4a8f3f"
        )
        view.disc(x + side * 40 * size, foot + lift * size, 11 * size, "#f2d23f")
    for side, up in ((-36, -178), (0, -196), (36, -178)):
        view.disc(x + side * size, foot + up * size, 21 * size, "#fffdf4")
        view.disc(x + (side - 4) * size, foot + up * size, 9 * size, INK)
    view.line(smooth(at("-30,-130 0,-112 30,-130"), closed=False), 5 * size, "#2f5f2a")
    if size == 1:
        view.shape(smooth(at("-70,-110 -130,-100 -150,-70 -120,-56 -70,-70")), ("#9fd45a", "#4a8f3f"), shadow=4)
        _cup(view, x - 146, foot - 76, 1)


def _cup(view: Sheet, x: float, foot: float, size: float) -> None:
    view.line(
        smooth(
            [(x + 20 * size, foot - 34 * size), (x + 40 * size, foot - 26 * size), (x + 18 * size, foot - 8 * size)],
            closed=False,
        ),
        6 * size,
        "#f7efe0",
    )
    view.shape(
        [
            (x - 26 * size, foot - 44 * size),
            (x + 26 * size, foot - 44 * size),
            (x + 18 * size, foot),
            (x - 18 * size, foot),
        ],
        ("#fffdf6", "#d6c9c0"),
        shadow=3,
    )
    view.shape(oval(x, foot - 44 * size, 26 * size, 7 * size), "#8f5a2f")
    for side in (-8, 8):
        steam = [
            (x + side * size, foot - 54 * size),
            (x + (side + 9) * size, foot - 76 * size),
            (x + side * size, foot - 100 * size),
        ]
        view.brush(steam, 7 * size, "#fffdf6", light=0.7)


def down() -> Image.Image:
    """A dive, read downwards."""
    sheet = Sheet(900, 1800, ("#f4efe2", "#f4efe2"))
    column = Sheet(900, 1800, ("#7fdcd6", "#2fa3b8", "#17709a", "#0f4478", "#0a2350", "#060f2a", "#02040c", "#010206"))
    shafts = [
        [(x, 30), (x + 50, 30), (x + lean + 150, 700), (x + lean, 700)]
        for x, lean in ((150, -120), (360, -30), (560, 60), (740, 150))
    ]
    column.shapes(shafts, "#f0fff6", light=0.16, soft=10)
    chance = np.random.default_rng(5)
    for x, y in chance.uniform((60, 60), (840, 1250), (90, 2)).tolist():
        column.disc(x, y, float(chance.uniform(1.5, 5)), "#e0fbf6", light=0.5)
    for x, y, hue in (
        (190, 520, "#ffb03f"),
        (260, 560, "#ff7a4a"),
        (150, 590, "#ffd05a"),
        (690, 470, "#f2e05a"),
        (742, 510, "#ffb03f"),
    ):
        column.shape(smooth(outline("-34,0 -6,-20 24,0 44,-17 44,17 24,0 -6,20", x, y)), hue, shadow=4)
        column.disc(x - 20, y - 4, 3.4, INK)
    _diver(column, 520, 250, 1.0)
    _diver(column, 380, 830, 0.7)
    _diver(column, 420, 1180, 0.5, lamp=True)
    _angler(column, 430, 1560)
    for top, tall in ((36, 590), (646, 330), (996, 270), (1286, 478)):
        panel(sheet, box(36, top, 828, tall), column)
    words(sheet, "splash", (250, 110), 64, "#ffffff", edge="#17709a", slant=0.15, turn=8)
    caption(sheet, "40 METRES.", (60, 670), (190, 48), fill="#d9f0ee")
    caption(sheet, "200. IT SHOULD BE DARK HERE.", (60, 1016), (390, 48), fill="#d9f0ee")
    balloon(sheet, "WHO LEFT\nTHE LIGHT ON?", (690, 1110), (140, 62), (452, 1196), lettering=24)
    return sheet.finished(84, 4)


def _diver(view: Sheet, x: float, y: float, size: float, *, lamp: bool = False) -> None:
    def at(text: str) -> list[Point]:
        return [(x + a * size, y + b * size) for a, b in outline(text)]

    if lamp:
        view.shapes([at("-40,50 -240,250 60,300")], "#fff3c0", light=0.2, soft=10)
    for fin in ("70,-70 150,-120 230,-190 200,-110 110,-40", "90,-40 190,-60 280,-100 230,-30 110,-10"):
        view.shape(smooth(at(fin)), ("#ffb03f", "#d9702a"), shadow=4)
    view.shape(smooth(at("-30,20 20,-50 90,-90 120,-50 70,10 10,60")), ("#2a3550", "#141b30"), shadow=6)
    view.shape(smooth(at("10,-50 60,-110 100,-110 90,-70 40,-20")), ("#e0432f", "#8f2426"), shadow=5)
    view.shape(smooth(at("-20,30 -60,90 -110,130 -90,150 -30,110 10,60")), ("#2a3550", "#141b30"))
    view.disc(x - 44 * size, y + 44 * size, 46 * size, ("#2a3550", "#141b30"), shadow=5)
    view.shape(oval(x - 66 * size, y + 60 * size, 30 * size, 22 * size, turn=40), ("#bff0f0", "#4fa8c0"))
    for step in range(5):
        view.disc(
            x - 20 * size + step * 10 * size,
            y - 50 * size - step * 42 * size,
            (6 + 3 * step) * size,
            "#eafffb",
            light=0.6,
        )


def _angler(view: Sheet, x: float, y: float) -> None:
    glow(view, x - 150, y - 170, 120, "#a8ffe0", 0.85)
    body = "-170,30 -120,-90 20,-130 150,-70 210,0 280,-70 300,-10 290,70 210,30 150,110 0,150 -120,110"
    view.shape(smooth(outline(body, x, y)), ("#2a3f5f", "#0a1224"))
    view.shape(smooth(outline("-176,20 -60,30 10,60 -20,120 -110,110 -160,80", x, y)), "#02040a")
    for at in range(8):
        view.shape(
            outline(
                f"{-168 + at * 22},{22 + at * 4} {-150 + at * 22},{24 + at * 4} {-158 + at * 22},{66 + at * 4}", x, y
            ),
            "#eafff4",
        )
        view.shape(
            outline(f"{-150 + at * 20},{104 + at * 1} {-134 + at * 20},{106} {-143 + at * 20},{70}", x, y), "#eafff4"
        )
    view.disc(x - 60, y - 44, 30, "#d9f7c0")
    view.disc(x - 68, y - 44, 11, INK)
    view.line(smooth(outline("-20,-126 -40,-220 -110,-240 -150,-180", x, y), closed=False), 6, "#2a3f5f")
    view.disc(x - 150, y - 170, 20, "#f2fff6")
