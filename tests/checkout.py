"""The checkout as an object of tests: its files, its uv, and a command of it started as a person would."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0


@cache
def tracked() -> tuple[str, ...]:
    """The paths git knows or would take, relative to the root; no folder that is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted(path for path in set(listed.stdout.split("\0")) if path and (ROOT / path).is_file()))


def uv() -> str:
    """The Makefile's uv, else the one on the path."""
    own = ROOT / ".uv" / "bin" / "uv"
    found = os.environ.get("UV") or (str(own) if own.exists() else shutil.which("uv"))
    assert found, "uv is missing: run the tests by `make test`"
    assert Path(found).exists(), f"{found} is not there: run the tests by `make test`"
    return found


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Standard output of a command that must succeed; its words when it does not."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def running(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Iterator[str]:
    """The address of a server started by `command`, which is stopped by SIGTERM and must end by itself."""
    with subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        log: list[str] = []
        assert process.stdout is not None
        reader = threading.Thread(target=log.extend, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()
                reader.join(5)


def _address(process: "subprocess.Popen[str]", log: list[str]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in log:
            if line.startswith("Limn is at "):
                return line.removeprefix("Limn is at ").strip()
        time.sleep(0.02)
    raise AssertionError(f"the server did not start (status {process.poll()}): {''.join(log[-20:])}")
