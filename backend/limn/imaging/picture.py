"""What an eye gets to see of a file: its pixels, small and in sRGB, and what the pixels cannot tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)  # a picture is itself only, so that what was measured of it can be remembered
class Picture:
    """What an eye gets: `pixels` uint8 (h, w, 3) in sRGB, longest side at most 768, alpha laid on white; the rest tells of the original.

    `width` and `height` are the original's pixels after orientation, `animated` whether it has more than one frame,
    `transparent` whether any pixel of it is.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    animated: bool = False
    transparent: bool = False
