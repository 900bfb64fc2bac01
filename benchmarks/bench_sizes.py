"""How much machine a gallery of a size takes: a server over 1,000, 10,000 and 100,000 works in SQLite, looked at with basic eyes.

`python benchmarks/bench_sizes.py [WORKS ...]`. The works have words and vectors and no files: pictures are on the disk, not in memory.
Told are the database with its indexes, the time until search answers, what the server holds then and after it was asked, and the
medians of the newest page and of a search, over HTTP. Nothing is held to a limit."""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.parse import quote

import numpy as np

from gallery import Gallery, serve
from hanging import fill
from measure import machine
from soak import megabytes

SIZES = (1_000, 10_000, 100_000)
_ASKED = 25


def main() -> int:
    """Exit status: 0."""
    print(machine(), flush=True)
    for works in [int(word) for word in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory(prefix="limn-bench-") as name:
            titles = fill(Path(name) / "data", works)
            chosen = np.random.default_rng(8).choice(len(titles), _ASKED, replace=False)
            words = [titles[place] for place in chosen]
            with serve(Path(name), LIMN_WORKERS="0") as gallery:
                _tell(gallery, Path(name) / "data", works, words)
    return 0


def _tell(gallery: Gallery, data_dir: Path, works: int, words: list[str]) -> None:
    start = time.perf_counter()
    while json.loads(gallery.get("/readyz"))["parts"]["index"] != "ok":
        time.sleep(0.02)
    ready, before = time.perf_counter() - start, megabytes(gallery.pid)
    page = _median(lambda _: gallery.get("/api/v1/artworks?limit=40"))
    search = _median(lambda turn: gallery.get(f"/api/v1/search?q={quote(words[turn])}"))
    database = sum(path.stat().st_size for path in data_dir.glob("limn.db*")) / 1e6
    print(
        f"       {works:7,} works: database {database:.0f} MB, search ready after {ready:.1f} s, memory {before:.0f} MB, in use"
        f" {megabytes(gallery.pid):.0f} MB, a page of 40 {page:.0f} ms, a search {search:.0f} ms",
        flush=True,
    )


def _median(ask: Callable[[int], object]) -> float:
    """Milliseconds."""
    times = []
    for turn in range(_ASKED):
        start = time.perf_counter()
        ask(turn)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


if __name__ == "__main__":
    sys.exit(main())
