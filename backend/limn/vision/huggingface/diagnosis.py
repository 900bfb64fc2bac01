"""What went wrong with a call to a model elsewhere, from what was raised. Every row of the recorded errors has its place here."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from huggingface_hub.errors import InferenceTimeoutError

from limn import text as words
from limn.vision.huggingface.faults import Fault, Kind, Refused, Unfit, Unreadable

# everything that asking and reading can raise; huggingface_hub lets the errors of its parsing through as they are
RAISED = (httpx2.HTTPError, OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError)

# the first that fits; None: it says itself what is wrong
_TYPES: tuple[tuple[tuple[type[Exception], ...], Kind, str | None], ...] = (
    ((Unfit,), Kind.UNFIT, None),
    ((Unreadable,), Kind.BROKEN, None),
    ((InferenceTimeoutError, httpx2.TimeoutException, TimeoutError), Kind.BUSY, "did not answer in time"),
    ((httpx2.ConnectError,), Kind.BUSY, "cannot be reached"),
    ((httpx2.HTTPError, OSError), Kind.BUSY, "broke off its answer"),
    # a RecursionError is not among them: huggingface_hub's classes end in one over a score that is NaN
    ((json.JSONDecodeError, UnicodeDecodeError), Kind.BROKEN, "answered something that cannot be read"),
)
_BUSY = {408: "did not wait for the question", 425: "does not take questions yet", 429: "is asked too often"}
_DIGITS = re.compile(r"\s*(\d{1,9})(?:\.\d+)?\s*$")
_RESET = re.compile(r"\bt=(\d{1,9})")
_NO_SUCH_MODEL = re.compile(
    r"model_not_(?:supported|found)|model.{0,200}(?:not supported|unsupported|not found|not exist)", re.DOTALL
)
_HOST = re.compile(r"[a-z0-9.:-]{1,100}")
_SAID = 160


def fault_of(error: Exception, *, now: datetime, setting: str | None, token: str) -> Fault:
    """`setting` is the name of the one whose token was shown, None where none was; what the host says is told without the token."""
    if isinstance(error, Refused):
        return _of_status(error, now, setting, _said(error.body, token))
    for types, kind, told in _TYPES:
        if isinstance(error, types):
            return Fault(kind, told or str(error))
    return Fault(Kind.UNFIT, "answered something else than was asked")


def _of_status(refused: Refused, now: datetime, setting: str | None, said: str) -> Fault:
    status = refused.status
    if status in {401, 402, 403}:
        return Fault(Kind.DENIED, _denied(status, setting), said=said, everywhere=True)
    if status < 400:
        return _of_no_error(refused)
    named_model = _NO_SUCH_MODEL.search(refused.body.decode("utf-8", "replace").lower())
    if status in {404, 405, 410, 501} or (status < 500 and named_model):
        return Fault(Kind.ABSENT, f"does not serve this model ({status})", said=said)
    if told := _BUSY.get(status, "is in trouble" if status >= 500 else ""):
        return Fault(Kind.BUSY, f"{told} ({status})", said=said, wait=_wait(refused, now), everywhere=status == 429)
    if status == 413:
        return Fault(Kind.LARGE, "finds the picture too large (413)", said=said)
    return Fault(Kind.UNFIT, f"refuses this question ({status})", said=said)


def _of_no_error(refused: Refused) -> Fault:
    if refused.status < 300:
        return Fault(Kind.BROKEN, f"answered with a status that means nothing here ({refused.status})")
    try:
        there = urlsplit(refused.headers.get("location", "")).hostname or ""
    except ValueError:
        there = ""
    to = f" to {there}" if _HOST.fullmatch(there) else ""
    return Fault(Kind.ABSENT, f"sends us on{to}, where nothing is sent ({refused.status})")


def _denied(status: int, setting: str | None) -> str:
    if status == 402:
        return "wants to be paid: the credits of this token are used up (402)"
    if setting is None:
        return f"asks for a token, and there is none for it ({status})"
    if status == 401:
        return f"does not accept the token in {setting} (401)"
    return f"does not allow this to the token in {setting} (403); the router needs the permission to call Inference Providers"


def _wait(refused: Refused, now: datetime) -> float | None:
    """`Retry-After` in seconds or as a date, else the rate limit's reset, else the time that a loading model names."""
    asked = refused.headers.get("retry-after", "")
    if found := _DIGITS.match(asked):
        return float(found[1])
    try:
        date = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        pass
    else:
        return max(((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds(), 0.0)
    if refused.status == 429 and (found := _RESET.search(refused.headers.get("ratelimit", ""))):
        return float(found[1])
    body = _document(refused.body)
    estimated = body.get("estimated_time") if isinstance(body, dict) else None
    return float(estimated) if isinstance(estimated, int | float) and 0 <= estimated < 86400 else None


def _said(body: bytes, token: str) -> str:
    """The host's own words, if it has any: one clean line."""
    document = _document(body)
    if isinstance(document, dict):
        document = document.get("error") or document.get("message") or document.get("detail")
    if isinstance(document, dict):
        document = document.get("message")
    if not isinstance(document, str):
        return ""
    return words.clean(document.replace(token, "***") if token else document)[:_SAID]


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
