"""Ten thousand uploads through HTTP into an empty gallery: does the last thousand come as fast as the first?

`python benchmarks/bench_filling.py [WORKS]`. A real server with the embedded store and no workers, one upload after the other on one
connection, small pictures, each with other bytes. Growth shows as a ratio of the medians of the last and the first tenth."""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from drawings import draw, encoded, unlike
from gallery import serve
from measure import machine

LIMIT = 1.2
_SIZE = (320, 240)


def main() -> int:
    """Exit status: 1 where the last tenth was clearly slower."""
    print(machine(), flush=True)
    works = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    picture = encoded(draw(_SIZE), "JPEG", quality=80)
    times = []
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as folder, serve(Path(folder), LIMN_WORKERS="0") as gallery:
        for number in range(works):
            start = time.perf_counter()
            gallery.upload(unlike(picture, number), "drawing.jpeg", title=f"Drawing {number}")
            times.append(time.perf_counter() - start)
    tenth = works // 10
    first, last = median(times[:tenth]), median(times[-tenth:])
    word = "kept  " if last <= first * LIMIT else "MISSED"
    print(
        f"{word} the last {tenth:,} of {works:,} uploads against the first: {last / first:.2f}x (limit {LIMIT:.2f}x;"
        f" {last * 1000:.1f} ms against {first * 1000:.1f} ms; {works / sum(times):.0f} a second in all)"
    )
    return 1 if word == "MISSED" else 0


if __name__ == "__main__":
    sys.exit(main())
