"""The one order of equals, so that every process, whatever it read first, answers alike."""

import numpy as np
from numpy.typing import NDArray

from limn.index.entries import Entries
from limn.search.ranking import Rows


def in_order(entries: Entries, rows: Rows, *keys: NDArray[np.generic], newest: bool = False) -> NDArray[np.int64]:
    """The places of `rows` in order of the keys (n,), which rise, the first before the second; equals by id, the oldest first, or the
    newest. Only of equals the ids are looked at: most scores have none, and a thousand texts are slow to sort."""
    places = np.lexsort(keys[::-1])
    same = np.ones(max(0, len(rows) - 1), dtype=np.bool_)
    for key in keys:
        same &= key[places[1:]] == key[places[:-1]]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        ids = entries.ids_of(rows[places[tied]])
        runs = np.cumsum(np.append(True, ~same))[tied]
        by_id = np.array(sorted(range(len(tied)), key=ids.__getitem__, reverse=newest), dtype=np.int64)
        places[tied] = places[tied[by_id[np.argsort(runs[by_id], kind="stable")]]]
    return places
