"""A decoding child is not believed: what it says is bounded, and nonsense is a broken picture."""

import json
import socket
from typing import Any

import anyio
import pytest

from limn.errors import BrokenImage, NotFound, UnsupportedImage
from limn.imaging import answers, wire
from limn.imaging.answers import Answer
from limn.imaging.limits import Limits
from patience import PATIENCE_SECONDS

EYES = {"width": 4, "height": 2, "eyes": [4, 2], "animated": False, "transparent": False}
DEVELOPED = EYES | {
    "renditions": [[4, 2]],
    "placeholder": "data:image/webp;base64," + "A" * 40,
    "phash": "0123456789abcdef",
    "swatches": [{"hex": "#102030", "name": "dark blue", "share": 1.0}],
}
PIXELS, COPY = bytes(24), b"RIFF\0\0\0\0WEBP"


async def _received(sent: bytes) -> Answer:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        with anyio.fail_after(PATIENCE_SECONDS):
            return await answers.receive(ours)


async def test_an_answer_arrives_with_its_parts() -> None:
    answer = await _received(wire.pack({"width": 4, "parts": [3, 0, 2]}) + b"abcde")
    assert answer == Answer({"width": 4}, [b"abc", b"", b"de"])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0\0",
        b"\xff\xff\xff\xff" + b"x" * 100,
        wire.pack({"parts": [10]}) + b"short",
        wire.pack({"parts": [2**40]}),
        wire.pack({"parts": [-1]}),
        wire.pack({"parts": ["a"]}),
        wire.pack({"parts": None}),
        wire.pack({}),
        (4).to_bytes(4, "big") + b"[[[]",
        (2).to_bytes(4, "big") + b"[]",
        (40_000).to_bytes(4, "big") + b"[" * 40_000,
        (2).to_bytes(4, "big") + b"\xff\xfe",
    ],
)
async def test_what_is_no_answer_is_the_end_of_one(sent: bytes) -> None:
    with pytest.raises(EOFError):
        await _received(sent)


def test_a_true_answer_is_understood() -> None:
    made = answers.developed(Answer(DEVELOPED, [PIXELS, COPY]))
    assert made.picture.pixels.shape == (2, 4, 3)
    assert made.renditions[0].data == COPY
    assert made.swatches[0].name == "dark blue"


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"eyes": [4, 3]}, [PIXELS, COPY]),
        ({"eyes": [1000, 1000]}, [bytes(3_000_000), COPY]),
        ({"eyes": [-4, -2]}, [PIXELS, COPY]),
        ({"width": 0}, [PIXELS, COPY]),
        ({"width": "<script>"}, [PIXELS, COPY]),
        ({"phash": "0123"}, [PIXELS, COPY]),
        ({"phash": "0123456789abcdef\n"}, [PIXELS, COPY]),
        ({"placeholder": 'data:image/webp;base64,"><script>alert(1)</script>'}, [PIXELS, COPY]),
        ({"placeholder": "data:image/webp;base64," + "A" * 5000}, [PIXELS, COPY]),
        ({"swatches": [{"hex": "red", "name": "red", "share": 1.0}]}, [PIXELS, COPY]),
        ({"swatches": [DEVELOPED["swatches"][0]] * 50}, [PIXELS, COPY]),  # type: ignore[index]
        ({"renditions": []}, [PIXELS]),
        ({"renditions": [[4, 2], [4, 2]]}, [PIXELS, COPY]),
        ({"surprise": 1}, [PIXELS, COPY]),
        ({}, [PIXELS, b"<svg onload=alert(1)>"]),
        ({}, [PIXELS]),
        ({}, []),
    ],
)
def test_a_false_answer_is_a_broken_picture(changes: dict[str, Any], parts: list[bytes]) -> None:
    with pytest.raises(BrokenImage) as refused:
        answers.developed(Answer(json.loads(json.dumps(DEVELOPED | changes)), parts))
    assert refused.value.code == "image_decoder_died"


def test_a_probe_cannot_name_a_type_that_browsers_run() -> None:
    with pytest.raises(BrokenImage):
        answers.probe(Answer({"media_type": "text/html", "width": 1, "height": 1}, []))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("not_found", NotFound),
        ("unsupported_media_type", UnsupportedImage),
        ("image_too_large", BrokenImage),
        ("image_too_complex", BrokenImage),
        ("image_corrupt", BrokenImage),
        ("<script>", BrokenImage),
        (["a list"], BrokenImage),
    ],
)
def test_the_words_of_a_refusal_are_ours(code: object, error: type[Exception]) -> None:
    with pytest.raises(error) as refused:
        answers.refuse(Answer({"error": code, "detail": "<script>"}, []), Limits())
    assert "script" not in str(refused.value)
    answers.refuse(Answer(EYES, [PIXELS]), Limits())
