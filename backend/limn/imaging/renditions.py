"""The small copies of a picture: upright, in sRGB, without metadata, as WebP; and the pixels that eyes see."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from limn.imaging.decoding import Opened, orientation, size_as_seen, swap_sides, turn_upright

Size = tuple[int, int]

WIDTHS = (320, 640, 1280, 2048)
EYES_SIDE = 768
_WEBP_MAX_SIDE = 16_383
_PLACEHOLDER_SIDE = 20
# The first and costly step is as good by either (41.2 dB against a Lanczos of the whole file, 39.9 by Lanczos from a draft);
# on the small steps after it bicubic would blur, 32 dB at 640 pixels against 44.
_FIRST_FILTER, _FILTER = Image.Resampling.BICUBIC, Image.Resampling.LANCZOS
_MAX_PROFILE_BYTES = 4 * 1024 * 1024
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True)
class Encoded:
    """A WebP copy."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True)
class Drawn:
    """Everything made of one decoded file; `eyes` is the (h, w, 3) sRGB picture for the models, alpha laid on white."""

    width: int
    height: int
    renditions: tuple[Encoded, ...]
    placeholder: str
    eyes: NDArray[np.uint8]
    transparent: bool


def sizes(width: int, height: int) -> list[Size]:
    """The rendition sizes of a picture, smallest first: the standard widths below its own, and its own up to the largest of them."""
    widths = [w for w in WIDTHS if w < width] + ([width] if width <= WIDTHS[-1] else [])
    return list(dict.fromkeys(_scaled((width, height), w / width, _WEBP_MAX_SIDE) for w in widths))


def draw(opened: Opened) -> Drawn:
    """Decode once and make all copies. Pillow raises on whatever is broken."""
    width, height = size_as_seen(opened)
    wanted = sizes(width, height)
    large, transparent = _develop(opened, wanted[-1])
    with ThreadPoolExecutor(1) as beside:
        largest = beside.submit(_webp, large)  # takes about as long as all that is left
        ladder = list(_ladder(large, wanted))
        nearest = next((step for step in reversed(ladder) if max(step.size) >= EYES_SIDE), ladder[0])
        smaller = tuple(Encoded(*step.size, _webp(step)) for step in reversed(ladder[1:]))
        return Drawn(
            width=width,
            height=height,
            placeholder=_placeholder(ladder[-1]),
            eyes=_eyes(nearest),
            renditions=(*smaller, Encoded(*large.size, largest.result())),
            transparent=transparent,
        )


def draw_for_eyes(opened: Opened) -> Drawn:
    """Only `eyes`, without copies: no encoding, and a JPEG is decoded as small as it may be."""
    width, height = size_as_seen(opened)
    small, transparent = _develop(opened, _fitted((width, height), EYES_SIDE))
    return Drawn(width, height, (), "", _eyes(small), transparent)


def _develop(opened: Opened, size: Size) -> tuple[Image.Image, bool]:
    """The decoded picture at `size` (as seen), upright, RGB or RGBA in sRGB; and whether any pixel of the file lets light through."""
    image = opened.image
    box = swap_sides(image, size)
    if opened.format == "JPEG":
        image.draft(None, box)  # the true box: with a square one libjpeg scales nothing
    image.load()
    profile = image.info.get("icc_profile", b"")
    plain, transparent = _plain(image)
    if plain.size != box:
        plain = plain.resize(box, _FIRST_FILTER, reducing_gap=2.0)
    upright = turn_upright(_in_srgb(plain, profile), orientation(image))
    upright.info = {}
    return upright, transparent


def _plain(image: Image.Image) -> tuple[Image.Image, bool]:
    """In a mode that averages correctly (L, LA, RGB, RGBA, CMYK), alpha only where it says something, and whether it does."""
    if image.mode.startswith(("I", "F")):  # 16 bits of grey; Pillow's own conversion clips them
        sixteen = np.asarray(image)
        image = Image.fromarray((np.clip(sixteen, 0, 65_535).astype(np.uint16) >> 8).astype(np.uint8))
    if "transparency" in image.info or image.mode in {"PA", "RGBa", "La"}:
        image = image.convert("RGBA")
    elif image.mode not in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        image = image.convert("L" if image.mode == "1" else "RGB")
    if image.mode not in {"LA", "RGBA"}:
        return image, False
    if image.getchannel("A").getextrema() == (255, 255):
        return image.convert(image.mode.removesuffix("A")), False
    return image, True


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """RGB or RGBA in sRGB. A profile that is broken, huge, or for another kind of picture is ignored, as browsers do."""
    if image.mode in {"LA", "RGBA"}:
        converted = _in_srgb(image.convert(image.mode.removesuffix("A")), profile)
        converted.putalpha(image.getchannel("A"))
        return converted
    transform = _to_srgb(profile, image.mode) if 0 < len(profile) <= _MAX_PROFILE_BYTES else None
    if transform is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    return ImageCms.applyTransform(image, transform) or image  # None is what it answers when told to work in place


def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if _SPACES.get(source.profile.xcolor_space) != mode:
            return None
        transform = ImageCms.buildTransform(source, _SRGB, mode, "RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a profile is sRGB in all but name, which most are: applying it would cost a tenth of all the time for nothing."""
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    converted = ImageCms.applyTransform(Image.fromarray(cube), transform)
    return bool(np.abs(np.asarray(converted, dtype=np.int16) - cube).max() <= 2)


def _ladder(large: Image.Image, wanted: list[Size]) -> Iterator[Image.Image]:
    """Every wanted size, largest first, each from the one before: four times faster than each from the file, and as sharp."""
    step = large
    for size in reversed(wanted):
        step = step if step.size == size else step.resize(size, _FILTER)
        yield step


def _eyes(image: Image.Image) -> NDArray[np.uint8]:
    size = _fitted(image.size, EYES_SIDE)
    small = image if image.size == size else image.resize(size, _FILTER)
    if small.mode == "RGBA":
        paper = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(paper, small).convert("RGB")
    return np.asarray(small, dtype=np.uint8)


def _placeholder(image: Image.Image) -> str:
    tiny = image.resize(_fitted(image.size, _PLACEHOLDER_SIDE), Image.Resampling.BOX)
    return "data:image/webp;base64," + base64.b64encode(_saved(tiny, quality=50, method=6)).decode()


def _webp(image: Image.Image) -> bytes:
    # method 2 takes half the time of the usual 4 for 2 % more bytes and 0.1 dB less (20 photographs), and encoding is most of the time
    lossy = _saved(image, quality=80, method=2)
    if image.getcolors(256) is None:
        return lossy
    # flat comics and pixel art: a sixth of the bytes, and exact
    return min(lossy, _saved(image, lossless=True, quality=75, method=2), key=len)


def _saved(image: Image.Image, **options: int) -> bytes:
    out = BytesIO()
    # named and empty, because Pillow would else take them from the source it remembers
    image.save(out, "WEBP", exif=b"", icc_profile=b"", xmp=b"", **options)
    return out.getvalue()


def _fitted(size: Size, side: int) -> Size:
    """`size` with its longest side at most `side`; never enlarged."""
    return _scaled(size, min(1.0, side / max(size)), side)


def _scaled(size: Size, factor: float, most: int) -> Size:
    factor = min(factor, most / max(size))
    return max(1, min(most, round(size[0] * factor))), max(1, min(most, round(size[1] * factor)))
