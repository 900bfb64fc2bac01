"""Equals stand in the order of their ids, whatever else is sorted by."""

import random

import numpy as np
import pytest

from limn.index.entries import Entries, Entry
from limn.search.ordering import in_order


@pytest.mark.parametrize("newest", [False, True])
def test_places_are_those_of_a_plain_sort_by_the_keys_and_then_the_id(newest: bool) -> None:
    draw = random.Random(6)
    entries = Entries()
    for number in draw.sample(range(1000, 2000), 300):
        entries.put(Entry(f"{number}", 1, "local", True, "comics", "ada", (), 0))
    for kinds in (1, 3, 40, 10_000):
        for count in (0, 1, 2, 250):
            rows = np.array(draw.sample(range(300), count), dtype=np.int64)
            first = np.array([draw.randrange(2) for _ in rows], dtype=np.int8)
            second = np.array([draw.randrange(kinds) / 7 for _ in rows], dtype=np.float64)
            ids = entries.ids_of(rows)
            plain = sorted(range(count), key=ids.__getitem__, reverse=newest)
            plain.sort(key=lambda at: (first[at], second[at]))
            assert in_order(entries, rows, first, second, newest=newest).tolist() == plain
