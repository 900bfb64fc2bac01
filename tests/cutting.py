"""A wire between a client and a server of the tests on 127.0.0.1, which can be cut: before an answer, or for a while."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Wire:
    """Hands on what comes to `port`. `cut(word)`: the next request that holds `word` reaches the server, its answer reaches nobody."""

    def __init__(self, target: tuple[str, int], port: int = 0) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", port))
        self._word: bytes | None = None
        self._lost: set[socket.socket] = set()
        self._open = [self._listener]
        self._threads: list[threading.Thread] = []
        self.cuts = 0
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)

    def cut(self, word: bytes) -> None:
        self._word = word

    def close(self) -> None:
        for one in self._open:
            _hang_up(one)
        for thread in self._threads:
            thread.join(10)
        for one in self._open:
            one.close()

    def _start(self, work: Callable[..., None], *given: object) -> None:
        self._threads.append(threading.Thread(target=work, args=given, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                server = socket.create_connection(self._target)
                self._open.append(server)
                self._start(self._carry, client, server)
                self._start(self._carry, server, client)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 20):
                if source in self._lost:
                    break
                if self._word is not None and self._word in data:
                    self._word = None
                    self._lost.add(target)  # where its answer will come from
                    self.cuts += 1
                target.sendall(data)
        _hang_up(source)
        _hang_up(target)


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(host: str, port: int, *, at: int = 0) -> Iterator[Wire]:
    """`at` is the port of the wire itself, a free one unless it is said."""
    found = Wire((host, port), at)
    try:
        yield found
    finally:
        found.close()
