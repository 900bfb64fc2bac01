"""The fork server of decoding children, `python -m limn.imaging.zygote DESCRIPTOR LIMITS`; sandbox.py starts it and talks to it.

It has imported everything a decoder needs, so that a child costs a fork and not an import. One child serves one picture and dies."""

import fcntl
import gc
import hashlib
import json
import os
import resource
import select
import signal
import socket
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.Image import DecompressionBombError

from limn import failpoints
from limn.errors import LimnError, NotFound
from limn.imaging import decoding, renditions, wire
from limn.imaging.hashing import phash
from limn.imaging.limits import Limits
from limn.imaging.swatches import swatches

Answer = tuple[dict[str, Any], list[bytes]]

_MAX_OPEN_FILES = 16
_NICENESS = 10
_SWATCH_SIDE = 256
_REHEARSED: list[bytes] = []


def serve(control: socket.socket, limits: Limits) -> None:
    """Keep one child waiting for the next descriptor, until the server closes its end, dying included."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    for stop in (signal.SIGINT, signal.SIGTERM):
        # meant for the server, which may still finish what it has begun; when it goes, so do we
        signal.signal(stop, signal.SIG_IGN)
    warm_up()
    gc.collect()
    gc.freeze()  # a child's collector then leaves the shared pages alone
    while _spare_child(control, limits):
        pass


def warm_up() -> None:
    """Develop a drawing of our own: what Pillow, numpy and the codecs load or compute at first use (0.13 s) is then in every child."""
    Image.init()
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):  # not AVIF: its encoder starts threads, and a fork must find none
        drawing = BytesIO()
        Image.linear_gradient("L").convert("RGB").save(drawing, kind)
        _REHEARSED.append(drawing.getvalue())
        drawing.seek(0)
        _develop(decoding.open_picture(drawing, Limits()))


def _spare_child(control: socket.socket, limits: Limits) -> bool:
    """Fork a child before there is a picture for it, which saves each picture the fork (2 of 7 ms), and wait until it has
    taken one and the next is needed. False when the server is gone."""
    taken, tell = os.pipe()
    try:
        child = os.fork() == 0
    except OSError:  # no room for a process: the server hears the end of the file before STARTED
        os.close(taken)
        os.close(tell)
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        for descriptor in descriptors:
            os.close(descriptor)
        return bool(message)
    if child:
        try:
            _serve_next(control, tell, limits)
        finally:
            os._exit(0)  # whatever happened: nothing of the zygote's may run twice
    os.close(tell)
    told = os.read(taken, 1)  # nothing: it died waiting
    if told:
        # a fork now would take the processor from a probe that somebody waits for, and from the disk beside it
        select.select([taken, control.fileno()], [], [])
    os.close(taken)
    return bool(told) or not _hung_up(control)


def _serve_next(control: socket.socket, tell: int, limits: Limits) -> None:
    _confine(limits)
    if not select.select([control], [], [], 0)[0]:
        _rehearse()
    decoding.prepare(limits)
    message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    control.close()  # held open here, it would hide the zygote's death from the server
    if message:
        os.write(tell, b"t")
        _serve_one(socket.socket(fileno=descriptors[0]), tell, limits)


def _rehearse() -> None:
    """Answer a drawing of our own before the picture comes: a page that a fork shares is copied at its first touch, and the
    pages of a probe are then touched already (2 to 3 of its 5 ms)."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(wire.pack({"path": __file__}))
        with Path(wire.receive_request(theirs)["path"]).open("rb"):
            opened = decoding.open_picture(BytesIO(_REHEARSED[0]), Limits())
        wire.send_answer(theirs, *_probe(opened))


def _hung_up(sock: socket.socket) -> bool:
    gone = select.poll()
    gone.register(sock, 0)
    return bool(gone.poll(0))


def _serve_one(sock: socket.socket, tell: int, limits: Limits) -> None:
    _start_clocks(limits)
    sock.sendall(wire.STARTED)
    request = wire.receive_request(sock)
    _die_with(sock)
    if request["operation"] != "probe":  # nobody waits at the page for anything else
        os.nice(_NICENESS)
        os.close(tell)
    try:
        header, parts = _work(request["operation"], Path(request["path"]), limits)
    except Exception as error:  # noqa: BLE001  decoders raise whatever they trip over; each means that there is no picture
        header, parts = {"error": _code(error)}, []
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    wire.send_answer(sock, header, parts)


def _confine(limits: Limits) -> None:
    """From here on a decoder can swell or crash, and only this process pays."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    if sys.platform == "linux":  # macOS knows the name and refuses the call
        _limit(resource.RLIMIT_AS, limits.memory_bytes)


def _start_clocks(limits: Limits) -> None:
    """From here on it can spin or sleep, too."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)


def _limit(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, value))


def _die_with(sock: socket.socket) -> None:
    """Let the kernel end this process (SIGIO) when the server closes its end: it was cancelled, or it is dead.

    A Python handler would wait for the C decoder to return; the default action does not."""
    if sys.platform != "linux":
        return  # elsewhere SIGIO also tells of room to write; the wall clock ends what nobody waits for
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(sock, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sock, fcntl.F_SETFL, fcntl.fcntl(sock, fcntl.F_GETFL) | os.O_ASYNC)
    if _hung_up(sock):  # before the kernel was told to tell us
        os._exit(0)


def _work(operation: str, path: Path, limits: Limits) -> Answer:
    with path.open("rb") as file:
        if failpoints.armed("decode."):
            failpoints.hit(f"decode.{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}")
            file.seek(0)
        opened = decoding.open_picture(file, limits)
        return {"probe": _probe, "develop": _develop, "look": _look}[operation](opened)


def _probe(opened: decoding.Opened) -> Answer:
    width, height = decoding.decode_cheaply(opened)
    return {"media_type": opened.media_type, "width": width, "height": height}, []


def _look(opened: decoding.Opened) -> Answer:
    drawn = renditions.draw_for_eyes(opened)
    return _eyes_header(opened, drawn), [drawn.eyes.tobytes()]


def _develop(opened: decoding.Opened) -> Answer:
    drawn = renditions.draw(opened)
    small = Image.fromarray(drawn.eyes)
    small.thumbnail((_SWATCH_SIDE, _SWATCH_SIDE))
    header = _eyes_header(opened, drawn) | {
        "renditions": [[copy.width, copy.height] for copy in drawn.renditions],
        "placeholder": drawn.placeholder,
        "phash": phash(drawn.eyes),
        "swatches": [swatch._asdict() for swatch in swatches(np.asarray(small))],
    }
    return header, [drawn.eyes.tobytes(), *(copy.data for copy in drawn.renditions)]


def _eyes_header(opened: decoding.Opened, drawn: renditions.Drawn) -> dict[str, Any]:
    height, width, _ = drawn.eyes.shape
    return {
        "width": drawn.width,
        "height": drawn.height,
        "eyes": [width, height],
        "animated": opened.frames > 1,
        "transparent": drawn.transparent,
    }


def _code(error: Exception) -> str:
    if isinstance(error, LimnError):
        return error.code
    if isinstance(error, FileNotFoundError):  # ours: no decoder opens files
        return NotFound.code
    if isinstance(error, DecompressionBombError):
        return "image_too_large"
    if isinstance(error, MemoryError):
        return "image_too_complex"
    return "image_corrupt"


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), Limits(**json.loads(sys.argv[2])))
