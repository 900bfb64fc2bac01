"""Hostile files become pixels, or one of a few refusals. Runs in the decoding child only: it changes Pillow's globals."""

import re
import warnings
from dataclasses import dataclass
from typing import BinaryIO

from PIL import AvifImagePlugin, Image, ImageFile, PngImagePlugin

from limn.errors import BrokenImage, UnsupportedImage
from limn.imaging.limits import Limits

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
}
_AVIF_BRANDS = {b"avif", b"avis"}
_MAX_TEXT_BYTES = 16 * 1024 * 1024
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}
# in entropy-coded data FF 00 is a stuffed FF and FF D0..D7 a restart; anything else after FF ends the scan, as in libjpeg
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")


@dataclass(frozen=True)
class Opened:
    """A picture whose header is acceptable; `image` is not decoded yet. `format` is a key of MEDIA_TYPES."""

    image: ImageFile.ImageFile
    format: str
    frames: int

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


def prepare(limits: Limits) -> None:
    """Set Pillow's globals for this process."""
    # Pillow refuses only above twice this value; it is asked before WebP allocates its canvas, our own check only after
    Image.MAX_IMAGE_PIXELS = (limits.max_pixels + 1) // 2
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    # it is for text, but bounds squeezed profiles too, and those of scanners exceed Pillow's one megabyte
    PngImagePlugin.MAX_TEXT_CHUNK = _MAX_TEXT_BYTES
    # each decoder thread would reserve address space, and a child has one core's worth of work
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    warnings.simplefilter("ignore")


def open_picture(file: BinaryIO, limits: Limits) -> Opened:
    """Read the header and hold it against the limits, decoding nothing. Raises UnsupportedImage, BrokenImage; Pillow raises more."""
    kind = sniff(file.read(4096))
    if kind is None:
        raise UnsupportedImage
    file.seek(0)
    if kind == "JPEG" and _has_too_many_scans(file.read(), limits.jpeg_scans):
        raise BrokenImage(code="image_too_complex")
    file.seek(0)
    frames = count_gif_frames(file.read(), limits.max_frames) if kind == "GIF" else 1
    if frames > limits.max_frames:
        raise BrokenImage(code="image_too_complex")
    file.seek(0)
    image = Image.open(file, formats=[kind])
    if kind in {"PNG", "WEBP", "AVIF"}:  # known from the header; an MPO's further pictures are never read
        frames = int(getattr(image, "n_frames", 1))
    _check_size(image.size, frames, limits)
    return Opened(image, kind, frames)


def size_as_seen(opened: Opened) -> tuple[int, int]:
    """After orientation. Decodes all but JPEGs, whose draft size is still to be chosen."""
    if opened.format != "JPEG":
        # a PNG's EXIF may follow its pixels; looked for first, it would make Pillow decode where errors are forgiven
        opened.image.load()
    return swap_sides(opened.image, opened.image.size)


def decode_cheaply(opened: Opened) -> tuple[int, int]:
    """Decode everything, keep nothing; answer the size as seen. Pillow raises on whatever is broken.

    JPEGs are decoded at an eighth: the entropy coder still reads each byte, which `verify()` does not."""
    image, seen = opened.image, size_as_seen(opened)
    if opened.format == "JPEG":
        image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()
    return seen


def orientation(image: Image.Image) -> int:
    """EXIF's 1 to 8, of a JPEG or a decoded picture."""
    try:
        found = int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  broken EXIF is no broken picture, and Pillow raises whatever its parser trips over
        return 1
    return found if found in _TURNS else 1


def swap_sides(image: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    """From how a size lies in the file to how it is seen, or back: the same swap."""
    return (size[1], size[0]) if orientation(image) in _SIDEWAYS else size


def turn_upright(image: Image.Image, turned: int) -> Image.Image:
    """Apply an EXIF orientation to pixels."""
    return image.transpose(_TURNS[turned]) if turned in _TURNS else image


def sniff(head: bytes) -> str | None:
    """Pillow's name of the format these first bytes (up to 4096) announce, of those Limn reads."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        brands = head[8 : min(int.from_bytes(head[:4], "big"), len(head))]
        if _AVIF_BRANDS & {brands[at : at + 4] for at in range(0, len(brands), 4)}:
            return "AVIF"
    return None


def _has_too_many_scans(data: bytes, most: int) -> bool:
    # where the marker's two bytes stand seldom enough wherever they are, nobody needs to walk
    return data.count(b"\xff\xda") > most and count_scans(data, most) > most


def count_scans(data: bytes, enough: int) -> int:
    """Scans of a JPEG's first picture, at most `enough` + 1. Walks markers as libjpeg does, so previews in EXIF and video
    behind the end of the picture are not counted."""
    at, scans = 2, 0
    while scans <= enough and (marker := _JPEG_MARKER.search(data, at)):
        at, code = marker.end(), marker[1][0]
        if code == 0xD9:
            break
        if code in {0x01, 0xD8}:
            continue
        scans += code == 0xDA
        at += int.from_bytes(data[at : at + 2], "big")
    return scans


def count_gif_frames(data: bytes, enough: int) -> int:
    """Frames of a GIF, at most `enough` + 1, by walking its blocks: Pillow's `n_frames` has no end to stop at."""
    at = 13 + _colour_table_bytes(data, 10)
    frames = 0
    while frames <= enough and at < len(data):
        kind = data[at]
        if kind == 0x2C:
            frames += 1
            at += 11 + _colour_table_bytes(data, at + 9)  # the descriptor, its table and the LZW code size
        elif kind == 0x21:
            at += 2
        elif kind == 0x3B:
            break
        else:
            at += 1  # as browsers and Pillow do with bytes between blocks
            continue
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
    return frames


def _colour_table_bytes(data: bytes, flags_at: int) -> int:
    flags = data[flags_at] if flags_at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _check_size(size: tuple[int, int], frames: int, limits: Limits) -> None:
    pixels = size[0] * size[1]
    if pixels > limits.max_pixels or max(size) > limits.max_side:
        raise BrokenImage(code="image_too_large")
    if frames > limits.max_frames or (frames > 1 and frames * pixels > limits.max_frame_pixels):
        raise BrokenImage(code="image_too_complex")
