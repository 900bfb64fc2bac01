"""Models come from the hub whole, checked and resumable, or not at all."""

import hashlib
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest

from bringing import CLIP, TEXT, VISION, assert_whole, bring, hub, lying_in, settings, until
from hub_server import COMMIT, Hub
from limn.errors import Unavailable
from limn.settings import Settings
from limn.vision import weights
from limn.vision.download import Progress, download
from serving import environment

__all__ = ["hub", "settings"]  # fixtures


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
