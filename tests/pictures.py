"""Draws test pictures in every format Limn reads, and some it does not. Functions return the bytes of a file; same seed, same bytes."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

FORMATS = ("jpeg", "png", "webp", "gif", "avif")
MARKER = "MARKER-7f3a-must-not-leave"
_ORIENTATION, _MAKE, _SERIAL, _GPS = 0x0112, 0x010F, 0xA431, 0x8825


def jpeg(width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    """Options are Pillow's: quality, progressive, icc_profile, comment…"""
    return encode(drawing(width, height, seed=seed), "JPEG", **{"quality": 88} | options)


def png(width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    return encode(drawing(width, height, seed=seed), "PNG", **options)


def webp(width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    return encode(drawing(width, height, seed=seed), "WEBP", **options)


def gif(width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    return encode(drawing(width, height, seed=seed), "GIF", **options)


def avif(width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    return encode(drawing(width, height, seed=seed), "AVIF", **{"speed": 10, "max_threads": 1} | options)


def mpo(width: int = 64, height: int = 48, *, seed: int = 0) -> bytes:
    """Two pictures in one JPEG, as phones take them."""
    second = drawing(width, height, seed=seed + 1)
    return encode(drawing(width, height, seed=seed), "MPO", save_all=True, append_images=[second])


def in_format(name: str, width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    """`name` is one of FORMATS."""
    draw = {"jpeg": jpeg, "png": png, "webp": webp, "gif": gif, "avif": avif}[name]
    return draw(width, height, seed=seed, **options)


def noise_png(width: int, height: int, *, seed: int = 0) -> bytes:
    """Does not compress: about three bytes a pixel."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return encode(Image.fromarray(pixels), "PNG", compress_level=0)


def flat(colour: str = "#2040a0", width: int = 64, height: int = 48) -> bytes:
    """One colour everywhere, as PNG."""
    return encode(Image.new("RGB", (width, height), colour), "PNG")


def transparent_png(width: int = 64, height: int = 48, *, seed: int = 0) -> bytes:
    """From opaque at the left to nothing at the right."""
    image = drawing(width, height, seed=seed)
    image.putalpha(Image.linear_gradient("L").rotate(90).resize((width, height)))
    return encode(image, "PNG")


def palette_png(width: int = 64, height: int = 48, *, seed: int = 0) -> bytes:
    """256 colours, each with an alpha of its own: the darker, the thinner."""
    image = drawing(width, height, seed=seed).quantize(256, dither=Image.Dither.NONE)
    colours = np.array(image.getpalette()).reshape(-1, 3)
    return encode(image, "PNG", transparency=bytes(128 + int(colour.mean()) // 2 for colour in colours))


def cmyk_jpeg(width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    return encode(drawing(width, height, seed=seed).convert("CMYK"), "JPEG", quality=95, **options)


def grey_jpeg(width: int = 64, height: int = 48, *, seed: int = 0, **options: Any) -> bytes:
    return encode(drawing(width, height, seed=seed).convert("L"), "JPEG", quality=95, **options)


def deep_png(pixels: NDArray[np.uint16]) -> bytes:
    """16 bits a channel: (h, w) grey, (h, w, 3) colour, (h, w, 4) with alpha. Pillow reads all and writes only the first."""
    height, width, *channels = pixels.shape
    rows = pixels.astype(">u2").tobytes()
    step = len(rows) // height
    raw = b"".join(b"\0" + rows[at : at + step] for at in range(0, len(rows), step))
    return png_file(width, height, raw, depth=16, colour={1: 0, 3: 2, 4: 6}[channels[0] if channels else 1])


def png_file(width: int, height: int, raw: bytes, *, depth: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    """A PNG by hand: `raw` are filtered rows, `extra` finished chunks before the pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(raw, 9))
    return b"\x89PNG\r\n\x1a\n" + header + extra + body + png_chunk(b"IEND", b"")


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def oriented(name: str, orientation: int, width: int = 96, height: int = 64, *, seed: int = 0) -> bytes:
    """`drawing` of that size and seed as a camera would store it: turned away, with the EXIF orientation that turns it back."""
    away = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = drawing(width, height, seed=seed)
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    options: dict[str, Any] = (
        {"lossless": True} if name == "webp" else {"quality": 95} if name in {"jpeg", "avif"} else {}
    )
    turned = image.transpose(away[orientation]) if orientation in away else image
    return encode(turned, name.upper(), exif=exif.tobytes(), **options)


def marked(name: str, *, seed: int = 0) -> bytes:
    """A picture with MARKER wherever its format has room: GPS, camera and serial number, XMP, comments, text, behind the end."""
    exif = Image.Exif()
    exif[_MAKE], exif[_SERIAL] = MARKER, MARKER
    exif[_GPS] = {1: "N", 2: (48.0, 8.0, 15.0), 29: MARKER}
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{MARKER}</x:xmpmeta>'.encode()
    options: dict[str, Any] = {"exif": exif.tobytes(), "xmp": xmp}
    if name == "jpeg":
        options["comment"] = MARKER.encode()
    elif name == "png":
        text = PngInfo()
        text.add_text("Comment", MARKER)
        text.add_text("Squeezed", MARKER * 20, zip=True)
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options = {"exif": exif.tobytes(), "pnginfo": text}
    elif name == "gif":
        options = {"comment": MARKER.encode()}
    return in_format(name, seed=seed, **options) + MARKER.encode()


def foreign(name: str) -> bytes:
    """A true file of a kind that Limn does not read: svg, html, pdf, eps, fits, tiff, bmp, psd, ico, heic."""
    written = {"tiff": "TIFF", "bmp": "BMP", "ico": "ICO", "pdf": "PDF", "eps": "EPS"}
    if name in written:
        return encode(drawing(32, 32), written[name])
    return {
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "html": b"<!doctype html><title>x</title><script>alert(1)</script>",
        "psd": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 8, 8, 8, 3) + bytes(12) + b"\0\0" + bytes(192),
        "fits": b"".join(f"{line:<80}".encode() for line in ("SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 0", "END")).ljust(
            2880
        ),
        "heic": struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(64),
    }[name]


def drawing(width: int, height: int, *, seed: int = 0) -> Image.Image:
    """Soft shapes in many colours: compresses like a painting and differs from any other seed's."""
    grain = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(grain).resize((width, height), Image.Resampling.BICUBIC)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
