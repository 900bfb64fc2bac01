"""Uvicorn, with deadlines for slow clients and a stop that ends event streams."""

import asyncio
import gc
import logging
import resource
import socket
from http import HTTPStatus
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from limn.app import create_app
from limn.errors import BadSettings, LimnError
from limn.problems import problem
from limn.settings import Settings

HEADER_SECONDS = 5.0
HEAD_BYTES = 256 * 1024
ADDRESS_BYTES = 65_535  # what the parser of addresses takes
GRACE_SECONDS = 8
FILES = 10_240  # what every system lets a process have


def serve(settings: Settings) -> int:
    """Until a signal; answers the exit status. Raises LimnError or OSError when the port or a part cannot be had."""
    _allow_many_files()
    app = create_app(settings)
    listener = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        http=Deadlines,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config, app, _address(settings.host, listener))
    logging.getLogger("uvicorn.error").addFilter(lambda _: app.state.failure is None)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        failure: LimnError | OSError | None = app.state.failure
        if failure is not None:
            raise failure from None
        raise
    return 0 if server.started else 1


class Server(uvicorn.Server):
    """Tells the app about a signal at once, while connections are still open: an event stream ends only by itself."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, address: str) -> None:
        super().__init__(config)
        self._app = app
        self._address = address
        self._running: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._running = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            # what was made up to here stays: a full collection that walked it too would let everybody wait 80 ms
            gc.collect()
            gc.freeze()
            print(f"Limn is at {self._address}", flush=True)  # noqa: T201  the line a person waits for

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            self.force_exit = True  # asked twice
        if self._running is not None:
            self._running.call_soon_threadsafe(self._app.state.stop)
        super().handle_exit(sig, frame)


class Deadlines(HttpToolsProtocol):
    """A connection must bring its whole request head within HEADER_SECONDS and HEAD_BYTES; uvicorn itself knows no end."""

    _deadline: asyncio.TimerHandle | None = None
    _reading_head = True
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._reading_head and self._deadline is None:
            self._arm()  # the first bytes of the next request on a kept connection
        self._head_bytes += len(data) if self._reading_head else 0
        super().data_received(data)
        if self._reading_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(f"A request line and its headers may have at most {HEAD_BYTES:,} bytes.")

    def on_headers_complete(self) -> None:
        self._disarm()
        self._reading_head, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        # a request that came while the one before was answered has brought its head already
        self._reading_head = not self.pipeline
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what never became a request with a problem document, and hang up."""
        if len(self.url) > ADDRESS_BYTES:
            status, code = 414, "address_too_long"
        elif self._head_bytes > HEAD_BYTES:
            status, code = 431, "head_too_large"
        else:
            status, code = 400, "invalid_request"
        phrase = HTTPStatus(status).phrase
        refusal = problem(status, code, phrase, msg, headers={"Connection": "close"})
        lines = [f"HTTP/1.1 {status} {phrase}".encode(), *(b": ".join(header) for header in refusal.raw_headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(refusal.body)]))
        self.transport.close()

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._expire)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()


def _allow_many_files() -> None:
    """Each connection and each picture on its way out is an open file, and the soft limit is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # IPPROTO_TCP by name: asyncio turns Nagle's algorithm off only where it reads that protocol, and with it on every
    # answer on a kept connection waits 40 ms for the client's delayed acknowledgement
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise BadSettings(f"Cannot listen on {host} port {port}: {error.strerror}. Try another LIMN_PORT.") from error
    return listener


def _address(host: str, listener: socket.socket) -> str:
    name: Any = listener.getsockname()
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{name[1]}"
