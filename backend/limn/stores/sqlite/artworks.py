"""The works in SQLite."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from limn.errors import Conflict, DuplicateArtwork, IdempotencyConflict, NotFound
from limn.failpoints import hit
from limn.models import Artwork, ArtworkChanges, Sort, Viewer, Wanted
from limn.stores import steps
from limn.stores.clock import Clock, milliseconds
from limn.stores.protocol import Added, Changes, Filter, Slice
from limn.stores.sqlite import following, pages
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.rows import get, insert, parse, row, save


class SqliteArtworks:
    """See the port `Artworks`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, artwork: Artwork, *, key: str | None = None) -> Added:
        def work(connection: sqlite3.Connection) -> Added:
            hit("add.before_insert")
            return _add(connection, artwork, key, self._clock())

        return await self._database.write(work, point="add")

    async def get(self, artwork_id: str, viewer: Viewer) -> Artwork:
        artwork = await self._database.read(lambda connection: get(connection, artwork_id))
        if not artwork.visible_to(viewer):
            raise NotFound("There is no such artwork.")
        return artwork

    async def many(self, ids: Sequence[str], viewer: Viewer) -> list[Artwork]:
        def work(connection: sqlite3.Connection) -> dict[str, Artwork]:
            rows = connection.execute(
                "SELECT document FROM artworks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
            )
            return {artwork.id: artwork for (document,) in rows if (artwork := parse(document)).visible_to(viewer)}

        found = await self._database.read(work)
        return [found[artwork_id] for artwork_id in ids if artwork_id in found]

    async def list(self, viewer: Viewer, where: Filter, *, sort: Sort, cursor: str | None, limit: int) -> Slice:
        return await self._database.read(
            lambda connection: pages.page(connection, viewer, where, sort=sort, cursor=cursor, limit=limit)
        )

    async def counts(self, viewer: Viewer) -> Mapping[str, int]:
        return await self._database.read(lambda connection: pages.counts(connection, viewer))

    async def edit(
        self, artwork_id: str, viewer: Viewer, changes: ArtworkChanges, *, revision: int | None = None
    ) -> Artwork:
        def work(connection: sqlite3.Connection) -> Artwork:
            now = self._clock()
            own = steps.owned(row(connection, artwork_id), viewer)
            return save(connection, own.artwork, steps.edit(own, changes, now, revision=revision), now)

        return await self._database.write(work)

    async def delete(self, artwork_id: str, viewer: Viewer) -> None:
        def work(connection: sqlite3.Connection) -> None:
            artwork = steps.owned(row(connection, artwork_id), viewer).artwork
            deleted = max(self._clock(), milliseconds(artwork.updated))
            connection.execute("DELETE FROM artworks WHERE id=?", (artwork_id,))  # the rest goes by foreign keys
            connection.execute("INSERT OR REPLACE INTO tombstones (id, updated) VALUES (?, ?)", (artwork_id, deleted))

        await self._database.write(work)

    async def changed_since(self, cursor: str | None, *, limit: int) -> Changes:
        return await self._database.read(
            lambda connection: following.changed_since(connection, cursor, self._clock(), limit=limit)
        )

    async def referenced(self, keys: Iterable[str]) -> set[str]:
        asked = json.dumps(list(keys))

        def work(connection: sqlite3.Connection) -> set[str]:
            rows = connection.execute(
                "SELECT DISTINCT sha256 FROM blobs WHERE sha256 IN (SELECT value FROM json_each(?))", (asked,)
            )
            return {sha256 for (sha256,) in rows}

        return await self._database.read(work)

    async def forget_tombstones(self, *, older_than_seconds: float) -> int:
        return await self._database.write(
            lambda connection: following.forget_tombstones(connection, self._clock() - int(older_than_seconds * 1000))
        )


def _add(connection: sqlite3.Connection, artwork: Artwork, key: str | None, now: int) -> Added:
    """The key is asked first: a repeated request is no duplicate."""
    kept = artwork.id if key is None else f"key:{key}"  # so that a key that looks like another work's id means nothing
    if key is not None and (earlier := _made_by(connection, artwork.owner, kept, now)):
        if earlier.cover.sha256 != artwork.cover.sha256:
            raise IdempotencyConflict("This Idempotency-Key was used for another file.")
        return Added(earlier, fresh=False)
    same = "SELECT id FROM artworks WHERE owner=? AND cover=?"
    if duplicate := connection.execute(same, (artwork.owner, artwork.cover.sha256)).fetchone():
        raise DuplicateArtwork(duplicate[0])
    if connection.execute("SELECT 1 FROM artworks WHERE id=?", (artwork.id,)).fetchone():
        raise Conflict("There is an artwork with this id already.")
    added = steps.new(artwork, now)
    insert(connection, added, key=kept, wanted=Wanted.ALL.value, run_at=now)
    return Added(added, fresh=True)


def _made_by(connection: sqlite3.Connection, owner: str, key: str, now: int) -> Artwork | None:
    """The artwork the key made within the last day; an older key is released."""
    connection.execute(
        "UPDATE artworks SET key=id WHERE owner=? AND key=? AND created<=?", (owner, key, now - steps.KEY_LIFE)
    )
    row = connection.execute("SELECT document FROM artworks WHERE owner=? AND key=?", (owner, key)).fetchone()
    return parse(row[0]) if row else None
