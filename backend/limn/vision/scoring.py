"""From the cosine of a picture and a text to a score of 0–100, and how the numbers in between are fitted. Pure."""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from limn.errors import InvalidInput
from limn.models import Calibration, Match

# Where a cosine means "half", and how quickly it becomes "hardly" or "fully", by what the space's name holds; the first that fits.
# None was tried on real weights here. OpenAI's B/32: human captions lie near 0.30, other pictures' near 0.15, and LAION kept pairs
# from 0.28 up. SigLIP: words that fit are reported from 0.06 to 0.14, others below (open_clip issue 716, big_vision issue 180, and
# the sigmoid it was trained by turns at 0.11 to 0.15). The rest are guesses between these, until `limn models calibrate`.
_STARTS: tuple[tuple[tuple[str, ...], float, float], ...] = (
    (("siglip",), 0.085, 0.018),
    (("laion", "datacomp", "dfn", "metaclip"), 0.21, 0.03),
    (("patch14", "l-14"), 0.20, 0.025),
    (("",), 0.245, 0.025),
)
PAIRS = 30
RECOGNISED = 20  # the least score of a phrase that was recognised: rather one too many than a reproach too many
_ROUNDING = 0.01  # float16 vectors are not quite of unit length
_BETTER = 0.65
_LEAST_SCALE = 0.001


def score(cosine: float, calibration: Calibration) -> int:
    """0 to 100, more for more. Raises InvalidInput for what is no cosine."""
    if not math.isfinite(calibration.midpoint) or not 0 < calibration.scale < math.inf:
        raise InvalidInput(f"The calibration of {calibration.space} holds numbers that cannot be used.")
    if not abs(cosine) <= 1 + _ROUNDING:  # so that NaN is refused, too
        raise InvalidInput(f"{cosine} is not a cosine.")
    steps = (cosine - calibration.midpoint) / calibration.scale
    odds = math.exp(-abs(steps))
    return round(100 * (1 if steps >= 0 else odds) / (1 + odds))


def verdict(score: int) -> str:
    """The word for a match score of 0–100."""
    return "strong" if score >= 85 else "good" if score >= 65 else "partial" if score >= 35 else "weak"


def rescored(match: Match, calibration: Calibration) -> Match:
    """The same cosines by other numbers; as it was where the method had no cosine."""
    if match.cosine is None:
        return match
    value = score(match.cosine, calibration)
    phrases = []
    for phrase in match.phrases:
        own = phrase.score if phrase.cosine is None else score(phrase.cosine, calibration)
        recognised = phrase.recognised if phrase.cosine is None or own is None else own >= RECOGNISED
        phrases.append(phrase.model_copy(update={"score": own, "recognised": recognised}))
    changes = {"calibrated": calibration.pairs > 0, "calibration": calibration.version, "phrases": tuple(phrases)}
    return match.model_copy(update={"score": value, "verdict": verdict(value), **changes})


def start(space: str) -> Calibration:
    """What a space is scored by before anybody calibrated: rough, and of no pairs."""
    name = space.casefold()
    midpoint, scale = next((m, s) for parts, m, s in _STARTS if any(part in name for part in parts))
    return Calibration(space=space, midpoint=midpoint, scale=scale, version=version(midpoint, scale))


def fitted(space: str, own: Sequence[float], shuffled: Sequence[float]) -> Calibration:
    """See `fit`."""
    midpoint, scale = fit(own, shuffled)
    return Calibration(space=space, midpoint=midpoint, scale=scale, version=version(midpoint, scale), pairs=len(own))


def version(midpoint: float, scale: float) -> str:
    """Eight hex digits: the same for the same numbers, whatever space they serve."""
    return hashlib.sha256(f"{midpoint:.6f} {scale:.6f}".encode()).hexdigest()[:8]


