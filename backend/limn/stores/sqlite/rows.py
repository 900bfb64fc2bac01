"""An artwork as rows: its document, the columns beside it, its tags and the blobs it needs."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from limn.errors import NotFound
from limn.models import Analysis, Artwork, Viewer

Clock = Callable[[], int]  # milliseconds since the epoch


def at(milliseconds: int) -> datetime:
    """Exact, unlike a float of seconds."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    return int(moment.replace(microsecond=0).timestamp()) * 1000 + moment.microsecond // 1000


def parse(document: str) -> Artwork:
    return Artwork.model_validate_json(document)


def find(connection: sqlite3.Connection, artwork_id: str) -> Artwork | None:
    try:
        row = connection.execute("SELECT document FROM artworks WHERE id=?", (artwork_id,)).fetchone()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can carry: no id has one
        return None
    return parse(row[0]) if row else None


def get(connection: sqlite3.Connection, artwork_id: str) -> Artwork:
    """Raises NotFound."""
    if (artwork := find(connection, artwork_id)) is None:
        raise NotFound("There is no such artwork.")
    return artwork


def get_own(connection: sqlite3.Connection, artwork_id: str, viewer: Viewer) -> Artwork:
    """Raises NotFound, also where it is somebody else's."""
    artwork = get(connection, artwork_id)
    if artwork.owner != viewer.account_id:
        raise NotFound("There is no such artwork.")
    return artwork


def insert(connection: sqlite3.Connection, artwork: Artwork, **queue: Any) -> None:
    """`queue` gives the columns that are not of the document: key, wanted, run_at."""
    values = _columns(artwork) | queue
    # the names are ours, never a caller's
    names, places = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO artworks (id, {names}) VALUES (?, {places})", (artwork.id, *values.values()))  # noqa: S608
    _write_tags(connection, artwork)
    _write_blobs(connection, artwork)


def save(connection: sqlite3.Connection, old: Artwork, new: Artwork, now: int, **queue: Any) -> Artwork:
    """Write what differs, with the next revision; nothing where nothing does. `updated` never goes back, whatever the clock does."""
    if new == old and not queue:
        return old
    new = new.model_copy(update={"revision": old.revision + 1, "updated": max(old.updated, at(now))})
    before = _columns(old)
    # an UPDATE rewrites every index over a column it names, so it names only what differs
    changed = {name: value for name, value in _columns(new).items() if value != before[name]} | queue
    places = ", ".join(f"{name}=?" for name in changed)
    connection.execute(f"UPDATE artworks SET {places} WHERE id=?", (*changed.values(), new.id))  # noqa: S608
    if (new.tags, new.likes) != (old.tags, old.likes):
        connection.execute("DELETE FROM tags WHERE artwork=?", (new.id,))
        _write_tags(connection, new)
    if new.blobs != old.blobs:
        connection.execute("DELETE FROM blobs WHERE artwork=?", (new.id,))
        _write_blobs(connection, new)
    return new


def save_analysis(connection: sqlite3.Connection, old: Artwork, analysis: Analysis, now: int, **queue: Any) -> Artwork:
    return save(connection, old, old.model_copy(update={"analysis": analysis}), now, **queue)


def _columns(artwork: Artwork) -> dict[str, Any]:
    return {
        "owner": artwork.owner,
        "artist": artwork.artist.handle,
        "category": artwork.category,
        "visibility": artwork.visibility.value,
        "likes": artwork.likes,
        "created": milliseconds(artwork.created),
        "updated": milliseconds(artwork.updated),
        "cover": artwork.cover.sha256,
        "state": artwork.analysis.state.value,
        "eyes": artwork.analysis.eyes,
        "look_at": None if artwork.analysis.look_at is None else milliseconds(artwork.analysis.look_at),
        "document": artwork.model_dump_json(),
    }


def _write_tags(connection: sqlite3.Connection, artwork: Artwork) -> None:
    created = milliseconds(artwork.created)
    connection.executemany(
        "INSERT OR IGNORE INTO tags (artwork, name, created, likes) VALUES (?, ?, ?, ?)",
        [(artwork.id, tag.name, created, artwork.likes) for tag in artwork.tags],
    )


def _write_blobs(connection: sqlite3.Connection, artwork: Artwork) -> None:
    connection.executemany(
        "INSERT INTO blobs (sha256, artwork) VALUES (?, ?)", [(key, artwork.id) for key in artwork.blobs]
    )
