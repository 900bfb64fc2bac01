"""One bucket of an S3-compatible service, spoken to through obstore: every call ends in time, every error becomes ours."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from limn.blobs.endpoint import Away, checked_endpoint, checked_name, checked_prefix
from limn.errors import BadSettings

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult, ObjectMeta
    from obstore.store import S3Config, S3Credential

PART_BYTES = 5 * 1024 * 1024  # S3 takes no smaller part but the last
PARTS_AT_ONCE = 2
SLOWEST_BYTES_PER_SECOND = 50_000  # of a line that is still of use; a part may take 105 s on it
CONNECT_SECONDS = 2.0
RETRIES = 2
CLEANING_SECONDS = 5.0  # for telling the bucket that an upload was given up


class Bucket:
    """`patience_seconds`: how long the endpoint may be silent. Paths are relative to the prefix. Raises BadSettings."""

    def __init__(
        self,
        name: str,
        prefix: str,
        *,
        endpoint: str | None,
        region: str,
        access_key: str | None,
        secret_key: str | None,
        session_token: str | None,
        patience_seconds: float,
    ) -> None:
        self.name, self.prefix = checked_name(name), checked_prefix(prefix)
        self.region, self.endpoint = region, checked_endpoint(endpoint, region)
        if bool(access_key) != bool(secret_key) or (session_token and not access_key):
            raise BadSettings("An S3 access key needs its secret key, a session token needs both.")
        credential: S3Credential | None = None
        if access_key and secret_key:
            credential = {
                "access_key_id": access_key,
                "secret_access_key": secret_key,
                "token": session_token or None,
                "expires_at": None,
            }
        self._credential, self._patience = credential, patience_seconds
        self.where = f"The bucket {self.name} at {self.endpoint}"
        self._asking = self._client(read_timeout=patience_seconds, timeout=3600.0, retries=RETRIES)
        # silence is no sign here: nothing is answered before the last byte of a part has arrived
        self._sending = self._client(read_timeout=None, timeout=self._limit(PART_BYTES), retries=RETRIES)
        self._once = self._client(read_timeout=None, timeout=self._limit(), retries=0)

    def url(self, path: str) -> str:
        return "/".join(part for part in (self.endpoint, self.name, self.prefix, path) if part)

    async def put(self, path: str, data: bytes) -> None:
        with self._answering(self._limit(len(data)), missing_is_bucket=True):
            await obstore.put_async(self._sending, path, data, use_multipart=False)

    async def put_in_parts(self, path: str, chunks: AsyncIterator[bytes], *, size_bytes: int) -> None:
        """A few parts are in memory. An error, also one of `chunks`, takes back what was sent, and so does cancelling."""
        sending = _Parts(chunks)

        async def send() -> None:
            with self._answering(self._limit(size_bytes), missing_is_bucket=True):
                await obstore.put_async(
                    self._sending,
                    path,
                    sending.chunks(),
                    use_multipart=True,
                    chunk_size=PART_BYTES,
                    max_concurrency=PARTS_AT_ONCE,
                )

        await sending.run(send)

    async def get(
        self, path: str, *, chunk_bytes: int, part: tuple[int, int] | None = None
    ) -> tuple[int, AsyncIterator[bytes]]:
        """The size of the whole, and its bytes in chunks, or those from the first position to before the second. Raises
        FileNotFoundError."""
        asked: GetOptions = {"range": part} if part else {}
        with self._answering(self._limit()):
            found = await obstore.get_async(self._asking, path, options=asked)
        return found.meta["size"], self._chunks(found, chunk_bytes)

    async def _chunks(self, found: "GetResult", chunk_bytes: int) -> AsyncIterator[bytes]:
        stream = aiter(found.stream(min_chunk_size=chunk_bytes))
        while True:
            with self._answering(self._limit(chunk_bytes)):
                piece = await anext(stream, None)
            if piece is None:
                return
            for start in range(0, len(piece), chunk_bytes):
                yield bytes(piece[start : start + chunk_bytes])

    async def head(self, path: str) -> "ObjectMeta | None":
        try:
            with self._answering(self._limit()):
                return await obstore.head_async(self._asking, path)
        except FileNotFoundError:
            return None

    async def list(self, folder: str | None = None) -> AsyncIterator["ObjectMeta"]:
        """Everything below, by pages."""
        pages = aiter(obstore.list(self._asking, prefix=folder, chunk_size=1000))
        page: Sequence[ObjectMeta] | None
        while True:
            with self._answering(self._limit(), missing_is_bucket=True):
                page = await anext(pages, None)
            if page is None:
                return
            for found in page:
                yield found

    async def delete(self, path: str, *, once: bool = False) -> None:
        """What is not there is no error. `once`: no repetition behind which the first could still run."""
        try:
            with self._answering(self._limit()):
                await obstore.delete_async(self._once if once else self._asking, path)
        except FileNotFoundError:
            return

    def _limit(self, size_bytes: int = 0) -> float:
        return 2 * self._patience + size_bytes / SLOWEST_BYTES_PER_SECOND

    def _client(self, *, read_timeout: float | None, timeout: float, retries: int) -> S3Store:
        """All that obstore would else take from the environment is said, except how to encrypt and where a role comes from."""
        config: S3Config = {
            "aws_endpoint_url_s3": self.endpoint,
            "region": self.region,
            "virtual_hosted_style_request": False,
            "skip_signature": False,
            "unsigned_payload": False,  # the signature covers the SHA-256 of each request's bytes
            "checksum_algorithm": "SHA256",  # and the service keeps it with them
            "disable_bulk_delete": True,  # one at a time is all we do, and every service can do it
        }
        return S3Store(
            self.name,
            prefix=self.prefix or None,
            config=config,
            client_options={
                "allow_http": self.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=timeout),
                **({"read_timeout": timedelta(seconds=read_timeout)} if read_timeout else {}),
            },
            retry_config={
                "max_retries": retries,
                "retry_timeout": timedelta(seconds=self._patience),
                "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1)},
            },
            **({"credential_provider": self._provide} if self._credential else {}),
        )

    def _provide(self) -> "S3Credential":
        # not as settings of the client: beside these, a session token of the environment would be taken too
        assert self._credential is not None
        return self._credential

    @contextmanager
    def _answering(self, seconds: float, *, missing_is_bucket: bool = False) -> Iterator[None]:
        try:
            with anyio.fail_after(seconds):
                yield
        except FileNotFoundError as error:
            if missing_is_bucket or "NoSuchBucket" in str(error):
                raise Away(str(error)) from None
            raise
        except TimeoutError:
            raise Away from None
        except BaseError as error:
            raise Away(str(error)) from None


class _Parts:
    """obstore takes back the parts it has sent when their source fails, and leaves them lying when it is cancelled: so cancelling
    is made to fail the source."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self._given_up = False

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._source:
            if self._given_up:
                raise _GivenUpError
            yield chunk

    async def run(self, send: Callable[[], Awaitable[None]]) -> None:
        over = anyio.Event()
        going_on = anyio.CancelScope(shield=True)

        async def sending() -> None:
            with going_on, suppress(_GivenUpError):
                await send()
            over.set()

        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sending)
                try:
                    await over.wait()
                finally:
                    self._given_up = True
                    going_on.deadline = anyio.current_time() + CLEANING_SECONDS
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None


class _GivenUpError(Exception):
    """Whoever sent was cancelled."""
