"""The house: rules that no linter knows, held over every file that git tracks."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from checkout import ROOT, run, tracked
from conftest import LONGEST

SOURCES = (".py", ".js", ".css", ".html")
GENERATED = {"uv.lock", "package-lock.json"}
MACHINE_PATHS = re.compile(r"(?<![\w.~:/-])/(?:work|root|home|Users|opt/wheels|builds)/[\w.-]+")
PUBLIC_HOSTS = {"files.pythonhosted.org", "pypi.org"}
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
MARKUP = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe)\b|document\.write"
)


def texts(*endings: str, under: str = "") -> list[tuple[str, str]]:
    """Path and text of each tracked file that ends so."""
    paths = [path for path in tracked() if path.startswith(under) and path.endswith(endings or ("",))]
    found = []
    for path in paths:
        try:
            found.append((path, (ROOT / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            assert not endings, f"{path} is not UTF-8"
    return found


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {path: text.count("\n") for path, text in texts(*SOURCES)}
    assert len(lengths) > 50
    assert {path: lines for path, lines in lengths.items() if lines > 300} == {}


def test_each_module_says_in_its_first_line_what_is_inside() -> None:
    opened = {".py": '"""', ".js": "/", ".css": "/*"}
    silent = [
        path
        for ending, opening in opened.items()
        for path, text in texts(ending)
        if text.strip() and not text.startswith((opening, "#!"))
    ]
    assert silent == []


def test_pages_ask_no_other_host() -> None:
    # a name of a namespace is no address; a link in a comment is none either, but has no place in what is served
    foreign = {
        path: found
        for path, text in texts(".html", ".css", ".js", ".svg", ".json", under="frontend/")
        if (found := re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", text.replace("http://www.w3.org/2000/svg", "")))
    }
    assert foreign == {}


def test_markup_is_made_in_one_place_only() -> None:
    makers = [path for path, text in texts(".js", ".html", under="frontend/") if MARKUP.search(text)]
    assert makers == ["frontend/lib/html.js"]


def test_pages_have_no_script_or_style_inside() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|\sstyle=|javascript:", re.IGNORECASE)
    assert [path for path, text in texts(".html", under="frontend/") if inline.search(text)] == []


def test_only_settings_read_the_environment() -> None:
    reads = re.compile(r"\bos\.environ\b|\bgetenv\b|\bimport environ\b")
    readers = {
        path.removeprefix("backend/limn/") for path, text in texts(".py", under="backend/") if reads.search(text)
    }
    # the sandbox understands nothing of it: it hands its child the few names a Python process needs; and numpy hears of its one
    # thread in no other way
    assert readers <= {"settings.py", "failpoints.py", "imaging/sandbox.py", "__init__.py"}


def test_an_adapter_is_loaded_when_it_is_chosen_and_not_before() -> None:
    heavy = ["pymongo", "onnxruntime", "obstore", "huggingface_hub"]
    adapters = ["limn.stores.sqlite", "limn.blobs.local", "limn.vision.basic"]
    script = f"import sys, limn.app; print([name for name in {heavy + adapters!r} if name in sys.modules])"
    assert run([sys.executable, "-c", script], cwd=ROOT / "backend").strip() == "[]"


def test_the_files_that_are_tested_first_are_there() -> None:
    assert set(LONGEST) <= {Path(path).stem for path in tracked() if path.startswith("tests/")}


def test_the_lock_names_public_hosts_only() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    assert {urlsplit(url).hostname for url in re.findall(r'https?://[^"\s]+', lock)} <= PUBLIC_HOSTS
    packages = tomllib.loads(lock)["package"]
    assert {next(iter(package["source"])) for package in packages} == {"registry", "editable"}


def test_the_node_lock_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_the_locks_are_fresh() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    (own,) = (package for package in locked if package["name"] == wanted["name"])
    names = {re.split(r"[<>=\[; ]", line)[0].lower() for line in wanted["dependencies"]}
    assert {package["name"] for package in own["dependencies"]} == names
    assert set(own["optional-dependencies"]) == set(wanted["optional-dependencies"]) == {"mongo", "onnx", "s3", "dev"}
    tools = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["devDependencies"] == tools["devDependencies"]
    assert "dependencies" not in tools, "the frontend has no dependency"


def test_what_runs_needs_few_packages() -> None:
    locked = {p["name"]: p for p in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]}
    closure: set[str] = set()
    queue = ["limn"]
    while queue:
        name = queue.pop()
        if name not in closure:
            closure.add(name)
            queue += [each["name"] for each in locked[name].get("dependencies", [])]
    assert len(closure - {"limn"}) <= 50, sorted(closure)


def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    named = {path: found for path, text in texts() if (found := MACHINE_PATHS.findall(text))}
    assert named == {}


def test_no_tracked_file_names_the_mirror_this_machine_installs_from() -> None:
    configured = [value for name, value in os.environ.items() if re.search(r"INDEX|REGISTRY|FIND_LINKS|MIRROR", name)]
    for tool in (["pip", "config", "list"], ["npm", "config", "get", "registry"]):
        program = [sys.executable, "-m", *tool] if tool[0] == "pip" else tool
        try:
            configured.append(subprocess.run(program, capture_output=True, text=True, check=False).stdout)
        except FileNotFoundError:
            continue
    hosts = {urlsplit(url).hostname for value in configured for url in re.findall(r"https?://[^\s'\"]+", value)}
    mirrors = {host for host in hosts if host} - PUBLIC_HOSTS - {"registry.npmjs.org"}
    assert [path for path, text in texts() if any(host in text for host in mirrors)] == []


def test_no_picture_or_other_binary_is_tracked_but_the_screenshot() -> None:
    read = {path for path, _ in texts()}
    binaries = {path: (ROOT / path).stat().st_size for path in tracked() if path not in read}
    assert all(path.startswith("docs/") and size <= 200_000 for path, size in binaries.items()), binaries


@pytest.mark.parametrize("path", ["Makefile", ".ci/run", ".ci/apt-install", ".ci/install-chromium", ".ci/install-java"])
def test_scripts_are_plain(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert "\r" not in text
    if path.startswith(".ci/"):
        assert os.access(ROOT / path, os.X_OK)
        run(["bash", "-n", str(ROOT / path)], cwd=Path(ROOT))
