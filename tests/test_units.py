"""The units for systemd: its own judgement where it is here, what they allow, and their commands run on this machine."""

import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import httpx2
import pytest
from dotenv import dotenv_values

import pictures
from checkout import ROOT, run, running
from limn.server import FILES, GRACE_SECONDS
from limn.settings import load
from patience import PATIENCE_SECONDS
from serving import environment
from uploads import upload_now, wait_until_analysed

FOLDER = ROOT / "docs" / "deploy"
NAMES = ("limn.service", "limn-worker.service")
PROGRAM, DATA = "/opt/limn/bin/limn", "/var/lib/limn"
Unit = dict[str, list[str]]


def unit(name: str) -> Unit:
    """Its settings, whatever their section; one may stand there several times."""
    found: Unit = defaultdict(list)
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            key, sign, value = line.partition("=")
            assert sign, line
            found[key].append(value)
    return found


def given(name: str, data: Path) -> dict[str, str]:
    """What the process finds in its environment, its folder moved to where it may be here."""
    own = dict(pair.split("=", 1) for pair in unit(name)["Environment"])
    kept = {key: value or "" for key, value in dotenv_values(FOLDER / "limn.env").items()}
    return environment({**{key: value.replace(DATA, str(data)) for key, value in own.items()}, **kept})


def command(name: str) -> list[str]:
    program, *words = shlex.split(unit(name)["ExecStart"][0])
    assert program == PROGRAM
    return [sys.executable, "-m", "limn", *words]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here to judge its units")
def test_systemd_finds_nothing_wrong_and_little_exposed(tmp_path: Path) -> None:
    limn = Path(sys.executable).parent / "limn"
    for name in NAMES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(PROGRAM, str(limn)), encoding="utf-8")
    units = [str(tmp_path / name) for name in NAMES]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if any(name in line for name in NAMES)]
    assert (done.returncode, said) == (0, [])
    for path in units:  # of 100; a unit without any of it has 96
        run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", path], cwd=tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_may_write_to_its_own_folder_and_gain_nothing(name: str) -> None:
    found = unit(name)
    assert found["User"] == found["Group"] == ["limn"]
    assert DATA == f"/var/lib/{found['StateDirectory'][0]}" == found["WorkingDirectory"][0]
    assert found["ProtectSystem"] == ["strict"]
    assert not found["ReadWritePaths"]
    assert found["CapabilityBoundingSet"] == [""]
    assert not found["AmbientCapabilities"]
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"):
        assert found[key] == ["yes"]


def test_both_units_are_hardened_alike() -> None:
    server, worker = (unit(name) for name in NAMES)
    own = {"Description", "After", "ExecStart", "LimitNOFILE", "Nice"}
    assert {k: v for k, v in server.items() if k not in own} == {k: v for k, v in worker.items() if k not in own}


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_lets_the_process_live_and_end_as_it_wants(name: str) -> None:
    found = unit(name)
    assert int(found["TimeoutStopSec"][0]) >= GRACE_SECONDS + 5
    assert found["KillMode"] == ["mixed"]
    assert found["OOMPolicy"] == ["continue"]
    assert int(found["LimitNOFILE"][0]) >= FILES if name == NAMES[0] else not found["LimitNOFILE"]


def test_the_shipped_settings_are_those_of_a_server_behind_a_proxy(tmp_path: Path) -> None:
    found = load({k: v for k, v in given(NAMES[0], tmp_path).items() if k in _shipped()}, env_file=None)
    assert (found.host, found.port, found.forwarded_allow_ips) == ("127.0.0.1", 8000, "127.0.0.1")
    assert found.public_url == "https://art.example"


def test_the_commands_of_both_units_serve_one_gallery(tmp_path: Path) -> None:
    data = tmp_path / "data"
    apart = {"LIMN_PORT": "0", "LIMN_WORKERS": "0"}
    with (
        running(command(NAMES[0]), cwd=tmp_path, env={**given(NAMES[0], data), **apart}) as url,
        subprocess.Popen(
            command(NAMES[1]), cwd=tmp_path, env=given(NAMES[1], data), stdout=subprocess.DEVNULL
        ) as worker,
    ):
        try:
            host = {"Host": "art.example", "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
            with httpx2.Client(base_url=f"{url}/api/v1", headers=host, timeout=PATIENCE_SECONDS) as client:
                work = upload_now(client, pictures.jpeg(60, 40, seed=1)).json()
                assert wait_until_analysed(client, work["id"])["analysis"]["state"] == "done"
        finally:
            worker.terminate()
            worker.wait(PATIENCE_SECONDS)


def _shipped() -> set[str]:
    return set(dotenv_values(FOLDER / "limn.env"))
