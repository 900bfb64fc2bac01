"""What MongoDB's errors mean: a database that is away, a disk that is full, bad input, or a mistake of ours."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from bson.errors import BSONError, InvalidDocument
from pymongo import timeout
from pymongo.errors import (
    ConnectionFailure,
    DocumentTooLarge,
    ExecutionTimeout,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from limn.errors import InvalidInput, LimnError, OutOfSpace, Unavailable

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = 5.0  # the driver's own patience is 30 and more
_RETRY_SECONDS = 2
_UNAUTHORISED = {13, 18}
_FULL = {14031}
# interrupted, shutting down, no primary, too busy: codes that the driver does not name as connection failures
_AWAY = {6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436}
_log = logging.getLogger("limn.mongo")


def guarded(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The method, raising our errors instead of the driver's, and within SECONDS as a whole."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with timeout(SECONDS):
            return await unhurried(method)(*args, **kwargs)

    return call


def unhurried(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The same for a long piece of work, of which each question has SECONDS of its own."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await method(*args, **kwargs)
        except (PyMongoError, BSONError, UnicodeEncodeError) as error:
            raise translated(error) from error

    return call


def lost(error: PyMongoError) -> bool:
    """Whether the answer was lost on the way: what was asked may have been done or not."""
    return isinstance(error, ConnectionFailure | ExecutionTimeout) or error.timeout


def translated(error: Exception) -> Exception:
    """`error` as one of ours; a mistake in a query as it is. No text of the driver's is passed on that could name a password."""
    meaning = _meaning(error)
    if meaning is None:
        return error
    _log.warning("the database refused", extra={"kind": type(error).__name__, "code": getattr(error, "code", None)})
    return meaning


def _meaning(error: Exception) -> LimnError | None:
    if isinstance(error, UnicodeEncodeError | InvalidDocument | DocumentTooLarge):
        return InvalidInput("The text holds a character that cannot be written, or is too long.")
    if isinstance(error, InvalidOperation):
        return Unavailable("The database is closed.")
    if isinstance(error, OperationFailure) and error.code in _FULL:
        return OutOfSpace("There is no room left for the database.")
    if isinstance(error, OperationFailure) and error.code in _UNAUTHORISED:
        return Unavailable("The database refuses the user or the password of LIMN_DATABASE_URL.", retry_after=60)
    if isinstance(error, PyMongoError) and _away(error):
        return Unavailable("The database is away.", retry_after=_RETRY_SECONDS)
    return None


def _away(error: PyMongoError) -> bool:
    if isinstance(error, OperationFailure) and error.code in _AWAY:
        return True
    return error.timeout or isinstance(error, ConnectionFailure | WaitQueueTimeoutError)
