"""Logs on standard output: one JSON object a line, or plain words on a terminal. Nothing a user typed can break a line."""

import json
import logging
import math
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

SELDOM_SECONDS = 10.0
request_id: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
# a token as it is made, what stands behind a name that says so, and a password in an address; a setting's name is no secret
_SECRET = re.compile(
    r"(\b(?:(?i:bearer)\s+|hf_|limn_)[\\\"']*|(?i:\b\w*(?:token|password|secret|(?:api|secret|access)[_-]?key)[\\\"']*[=:]\s*)[\\\"']*)"
    r"[^\s&\"']+"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configure(level: str, style: str) -> None:
    """Send every logger of this process through one handler; `style` is json or console."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Json() if style == "json" else _Console())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").setLevel(max(logging.WARNING, root.level))
    logging.getLogger("uvicorn.access").disabled = True  # limn.http writes that line, with the request's id
    logging.getLogger("httpcore2").setLevel(logging.WARNING)
    logging.getLogger("asyncio").addFilter(_Seldom())
    # it warns of each broken form, and whoever sends broken forms would fill the log: limn.http says that it was a 400
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


class _Seldom(logging.Filter):
    """Without a free file descriptor asyncio says so for each place in its queue of connections, two thousand times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._said = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        if "socket.accept()" not in record.getMessage():
            return True
        quiet = time.monotonic() - self._said < SELDOM_SECONDS
        self._said = self._said if quiet else time.monotonic()
        return not quiet


def mask(text: str) -> str:
    """Without what looks like a secret."""
    return _SECRET.sub(lambda found: f"{found.group(1) or ''}***", text)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {k: v for k, v in vars(record).items() if k not in _STANDARD}
    if record.exc_info:
        extra["exception"] = logging.Formatter().formatException(record.exc_info)
    return extra


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        # masked before it is written: a mask that ends at an escaped quote would cut the escape in two, and the line with it;
        # json escapes every control character, so a line is one event whatever was typed
        return json.dumps(_masked(line | _fields(record)), ensure_ascii=True)


def _masked(value: Any) -> Any:
    """The same, fit for JSON: every text in it masked, numbers as they are."""
    match value:
        case dict():
            return {str(key): _masked(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_masked(inner) for inner in value]
        case None | bool() | int() | float():
            return value
        case _:
            return mask(str(value))


class _Console(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        exception = fields.pop("exception", "")
        rest = " ".join(f"{key}={value}" for key, value in fields.items())
        clock = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        line = _CONTROL.sub(" ", f"{clock} {record.levelname.lower():7} {record.getMessage()} {rest}".rstrip())
        # an exception may quote what was typed: indented, so that no line of it looks like one of ours
        said = "".join(f"\n  {_CONTROL.sub(' ', each)}" for each in exception.splitlines())
        return mask(line + said)
