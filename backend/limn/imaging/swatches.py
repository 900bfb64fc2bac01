"""The colours a picture is made of: a few swatches, found by clustering in OKLab."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limn.imaging import colours

Floats = NDArray[np.float64]

MOST = 8
_SEEDS = 20
_ROUNDS = 6
_APART = 0.11
_LEAST_SHARE = 0.012
_LEAST_ACCENT = 0.004


class Measured(NamedTuple):
    """A swatch as it is found. No noun: a decoding child would wait 0.14 s for the library that makes them."""

    hex: str
    name: str
    share: float


def swatches(rgb: NDArray[np.uint8]) -> tuple[Measured, ...]:
    """The picture's colours, largest share first, of uint8 (h, w, 3) in sRGB: one for a flat picture, at most eight.

    Deterministic. Every pixel belongs to one swatch, so the shares sum to 1 but for rounding down. Small accents count
    by how far they stand out. Meant for a longest side of about 256; larger pictures only take longer.
    """
    points, weights = histogram(rgb)
    space = _spread(points)
    labels = _nearest(space, _settle(space, weights, _seeds(space, weights)))
    centres = _merge(space, weights, labels)
    labels = _nearest(space, centres)
    found = [
        (float(weights[labels == label].sum()), _core(points[labels == label], weights[labels == label]))
        for label in np.unique(labels)
    ]
    found.sort(key=lambda one: (-one[0], tuple(one[1])))
    return tuple(_swatch(share, lab) for share, lab in found)


def histogram(rgb: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Mean OKLab (n, 3) and share (n,) of each occupied cell of a 32³ grid over sRGB."""
    flat = rgb.reshape(-1, 3)
    cells = (flat >> 3).astype(np.int32) @ np.array([1024, 32, 1], np.int32)
    counts = np.bincount(cells, minlength=32768)
    occupied = np.flatnonzero(counts)
    sums = [np.bincount(cells, weights=flat[:, channel], minlength=32768)[occupied] for channel in range(3)]
    means = np.stack(sums, axis=1) / counts[occupied, None]
    return colours.to_oklab(np.round(means)).astype(np.float64), counts[occupied] / len(flat)


def _spread(points: Floats) -> Floats:
    """The space to cluster in. Hue tells two swatches apart better than shading does, and most of all among pale colours."""
    weight = 1.7 + 1.3 * np.clip((points[:, :1] - 0.75) / 0.2, 0, 1)
    return np.hstack([points[:, :1], points[:, 1:] * weight])


def _seeds(space: Floats, weights: Floats) -> Floats:
    """Centres far apart, without chance: the heaviest cell, then again and again the one that stands out most."""
    chosen = [int(weights.argmax())]
    nearest = _squared(space, space[chosen[0]])
    standing = weights**0.4
    while len(chosen) < min(_SEEDS, len(space)):
        score = nearest * standing
        best = int(score.argmax())
        if nearest[best] < (0.5 * _APART) ** 2:
            break
        chosen.append(best)
        nearest = np.minimum(nearest, _squared(space, space[best]))
    return space[chosen]


def _settle(space: Floats, weights: Floats, centres: Floats) -> Floats:
    """Lloyd's iterations (Least squares quantization in PCM, 1982) on weighted cells."""
    for _ in range(_ROUNDS):
        labels = _nearest(space, centres)
        centres = _means(space, weights, labels)
    return centres


def _merge(space: Floats, weights: Floats, labels: NDArray[np.intp]) -> Floats:
    """Join clusters while two look alike, or one is too small to be seen, or there are too many."""
    centres = _means(space, weights, labels)
    shares = np.array([weights[labels == label].sum() for label in np.unique(labels)])
    while len(centres) > 1:
        apart = np.linalg.norm(centres[:, None] - centres[None], axis=2) + np.diag(np.full(len(centres), np.inf))
        # what a small cluster must have is distance: it is joined first unless it stands out
        cost = apart * np.minimum(shares[:, None], shares[None]) ** 0.2
        cost[apart < _APART] *= 0.01
        faint = shares < np.where(apart.min(axis=1) > 2 * _APART, _LEAST_ACCENT, _LEAST_SHARE)
        cost[faint] *= 0.1
        one, other = (int(i) for i in np.unravel_index(int(cost.argmin()), cost.shape))
        if len(centres) <= MOST and apart[one, other] >= _APART and not faint.any():
            break
        total = shares[one] + shares[other]
        centres[one] = (centres[one] * shares[one] + centres[other] * shares[other]) / total
        shares[one] = total
        centres, shares = np.delete(centres, other, axis=0), np.delete(shares, other)
    return centres


def _core(points: Floats, weights: Floats) -> Floats:
    """The colour people would point at: the mean of the cluster's middle, without its blended edges."""
    mean = np.average(points, axis=0, weights=weights)
    away = _squared(points, mean)
    order = np.argsort(away, kind="stable")
    half = order[: int(np.searchsorted(np.cumsum(weights[order]), 0.6 * weights.sum())) + 1]
    return np.asarray(np.average(points[half], axis=0, weights=weights[half]))


def _swatch(share: float, lab: Floats) -> Measured:
    rgb = colours.from_oklab(lab)
    # rounding down keeps the sum of all shares at 1 or below
    return Measured(colours.hex_of(rgb), colours.name(rgb), float(np.floor(share * 1e4 + 1e-6) / 1e4))


def _means(space: Floats, weights: Floats, labels: NDArray[np.intp]) -> Floats:
    totals = np.bincount(labels, weights=weights)
    sums = [np.bincount(labels, weights=weights * space[:, axis]) for axis in range(3)]
    return np.asarray((np.stack(sums, axis=1) / np.maximum(totals, 1e-12)[:, None])[totals > 0])


def _nearest(space: Floats, centres: Floats) -> NDArray[np.intp]:
    # |x - c|² without |x|², which does not change which is least
    labels: NDArray[np.intp] = ((centres**2).sum(axis=1)[None] - 2 * space @ centres.T).argmin(axis=1)
    return labels


def _squared(space: Floats, point: Floats) -> Floats:
    return np.asarray(((space - point) ** 2).sum(axis=1))
