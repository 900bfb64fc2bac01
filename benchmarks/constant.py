"""A server that answers every request with the bytes of one file: what HTTP alone costs. `python benchmarks/constant.py FILE`."""

import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn


def main() -> None:
    """Serve on a free port of 127.0.0.1, and say so as `limn serve` does."""
    body = Path(sys.argv[1]).read_bytes()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False, http="httptools")
    # said to be TCP: asyncio sends small packets at once on no other
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    print(f"Limn is at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
