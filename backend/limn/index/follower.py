"""Keeps what this process knows of the store up to date, for ever, whatever happens to the store."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.to_thread import run_sync

from limn.errors import Unavailable
from limn.index.answers import Answers
from limn.index.entries import Entry
from limn.index.holdings import Holdings
from limn.index.words import IndexBroken
from limn.models import Artwork
from limn.stores.nearest import Searchable
from limn.stores.protocol import Changes, Store, Vector

_log = logging.getLogger(__name__)

PAGE = 500  # changes read at once
_POLL_SECONDS = 1.0  # how late a write of another process may be seen
_COMMIT_SECONDS = 0.25  # between two commits of the word index, which cost some 10 ms each
# between two rounds of a burst: each reads again what was written a moment ago, so with one for each upload each waited 2 ms
_GATHER_SECONDS = 0.05
_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS = 0.1, 2.0

OnChange = Callable[[Sequence[str]], None]


@dataclass(frozen=True)
class Progress:
    """Of the first build, or of a rebuild."""

    indexed: int
    done: bool


class Index:
    """The holdings of one store, and the follower that fills them: the measured space, the one the store says is active, and that of
    `sentences`, where words are read.

    When another becomes active, its vectors are read beside the answers in the old one, which stay until all are there.
    `generation` counts every change that a search can see; it is the same number only as long as answers are.
    """

    def __init__(self, store: Store, space: str, sentences: str | None = None, *, language: str = "en") -> None:
        # begins anywhere, so that a cursor of another process is not taken for one of ours
        self.generation = secrets.randbits(40)
        self.answers: Answers[Any] = Answers()
        self._store, self._space, self._sentences, self._language = store, space, sentences, language
        self._shown: Holdings | None = None
        self._filled = Holdings(sentences, language)  # the same as `_shown`, but while another is built beside it
        self._cursor: str | None = None
        self._missing: list[str] = []  # whose vectors in the space that is coming were not read yet
        self._announced: dict[str, int] = {}
        self._callbacks: list[OnChange] = []
        self._woken = anyio.Event()
        self._committed_at = 0.0
        self._read_at = 0.0
        self._pending = False

    @property
    def ready(self) -> bool:
        return self._shown is not None

    @property
    def progress(self) -> Progress:
        return Progress(indexed=len(self._filled.entries), done=self._shown is self._filled)

    @property
    def space(self) -> str:
        """The measured one."""
        return self._space

    def holdings(self) -> Holdings:
        """What searches ask. Raises Unavailable until all of the store has been read once."""
        if self._shown is None:
            indexed = self.progress.indexed
            detail = f"The search index is being built; {indexed} works are in it. Try again in a moment."
            raise Unavailable(detail, code="index_not_ready", retry_after=1)
        return self._shown

    def on_change(self, callback: OnChange) -> None:
        """Call with the ids of each new revision and each deletion, once, on the event loop, before the words are committed.

        During the first build every artwork is new to this process.
        """
        self._callbacks.append(callback)

    def wake(self) -> None:
        """Something was written: look now. From the event loop."""
        self._woken.set()

    async def follow(self) -> None:
        """For ever; belongs into a task group. Only cancelling ends it."""
        delay = _FIRST_DELAY_SECONDS
        while True:
            try:
                await self._catch_up()
                await self._fill()
            except Exception as error:  # noqa: BLE001
                # the store is away, or the index broke: the server that runs us must outlive both
                self._recover(error)
                await anyio.sleep(delay)
                delay = min(delay * 2, _LONGEST_DELAY_SECONDS)
            else:
                delay = _FIRST_DELAY_SECONDS
                await self._pause()

    async def _catch_up(self) -> None:
        """Read to the end of the changes, then show what was read."""
        self._woken = anyio.Event()  # before reading: what wakes us meanwhile is read in the next round
        self._read_at = time.monotonic()
        self._turn_to(await self._store.eyes.active_space())
        while True:
            changes = await self._store.artworks.changed_since(self._cursor, limit=PAGE)
            await self._take(changes)
            self._cursor = changes.cursor
            if not changes.more:
                break
        await self._commit()

    async def _take(self, changes: Changes) -> None:
        written = {item.id: item for item in changes.items if isinstance(item, Artwork)}
        gone = {item.id for item in changes.items if not isinstance(item, Artwork)} - written.keys()
        self._announce(written, gone)
        entries = self._filled.entries
        fresh = [a for a in written.values() if (known := entries.get(a.id)) is None or known.revision != a.revision]
        dropped = [artwork_id for artwork_id in gone if entries.row_of(artwork_id) is not None]
        if not fresh and not dropped:
            return
        ids = [artwork.id for artwork in fresh]
        vectors = await self._store.vectors.many(ids, self._space)
        meanings = {space: await self._store.vectors.many(ids, space) for space in self._filled.spaces}
        await self._share([Entry.of(artwork) for artwork in fresh], meanings, dropped)
        await run_sync(_write, self._filled, fresh, vectors, meanings, dropped)
        self._pending = True
        if self._shown is self._filled:
            self.generation += 1

    async def _share(self, entries: list[Entry], meanings: dict[str, dict[str, Vector]], gone: list[str]) -> None:
        """Tell the store's own vector search before it is read as done here: a round that fails is repeated."""
        nearest = self._store.nearest
        if nearest is None:
            return
        for space, vectors in meanings.items():
            if space == self._sentences:
                continue  # words are compared here
            await nearest.keep(space, [_searchable(one, vectors[one.id]) for one in entries if one.id in vectors])
        if gone:
            await nearest.drop(gone)

    def _announce(self, written: dict[str, Artwork], gone: set[str]) -> None:
        # by a memory of its own: a round that fails is repeated, and the store's answers overlap
        news = [a.id for a in written.values() if self._announced.get(a.id) != a.revision]
        news += [artwork_id for artwork_id in gone if artwork_id in self._announced]
        self._announced |= {artwork_id: written[artwork_id].revision for artwork_id in news if artwork_id in written}
        for artwork_id in gone:
            self._announced.pop(artwork_id, None)
        self._tell(news)

    def _tell(self, ids: Sequence[str]) -> None:
        if ids:
            for callback in self._callbacks:
                callback(ids)

    def _turn_to(self, active: str | None) -> None:
        """Begin the space that is active, where it is another than searches use and than is coming already."""
        held = self._filled
        if active == held.meaning_space:
            held.prepare(None)  # somebody changed their mind
        elif held.coming is None or held.coming.space != active:
            held.prepare(active)
            self._missing = list(held.entries.ids())
            if active is None or not self._missing:
                self._show_space()

    async def _fill(self) -> None:
        """Read a page of the space that is coming, so that changes never wait for all of it; show it when it is whole."""
        coming = self._filled.coming
        if coming is None:
            return
        vectors = await self._store.vectors.many(self._missing[-PAGE:], coming.space)
        entries = [entry for one in vectors if (entry := self._filled.entries.get(one)) is not None]
        await self._share(entries, {coming.space: vectors}, [])
        await run_sync(self._filled.fill, vectors)
        del self._missing[-PAGE:]  # only now: a page that failed is read again
        if not self._missing:
            self._show_space()

    def _show_space(self) -> None:
        self._filled.turn()
        if self._shown is self._filled:
            self.generation += 1
            _log.info("searches by meaning use %s", self._filled.meaning_space or "no model")

    async def _commit(self) -> None:
        built = self._shown is not self._filled
        if not built and (not self._pending or self._commit_due() > 0):
            return
        await run_sync(_commit, self._filled)
        self._committed_at, self._pending = time.monotonic(), False
        self.generation += 1
        if built:
            self._shown = self._filled
            missed = self._announced.keys() - set(self._filled.entries.ids())
            self._announce({}, missed)
            _log.info("the search index is built", extra={"indexed": self.progress.indexed})

    def _commit_due(self) -> float:
        """Seconds until the next commit is allowed; bursts of writes share one."""
        return self._committed_at + _COMMIT_SECONDS - time.monotonic()

    async def _pause(self) -> None:
        if self._filled.coming is not None:
            return  # there is more to read
        seconds = max(0.0, self._commit_due()) if self._pending else _POLL_SECONDS
        with anyio.move_on_after(seconds):
            await self._woken.wait()
            # the first write of a burst is told of at once, the rest of it together
            await anyio.sleep(max(0.0, self._read_at + _GATHER_SECONDS - time.monotonic()))

    def _recover(self, error: Exception) -> None:
        rebuild = isinstance(error, IndexBroken) or (isinstance(error, Unavailable) and error.code == "cursor_too_old")
        expected = isinstance(error, Unavailable)
        _log.warning("the search index cannot follow the store: %s", error, exc_info=None if expected else error)
        if rebuild:
            # beside the old answers; the cursor is kept in every other case, so that nothing is read twice
            self._filled = Holdings(self._sentences, self._language)
            self._cursor, self._pending = None, False


def _write(
    into: Holdings,
    fresh: list[Artwork],
    vectors: dict[str, Vector],
    meanings: dict[str, dict[str, Vector]],
    gone: list[str],
) -> None:
    with _or_broken():
        into.put(fresh, vectors, meanings)
        into.drop(gone)


def _searchable(entry: Entry, vector: Vector) -> Searchable:
    return Searchable(entry.id, entry.revision, entry.public, entry.owner, entry.category, vector)


def _commit(into: Holdings) -> None:
    with _or_broken():
        into.commit()


@contextmanager
def _or_broken() -> Iterator[None]:
    """Whatever fails while writing leaves half an artwork behind, and its revision would hide that."""
    try:
        yield
    except Exception as error:
        raise IndexBroken(f"the index could not be written: {error}") from error