def fit(own: Sequence[float], shuffled: Sequence[float]) -> tuple[float, float]:
    """(midpoint, scale), so that the score is the chance in a hundred that a text is the picture's own and not another's, both
    being as likely beforehand. `own` are the cosines of pictures with their own descriptions, `shuffled` with those of others.

    Logistic regression. Where own and shuffled hardly overlap it would draw a step, and all that fits would score 100; so the curve
    is kept as wide as cosines of equal pairs differ: its standard deviation, π/√3 scales, is no less than theirs.
    Raises InvalidInput for fewer than PAIRS of either, for what is no cosine, and where own are hardly larger than shuffled.
    """
    mine, others = _cosines(own, "own"), _cosines(shuffled, "shuffled")
    _refuse_the_inseparable(mine, others)
    slope, offset = _regress(mine, others)
    midpoint = -offset / slope if slope > 0 else math.nan
    if not min(mine.min(), others.min()) <= midpoint <= max(mine.max(), others.max()):
        raise InvalidInput("No curve divides the gallery's own pairs from shuffled ones.")
    spread = math.sqrt((mine.var() + others.var()) / 2)
    return round(midpoint, 6), round(max(1 / slope, spread * math.sqrt(3) / math.pi, _LEAST_SCALE), 6)


def _cosines(given: Sequence[float], name: str) -> NDArray[np.float64]:
    values = np.asarray(given, np.float64)
    if len(values) < PAIRS:
        raise InvalidInput(f"{len(values)} {name} pairs are too few to calibrate with; at least {PAIRS} are needed.")
    if not (np.abs(values) <= 1 + _ROUNDING).all():
        raise InvalidInput(f"Some of the {name} pairs have no cosine.")
    return values


def _refuse_the_inseparable(mine: NDArray[np.float64], others: NDArray[np.float64]) -> None:
    """How often an own pair beats a shuffled one (the area under the ROC curve); chance alone stays below half and three
    standard errors of it: Mann and Whitney, 1947."""
    ranked = np.sort(others)
    beaten = np.searchsorted(ranked, mine, "left") + np.searchsorted(ranked, mine, "right")
    area = float(beaten.mean()) / (2 * len(others))
    error = math.sqrt((len(mine) + len(others) + 1) / (12 * len(mine) * len(others)))
    least = max(_BETTER, 0.5 + 3 * error)
    if area < least:
        raise InvalidInput(
            f"The descriptions fit their own pictures better than others' in only {area:.0%} of the comparisons; at least {least:.0%} "
            "are needed to calibrate. Descriptions that say what is to be seen help."
        )


def _regress(mine: NDArray[np.float64], others: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset by Newton's method, damped. Both classes weigh alike, however many of each there are; one pair at half a
    chance (a ridge) keeps the slope finite where they are separable."""
    both = np.concatenate([mine, others])
    centre, unit = both.mean(), both.std()
    rows = np.stack([(both - centre) / unit, np.ones_like(both)], axis=1)
    labels = np.repeat([1.0, 0.0], [len(mine), len(others)])
    weights = np.repeat([0.5 / len(mine), 0.5 / len(others)], [len(mine), len(others)])
    ridge = np.array([1 / len(both), 0.0])

    def loss(found: NDArray[np.float64]) -> float:
        logits = rows @ found
        return float(weights @ (np.logaddexp(0, logits) - labels * logits) + ridge @ found**2 / 2)

    found = np.zeros(2)
    for _ in range(100):
        chances = 1 / (1 + np.exp(-np.clip(rows @ found, -500, 500)))
        gradient = rows.T @ (weights * (chances - labels)) + ridge * found
        curvature = (rows * (weights * chances * (1 - chances))[:, None]).T @ rows + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        before, reach = loss(found), 1.0
        while loss(found - reach * step) > before and reach > 1e-6:
            reach /= 2
        found = found - reach * step
        if np.abs(reach * step).max() < 1e-9:
            break
    slope = float(found[0] / unit)
    return slope, float(found[1] - slope * centre)
