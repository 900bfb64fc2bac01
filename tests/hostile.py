"""Draws pictures that mean harm: bombs of every kind, cut files, two files in one. Functions return the bytes of a file."""

import os
import struct
import zlib

import numpy as np
from PIL import Image

import pictures
from pictures import encode, png_chunk, png_file

# files of each format that are hurt: a thousand in the workflow, fewer where somebody waits
HURT = int(os.environ.get("LIMN_TEST_HURT", "400"))
PAYLOAD = b"<script>alert('PAYLOAD-91c2')</script>"


def png_claiming(width: int, height: int) -> bytes:
    """A header that promises more than any machine has, and a hundred bytes behind it."""
    return png_file(width, height, bytes(100))


def webp_claiming(width: int, height: int) -> bytes:
    """34 bytes."""
    bits = (width - 1) | (height - 1) << 14
    chunk = b"VP8L" + struct.pack("<I", 13) + b"\x2f" + struct.pack("<I", bits) + bytes(8)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk + b"\0"


def avif_claiming(width: int, height: int) -> bytes:
    """A small picture whose container says otherwise."""
    data = bytearray(pictures.avif(64, 64))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", width, height)
    return bytes(data)


def flat_png(side: int) -> bytes:
    """Truly that large, one bit a pixel, all black: it squeezes to a thousandth."""
    return png_file(side, side, bytes((1 + (side + 7) // 8) * side), depth=1, colour=0)


def scan_bomb(scans: int, width: int = 2000, height: int = 2000) -> bytes:
    """A progressive JPEG whose last scan comes again and again; every one is a pass over all pixels."""
    data = encode(Image.new("RGB", (width, height), "navy"), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


def gif_of(frames: int, width: int, height: int) -> bytes:
    """Each frame paints one pixel of the canvas."""
    header = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return header + frame * frames + b"\x3b"


def webp_of(frames: int, side: int = 16) -> bytes:
    images = [Image.new("RGB", (side, side), (n % 256, n // 256, 0)) for n in range(frames)]
    return encode(images[0], "WEBP", save_all=True, append_images=images[1:], lossless=True, method=0)


def apng_claiming(frames: int) -> bytes:
    raw = bytes((1 + 8 * 3) * 8)
    return png_file(8, 8, raw, extra=png_chunk(b"acTL", struct.pack(">II", frames, 0)))


def text_bomb(kind: str, megabytes: int = 200) -> bytes:
    """`zTXt` or `iCCP`: a megabyte of text is a thousandth of it on the way in."""
    squeezed = zlib.compress(bytes(megabytes * 1_000_000), 9)
    return png_file(8, 8, bytes((1 + 8 * 3) * 8), extra=png_chunk(kind.encode(), b"name\0\0" + squeezed))


def many_texts() -> bytes:
    chunk = png_chunk(b"tEXt", b"name\0" + b"a" * 900_000)
    return png_file(8, 8, bytes((1 + 8 * 3) * 8), extra=chunk * 80)


def polyglot(name: str) -> bytes:
    """A picture that is something else too: gif-script, jpeg-html, png-zip, webp-tail."""
    if name == "gif-script":
        return pictures.gif() + b"/*" + PAYLOAD + b"*/=1;"
    if name == "jpeg-html":
        return pictures.jpeg(comment=PAYLOAD)
    if name == "png-zip":
        return pictures.png() + b"PK\x03\x04" + PAYLOAD
    return pictures.webp() + PAYLOAD


def pdf_with_jpeg() -> bytes:
    return b"%PDF-1.4\n" + PAYLOAD + pictures.jpeg()


def mutations(data: bytes, count: int, *, seed: int) -> list[bytes]:
    """The file with bits flipped, bytes overwritten, cut short, doubled or with a piece taken out; a few hurts each."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        hurt = bytearray(data)
        for _ in range(int(chance.integers(1, 6))):
            at, length = int(chance.integers(0, len(hurt))), int(chance.integers(1, 33))
            match int(chance.integers(0, 6)):
                case 0:
                    hurt[at] ^= 1 << int(chance.integers(0, 8))
                case 1:
                    hurt[at : at + length] = chance.bytes(length)
                case 2:
                    hurt[at : at + length] = b"\xff" * length
                case 3:
                    del hurt[at : at + length]
                case 4:
                    hurt[at:at] = hurt[at : at + length * 8]
                case _:
                    del hurt[max(at, 16) :]
            hurt = hurt or bytearray(data)
        found.append(bytes(hurt))
    return found


def cut(data: bytes, where: str) -> bytes:
    """`half`, `one byte` short, or `header only` of a JPEG."""
    if where == "half":
        return data[: len(data) // 2]
    if where == "one byte":
        return data[:-1]
    start = data.index(b"\xff\xda")
    return data[: start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")]
