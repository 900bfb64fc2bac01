"""Renditions are upright, in true colours, without metadata, never larger than the picture; so is what the eyes see."""

import base64
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import hostile
import pictures
import profiles
from limn.imaging.renditions import sizes
from limn.imaging.sandbox import Developed, Limits, Sandbox


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"  # one loop and one fork server for all tests of this file


@pytest.fixture(name="sandbox", scope="module")
async def one_at_once() -> AsyncIterator[Sandbox]:
    async with Sandbox(Limits(), concurrency=1, waiting=4) as found:
        yield found


async def _develop(sandbox: Sandbox, tmp_path: Path, data: bytes) -> Developed:
    path = tmp_path / "picture"
    path.write_bytes(data)
    return await sandbox.develop(path)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((200, 100), [(200, 100)]),
        ((320, 100), [(320, 100)]),
        ((1000, 500), [(320, 160), (640, 320), (1000, 500)]),
        ((1280, 720), [(320, 180), (640, 360), (1280, 720)]),
        ((6000, 4000), [(320, 213), (640, 427), (1280, 853), (2048, 1365)]),
        ((1, 1), [(1, 1)]),
        ((16_384, 1), [(320, 1), (640, 1), (1280, 1), (2048, 1)]),
        ((400, 16_384), [(320, 13_107), (400, 16_383)]),
    ],
)
def test_a_rendition_is_as_wide_as_asked_and_never_enlarged(
    size: tuple[int, int], expected: list[tuple[int, int]]
) -> None:
    assert sizes(*size) == expected


async def test_everything_a_work_needs_comes_of_one_decode(sandbox: Sandbox, tmp_path: Path) -> None:
    made = await _develop(sandbox, tmp_path, pictures.jpeg(3000, 2000, seed=5))
    assert (made.width, made.height) == (3000, 2000)
    assert [(copy.width, copy.height) for copy in made.renditions] == sizes(3000, 2000)
    for copy in made.renditions:
        image = Image.open(BytesIO(copy.data))
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (copy.width, copy.height))
        assert _difference(copy.data, pictures.drawing(3000, 2000, seed=5)) < 3
    assert made.picture.pixels.shape == (512, 768, 3)
    assert (made.picture.width, made.picture.height) == (3000, 2000)
    assert not made.picture.animated
    assert not made.picture.transparent
    assert sum(swatch.share for swatch in made.swatches) <= 1.001
    assert len(made.phash) == 16


async def test_the_placeholder_is_a_tiny_picture_in_the_page_itself(sandbox: Sandbox, tmp_path: Path) -> None:
    made = await _develop(sandbox, tmp_path, pictures.jpeg(900, 600, seed=3))
    head, _, data = made.placeholder.partition(",")
    image = Image.open(BytesIO(base64.b64decode(data)))
    assert head == "data:image/webp;base64"
    assert 16 <= max(image.size) <= 24
    assert len(made.placeholder) < 400
    drawn = np.asarray(pictures.drawing(900, 600, seed=3)).mean((0, 1))
    assert np.abs(np.asarray(image.convert("RGB")).mean((0, 1)) - drawn).max() < 8


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "avif"])
async def test_a_turned_picture_stands_upright(sandbox: Sandbox, tmp_path: Path, name: str, orientation: int) -> None:
    data = pictures.oriented(name, orientation, 96, 64, seed=4)
    made = await _develop(sandbox, tmp_path, data)
    probed = await sandbox.probe(tmp_path / "picture")
    assert (made.width, made.height) == (probed.width, probed.height) == (96, 64)
    (copy,) = made.renditions
    assert _difference(copy.data, pictures.drawing(96, 64, seed=4)) < 6
    assert np.abs(made.picture.pixels.astype(int) - np.asarray(pictures.drawing(96, 64, seed=4))).mean() < 5


async def test_a_large_turned_jpeg_stands_upright_too(sandbox: Sandbox, tmp_path: Path) -> None:
    """It is decoded at half its size, in the box as it lies in the file."""
    made = await _develop(sandbox, tmp_path, pictures.oriented("jpeg", 6, 2100, 4300, seed=4))
    assert [(copy.width, copy.height) for copy in made.renditions] == sizes(2100, 4300)
    assert _difference(made.renditions[-1].data, pictures.drawing(2100, 4300, seed=4)) < 3


