"""Lists by keyset: each statement reads one index in its order and stops after a page."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from limn.errors import InvalidInput
from limn.models import Sort, Viewer
from limn.stores import cursors
from limn.stores.protocol import Filter, Slice
from limn.stores.sqlite.rows import parse

_PLACE = {Sort.NEWEST: "created", Sort.LIKED: "likes"}

# The indexes are named, here and below: of two that begin alike the planner takes either, and the wrong one costs a hundred times as much.
COUNT_PUBLIC = """
SELECT category, count(*) FROM artworks INDEXED BY public_newest_category WHERE visibility = 'public' GROUP BY category
"""
COUNT_HIDDEN = """
SELECT category, count(*) FROM artworks INDEXED BY hidden_newest
WHERE visibility <> 'public' AND owner = ? GROUP BY category
"""


@dataclass(frozen=True)
class Statement:
    sql: str
    values: tuple[Any, ...]


def page(
    connection: sqlite3.Connection, viewer: Viewer, where: Filter, *, sort: Sort, cursor: str | None, limit: int
) -> Slice:
    """See the port's `list`."""
    halves = statements(viewer, where, sort=sort, cursor=cursor, limit=limit + 1)
    rows = [row for half in halves for row in connection.execute(half.sql, half.values)]
    rows.sort(key=lambda row: (row[0], row[1]), reverse=True)
    shown = rows[:limit]
    following = cursors.encode(sort.value, shown[-1][0], shown[-1][1]) if shown and len(rows) > limit else None
    return Slice(tuple(parse(document) for _, _, document in shown), following)


def statements(viewer: Viewer, where: Filter, *, sort: Sort, cursor: str | None, limit: int) -> list[Statement]:
    """Of (place, id, document): what is public and, apart, what is the viewer's own and hidden. One OR over both would cost
    the order of the index. A tag is a walk of the tag's own index, which holds both. Raises InvalidInput."""
    after = _position(cursor, sort)
    if where.tag is not None:
        return [_tagged(viewer, where, sort, after, limit)]
    by = "_category" if where.category is not None else "_artist" if where.artist is not None else ""
    halves = [_half(f"public_{sort.value}{by}", "visibility = 'public'", (), where, sort, after, limit)]
    if viewer.account_id is not None:
        own = "visibility <> 'public' AND owner = ?"
        halves.append(_half(f"hidden_{sort.value}", own, (viewer.account_id,), where, sort, after, limit))
    return halves


def counts(connection: sqlite3.Connection, viewer: Viewer) -> dict[str, int]:
    """See the port's `counts`: an index is counted, no row is read."""
    found = dict(connection.execute(COUNT_PUBLIC).fetchall())
    if viewer.account_id is not None:
        for category, count in connection.execute(COUNT_HIDDEN, (viewer.account_id,)):
            found[category] = found.get(category, 0) + count
    return found


def _half(
    index: str,
    visible: str,
    values: tuple[Any, ...],
    where: Filter,
    sort: Sort,
    after: tuple[int, str] | None,
    limit: int,
) -> Statement:
    place = _PLACE[sort]
    conditions, more = _filtered(where, "")
    if after is not None:
        conditions.append(f"({place}, id) < (?, ?)")
    sql = (
        f"SELECT {place}, id, document FROM artworks INDEXED BY {index} "  # noqa: S608  our own words
        f"WHERE {' AND '.join([visible, *conditions])} ORDER BY {place} DESC, id DESC LIMIT ?"
    )
    return Statement(sql, (*values, *more, *(after or ()), limit))


def _tagged(viewer: Viewer, where: Filter, sort: Sort, after: tuple[int, str] | None, limit: int) -> Statement:
    place = _PLACE[sort]
    conditions, more = _filtered(where, "artworks.")
    if after is not None:
        conditions.append(f"(tags.{place}, tags.artwork) < (?, ?)")
    conditions = ["tags.name = ?", "(artworks.visibility = 'public' OR artworks.owner = ?)", *conditions]
    sql = (
        # CROSS JOIN holds the order of the loops: the tag's index outside, one work for each entry inside
        f"SELECT tags.{place}, tags.artwork, document FROM tags CROSS JOIN artworks ON artworks.id = tags.artwork "  # noqa: S608  our own words
        f"WHERE {' AND '.join(conditions)} ORDER BY tags.{place} DESC, tags.artwork DESC LIMIT ?"
    )
    return Statement(sql, (where.tag, viewer.account_id, *more, *(after or ()), limit))


def _filtered(where: Filter, table: str) -> tuple[list[str], list[Any]]:
    given = {"category": where.category, "artist": where.artist}
    asked = {name: value for name, value in given.items() if value is not None}
    return [f"{table}{name} = ?" for name in asked], list(asked.values())


def _position(cursor: str | None, sort: Sort) -> tuple[int, str] | None:
    if cursor is None:
        return None
    of, place, artwork_id = cursors.decode(cursor, str, int, str)
    if of != sort.value:
        raise InvalidInput("The cursor belongs to another order.", code="invalid_cursor")
    return int(place), str(artwork_id)
