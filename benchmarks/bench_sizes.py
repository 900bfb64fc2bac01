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

import anyio
import numpy as np

from bench_search import artwork
from gallery import Gallery, serve
from limn.models import Analysis, State, Wanted
from limn.resources import Resources, open_resources
from limn.settings import Settings
from limn.stores.records import Embedded, Queued, artwork_record, vector_record
from measure import machine
from soak import megabytes

SIZES = (1_000, 10_000, 100_000)
_BATCH = 1_000
_ASKED = 25
_NUMBERS = 512  # of a vector, as CLIP gives them: the larger case


def main() -> int:
    """Exit status: 0."""
    print(machine(), flush=True)
    for works in [int(word) for word in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory(prefix="limn-bench-") as name:
            words = anyio.run(_fill, Path(name) / "data", works)
            with serve(Path(name), LIMN_WORKERS="0") as gallery:
                _tell(gallery, Path(name) / "data", works, words)
    return 0


async def _fill(data_dir: Path, works: int) -> list[str]:
    """Hang the works; answers words that they are found by."""
    chance = np.random.default_rng(7)
    async with open_resources(Settings(data_dir=data_dir)) as resources:
        words: list[str] = []
        for start in range(0, works, _BATCH):
            words += await _hang(resources, chance, min(_BATCH, works - start))
        return [words[place] for place in chance.choice(len(words), _ASKED, replace=False)]


async def _hang(resources: Resources, chance: np.random.Generator, works: int) -> list[str]:
    eyes = resources.sight.eyes
    seen = Analysis(state=State.DONE, space=eyes.measured.space, eyes=eyes.fingerprint)
    hung = [artwork(chance).model_copy(update={"analysis": seen}) for _ in range(works)]
    vectors = chance.standard_normal((works, _NUMBERS)).astype("<f2")
    queued = [Queued(work, key=None, wanted=Wanted.ALL, run_at=None, fence=1, renewed_for=None) for work in hung]
    seen_as = [Embedded(work.id, 0, seen.space or "", row.tobytes()) for work, row in zip(hung, vectors, strict=True)]
    await resources.store.records.load([artwork_record(one) for one in queued])
    await resources.store.records.load([vector_record(one) for one in seen_as])
    return [work.title for work in hung]


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
