"""How a picture is shown to a model elsewhere: a small JPEG without anything of the file it came from, and only where it may go."""

import hashlib
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from anyio.to_thread import run_sync
from numpy.typing import NDArray
from PIL import Image

from limn.errors import NotServed
from limn.vision.huggingface.line import Line, TooLargeThere
from limn.vision.protocol import Look

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient

T = TypeVar("T")

_SIDE, _SMALLER = 768, 384  # pixels; the second where the first is too large for the host
_QUALITY = 85


class Courier:
    """Takes pictures and words of artworks to `line`; a private work only where the operator allows it."""

    def __init__(self, line: Line, *, send_private: bool) -> None:
        self.line = line
        self._send_private = send_private
        self._side = _SIDE

    async def show(
        self, look: Look, question: Callable[["AsyncInferenceClient", bytes], Awaitable[T]], *, model: str = ""
    ) -> T:
        """Ask `question` about the picture, a JPEG; once more with a smaller one where it was too large. Raises as Line.ask."""
        self.permit(look)
        try:
            return await self._show(look, question, model)
        except TooLargeThere:
            if self._side == _SMALLER:
                raise
        self._side = _SMALLER  # from now on: the host has said what it can take
        return await self._show(look, question, model)

    def permit(self, look: Look) -> None:
        """Raises NotServed where the work must not leave the machine."""
        if look.private and not self._send_private:
            raise NotServed(f"A private work is not sent to {self.line.host.name} (LIMN_HF_SEND_PRIVATE).")

    async def _show(
        self, look: Look, question: Callable[["AsyncInferenceClient", bytes], Awaitable[T]], model: str
    ) -> T:
        jpeg = await _jpeg_of(look, self._side)
        subject = hashlib.sha256(jpeg).hexdigest()
        return await self.line.ask(
            lambda client: question(client, jpeg), owner=look.owner, subject=subject, model=model
        )


async def _jpeg_of(look: Look, side: int) -> bytes:
    key = ("jpeg", side)
    if key not in look.known:  # the same bytes for the caption, the match and the tags
        look.known[key] = await run_sync(_jpeg, look.picture.pixels, side)
    found: bytes = look.known[key]
    return found


def _jpeg(pixels: NDArray[np.uint8], side: int) -> bytes:
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    with BytesIO() as file:
        image.save(file, "JPEG", quality=_QUALITY)
        return file.getvalue()
