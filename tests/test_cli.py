"""The command line as a person and a script meet it: help, exit status, one-line errors."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from serving import environment


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


@pytest.mark.parametrize(
    "command", [[], ["serve"], ["worker"], ["demo"], ["doctor"], ["config"], ["config", "show"], ["version"]]
)
def test_every_command_explains_itself(tmp_path: Path, command: list[str]) -> None:
    done = limn(*command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert command in ([], ["config"], ["version"]) or "Example" in done.stdout


def test_a_misused_command_ends_with_2(tmp_path: Path) -> None:
    assert limn("fly", cwd=tmp_path).returncode == 2
    assert limn("serve", "--port", "much", cwd=tmp_path).returncode == 2
    assert limn("worker", "--lanes", "0", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ({"LIMN_PROT": "1"}, "LIMN_PROT"),
        ({"LIMN_PORT": "many"}, "LIMN_PORT"),
        ({"LIMN_HOST": "0.0.0.0"}, "LIMN_TRUST_NETWORK"),
        ({"LIMN_DATABASE_URL": "postgres://localhost"}, "mongodb://"),
        ({"LIMN_ACCOUNTS": "open"}, "LIMN_ACCOUNTS"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_in_one_line(
    tmp_path: Path, setting: dict[str, str], named: str
) -> None:
    done = limn("serve", cwd=tmp_path, **setting)
    assert done.returncode == 1
    assert named in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = limn("serve", "--port", str(taken.getsockname()[1]), cwd=tmp_path)
    assert done.returncode == 1
    assert "LIMN_PORT" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_database_that_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "limn.db").write_bytes(b"this is no database" * 500)
    for command in (["serve", "--port", "0"], ["worker"]):
        done = limn(*command, cwd=tmp_path)
        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
        assert "limn.db" in done.stderr or "database" in done.stderr.lower()


def test_doctor_finds_a_healthy_gallery_healthy_and_says_so_to_programs(tmp_path: Path) -> None:
    done = limn("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert [line[:4] for line in done.stdout.splitlines()] == ["ok  "] * len(done.stdout.splitlines())
    findings = json.loads(limn("doctor", "--json", cwd=tmp_path).stdout)
    assert {"python", "decoders", "store", "blobs", "vision"} <= {finding["name"] for finding in findings}


def test_doctor_names_what_is_wrong_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "limn.db").write_bytes(b"this is no database" * 500)
    done = limn("doctor", cwd=tmp_path)
    assert done.returncode == 1
    assert "FAIL store" in done.stdout


def test_config_show_masks_secrets(tmp_path: Path) -> None:
    done = limn("config", "show", cwd=tmp_path, LIMN_SECRET_KEY="canary", LIMN_PORT="9123")
    assert done.returncode == 0
    assert "LIMN_PORT=9123" in done.stdout
    assert "canary" not in done.stdout


def test_the_data_folder_is_this_persons_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert limn("doctor", cwd=tmp_path).returncode == 0
    finally:
        os.umask(before)
    for path in [tmp_path / "data", *(tmp_path / "data").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
