"""What a decoding child answers, held against what it may say: it has read hostile bytes and is not believed."""

import json
import socket
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import anyio
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from limn.errors import BrokenImage, NotFound, UnsupportedImage
from limn.imaging import wire
from limn.imaging.limits import Limits
from limn.imaging.picture import Picture
from limn.models import Swatch

_MAX_PARTS_BYTES = 96 * 1024 * 1024
_EYES_SIDE = 768

Side = Annotated[int, Field(ge=1, le=1_000_000)]


@dataclass(frozen=True)
class Probe:
    """`width` and `height` are pixels after orientation."""

    media_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Copy:
    """A rendition's bytes: WebP in sRGB without metadata."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True)
class Developed:
    """Everything a work needs of its file. `renditions` smallest first, `placeholder` a data URI, `phash` 16 hex digits."""

    width: int
    height: int
    renditions: tuple[Copy, ...]
    placeholder: str
    phash: str
    swatches: tuple[Swatch, ...]
    picture: Picture


@dataclass(frozen=True)
class Answer:
    """As it came: sizes are bounded, nothing else is."""

    header: dict[str, Any]
    parts: list[bytes]


async def receive(sock: socket.socket) -> Answer:
    """Read an answer from a non-blocking socket. Raises EOFError where it ends early or is not one."""
    length = int.from_bytes(await exactly(sock, wire.LENGTH_BYTES), "big")
    if length > wire.MAX_HEADER_BYTES:
        raise EOFError
    try:
        header = json.loads(await exactly(sock, length))
        sizes = [int(size) for size in header.pop("parts")]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise EOFError from None
    if min(sizes, default=0) < 0 or sum(sizes) > _MAX_PARTS_BYTES:
        raise EOFError
    return Answer(header, [await exactly(sock, size) for size in sizes])


async def exactly(sock: socket.socket, count: int) -> bytes:
    """`count` bytes. Raises EOFError."""
    data = bytearray(count)
    view, filled = memoryview(data), 0
    while filled < count:
        try:
            got = sock.recv_into(view[filled:])
        except BlockingIOError:
            await anyio.wait_readable(sock)
            continue
        except OSError:
            raise EOFError from None
        if not got:
            raise EOFError
        filled += got
    return bytes(data)


def refuse(answer: Answer, limits: Limits) -> None:
    """Raise what an answer without a picture means; the words are ours, whatever the child says."""
    code = answer.header.get("error")
    if code is None:
        return
    if code == NotFound.code:
        raise NotFound("The file is gone.")
    if code == UnsupportedImage.code:
        raise UnsupportedImage("Only JPEG, PNG, WebP, GIF and AVIF pictures are read.")
    if code == "image_too_large":
        most = f"{limits.max_pixels / 1e6:g} megapixels and {limits.max_side} pixels a side"
        raise BrokenImage(f"The picture is larger than {most}.", code=code)
    if code == "image_too_complex":
        raise BrokenImage("Decoding the picture would take too much: too many frames, scans or bytes.", code=code)
    raise BrokenImage("The file is damaged or incomplete.", code="image_corrupt")


def probe(answer: Answer) -> Probe:
    """Raises BrokenImage where the answer is nonsense; so do the others."""
    said = _understood(_ProbeSaid, answer)
    return Probe(said.media_type, said.width, said.height)


def picture(answer: Answer) -> Picture:
    """The answer to `look`."""
    return _picture(_understood(_EyesSaid, answer), answer.parts)


def developed(answer: Answer) -> Developed:
    """The answer to `develop`."""
    said = _understood(_DevelopedSaid, answer)
    copies = answer.parts[1:]
    if len(copies) != len(said.renditions) or any(c[:4] != b"RIFF" or c[8:12] != b"WEBP" for c in copies):
        raise _nonsense()
    return Developed(
        width=said.width,
        height=said.height,
        renditions=tuple(Copy(w, h, data) for (w, h), data in zip(said.renditions, copies, strict=True)),
        placeholder=said.placeholder,
        phash=said.phash,
        swatches=said.swatches,
        picture=_picture(said, answer.parts),
    )


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width: Side
    height: Side


class _ProbeSaid(_Said):
    media_type: Literal["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]


class _EyesSaid(_Said):
    eyes: tuple[Side, Side]
    animated: bool
    transparent: bool


class _DevelopedSaid(_EyesSaid):
    renditions: Annotated[tuple[tuple[Side, Side], ...], Field(min_length=1, max_length=4)]
    placeholder: str = Field(pattern=r"^data:image/webp;base64,[A-Za-z0-9+/]{20,2000}={0,2}$")
    phash: str = Field(pattern="^[0-9a-f]{16}$")
    swatches: Annotated[tuple[Swatch, ...], Field(max_length=16)]


_SaidT = TypeVar("_SaidT", bound=_Said)


def _understood(kind: type[_SaidT], answer: Answer) -> _SaidT:
    try:
        return kind.model_validate(answer.header)
    except ValidationError:
        raise _nonsense() from None


def _picture(said: _EyesSaid, parts: list[bytes]) -> Picture:
    width, height = said.eyes
    if max(said.eyes) > _EYES_SIDE or not parts or len(parts[0]) != width * height * 3:
        raise _nonsense()
    pixels = np.frombuffer(parts[0], dtype=np.uint8).reshape(height, width, 3)
    return Picture(pixels, said.width, said.height, animated=said.animated, transparent=said.transparent)


def _nonsense() -> BrokenImage:
    return BrokenImage("The picture broke the decoder.", code="image_decoder_died")
