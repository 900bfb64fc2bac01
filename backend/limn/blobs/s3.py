"""Blobs in a bucket of an S3-compatible service: `prefix/ab/cd/<sha256>`. What is on its way lies in a folder of this machine.

S3 deletes whatever is there at that moment, with no condition that would tell a blob from the same blob kept again (the same bytes
have the same ETag). So a discard says first what it is about to do: it leaves a mark under `prefix/discarding/<sha256>/`, looks at
the time once more, deletes, and takes its mark away. A keep sends its bytes, which renews the time, waits until it sees no mark, and
then looks whether the blob is still there; else it sends again. With reads that see every finished write, as S3 has them, that is
safe: a discard marked after the keep saw none looks later still and finds the new time; one marked before is over, and what it
deleted is missed by that last look.

A mark stays behind where a discard died, or cannot know whether its deletion will still run: then a keep of these bytes answers
Unavailable, until the mark is MARK_SECONDS old. By then S3 refuses the deletion, signed longer ago than its quarter of an hour.

What is left: a process that stands still for MARK_SECONDS between its look at the clock and the deletion it then signs, while somebody
uploads just these bytes; or a service whose reads lag behind its writes. The collector discards only what no artwork needs and
nobody has kept for a day, so either takes a picture that was unwanted all day and is uploaded anew in that very moment. Clocks: the
time of a blob is the service's, `unused_since` is this machine's, and S3 refuses clocks a quarter of an hour apart: far within the day.

Parts of an upload whose process died stay in the bucket unseen, and cannot be listed from here: a lifecycle rule of the bucket
(AbortIncompleteMultipartUpload) takes them away. Errors of this process take them away at once.
"""

import hashlib
import math
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import anyio
from anyio import to_thread

from limn import failpoints
from limn.blobs import naming, staging
from limn.blobs.bucket import PART_BYTES, Bucket
from limn.blobs.endpoint import AGAIN_SECONDS, Away
from limn.blobs.naming import path_of
from limn.blobs.protocol import BlobInfo, Staged
from limn.blobs.pulse import Pulse
from limn.blobs.signing import Keys, sign_get
from limn.blobs.staging import StagedFile
from limn.errors import BadSettings, InvalidInput, LimnError, Unavailable

if TYPE_CHECKING:
    from obstore import ObjectMeta

PATIENCE_SECONDS = 5.0
MARK_SECONDS = 1800.0  # S3 takes a signature for 15 minutes, from clocks up to 15 minutes apart
HOLD_SECONDS = 60.0  # a discard that was held up longer than this deletes nothing
WAIT_SECONDS = 10.0  # for a discard of the same bytes to end; it takes four requests
SIGNED_SECONDS = 7 * 24 * 3600  # S3 takes no longer one
CHUNK_BYTES = 1024 * 1024
_PATH = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
_MARKS = "discarding"


