"""What the server and a decoding child say to each other: a JSON header, then binary parts. Never pickles."""

import json
import socket
from collections.abc import Sequence
from typing import Any

STARTED = b"+"
MAX_HEADER_BYTES = 64 * 1024
LENGTH_BYTES = 4


def pack(header: dict[str, Any]) -> bytes:
    """A header with its length before it."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(LENGTH_BYTES, "big") + text


def send_answer(sock: socket.socket, header: dict[str, Any], parts: Sequence[bytes]) -> None:
    """The child's side; blocks."""
    sock.sendall(pack(header | {"parts": [len(part) for part in parts]}))
    for part in parts:
        sock.sendall(part)


def receive_request(sock: socket.socket) -> dict[str, Any]:
    """The child's side; blocks. Raises EOFError when the server has gone."""
    length = int.from_bytes(_exactly(sock, LENGTH_BYTES), "big")
    found: dict[str, Any] = json.loads(_exactly(sock, length))
    return found


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = sock.recv(count - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data
