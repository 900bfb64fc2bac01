"""The whole database as records, and back."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from limn.errors import Conflict, InvalidInput
from limn.models import Artwork, Calibration, Wanted
from limn.stores import records as words
from limn.stores.protocol import KINDS, Record
from limn.stores.sqlite.connection import Database
from limn.stores.sqlite.rows import insert, parse

_KEY = "key:"
_Read = Callable[[sqlite3.Connection, str, int], list[Record]]
_Write = Callable[[sqlite3.Connection, Record], bool]
VECTORS = """
SELECT artwork, page, space, vector FROM vectors INDEXED BY vectors_artwork
WHERE artwork >= ? AND (artwork, page, space) > (?, ?, ?) ORDER BY artwork, page, space LIMIT ?
"""


class SqliteRecords:
    """See the port `Records`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def everything(self, kind: str, *, after: str | None, limit: int) -> Sequence[Record]:
        read = _READ[_known(kind)]
        return await self._database.read(lambda connection: read(connection, after or "", limit))

    async def load(self, records: Sequence[Record]) -> int:
        writes = [(_WRITE[_known(record.kind)], record) for record in records]

        def work(connection: sqlite3.Connection) -> int:
            return sum(not write(connection, record) for write, record in writes)

        return await self._database.write(work, point="load")

    async def counts(self) -> Mapping[str, int]:
        def work(connection: sqlite3.Connection) -> dict[str, int]:
            return {kind: connection.execute(f"SELECT count(*) FROM {kind}").fetchone()[0] for kind in KINDS}  # noqa: S608  our own words

        return await self._database.read(work)


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInput(f"There are no records of the kind {kind}.")
    return kind


def _artworks(connection: sqlite3.Connection, after: str, limit: int) -> list[Record]:
    rows = connection.execute(
        "SELECT document, id, key, wanted, run_at, fence, renewed_for FROM artworks WHERE id > ? ORDER BY id LIMIT ?",
        (after, limit),
    )
    return [
        words.artwork_record(
            words.Queued(parse(document), _given(key, artwork_id), Wanted(wanted), run_at, fence, renewed_for)
        )
        for document, artwork_id, key, wanted, run_at, fence, renewed_for in rows
    ]


def _vectors(connection: sqlite3.Connection, after: str, limit: int) -> list[Record]:
    place = words.vector_place(after) if after else ("", 0, "")
    rows = connection.execute(VECTORS, (place[0], *place, limit))
    return [words.vector_record(words.Embedded(*row)) for row in rows]


def _calibrations(connection: sqlite3.Connection, after: str, limit: int) -> list[Record]:
    asked = "SELECT document FROM calibrations WHERE space > ? ORDER BY space LIMIT ?"
    found = [Calibration.model_validate_json(document) for (document,) in connection.execute(asked, (after, limit))]
    return [words.calibration_record(calibration) for calibration in found]


def _active_space(connection: sqlite3.Connection, after: str, limit: int) -> list[Record]:
    rows = connection.execute("SELECT space FROM active_space LIMIT ?", (limit,))
    return [record for (space,) in rows if (record := words.active_space_record(space)).id > after]


def _write_artwork(connection: sqlite3.Connection, record: Record) -> bool:
    queued = words.read_artwork(record)
    key = queued.artwork.id if queued.key is None else f"{_KEY}{queued.key}"
    columns = {
        "key": key,
        "wanted": queued.wanted.value,
        "run_at": queued.run_at,
        "fence": queued.fence,
        "renewed_for": queued.renewed_for,
        "worker": None,
    }
    try:
        _replace(connection, queued.artwork, columns)
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname == "SQLITE_CONSTRAINT_UNIQUE":
            raise Conflict(f"Another work holds the picture or the key of {record.id}.") from error
        raise InvalidInput(f"The record artworks {record.id} says what cannot be: {error}.") from error
    return True


def _replace(connection: sqlite3.Connection, artwork: Artwork, columns: Mapping[str, object]) -> None:
    """Its vectors, which would go with the row that makes room, are put back."""
    vectors = connection.execute("SELECT * FROM vectors WHERE artwork=?", (artwork.id,)).fetchall()
    connection.execute("DELETE FROM artworks WHERE id=?", (artwork.id,))
    insert(connection, artwork, **columns)
    connection.executemany("INSERT INTO vectors VALUES (?, ?, ?, ?)", vectors)


def _write_vector(connection: sqlite3.Connection, record: Record) -> bool:
    embedded = words.read_vector(record)
    put = """
        INSERT INTO vectors (space, artwork, page, vector) SELECT ?, id, ?, ? FROM artworks WHERE id = ?
        ON CONFLICT (space, artwork, page) DO UPDATE SET vector = excluded.vector
    """
    return bool(connection.execute(put, (embedded.space, embedded.page, embedded.data, embedded.artwork_id)).rowcount)


def _write_calibration(connection: sqlite3.Connection, record: Record) -> bool:
    calibration = words.read_calibration(record)
    put = "INSERT OR REPLACE INTO calibrations (space, document) VALUES (?, ?)"
    connection.execute(put, (calibration.space, calibration.model_dump_json()))
    return True


def _write_active_space(connection: sqlite3.Connection, record: Record) -> bool:
    space = words.read_active_space(record)
    connection.execute("DELETE FROM active_space")
    connection.execute("INSERT INTO active_space (space) VALUES (?)", (space,))
    return True


def _given(key: str, artwork_id: str) -> str | None:
    """The caller's own, where there was one: without one the work's id stands there."""
    return None if key == artwork_id else key.removeprefix(_KEY)


_READ: dict[str, _Read] = {
    "artworks": _artworks,
    "vectors": _vectors,
    "calibrations": _calibrations,
    "active_space": _active_space,
}
_WRITE: dict[str, _Write] = {
    "artworks": _write_artwork,
    "vectors": _write_vector,
    "calibrations": _write_calibration,
    "active_space": _write_active_space,
}