class S3:
    """Without keys those of the environment or of the machine's role are taken. `patience_seconds`: how long the endpoint may be
    silent. Raises BadSettings; nothing has to be closed."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        staging: Path,
        *,
        endpoint: str | None,
        region: str,
        access_key: str | None,
        secret_key: str | None,
        session_token: str | None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._staging = staging
        self._bucket = Bucket(
            bucket,
            prefix,
            endpoint=endpoint,
            region=region,
            access_key=access_key,
            secret_key=secret_key,
            session_token=session_token,
            patience_seconds=patience_seconds,
        )
        self._pulse = Pulse(self._bucket, f"{_MARKS}/absent")
        self._keys = Keys(access_key, secret_key, session_token, region) if access_key and secret_key else None

    async def check_rights(self) -> None:
        """Whether the bucket can be listed, written and cleaned; for the start. Raises BadSettings, or Unavailable where waiting
        may help."""
        path = f"{_MARKS}/check/{secrets.token_hex(8)}"
        try:
            async for _ in self._bucket.list(f"{_MARKS}/check"):
                break
            await self._bucket.put(path, b"")
            await self._bucket.delete(path)
        except Away as away:
            raise away.at_start(self._bucket.where) from None

    async def check(self) -> None:
        async with self.stage() as staged:
            await staged.write(b"ready?")
        await self._pulse.feel()

    def stage(self, *, expected_bytes: int = 0) -> AbstractAsyncContextManager[StagedFile]:
        return staging.stage(self._staging, make_room=lambda: self._make_room(expected_bytes), settle=lambda _: None)

    async def keep(self, staged: Staged) -> str:
        """Sent always, also over what is there: it renews the time, heals a damaged copy, and asks no service for conditions."""
        assert isinstance(staged, StagedFile)
        await to_thread.run_sync(staged.open)
        path, until = path_of(staged.sha256), time.monotonic() + WAIT_SECONDS
        while True:
            await self._send(path, staged)
            failpoints.hit("blob.sent")
            if await self._is_safe(staged.sha256, until):
                return staged.sha256

    async def put(self, data: bytes) -> str:
        async with self.stage() as staged:
            await staged.write(data)
            return await self.keep(staged)

    async def read(self, key: str, *, chunk_bytes: int = 262_144) -> AsyncIterator[bytes]:
        """Raises Damaged before the last chunk, so that nobody takes a damaged blob for a whole one."""
        hashed, last = hashlib.sha256(), b""
        _, chunks = await self._get(key, chunk_bytes)
        async for chunk in chunks:
            await to_thread.run_sync(hashed.update, chunk)
            if last:
                yield last
            last = chunk
        if hashed.hexdigest() != key:
            raise naming.damaged(key)
        if last:
            yield last

    async def read_part(
        self, key: str, start: int, stop: int, *, chunk_bytes: int = CHUNK_BYTES // 4
    ) -> AsyncIterator[bytes]:
        """One request, answered from one object as it was at one moment. What is damaged without being shorter is not noticed: the
        hash is of the whole, and to read all of it for each part would cost what parts are to save. A service's own ETag would not
        help: it is another where the same bytes were kept again under a key of the service's. `read` and fsck notice."""
        if not 0 <= start < stop:
            raise naming.no_such_part(key)
        try:
            size_bytes, chunks = await self._get(key, chunk_bytes, (start, stop))
        except Away as away:
            if away.said == "InvalidRange":
                raise naming.no_such_part(key) from None
            raise
        if stop > size_bytes:
            raise naming.no_such_part(key)
        async for chunk in chunks:
            yield chunk

    @asynccontextmanager
    async def file(self, key: str) -> AsyncIterator[Path]:
        """A copy of its own for each caller, in the staging folder. Raises Damaged, OutOfSpace."""
        size_bytes, chunks = await self._get(key, CHUNK_BYTES)
        async with self.stage(expected_bytes=size_bytes) as staged:
            async for chunk in chunks:
                await staged.write(chunk)
            if staged.sha256 != key:
                raise naming.damaged(key)
            await to_thread.run_sync(staged.open)  # also where there was nothing to write
            yield staged.path

    async def stat(self, key: str) -> BlobInfo:
        found = await self._bucket.head(path_of(key))
        if found is None:
            raise naming.missing(key)
        return BlobInfo(key, found["size"], _kept_at(found))

    async def all(self) -> AsyncIterator[BlobInfo]:
        async for found in self._bucket.list():
            if match := _PATH.fullmatch(found["path"]):
                yield BlobInfo(match[3], found["size"], _kept_at(found))

    async def discard(self, key: str, *, unused_since: float) -> bool:
        path, began = path_of(key), time.monotonic()
        if (gone := await self._gone_or_in_use(path, unused_since)) is not None:
            return gone
        mark = f"{_MARKS}/{key}/{secrets.token_hex(8)}"
        await self._bucket.put(mark, b"")
        failpoints.hit("blob.marked")
        uncertain = False
        try:
            if (gone := await self._gone_or_in_use(path, unused_since)) is not None:
                return gone
            if time.monotonic() - began > HOLD_SECONDS:
                return False
            uncertain = True  # the mark has to stay where nobody knows whether the deletion will still run
            await self._bucket.delete(path, once=True)
            uncertain = False
            return True
        finally:
            if not uncertain:
                with anyio.CancelScope(shield=True), suppress(LimnError):
                    await self._bucket.delete(mark)

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Also marks of discards that died, once they are old enough to mean nothing."""
        removed = await to_thread.run_sync(staging.sweep, self._staging, time.time() - older_than_seconds)
        before = time.time() - max(older_than_seconds, 2 * MARK_SECONDS)
        async for mark in self._bucket.list(_MARKS):
            if _kept_at(mark) < before:
                await self._bucket.delete(mark["path"])
                removed += 1
        return removed

    async def free_bytes(self) -> int | None:
        """Of the disk that uploads pass through: a bucket has no end that could be asked for, and this is what refuses them."""
        return await to_thread.run_sync(staging.free_bytes, self._staging)

    async def address(self, key: str, *, seconds: int, media_type: str, disposition: str) -> str | None:
        """Of a private work a minute is enough. Raises BadSettings without keys of its own: what the environment or a role gives is
        not shown to us."""
        path = path_of(key)
        if not 1 <= seconds <= SIGNED_SECONDS:
            raise InvalidInput("A signed address holds for 1 second to 7 days.")
        if self._keys is None:
            raise BadSettings("Signed addresses need an S3 access key and a secret key in the settings.")
        asked = {
            "response-cache-control": "private, no-store",
            "response-content-disposition": disposition,
            "response-content-type": media_type,
        }
        return sign_get(self._bucket.url(path), self._keys, seconds=seconds, now=datetime.now(UTC), asked=asked)

    async def _get(
        self, key: str, chunk_bytes: int, part: tuple[int, int] | None = None
    ) -> tuple[int, AsyncIterator[bytes]]:
        try:
            return await self._bucket.get(path_of(key), chunk_bytes=chunk_bytes, part=part)
        except FileNotFoundError:
            raise naming.missing(key) from None

    async def _send(self, path: str, staged: StagedFile) -> None:
        """What is read here is hashed again, so that nothing gets a name that is not its own."""
        file = await to_thread.run_sync(staged.path.open, "rb", 0)
        try:
            chunks = _chunks(file, staged.sha256)
            if staged.size_bytes > PART_BYTES:
                await self._bucket.put_in_parts(path, chunks, size_bytes=staged.size_bytes)
            else:
                await self._bucket.put(path, b"".join([chunk async for chunk in chunks]))
        finally:
            file.close()

    async def _is_safe(self, key: str, until: float) -> bool:
        """Whether what was just sent will stay. Raises Unavailable where a discard does not end."""
        while marks := [_kept_at(mark) async for mark in self._bucket.list(f"{_MARKS}/{key}")]:
            found = await self._bucket.head(path_of(key))
            if found is None:
                return False
            if max(marks) < _kept_at(found) - MARK_SECONDS:  # both times are the service's, and this one is of just now
                return True
            if time.monotonic() > until:
                raise Unavailable(
                    "These bytes are being removed from the bucket. Try again later.", retry_after=AGAIN_SECONDS
                )
            await anyio.sleep(0.05)
        return await self._bucket.head(path_of(key)) is not None

    async def _gone_or_in_use(self, path: str, unused_since: float) -> bool | None:
        """True: gone. False: in use. A time is known to the second only, and within it counts as later."""
        found = await self._bucket.head(path)
        if found is None:
            return True
        return False if _kept_at(found) + 1 > unused_since else None

    def _make_room(self, expected_bytes: int) -> None:
        self._staging.mkdir(mode=0o700, parents=True, exist_ok=True)
        staging.demand_room(self._staging, expected_bytes)


def _kept_at(found: "ObjectMeta") -> float:
    """Whole seconds: some services tell parts of them in lists, none when asked for one object."""
    return float(math.floor(found["last_modified"].timestamp()))


async def _chunks(file: IO[bytes], key: str) -> AsyncIterator[bytes]:
    hashed = hashlib.sha256()

    def next_chunk() -> bytes:
        chunk = file.read(CHUNK_BYTES)
        hashed.update(chunk)
        return chunk

    while chunk := await to_thread.run_sync(next_chunk):
        yield chunk
        failpoints.hit("blob.half_sent")
    if hashed.hexdigest() != key:
        raise naming.damaged(key)
