"""What a blob store can do. A blob's key is the sha256 of its bytes (64 hex digits), so writing is idempotent."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class BlobInfo:
    """`modified` is seconds since the epoch: when it was last kept."""

    key: str
    size_bytes: int
    modified: float


class Staged(Protocol):
    """Bytes on their way in: on this machine's disk, counted and hashed, not yet kept."""

    @property
    def path(self) -> Path: ...

    @property
    def size_bytes(self) -> int: ...

    @property
    def sha256(self) -> str:
        """Of what was written so far, 64 hex digits."""
        ...

    async def write(self, chunk: bytes) -> None:
        """Raises OutOfSpace."""
        ...

    async def settle(self) -> None:
        """Nothing more will be written: do now what `keep` would wait for. Not needed, but the caller may have other
        work meanwhile. Raises OutOfSpace."""
        ...


class Blobs(Protocol):
    def stage(self, *, expected_bytes: int = 0) -> AbstractAsyncContextManager[Staged]:
        """A place for a stream. What was not kept when the block is left is gone, also after an error.

        The first write raises OutOfSpace where there is no room for `expected_bytes`."""
        ...

    async def keep(self, staged: Staged) -> str:
        """Make it durable under its hash (fsync, rename, fsync the folder) and answer the key.

        What was kept already has its time renewed."""
        ...

    async def put(self, data: bytes) -> str:
        """`stage`, write and `keep` in one, for small things."""
        ...

    def read(self, key: str, *, chunk_bytes: int = 262_144) -> AsyncIterator[bytes]:
        """The bytes in chunks. Raises NotFound before the first."""
        ...

    def read_part(self, key: str, start: int, stop: int, *, chunk_bytes: int = 262_144) -> AsyncIterator[bytes]:
        """The bytes from position `start` to before `stop`, in chunks. A part cannot be compared with the hash.

        Before the first: raises NotFound, and InvalidInput where the blob has no such bytes or none are asked for. Fewer are never
        handed out without an error."""
        ...

    async def address(self, key: str, *, seconds: int, media_type: str, disposition: str) -> str | None:
        """A URL elsewhere from which whoever has it may download the blob, for so long, with this Content-Type and
        Content-Disposition. None where blobs have no address of their own. Whether the blob is there is not asked.

        Raises NotFound for what is no key, InvalidInput for a time that cannot be had."""
        ...

    def file(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A path on this machine where the bytes lie while the block runs; not to be written. Raises NotFound."""
        ...

    async def stat(self, key: str) -> BlobInfo:
        """Raises NotFound."""
        ...

    def all(self) -> AsyncIterator[BlobInfo]:
        """Every blob, in no order."""
        ...

    async def discard(self, key: str, *, unused_since: float) -> bool:
        """Delete unless it was kept again after `unused_since` (seconds since the epoch); answers whether it is gone.
        Safe against a `keep` at the same moment."""
        ...

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Remove what dead processes left staged; answers how many."""
        ...

    async def check(self) -> None:
        """Whether blobs can be had and kept now, as far as that shows in passing: within three seconds and without a trace; a
        service is asked every few seconds at most, however often this is. Raises Unavailable and OutOfSpace, in words that visitors
        may read, and OSError where this machine's disk cannot be written."""
        ...

    async def free_bytes(self) -> int | None:
        """Room left; None where it is not known."""
        ...
