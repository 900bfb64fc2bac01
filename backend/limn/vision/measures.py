"""What can be measured of a picture without a model: how far it shows each axis, 0 to 1."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from limn.imaging import colours
from limn.imaging.picture import Picture
from limn.imaging.swatches import histogram
from limn.vision.lexicon import SHADES

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SIDE = 256
TONES = (*colours.MODIFIERS, "bright")
TERM_AXES = colours.TERMS
TONE_AXES = tuple(
    f"{tone} {term}"
    for term in colours.TERMS
    if term not in {"black", "white"}
    for tone in TONES
    if term != "grey" or tone in {"dark", "light"}
)
SHADE_AXES = tuple(SHADES)
PART_AXES = ("dark parts", "light parts", "blackish", "whitish")
SCENE_AXES = (
    *PART_AXES, "dark", "light", "warm", "cool", "vivid", "muted", "pastel", "neon", "sepia",
    "monochrome", "black and white", "colourful", "contrast", "low contrast", "detailed", "minimal",
    "square", "portrait format", "landscape format", "panorama", "tall", "transparent", "animated",
)  # fmt: skip
AXES = (*TERM_AXES, *TONE_AXES, *SHADE_AXES, *SCENE_AXES)

# two colours this near in OKLab are called by one name of a shade
_SHADE_RADIUS = 0.085
_PROTOTYPES = colours.to_oklab([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in SHADES.values()])
_TONE_PLACES = np.array(
    [colours.TERMS.index(axis.split()[1]) * len(TONES) + TONES.index(axis.split()[0]) for axis in TONE_AXES]
)


@lru_cache(maxsize=4)  # an analysis asks four times for the same picture; each worker has one in hand
def measure(picture: Picture) -> Floats:
    """How far the picture shows each of `AXES`, (axes,), 0 to 1.

    Colours and parts: the share of the area. All other axes: 0 where the word would be wrong, 1 where nobody would object.
    """
    pixels = shrink(picture.pixels)
    lab, weights = (part.astype(np.float32) for part in histogram(pixels))
    scene = {**_light(lab, weights), **_colouring(lab, weights), **_detail(pixels), **_format(picture)}
    shown = np.concatenate([_areas(lab, weights), [scene[axis] for axis in SCENE_AXES]]).clip(0, 1).astype(np.float32)
    shown.flags.writeable = False
    return shown


def shrink(pixels: Pixels) -> Pixels:
    """The picture with its longest side at most about 256, by means of whole blocks, so that detail does not alias."""
    factor = -(-max(pixels.shape[:2]) // SIDE)
    height, width = (max(side // factor, 1) for side in pixels.shape[:2])
    if factor == 1:
        return pixels
    tall, wide = (min(factor, side) for side in pixels.shape[:2])
    height, width = height * tall, width * wide
    # a few slices added up are ten times faster than the mean over two axes of blocks
    total = np.zeros((height // tall, width // wide, 3), np.uint32)
    for down in range(tall):
        for across in range(wide):
            total += pixels[down:height:tall, across:width:wide]
    return np.asarray((total + tall * wide // 2) // (tall * wide), np.uint8)


def _areas(lab: Floats, weights: Floats) -> Floats:
    """Shares of terms, of terms in a tone, and of shades."""
    terms = colours.terms(lab)
    tones = colours.tones(lab)
    bright = np.maximum(tones[..., TONES.index("light")] - tones[..., TONES.index("pale")], tones[..., 4])
    toned = terms[..., None] * np.concatenate([tones, bright[..., None]], axis=-1)
    shades = colours.above(_SHADE_RADIUS, colours.distance(lab[:, None], _PROTOTYPES[None]), 0.008)
    by_tone = weights @ toned.reshape(len(lab), -1)
    return np.concatenate([weights @ terms, by_tone[_TONE_PLACES], weights @ shades]).astype(np.float32)


def _light(lab: Floats, weights: Floats) -> dict[str, float]:
    lightness, chroma, _ = colours.to_oklch(lab).T
    mean = float(weights @ lightness)
    dark_parts = float(weights @ colours.above(0.40, lightness, 0.02))
    light_parts = float(weights @ colours.above(lightness, 0.80, 0.02))
    low, high = _ends(lightness, weights)
    far = float(weights @ (colours.distance(lab, weights @ lab) > 0.15))
    spread = float(np.sqrt(max(float(weights @ (lightness - mean) ** 2), 0)))
    return {
        "dark": max(_ramp(mean, 0.48, 0.39), _ramp(dark_parts, 0.6, 0.8)),
        "light": max(_ramp(mean, 0.78, 0.86), _ramp(light_parts, 0.62, 0.8)),
        "dark parts": dark_parts,
        "light parts": light_parts,
        # what people call black and white in a picture: a white cow in the shade is a light grey by its pixels
        "blackish": float(weights @ (colours.above(0.32, lightness, 0.015) * colours.above(0.045, chroma, 0.004))),
        "whitish": float(weights @ (colours.above(lightness, 0.84, 0.015) * colours.above(0.04, chroma, 0.004))),
        # both the ends and the mass between them: one white dot on black is no contrast
        "contrast": min(_ramp(high - low, 0.40, 0.60), _ramp(spread, 0.19, 0.25)),
        # one flat colour has nothing to contrast, and two strong hues of one lightness contrast all the same
        "low contrast": _ramp(far, 0.06, 0.01) * _ramp(spread, 0.004, 0.01),
    }


def _colouring(lab: Floats, weights: Floats) -> dict[str, float]:
    lightness, chroma, hue = colours.to_oklch(lab).T
    angle, (low, high) = np.radians(hue), _ends(lightness, weights)
    mean = float(weights @ chroma)
    strength = weights * chroma
    total = max(float(strength.sum()), 1e-6)
    # hue is weighed by chroma, for the hue of a grey is noise
    agree = float(np.hypot(strength @ np.cos(angle), strength @ np.sin(angle))) / total
    middle = float(np.degrees(np.arctan2(strength @ np.sin(angle), strength @ np.cos(angle)))) % 360
    # yellow to magenta by way of red is warm, green stands between, turquoise to violet is cool
    warm = float(strength @ ((hue < 112) | (hue > 335))) / total
    cool = float(strength @ ((hue > 165) & (hue < 300))) / total
    coloured = float(weights @ colours.above(chroma, 0.035, 0.004))
    grey = _ramp(coloured, 0.012, 0.003) * _ramp(mean, 0.016, 0.010)
    one_hue = _ramp(agree, 0.95, 0.985) * _ramp(mean, 0.015, 0.025)
    between = float(weights @ ((lightness > 0.25) & (lightness < 0.93)))
    strong = float(weights @ (chroma > 0.11))
    soft = float(weights @ ((lightness > 0.78) & (chroma > 0.025) & (chroma < 0.115)))
    loud = float(weights @ ((lightness > 0.55) & (chroma > 0.2)))
    return {
        "black and white": grey,
        "monochrome": max(grey, one_hue),
        # a brown wall is no sepia: that is a whole picture, from shadows to lights
        "sepia": one_hue
        * _ramp(abs(middle - 72), 26, 14)
        * _ramp(float(weights @ (chroma > 0.12)), 0.1, 0.02)
        * _ramp(high - low, 0.3, 0.45),
        "warm": _ramp(warm, 0.72, 0.92) * _ramp(mean, 0.02, 0.045),
        "cool": _ramp(cool, 0.62, 0.85) * _ramp(mean, 0.02, 0.045),
        "vivid": _ramp(mean, 0.095, 0.135),
        "muted": _ramp(mean / max(between, 0.1), 0.06, 0.04) * _ramp(strong, 0.04, 0.01) * (1 - grey),
        "pastel": _ramp(soft, 0.35, 0.6) * _ramp(float(weights @ (lightness < 0.5)), 0.3, 0.1),
        "neon": _ramp(loud, 0.06, 0.25),
        "colourful": _colourfulness(lab, weights),
    }


def _ends(lightness: Floats, weights: Floats) -> tuple[float, float]:
    """The lightness that 5 % and that 95 % of the area stay below."""
    order = np.argsort(lightness)
    low, high = np.interp((0.05, 0.95), np.cumsum(weights[order]), lightness[order])
    return float(low), float(high)


def _colourfulness(lab: Floats, weights: Floats) -> float:
    """Many hues, and none of them faint: the number of hues that share the chroma evenly (exponential of entropy)."""
    terms = colours.terms(lab)
    _, chroma, _ = colours.to_oklch(lab).T
    hues = [i for i, term in enumerate(colours.TERMS) if term not in {*colours.ACHROMATIC, "beige", "brown", "olive"}]
    by_hue = (weights * chroma) @ terms[:, hues]
    spread = by_hue / max(float(by_hue.sum()), 1e-6)
    number = float(np.exp(-(spread * np.log(np.maximum(spread, 1e-9))).sum()))
    return _ramp(number, 2.7, 4.2) * _ramp(float(by_hue.sum()), 0.03, 0.055)


def _detail(pixels: Pixels) -> dict[str, float]:
    """From the share of places where lightness or colour changes so that an eye stops there."""
    lab = colours.to_oklab(pixels)
    across = colours.distance(lab[:, 1:], lab[:, :-1])
    down = colours.distance(lab[1:], lab[:-1])
    steps = [float((step > 0.04).mean()) for step in (across, down) if step.size]
    busy = float(np.mean(steps)) if steps else 0.0
    return {"detailed": _ramp(busy, 0.30, 0.45), "minimal": _ramp(busy, 0.10, 0.04)}


def _format(picture: Picture) -> dict[str, float]:
    ratio = picture.width / picture.height
    square = _ramp(abs(float(np.log(ratio))), 0.06, 0.03)
    return {
        "square": square,
        "portrait format": (1 - square) * (ratio < 1),
        "landscape format": (1 - square) * (ratio > 1),
        "panorama": _ramp(ratio, 1.85, 2.0),
        "tall": _ramp(ratio, 1 / 1.85, 1 / 2.0),
        "transparent": float(picture.transparent),
        "animated": float(picture.animated),
    }


def _ramp(value: float, start: float, end: float) -> float:
    """0 up to `start`, 1 from `end` on; downwards where `end` is the smaller."""
    return float(np.clip((value - start) / (end - start), 0, 1))
