"""A real server process for tests: started, asked, killed, started again on the same folder."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from patience import PATIENCE_SECONDS

START_SECONDS = 60.0  # a second, where nobody else works


class Server:
    """`limn serve` on 127.0.0.1, on a free port unless `port` says which. `log` holds every line it printed so far."""

    def __init__(
        self, data_dir: Path, *, port: int = 0, cwd: Path | None = None, prefix: tuple[str, ...] = (), **settings: str
    ) -> None:
        self.data_dir = data_dir
        self.port = port
        self.log: list[str] = []
        self.url = ""
        self._settings = settings
        self._cwd = cwd or data_dir.parent
        self._prefix = prefix
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def process(self) -> "subprocess.Popen[str]":
        assert self._process is not None, "not started"
        return self._process

    def start(self, **settings: str) -> None:
        """Start and wait for the address; `settings` are for this start only."""
        self.launch(**settings)
        deadline = time.monotonic() + START_SECONDS
        try:
            while not self.url:
                assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.log[-20:]}"
                assert time.monotonic() < deadline, f"no address after {START_SECONDS} s: {self.log[-20:]}"
                time.sleep(0.01)
        except AssertionError:
            self.kill()  # its pipe, found unclosed some tests later, would be counted against whichever runs then
            raise

    def launch(self, **settings: str) -> None:
        """Start without waiting, as where it is expected to die."""
        self.url = ""
        self._process = subprocess.Popen(
            [
                *self._prefix,
                sys.executable,
                "-m",
                "limn",
                "serve",
                "--port",
                str(self.port),
                "--data-dir",
                str(self.data_dir),
            ],
            env=environment({**self._settings, **settings}),
            cwd=self._cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.log.append(line.rstrip("\n"))
            if line.startswith("Limn is at "):
                self.url = line.removeprefix("Limn is at ").strip()

    def kill(self) -> None:
        """SIGKILL, as in a power cut."""
        self.stop(signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGTERM, *, within: float = PATIENCE_SECONDS) -> int:
        """Send the signal and wait; answers the return code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(how)
        code = self._process.wait(within)
        if self._reader is not None:
            self._reader.join(PATIENCE_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return code

    @contextmanager
    def worker(self) -> Iterator[None]:
        """`limn worker` on the same folder while the block runs."""
        command = [sys.executable, "-m", "limn", "worker", "--data-dir", str(self.data_dir)]
        with subprocess.Popen(
            command, env=environment(self._settings), cwd=self._cwd, stdout=subprocess.DEVNULL
        ) as process:
            try:
                yield
            finally:
                process.terminate()
                process.wait(PATIENCE_SECONDS)

    def client(self, **kwargs: Any) -> httpx2.Client:
        return httpx2.Client(base_url=f"{self.url}/api/v1", timeout=PATIENCE_SECONDS, trust_env=False, **kwargs)


def lasting_port() -> int:
    """Free, and below those that systems hand out by themselves: nobody is given it while a server that comes back is away."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any setting of Limn's, and then these."""
    foreign = {"MONGODB_URI", "HF_TOKEN", "HF_HOME", "SMTP_URL", "PEXELS_API_KEY", "PORT", "LOG_LEVEL", "LOG_FORMAT"}
    foreign |= {"FORWARDED_ALLOW_IPS"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LIMN_", "AWS_")) and k not in foreign}
    # nobody answers at that port: no test brings models from the real hub; the sentence model as in conftest.settings
    ours = {"PYTHONUNBUFFERED": "1", "HF_ENDPOINT": "http://127.0.0.1:9", "LIMN_SENTENCES": "off"}
    return {**kept, **ours, **settings}
