"""ICC profiles made by hand, because Pillow makes only sRGB: matrix profiles of RGB spaces, and a small table for CMYK."""

import struct

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_D50 = np.array([0.9642, 1.0, 0.8249])
_D65_XY = (0.3127, 0.3290)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_PRIMARIES = {
    "sRGB": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "Display P3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "Adobe RGB": ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
}
_GAMMA = {"Display P3": 2.2, "Adobe RGB": 563 / 256}  # true P3 has sRGB's curve; a plain power is as good for a test


def rgb_profile(name: str) -> bytes:
    """`Display P3` or `Adobe RGB`."""
    matrix = _to_xyz(name)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(_GAMMA[name] * 256)) + bytes(2)
    tags = {b"desc": _description(name), b"cprt": b"text" + bytes(4) + b"none\0\0\0\0", b"wtpt": _xyz(_D50)}
    for column, letter in enumerate((b"r", b"g", b"b")):
        tags[letter + b"XYZ"] = _xyz(matrix[:, column])
        tags[letter + b"TRC"] = curve
    return _profile(b"RGB ", b"XYZ ", tags)


def cmyk_profile() -> bytes:
    """Printing without surprises: each ink takes its light away; a table of two steps an ink, straight in Lab between them."""
    table = b""
    for corner in range(16):
        c, m, y, k = ((corner >> shift) & 1 for shift in (3, 2, 1, 0))
        lightness, a, b = lab(np.array([(1 - c) * (1 - k), (1 - m) * (1 - k), (1 - y) * (1 - k)]) * 255.0)
        table += bytes([round(lightness * 2.55), round(a + 128), round(b + 128)])
    straight = bytes(range(256))
    matrix = struct.pack(">9i", *(65_536 if n % 4 == 0 else 0 for n in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + straight * 4 + table + straight * 3
    tags = {
        b"desc": _description("Ink"),
        b"cprt": b"text" + bytes(4) + b"none\0\0\0\0",
        b"wtpt": _xyz(_D50),
        b"A2B0": lut,
    }
    return _profile(b"CMYK", b"Lab ", tags, kind=b"prtr")


def in_srgb(pixels: ArrayLike, name: str) -> NDArray[np.uint8]:
    """What (…, 3) pixels of that space look like in sRGB, by the definition of both and without any ICC library."""
    linear = (np.asarray(pixels, dtype=np.float64) / 255) ** _GAMMA[name]
    there = linear @ (np.linalg.inv(_to_xyz("sRGB")) @ _to_xyz(name)).T
    there = np.clip(there, 0, 1)
    encoded = np.where(there <= 0.0031308, 12.92 * there, 1.055 * there ** (1 / 2.4) - 0.055)
    return np.round(encoded * 255).astype(np.uint8)


def mean_difference(one: ArrayLike, other: ArrayLike) -> float:
    """Mean CIE 1976 colour difference of two sRGB pictures; about 2 can be seen side by side."""
    return float(np.linalg.norm(lab(one) - lab(other), axis=-1).mean())


def lab(pixels: ArrayLike) -> Floats:
    """CIE L*a*b* (D50) of (…, 3) sRGB pixels 0 to 255."""
    encoded = np.asarray(pixels, dtype=np.float64) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _to_xyz("sRGB").T / _D50
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _to_xyz(name: str) -> Floats:
    """Linear RGB to XYZ as seen under D50, the light of all profiles."""
    primaries = np.array([_from_xy(*xy) for xy in _PRIMARIES[name]]).T
    white = _from_xy(*_D65_XY)
    matrix: Floats = primaries * np.linalg.solve(primaries, white)
    cones = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    adapt: Floats = np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD
    return adapt @ matrix


def _from_xy(x: float, y: float) -> Floats:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _xyz(value: Floats) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(float(part) * 65_536) for part in value))


def _description(name: str) -> bytes:
    text = name.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)


def _profile(space: bytes, connection: bytes, tags: dict[bytes, bytes], *, kind: bytes = b"mntr") -> bytes:
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += padded
    size = at + len(body)
    header = struct.pack(">I4sI", size, bytes(4), 0x02400000) + kind + space + connection
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63_190, 65_536, 54_061)
    return header.ljust(128, b"\0") + table + body
