"""Live news of artworks: who listens to which, and the stream each listener reads."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio
from fastapi.sse import ServerSentEvent

from limn.errors import TooMany
from limn.models import Artwork, Viewer
from limn.stores.protocol import Store
from limn.views import present

MAX_IDS = 100
MAX_STREAMS = 1000
# browsers open six connections per origin over HTTP/1.1: more streams than that would leave none for pictures
MAX_STREAMS_EACH = 6


@dataclass(eq=False)
class Listener:
    """One open stream: the ids it asked for, and those with news it has not read."""

    ids: tuple[str, ...]
    account: str
    news: set[str] = field(default_factory=set)
    bell: anyio.Event = field(default_factory=anyio.Event)


class Hub:
    """Every open stream of this process. Call from the event loop only."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self.stopped = False

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._listeners)

    @contextmanager
    def listen(self, ids: Sequence[str], viewer: Viewer) -> Iterator[Listener]:
        """Raises TooMany past the caps."""
        account = viewer.account_id or ""
        mine = sum(listener.account == account for listener in self._listeners)
        if len(self._listeners) >= MAX_STREAMS or mine >= MAX_STREAMS_EACH:
            raise TooMany("Too many event streams are open.", code="too_many_streams", retry_after=5)
        listener = Listener(tuple(dict.fromkeys(ids)), account)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def notify(self, ids: Iterable[str]) -> None:
        """These artworks have changed."""
        changed = set(ids)
        for listener in self._listeners:
            news = changed.intersection(listener.ids)
            if news:
                listener.news |= news
                listener.bell.set()

    def stop(self) -> None:
        """Every stream says `bye` and ends."""
        self.stopped = True
        for listener in self._listeners:
            listener.bell.set()


async def stream(
    hub: Hub, listener: Listener, store: Store, viewer: Viewer, last_event_id: str | None
) -> AsyncIterator[ServerSentEvent]:
    """What the listener asked for, as it is now and then whenever it changes, until the stop.

    An event's id is the artwork's `updated` in milliseconds; after a reconnection only what is as new as the last one
    seen is sent again. Each event tells the whole state, so a missed one is never missed for long.
    """
    since = int(last_event_id) if last_event_id is not None and last_event_id.isdecimal() else -1
    listener.news.update(listener.ids)
    first = True
    while not hub.stopped:
        news = [artwork_id for artwork_id in listener.ids if artwork_id in listener.news]
        listener.news.clear()
        listener.bell = anyio.Event()
        found = await store.artworks.many(news, viewer) if news else []
        for artwork in found:
            if not first or _milliseconds(artwork) >= since:
                yield ServerSentEvent(
                    event="artwork",
                    id=str(_milliseconds(artwork)),
                    raw_data=present(artwork, viewer, alone=True).model_dump_json(),
                )
        first = False
        if not hub.stopped and not listener.news:
            await listener.bell.wait()
    yield ServerSentEvent(event="bye", raw_data="{}")


def _milliseconds(artwork: Artwork) -> int:
    return int(artwork.updated.timestamp() * 1000)
