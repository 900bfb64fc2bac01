"""Where pictures are decoded: one short-lived child per picture, so that a hostile file costs a child and never the server.

Not `multiprocessing`: its fork server imports the command's `__main__` in every child, a killed child breaks a whole pool, and a
pickle written by a process that parses hostile bytes must not be loaded here."""

import json
import math
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import anyio
from anyio import to_thread

from limn.errors import BrokenImage, TooMany, Unavailable
from limn.imaging import answers, wire
from limn.imaging.answers import Answer, Developed, Probe
from limn.imaging.limits import Limits
from limn.imaging.picture import Picture

__all__ = ["Developed", "Limits", "Probe", "Sandbox"]

_GRACE_SECONDS = 15
# a decoder needs no secrets; what a crashed one is made to print must not hold any
_PASSED_ON = ("LANG", "LD_LIBRARY_PATH", "LIMN_TEST_FAILPOINT", "PATH", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
# a child's memory is all new to it: in large pages the kernel hands out 24 megapixels in 6,800 steps instead of 24,400,
# which is 5 to 8 % of all the work. A C library that is not glibc reads over it
_TUNING = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass
class _Zygote:
    process: subprocess.Popen[bytes]
    control: socket.socket


class _NeverStarted(Exception):
    """The zygote took the descriptor and died, or could not fork."""


class Sandbox:
    """At most `concurrency` children at once, of which at most `developing` (all, unless told) develop; `waiting` callers may
    wait for one, more are refused with TooMany.

    All three questions raise UnsupportedImage, BrokenImage, NotFound (no such file), TooMany and Unavailable. A caller that is
    cancelled takes its child with it."""

    def __init__(self, limits: Limits, *, concurrency: int, waiting: int, developing: int | None = None) -> None:
        self._limits = limits
        self._concurrency = concurrency
        self._most = concurrency + waiting
        self._callers = 0
        self._children = anyio.Semaphore(concurrency)
        self._developers = anyio.Semaphore(developing or concurrency)
        self._starting = anyio.Lock()
        self._zygote: _Zygote | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._zygote is not None:
            with anyio.CancelScope(shield=True):
                await self._drop(self._zygote)

    async def probe(self, path: Path) -> Probe:
        """What it is and how big, with every byte decoded: what passes here can be developed."""
        return answers.probe(await self._ask("probe", path))

    async def develop(self, path: Path) -> Developed:
        """Everything a work needs of its file, in one decode."""
        async with self._developers:
            return answers.developed(await self._ask("develop", path))

    async def look(self, path: Path) -> Picture:
        """Only the small picture for the eyes."""
        return answers.picture(await self._ask("look", path))

    async def _ask(self, operation: str, path: Path) -> Answer:
        request = wire.pack({"operation": operation, "path": str(path)})
        async with self._place():
            for _ in range(2):  # once more with a fresh zygote
                with suppress(_NeverStarted):
                    answer = await self._ask_child(request)
                    answers.refuse(answer, self._limits)
                    return answer
        raise Unavailable("Pictures cannot be decoded at the moment.", retry_after=5)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._callers >= self._most:
            # about a second a picture for each child
            raise TooMany("Too many pictures at once.", retry_after=math.ceil(self._callers / self._concurrency))
        self._callers += 1
        try:
            async with self._children:
                yield
        finally:
            self._callers -= 1

    async def _ask_child(self, request: bytes) -> Answer:
        ours, theirs = socket.socketpair()
        with ours:  # closing it is what ends a child nobody waits for
            ours.setblocking(False)
            ours.send(request)  # far below what an empty socket takes
            with theirs:
                zygote = await self._hand_over(theirs)
            try:
                # the child's own clock is the limit; this is for one that the kernel cannot end
                with anyio.fail_after(self._limits.wall_seconds + _GRACE_SECONDS):
                    await self._hear_start(ours, zygote)
                    return await answers.receive(ours)
            except (EOFError, TimeoutError):
                raise BrokenImage("The picture broke the decoder.", code="image_decoder_died") from None

    async def _hand_over(self, theirs: socket.socket) -> _Zygote:
        async with self._starting:
            zygote = self._zygote
            if zygote is None:
                zygote = self._zygote = await to_thread.run_sync(_start, self._limits)
        try:
            socket.send_fds(zygote.control, [b"j"], [theirs.fileno()])
        except OSError:  # it is dead, or so stuck that its queue is full
            await self._drop(zygote)
            raise _NeverStarted from None
        return zygote

    async def _hear_start(self, ours: socket.socket, zygote: _Zygote) -> None:
        try:
            await answers.exactly(ours, len(wire.STARTED))
        except EOFError:
            await self._drop(zygote)
            raise _NeverStarted from None

    async def _drop(self, zygote: _Zygote) -> None:
        """End it, so that the next caller starts another. Children at work go on: they are processes of their own."""
        if self._zygote is zygote:
            self._zygote = None
            zygote.control.close()
            await to_thread.run_sync(_end, zygote.process)


def _start(limits: Limits) -> _Zygote:
    ours, theirs = socket.socketpair()
    with theirs:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        process = subprocess.Popen(  # noqa: S603  our own module
            # -P: nothing is imported from the folder the server was started in
            [sys.executable, "-P", "-m", "limn.imaging.zygote", str(theirs.fileno()), json.dumps(asdict(limits))],
            env=environment | _TUNING,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    ours.setblocking(False)
    return _Zygote(process, ours)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)  # the closed control socket ends it
        return
    process.kill()
    process.wait()
