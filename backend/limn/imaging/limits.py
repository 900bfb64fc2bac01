"""What decoding one picture may cost before it is refused or its child is ended."""

from dataclasses import dataclass

# Measured at 100 megapixels, of address space beyond the interpreter's own 170 MB: JPEG 0.8 bytes a pixel, progressive CMYK 7.9,
# PNG 5 to 10, AVIF 4:4:4 with alpha 14 (its ten bits add 4), WebP with alpha 17.7: two canvases, the frame, and Pillow's
# copies of it. So 20 a pixel, and 340 MB for the file itself, which WebP and AVIF hold twice.
_INTERPRETER_BYTES = 512 * 1024 * 1024
_BYTES_PER_PIXEL = 20


@dataclass(frozen=True)
class Limits:
    """The gallery's limits on pictures; `max_frame_pixels` is frames × width × height of an animation.

    `address_space_bytes` 0 means: as much as the largest picture of `max_pixels` needs.
    """

    max_pixels: int = 100_000_000
    max_side: int = 16_384
    max_frames: int = 300
    max_frame_pixels: int = 200_000_000
    jpeg_scans: int = 100
    address_space_bytes: int = 0
    cpu_seconds: int = 20
    wall_seconds: float = (
        120  # for one that waits; one that computes may have to wait itself, for a machine with more urgent work
    )

    @property
    def memory_bytes(self) -> int:
        """The address space a child gets."""
        return self.address_space_bytes or _INTERPRETER_BYTES + _BYTES_PER_PIXEL * self.max_pixels
