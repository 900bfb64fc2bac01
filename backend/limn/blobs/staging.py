"""Bytes on their way in, in a folder of this machine: counted, hashed and not yet kept. Every adapter begins here."""

import errno
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import anyio
from anyio import to_thread

from limn import failpoints
from limn.errors import OutOfSpace

_STAGED = "in-"


@asynccontextmanager
async def stage(
    folder: Path, *, make_room: Callable[[], None], settle: Callable[["StagedFile"], None]
) -> AsyncIterator["StagedFile"]:
    """A file in the folder, gone when the block is left. `make_room` runs before it is made, and may raise OutOfSpace."""
    staged = StagedFile(folder / f"{_STAGED}{secrets.token_hex(8)}", make_room, settle)
    try:
        yield staged
    finally:
        if staged.is_open:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(staged.close)


class StagedFile:
    """One file in the staging folder, made at its first use. Opened, written and closed in threads, of which each is a trip
    that a small upload feels."""

    def __init__(self, path: Path, make_room: Callable[[], None], settle: Callable[["StagedFile"], None]) -> None:
        self.path = path
        self.size_bytes = 0
        self._make_room = make_room
        self._settle = settle
        self._settled = False
        self._hash = hashlib.sha256()
        self._descriptor = -1

    @property
    def is_open(self) -> bool:
        return self._descriptor >= 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def write(self, chunk: bytes) -> None:
        await to_thread.run_sync(self._write, chunk)

    async def settle(self) -> None:
        await to_thread.run_sync(self._settle, self)

    def make_durable(self) -> None:
        self.open()
        os.utime(self._descriptor)
        if not self._settled:
            os.fsync(self._descriptor)
            self._settled = True

    def open(self) -> None:
        if not self.is_open:
            with full_disk_is_out_of_space():
                self._make_room()
                self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                os.fchmod(self._descriptor, 0o600)

    def close(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1
        self.path.unlink(missing_ok=True)

    def _write(self, chunk: bytes) -> None:
        self.open()
        self._settled = False
        rest = memoryview(chunk)
        with full_disk_is_out_of_space():
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        self._hash.update(chunk)
        self.size_bytes += len(chunk)
        failpoints.hit("blob.half_write")


def demand_room(folder: Path, expected_bytes: int) -> None:
    """Raises OutOfSpace."""
    if expected_bytes and free_bytes(folder) < expected_bytes:
        raise OutOfSpace("There is not enough room for this file. Nothing was kept.")


def free_bytes(folder: Path) -> int:
    """Room on the disk that the folder is on, or will be."""
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def sweep(folder: Path, before: float) -> int:
    """Remove what was staged and not touched since `before` (seconds since the epoch); answers how many."""
    removed = 0
    for entry in sorted(folder.glob(f"{_STAGED}*")) if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if entry.stat().st_mtime < before:
                entry.unlink()
                removed += 1
    return removed


@contextmanager
def full_disk_is_out_of_space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise OutOfSpace from error
        raise
