"""The Hugging Face hub, or a mirror of it, over its documented addresses; every refusal becomes words for the operator."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Annotated, Self
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, Field, ValidationError

from limn.errors import BadSettings, LimnError, NotServed, TooMany, Unavailable

HUB = "https://huggingface.co"

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DIGITS = re.compile(r"[0-9]{1,15}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15}|\*)")
# silence for so long and the connection is given up, which costs nothing: what came is kept
_TIMEOUT = httpx2.Timeout(10, read=30)


@dataclass(frozen=True)
class HubFile:
    """What the hub says a file is; a mirror may know less. `blob` is git's SHA-1 of a small file."""

    bytes: int | None = None
    sha256: str | None = None
    blob: str | None = None


@dataclass(frozen=True)
class Commit:
    revision: str
    files: Mapping[str, HubFile]


@dataclass(frozen=True)
class Stream:
    """The bytes of a file from `start` on, which is 0 where the server would not go on, and -1 where there is no such part.
    `size` is the whole file's."""

    start: int
    size: int | None
    sha256: str | None
    chunks: AsyncIterator[bytes]


class _Large(BaseModel):
    sha256: str | None = None
    oid: str | None = None


class _Sibling(BaseModel):
    rfilename: str
    size: Annotated[int, Field(ge=0)] | None = None
    blob: Annotated[str | None, Field(alias="blobId")] = None
    lfs: _Large | None = None

    def file(self) -> HubFile:
        if self.lfs is not None:  # `blob` is its pointer's
            return HubFile(self.size, _sha256(self.lfs.sha256 or self.lfs.oid or ""))
        return HubFile(self.size, blob=self.blob if self.blob and _COMMIT.fullmatch(self.blob) else None)


class _Said(BaseModel):
    sha: Annotated[str, Field(pattern=_COMMIT)]
    siblings: list[_Sibling]


class Hub:
    """One client of `endpoint`. The token goes to that origin alone, never on to the hosts it redirects to, and never in the clear
    but to this machine. Where it is refused, it is left away: what Limn knows is public, and an old token closes no door."""

    def __init__(self, endpoint: str, token: str | None) -> None:
        self.endpoint = (endpoint or HUB).rstrip("/")
        scheme, self.host = _address(self.endpoint)
        self._netloc = httpx2.URL(self.endpoint).netloc
        self.token = token if scheme == "https" or _on_this_machine(self.host) else None
        self._refused = False
        # identity: a range of a compressed answer is a range of something else
        headers = {"user-agent": "limn", "accept-encoding": "identity"}
        self._client = httpx2.AsyncClient(follow_redirects=True, timeout=_TIMEOUT, headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def commit(self, repo: str) -> Commit:
        """What `main` is now. Raises NotServed, TooMany, Unavailable; httpx2.RequestError where nobody answers."""
        url = f"{self.endpoint}/api/models/{repo}/revision/main"
        async with self._get(url, {}, params={"blobs": "true"}) as response:
            if response.status_code != 200:
                raise self._refusal(response, repo)
            await response.aread()
            try:
                said = _Said.model_validate_json(response.content)
            except ValidationError:
                raise Unavailable(
                    f"{self.host} answered with something that is not the hub: is a proxy or a login page in between?"
                ) from None
        return Commit(said.sha, {one.rfilename: one.file() for one in said.siblings})

    @asynccontextmanager
    async def stream(self, repo: str, revision: str, path: str, *, start: int) -> AsyncIterator[Stream]:
        """Raises as `commit`."""
        url = f"{self.endpoint}/{repo}/resolve/{revision}/{path}"
        async with self._get(url, {"range": f"bytes={start}-"} if start else {}) as response:
            if response.status_code not in {200, 206, 416}:  # 416: nothing after `start`, begin again
                raise self._refusal(response, f"{repo}/{path}")
            yield self._stream(response)

    @asynccontextmanager
    async def _get(
        self, url: str, headers: dict[str, str], params: dict[str, str] | None = None
    ) -> AsyncIterator[httpx2.Response]:
        bearer = {"authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._client.stream("GET", url, headers={**headers, **bearer}, params=params) as response:
            if not (bearer and _from_hub(response).status_code == 401):
                yield response
                return
        self.token, self._refused = None, True
        async with self._client.stream("GET", url, headers=headers, params=params) as response:
            yield response

    def _stream(self, response: httpx2.Response) -> Stream:
        """A redirect to the storage carries the hub's word on the sha256; the storage itself is not asked for it."""
        ours = [one for one in (*response.history, response) if one.url.netloc == self._netloc]
        said = next((found for one in ours if (found := _sha256(one.headers.get("x-linked-etag", "")))), None)
        start, size = _extent(response)
        return Stream(start, size, said, response.aiter_bytes())

    def _refusal(self, response: httpx2.Response, what: str) -> LimnError:
        status, code = response.status_code, response.headers.get("x-error-code", "")
        said = _printable(response.headers.get("x-error-message", ""))
        repo = "/".join(what.split("/")[:2])
        token = "See HF_TOKEN, which was refused." if self._refused else "See HF_TOKEN."
        match status:
            case 403 if code == "GatedRepo" or "gated" in said.lower():
                return NotServed(
                    f"{repo} is gated: accept its conditions at {self.endpoint}/{repo}, with the account that HF_TOKEN is of."
                )
            case 401:
                return NotServed(f"{self.host} has no {what} for everybody (401): is it private or gated? {token}")
            case 403:
                return NotServed(f"{self.host} refused {what} (403{f': {said}' if said else ''}). {token}")
            case 404:
                return NotServed(f"{self.host} has no {what} (404). A mirror may not have it: see HF_ENDPOINT.")
            case 429:
                seconds = _number(response, "retry-after")
                when = f" Try again in {seconds} s." if seconds else " Try again later."
                return TooMany(f"{self.host} was asked too often (429).{when}", retry_after=seconds)
        return Unavailable(f"{self.host} failed with status {status}. Try again later.", code="hub_failed")


def _address(endpoint: str) -> tuple[str, str]:
    try:
        parts = urlsplit(endpoint)
        if parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0):
            return parts.scheme, parts.hostname
    except ValueError:
        pass
    raise BadSettings(f"HF_ENDPOINT: {endpoint!r} is no address like {HUB}")


def _extent(response: httpx2.Response) -> tuple[int, int | None]:
    """Where the bytes of this answer begin (-1 where it does not say) and how many the whole file has."""
    if response.status_code == 206:
        found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        return (int(found[1]), None if found[2] == "*" else int(found[2])) if found else (-1, None)
    if response.status_code != 200:
        return -1, None
    return 0, None if _packed(response) else _number(response, "content-length")


def _number(response: httpx2.Response, header: str) -> int | None:
    said = response.headers.get(header, "")
    return int(said) if _DIGITS.fullmatch(said) else None


def _packed(response: httpx2.Response) -> bool:
    return response.headers.get("content-encoding", "identity") != "identity"


def _sha256(etag: str) -> str | None:
    bare = etag.removeprefix("W/").strip('"').removeprefix("sha256:")
    return bare if _SHA256.fullmatch(bare) else None


def _from_hub(response: httpx2.Response) -> httpx2.Response:
    """The first answer, which is the hub's own; what follows a redirect never saw the token."""
    return response.history[0] if response.history else response


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:200]
