"""The vectors of one embedding space in memory, compared exactly."""

import logging

import numpy as np
from numpy.typing import NDArray

from limn.stores.protocol import Vector

Rows = NDArray[np.int64]

_log = logging.getLogger(__name__)

_GATHERED = 2_000  # up to this many candidates are gathered; more are cheaper as one product over everything


class Vectors:
    """A growing matrix (n, d) of unit rows; a row is the number of an artwork, and may be empty. Room for `rows` is made at once."""

    def __init__(self, rows: int = 0) -> None:
        self._room = rows
        self._matrix = np.zeros((0, 0), dtype=np.float32)
        self._filled = np.zeros(0, dtype=np.bool_)

    def fits(self, vector: Vector) -> bool:
        """Whether it can be compared with those that are here."""
        return not len(self._filled) or vector.shape == self._matrix.shape[1:]

    def put(self, row: int, vector: Vector) -> None:
        """Replaces. `vector` (d,) is of unit length; the first one decides d."""
        if row >= len(self._filled):
            self._grow(row + 1, len(vector))
        if not self.fits(vector):
            # one odd vector must not keep the follower from everything behind it
            _log.error("a vector of shape %s does not belong to this space; it is left out", vector.shape)
            self.drop(row)
            return
        self._matrix[row] = vector
        self._filled[row] = True

    def drop(self, row: int) -> None:
        if row < len(self._filled):
            self._filled[row] = False

    def get(self, row: int) -> Vector | None:
        if row >= len(self._filled) or not self._filled[row]:
            return None
        found: Vector = self._matrix[row].copy()
        return found

    def among(self, rows: Rows) -> Rows:
        """Those of the rows that have a vector."""
        filled = self._filled
        known = rows[rows < len(filled)]
        return known[filled[known]]

    def cosines(self, query: Vector, rows: Rows) -> NDArray[np.float32]:
        """The cosine of `query` (d,) with each of `rows`, which rise and all have vectors; exact, so a filter costs no recall."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        matrix = self._matrix
        if len(rows) <= _GATHERED:
            found = matrix[rows] @ query
        else:
            found = matrix[: rows[-1] + 1] @ query
            found = found if len(found) == len(rows) else found[rows]
        return found.astype(np.float32, copy=False)

    def at(self, rows: Rows) -> NDArray[np.float32]:
        """The vectors (len(rows), d) themselves, to be read only; `rows` rise."""
        if len(rows) and len(rows) == rows[-1] + 1:
            return self._matrix[: len(rows)]  # all of them: nothing to copy
        found: NDArray[np.float32] = self._matrix[rows]
        return found

    def _grow(self, rows: int, dimensions: int) -> None:
        capacity = max(1024, rows, self._room, len(self._filled) * 3 // 2)
        # published as new arrays: who is reading keeps the old ones
        matrix = np.zeros((capacity, dimensions), dtype=np.float32)
        filled = np.zeros(capacity, dtype=np.bool_)
        held = len(self._filled)
        if held:
            matrix[:held] = self._matrix
            filled[:held] = self._filled
        self._matrix, self._filled = matrix, filled
