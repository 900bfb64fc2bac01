"""A bucket that is away, slow or says no, and settings that cannot be right."""

import hashlib
import logging
import socket
import time
from pathlib import Path

import anyio
import pytest

from limn.blobs.s3 import S3
from limn.errors import BadSettings, Unavailable
from patience import eventually
from s3_server import ACCESS_KEY, SECRET_KEY, Sick, blobs, bucket, endpoint, open_s3

__all__ = ["blobs", "bucket"]  # fixtures

HELLO = hashlib.sha256(b"hello").hexdigest()


async def test_an_endpoint_that_is_down_is_unavailable_at_once(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        blobs = open_s3(tmp_path, bucket="limn", endpoint=f"http://127.0.0.1:{unused.getsockname()[1]}")
        for attempt in (
            blobs.check_rights(),
            blobs.put(b"hello"),
            blobs.stat(HELLO),
            _read(blobs),
            blobs.sweep(older_than_seconds=0),
        ):
            began = time.monotonic()
            with pytest.raises(Unavailable, match="cannot be reached") as told:
                await attempt
            assert time.monotonic() - began < 5
            assert told.value.retry_after
    assert _left(tmp_path) == [], "what was staged is gone"


async def test_an_endpoint_that_is_slow_is_unavailable_in_time(tmp_path: Path) -> None:
    def late(*_: str) -> tuple[int, bytes]:
        time.sleep(5)
        return 200, b""

    with Sick(late) as sick:
        blobs = open_s3(tmp_path, bucket="limn", endpoint=sick.url, patience_seconds=0.3)
        for attempt in (blobs.put(b"hello"), blobs.stat(HELLO), _read(blobs), blobs.check_rights()):
            began = time.monotonic()
            with pytest.raises(Unavailable, match="in time") as told:
                await attempt
            assert time.monotonic() - began < 3
            assert told.value.retry_after


async def test_a_body_that_stops_in_the_middle_is_unavailable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, anyio.from_thread.start_blocking_portal() as portal:

        def half() -> None:
            server.settimeout(5)
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.recv(65_536)
                connection.sendall(b'HTTP/1.1 200 OK\r\nETag: "0"\r\nLast-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n')
                connection.sendall(b"Content-Length: 5\r\n\r\nhel")
                held.append(connection)

        held: list[socket.socket] = []
        answering = portal.start_task_soon(anyio.to_thread.run_sync, half)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(Unavailable):
            await _read(open_s3(tmp_path, bucket="limn", endpoint=url, patience_seconds=0.3))
        server.shutdown(socket.SHUT_RDWR)
        await eventually(answering.done)
        for connection in held:
            connection.close()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key": "nobody"}, "InvalidAccessKeyId"),
        ({"bucket": "no-such-bucket"}, "NoSuchBucket"),
        ({"region": "mars-north-1"}, "SignatureDoesNotMatch"),
    ],
)
async def test_at_the_start_a_wrong_setting_is_said_in_one_line(
    tmp_path: Path, wrong: dict[str, str], code: str
) -> None:
    blobs = open_s3(tmp_path, **wrong)
    with pytest.raises(BadSettings, match=code) as told:
        await blobs.check_rights()
    assert "\n" not in told.value.detail
    assert "Check" in told.value.detail or "Make" in told.value.detail
    assert endpoint().url in told.value.detail
    with pytest.raises(Unavailable, match=code) as told_visitors:
        await blobs.put(b"hello")
    assert endpoint().url not in told_visitors.value.detail


async def test_something_else_at_the_endpoint_is_said(tmp_path: Path) -> None:
    with Sick(lambda *_: (200, b"<html>Welcome!")) as sick, pytest.raises(BadSettings, match="Check the endpoint"):
        await open_s3(tmp_path, bucket="limn", endpoint=sick.url).check_rights()


async def test_what_a_refusal_repeats_is_told_to_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """S3 answers a wrong signature with the request it should have signed, the session token in it."""
    secrets = {"access_key": "the-access-key", "secret_key": "the-secret-key", "session_token": "the-session-token"}
    body = f"<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{secrets}</CanonicalRequest></Error>"
    with Sick(lambda *_: (403, body.encode())) as sick, caplog.at_level(logging.DEBUG):
        blobs = open_s3(tmp_path, bucket="limn", endpoint=sick.url, **secrets)
        for attempt in (
            blobs.check_rights(),
            blobs.put(b"hello"),
            blobs.stat(HELLO),
            _read(blobs),
            _all(blobs),
            _discard(blobs),
        ):
            with pytest.raises((Unavailable, BadSettings)) as told:
                await attempt
            logging.getLogger("limn").error("failed", exc_info=told.value)
    said = caplog.text + repr(blobs) + repr(vars(blobs))
    assert "SignatureDoesNotMatch" in said or "403" in said
    assert [secret for secret in ("the-secret-key", "the-session-token") if secret in said] == []


async def test_its_own_keys_are_not_mixed_with_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str
) -> None:
    foreign = {
        "AWS_SESSION_TOKEN": "foreign",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_SKIP_SIGNATURE": "true",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    await open_s3(tmp_path, bucket=bucket).check_rights()


async def test_without_keys_those_of_the_environment_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    blobs = open_s3(tmp_path, bucket=bucket, access_key=None, secret_key=None)
    await blobs.check_rights()
    with pytest.raises(BadSettings):
        await blobs.address(HELLO, seconds=60, media_type="image/webp", disposition="attachment")


@pytest.mark.parametrize(
    "wrong",
    [
        {"prefix": "../up"},
        {"prefix": "/root"},
        {"prefix": "a//b"},
        {"prefix": "ü"},
        {"prefix": "a b"},
        {"prefix": "a\nb"},
        {"bucket": "UPPER"},
        {"bucket": "a/b"},
        {"endpoint": "ftp://127.0.0.1"},
        {"endpoint": "http://key:secret@127.0.0.1"},
        {"endpoint": "http://127.0.0.1/path"},
        {"endpoint": "http://127.0.0.1:port"},
        {"region": "a/b"},
        {"secret_key": None},
        {"access_key": None},
        {"access_key": None, "secret_key": None, "session_token": "alone"},
    ],
)
def test_what_cannot_be_a_place_is_refused(tmp_path: Path, wrong: dict[str, str | None]) -> None:
    said = {"bucket": "limn", "endpoint": "http://127.0.0.1:9", **wrong}
    with pytest.raises(BadSettings) as told:
        open_s3(tmp_path, **said)
    assert "secret@" not in told.value.detail


async def _read(blobs: S3, got: list[bytes] | None = None) -> None:
    async for chunk in blobs.read(HELLO):
        (got if got is not None else []).append(chunk)


async def _all(blobs: S3) -> list[str]:
    return [info.key async for info in blobs.all()]


async def _discard(blobs: S3) -> None:
    await blobs.discard(HELLO, unused_since=time.time() + 60)


def _left(folder: Path) -> list[Path]:
    return list(folder.iterdir())
