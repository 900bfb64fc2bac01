"""Blobs in a bucket: an endpoint that is away, slow or says no, parts, damage, deletions in flight, signed addresses."""

import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx2
import pytest

from limn.blobs.s3 import MARK_SECONDS, S3
from limn.blobs.signing import Keys, sign_get
from limn.errors import BadSettings, Damaged, InvalidInput, NotFound, Unavailable
from patience import eventually
from s3_server import ACCESS_KEY, REGION, SECRET_KEY, Sick, endpoint, open_s3

DATA = bytes(range(256)) * 4096 * 12  # 12 MB: three parts
KEY = hashlib.sha256(DATA).hexdigest()
HELLO = hashlib.sha256(b"hello").hexdigest()
SENT = """
import anyio, os, sys
from pathlib import Path
from limn.blobs.s3 import S3
async def main():
    url, bucket, region, access_key, secret_key, folder = sys.argv[1:]
    blobs = S3(bucket, "p", Path(folder), endpoint=url, region=region, access_key=access_key, secret_key=secret_key, session_token=None)
    await blobs.put(b"warm")
    before = resident()
    async with blobs.stage() as staged:
        chunk = bytes(range(256)) * 4096
        for _ in range(48 if "MEMORY" in os.environ else 12):
            await staged.write(chunk)
        key = await blobs.keep(staged)
    async for chunk in blobs.read(key):
        pass
    async with blobs.file(key) as path:
        assert path.stat().st_size == 48 << 20
    print(key, resident() - before, flush=True)
def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
anyio.run(main)
"""


@pytest.fixture
def bucket() -> str:
    return endpoint().new_bucket()


@pytest.fixture
def blobs(tmp_path: Path, bucket: str) -> S3:
    return open_s3(tmp_path / "staging", bucket=bucket)


