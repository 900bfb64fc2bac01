"""What a server says when it cannot start, or cannot do its work: a line, not a traceback."""

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

import pictures
from conftest import gallery
from limn.settings import Settings
from patience import PATIENCE_SECONDS
from serving import Server, environment
from uploads import upload


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["worker"]])
@pytest.mark.parametrize(
    "settings",
    [
        {"LIMN_DATA_DIR": "{tmp}/file"},
        {"LIMN_DATA_DIR": "{tmp}/file/inside"},
        {"LIMN_DATA_DIR": "/proc/limn"},
        {"LIMN_SECRET_KEY_FILE": "/proc/limn"},
    ],
    ids=lambda given: " ".join(given.values()),
)
def test_a_folder_that_cannot_be_had_is_said_in_one_line(
    tmp_path: Path, command: list[str], settings: dict[str, str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    given = {name: value.format(tmp=tmp_path) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "limn", *command],
        env=environment(given),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.startswith("limn: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_server_that_did_not_start_leaves_nothing_to_the_tests_after_it(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", LIMN_PROT="1")
    with pytest.raises(AssertionError, match="ended with 1"):
        server.start()
    with pytest.raises(AssertionError, match="not started"):
        _ = server.process


@pytest.mark.parametrize("where", ["/proc/limn", "{tmp}/file"])
async def test_a_gallery_that_cannot_write_pictures_is_not_ready(
    settings: Settings, tmp_path: Path, where: str
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    broken = settings.model_copy(update={"storage_url": f"file://{where.format(tmp=tmp_path)}"})
    async with gallery(broken) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["parts"]["blobs"]) == (
            503,
            "the folder of the blobs cannot be written",
        )
        assert (await client.get("/healthz")).status_code == 200
        refused = await upload(client, pictures.jpeg())
        assert refused.json()["code"] in {"unavailable", "out_of_space"}, "and never an error of ours"


async def test_being_asked_whether_it_is_ready_leaves_nothing_behind(
    client: httpx2.AsyncClient, settings: Settings
) -> None:
    for _ in range(3):
        assert (await client.get("/readyz")).status_code == 200
    assert [path for path in (settings.data_dir / "blobs").rglob("*") if path.is_file()] == []
