"""The image, without an engine: its structure is read, and every command in it runs on this machine as far as one can."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import compose
import dockerfile
from checkout import ROOT, run, running, uv
from serving import environment

BUILD, FINAL = dockerfile.stages((ROOT / "Dockerfile").read_text(encoding="utf-8"))
SERVICE = compose.read(compose.ONE)["services"]["limn"]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/app of the image, made by the build stage's own COPY and `uv sync` lines in their order."""
    app = tmp_path_factory.mktemp("image") / "app"
    app.mkdir()
    settings = {**os.environ, **BUILD.environment(), "UV_OFFLINE": "0"}
    settings.pop("VIRTUAL_ENV", None)
    for instruction in BUILD.instructions:
        if instruction.name == "COPY":
            _copy(instruction.words, app)
        elif instruction.name == "RUN" and instruction.words[0].startswith("uv "):
            run([uv(), *shlex.split(instruction.words[0])[1:]], cwd=app, env=settings)
    return app


def test_what_is_built_carries_no_tool_and_no_test(image: Path) -> None:
    packages = next((image / ".venv" / "lib").iterdir()) / "site-packages"
    names = {path.name.split("-")[0] for path in packages.glob("*.dist-info")}
    assert "limn" in names
    assert {"pymongo", "obstore", "onnxruntime", "tokenizers"} <= names, "the database, S3 and local models"
    assert not names & {"pytest", "ruff", "mypy", "playwright", "pip", "uv", "setuptools", "wheel", "onnx", "moto"}
    assert (packages / "limn" / "frontend").is_dir()
    assert not list(packages.glob("*.pth")), "an editable install would point at a folder the image does not have"


def test_the_container_serves_and_its_health_check_sees_it(image: Path, tmp_path: Path) -> None:
    inside = _environment(image, tmp_path)
    check = [_program(image, FINAL.all("HEALTHCHECK")[0].words[0]), *FINAL.all("HEALTHCHECK")[0].words[1:]]
    command = [_program(image, FINAL.all("CMD")[0].words[0]), *FINAL.all("CMD")[0].words[1:]]
    # on loopback here, for this machine has neighbours; the compose file's own address is checked below
    with running(command, cwd=tmp_path, env={**inside, "LIMN_HOST": "127.0.0.1", "LIMN_PORT": "0"}) as url:
        for name in ("LIMN_PORT", "PORT"):  # the other as compose passes what is not set
            run(check, cwd=tmp_path, env={**inside, "LIMN_PORT": "", name: url.rpartition(":")[2]})
    ended = subprocess.run(
        check, cwd=tmp_path, env={**inside, "LIMN_PORT": url.rpartition(":")[2]}, capture_output=True, check=False
    )
    assert ended.returncode != 0, "the health check must fail when nobody answers"


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "volume"
    (folder / "tmp").mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


def test_the_container_needs_no_writable_root(image: Path, volume: Path) -> None:
    mounts = f"mount --bind {shlex.quote(str(volume))} {shlex.quote(str(volume))} && mount -o remount,bind,ro /"
    namespace = ["unshare", "-Urm", "sh", "-c", f'{mounts} && exec "$@"', "sh"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        assert "CI" not in os.environ, "CI must let a test make a mount namespace"
        pytest.skip("this machine lets nobody make a mount namespace")
    inside = {**_environment(image, volume), "LIMN_HOST": "127.0.0.1", "LIMN_PORT": "0", "TMPDIR": str(volume / "tmp")}
    command = [*namespace, _program(image, FINAL.all("CMD")[0].words[0]), *FINAL.all("CMD")[0].words[1:]]
    with running(command, cwd=volume, env=inside) as url:
        run(
            ["python3", "-c", f"import urllib.request as u; u.urlopen('{url}/readyz', timeout=4)"],
            cwd=volume,
            env=inside,
        )


def test_whoever_serves_owns_nothing_that_runs() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", FINAL.all("USER")[0].words[0])
    names = [instruction.name for instruction in FINAL.instructions]
    assert "RUN" not in names[names.index("USER") :], "nothing is installed as the user who serves"
    assert not any("chown" in each.flags for each in FINAL.all("COPY"))
    assert FINAL.all("STOPSIGNAL")[0].words == ("SIGTERM",)


def test_every_file_that_is_copied_exists_and_reaches_the_engine() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    copied = {source for each in BUILD.all("COPY") for source in each.words[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    assert copied == kept, "the engine is sent exactly what is copied"


def test_the_bases_are_one_and_the_tools_stay_in_the_first() -> None:
    assert BUILD.base == FINAL.base
    assert re.fullmatch(r"python:3\.\d+-slim(@sha256:[0-9a-f]{64})?", FINAL.base)
    assert all(each.flags.get("from") == BUILD.name for each in FINAL.all("COPY"))
    installed = " ".join(word for each in FINAL.all("RUN") for word in each.words)
    assert not re.search(r"pip install|apt|apk|curl|wget", installed)
    assert "pip uninstall" in installed


def test_the_container_is_built_with_the_uv_of_the_makefile() -> None:
    makefile = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert makefile
    assert f"uv=={makefile[1]}" in BUILD.all("RUN")[0].words[0]


def test_the_user_and_the_folder_are_made_by_options_their_tools_know(tmp_path: Path) -> None:
    add_user, make_folder, _ = (part.strip() for part in FINAL.all("RUN")[0].words[0].split("&&"))
    useradd = shutil.which("useradd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if useradd:
        known = run([useradd, "--help"], cwd=tmp_path)
        assert all(option in known for option in re.findall(r"--[a-z-]+", add_user))
    words = [word for word in shlex.split(make_folder) if not word.startswith(("--owner", "--group"))]
    run([*words[:-1], str(tmp_path / words[-1].lstrip("/"))], cwd=tmp_path)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def _copy(words: tuple[str, ...], app: Path) -> None:
    *sources, target = words
    for source in sources:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, app / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, app / target)


def _environment(image: Path, data: Path) -> dict[str, str]:
    """What a process in the container is given, its folders moved to where they are here."""
    given = {**FINAL.environment(), **compose.environment(SERVICE)}
    moved = {name: value.replace("/data", str(data / "data"), 1) for name, value in given.items() if name != "PATH"}
    path = given["PATH"].replace("/app", str(image)).replace("$PATH", os.environ["PATH"])
    return {**environment({}), **moved, "PATH": path}


def _program(image: Path, name: str) -> str:
    return str(image / ".venv" / "bin" / name)