@pytest.mark.parametrize("name", pictures.FORMATS)
async def test_no_metadata_survives(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    data = pictures.marked(name)
    assert data.count(pictures.MARKER.encode()) >= 2
    _assert_clean(await _develop(sandbox, tmp_path, data), pictures.MARKER.encode())


@pytest.mark.parametrize("name", ["gif-script", "jpeg-html", "png-zip", "webp-tail"])
async def test_the_other_half_of_a_polyglot_does_not_survive(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    data = hostile.polyglot(name)
    assert hostile.PAYLOAD in data
    _assert_clean(await _develop(sandbox, tmp_path, data), hostile.PAYLOAD)


@pytest.mark.parametrize("profile", ["Display P3", "Adobe RGB"])
@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "avif"])
async def test_wide_colours_become_srgb(sandbox: Sandbox, tmp_path: Path, name: str, profile: str) -> None:
    drawn = np.asarray(pictures.drawing(300, 200, seed=8))
    data = pictures.in_format(name, 300, 200, seed=8, quality=95, icc_profile=profiles.rgb_profile(profile))
    expected = profiles.in_srgb(drawn, profile)
    assert profiles.mean_difference(drawn, expected) > 5, "ignoring the profile would be seen"
    made = await _develop(sandbox, tmp_path, data)
    assert profiles.mean_difference(_pixels(made.renditions[0].data), expected) < 3
    assert profiles.mean_difference(made.picture.pixels, expected) < 3
    assert b"ICCP" not in made.renditions[0].data[:64]


async def test_wide_colours_keep_their_alpha(sandbox: Sandbox, tmp_path: Path) -> None:
    drawn = pictures.drawing(200, 150, seed=8)
    drawn.putalpha(128)
    data = pictures.encode(drawn, "PNG", icc_profile=profiles.rgb_profile("Display P3"))
    copy = Image.open(BytesIO((await _develop(sandbox, tmp_path, data)).renditions[0].data))
    assert copy.mode == "RGBA"
    assert copy.getchannel("A").getextrema() == (128, 128)
    expected = profiles.in_srgb(np.asarray(drawn)[..., :3], "Display P3")
    assert profiles.mean_difference(np.asarray(copy)[..., :3], expected) < 3


async def test_printing_colours_follow_their_profile_or_plain_arithmetic(sandbox: Sandbox, tmp_path: Path) -> None:
    for options in ({}, {"icc_profile": profiles.cmyk_profile()}):
        made = await _develop(sandbox, tmp_path, pictures.cmyk_jpeg(300, 200, seed=9, **options))
        # the profile mixes in Lab what the arithmetic mixes in RGB: alike at the corners, not in between
        assert _difference(made.renditions[0].data, pictures.drawing(300, 200, seed=9)) < (25 if options else 3)
    with_profile = Image.new("CMYK", (64, 64), (255, 255, 0, 0))
    data = pictures.encode(with_profile, "JPEG", quality=95, icc_profile=profiles.cmyk_profile())
    blue = _pixels((await _develop(sandbox, tmp_path, data)).renditions[0].data)
    assert profiles.mean_difference(blue, np.full((64, 64, 3), (0, 0, 255))) < 3


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
async def test_sixteen_bits_become_eight_without_clipping(
    sandbox: Sandbox, tmp_path: Path, channels: tuple[int, ...]
) -> None:
    ramp = np.linspace(0, 65_535, 200 * 100).reshape(100, 200)
    deep = (
        np.broadcast_to(ramp.reshape(100, 200, *(1 for _ in channels)), (100, 200, *channels)).astype(np.uint16).copy()
    )
    if channels == (4,):
        deep[..., 3] = 65_535
    made = await _develop(sandbox, tmp_path, pictures.deep_png(deep))
    expected = np.repeat((ramp / 257)[..., None], 3, axis=-1)
    assert profiles.mean_difference(_pixels(made.renditions[0].data), expected) < 3
    assert not made.picture.transparent


