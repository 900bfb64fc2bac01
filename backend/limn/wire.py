"""What every request goes through, as plain ASGI: its id, its log line, body limits, safe headers, and a full answer to a refusal."""

import logging
import re
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any

import anyio
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from limn.errors import Unavailable
from limn.logs import request_id
from limn.problems import of, problem, unexpected
from limn.tokens import new_id

JSON_BODY_BYTES = 1024 * 1024
DRAIN_BYTES = 512 * 1024 * 1024
DRAIN_SECONDS = 30.0
# a body slower than this, after a while to get going, is a connection held for nothing
SLOWEST_BYTES_A_SECOND = 1024
GETTING_GOING_SECONDS = 5.0
SILENCE_SECONDS = 7.0
# a reader that takes nothing for so long holds a connection and a file for nothing
STALLED_SECONDS = 60.0
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # an artist's pictures are not for training unless the artist says so
    "X-Robots-Tag": "noai, noimageai",
}
_CLIENT_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_log = logging.getLogger("limn.http")


class Wire:
    """The outermost layer. `upload_paths` are POSTed to with bodies that their route limits itself; `count` hears of each
    answer: the request's scope, the status (0 for none) and the seconds it took."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        upload_paths: frozenset[str],
        count: Callable[[Scope, int, float], None],
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        self._app = app
        self._stalled_seconds = stalled_seconds
        self._upload_paths = upload_paths
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = headers.get("x-request-id", "")
        token = request_id.set(asked if _CLIENT_ID.match(asked) else new_id())
        limit = None if scope["method"] == "POST" and scope["path"] in self._upload_paths else JSON_BODY_BYTES
        body = _Body(receive, limit, expects=headers.get("expect", "").lower() == "100-continue")
        answer = _Answer(scope, self._impatient(send), body, has_body=_has_body(headers))
        serve = self._head if scope["method"] == "HEAD" else self._app
        try:
            declared = headers.get("content-length", "")
            if limit is not None and declared.isdecimal() and int(declared) > limit:
                refusal = problem(413, "too_large", "Too large", f"A body may have at most {limit:,} bytes here.")
                await refusal(scope, body.receive, answer.send)
            else:
                await serve(scope, body.receive, answer.send)
        except anyio.get_cancelled_exc_class():
            # the server has waited as long as it may, and ends: said in words where nothing was said yet
            if not answer.started:
                with anyio.CancelScope(shield=True):
                    stopping = of(Unavailable("The server is stopping; send it again.", retry_after=5))
                    await stopping(scope, body.receive, answer.send_last)
        except ClientDisconnect:
            pass  # nobody is there to be answered; the line of the log says status 0
        except Exception as error:
            # here and not in Starlette's own last resort, which stands outside of us: no id, no headers, connection closed
            _log.exception("unexpected")
            if answer.started:
                raise
            # what the operating system refuses is no mistake in a program: no descriptor left, a disk turned read-only
            refusal = of(Unavailable(retry_after=5)) if isinstance(error, OSError) else unexpected()
            await refusal(scope, body.receive, answer.send)
        finally:
            self._count(scope, answer.status, answer.seconds)
            answer.log()
            request_id.reset(token)

    def _impatient(self, send: Send) -> Send:
        """`send`, for which a client that no longer reads has gone away."""

        async def send_in_time(message: Message) -> None:
            try:
                with anyio.fail_after(self._stalled_seconds):
                    await send(message)
            except TimeoutError:
                raise ClientDisconnect from None

        return send_in_time

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As GET, without the body; a stream would never come to its end, so its route is left once the headers are out."""
        with anyio.CancelScope() as route:

            async def send_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await send(message)
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    route.cancel()

            # a part can be asked for with GET only
            headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
            asked = {**scope, "method": "GET", "headers": headers, "for_head": True}
            try:
                await self._app(asked, receive, send_headers)
            finally:
                scope["route"] = asked.get("route")


def _has_body(headers: MutableMapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


class _Body:
    """The request's body: counted, timed, and known to be read to its end or not."""

    def __init__(self, receive: Receive, limit: int | None, *, expects: bool) -> None:
        self._receive = receive
        self._limit = limit
        self._read = 0
        self._started = time.monotonic()
        self._waited = 0.0
        self.ended = False
        self.unasked = expects  # the client waits for "100 Continue", which the first `receive` sends

    async def receive(self) -> Message:
        if self.ended:
            return await self._receive()  # a stream waits here for the client to go away
        self.unasked = False
        asked = time.monotonic()
        try:
            with anyio.fail_after(SILENCE_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise _too_slow() from None
        # only the time spent waiting for the client counts: our own disk may be slow, too
        self._waited += time.monotonic() - asked
        self._read += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        if self._limit is not None and self._read > self._limit:
            # FastAPI hands on an HTTPException raised while it reads a body, and turns any other error into a 400
            raise HTTPException(413, f"A body may have at most {self._limit:,} bytes here.")
        late = self._waited - GETTING_GOING_SECONDS
        if not self.ended and late > 0 and self._read < late * SLOWEST_BYTES_A_SECOND:
            raise _too_slow()
        return message

    async def drain(self) -> None:
        """Read and forget what the client still sends, up to a bound."""
        left, self._limit = DRAIN_BYTES, None
        with anyio.move_on_after(DRAIN_SECONDS), suppress(HTTPException):
            while not self.ended and left > 0:
                message = await self.receive()
                left -= len(message.get("body", b""))


def _too_slow() -> HTTPException:
    return HTTPException(408, "The body came too slowly.", headers={"Connection": "close"})


class _Answer:
    """The response: its headers completed, its end held back until an unread body is read, its line logged."""

    def __init__(self, scope: Scope, send: Send, body: _Body, *, has_body: bool) -> None:
        self._scope = scope
        self._send = send
        self._body = body
        self._has_body = has_body
        self.status = 0
        self._began = time.perf_counter()

    @property
    def started(self) -> bool:
        return self.status != 0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self.send_last(message)
        elif self._unread() and not message.get("more_body", False):
            # the whole answer goes out first; only then is the rest of the request read, so that browsers and plain
            # HTTP libraries see the answer instead of a broken pipe
            await self._send({**message, "more_body": True})
            await self._body.drain()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._send(message)

    async def send_last(self, message: Message) -> None:
        """Without waiting for what the client still sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._complete(MutableHeaders(scope=message))
        await self._send(message)

    def _complete(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._scope.get("scheme") == "https":
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        headers["X-Request-ID"] = request_id.get()
        if self._unread() or (self._has_body and self._body.unasked):
            headers["Connection"] = "close"

    def _unread(self) -> bool:
        return self._has_body and not self._body.ended and not self._body.unasked

    def log(self) -> None:
        fields: dict[str, Any] = {
            "method": self._scope["method"],
            "path": self._scope["path"],
            "client": (self._scope.get("client") or ("",))[0],
            "status": self.status,
            "ms": round(self.seconds * 1000, 1),
        }
        quiet = self._scope["path"] in {"/healthz", "/readyz"} or self._scope["path"].startswith("/static/")
        _log.log(logging.DEBUG if quiet else logging.INFO, "request", extra=fields)
