"""HTTP to models elsewhere: AsyncInferenceClient on clients of ours, which read so much and no more and follow nobody."""

from collections.abc import AsyncIterator
from functools import lru_cache
from ssl import SSLContext
from typing import Any

import httpx2
from huggingface_hub import AsyncInferenceClient, constants, set_async_client_factory

from limn.vision.huggingface.faults import Refused, Unreadable
from limn.vision.huggingface.times import Patience

ANSWER_BYTES = 2_000_000  # sixteen vectors of 4096 numbers with all their digits take 1.5 MB
COMPLAINT_BYTES = 16_384

# else it asks the hub for a list, inside the event loop, once a day. Said here and not in the environment: that is read at the
# library's import, and another part of this process may have been first with it
constants.HF_HUB_DISABLE_TELEMETRY = True


def open_client(url: str, token: str, patience: Patience, *, media_type: str | None) -> AsyncInferenceClient:
    """A client for this one address; `media_type` of questions that are bytes. Blocking: certificates are read, call it in a thread."""
    certificates()
    headers: dict[str, str | None] = {"user-agent": "limn", "content-type": media_type}
    if not token:
        # without these two the library would show the machine's own HF_TOKEN to any address
        headers["authorization"] = None
        token = "none"  # noqa: S105  not a secret; never sent
    return AsyncInferenceClient(
        model=url,
        token=token,
        headers=headers,  # type: ignore[arg-type]  # None takes a header away; the annotation forgets it
        timeout=httpx2.Timeout(patience.read, connect=patience.connect, pool=None),  # type: ignore[arg-type]  # is passed on
    )


@lru_cache(maxsize=1)
def certificates() -> SSLContext:
    return httpx2.create_ssl_context()


def _new_client() -> httpx2.AsyncClient:
    return _Client(
        verify=certificates(),
        # packed answers could swell past every limit
        headers={"accept-encoding": "identity"},
        # a redirect would carry the picture, and on the same host the token, where the operator did not send them
        follow_redirects=False,
        timeout=None,
        limits=httpx2.Limits(max_connections=16, max_keepalive_connections=4),
        event_hooks={"response": [_check]},
    )


# the library has no other door for a client of one's own; in this process nobody else uses its async half
set_async_client_factory(_new_client)


class _Client(httpx2.AsyncClient):
    def build_request(self, *args: Any, data: Any = None, content: Any = None, **others: Any) -> httpx2.Request:
        """huggingface_hub hands bytes over as `data`, which httpx2 is about to give up."""
        if isinstance(data, bytes):
            data, content = None, data
        return super().build_request(*args, data=data, content=content, **others)


async def _check(response: httpx2.Response) -> None:
    """Before anything is read. The library's own errors are not waited for: they read bodies of any length and shape."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unreadable("packed its answer, which was not asked for")
    if response.status_code != 200:
        raise Refused(response.status_code, response.headers, await _complaint(response))
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > ANSWER_BYTES:
        raise Unreadable("answers far too much")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Bounded(response.stream)


async def _complaint(response: httpx2.Response) -> bytes:
    body = b""
    try:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) >= COMPLAINT_BYTES:
                break
    except httpx2.HTTPError:
        pass  # the status says enough
    return body[:COMPLAINT_BYTES]


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for piece in self._stream:
            read += len(piece)
            if read > ANSWER_BYTES:
                raise Unreadable("answers far too much")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
