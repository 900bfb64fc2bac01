"""Blobs in a folder of this machine: `root/ab/cd/<sha256>`, and `root/staging/` for what is on its way in or out."""

import os
import secrets
import stat
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO

from anyio import to_thread

from limn import failpoints
from limn.blobs import naming, staging
from limn.blobs.protocol import BlobInfo, Staged
from limn.blobs.staging import StagedFile
from limn.errors import Damaged

_PARKED = "out-"


class Local:
    """Files are 0600 and folders 0700 whatever the umask. Several processes may share one root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root / "staging"
        self._durable: set[Path] = set()  # folders whose own entry this process has seen on the disk

    def stage(self, *, expected_bytes: int = 0) -> AbstractAsyncContextManager[StagedFile]:
        return staging.stage(self._staging, make_room=lambda: self._make_room(expected_bytes), settle=self._settle)

    async def keep(self, staged: Staged) -> str:
        assert isinstance(staged, StagedFile)
        return await to_thread.run_sync(self._keep, staged)

    async def put(self, data: bytes) -> str:
        async with self.stage() as staged:
            await staged.write(data)
            return await self.keep(staged)

    async def read(self, key: str, *, chunk_bytes: int = 262_144) -> AsyncIterator[bytes]:
        with await self._open(key) as file:
            while chunk := await to_thread.run_sync(file.read, chunk_bytes):
                yield chunk

    async def read_part(self, key: str, start: int, stop: int, *, chunk_bytes: int = 262_144) -> AsyncIterator[bytes]:
        with await self._open(key) as file:
            if not 0 <= start < stop <= os.fstat(file.fileno()).st_size:
                raise naming.no_such_part(key)
            file.seek(start)
            while start < stop:
                chunk = await to_thread.run_sync(file.read, min(chunk_bytes, stop - start))
                if not chunk:
                    raise Damaged(f"The blob {key} became shorter while it was read.")
                yield chunk
                start += len(chunk)

    async def address(self, key: str, *, seconds: int, media_type: str, disposition: str) -> str | None:  # noqa: ARG002  as the port has it
        return None

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

    async def check(self) -> None:
        async with self.stage() as staged:  # room alone does not make a folder writable
            await staged.write(b"ready?")

    async def sweep(self, *, older_than_seconds: float) -> int:
        return await to_thread.run_sync(self._sweep, time.time() - older_than_seconds)

    async def free_bytes(self) -> int | None:
        return await to_thread.run_sync(staging.free_bytes, self._root)

    async def _open(self, key: str) -> IO[bytes]:
        path = self._path(key)
        with _missing_is_not_found(key):
            return await to_thread.run_sync(path.open, "rb", 0)

    def _path(self, key: str) -> Path:
        return self._root / naming.path_of(key)

    def _keep(self, staged: StagedFile) -> str:
        """The order is the safety: the bytes are on the disk before their name, and the name before anybody is told."""
        key = staged.sha256
        path = self._path(key)
        self._settle(staged)
        with staging.full_disk_is_out_of_space():
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
        staging.demand_room(self._staging, expected_bytes)

    def _settle(self, staged: StagedFile) -> None:
        """Everything that `_keep` needs but the name."""
        with staging.full_disk_is_out_of_space():
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
        for entry in sorted(self._staging.glob(f"{_PARKED}*")) if self._staging.is_dir() else ():
            with suppress(FileNotFoundError):
                if entry.stat().st_mtime < before:
                    # its discard died halfway, perhaps holding what was just kept: the collector will ask again
                    self._put_back(entry)
        return staging.sweep(self._staging, before)


@contextmanager
def _missing_is_not_found(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise naming.missing(key) from error


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
            if naming.KEY.fullmatch(entry.name) and stat.S_ISREG(status.st_mode):
                found.append(_info(entry, status))
    return found


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
