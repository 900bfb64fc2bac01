"""The perceptual hash: alike for what looks alike, apart for what does not."""

from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

import pictures
from limn.imaging.hashing import distance, phash


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB"))


def test_smaller_brighter_and_rougher_copies_stay_near() -> None:
    for seed in range(10):
        original = pictures.drawing(600, 450, seed=seed)
        rough = Image.open(BytesIO(pictures.encode(original, "JPEG", quality=15)))
        copies = [
            original.resize((150, 112)),
            rough,
            ImageEnhance.Brightness(original).enhance(1.1),
            original.convert("L"),
        ]
        assert max(distance(phash(_rgb(original)), phash(_rgb(copy))) for copy in copies) <= 8


def test_strangers_are_far_apart() -> None:
    hashes = [phash(_rgb(pictures.drawing(300, 200, seed=seed))) for seed in range(30)]
    apart = [distance(one, other) for one, other in combinations(hashes, 2)]
    assert min(apart) > 8
    assert 28 < np.mean(apart) < 36


def test_a_mirrored_or_turned_picture_is_another() -> None:
    original = pictures.drawing(300, 300, seed=1)
    for turn in (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_90):
        assert distance(phash(_rgb(original)), phash(_rgb(original.transpose(turn)))) > 8


@pytest.mark.parametrize("colour", ["black", "white", "#2040a0"])
def test_a_flat_picture_hashes_to_zeros(colour: str) -> None:
    assert phash(_rgb(Image.new("RGB", (50, 70), colour))) == "0" * 16


def test_distance_counts_bits() -> None:
    assert distance("0" * 16, "f" * 16) == 64
    assert distance("8000000000000001", "0000000000000001") == 1
    assert distance("00ff00ff00ff00ff", "00ff00ff00ff00ff") == 0
