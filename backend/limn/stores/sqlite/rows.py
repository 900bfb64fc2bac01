"""An artwork as rows: its document, the columns beside it, its tags and the blobs it needs."""

import sqlite3
from typing import Any

from limn.errors import NotFound
from limn.models import Artwork, Wanted
from limn.stores.clock import milliseconds
from limn.stores.steps import Change, Row, columns, stamped

_ROW = "SELECT document, wanted, run_at, fence, renewed_for FROM artworks WHERE id=?"


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


def row(connection: sqlite3.Connection, artwork_id: str) -> Row | None:
    try:
        found = connection.execute(_ROW, (artwork_id,)).fetchone()
    except UnicodeEncodeError:
        return None
    return None if found is None else Row(parse(found[0]), Wanted(found[1]), *found[2:])


def insert(connection: sqlite3.Connection, artwork: Artwork, **queue: Any) -> None:
    """`queue` gives the columns that are not of the document: key, wanted, run_at."""
    values = _columns(artwork) | queue
    # the names are ours, never a caller's
    names, places = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO artworks (id, {names}) VALUES (?, {places})", (artwork.id, *values.values()))  # noqa: S608
    _write_tags(connection, artwork)
    _write_blobs(connection, artwork)


def save(connection: sqlite3.Connection, old: Artwork, change: Change, now: int) -> Artwork:
    """Write what differs, with the next revision; nothing where nothing does."""
    new = stamped(old, change, now)
    if new is old:
        return old
    before = _columns(old)
    # an UPDATE rewrites every index over a column it names, so it names only what differs
    changed = {name: value for name, value in _columns(new).items() if value != before[name]} | dict(change.queue)
    places = ", ".join(f"{name}=?" for name in changed)
    connection.execute(f"UPDATE artworks SET {places} WHERE id=?", (*changed.values(), new.id))  # noqa: S608
    if (new.tags, new.likes) != (old.tags, old.likes):
        connection.execute("DELETE FROM tags WHERE artwork=?", (new.id,))
        _write_tags(connection, new)
    if new.blobs != old.blobs:
        connection.execute("DELETE FROM blobs WHERE artwork=?", (new.id,))
        _write_blobs(connection, new)
    return new


def _columns(artwork: Artwork) -> dict[str, Any]:
    return columns(artwork) | {"document": artwork.model_dump_json()}


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
