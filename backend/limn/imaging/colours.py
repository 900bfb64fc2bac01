"""Colours as an eye orders them: sRGB to OKLab and back, how far apart two are, and what people call them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]

TERMS = (
    "black", "white", "grey", "red", "orange", "brown", "beige", "yellow",
    "olive", "green", "teal", "turquoise", "blue", "purple", "magenta", "pink",
)  # fmt: skip
ACHROMATIC = frozenset({"black", "white", "grey"})
MODIFIERS = ("dark", "light", "deep", "pale", "vivid", "muted")

# Björn Ottosson, "A perceptual color space for image processing", 2020: linear sRGB to cone responses, their roots to Lab.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LAB = np.linalg.inv(_TO_LAB)
_FROM_CONES = np.linalg.inv(_TO_CONES)
_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True)
class _Tone:
    """Where a term is no longer plain: looks darker than `dark`, lighter than `light`, of more chroma than `vivid`."""

    dark: float
    light: float
    vivid: float


# Set by eye on chips; the table of well-known colours in tests/test_colours.py holds them in place.
_TONES = {
    "black": _Tone(-1, 2, 1),
    "white": _Tone(-1, 2, 1),
    "grey": _Tone(0.55, 0.77, 1),
    "red": _Tone(0.52, 0.70, 0.205),
    "orange": _Tone(0.70, 0.83, 0.155),
    "brown": _Tone(0.43, 0.62, 0.175),
    "beige": _Tone(0.78, 0.965, 1),
    "yellow": _Tone(0.82, 0.90, 0.165),
    "olive": _Tone(0.50, 0.64, 0.135),
    "green": _Tone(0.525, 0.76, 0.185),
    "teal": _Tone(0.445, 2, 0.125),
    "turquoise": _Tone(0.715, 0.86, 0.128),
    "blue": _Tone(0.44, 0.74, 0.195),
    "purple": _Tone(0.43, 0.69, 0.215),
    "magenta": _Tone(0.615, 0.78, 0.245),
    "pink": _Tone(0.665, 0.83, 0.185),
}
_DARK = np.array([_TONES[term].dark for term in TERMS], np.float32)
_LIGHT = np.array([_TONES[term].light for term in TERMS], np.float32)
_VIVID = np.array([_TONES[term].vivid for term in TERMS], np.float32)


def to_oklab(rgb: ArrayLike) -> Floats:
    """OKLab (…, 3) of sRGB 0–255 (…, 3): lightness 0–1, a (green to red) and b (blue to yellow) about ±0.3."""
    linear = _LINEAR[np.asarray(rgb, np.uint8)]
    return np.asarray(np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T, np.float32)


def from_oklab(lab: ArrayLike) -> NDArray[np.uint8]:
    """The sRGB colours (…, 3) of OKLab (…, 3), rounded; what lies outside sRGB is clipped."""
    linear = np.clip((np.asarray(lab, np.float64) @ _FROM_LAB.T) ** 3 @ _FROM_CONES.T, 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * curved), np.uint8)


def to_oklch(lab: ArrayLike) -> Floats:
    """Lightness 0–1, chroma 0 to about 0.32 and hue in degrees 0–360, (…, 3), of OKLab (…, 3)."""
    lab = np.asarray(lab, np.float32)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    return np.stack([lab[..., 0], chroma, hue], axis=-1)


def distance(one: ArrayLike, other: ArrayLike) -> Floats:
    """How different two OKLab colours look: 0.02 is just noticed side by side, 0.1 plainly another colour."""
    return np.asarray(np.linalg.norm(np.asarray(one, np.float32) - np.asarray(other, np.float32), axis=-1), np.float32)


def hex_of(rgb: ArrayLike) -> str:
    """`#rrggbb` of one sRGB colour."""
    red, green, blue = (int(channel) for channel in np.asarray(rgb, np.uint8))
    return f"#{red:02x}{green:02x}{blue:02x}"


def name(rgb: ArrayLike) -> str:
    """What a person calls one sRGB colour: a term, with one modifier where it is not plain ("deep blue")."""
    lab = to_oklab(rgb)[None, :]
    term = int(terms(lab)[0].argmax())
    tone = tones(lab)[0, term]
    return " ".join([*_modifier(dict(zip(MODIFIERS, tone.tolist(), strict=True))), TERMS[term]])


def _modifier(tone: dict[str, float]) -> list[str]:
    # what says most comes first: deep and pale are the strong forms of dark and light
    for word in ("deep", "dark", "vivid", "pale", "light", "muted"):
        if tone[word] > 0.5:
            return [word]
    return []


def tones(lab: Floats) -> Floats:
    """How far each modifier holds, 0–1, (n, terms, modifiers), should the colour (n, 3) be of that term.

    Dark contains deep (dark and rich), light contains pale (light and weak).
    """
    lightness, chroma = (channel[:, None] for channel in to_oklch(lab).T[:2])
    vivid = above(chroma, _VIVID, 0.006)
    # a strong colour looks lighter than its lightness (Helmholtz and Kohlrausch)
    dark = above(_DARK, lightness + 0.3 * chroma, 0.015)
    # the brightest yellow or cyan is light by the number and vivid to the eye
    light = above(lightness, _LIGHT, 0.015) * (1 - above(chroma, _VIVID, 0.006))
    coloured = (_VIVID < 1).astype(np.float32)
    deep = dark * above(chroma, 0.6 * _VIVID, 0.006) * coloured
    pale = light * above(np.minimum(0.095, 0.6 * _VIVID), chroma, 0.006) * coloured
    muted = (1 - light) * above(0.42 * _VIVID, chroma, 0.006) * coloured
    return np.stack([dark, light, deep, pale, vivid * (1 - dark), muted], axis=-1).astype(np.float32)


def terms(lab: Floats) -> Floats:
    """How far each of `TERMS` names each colour, (n, terms) of OKLab (n, 3); rows sum to 1, borders are soft.

    Basic colour terms after Berlin and Kay, Basic Color Terms, 1969, with the few that painters miss among them.
    """
    lightness, chroma, hue = to_oklch(lab).T
    cool = above(hue, 190.0, 4.0) * above(275.0, hue, 4.0)
    cool *= 1 - 0.7 * above(lightness, 0.82, 0.02)
    # a blue cast is taken for grey longer than a warm one unless it is pale, and in the dark any cast is
    least = 0.022 + 0.012 * cool + 0.006 * above(0.35, lightness, 0.03) - 0.004 * above(lightness, 0.9, 0.02)
    black = above(0.26, lightness + 0.8 * chroma, 0.006)
    white = (1 - black) * above(lightness, 0.94, 0.005) * above(0.022 + 0.1 * (lightness - 0.95), chroma, 0.002)
    grey = (1 - black - white) * above(least, chroma, 0.003)
    rest = 1 - black - white - grey
    shares = {term: share * rest for term, share in _chromatic(lightness, chroma, hue).items()}
    shares.update({"black": black, "white": white, "grey": grey})
    return np.stack([shares[term] for term in TERMS], axis=-1).astype(np.float32)


def _chromatic(lightness: Floats, chroma: Floats, hue: Floats) -> dict[str, Floats]:
    """Hue decides first, then what lightness and strength make of the hue: dark orange is brown."""
    red, orange, yellow, green, turquoise, blue, purple, pink = _sectors(lightness, chroma, hue)
    rosy = above(lightness, 0.54 + 0.9 * chroma + 0.008 * np.clip(hue - 26, 0, 20), 0.012)
    earthy = above(0.085, chroma, 0.005)
    weak = above(0.092 - 0.0037 * np.clip(hue - 90, 0, 15), chroma, 0.004)
    bright = above(lightness, 0.705, 0.015)
    sandy = weak * bright
    shade = np.maximum(above(0.63, lightness + (chroma - 0.1), 0.012), weak * (1 - bright))
    mossy = above(hue, 96.0, 2.0)
    deep_water = above(0.64, lightness, 0.012)
    neon = above(hue, 318.0, 3.0) * above(chroma, 0.17, 0.006) * above(lightness, 0.5, 0.012)
    dusky = above(0.5, lightness, 0.012)
    return {
        "red": red * (1 - rosy) * (1 - earthy),
        "orange": orange * (1 - sandy) * (1 - shade),
        "brown": red * (1 - rosy) * earthy + (1 - sandy) * (orange * shade + yellow * (1 - bright) * (1 - mossy)),
        "beige": (orange + yellow) * sandy,
        "yellow": yellow * (1 - sandy) * bright,
        "olive": yellow * (1 - sandy) * (1 - bright) * mossy,
        "green": green,
        "teal": turquoise * deep_water,
        "turquoise": turquoise * (1 - deep_water),
        "blue": blue,
        "purple": purple * (1 - neon) + pink * dusky,
        "magenta": purple * neon,
        "pink": red * rosy + pink * (1 - dusky),
    }


def _sectors(lightness: Floats, chroma: Floats, hue: Floats) -> list[Floats]:
    """Shares of the eight sectors of the hue circle, from red on; they sum to 1."""
    borders: list[Floats | float] = [
        # bluish reds are pink when light, wine when dark
        -2.0 + 13.0 * above(lightness, 0.47, 0.02),
        39.0,
        84.0,
        118.0,
        173.0,
        202.0 + 60.0 * chroma,
        283.0,
        # light purples turn into pink later than dark ones
        338.0 + 12.0 * above(0.6, lightness, 0.02),
    ]
    after = [above((hue - border + 180.0) % 360.0 - 180.0, 0.0, 1.5) for border in borders]
    inside: list[Floats] = [after[i] * (1 - after[(i + 1) % 8]) for i in range(8)]
    total = np.asarray(np.sum(inside, axis=0), np.float32)
    return [share / total for share in inside]


def above(value: ArrayLike, edge: ArrayLike, width: float) -> Floats:
    """0 well below the edge, 1 well above, one half on it: a border as soft as people's agreement on names."""
    steps = (np.asarray(value, np.float32) - np.asarray(edge, np.float32)) / width
    return np.asarray(0.5 + 0.5 * np.tanh(steps / 2), np.float32)
