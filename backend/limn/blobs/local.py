"""Blobs in a folder of this machine: `root/ab/cd/<sha256>`, and `root/staging/` for what is on its way in or out."""

import errno
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import anyio
from anyio import to_thread

from limn import failpoints
from limn.blobs.protocol import BlobInfo, Staged
from limn.errors import NotFound, OutOfSpace

_KEY = re.compile(r"[0-9a-f]{64}")
_STAGED, _PARKED = "in-", "out-"


class Local:
    """Files are 0600 and folders 0700 whatever the umask. Several processes may share one root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root / "staging"
        self._durable: set[Path] = set()  # folders whose own entry this process has seen on the disk

    @asynccontextmanager
    async def stage(self, *, expected_bytes: int = 0) -> AsyncIterator[Staged]:
        path = self._staging / f"{_STAGED}{secrets.token_hex(8)}"
        staged = _StagedFile(path, lambda: self._make_room(expected_bytes), self._settle)
        try:
            yield staged
        finally:
            if staged.is_open:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(staged.close)

    async def keep(self, staged: Staged) -> str:
        assert isinstance(staged, _StagedFile)
        return await to_thread.run_sync(self._keep, staged)

    async def put(self, data: bytes) -> str:
        async with self.stage() as staged:
            await staged.write(data)
            return await self.keep(staged)

    async def read(self, key: str, *, chunk_bytes: int = 262_144) -> AsyncIterator[bytes]:
        path = self._path(key)
        with _missing_is_not_found(key):
            file = await to_thread.run_sync(path.open, "rb", 0)
        try:
            while chunk := await to_thread.run_sync(file.read, chunk_bytes):
                yield chunk
        finally:
            file.close()

    @asynccontextmanager
    async def file(self, key: str) -> AsyncIterator[Path]:
        await self.stat(key)
        yield self._path(key)

    async def stat(self, key: str) -> BlobInfo:
        path = self._path(key)
        with _missing_is_not_found(key):
            return _info(path, await to_thread.run_sync(path.stat))

    async def all(self) -> AsyncIterator[BlobInfo]:
        for folder in await to_thread.run_sync(_folders, self._root):
            for inner in await to_thread.run_sync(_folders, folder):
                for info in await to_thread.run_sync(_blobs_in, inner):
                    yield info

    async def discard(self, key: str, *, unused_since: float) -> bool:
        return await to_thread.run_sync(self._discard, self._path(key), unused_since)

    async def sweep(self, *, older_than_seconds: float) -> int:
        return await to_thread.run_sync(self._sweep, time.time() - older_than_seconds)

    async def free_bytes(self) -> int | None:
        return await to_thread.run_sync(_free_bytes, self._root)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):  # nothing else ever becomes part of a path
            raise NotFound("There is no such blob.")
        return self._root / key[:2] / key[2:4] / key

    def _keep(self, staged: "_StagedFile") -> str:
        """The order is the safety: the bytes are on the disk before their name, and the name before anybody is told."""
        key = staged.sha256
        path = self._path(key)
        self._settle(staged)
        with _full_disk_is_out_of_space():
            failpoints.hit("blob.after_fsync")
            # over what was kept already: its time is renewed, and a damaged copy healed
            staged.path.rename(path)
            failpoints.hit("blob.after_rename")
            _sync_folder(path.parent)
        staged.close()
        failpoints.hit("blob.after_dir_fsync")
        return key

    def _make_room(self, expected_bytes: int) -> None:
        self._make_folder(self._staging)
        if expected_bytes and _free_bytes(self._staging) < expected_bytes:
            raise OutOfSpace("There is not enough room for this file. Nothing was kept.")

    def _settle(self, staged: "_StagedFile") -> None:
        """Everything that `_keep` needs but the name."""
        with _full_disk_is_out_of_space():
            staged.make_durable()
            self._make_folder(self._path(staged.sha256).parent)

    def _make_folder(self, folder: Path) -> None:
        """Make it and its parents up to the root, private and durable; a process beside us may have made it and not synced yet."""
        if folder in self._durable:
            return
        if folder != self._root:
            self._make_folder(folder.parent)
        elif not folder.parent.exists():
            folder.parent.mkdir(parents=True)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            folder.chmod(0o700)
        _sync_folder(folder.parent)
        self._durable.add(folder)

    def _discard(self, path: Path, unused_since: float) -> bool:
        """Out of the way first, then a second look: a `keep` in between has renewed the time of what we hold, or left a new file."""
        parked = self._staging / f"{_PARKED}{path.name}.{secrets.token_hex(8)}"
        try:
            if path.stat().st_mtime > unused_since:
                return False
            self._make_folder(self._staging)
            path.rename(parked)
        except FileNotFoundError:
            return True
        if parked.stat().st_mtime > unused_since:
            self._put_back(parked)
        else:
            parked.unlink(missing_ok=True)
        _sync_folder(path.parent)
        return not path.exists()

    def _put_back(self, parked: Path) -> None:
        path = self._path(parked.name.removeprefix(_PARKED).partition(".")[0])
        with suppress(FileExistsError):  # kept once more meanwhile
            path.hardlink_to(parked)
            _sync_folder(path.parent)
        parked.unlink(missing_ok=True)

    def _sweep(self, before: float) -> int:
        removed = 0
        for entry in sorted(self._staging.iterdir()) if self._staging.is_dir() else ():
            with suppress(FileNotFoundError):
                if entry.stat().st_mtime >= before:
                    continue
                if entry.name.startswith(_PARKED):
                    # its discard died halfway, perhaps holding what was just kept: the collector will ask again
                    self._put_back(entry)
                    continue
                entry.unlink()
                removed += 1
        return removed


class _StagedFile:
    """One file in the staging folder, made at its first use. Opened, written and closed in threads, of which each is a trip
    that a small upload feels."""

    def __init__(self, path: Path, make_room: Callable[[], None], settle: Callable[["_StagedFile"], None]) -> None:
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
        self._open()
        os.utime(self._descriptor)
        if not self._settled:
            os.fsync(self._descriptor)
            self._settled = True

    def close(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1
        self.path.unlink(missing_ok=True)

    def _open(self) -> None:
        if not self.is_open:
            with _full_disk_is_out_of_space():
                self._make_room()
                self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                os.fchmod(self._descriptor, 0o600)

    def _write(self, chunk: bytes) -> None:
        self._open()
        self._settled = False
        rest = memoryview(chunk)
        with _full_disk_is_out_of_space():
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        self._hash.update(chunk)
        self.size_bytes += len(chunk)
        failpoints.hit("blob.half_write")


@contextmanager
def _full_disk_is_out_of_space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise OutOfSpace from error
        raise


@contextmanager
def _missing_is_not_found(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no blob {key}.") from error


def _info(path: Path, found: os.stat_result) -> BlobInfo:
    return BlobInfo(path.name, found.st_size, found.st_mtime)


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(entry for entry in parent.iterdir() if len(entry.name) == 2 and entry.is_dir())


def _blobs_in(folder: Path) -> list[BlobInfo]:
    found = []
    for entry in folder.iterdir():
        with suppress(FileNotFoundError):  # discarded while we look
            status = entry.stat()
            if _KEY.fullmatch(entry.name) and stat.S_ISREG(status.st_mode):
                found.append(_info(entry, status))
    return found


def _free_bytes(folder: Path) -> int:
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
