"""The wheel and the source archive: what they carry, and that a wheel alone, in an empty environment, is a gallery."""

import email
import sys
import tarfile
import zipfile
from pathlib import Path

import httpx2
import pytest

from checkout import ROOT, run, running, tracked, uv
from serving import environment


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that was built from it, as a release would be."""
    folder = tmp_path_factory.mktemp("dist")
    run([uv(), "build", "--quiet", "--python", sys.executable, "--out-dir", str(folder)], cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `limn` command of an environment that holds nothing but the wheel and what it asks for, as locked."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    locked = venv.parent / "locked.txt"
    outside = environment({"UV_LINK_MODE": "hardlink"})
    run(
        [uv(), "export", "--quiet", "--locked", "--no-emit-project", "--output-file", str(locked)],
        cwd=ROOT,
        env=outside,
    )
    run([uv(), "venv", "--quiet", "--python", sys.executable, str(venv)], cwd=venv.parent, env=outside)
    install = [uv(), "pip", "install", "--quiet", "--python", str(venv / "bin" / "python")]
    run([*install, "--constraints", str(locked), str(wheel)], cwd=venv.parent, env=outside)
    return venv / "bin" / "limn"


def test_the_wheel_carries_each_page_and_module_of_the_checkout_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")}
    pages = {f"limn/{path}" for path in tracked() if path.startswith("frontend/")}
    modules = {path.removeprefix("backend/") for path in tracked() if path.startswith("backend/limn/")}
    assert carried == pages | modules
    assert {"limn/frontend/index.html", "limn/vision/vocabulary.txt"} <= carried
    assert [name for name in carried if "/migrations/" in name and not name.endswith("__init__.py")]


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
        assert [entry for entry in archive.namelist() if entry.endswith("LICENSE")]
    assert metadata["Name"] == "limn"
    assert metadata["License-Expression"] == "MIT"
    assert set(metadata.get_all("Provides-Extra", [])) == {"mongo", "onnx", "s3", "dev"}


def test_the_source_archive_holds_what_building_and_testing_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        carried = {name.split("/", 1)[1] for name in archive.getnames()}
    wanted = {path for path in tracked() if path.startswith(("backend/", "frontend/", "tests/"))}
    assert wanted | {"pyproject.toml", "README.md", "LICENSE"} <= carried


def test_a_wheel_alone_in_an_empty_environment_serves_the_gallery(installed: Path, tmp_path: Path) -> None:
    with (
        running([str(installed), "serve", "--port", "0"], cwd=tmp_path, env=environment({})) as url,
        httpx2.Client(base_url=url, trust_env=False, timeout=10) as client,
    ):
        page = client.get("/")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        links = [part.split('"')[0] for part in page.text.split('"/static/')[1:]]
        assert links, "the page names its style and its script"
        for link in links:
            assert client.get(f"/static/{link}").status_code == 200, link
        assert client.get("/readyz").json()["status"] == "ok"
        assert client.get("/api/v1/artworks").json() == {"items": [], "next": None}
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_the_installed_commands_answer(installed: Path, tmp_path: Path) -> None:
    for arguments in (["--help"], ["version"], ["config", "show"]):
        run([str(installed), *arguments], cwd=tmp_path, env=environment({}))
    assert list(tmp_path.iterdir()) == [], "asking writes nothing"
