"""What the index keeps of each artwork beside its words and vector: enough to filter, count and complete tags."""

import bisect
import threading
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from limn.models import Artwork, Viewer, Visibility
from limn.text import fold, tag_name

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Where:
    """The filters of a search, a conjunction. `artist` is a handle, `tags` are normalised names."""

    category: str | None = None
    artist: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """`created` is milliseconds since the epoch; `public` also stands for "not unlisted"."""

    id: str
    revision: int
    owner: str
    public: bool
    category: str
    artist: str
    tags: tuple[str, ...]
    created: int

    @classmethod
    def of(cls, artwork: Artwork) -> "Entry":
        return cls(
            id=artwork.id,
            revision=artwork.revision,
            owner=artwork.owner,
            public=artwork.visibility is Visibility.PUBLIC,
            category=artwork.category,
            artist=artwork.artist.handle,
            tags=tuple(dict.fromkeys(tag.name for tag in artwork.tags)),
            created=int(artwork.created.timestamp() * 1000),
        )


class Entries:
    """Artworks by row, a number that is given once and never again; columns for what searches filter by.

    Safe to read from any thread while one writes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry | None] = []
        self._ids: list[str] = []  # by row, for those who ask for a thousand at once
        self._row_of: dict[str, int] = {}
        self._tags = _Tags()
        # values of the text columns are kept as small numbers
        self._codes: dict[str, int] = {}
        self._columns = {
            name: np.zeros(0, dtype=np.int64) for name in ("alive", "public", "owner", "category", "artist", "created")
        }

    def __len__(self) -> int:
        """How many artworks there are."""
        return len(self._row_of)

    def row_of(self, artwork_id: str) -> int | None:
        return self._row_of.get(artwork_id)

    def get(self, artwork_id: str) -> Entry | None:
        row = self._row_of.get(artwork_id)
        return None if row is None else self._entries[row]

    def ids(self) -> Iterable[str]:
        return self._row_of.keys()

    def put(self, entry: Entry) -> int:
        """Replaces; answers the row."""
        with self._lock:
            return self._put(entry)

    def drop(self, artwork_id: str) -> int | None:
        """The row it had."""
        with self._lock:
            row = self._row_of.pop(artwork_id, None)
            if row is None:
                return None
            entry = self._entries[row]
            assert entry is not None
            self._tags.drop(row, entry)
            self._entries[row], self._ids[row] = None, ""
            self._columns["alive"][row] = 0
            return row

    def allowed(self, viewer: Viewer, where: Where) -> Mask:
        """By row: listed for the viewer and inside the filters."""
        with self._lock:
            return self._allowed(viewer, where)

    def ids_of(self, rows: Rows) -> list[str]:
        """Empty for a row that is gone."""
        ids = self._ids
        return [ids[row] for row in rows.tolist()]

    def created(self, rows: Rows) -> Rows:
        return self._columns["created"][rows]

    def categories(self, rows: Rows) -> dict[str, int]:
        """How many of the rows are of each category, most first."""
        values, counts = np.unique(self._columns["category"][rows], return_counts=True)
        with self._lock:
            names = {code: name for name, code in self._codes.items()}
        pairs = zip((names[value] for value in values.tolist()), counts.tolist(), strict=True)
        return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    def tags(self, prefix: str, viewer: Viewer, limit: int) -> list[tuple[str, int]]:
        """Tags that begin so, with how many of the viewer's works have them, most first; none that would find nothing."""
        with self._lock:
            return self._tags.complete(fold(tag_name(prefix)), viewer, limit)

    def _put(self, entry: Entry) -> int:
        row = self._row_of.get(entry.id)
        if row is None:
            row = len(self._entries)
            self._row_of[entry.id] = row
            self._entries.append(None)
            self._ids.append("")
            self._grow(row + 1)
        old = self._entries[row]
        if old is not None:
            self._tags.drop(row, old)
        self._tags.put(row, entry)
        self._entries[row], self._ids[row] = entry, entry.id
        values = {"alive": 1, "public": int(entry.public), "created": entry.created}
        values |= {name: self._code(getattr(entry, name)) for name in ("owner", "category", "artist")}
        for name, value in values.items():
            self._columns[name][row] = value
        return row

    def _allowed(self, viewer: Viewer, where: Where) -> Mask:
        columns, count = self._columns, len(self._entries)
        mask: Mask = columns["public"][:count] == 1
        if viewer.account_id is not None:
            mask |= columns["owner"][:count] == self._known(viewer.account_id)
        mask &= columns["alive"][:count] == 1
        for name, value in (("category", where.category), ("artist", where.artist)):
            if value is not None:
                mask &= columns[name][:count] == self._known(value)
        for tag in where.tags:
            tagged = np.zeros(count, dtype=np.bool_)
            tagged[self._tags.rows(tag)] = True
            mask &= tagged
        return mask

    def _code(self, value: str) -> int:
        return self._codes.setdefault(value, len(self._codes))

    def _known(self, value: str) -> int:
        return self._codes.get(value, -1)

    def _grow(self, rows: int) -> None:
        held = len(self._columns["alive"])
        if rows > held:
            more = max(1024, held // 2)
            self._columns = {
                name: np.concatenate([c, np.zeros(more, dtype=np.int64)]) for name, c in self._columns.items()
            }


class _Tags:
    """Which rows have a tag, and how many of them are public or whose."""

    def __init__(self) -> None:
        self._rows: dict[str, set[int]] = {}
        self._counts: dict[tuple[str, str | None], int] = {}
        self._sorted: list[tuple[str, str]] = []  # folded and as it is

    def rows(self, tag: str) -> Rows:
        return np.fromiter(self._rows.get(tag, ()), dtype=np.int64)

    def put(self, row: int, entry: Entry) -> None:
        for tag in entry.tags:
            if tag not in self._rows:
                self._rows[tag] = set()
                bisect.insort(self._sorted, (fold(tag), tag))
            self._rows[tag].add(row)
            self._count(tag, entry, 1)

    def drop(self, row: int, entry: Entry) -> None:
        for tag in entry.tags:
            self._count(tag, entry, -1)
            self._rows[tag].discard(row)
            if not self._rows[tag]:
                del self._rows[tag]
                del self._sorted[bisect.bisect_left(self._sorted, (fold(tag), tag))]

    def complete(self, prefix: str, viewer: Viewer, limit: int) -> list[tuple[str, int]]:
        found = []
        for at in range(bisect.bisect_left(self._sorted, (prefix, "")), len(self._sorted)):
            folded, tag = self._sorted[at]
            if not folded.startswith(prefix):
                break
            count = self._counts.get((tag, None), 0)
            if viewer.account_id is not None:
                count += self._counts.get((tag, viewer.account_id), 0)
            if count:
                found.append((tag, count))
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def _count(self, tag: str, entry: Entry, by: int) -> None:
        # what is not public is counted for its owner alone
        key = (tag, None if entry.public else entry.owner)
        self._counts[key] = self._counts.get(key, 0) + by
        if not self._counts[key]:
            del self._counts[key]
