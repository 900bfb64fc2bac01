"""A decoding child costs its picture only: crashes, waiting, cancelling, dying fork servers and dying servers."""

import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

import hostile
import pictures
from limn.errors import BrokenImage, TooMany
from limn.imaging.sandbox import Limits, Sandbox
from patience import eventually, wait_until

SLOW = Limits(jpeg_scans=10**9, cpu_seconds=120, wall_seconds=120)  # lets a scan bomb keep its child busy for a while


@pytest.fixture(name="sandbox")
async def two_at_once() -> AsyncIterator[Sandbox]:
    async with Sandbox(Limits(), concurrency=2, waiting=2) as found:
        yield found


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(pictures.jpeg())
    return path


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """Keeps a child busy for far longer than any test."""
    path = tmp_path / "endless"
    path.write_bytes(hostile.scan_bomb(20_000, 5000, 5000))
    return path


async def test_a_crashing_decoder_costs_its_own_picture_only(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = tmp_path / "poison"
    poison.write_bytes(pictures.jpeg(seed=99))
    digest = hashlib.sha256(poison.read_bytes()).hexdigest()
    monkeypatch.setenv("LIMN_TEST_FAILPOINT", f"decode.{digest[:12]}")
    answers: list[object] = []

    async def ask(path: Path) -> None:
        try:
            answers.append((await sandbox.probe(path)).width)
        except BrokenImage as error:
            answers.append(error.code)

    async with Sandbox(Limits(), concurrency=4, waiting=20) as sandbox, anyio.create_task_group() as tasks:
        for number in range(15):
            tasks.start_soon(ask, poison if number % 5 == 2 else picture)
    assert sorted(map(str, answers)) == ["64"] * 12 + ["image_decoder_died"] * 3


async def test_no_more_children_than_allowed_and_the_rest_wait_or_are_refused(endless: Path) -> None:
    refused: list[int | None] = []

    async def ask() -> None:
        try:
            await sandbox.probe(endless)
        except TooMany as error:
            refused.append(error.retry_after)

    async with Sandbox(SLOW, concurrency=2, waiting=3) as sandbox:
        async with anyio.create_task_group() as tasks:
            for _ in range(9):
                tasks.start_soon(ask)
            await eventually(lambda: len(_working()) == 2)
            await anyio.sleep(0.2)
            assert len(_working()) == 2
            tasks.cancel_scope.cancel()
        assert refused == [3, 3, 3, 3], "nine asked, two work, three wait; in about three seconds there is room"
        await eventually(lambda: not _working())


@pytest.mark.parametrize(("operation", "steps"), [("probe", 0), ("develop", 10), ("look", 10)])
async def test_only_what_somebody_waits_for_has_the_usual_priority(endless: Path, operation: str, steps: int) -> None:
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    async with Sandbox(SLOW, concurrency=1, waiting=0) as sandbox, anyio.create_task_group() as tasks:
        tasks.start_soon(getattr(sandbox, operation), endless)
        await eventually(lambda: [_niceness(child) for child in _working()] == [min(usual + steps, 19)])
        tasks.cancel_scope.cancel()


async def test_those_who_wait_are_served_in_the_end(sandbox: Sandbox, picture: Path) -> None:
    widths = []

    async def ask() -> None:
        widths.append((await sandbox.look(picture)).width)

    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(ask)
    assert widths == [64] * 4


async def test_a_cancelled_caller_takes_the_child_along_and_frees_its_place(endless: Path, picture: Path) -> None:
    async with Sandbox(SLOW, concurrency=1, waiting=0) as sandbox:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sandbox.probe, endless)
            await eventually(lambda: len(_working()) == 1)
            tasks.cancel_scope.cancel()
        await eventually(lambda: not _working())
        assert (await sandbox.probe(picture)).width == 64


async def test_a_dead_fork_server_is_replaced(sandbox: Sandbox, picture: Path) -> None:
    assert (await sandbox.probe(picture)).width == 64
    for _ in range(3):
        (zygote,) = _zygotes()
        os.kill(zygote, signal.SIGKILL)
        for _ in range(2):  # the child that waited still serves one
            assert (await sandbox.probe(picture)).width == 64
        assert _zygotes() != [zygote]


