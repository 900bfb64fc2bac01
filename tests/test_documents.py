"""The documents: every link leads somewhere, every command is real, every guarantee names tests that exist."""

import json
import re
import shlex
import subprocess
import sys
from functools import cache

import pytest

from checkout import ROOT, run, tracked
from limn.settings import Settings, names
from serving import environment

DOCUMENTS = [path for path in tracked() if path.endswith(".md")]
GUARANTEES = "docs/guarantees.md"
OWED = {*range(1, 16), *range(17, 26), *range(27, 42), 43, *range(55, 59), 60, 61, 62, 64}
OWED |= {*range(67, 71), 72, 73, 74, 76, 77}
# what a code block may call besides make and limn
PROGRAMS = {"bash", "caddy", "cd", "chmod", "cp", "curl", "docker", "echo", "export", "git", "ln", "nginx", "openssl"}
PROGRAMS |= {"pytest", "python", "systemctl", "tar", "useradd", "uv"}
COLLECT = """
import json, sys, pytest
class Listing:
    def pytest_collection_finish(self, session):
        from test_documents import _marks
        found = {item.nodeid: _marks(item) for item in session.items}
        print("\\nLISTING " + json.dumps(found))
sys.exit(pytest.main(["--collect-only", "-q", "--no-header", "-p", "no:cacheprovider", "tests"], plugins=[Listing()]))
"""


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_link_leads_somewhere(path: str) -> None:
    text = re.sub(r"```.*?```", "", read(path), flags=re.DOTALL)
    broken = []
    for link in re.findall(r"!?\[[^\]]*\]\(([^)\s]+)", text) + re.findall(r'(?:src|href)="([^"]+)"', text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / path).parent / file if file else ROOT / path
        if not target.exists() or (anchor and anchor not in _anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_command_shown_is_real(path: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for words in _commands(read(path)):
        program = words[0].removeprefix(".venv/bin/")
        if program == "make":
            assert {word for word in words[1:] if "=" not in word} <= targets, words
        elif program == "limn":
            _assert_limn_knows(words[1:])
        else:
            assert program in PROGRAMS or program.startswith(".ci/"), words


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_setting_named_is_known(path: str) -> None:
    known = {name for field in Settings.model_fields for name in names(field)}
    named = set(re.findall(r"\bLIMN_[A-Z][A-Z_]*[A-Z]\b", read(path)))
    assert {name for name in named if not name.startswith("LIMN_TEST_")} <= known


def test_each_guarantee_owed_has_a_row_that_names_its_tests() -> None:
    rows = _guarantees()
    assert sorted(OWED - set(rows)) == []
    assert [number for number, tests in rows.items() if not tests] == []


def test_the_tests_behind_the_guarantees_exist_and_run(request: pytest.FixtureRequest) -> None:
    named = {test for tests in _guarantees().values() for test in tests}
    python = {test for test in named if ".py::" in test}
    collected = _by_test({item.nodeid: _marks(item) for item in request.session.items})
    if not python <= collected.keys():  # only some tests were asked for
        collected = _collected()
    assert sorted(test for test in python if test not in collected) == []
    assert sorted(test for test in python if collected[test]) == [], "a guarantee is not skipped or expected to fail"
    for test in named - python:
        file, _, title = test.partition("::")
        assert title in read(file), test


def _guarantees() -> dict[int, list[str]]:
    """The tests named in each row of the table, by the numbers in the row's first cell (`3`, `1, 2` or `4-6`)."""
    rows: dict[int, list[str]] = {}
    for line in read(GUARANTEES).splitlines():
        match = re.match(r"\|\s*(\d[\d\s,–-]*)\|(.*)", line)
        if match:
            tests = re.findall(r"`(tests/[\w/.-]+::[^`]+)`", match[2])
            for number in _numbers(match[1]):
                rows.setdefault(number, []).extend(tests)
    return rows


def _numbers(cell: str) -> list[int]:
    spans = [re.split("[–-]", part) for part in cell.replace(" ", "").split(",") if part]
    return [number for span in spans for number in range(int(span[0]), int(span[-1]) + 1)]


@cache
def _collected() -> dict[str, list[str]]:
    """Marks that keep it from running, by test, of a whole collection."""
    done = subprocess.run([sys.executable, "-c", COLLECT], cwd=ROOT, capture_output=True, text=True, check=False)
    listing = re.search(r"^LISTING (.*)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout[-3000:]
    assert listing
    return _by_test(json.loads(listing[1]))


def _marks(item: pytest.Item) -> list[str]:
    return sorted({"skip", "skipif", "xfail"} & {mark.name for mark in item.iter_markers()})


def _by_test(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Parametrised tests are one."""
    tests: dict[str, list[str]] = {}
    for node, marks in found.items():
        tests.setdefault(node.partition("[")[0], []).extend(marks)
    return tests


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _commands(text: str) -> list[list[str]]:
    """The commands of the shell blocks, without prompts, variables, comments and what they print."""
    found = []
    for block in re.findall(r"^```(?:sh|bash|console|shell)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        lines = block.replace("\\\n", " ").splitlines()
        if any(line.startswith("$ ") for line in lines):
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        for line in lines:
            words = [word for word in shlex.split(line, comments=True) if word]
            for command in _split(words):
                while command and re.match(r"[A-Z_]+=", command[0]):
                    command.pop(0)
                if command:
                    found.append(command)
    return found


def _split(words: list[str]) -> list[list[str]]:
    commands: list[list[str]] = [[]]
    for word in words:
        if word in {"&&", "|", ";", "||", "&"}:
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def _assert_limn_knows(words: list[str]) -> None:
    path = [word for word in words if re.fullmatch(r"[a-z]+", word)][:2]
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    for end in range(len(path), 0, -1):  # the second word may be an argument
        command = [sys.executable, "-m", "limn", *path[:end], "--help"]
        done = subprocess.run(command, cwd=ROOT, env=environment({}), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            assert all(option in done.stdout for option in options), words
            return
    assert not path, f"limn {' '.join(path)} is no command"
    run([sys.executable, "-m", "limn", "--help"], cwd=ROOT)
