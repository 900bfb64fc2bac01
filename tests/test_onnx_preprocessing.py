"""What a tower is given is what its makers give it, to the bit; and of a long picture all of it."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from graphs import CLIP_MEAN, CLIP_STD, clip_preprocessing, immich_preprocessing, squashing
from limn.errors import BadSettings
from limn.vision.onnx.preprocessing import read

CLIP = read(clip_preprocessing(224), "preprocessor_config.json")
SIZES = [(224, 224), (225, 224), (768, 513), (511, 767), (223, 301), (97, 131), (640, 333), (768, 384), (17, 19)]
SIZES += [(1, 1), (1, 2), (2, 1)]


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    drawn = np.random.default_rng(width * height).integers(0, 256, (height, width, channels), np.uint8)
    return Image.fromarray(drawn.squeeze(-1) if channels == 1 else drawn, mode)


def seen(image: Image.Image) -> NDArray[np.uint8]:
    """As an eye gets it: three channels, transparency on white."""
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB"))


def documented(image: Image.Image, side: int = 224) -> NDArray[np.float32]:
    """CLIP's preparation, step by step as its processor does it."""
    width, height = image.size
    if width < height:
        resized = image.resize((side, int(side * height / width)), Image.Resampling.BICUBIC)
    else:
        resized = image.resize((int(side * width / height), side), Image.Resampling.BICUBIC)
    x, y = (resized.size[0] - side) // 2, (resized.size[1] - side) // 2
    values = np.array(resized, dtype=np.float32)[y : y + side, x : x + side] * (1 / 255.0)
    channels = [(values[..., c] - np.float32(CLIP_MEAN[c])) / np.float32(CLIP_STD[c]) for c in range(3)]
    return np.stack(channels)[None]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_a_picture_is_prepared_to_the_bit_as_documented(size: tuple[int, int], mode: str) -> None:
    pixels = seen(noise(*size, mode))
    (view,) = CLIP.views(pixels)
    assert view.dtype == np.float32
    assert view.flags.c_contiguous
    assert np.array_equal(view, documented(Image.fromarray(pixels)))
    assert np.array_equal(CLIP.view(pixels), view)


@pytest.mark.parametrize("size", [(768, 300), (100, 768), (768, 1), (1, 768), (3, 2000), (768, 383)])
def test_all_of_a_long_picture_is_looked_at(size: tuple[int, int]) -> None:
    """Each stretch of it, lit up alone on black, lights up some view, and no view is larger than another's."""
    width, height = size
    for lit in range(8):
        pixels = np.zeros((height, width, 3), np.uint8)
        long = pixels if height > width else pixels.transpose(1, 0, 2)
        long[len(long) * lit // 8 : len(long) * (lit + 1) // 8] = 255
        views = CLIP.views(pixels)
        assert 3 <= len(views) <= 4
        assert {view.shape for view in views} == {(1, 3, 224, 224)}
        assert max(view.max() for view in views) > 1.5
        assert CLIP.view(pixels).shape == (1, 3, 224, 224)


def test_the_parts_of_a_long_picture_stand_side_by_side() -> None:
    pixels = np.zeros((100, 400, 3), np.uint8)
    for part, value in enumerate((0, 80, 160, 240)):
        pixels[:, 100 * part : 100 * part + 100] = value
    means = [round(float(view[0, 0].mean()) * CLIP_STD[0] * 255 + CLIP_MEAN[0] * 255) for view in CLIP.views(pixels)]
    assert means == [0, 80, 160, 240]


def test_a_model_that_squeezes_sees_a_long_picture_in_one_piece() -> None:
    squeezed = read(squashing(32), "preprocessor_config.json")
    pixels = seen(noise(700, 90))
    (view,) = squeezed.views(pixels)
    resized = np.asarray(Image.fromarray(pixels).resize((32, 32), Image.Resampling.BILINEAR), np.float32)
    assert np.array_equal(view, ((resized * (1 / 255.0) - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1)[None])
    assert np.array_equal(squeezed.view(pixels), view)


OLD = {"crop_size": 224, "do_center_crop": True, "do_normalize": True, "do_resize": True, "size": 224, "resample": 3}
MEANS = {"image_mean": CLIP_MEAN, "image_std": CLIP_STD}
OPEN = {"model_cfg": {"vision_cfg": {"image_size": 224}}, "preprocess_cfg": {"mean": CLIP_MEAN, "std": CLIP_STD}}


@pytest.mark.parametrize(
    "said",
    [OLD | MEANS | {"feature_extractor_type": "CLIPFeatureExtractor"}, immich_preprocessing(224), OPEN],
    ids=["before transformers 4.26", "immich", "open_clip"],
)
def test_other_ways_to_say_the_same_give_the_same(said: dict[str, Any]) -> None:
    pixels = seen(noise(301, 203))
    assert np.array_equal(read(said, "x").views(pixels)[0], CLIP.views(pixels)[0])


def test_a_number_alone_is_both_sides_to_a_model_that_does_not_crop() -> None:
    said = {"do_resize": True, "size": 224, "resample": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    assert read({**said, "feature_extractor_type": "ViTFeatureExtractor"}, "x") == read(squashing(224), "x")
    assert read(immich_preprocessing(224, mode="squash"), "x").shortest is None


def test_what_is_not_normalised_stays_between_0_and_1() -> None:
    said = clip_preprocessing(32) | {"do_normalize": False}
    view = read(said, "x").views(seen(noise(40, 50)))[0]
    assert 0 <= view.min() < 0.1
    assert 0.9 < view.max() <= 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"size": {"longest_edge": 224}}, "size"),
        ({"size": {"shortest_edge": 224}, "do_center_crop": False}, "crop"),
        ({"resample": 17}, "resample"),
        ({"image_mean": [0.5]}, "unpack"),
        ({"image_std": [0.2, 0.0, 0.2]}, "normalised"),
        ({"image_std": [0.2, float("nan"), 0.2]}, "normalised"),
        ({"crop_size": {"height": 100_000, "width": 224}}, "bounds"),
        ({"do_resize": False}, "do_resize"),
        ({"size": "large"}, "'large'"),
    ],
)
def test_a_description_that_cannot_be_followed_is_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadSettings, match=rf"^my/preprocessor_config.json cannot be used: .*{complaint}"):
        read(clip_preprocessing() | change, "my/preprocessor_config.json")


@pytest.mark.parametrize("lost", ["size", "image_mean", "image_std", "crop_size"])
def test_a_description_that_lacks_something_says_what(lost: str) -> None:
    said = {key: value for key, value in clip_preprocessing().items() if key != lost}
    with pytest.raises(BadSettings, match=f"'{lost}' is missing"):
        read(said, "preprocessor_config.json")


@pytest.mark.parametrize("change", [{"resize_mode": "longest"}, {"interpolation": "magic"}, {"size": [224, 100]}])
def test_an_open_clip_mode_that_is_not_known_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadSettings, match=r"^preprocess_cfg.json cannot be used: "):
        read(immich_preprocessing() | change, "preprocess_cfg.json")
