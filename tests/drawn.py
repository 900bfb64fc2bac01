"""Drawn pictures as pixels, for eyes to look at: flats, bands, blobs, gradients, noise, and a gallery of them by name."""

import numpy as np
from numpy.typing import NDArray

from limn.imaging.picture import Picture

Pixels = NDArray[np.uint8]


def flat(*colour: int, width: int = 300, height: int = 200) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def picture(pixels: Pixels, *, animated: bool = False, transparent: bool = False) -> Picture:
    return Picture(pixels, pixels.shape[1], pixels.shape[0], animated, transparent)


def split(*parts: tuple[float, tuple[int, int, int]], width: int = 300, height: int = 200) -> Pixels:
    """Upright bands: (share of the width, colour)."""
    drawn, at = flat(0, 0, 0, width=width, height=height), 0.0
    for share, colour in parts:
        drawn[:, round(at * width) : round((at + share) * width)] = colour
        at += share
    return drawn


def noise(low: int = 0, high: int = 256, *, grey: bool = False) -> Pixels:
    drawn = np.random.default_rng(3).integers(low, high, (200, 300, 1 if grey else 3), np.uint8)
    return drawn.repeat(3, axis=2) if grey else drawn


def gradient(one: tuple[int, int, int], other: tuple[int, int, int]) -> Pixels:
    along = np.linspace(0, 1, 300)[None, :, None]
    return np.broadcast_to((1 - along) * one + along * other, (200, 300, 3)).astype(np.uint8)


def blob(ground: tuple[int, int, int], colour: tuple[int, int, int], radius: int = 40) -> Pixels:
    drawn, (y, x) = flat(*ground), np.mgrid[:200, :300]
    drawn[np.hypot(y - 100, x - 150) < radius] = colour
    return drawn


NAVY, BLUE, SKY, RED, WINE = (10, 20, 90), (40, 90, 200), (150, 200, 240), (205, 30, 35), (105, 15, 35)
GREEN, ORANGE, YELLOW, BROWN, PINK = (40, 140, 60), (240, 140, 30), (245, 215, 50), (110, 65, 30), (250, 150, 190)
WHITE, GREY, BLACK, SEPIA, TEAL = (250, 250, 250), (128, 128, 128), (12, 12, 12), (150, 115, 75), (10, 125, 125)
RAINBOW = split((0.2, RED), (0.2, ORANGE), (0.2, GREEN), (0.2, BLUE), (0.2, (150, 40, 190)))

GALLERY = {
    "navy with a moon": blob(NAVY, YELLOW, 25),
    "sky": gradient(SKY, (205, 230, 250)),
    "blue sea": split((0.6, BLUE), (0.4, SKY)),
    "red field": flat(*RED),
    "umbrella on grey": blob(GREY, RED, 25),
    "wine": gradient(WINE, (60, 10, 20)),
    "green wood": gradient(GREEN, (20, 70, 30)),
    "orange and blue": split((0.5, ORANGE), (0.5, BLUE)),
    "orange": flat(*ORANGE),
    "yellow on white": blob(WHITE, YELLOW, 60),
    "wood": gradient(BROWN, (150, 100, 60)),
    "pastels": split((0.3, (250, 215, 220)), (0.3, (215, 235, 250)), (0.4, (225, 245, 215))),
    "ink": split((0.5, BLACK), (0.5, WHITE)),
    "pencil": gradient(WHITE, (150, 150, 150)),
    "old photograph": gradient((225, 195, 150), (70, 50, 30)),
    "rainbow": RAINBOW,
    "noise": noise(),
    "fog": gradient((165, 168, 170), (185, 186, 188)),
    "teal": flat(*TEAL),
    "pink": blob(WHITE, PINK, 90),
    "panorama": np.tile(gradient(GREEN, SKY), (1, 2, 1)),
    "square": flat(*BROWN, width=240, height=240),
    "tall": flat(*GREY, width=100, height=260),
}
