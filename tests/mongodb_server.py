"""The MongoDB that tests run against: one that is named, else a `mongod` of this machine, else the stand-in of tests/mongodb.

`LIMN_TEST_MONGODB_URI` names one that runs; each test uses a database of its own there, and drops it. `LIMN_TEST_MONGOD` names a program.
The stand-in, mongo-java-server, needs Java 17 and what `make` fetched with Maven into .mongodb/."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from patience import wait_until

ROOT = Path(__file__).resolve().parent.parent
JARS = ROOT / ".mongodb"
MISSING = "there is no MongoDB and no stand-in for it here: install Java 17 and Maven, or set LIMN_TEST_MONGODB_URI"
# a small heap and no second compiler: it serves one test at a time, and many start at once
_JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


@dataclass(frozen=True)
class MongoDB:
    """`address` is without a database; `pid` is None where the process is not ours to stop."""

    address: str
    pid: int | None


@contextmanager
def serve(folder: Path, *, heap: str = "256m") -> Iterator[MongoDB | None]:
    """While the block runs; None where none can be had. `heap` is what the stand-in may hold, which keeps all in memory."""
    given, mongod = (
        os.environ.get("LIMN_TEST_MONGODB_URI"),
        os.environ.get("LIMN_TEST_MONGOD") or shutil.which("mongod"),
    )
    if given:
        yield MongoDB(given.rstrip("/"), None)
    elif mongod:
        with _mongod(mongod, folder) as found:
            yield found
    elif shutil.which("java") and any(JARS.glob("mongo-java-server-core-*.jar")):
        with _stand_in(heap) as found:
            yield found
    else:
        yield None


@contextmanager
def _mongod(program: str, folder: Path) -> Iterator[MongoDB]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--dbpath", str(folder), "--port", str(port), "--bind_ip", "127.0.0.1", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(port))
            yield MongoDB(f"mongodb://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def _stand_in(heap: str) -> Iterator[MongoDB]:
    command = ["java", f"-Xmx{heap}", *_JAVA, "-cp", f"{JARS}/*", str(ROOT / "tests/mongodb/Server.java")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield MongoDB(f"mongodb://127.0.0.1:{int(process.stdout.readline())}", process.pid)
        finally:
            process.stdin.close()
            process.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
