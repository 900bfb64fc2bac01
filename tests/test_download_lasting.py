"""What lies there already, who else is at it, a kill, a full disk: nothing half is ever used, nothing of others overwritten."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bringing import CLIP, TEXT, VISION, assert_whole, bring, hub, lying_in, made, settings, until
from hub_server import COMMIT, Hub
from limn.errors import Conflict, NotServed, OutOfSpace, Unavailable
from limn.settings import Settings
from limn.vision import weights
from limn.vision.download import Progress, download
from serving import environment

__all__ = ["hub", "settings"]  # fixtures


def test_a_damaged_file_is_fetched_again_and_the_others_are_not(hub: Hub, settings: Settings) -> None:
    folder, _ = bring(settings)
    (folder / VISION).write_bytes(b"y" * 200_000)
    assert weights.state(settings, CLIP).state == "damaged"
    assert weights.find(settings, CLIP) is None
    hub.seen.clear()
    assert bring(settings)[0] == folder
    assert_whole(hub, folder)
    assert {path.partition("resolve")[2] for path in hub.paths("hub")} == {f"/{COMMIT}/{VISION}"}


def test_a_later_commit_does_not_mix_into_a_half_or_a_whole(hub: Hub, settings: Settings) -> None:
    folder, _ = bring(settings)
    hub.commit = "f" * 40
    (folder / TEXT).unlink()
    with pytest.raises(NotServed, match="404"):  # the pinned commit is what is asked for, and this hub has it no more
        bring(settings)
    assert COMMIT in hub.of(TEXT)[-1].path


def test_files_that_are_not_the_hubs_are_not_overwritten(hub: Hub, settings: Settings) -> None:
    own = settings.data_dir / "models" / CLIP / "tokenizer.json"
    own.parent.mkdir(parents=True)
    own.write_text("my own work")
    with pytest.raises(Conflict, match=r"tokenizer\.json"):
        bring(settings)
    assert lying_in(own.parent) == {"tokenizer.json"}
    assert own.read_text() == "my own work"


def test_a_folder_one_pinned_oneself_is_not_overwritten_when_it_is_damaged(hub: Hub, settings: Settings) -> None:
    folder, _ = bring(settings)
    (folder / "limn-pin.json").unlink()
    weights.pin(folder)
    (folder / VISION).write_bytes(b"another export")
    with pytest.raises(Conflict, match="your own"):
        bring(settings)


def test_a_repository_that_lost_a_file_is_named(hub: Hub, settings: Settings) -> None:
    del hub.files["Xenova/clip-vit-base-patch32"][TEXT]
    with pytest.raises(NotServed, match=r"text_model_quantized\.onnx"):
        bring(settings)


def test_what_is_not_needed_may_be_missing(hub: Hub, settings: Settings) -> None:
    del hub.files["Xenova/clip-vit-base-patch32"]["config.json"]
    assert_whole(hub, bring(settings)[0])


def test_everything_it_makes_is_this_persons_alone(hub: Hub, settings: Settings) -> None:
    before = os.umask(0)
    try:
        bring(settings)
    finally:
        os.umask(before)
    for path in [settings.data_dir, *settings.data_dir.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_two_at_once_bring_it_once(hub: Hub, settings: Settings) -> None:
    """In one process here; `test_two_processes_at_once_bring_it_once` in two."""
    hub.hold_after[VISION] = 60_000
    said: list[Progress] = []
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(bring, settings)
        until(lambda: weights.state(settings, CLIP).downloaded_bytes >= 60_000)
        second = pool.submit(download, settings, CLIP, progress=said.append, stop=threading.Event())
        until(lambda: said)
        hub.go.set()
        assert first.result(60)[0] == second.result(20)
    assert_whole(hub, second.result())
    assert said[0].waiting
    assert said[0].done_bytes >= 60_000
    assert len(hub.of(f"{COMMIT}/{VISION}")) == 1


def limn_models_download(hub: Hub, tmp_path: Path, **given: str) -> "subprocess.Popen[str]":
    code = (
        "import threading\n"
        "from limn.settings import load\n"
        "from limn.vision.download import download\n"
        f"download(load(env_file=None), {CLIP!r}, progress=lambda _: None, stop=threading.Event())\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment({"LIMN_DATA_DIR": str(tmp_path / "data"), "HF_ENDPOINT": hub.url, **given}),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> int:
    said, _ = process.communicate(timeout=60)
    assert process.returncode in {0, -signal.SIGKILL}, said
    return process.returncode


def test_two_processes_at_once_bring_it_once(hub: Hub, settings: Settings, tmp_path: Path) -> None:
    both = [limn_models_download(hub, tmp_path) for _ in range(2)]
    assert [ended(process) for process in both] == [0, 0]
    assert_whole(hub, settings.data_dir / "models" / CLIP)
    assert len(hub.of(f"{COMMIT}/{VISION}")) == 1


@pytest.mark.parametrize(
    "point",
    [
        "download.chunk:2",
        "download.before_rename",
        "download.after_file:2",
        "download.before_rename:4",
        "download.after_pin",
    ],
)
def test_a_kill_at_any_moment_leaves_what_can_be_gone_on_with(
    hub: Hub, settings: Settings, tmp_path: Path, point: str
) -> None:
    assert ended(limn_models_download(hub, tmp_path, LIMN_TEST_FAILPOINT=point)) == -signal.SIGKILL
    assert weights.find(settings, CLIP) is None
    assert weights.state(settings, CLIP).state == "absent"
    before = len(hub.paths("storage"))
    assert_whole(hub, bring(settings)[0])
    assert len([path for path in hub.paths() if path.startswith("/api/models/")]) == 1
    assert point != "download.after_pin" or len(hub.paths("storage")) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 70 MB. Only root may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=70m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be made here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(b"x" * 4096)


def test_a_disk_too_small_is_told_before_anything_is_asked_for(hub: Hub, small_disk: Path) -> None:
    hub.give(CLIP, onnx=8_000_000)
    with pytest.raises(OutOfSpace, match="16 MB more"):
        bring(made(small_disk, HF_ENDPOINT=hub.url))
    assert not hub.paths("storage")


def test_a_file_longer_than_announced_does_not_fill_the_disk(hub: Hub, small_disk: Path) -> None:
    hub.lies[VISION] = bytes(80_000_000)
    with pytest.raises(Unavailable, match="more than"):
        bring(made(small_disk, HF_ENDPOINT=hub.url))


def test_a_disk_that_fills_meanwhile_is_told_and_gets_its_room_back(hub: Hub, small_disk: Path) -> None:
    hub.give(CLIP, onnx=1_000_000)
    hub.hold_after[VISION] = 600_000
    settings = made(small_disk, HF_ENDPOINT=hub.url)
    ballast = small_disk / "ballast"
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(bring, settings)
        until(lambda: weights.state(settings, CLIP).downloaded_bytes >= 600_000)
        fill(ballast)
        hub.go.set()
        with pytest.raises(OutOfSpace, match="is full"):
            coming.result(60)
    assert not list((settings.data_dir / "models").rglob("*.part"))
    ballast.unlink()
    assert_whole(hub, bring(settings)[0])
