"""Measurements in words: a true sentence and tags. Varied by what is measured, never by chance."""

from collections import defaultdict

import numpy as np

from limn.imaging.colours import ACHROMATIC, TERMS, to_oklab, to_oklch
from limn.imaging.picture import Picture
from limn.imaging.swatches import Measured, swatches
from limn.models import Tag
from limn.vision import measures

_FAIR = 0.5
# grounds of most pictures: they say something of one only where there is much of them
_EARTHS = frozenset({"brown", "beige", "olive"})
_TAG_NAMES = {
    "dark": "dark", "light": "light", "warm": "warm colours", "cool": "cool colours", "vivid": "vivid colours",
    "muted": "muted colours", "pastel": "pastel colours", "neon": "neon colours", "sepia": "sepia",
    "monochrome": "monochrome", "black and white": "black and white", "colourful": "colourful",
    "contrast": "high contrast", "low contrast": "low contrast", "detailed": "detailed", "minimal": "minimal",
    "square": "square", "portrait format": "portrait format", "landscape format": "landscape format",
    "panorama": "panorama", "tall": "tall format", "transparent": "transparent", "animated": "animated",
}  # fmt: skip
TAG_NAMES = frozenset((*TERMS, *_TAG_NAMES.values()))


def sentence(picture: Picture) -> str:
    """One sentence on format, colours, light and detail: "A square picture, mostly deep blue with orange, dark, high contrast"."""
    shown = dict(zip(measures.AXES, measures.measure(picture).tolist(), strict=True))
    found = swatches(measures.shrink(picture.pixels))
    if len(found) == 1:
        return f"{_format(shown)}, all {found[0].name}."
    return f"{_format(shown)}, {', '.join([_colours(shown, found), *_looks(shown)])}."


def tags(picture: Picture) -> tuple[Tag, ...]:
    """Colours by how much they catch the eye, looks by how far nobody would object; most confident first."""
    shown = dict(zip(measures.AXES, measures.measure(picture).tolist(), strict=True))
    confidences = {_TAG_NAMES[axis]: shown[axis] for axis in _TAG_NAMES if shown[axis] >= _FAIR}
    found = swatches(measures.shrink(picture.pixels))
    for term, share in _by_term(found).items():
        least = 0.2 if term in ACHROMATIC | _EARTHS else 0.03
        if share >= least and not (shown["black and white"] >= _FAIR and term in ACHROMATIC):
            strength = 1.0 if term in ACHROMATIC | _EARTHS else _strength(term, found)
            confidences[term] = min(1 - float(np.exp(-share * strength / (2 * least))), 0.99)
    ranked = sorted(confidences.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Tag(name=name, source="machine", confidence=round(confidence, 3)) for name, confidence in ranked)


def _format(shown: dict[str, float]) -> str:
    shape = next(
        words
        for axis, words in (
            ("panorama", "panoramic picture"),
            ("tall", "tall, narrow picture"),
            ("square", "square picture"),
            ("portrait format", "portrait-format picture"),
            ("landscape format", "landscape-format picture"),
            ("", "nearly square picture"),
        )
        if not axis or shown[axis] >= _FAIR
    )
    see_through = "partly transparent " if shown["transparent"] else ""
    start = f"{'animated ' if shown['animated'] else ''}{see_through}{shape}"
    return f"{'An' if start[0] in 'aeiou' else 'A'} {start}"


def _colours(shown: dict[str, float], found: tuple[Measured, ...]) -> str:
    if shown["black and white"] >= _FAIR:
        return "in black and white"
    shares = _by_term(found)
    ranked = sorted(shares, key=lambda term: (-_catch(term, found), term))
    names = {term: _called(term, found) for term in ranked}
    main, others = ranked[0], [names[term] for term in ranked[1:] if shares[term] >= 0.08][:4]
    touches = [names[term] for term in ranked[1:] if shares[term] < 0.08 and _is_accent(names[term])][:2]
    touch = [f"a touch of {_listed(touches)}"] if touches else []
    if not others and not touches and shares[main] >= 0.97:
        return f"in shades of {main}"
    if shares[main] >= 0.55:
        rest = _listed([*others, *touch])
        return f"mostly {names[main]} with {rest}" if rest else f"mostly {names[main]}"
    return " with ".join([f"in {_listed([names[main], *others])}", *touch])


def _catch(term: str, found: tuple[Measured, ...]) -> float:
    """How much of a term an eye takes in: its area, and more for strong colour than for grey."""
    return sum(swatch.share * (1 + 6 * _chroma(swatch)) for swatch in _of(term, found))


def _strength(term: str, found: tuple[Measured, ...]) -> float:
    """0 to 1: how plainly the term is a colour and not the cast of a grey."""
    of_term = _of(term, found)
    return sum(one.share * min(_chroma(one) / 0.09, 1) for one in of_term) / sum(one.share for one in of_term)


def _chroma(swatch: Measured) -> float:
    return float(to_oklch(to_oklab([int(swatch.hex[i : i + 2], 16) for i in (1, 3, 5)]))[1])


def _is_accent(name: str) -> bool:
    return _term(name) not in ACHROMATIC | _EARTHS and not name.startswith("muted")


def _term(name: str) -> str:
    return name.rsplit(maxsplit=1)[-1]


def _of(term: str, found: tuple[Measured, ...]) -> list[Measured]:
    return [swatch for swatch in found if _term(swatch.name) == term]


def _by_term(found: tuple[Measured, ...]) -> dict[str, float]:
    shares: dict[str, float] = defaultdict(float)
    for swatch in found:
        shares[_term(swatch.name)] += swatch.share
    return shares


def _called(term: str, found: tuple[Measured, ...]) -> str:
    """The term with its modifier where that holds for most of its area, else the bare term."""
    tones: dict[str, float] = defaultdict(float)
    for swatch in _of(term, found):
        tones[swatch.name] += swatch.share
    most = max(tones, key=lambda name: (tones[name], name))
    return most if tones[most] >= 0.6 * sum(tones.values()) else term


def _looks(shown: dict[str, float]) -> list[str]:
    grey = shown["black and white"] >= _FAIR
    # muted colours are said of colours, not of a picture that has hardly any
    faint = sum(shown[term] for term in ACHROMATIC) > 0.75
    pairs = (
        ("dark", "dark"),
        ("light", "light"),
        ("sepia", "in sepia tones"),
        ("monochrome", "in one hue"),
        ("colourful", "colourful"),
        ("vivid", "in vivid colours"),
        ("pastel", "in pastel colours"),
        ("muted", "in muted colours"),
        ("warm", "warm"),
        ("cool", "cool"),
        ("contrast", "high contrast"),
        ("low contrast", "low contrast"),
        ("detailed", "full of detail"),
        ("minimal", "with large plain areas"),
    )
    left_out = {*(["monochrome"] if grey or shown["sepia"] >= _FAIR else []), *(["muted"] if faint else [])}
    return [words for axis, words in pairs if shown[axis] >= _FAIR and axis not in left_out]


def _listed(names: list[str]) -> str:
    """English enumeration: "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
