"""Models come from the hub whole, checked and resumable, or not at all; every refusal is said in words."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest

from hub_server import COMMIT, Hub, nobody
from limn.errors import BadSettings, Conflict, LimnError, NotFound, NotServed, OutOfSpace, TooMany, Unavailable
from limn.settings import Settings, load
from limn.vision import weights
from limn.vision.download import Progress, ask, download
from limn.vision.hub import Hub as Client
from serving import environment

CLIP, CAPTIONER = "clip-vit-base-patch32", "distilvit"
VISION, TEXT = "onnx/vision_model_quantized.onnx", "onnx/text_model_quantized.onnx"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as served:
        served.give(CLIP, onnx=200_000)
        yield served


@pytest.fixture
def settings(hub: Hub, tmp_path: Path) -> Settings:
    return made(tmp_path, HF_ENDPOINT=hub.url)


def made(tmp_path: Path, **given: str) -> Settings:
    return load({"LIMN_DATA_DIR": str(tmp_path / "data"), **given}, env_file=None)


def bring(settings: Settings, name: str = CLIP) -> tuple[Path, list[Progress]]:
    said: list[Progress] = []
    return download(settings, name, progress=said.append, stop=threading.Event(), patience=(0.1, 0.2)), said


def until(true: Callable[[], object], *, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def lying_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def assert_whole(hub: Hub, folder: Path, name: str = CLIP) -> None:
    wanted = hub.files[weights.MODELS[name].repo]
    assert lying_in(folder) == {*wanted, "limn-pin.json"}
    for path, content in wanted.items():
        assert (folder / path).read_bytes() == content, path


def test_a_model_comes_whole_and_pinned_to_the_commit_of_that_day(hub: Hub, settings: Settings) -> None:
    folder, said = bring(settings)
    assert folder == settings.data_dir / "models" / CLIP
    assert_whole(hub, folder)
    pin = json.loads((folder / "limn-pin.json").read_text())
    assert (pin["repo"], pin["revision"]) == ("Xenova/clip-vit-base-patch32", COMMIT)
    vision = hub.files[pin["repo"]][VISION]
    assert pin["files"][VISION] == {"bytes": len(vision), "sha256": hashlib.sha256(vision).hexdigest()}
    assert weights.find(settings, CLIP) == folder
    assert {seen.headers["accept-encoding"] for seen in hub.seen} == {"identity"}  # else a range is of something else
    assert said[-1].done_bytes == said[-1].total_bytes == sum(map(len, hub.files[pin["repo"]].values()))


def test_the_hub_of_these_tests_is_one_to_the_hubs_own_client(hub: Hub, tmp_path: Path) -> None:
    code = (
        "import sys; from huggingface_hub import HfApi, hf_hub_download\n"
        "url, repo, folder = sys.argv[1:]\n"
        "said = HfApi(endpoint=url).model_info(repo, revision='main', files_metadata=True)\n"
        "for file in said.siblings:\n"
        "    path = hf_hub_download(repo, file.rfilename, revision=said.sha, endpoint=url, local_dir=folder, token=False)\n"
        "    assert file.size == len(open(path, 'rb').read())\n"
    )
    repo, folder = weights.MODELS[CLIP].repo, tmp_path / "theirs"
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code, hub.url, repo, str(folder)],
        env=environment(quiet),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for path, content in hub.files[repo].items():
        assert (folder / path).read_bytes() == content, path


def test_a_model_that_is_there_is_not_asked_for_again(hub: Hub, settings: Settings) -> None:
    folder, _ = bring(settings)
    asked = len(hub.seen)
    assert bring(settings) == (folder, [])
    assert len(hub.seen) == asked


def test_a_cut_connection_is_taken_up_at_its_byte(hub: Hub, settings: Settings) -> None:
    """More often than its patience, which begins anew with each byte that came."""
    hub.cut_after[VISION] = [90_000, 50_000, 10, 10, 10]
    folder, _ = bring(settings)
    assert_whole(hub, folder)
    ranges = [seen.headers.get("range") for seen in hub.of(VISION) if seen.port == "storage"]
    assert ranges == [None, *(f"bytes={byte}-" for byte in (90_000, 140_000, 140_010, 140_020, 140_030))]


def test_what_a_failed_download_left_is_gone_on_with_at_the_same_commit(hub: Hub, settings: Settings) -> None:
    hub.cut_after[TEXT] = [70_000, 0, 0, 0]
    with pytest.raises(Unavailable) as failed:
        bring(settings)
    assert "127.0.0.1" in failed.value.detail
    assert weights.state(settings, CLIP).state == "absent"
    assert weights.state(settings, CLIP).downloaded_bytes >= 70_000
    hub.seen.clear()
    hub.cut_after.clear()
    folder, said = bring(settings)
    assert_whole(hub, folder)
    assert not [path for path in hub.paths() if path.startswith("/api/models/")]
    assert [seen.headers.get("range") for seen in hub.of(TEXT)] == ["bytes=70000-"] * 2
    assert not hub.of("tokenizer.json")
    assert said[0].done_bytes > 70_000


def test_a_server_that_cannot_go_on_sends_it_all_again(hub: Hub, settings: Settings) -> None:
    hub.cut_after[VISION] = [90_000]
    hub.ranges = False
    folder, _ = bring(settings)
    assert_whole(hub, folder)


@pytest.mark.parametrize("hashes", [True, False], ids=["hub", "mirror without hashes in its API"])
def test_wrong_bytes_are_refused_and_not_kept(hub: Hub, settings: Settings, *, hashes: bool) -> None:
    hub.hashes = hashes
    hub.lies[VISION] = b"x" * 200_000
    with pytest.raises(Unavailable) as refused:
        bring(settings)
    assert refused.value.code == "wrong_file"
    assert VISION in refused.value.detail
    folder = settings.data_dir / "models" / CLIP
    assert not {VISION, f"{VISION}.part", "limn-pin.json"} & lying_in(folder)
    assert weights.find(settings, CLIP) is None
    hub.lies.clear()
    assert_whole(hub, bring(settings)[0])


def test_a_small_file_is_checked_against_its_git_hash(hub: Hub, settings: Settings) -> None:
    hub.lies["tokenizer.json"] = b"x" * 500
    with pytest.raises(Unavailable, match="git hash"):
        bring(settings)


def test_a_half_that_was_wrong_is_asked_for_once_more_from_the_start(hub: Hub, settings: Settings) -> None:
    hub.cut_after[VISION] = [90_000, 0, 0, 0]
    with pytest.raises(Unavailable):
        bring(settings)
    part = settings.data_dir / "models" / CLIP / f"{VISION}.part"
    part.write_bytes(b"?" * 90_000)
    hub.cut_after.clear()
    assert_whole(hub, bring(settings)[0])


def test_a_half_longer_than_the_file_is_begun_anew(hub: Hub, settings: Settings) -> None:
    part = settings.data_dir / "models" / CLIP / f"{VISION}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 300_000)
    assert_whole(hub, bring(settings)[0])


def test_a_mirror_without_sizes_and_hashes_is_pinned_by_what_came(hub: Hub, settings: Settings) -> None:
    hub.hashes = False
    folder, _ = bring(settings)
    assert_whole(hub, folder)
    assert weights.check(folder) is None


@pytest.mark.parametrize(
    ("part", "status", "headers", "kind", "words"),
    [
        ("resolve", 403, {"X-Error-Code": "GatedRepo"}, NotServed, "accept its conditions at"),
        ("resolve", 403, {"X-Error-Message": "region\x07 blocked"}, NotServed, "region blocked"),
        ("/api/", 404, {}, NotServed, "HF_ENDPOINT"),
        ("resolve", 404, {}, NotServed, "HF_ENDPOINT"),
        ("/api/", 401, {}, NotServed, "HF_TOKEN"),
        ("resolve", 429, {"Retry-After": "42"}, TooMany, "42 s"),
        ("/api/", 200, {}, Unavailable, "not the hub"),
        ("/api/", 502, {}, Unavailable, "status 502"),
    ],
)
def test_a_refusal_says_what_to_do(
    hub: Hub, settings: Settings, part: str, status: int, headers: dict[str, str], kind: type[LimnError], words: str
) -> None:
    hub.refuse[part] = (status, headers)
    with pytest.raises(kind) as refused:
        bring(settings)
    assert words in refused.value.detail
    assert "\n" not in refused.value.detail
    assert weights.state(settings, CLIP).state == "absent"


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"<html>Log in to the Hotel</html>",
        b"[]",
        b'{"sha":"main","siblings":[]}',
        b'{"sha":"%s","siblings":null}' % COMMIT.encode(),
        b'{"sha":"%s","siblings":["a"]}' % COMMIT.encode(),
        b'{"sha":"%s","siblings":[{"rfilename":"tokenizer.json","size":-1}]}' % COMMIT.encode(),
        b'{"sha":"%s","siblings":[{"rfilename":"tokenizer.json","lfs":"yes"}]}' % COMMIT.encode(),
    ],
)
def test_an_answer_that_is_not_the_hubs_is_told_from_it(hub: Hub, settings: Settings, says: bytes) -> None:
    hub.says = says
    with pytest.raises(Unavailable, match="not the hub"):
        bring(settings)


@pytest.mark.parametrize("where", ["file:///etc/passwd", "http://[", "/", "gopher://x"])
def test_a_redirect_into_nowhere_is_told(hub: Hub, settings: Settings, where: str) -> None:
    hub.refuse["resolve/"] = (302, {"Location": where})
    with pytest.raises(Unavailable):
        bring(settings)
    assert weights.state(settings, CLIP).downloaded_bytes == 0


def test_a_storage_that_fails_for_a_moment_is_asked_again(hub: Hub, settings: Settings) -> None:
    hub.refuse["/stored/"] = (503, {})
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(bring, settings)
        until(lambda: hub.paths("storage"))
        hub.refuse.clear()
        assert_whole(hub, coming.result(60)[0])


def test_without_a_network_the_two_ways_out_are_named(tmp_path: Path) -> None:
    with nobody() as url:
        settings = made(tmp_path, HF_ENDPOINT=url)
        for asking in (bring, ask):
            with pytest.raises(Unavailable) as away:
                asking(settings, CLIP)
            assert away.value.code == "hub_away"
            assert f"LIMN_MODELS_DIR/{CLIP}" in away.value.detail
            assert "HF_ENDPOINT" in away.value.detail


def test_an_endpoint_that_is_no_address_is_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    for endpoint in ("huggingface.co", "ftp://hub", "http://[", "https://"):
        with pytest.raises(BadSettings, match="HF_ENDPOINT"):
            bring(made(tmp_path, HF_ENDPOINT=endpoint))


def test_a_name_that_limn_does_not_know_is_never_asked_for(hub: Hub, settings: Settings) -> None:
    for name in ("gpt-9", "../../etc", ""):
        with pytest.raises(NotFound, match="limn models list"):
            bring(settings, name)
    assert not hub.seen


def test_the_token_goes_to_the_hub_and_not_to_where_it_redirects(hub: Hub, tmp_path: Path) -> None:
    hub.token = "hf_canary"
    bring(made(tmp_path, HF_ENDPOINT=hub.url, HF_TOKEN="hf_canary"))
    ours = [seen for seen in hub.seen if seen.port == "hub"]
    theirs = [seen for seen in hub.seen if seen.port == "storage"]
    assert ours
    assert theirs
    assert all(seen.headers["authorization"] == "Bearer hf_canary" for seen in ours)
    assert not [seen for seen in theirs if "authorization" in seen.headers]


def test_a_token_that_is_refused_is_left_away(hub: Hub, tmp_path: Path) -> None:
    hub.token = "hf_new"
    folder, _ = bring(made(tmp_path, HF_ENDPOINT=hub.url, HF_TOKEN="hf_old"))
    assert_whole(hub, folder)
    assert len([seen for seen in hub.seen if "authorization" in seen.headers]) == 1


def test_a_token_never_travels_in_the_clear_to_another_machine(tmp_path: Path) -> None:
    """Nothing is sent: the name cannot be reached. What counts is what the client would send with it."""
    for endpoint, kept in (("http://mirror.example", None), ("https://mirror.example", "t"), ("http://[::1]:9", "t")):
        assert Client(endpoint, "t").token == kept


def test_stopping_is_prompt_though_the_server_says_nothing(hub: Hub, settings: Settings) -> None:
    hub.hold_after[VISION] = 60_000
    stop, said = threading.Event(), list[Progress]()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(download, settings, CLIP, progress=said.append, stop=stop)
        until(lambda: weights.state(settings, CLIP).downloaded_bytes >= 60_000)
        assert weights.state(settings, CLIP).state == "downloading"
        stop.set()
        began = time.monotonic()
        with pytest.raises(Unavailable) as stopped:
            coming.result(60)
        assert time.monotonic() - began < 10, "sooner than a server that is silent is given up"
    assert stopped.value.code == "download_stopped"
    assert weights.state(settings, CLIP).state == "absent"
    hub.hold_after.clear()
    assert_whole(hub, bring(settings)[0])


def test_progress_is_told_at_most_ten_times_a_second_and_never_goes_back(hub: Hub, settings: Settings) -> None:
    hub.give(CLIP, onnx=8_000_000)
    told: list[tuple[float, Progress]] = []
    began = time.monotonic()
    stop = threading.Event()
    download(settings, CLIP, progress=lambda said: told.append((time.monotonic(), said)), stop=stop)
    took = time.monotonic() - began
    assert len(told) <= took / 0.1 + 2
    done = [said.done_bytes for _, said in told]
    assert done == sorted(done)
    assert all(said.done_bytes <= said.total_bytes for _, said in told)


async def test_it_runs_in_a_thread_beside_a_loop(hub: Hub, settings: Settings) -> None:
    folder, _ = await anyio.to_thread.run_sync(bring, settings)
    assert_whole(hub, folder)


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
        assert first.result(20)[0] == second.result(20)
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
    said, _ = process.communicate(timeout=30)
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
