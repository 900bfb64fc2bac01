"""A page of forty works out of 100,000 over HTTP, against the bare parts: the same bytes from a server that knows nothing else, and one
indexed SQLite query with its JSON read and written.

`python benchmarks/bench_pages.py [WORKS]`. Ours is `limn serve` over the embedded store. The bare query reads the same index of the same
file in this process; the works are as large as those that were analysed. A page deep in the gallery is held against the first."""

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from gallery import Gallery, running, serve
from hanging import fill
from measure import conclude, machine

LIMIT, DEEP_LIMIT = 1.5, 1.2
ROUNDS = 200
DEPTH = 50_000
START_SECONDS = 1.5
_PAGE = "/api/v1/artworks?limit=40"
_QUERY = """
SELECT document FROM artworks INDEXED BY public_newest WHERE visibility = 'public' ORDER BY created DESC, id DESC LIMIT 41
"""


def main() -> int:
    """Exit status: 1 where a limit is missed clearly."""
    print(machine(), flush=True)
    works = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as name:
        folder = Path(name)
        fill(folder / "data", works)
        began = time.perf_counter()
        with serve(folder, LIMN_WORKERS="0") as gallery:
            started = time.perf_counter() - began
            while json.loads(gallery.get("/readyz"))["parts"]["index"] != "ok":
                time.sleep(0.1)
            (folder / "page.json").write_text(gallery.get(_PAGE))
            command = [sys.executable, str(Path(__file__).with_name("constant.py")), str(folder / "page.json")]
            with running(command, folder / "constant.log") as constant:
                kept = _compare(gallery, constant, folder / "data" / "limn.db", works)
    word = "kept  " if started <= START_SECONDS else "MISSED"
    print(f"{word} from the command to the first answer: {started:.2f} s (limit {START_SECONDS} s)")
    return 0 if kept and started <= START_SECONDS else 1


def _compare(gallery: Gallery, constant: Gallery, database: Path, works: int) -> bool:
    deep = _deep(gallery, min(DEPTH, works // 2))
    pairs, depths = [], []
    with sqlite3.connect(database) as connection:
        for _ in range(ROUNDS):
            first = _seconds(lambda: gallery.get(_PAGE))
            same = _seconds(lambda: constant.get("/"))
            bare = _seconds(lambda: _bare(connection))
            pairs.append((first, same + bare))
            depths.append((_seconds(lambda: gallery.get(deep)), first))
    kept = conclude(f"a page of 40 of {works:,} works over HTTP", pairs, limit=LIMIT)
    kept &= conclude(
        f"the same {min(DEPTH, works // 2):,} works deep, against the first page", depths, limit=DEEP_LIMIT
    )
    size = len(gallery.get(_PAGE)) / 1000
    parts = (
        median(_seconds(lambda: constant.get("/")) for _ in range(50)),
        median(_seconds(lambda: _bare(connection)) for _ in range(50)),
    )
    print(
        f"       {size:.0f} kB; bare: HTTP alone {parts[0] * 1000:.1f} ms, query and JSON {parts[1] * 1000:.1f} ms",
        flush=True,
    )
    return kept


def _bare(connection: sqlite3.Connection) -> bytes:
    documents = [json.loads(document) for (document,) in connection.execute(_QUERY)]
    return json.dumps({"items": documents[:40], "next": documents[-1]["id"]}).encode()


def _deep(gallery: Gallery, depth: int) -> str:
    """The address of the page behind so many works."""
    address = "/api/v1/artworks?limit=100"
    for _ in range(depth // 100):
        address = f"/api/v1/artworks?limit=100&cursor={json.loads(gallery.get(address))['next']}"
    return address.replace("limit=100", "limit=40")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