async def test_the_address_is_the_hash_below_the_prefix(blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    assert list(endpoint().inside(bucket).keys) == [f"a-gallery/blobs/{HELLO[:2]}/{HELLO[2:4]}/{HELLO}"]


async def test_without_a_prefix_the_bucket_is_its_own(tmp_path: Path, bucket: str) -> None:
    blobs = open_s3(tmp_path, bucket=bucket, prefix="")
    await blobs.check()
    await blobs.put(b"hello")
    assert list(endpoint().inside(bucket).keys) == [f"{HELLO[:2]}/{HELLO[2:4]}/{HELLO}"]
    assert [info.key async for info in blobs.all()] == [HELLO]


async def test_strangers_in_the_bucket_are_no_blobs(tmp_path: Path, blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    await open_s3(tmp_path, bucket=bucket, prefix="a-gallery/other").put(b"world")
    await open_s3(tmp_path, bucket=bucket, prefix="a-gallery").put(b"world")
    await open_s3(tmp_path, bucket=bucket, prefix="a-gallery/blobs/notes").put(b"world")
    assert [info.key async for info in blobs.all()] == [HELLO]


async def test_a_listing_goes_on_over_pages(tmp_path: Path, blobs: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")  # of the service
    keys = {await blobs.put(bytes([number])) for number in range(8)}
    assert {info.key async for info in blobs.all()} == keys


async def test_a_large_blob_goes_in_parts(blobs: S3, bucket: str) -> None:
    assert await blobs.put(DATA) == KEY
    assert b"".join([chunk async for chunk in blobs.read(KEY)]) == DATA
    assert endpoint().inside(bucket).keys[_place(KEY)].etag.endswith('-3"')
    assert endpoint().inside(bucket).multiparts == {}


def test_a_large_blob_needs_little_memory(tmp_path: Path, bucket: str) -> None:
    """48 MB there and back, read and had as a file; the process grows by less than half of that."""
    ran = _in_another_process(tmp_path, bucket, MEMORY="1")
    assert ran.returncode == 0, ran.stderr.decode()
    assert int(ran.stdout.split()[1]) < 24 << 20


def test_killed_between_parts_nothing_is_there(tmp_path: Path, bucket: str) -> None:
    died = _in_another_process(tmp_path, bucket, LIMN_TEST_FAILPOINT="blob.half_sent:11")
    assert died.returncode == -signal.SIGKILL
    inside = endpoint().inside(bucket)
    assert [name for name in inside.keys if KEY in name] == []
    assert len(inside.multiparts) == 1, "its parts lie there until the lifecycle rule of the bucket takes them"
    assert len(_left(tmp_path)) == 1, "what was staged is swept"


async def test_an_upload_that_fails_between_parts_is_taken_back(blobs: S3, bucket: str) -> None:
    async with blobs.stage() as staged:
        await staged.write(DATA)
        with staged.path.open("r+b") as file:
            file.seek(len(DATA) - 1)
            file.write(b"!")
        with pytest.raises(Damaged):
            await blobs.keep(staged)
    inside = endpoint().inside(bucket)
    await eventually(lambda: inside.multiparts == {})
    assert not inside.keys


async def test_a_cancelled_upload_is_taken_back(blobs: S3, bucket: str) -> None:
    inside = endpoint().inside(bucket)
    with anyio.CancelScope() as scope:
        async with blobs.stage() as staged, anyio.create_task_group() as tasks:
            await staged.write(DATA * 3)
            tasks.start_soon(blobs.keep, staged)
            await eventually(lambda: len(inside.multiparts) == 1)
            scope.cancel()
    assert scope.cancelled_caught
    await eventually(lambda: inside.multiparts == {})
    assert not inside.keys


async def test_fifty_at_once(blobs: S3) -> None:
    contents = [bytes([number]) * 10_000 for number in range(50)]
    async with anyio.create_task_group() as tasks:
        for data in contents:
            tasks.start_soon(blobs.put, data)
    found = {info.key async for info in blobs.all()}
    assert found == {hashlib.sha256(data).hexdigest() for data in contents}


@pytest.mark.parametrize("damage", [b"hellO", b"hell", b"", b"x" * 300_000])
async def test_a_damaged_blob_is_named_and_never_given_out(
    tmp_path: Path, blobs: S3, bucket: str, damage: bytes
) -> None:
    await blobs.put(b"hello")
    await _overwrite(tmp_path, bucket, damage)
    with pytest.raises(Damaged, match=HELLO):
        async with blobs.file(HELLO):
            pytest.fail("it was given out")
    got: list[bytes] = []
    with pytest.raises(Damaged, match=HELLO):
        await _read(blobs, got)
    assert len(b"".join(got)) < max(1, len(damage)), "its last chunk is held back"
    assert _left(tmp_path / "staging") == []

    await blobs.put(b"hello")
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello", "keeping it again heals"


async def test_a_blob_had_as_a_file_twice_is_gone_from_here_afterwards(tmp_path: Path, blobs: S3) -> None:
    await blobs.put(b"hello")
    async with blobs.file(HELLO) as one:
        async with blobs.file(HELLO) as other:
            assert one.read_bytes() == other.read_bytes() == b"hello"
        assert one.read_bytes() == b"hello"
    assert _left(tmp_path / "staging") == []


async def test_an_upload_waits_for_the_deletion_of_the_same_bytes(blobs: S3) -> None:
    """The deletion is at the service's door, decided a while ago, when the same bytes come anew."""
    await blobs.put(b"hello")
    kept = anyio.Event()

    async def keep_again() -> None:
        await blobs.put(b"hello")
        kept.set()

    with endpoint().hold("DELETE", HELLO[2:]) as deletion:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_discard, blobs)
            await eventually(deletion.arrived.is_set)
            sent = _count(f"/{HELLO[:2]}/{HELLO[2:4]}/{HELLO}", "PUT")
            tasks.start_soon(keep_again)
            await eventually(lambda: _count(f"/{HELLO[:2]}/{HELLO[2:4]}/{HELLO}", "PUT") > sent)
            looked = _count(f"discarding%2F{HELLO}", "GET")
            await eventually(lambda: _count(f"discarding%2F{HELLO}", "GET") > looked + 1)
            assert not kept.is_set(), "what it has sent is about to be deleted"
            deletion.go.set()
    assert kept.is_set()
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello"


async def test_an_upload_sees_a_deletion_that_was_over_before_it_looked(blobs: S3) -> None:
    await blobs.put(b"hello")
    with (
        endpoint().hold("DELETE", HELLO[2:]) as deletion,
        endpoint().hold("GET", f"discarding%2F{HELLO}") as look,
    ):
        async with anyio.create_task_group() as keeping:
            async with anyio.create_task_group() as discarding:
                discarding.start_soon(_discard, blobs)
                await eventually(deletion.arrived.is_set)
                keeping.start_soon(blobs.put, b"hello")
                await eventually(look.arrived.is_set)
                deletion.go.set()
            look.go.set()
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello"


async def test_a_deletion_sees_what_was_kept_after_it_was_announced(blobs: S3, tmp_path: Path, bucket: str) -> None:
    await blobs.put(b"hello")
    await anyio.sleep(1.1)  # the service tells time in seconds
    decided = time.time()
    await anyio.sleep(1.1)
    gone: list[bool] = []

    async def discard() -> None:
        gone.append(await blobs.discard(HELLO, unused_since=decided))

    with endpoint().hold("PUT", "discarding") as announcement:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(discard)
            await eventually(announcement.arrived.is_set)
            await blobs.put(b"hello")
            announcement.go.set()
    assert gone == [False]
    assert b"".join([chunk async for chunk in blobs.read(HELLO)]) == b"hello"
    assert list(endpoint().inside(bucket).keys) == [_place(HELLO)], "and takes its mark away"


async def test_kept_in_the_very_second_is_in_use(blobs: S3) -> None:
    await blobs.put(b"hello")
    kept = (await blobs.stat(HELLO)).modified
    assert not await blobs.discard(HELLO, unused_since=kept)
    assert not await blobs.discard(HELLO, unused_since=kept + 0.9)
    assert await blobs.discard(HELLO, unused_since=kept + 1)


async def test_what_a_dead_discard_left_is_told_until_it_means_nothing(blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    with endpoint().hold("DELETE", HELLO[2:]) as deletion, anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_discard, blobs)
            await eventually(deletion.arrived.is_set)
            scope.cancel()
    inside = endpoint().inside(bucket)
    (mark,) = [key for name, key in inside.keys.items() if "discarding" in name]
    with anyio.move_on_after(0.5) as waiting:
        await blobs.put(b"hello")
    assert waiting.cancelled_caught, "nobody knows whether it will still be deleted"
    assert await blobs.sweep(older_than_seconds=-60) == 0, "and the mark is not swept while it says something"

    mark.last_modified = datetime.fromtimestamp(time.time() - MARK_SECONDS - 60, UTC).replace(tzinfo=None)
    await blobs.put(b"hello")
    mark.last_modified = datetime.fromtimestamp(time.time() - 3 * MARK_SECONDS, UTC).replace(tzinfo=None)
    assert await blobs.sweep(older_than_seconds=-60) == 1
    assert list(inside.keys) == [_place(HELLO)]


async def test_an_endpoint_that_is_down_is_unavailable_at_once(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        blobs = open_s3(tmp_path, bucket="limn", endpoint=f"http://127.0.0.1:{unused.getsockname()[1]}")
        for attempt in (
            blobs.check(),
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
        for attempt in (blobs.put(b"hello"), blobs.stat(HELLO), _read(blobs), blobs.check()):
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
        await blobs.check()
    assert "\n" not in told.value.detail
    assert "Check" in told.value.detail or "Make" in told.value.detail
    assert endpoint().url in told.value.detail
    with pytest.raises(Unavailable, match=code):
        await blobs.put(b"hello")


async def test_something_else_at_the_endpoint_is_said(tmp_path: Path) -> None:
    with Sick(lambda *_: (200, b"<html>Welcome!")) as sick, pytest.raises(BadSettings, match="Check the endpoint"):
        await open_s3(tmp_path, bucket="limn", endpoint=sick.url).check()


async def test_what_a_refusal_repeats_is_told_to_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """S3 answers a wrong signature with the request it should have signed, the session token in it."""
    secrets = {"access_key": "the-access-key", "secret_key": "the-secret-key", "session_token": "the-session-token"}
    body = f"<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{secrets}</CanonicalRequest></Error>"
    with Sick(lambda *_: (403, body.encode())) as sick, caplog.at_level(logging.DEBUG):
        blobs = open_s3(tmp_path, bucket="limn", endpoint=sick.url, **secrets)
        for attempt in (
            blobs.check(),
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
    await open_s3(tmp_path, bucket=bucket).check()


async def test_without_keys_those_of_the_environment_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    blobs = open_s3(tmp_path, bucket=bucket, access_key=None, secret_key=None)
    await blobs.check()
    with pytest.raises(BadSettings):
        await blobs.signed_url(HELLO, seconds=60, filename="a.webp", media_type="image/webp")


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


async def test_a_signed_address_opens_the_blob_to_a_browser(blobs: S3) -> None:
    await blobs.put(b"hello")
    url = await blobs.signed_url(HELLO, seconds=60, filename='Ein "Bild" – ü.webp', media_type="image/webp")
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(url)
        assert (answer.status_code, answer.content) == (200, b"hello")
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["content-disposition"] == (
            "attachment; filename*=UTF-8''Ein%20%22Bild%22%20%E2%80%93%20%C3%BC.webp"
        )
        assert (await browser.get(url.replace("image%2Fwebp", "text%2Fhtml"))).status_code == 403
        assert (await browser.get(url.partition("?")[0])).status_code == 403


async def test_a_signed_address_runs_out(blobs: S3, bucket: str) -> None:
    await blobs.put(b"hello")
    place, keys = f"{endpoint().url}/{bucket}/{_place(HELLO)}", Keys(ACCESS_KEY, SECRET_KEY, None, REGION)
    now = datetime.now(UTC)
    answers = []
    async with httpx2.AsyncClient() as browser:
        for age in (30, 61):
            url = sign_get(place, keys, seconds=60, now=now - timedelta(seconds=age), asked={})
            answers.append((await browser.get(url)).status_code)
    assert answers == [200, 403]


@pytest.mark.parametrize("seconds", [0, -1, 7 * 86_400 + 1])
async def test_a_signed_address_has_an_end(blobs: S3, seconds: int) -> None:
    with pytest.raises(InvalidInput):
        await blobs.signed_url(HELLO, seconds=seconds, filename="a", media_type="image/webp")
    with pytest.raises(NotFound):
        await blobs.signed_url("../x", seconds=60, filename="a", media_type="image/webp")


def test_an_address_is_signed_as_amazon_shows_it() -> None:
    """The worked example of the specification; its keys are Amazon's and open nothing."""
    keys = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, "us-east-1")
    now = datetime(2013, 5, 24, tzinfo=UTC)
    url = sign_get("https://examplebucket.s3.amazonaws.com/test.txt", keys, seconds=86_400, now=now, asked={})
    assert url.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    assert "wJalr" not in repr(keys)


def _in_another_process(folder: Path, bucket: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    arguments = [endpoint().url, bucket, REGION, ACCESS_KEY, SECRET_KEY, str(folder)]
    return subprocess.run(
        [sys.executable, "-c", SENT, *arguments],
        env=os.environ | environment,
        capture_output=True,
        check=False,
        timeout=60,
    )


async def _overwrite(folder: Path, bucket: str, data: bytes) -> None:
    key = await open_s3(folder / "other", bucket=bucket, prefix="other").put(data)
    inside = endpoint().inside(bucket)
    inside.keys[_place(HELLO)].value = inside.keys[f"other/{key[:2]}/{key[2:4]}/{key}"].value


async def _read(blobs: S3, got: list[bytes] | None = None) -> None:
    async for chunk in blobs.read(HELLO):
        (got if got is not None else []).append(chunk)


async def _all(blobs: S3) -> list[str]:
    return [info.key async for info in blobs.all()]


async def _discard(blobs: S3) -> None:
    await blobs.discard(HELLO, unused_since=time.time() + 60)


def _left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _place(key: str) -> str:
    return f"a-gallery/blobs/{key[:2]}/{key[2:4]}/{key}"


def _count(part: str, method: str) -> int:
    return sum(1 for seen, target in endpoint().seen if seen == method and part in target)