async def test_everybody_is_served_while_fork_servers_die(picture: Path) -> None:
    widths: list[int] = []
    killed: list[int] = []

    async def ask() -> None:
        while len(killed) < 3:
            widths.append((await sandbox.probe(picture)).width)

    async with Sandbox(Limits(), concurrency=4, waiting=4) as sandbox, anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(ask)
        while len(killed) < 3:
            enough = len(widths) + 8  # four may be answered by children of the dead, the rest not
            await eventually(lambda enough=enough: len(widths) >= enough)  # type: ignore[misc]
            killed += _zygotes()
            os.kill(killed[-1], signal.SIGKILL)
    assert len(set(killed)) == 3
    assert set(widths) == {64}


async def test_a_child_outlives_its_fork_server(tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_bytes(hostile.scan_bomb(60, 5000, 5000))
    async with Sandbox(Limits(), concurrency=1, waiting=0) as sandbox, anyio.create_task_group() as tasks:

        async def kill() -> None:
            await eventually(lambda: bool(_working()))
            os.kill(_zygotes()[0], signal.SIGKILL)

        tasks.start_soon(kill)
        assert (await sandbox.probe(slow)).width == 5000


async def test_stop_signals_meant_for_the_server_leave_a_decoder_alone(sandbox: Sandbox, picture: Path) -> None:
    await sandbox.probe(picture)
    before = _zygotes()
    for stop in (signal.SIGINT, signal.SIGTERM):
        os.kill(before[0], stop)
    assert (await sandbox.probe(picture)).width == 64
    assert _zygotes() == before


async def test_leaving_the_sandbox_leaves_no_process(picture: Path) -> None:
    async with Sandbox(Limits(), concurrency=1, waiting=0) as sandbox:
        await sandbox.probe(picture)
        assert len(_zygotes()) == 1
    assert _zygotes() == []


async def test_children_leave_no_zombies(sandbox: Sandbox, picture: Path) -> None:
    for _ in range(5):
        await sandbox.probe(picture)
    await eventually(lambda: not _working())


async def test_no_secret_of_the_server_reaches_a_decoder(
    sandbox: Sandbox, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMN_SECRET_KEY", "do-not-pass-on")
    monkeypatch.setenv("HF_TOKEN", "do-not-pass-on")
    await sandbox.probe(picture)
    assert b"do-not-pass-on" not in await anyio.Path(f"/proc/{_zygotes()[0]}/environ").read_bytes()


@pytest.mark.parametrize("busy", [False, True])
def test_a_server_killed_outright_leaves_no_orphan(picture: Path, endless: Path, busy: bool) -> None:
    script = """
import anyio, sys
from pathlib import Path
from limn.imaging.sandbox import Limits, Sandbox
async def main():
    async with Sandbox(Limits(jpeg_scans=10**9, cpu_seconds=120, wall_seconds=120), concurrency=1, waiting=0) as sandbox:
        await sandbox.probe(Path(sys.argv[1]))
        print("ready", flush=True)
        await sandbox.probe(Path(sys.argv[2])) if len(sys.argv) > 2 else await anyio.sleep_forever()
anyio.run(main)
"""
    arguments = [str(picture), *([str(endless)] if busy else [])]
    with subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        # the fork server, and the child that waits or probes: beside a probe none is forked; the one before has to be gone
        wait_until(lambda: len(_family(server.pid)) == 2 and len(_working(server.pid)) == busy)
        family = _family(server.pid)
        server.kill()
    wait_until(lambda: not any(map(_runs, family)))


def _runs(pid: int) -> bool:
    """Dead, it may still wait for an init that reaps slowly."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def _zygotes() -> list[int]:
    """Of this process, which may have other children: a database of other tests."""
    return [child for child in _children(os.getpid()) if b"limn.imaging.zygote" in _command(child)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _family(server: int) -> list[int]:
    zygotes = _children(server)
    return zygotes + [child for zygote in zygotes for child in _children(zygote)]


def _working(server: int | None = None) -> list[int]:
    """Children that have taken a picture: each zygote keeps one more, whose clocks do not run yet."""
    return [child for child in _family(server or os.getpid()) if _confined(child)]


def _confined(pid: int) -> bool:
    try:
        return re.search(r"^Max cpu time +\d", Path(f"/proc/{pid}/limits").read_text(), re.MULTILINE) is not None
    except (FileNotFoundError, ProcessLookupError):
        return False


def _niceness(pid: int) -> int | None:
    try:
        return os.getpriority(os.PRIO_PROCESS, pid)
    except ProcessLookupError:
        return None


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found
