"""Other processes for tests of the SQLite store: they run a small script and may be killed in it."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
_PRELUDE = """
import anyio, sys
from pathlib import Path
from limn.models import Findings
from limn.stores.sqlite import open_store
from works import a_work
path = Path(sys.argv[1])
"""


def start(script: str, path: Path, *, failpoint: str = "") -> subprocess.Popen[str]:
    """`script` is the body of an `async def` with `path`, `open_store` and `a_work` at hand; what it prints can be read."""
    body = "".join(f"    {line}\n" for line in script.strip().splitlines())
    program = f"{_PRELUDE}\nasync def main():\n{body}\nanyio.run(main)\n"
    environment = os.environ | {"PYTHONPATH": str(TESTS), "LIMN_TEST_FAILPOINT": failpoint, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(script: str, path: Path, *, failpoint: str = "") -> tuple[int, list[str]]:
    """The exit status (negative: the signal that ended it) and the lines it printed."""
    with start(script, path, failpoint=failpoint) as process:
        output, _ = process.communicate(timeout=60)
    return process.returncode, output.split()