@pytest.mark.parametrize("draw", [pictures.palette_png, pictures.transparent_png])
async def test_alpha_is_kept_in_copies_and_laid_on_white_for_eyes(
    sandbox: Sandbox, tmp_path: Path, draw: Callable[..., bytes]
) -> None:
    data = draw(300, 200, seed=2)
    made = await _develop(sandbox, tmp_path, data)
    source = Image.open(BytesIO(data)).convert("RGBA")
    expected = _on_white(source)
    copy = Image.open(BytesIO(made.renditions[0].data))
    assert copy.mode == "RGBA"
    assert profiles.mean_difference(_on_white(copy), expected) < 3
    assert profiles.mean_difference(made.picture.pixels, expected) < 1
    assert made.picture.transparent


async def test_flat_art_is_copied_exactly(sandbox: Sandbox, tmp_path: Path) -> None:
    image = pictures.drawing(60, 40, seed=1).quantize(32).convert("RGB").resize((600, 400), Image.Resampling.NEAREST)
    made = await _develop(sandbox, tmp_path, pictures.encode(image, "PNG"))
    assert np.array_equal(_pixels(made.renditions[-1].data), np.asarray(image))


async def test_alpha_that_hides_nothing_is_dropped(sandbox: Sandbox, tmp_path: Path) -> None:
    image = pictures.drawing(100, 80)
    image.putalpha(255)
    made = await _develop(sandbox, tmp_path, pictures.encode(image, "PNG"))
    assert Image.open(BytesIO(made.renditions[0].data)).mode == "RGB"
    assert not made.picture.transparent


@pytest.mark.parametrize(
    "profile",
    [b"nonsense", b"\0" * 5_000_000, profiles.cmyk_profile(), profiles.rgb_profile("Adobe RGB")[:200]],
    ids=["nonsense", "huge", "for ink", "cut"],
)
async def test_a_useless_profile_is_ignored(sandbox: Sandbox, tmp_path: Path, profile: bytes) -> None:
    made = await _develop(sandbox, tmp_path, pictures.png(100, 80, seed=1, icc_profile=profile))
    assert _difference(made.renditions[0].data, pictures.drawing(100, 80, seed=1)) < 6


async def test_grey_pictures_stay_grey(sandbox: Sandbox, tmp_path: Path) -> None:
    made = await _develop(sandbox, tmp_path, pictures.grey_jpeg(300, 200, seed=1))
    assert _difference(made.renditions[0].data, pictures.drawing(300, 200, seed=1).convert("L").convert("RGB")) < 3


async def test_eyes_see_the_same_with_and_without_copies(sandbox: Sandbox, tmp_path: Path) -> None:
    for data in (pictures.jpeg(4000, 3000, seed=6), pictures.png(500, 900, seed=6), pictures.transparent_png(90, 60)):
        made = await _develop(sandbox, tmp_path, data)
        looked = await sandbox.look(tmp_path / "picture")
        assert looked.pixels.shape == made.picture.pixels.shape
        assert max(looked.pixels.shape) <= 768
        assert np.abs(looked.pixels.astype(int) - made.picture.pixels).mean() < 1
        assert (looked.width, looked.height, looked.transparent) == (made.width, made.height, made.picture.transparent)


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (3000, 1), (300, 16_384)])
async def test_odd_shapes_are_developed(sandbox: Sandbox, tmp_path: Path, size: tuple[int, int]) -> None:
    made = await _develop(sandbox, tmp_path, pictures.png(*size))
    assert (made.width, made.height) == size
    assert [(copy.width, copy.height) for copy in made.renditions] == sizes(*size)


def _on_white(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))


def _pixels(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


def _difference(data: bytes, drawn: Image.Image) -> float:
    """Mean colour difference of a copy and the drawing it was made from."""
    copy = Image.open(BytesIO(data)).convert("RGB")
    side = (min(copy.width, 96), min(copy.height, 96))
    box = Image.Resampling.BOX
    return profiles.mean_difference(np.asarray(copy.resize(side, box)), np.asarray(drawn.resize(side, box)))


def _assert_clean(made: Developed, planted: bytes) -> None:
    for data in (*(copy.data for copy in made.renditions), base64.b64decode(made.placeholder.partition(",")[2])):
        assert planted not in data
        chunks, at = set(), 12
        while at < len(data):
            chunks.add(data[at : at + 4])
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            at += 8 + size + size % 2
        assert chunks <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
