"""Scores: more for more, never outside 0–100, and calibrations that are found again in drawn data or refused in words."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from limn.errors import InvalidInput
from limn.models import Calibration, Match, Phrase
from limn.vision.scoring import PAIRS, fit, fitted, rescored, score, start, verdict, version

CLIP = start("clip-vit-base-patch32@3d74acf")
COSINES = st.floats(-1, 1)
CALIBRATIONS = st.builds(
    lambda midpoint, scale: Calibration(space="s", midpoint=midpoint, scale=scale, version="v"),
    st.floats(-1, 1),
    st.floats(min_value=0, exclude_min=True, max_value=10),
)


def drawn(mean: float, spread: float, count: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(mean, spread, count).clip(-1, 1)


@given(COSINES, COSINES, CALIBRATIONS)
def test_a_larger_cosine_never_scores_less_and_no_score_leaves_its_bounds(
    one: float, other: float, calibration: Calibration
) -> None:
    less, more = (score(cosine, calibration) for cosine in sorted((one, other)))
    assert 0 <= less <= more <= 100


@pytest.mark.parametrize(("cosine", "value"), [(0.15, 2), (0.20, 14), (0.245, 50), (0.28, 80), (0.30, 90), (0.33, 97)])
def test_the_small_clip_scores_as_the_design_proposes(cosine: float, value: int) -> None:
    assert score(cosine, CLIP) == value


@pytest.mark.parametrize("cosine", [math.nan, math.inf, -math.inf, 1.5, -2])
def test_what_is_no_cosine_is_refused(cosine: float) -> None:
    with pytest.raises(InvalidInput, match="not a cosine"):
        score(cosine, CLIP)


@pytest.mark.parametrize(("midpoint", "scale"), [(math.nan, 0.1), (0.2, math.inf), (math.inf, 0.1)])
def test_a_calibration_of_no_numbers_is_refused(midpoint: float, scale: float) -> None:
    with pytest.raises(InvalidInput, match="cannot be used"):
        score(0.2, Calibration(space="s", midpoint=midpoint, scale=scale, version="v"))


def test_a_cosine_that_half_precision_lifted_over_one_is_still_one() -> None:
    assert score(1.0004, CLIP) == 100


def test_verdicts_begin_where_the_design_says() -> None:
    assert [verdict(value) for value in (0, 34, 35, 64, 65, 84, 85, 100)] == [
        *("weak", "weak", "partial", "partial"),
        *("good", "good", "strong", "strong"),
    ]


def test_each_family_of_spaces_starts_where_its_cosines_lie() -> None:
    names = (
        "siglip-base-patch16-224@1/2",
        "ViT-B-32__laion2b-s34b-b79k@9",
        "clip-vit-large-patch14@a",
        "my-own-export",
    )
    siglip, laion, large, unknown = (start(name) for name in names)
    assert siglip.midpoint < 0.1 < large.midpoint < laion.midpoint < CLIP.midpoint
    assert (unknown.midpoint, unknown.scale) == (CLIP.midpoint, CLIP.scale)
    assert [one.space for one in (siglip, unknown)] == ["siglip-base-patch16-224@1/2", "my-own-export"]
    assert {one.pairs for one in (siglip, laion, large, unknown, CLIP)} == {0}
    assert siglip.version == version(siglip.midpoint, siglip.scale) != CLIP.version


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 0.35), st.floats(0.02, 0.05), st.integers(0, 1000))
def test_a_fit_finds_the_curve_that_data_was_drawn_by(midpoint: float, scale: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    cosines = chance.normal(midpoint, 1.5 * scale, 20_000)
    own = chance.random(20_000) < 1 / (1 + np.exp(-(cosines - midpoint) / scale))
    found, wide = fit(list(cosines[own]), list(cosines[~own]))
    assert found == pytest.approx(midpoint, abs=scale / 10)
    assert wide == pytest.approx(scale, rel=0.1)


def test_a_hundred_times_as_many_shuffled_pairs_move_nothing() -> None:
    own, few = drawn(0.26, 0.04, 3_000, 1), drawn(0.22, 0.04, 3_000, 2)
    many = drawn(0.22, 0.04, 300_000, 3)
    assert fit(list(own), list(few)) == pytest.approx(fit(list(own), list(many)), abs=0.003)


def test_literal_descriptions_do_not_all_score_a_hundred() -> None:
    """As people write of photographs: own at 0.30, others at 0.15, hardly any overlap, and a bare regression would be a step."""
    found = fitted("clip", list(drawn(0.30, 0.03, 20_000, 1)), list(drawn(0.15, 0.03, 20_000, 2)))
    assert found.midpoint == pytest.approx(0.225, abs=0.005)
    assert found.scale == pytest.approx(0.0165, abs=0.0005)
    scores = [score(cosine, found) for cosine in (0.15, 0.20, 0.225, 0.25, 0.30)]
    assert scores[0] < 5 < scores[1] < 30 < scores[2] < 70 < scores[3] < 95 < scores[4]
    assert found.pairs == 20_000
    assert found.version != start("clip").version


def test_pairs_that_never_overlap_have_a_curve_too() -> None:
    midpoint, scale = fit([0.3] * PAIRS, [0.1] * PAIRS)
    assert midpoint == pytest.approx(0.2, abs=0.001)
    assert 0.01 < scale < 0.1


def test_few_pairs_are_drawn_by_with_a_soft_hand() -> None:
    few, many = (fit(list(drawn(0.30, 0.03, count, 1)), list(drawn(0.15, 0.03, count, 2))) for count in (PAIRS, 1_000))
    assert few[0] == pytest.approx(many[0], abs=0.005)
    assert few[1] > 1.4 * many[1]


def test_pairs_that_differ_by_nearly_nothing_have_a_usable_curve() -> None:
    assert fit([0.3 + 1e-9] * PAIRS, [0.3] * PAIRS)[1] == 0.001


def test_pairs_that_are_equal_are_half_a_win() -> None:
    midpoint, _ = fit([0.3] * PAIRS + [0.2] * (PAIRS - 4), [0.2] * (2 * PAIRS))
    assert 0.2 < midpoint < 0.3


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(PAIRS, 200))
def test_words_that_say_nothing_of_their_pictures_are_refused(seed: int, count: int) -> None:
    same = drawn(0.2, 0.03, count, seed)
    with pytest.raises(InvalidInput, match="better than others'"):
        fit(list(same), list(np.random.default_rng(seed).permutation(same)))


def test_chance_alone_is_not_taken_for_a_fit() -> None:
    for seed in range(200):
        with pytest.raises(InvalidInput):
            fit(list(drawn(0.2, 0.03, PAIRS, 2 * seed)), list(drawn(0.2, 0.03, PAIRS, 2 * seed + 1)))


def test_words_that_fit_other_pictures_better_are_refused() -> None:
    with pytest.raises(InvalidInput):
        fit(list(drawn(0.15, 0.03, 100, 1)), list(drawn(0.30, 0.03, 100, 2)))


@pytest.mark.parametrize(("own", "shuffled"), [(PAIRS - 1, PAIRS), (PAIRS, PAIRS - 1), (0, 0)])
def test_too_few_pairs_are_refused_with_their_number(own: int, shuffled: int) -> None:
    with pytest.raises(InvalidInput, match=rf"{min(own, shuffled)} (own|shuffled) pairs are too few"):
        fit([0.3] * own, [0.1] * shuffled)


@pytest.mark.parametrize("broken", [math.nan, math.inf, 7.0])
def test_a_pair_without_a_cosine_is_refused(broken: float) -> None:
    with pytest.raises(InvalidInput, match="no cosine"):
        fit([0.3] * PAIRS + [broken], [0.1] * PAIRS)


@settings(max_examples=100, deadline=None)
@given(st.lists(COSINES, min_size=PAIRS, max_size=60), st.lists(COSINES, min_size=PAIRS, max_size=60))
def test_whatever_the_cosines_a_fit_is_usable_or_refused(own: list[float], shuffled: list[float]) -> None:
    try:
        found = fitted("s", own, shuffled)
    except InvalidInput:
        return
    assert min(*own, *shuffled) - 1e-6 <= found.midpoint <= max(*own, *shuffled) + 1e-6
    assert 0.001 <= found.scale < math.inf


def match(cosine: float | None, *phrases: Phrase) -> Match:
    return Match(score=50, verdict="partial", method="clip", model="m", cosine=cosine, phrases=phrases)


def test_a_match_is_rescored_from_its_cosines_alone() -> None:
    fox, sea = (Phrase(text=t, recognised=True, score=40, cosine=c) for t, c in (("fox", 0.30), ("sea", 0.12)))
    fresh = rescored(match(0.28, fox, sea), fitted("clip", [0.3] * PAIRS, [0.1] * PAIRS))
    assert (fresh.score, fresh.verdict, fresh.cosine) == (
        score(0.28, fitted("clip", [0.3] * PAIRS, [0.1] * PAIRS)),
        "strong",
        0.28,
    )
    assert fresh.calibrated
    assert [(one.text, one.recognised) for one in fresh.phrases] == [("fox", True), ("sea", False)]
    assert fresh.phrases[0].score != 40
    back = rescored(fresh, start("clip"))
    assert (back.score, back.calibrated, back.calibration) == (80, False, start("clip").version)


def test_a_match_without_a_cosine_stays_as_it_is() -> None:
    opinion = match(None, Phrase(text="fox", recognised=True, score=90))
    assert rescored(opinion, CLIP) == opinion


@given(COSINES, CALIBRATIONS, CALIBRATIONS)
def test_rescoring_twice_is_rescoring_once(cosine: float, one: Calibration, other: Calibration) -> None:
    assume(one.scale > 1e-300)
    seen = match(cosine, Phrase(text="fox", recognised=True, score=None, cosine=cosine))
    assert rescored(rescored(seen, one), other) == rescored(seen, other)
