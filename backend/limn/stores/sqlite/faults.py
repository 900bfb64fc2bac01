"""What SQLite's errors mean: a database that is away, a disk that is full, or a mistake of ours."""

import errno
import logging
import shutil
import sqlite3
from pathlib import Path

from limn.errors import InvalidInput, LimnError, OutOfSpace, Unavailable

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_BROKEN = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOLFS,
}
_NEARLY_FULL_BYTES = 64 * 1024  # growing the shared-memory file fails as an I/O error, not as "full"
_RETRY_SECONDS = 2
_log = logging.getLogger("limn.sqlite")


def translated(error: Exception, path: Path) -> Exception:
    """`error` as Unavailable, OutOfSpace or InvalidInput; what is none (our own errors, mistakes in a statement) as it is."""
    if isinstance(error, UnicodeEncodeError):  # a lone surrogate: JSON can carry it, UTF-8 cannot
        return InvalidInput("The text holds a character that cannot be written.")
    meaning = _meaning(error, path)
    if meaning is None:
        return error
    _log.warning("the database refused", extra={"error": str(error), "kind": getattr(error, "sqlite_errorname", "")})
    meaning.__cause__ = error
    return meaning


def full(error: BaseException, path: Path) -> bool:
    """Whether the disk has no room left."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    primary = code(error)
    return primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and _nothing_free(path))


def lost(error: BaseException) -> bool:
    """Whether the connection that raised it should be opened anew."""
    return code(error) in _BROKEN


def code(error: BaseException) -> int:
    """SQLite's primary error code (the low byte of the extended one); 0 where it was not SQLite that raised."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _meaning(error: Exception, path: Path) -> LimnError | None:
    if full(error, path):
        return OutOfSpace("There is no room left for the database.")
    if code(error) in _BUSY:
        return Unavailable("The database is busy.", retry_after=_RETRY_SECONDS)
    if lost(error):
        return Unavailable(f"The database cannot be used: {error}.", retry_after=_RETRY_SECONDS)
    if isinstance(error, OSError):
        return Unavailable(f"The database cannot be used: {error.strerror}.", retry_after=_RETRY_SECONDS)
    return None


def free_bytes(path: Path) -> int:
    """What the disk under the database has left for us."""
    return shutil.disk_usage(path.parent).free


def _nothing_free(path: Path) -> bool:
    try:
        return free_bytes(path) < _NEARLY_FULL_BYTES
    except OSError:
        return False
