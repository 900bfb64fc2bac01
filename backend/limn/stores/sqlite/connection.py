"""One database file in use: a thread that writes, whole closures at a time, and a few threads that read."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import anyio

from limn.errors import Unavailable
from limn.failpoints import hit
from limn.stores.sqlite.faults import full, lost, translated

READERS = 3
_BATCH = 64  # closures per COMMIT
_CACHE_KIB = 64 * 1024
_MMAP_BYTES = 256 * 1024 * 1024
_JOURNAL_BYTES = 64 * 1024 * 1024

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


def connect(path: Path, *, busy_seconds: float, reads: bool = False) -> sqlite3.Connection:
    """A connection to a file that is there; transactions are begun by hand."""
    # mode=rw: a file that went away must be an error, not a new empty database
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        # FULL: an acknowledged upload survives a power cut; it costs one fsync per commit, not per upload
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", f"mmap_size={_MMAP_BYTES}"):
            connection.execute(f"PRAGMA {pragma}")
        # readers have the mapped file before them, so only the writer keeps a large cache
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB // 8 if reads else _CACHE_KIB}")
        connection.execute("PRAGMA query_only=ON" if reads else f"PRAGMA journal_size_limit={_JOURNAL_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection


@dataclass(frozen=True)
class _Write:
    work: Work[Any]
    done: Future[Any]
    point: str | None


class Database:
    """Made over a database that is there and of the newest schema; see `opening`.

    Whatever fails below is raised as Unavailable or OutOfSpace, and the next call tries again with a fresh connection.
    """

    def __init__(self, path: Path, *, busy_seconds: float) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._writes: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._writing: sqlite3.Connection | None = None
        self._writer = threading.Thread(target=self._serve, name="limn-sqlite-writer", daemon=True)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="limn-sqlite-reader")
        self._reading: set[sqlite3.Connection] = set()
        self._own = threading.local()
        self._writer.start()

    async def write(self, work: Work[T], *, point: str | None = None) -> T:
        """Run `work` inside a transaction of the writer and answer when it is durable. It must not begin or end one.

        What it raises undoes what it did, and nothing else. `point` names the failpoints around its COMMIT. A cancelled
        caller takes back what has not begun; what has begun is done.
        """
        done: Future[T] = Future()
        with self._door:
            if self._closed:
                raise Unavailable("The database is closed.")
            self._writes.put(_Write(work, done, point))
        return await asyncio.wrap_future(done)

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a reading thread, inside one snapshot."""
        with self._door:
            if self._closed:
                raise Unavailable("The database is closed.")
            done = self._readers.submit(self._read, work)
        return await asyncio.wrap_future(done)

    async def close(self) -> None:
        """Finish what was asked, then let go of the file. Safe to call again."""
        with self._door:
            self._closed = True
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._join)

    def _join(self) -> None:
        # readers first: the last connection to close folds the journal into the file, and readers may not write
        self._readers.shutdown(wait=True)
        with self._door:
            while self._reading:
                self._reading.pop().close()
        self._writes.put(None)
        self._writer.join()

    # the writing thread

    def _serve(self) -> None:
        while batch := self._next_batch():
            self._commit(batch)
        if self._writing is not None:
            with contextlib.suppress(sqlite3.Error):  # statistics for the planner: welcome, not needed
                self._writing.execute("PRAGMA busy_timeout=0")
                self._writing.execute("PRAGMA optimize")
            self._writing.close()

    def _next_batch(self) -> list[_Write]:
        """What is waiting, at least one; empty when closed."""
        batch: list[_Write] = []
        while len(batch) < _BATCH and (not batch or not self._writes.empty()):
            waiting = self._writes.get()
            if waiting is None:
                if batch:
                    self._writes.put(None)  # nothing comes after it: it is found again in the next round
                break
            if waiting.done.set_running_or_notify_cancel():
                batch.append(waiting)
        return batch

    def _commit(self, batch: list[_Write]) -> None:
        try:
            outcomes = self._transact(batch)
        except Exception as error:  # noqa: BLE001  whatever it was, the callers must hear it and the thread live on
            if lost(error):
                self._forget_writing()
            if len(batch) > 1 and full(error, self.path):
                for write in batch:  # one large write must not refuse the small ones beside it
                    self._commit([write])
                return
            outcomes = [(None, error)] * len(batch)
        for write, (result, error_) in zip(batch, outcomes, strict=True):
            if error_ is None:
                write.done.set_result(result)
            else:
                write.done.set_exception(translated(error_, self.path))

    def _transact(self, batch: list[_Write]) -> list[tuple[Any, Exception | None]]:
        if self._writing is None:
            self._writing = connect(self.path, busy_seconds=self._busy_seconds)
        connection = self._writing
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [_attempt(connection, write) for write in batch]
            points = [
                write.point for write, (_, error) in zip(batch, outcomes, strict=True) if write.point and not error
            ]
            for point in points:
                hit(f"{point}.before_commit")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        for point in points:
            hit(f"{point}.after_commit")
        return outcomes

    def _forget_writing(self) -> None:
        if self._writing is not None:
            with contextlib.suppress(sqlite3.Error):
                self._writing.close()
            self._writing = None

    # the reading threads

    def _read(self, work: Work[T]) -> T:
        try:
            connection = self._own_connection()
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except (sqlite3.Error, UnicodeEncodeError) as error:
            if lost(error):
                self._forget_own()
            raise translated(error, self.path) from error

    def _own_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = connect(self.path, busy_seconds=self._busy_seconds, reads=True)
            self._own.connection = connection
            with self._door:
                self._reading.add(connection)
        return connection

    def _forget_own(self) -> None:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is not None:
            self._own.connection = None
            with self._door:
                self._reading.discard(connection)
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _attempt(connection: sqlite3.Connection, write: _Write) -> tuple[Any, Exception | None]:
    """One closure behind its savepoint. Raises only when the whole transaction is spoilt."""
    connection.execute("SAVEPOINT one")
    try:
        result = write.work(connection)
    except Exception as error:
        if lost(error) or not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return None, error
    connection.execute("RELEASE one")
    return result, None
