"""An S3 endpoint on 127.0.0.1: moto behind a gate that reads signatures as S3 does, and a plain server that plays a sick one."""

import atexit
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials  # type: ignore[import-untyped]
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import FakeBucket, s3_backends
from werkzeug.serving import make_server

from limn.blobs.s3 import S3
from patience import PATIENCE_SECONDS

REGION = "eu-central-1"
ACCOUNT = "123456789012"  # the one that moto knows
ACCESS_KEY, SECRET_KEY = "limn-tests", "the-secret-of-the-tests"
Answer = Callable[[str, str], tuple[int, bytes]]  # of a method and a path with its query


class Endpoint:
    """Buckets in memory. What comes through is signed with its keys, bytes have their SHA-256 with them; all that came is in `seen`."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.ranges: list[str] = []  # of what was asked for in parts
        self._held: list[Held] = []
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._numbers = count(1)
        self._one_at_a_time = (
            threading.Lock()
        )  # S3 lists what is there at one moment; moto stumbles over what goes meanwhile

    def __enter__(self) -> Self:
        self._server = make_server("127.0.0.1", 0, self._gate, threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def new_bucket(self) -> str:
        name = f"limn-{next(self._numbers)}"
        s3_backends[ACCOUNT]["aws"].create_bucket(name, REGION)
        return name

    def inside(self, bucket: str) -> FakeBucket:
        """The bucket as the service has it: its `keys`, and the `multiparts` that nobody has completed."""
        return s3_backends[ACCOUNT]["aws"].buckets[bucket]

    def drop_bucket(self, name: str) -> None:
        s3_backends[ACCOUNT]["aws"].delete_bucket(name)

    @contextmanager
    def hold(self, method: str, part: str) -> Iterator["Held"]:
        """The next request of this kind, with `part` in its path, waits at the gate until it is let go, or the block is left."""
        held = Held(method, part)
        self._held.append(held)
        try:
            yield held
        finally:
            held.go.set()

    def _gate(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method, target = environ["REQUEST_METHOD"], environ["RAW_URI"]
        self.seen.append((method, target))
        self.ranges += [environ["HTTP_RANGE"]] if "HTTP_RANGE" in environ else []
        for held in self._held:
            if held.method == method and held.part in target and not held.arrived.is_set():
                held.arrived.set()
                held.go.wait(PATIENCE_SECONDS)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        code = self._refusal(method, target, environ)
        if method == "PUT" and environ.get("HTTP_X_AMZ_CHECKSUM_SHA256") != b64encode(sha256(body).digest()).decode():
            code = code or "BadDigest"
        if code:
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return [f"<Error><Code>{code}</Code></Error>".encode()]
        with self._one_at_a_time:
            return list(self._moto(environ, start))

    def _refusal(self, method: str, target: str, environ: dict[str, Any]) -> str | None:
        """The error code that S3 answers, where it would. The signature is computed anew by AWS's own client."""
        path, _, query = target.partition("?")
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        if signature := asked.get("X-Amz-Signature"):
            kind, credential, signed = S3SigV4QueryAuth, asked["X-Amz-Credential"], asked["X-Amz-SignedHeaders"]
            stamp, lasts = asked["X-Amz-Date"], int(asked["X-Amz-Expires"])
            query = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
        elif found := re.search(r"=(\S+), SignedHeaders=(\S+), Signature=(\w+)", environ.get("HTTP_AUTHORIZATION", "")):
            (credential, signed, signature), kind = found.groups(), S3SigV4Auth
            stamp, lasts = environ["HTTP_X_AMZ_DATE"], 900
        else:
            return "AccessDenied"
        if credential.split("/")[0] != ACCESS_KEY:
            return "InvalidAccessKeyId"
        headers = {name: environ[f"HTTP_{name.upper().replace('-', '_')}"] for name in signed.split(";")}
        request = AWSRequest(method, f"{self.url}{path}?{query}", headers=headers)
        request.context["timestamp"] = stamp
        signer = kind(Credentials(ACCESS_KEY, SECRET_KEY), "s3", REGION)
        signer_says = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        if signer_says != signature:
            return "SignatureDoesNotMatch"
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return "AccessDenied" if datetime.now(UTC) > signed_at + timedelta(seconds=lasts) else None


@dataclass(frozen=True)
class Held:
    method: str
    part: str
    arrived: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


class _Quiet(MotoRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@cache
def endpoint() -> Endpoint:
    """One for this process: starting it takes a second. Each test has buckets of its own."""
    running = Endpoint().__enter__()
    atexit.register(running.__exit__)
    return running


def open_s3(staging: Path, **changed: Any) -> S3:
    """In a bucket of its own at `endpoint`, unless said otherwise."""
    said: dict[str, Any] = {
        "bucket": None,
        "prefix": "a-gallery/blobs",
        "endpoint": None,
        "region": REGION,
        "access_key": ACCESS_KEY,
        "secret_key": SECRET_KEY,
        "session_token": None,
        **changed,
    }
    said["endpoint"] = said["endpoint"] or endpoint().url
    return S3(said.pop("bucket") or endpoint().new_bucket(), said.pop("prefix"), staging, **said)


class Sick:
    """Answers every request as `answer` says, which may take its time."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.seen: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        self._server = _SickServer(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


class _SickServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sick: Sick) -> None:
        super().__init__(("127.0.0.1", 0), _SickHandler)
        self.sick = sick

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away while we were slow is what the test is about."""


class _SickHandler(BaseHTTPRequestHandler):
    server: _SickServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.sick.seen.append((self.command, self.path))
        status, body = self.server.sick.answer(self.command, self.path)
        self.send_response(status)
        self.send_header("ETag", '"0"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815  the names that the base class calls


@pytest.fixture
def bucket() -> str:
    """Of the test's own; a test module imports it from here."""
    return endpoint().new_bucket()


@pytest.fixture
def blobs(tmp_path: Path, bucket: str) -> S3:
    return open_s3(tmp_path / "staging", bucket=bucket)
