"""A perceptual hash: near for pictures that look alike, far for others."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 32
_KEPT = 8
_FLAT = 1e-6


def phash(rgb: NDArray[np.uint8]) -> str:
    """64 bits as 16 hex digits of an (h, w, 3) picture: which low frequencies lie above their median.

    The DCT hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010): luma at 32 × 32, DCT-II, the
    8 × 8 frequencies after the constant ones. A flat picture hashes to zeros whatever its colour."""
    luma = Image.fromarray(rgb).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    basis = _dct_rows()
    low = basis @ np.asarray(luma, dtype=np.float64) @ basis.T
    low[np.abs(low) < _FLAT] = 0.0  # rounding noise is no structure
    bits = (low > np.median(low)).ravel()
    return np.packbits(bits).tobytes().hex()


def distance(one: str, other: str) -> int:
    """Differing bits of two hashes, 0 to 64. Up to about 8 is the same picture re-encoded; strangers differ by 32."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _dct_rows() -> NDArray[np.float64]:
    frequency = np.arange(1, _KEPT + 1, dtype=np.float64)[:, None]
    place = np.arange(_SIDE, dtype=np.float64)[None, :]
    rows: NDArray[np.float64] = np.cos(np.pi * frequency * (2 * place + 1) / (2 * _SIDE)) * np.sqrt(2 / _SIDE)
    return rows
