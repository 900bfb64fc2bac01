"""limn models as a person and a script meet it, with a hub on 127.0.0.1."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bringing import CAPTIONER, CLIP, TEXT, VISION
from hub_server import COMMIT, Hub, nobody
from limn.maintenance.doctor import Finding, examine
from limn.settings import load
from patience import PATIENCE_SECONDS, wait_until
from serving import environment


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as served:
        served.give(CLIP, onnx=200_000)
        served.give(CAPTIONER, onnx=100_000)
        yield served


def limn(*arguments: str, cwd: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "limn", *arguments],
        env=environment(settings),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["list", "download", "pin", "check", "calibrate"])
def test_every_command_of_models_explains_itself(tmp_path: Path, command: str) -> None:
    done = limn("models", command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert "Example" in done.stdout


def test_a_misused_models_command_ends_with_2(tmp_path: Path) -> None:
    for arguments in (["fly"], ["download", "gpt-9"], ["pin"], ["pin", "../elsewhere"], ["check", ".."]):
        done = limn("models", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert "Traceback" not in done.stderr


def test_the_list_says_what_is_there_and_what_is_used(hub: Hub, tmp_path: Path) -> None:
    own = tmp_path / "models" / "mine"
    own.mkdir(parents=True)
    given = {"HF_ENDPOINT": hub.url, "LIMN_MODELS_DIR": str(own.parent), "LIMN_CAPTION_MODEL": "mine"}
    assert limn("models", "download", CLIP, cwd=tmp_path, **given).returncode == 0
    lines = limn("models", "list", cwd=tmp_path, **given).stdout.splitlines()
    line = next(line for line in lines if CLIP in line)
    assert line.startswith("* ")
    assert f"present      {COMMIT[:7]}" in line
    rows = {row["name"]: row for row in json.loads(limn("models", "list", "--json", cwd=tmp_path, **given).stdout)}
    assert (rows[CLIP]["state"], rows[CLIP]["used"], rows[CLIP]["revision"]) == ("present", True, COMMIT)
    assert (rows[CAPTIONER]["state"], rows[CAPTIONER]["used"]) == ("absent", False)
    assert (rows["mine"]["state"], rows["mine"]["task"], rows["mine"]["used"]) == ("absent", "captioner", True)


def test_without_names_the_offer_is_brought_and_then_there_is_nothing_to_do(hub: Hub, tmp_path: Path) -> None:
    done = limn("models", "download", cwd=tmp_path, HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if "whole" in line]
    assert [line.partition(":")[0] for line in told] == [CLIP, CAPTIONER]
    assert COMMIT[:7] in told[0]
    asked = len(hub.seen)
    again = limn("models", "download", cwd=tmp_path, HF_ENDPOINT=hub.url)
    assert (again.returncode, again.stdout) == (0, "All models that the settings name are there.\n")
    assert len(hub.seen) == asked


def test_progress_is_lines_in_a_log(hub: Hub, tmp_path: Path) -> None:
    done = limn("models", "download", CLIP, cwd=tmp_path, HF_ENDPOINT=hub.url)
    lines = done.stderr.splitlines()
    assert 1 <= len(lines) <= 11
    assert lines[-1] == f"{CLIP}: 100 % of 0.4 MB"
    assert "\r" not in done.stderr


def test_progress_is_a_bar_on_a_terminal(hub: Hub, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "limn", "models", "download", CLIP],
        env=environment({"HF_ENDPOINT": hub.url, "COLUMNS": "100"}),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert process.returncode == 0
    assert b"whole" in said
    assert f"\r{CLIP} [{'#' * 24}] 100 % of 0.4 MB" in shown


def test_a_refusal_is_one_line_with_what_to_do(hub: Hub, tmp_path: Path) -> None:
    hub.refuse["resolve"] = (403, {"X-Error-Code": "GatedRepo"})
    done = limn("models", "download", CLIP, cwd=tmp_path, HF_ENDPOINT=hub.url)
    assert done.returncode == 1
    assert "accept its conditions" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_without_a_network_it_ends_soon_and_in_words(tmp_path: Path) -> None:
    with nobody() as url:
        began = time.monotonic()
        done = limn("models", "download", CLIP, cwd=tmp_path, HF_ENDPOINT=url)
    assert time.monotonic() - began < 30
    assert done.returncode == 1
    assert "LIMN_MODELS_DIR" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_download_killed_half_way_goes_on_there(hub: Hub, tmp_path: Path, how: signal.Signals) -> None:
    hub.hold_after[VISION] = 120_000
    part = tmp_path / "data" / "models" / CLIP / f"{VISION}.part"
    with subprocess.Popen(
        [sys.executable, "-m", "limn", "models", "download", CLIP],
        env=environment({"HF_ENDPOINT": hub.url}),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            wait_until(lambda: part.exists() and part.stat().st_size == 120_000)
            process.send_signal(how)
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()  # left over, it would be counted against a test that comes later
    assert process.returncode == {signal.SIGINT: 130}.get(how, -how), said
    assert "Traceback" not in said
    hub.hold_after.clear()
    hub.seen.clear()
    done = limn("models", "download", CLIP, cwd=tmp_path, HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    assert {seen.headers.get("range") for seen in hub.of(VISION)} == {"bytes=120000-"}
    assert f"ok   {CLIP}: whole" in limn("models", "check", CLIP, cwd=tmp_path).stdout


def test_checking_names_the_damaged_file_and_ends_with_1(hub: Hub, tmp_path: Path) -> None:
    assert limn("models", "download", CLIP, cwd=tmp_path, HF_ENDPOINT=hub.url).returncode == 0
    (tmp_path / "data" / "models" / CLIP / TEXT).write_bytes(b"x" * 200_000)
    done = limn("models", "check", cwd=tmp_path)
    assert done.returncode == 1
    assert f"FAIL {CLIP}" in done.stdout
    assert TEXT in done.stdout
    assert f"limn models download {CLIP}" in done.stdout
    assert limn("models", "check", CAPTIONER, cwd=tmp_path).returncode == 1


def test_a_folder_brought_by_hand_is_pinned_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "stick" / "mine"
    for name in ("visual/model.onnx", "textual/model.onnx", "tokenizer.json", "preprocess_cfg.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"bytes" * 1000)
    given = {"LIMN_MODELS_DIR": str(folder.parent), "LIMN_CLIP_MODEL": "mine"}
    assert "limn models pin mine" in limn("models", "check", "mine", cwd=tmp_path, **given).stdout
    done = limn("models", "pin", "mine", cwd=tmp_path, **given)
    assert (done.returncode, done.stdout) == (0, "mine: pinned, 4 files, 20 kB\n")
    (folder / "tokenizer.json").write_text("{}")
    assert limn("models", "check", "mine", cwd=tmp_path, **given).returncode == 1
    refused = limn("models", "pin", "mine", cwd=tmp_path, **given)
    assert refused.returncode == 1
    assert "delete its limn-pin.json" in refused.stderr


async def findings(tmp_path: Path, *, ask_hub: bool = False, **given: str) -> dict[str, Finding]:
    settings = load({"LIMN_DATA_DIR": str(tmp_path / "data"), **given}, env_file=None)
    return {finding.name: finding for finding in await examine(settings, ask_hub=ask_hub)}


async def test_doctor_tells_of_the_models_and_asks_the_hub_only_when_told(hub: Hub, tmp_path: Path) -> None:
    found = await findings(tmp_path, HF_ENDPOINT=hub.url)
    assert all(finding.ok for finding in found.values())
    assert f"limn models download {CLIP}" in found[f"model {CLIP}"].detail
    assert found["pictures"].detail == "stay on this machine"
    assert found["onnxruntime"].detail.startswith("onnxruntime")
    assert found["onnxruntime"].detail.endswith(", on CPU")
    assert hub.url in found["hub"].detail
    assert not hub.seen
    done = limn("doctor", "--hub", cwd=tmp_path, HF_ENDPOINT=hub.url)
    assert f"is at {COMMIT[:7]}" in done.stdout
    assert done.returncode == 0


async def test_doctor_says_that_a_hub_it_was_to_ask_is_away(tmp_path: Path) -> None:
    with nobody() as url:
        away = (await findings(tmp_path, ask_hub=True, HF_ENDPOINT=url))["hub"]
    assert not away.ok
    assert "cannot be reached" in away.detail


async def test_doctor_names_a_damaged_model(hub: Hub, tmp_path: Path) -> None:
    assert limn("models", "download", CAPTIONER, cwd=tmp_path, HF_ENDPOINT=hub.url).returncode == 0
    assert "there, 0 MB, 3d74acf" in (await findings(tmp_path))[f"model {CAPTIONER}"].detail
    (tmp_path / "data" / "models" / CAPTIONER / "tokenizer.json").write_text("{}")
    damaged = (await findings(tmp_path))[f"model {CAPTIONER}"]
    assert not damaged.ok
    assert "tokenizer.json" in damaged.detail
    assert damaged.hint == f"limn models download {CAPTIONER}"


async def test_doctor_fails_where_only_local_models_may_look_and_there_are_none(tmp_path: Path) -> None:
    found = await findings(tmp_path, LIMN_VISION="onnx")
    assert not found[f"model {CLIP}"].ok


async def test_doctor_names_a_provider_that_is_not_installed(tmp_path: Path) -> None:
    found = (await findings(tmp_path, LIMN_ONNX_PROVIDERS="abacus"))["onnxruntime"]
    assert not found.ok
    assert "abacus is not installed" in found.detail
