"""Swatches: the colours a person would point at, with the area they take."""

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from limn.imaging import colours
from limn.imaging.swatches import MOST, swatches

Pixels = NDArray[np.uint8]


def flat(*colour: int, size: tuple[int, int] = (192, 256)) -> Pixels:
    return np.full((*size, 3), colour, np.uint8)


def noisy(picture: Pixels, spread: float) -> Pixels:
    noise = np.random.default_rng(1).normal(0, spread, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_a_flat_picture_is_one_swatch_of_its_very_colour() -> None:
    (only,) = swatches(flat(0, 0, 128))
    assert (only.hex, only.name, only.share) == ("#000080", "deep blue", 1.0)


def test_grain_does_not_split_a_flat_picture() -> None:
    (only,) = swatches(noisy(flat(40, 90, 160), 6))
    assert only.name == "blue"


def test_a_small_vivid_umbrella_on_grey_is_found() -> None:
    street = noisy(np.repeat(np.linspace(60, 190, 256)[None, :, None], 192, 0).repeat(3, 2).astype(np.uint8), 8)
    street[60:90, 100:133] = noisy(flat(215, 25, 30, size=(30, 33)), 8)
    accents = [s for s in swatches(street) if s.name.endswith("red")]
    assert len(accents) == 1
    assert abs(accents[0].share - 0.02) < 0.005


def test_an_accent_keeps_its_strength_although_its_edges_are_blended() -> None:
    picture = flat(235, 235, 235).astype(np.float64)
    y, x = np.mgrid[:192, :256]
    inside = np.clip(7 - np.hypot(y - 96, x - 128) / 2, 0, 1)[..., None]
    blended = (picture * (1 - inside) + np.array([0, 90, 200]) * inside).astype(np.uint8)
    blue = next(s for s in swatches(blended) if s.name.endswith("blue"))
    found = [int(blue.hex[i : i + 2], 16) for i in (1, 3, 5)]
    assert colours.distance(*colours.to_oklab([found, [0, 90, 200]])) < 0.03


def test_stripes_are_counted_by_area_in_order_of_share() -> None:
    picture = flat(255, 255, 255, size=(100, 100))
    picture[:, :50] = (200, 30, 30)
    picture[:, 50:80] = (20, 60, 160)
    found = swatches(picture)
    assert [s.share for s in found] == [0.5, 0.3, 0.2]
    assert [s.name.split()[-1] for s in found] == ["red", "blue", "white"]


def test_a_rainbow_gives_many_swatches_but_never_more_than_a_handful() -> None:
    hue = np.linspace(0, 2 * np.pi, 256)
    lab = np.stack([np.full(256, 0.7), 0.13 * np.cos(hue), 0.13 * np.sin(hue)], axis=-1)
    found = swatches(colours.from_oklab(lab)[None].repeat(64, 0))
    assert 5 <= len(found) <= MOST


def test_a_soft_gradient_of_one_hue_stays_in_that_hue() -> None:
    ramp = np.linspace(0, 1, 256)[:, None] * np.array([60, 120, 235])
    found = swatches(ramp.astype(np.uint8)[None].repeat(64, 0))
    assert len(found) >= 2
    assert {s.name.split()[-1] for s in found} <= {"black", "blue"}


def test_one_pixel_is_a_picture() -> None:
    assert [s.name for s in swatches(flat(255, 0, 0, size=(1, 1)))] == ["vivid red"]


def test_turning_a_picture_changes_nothing() -> None:
    picture = noisy(flat(120, 80, 40), 40)
    assert swatches(picture) == swatches(np.ascontiguousarray(np.rot90(picture)))


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3))))
def test_shares_are_sorted_sum_to_one_and_never_beyond(picture: Pixels) -> None:
    found = swatches(picture)
    shares = [s.share for s in found]
    assert 1 <= len(found) <= MOST
    assert shares == sorted(shares, reverse=True)
    assert 0.999 <= sum(shares) <= 1 + 1e-9
    assert min(shares) > 0
    assert found == swatches(picture)


def test_it_takes_a_blink() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (256, 256, 3), np.uint8)
    swatches(picture)
    start = time.process_time()
    swatches(picture)
    # 30 ms on one slow core with the worst picture there is; the bound only catches a change of order
    assert time.process_time() - start < 1.0
