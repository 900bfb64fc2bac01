"""From the first byte of an upload to its acknowledgement, against what nobody can save: the bytes on the disk, and one decode.

`python benchmarks/bench_upload.py`. Ours is HTTP on loopback to a real server with the embedded store and no workers, one upload
after the other. Bare is this process: write, fsync, decode with Pillow at full size. Both get the same bytes, new ones each time.

An upload has a fixed cost, printed last: a child of its own that decodes it, a name on the disk, a row in the database. Below about
1.2 megapixels that is more than the decoding, and the limit cannot hold: it is held from the sizes that the web is full of upwards."""

import os
import sys
import tempfile
import time
from io import BytesIO
from itertools import count
from pathlib import Path
from statistics import median

from PIL import Image

from drawings import JPEG, draw, encoded, unlike
from gallery import Gallery, serve
from measure import compare, machine

LIMIT = 2.0
ROUNDS = 15
# pixels and quality: a picture made for the web, two photographs; about 0.3, 2 and 8 MB
_JPEGS = (((1440, 1080), 80), ((2700, 2000), 92), ((6000, 4000), 92))
_PNG = (1600, 1200)
_TINY = (16, 16)


def main() -> int:
    """Exit status: 1 where the limit is missed clearly."""
    print(machine(), flush=True)
    files = [encoded(draw(size), "JPEG", quality=quality) for size, quality in _JPEGS]
    files.append(encoded(draw(_PNG), "PNG"))
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as folder, serve(Path(folder), LIMN_WORKERS="0") as gallery:
        kept = [_one(gallery, Path(folder), data) for data in files]
        _print_fixed_cost(gallery)
    return 0 if all(kept) else 1


def _one(gallery: Gallery, folder: Path, data: bytes) -> bool:
    ours, bare = count(), count()
    kind = "JPEG" if data.startswith(JPEG) else "PNG"

    def upload() -> None:
        gallery.upload(unlike(data, next(ours)), f"drawing.{kind.lower()}")

    def write_and_decode() -> None:
        number = next(bare)
        new = unlike(data, number)
        with (folder / f"bare-{number}").open("wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        with Image.open(BytesIO(new)) as image:
            image.load()

    name = f"upload of {len(data) / 1e6:.1f} MB {kind} to acknowledged"
    return compare(name, upload, write_and_decode, limit=LIMIT, rounds=ROUNDS, warm_up=2)


def _print_fixed_cost(gallery: Gallery) -> None:
    data = encoded(draw(_TINY), "JPEG")
    times = []
    for number in range(ROUNDS):
        start = time.perf_counter()
        gallery.upload(unlike(data, number), "tiny.jpeg")
        times.append(time.perf_counter() - start)
    print(f"       fixed cost of an upload, {_TINY[0]} x {_TINY[1]} pixels: {median(times) * 1000:.1f} ms", flush=True)


if __name__ == "__main__":
    sys.exit(main())
