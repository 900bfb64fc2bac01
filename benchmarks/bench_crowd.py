"""Fifty people upload at once while somebody browses: how long do lists take, and is every upload taken?

`python benchmarks/bench_crowd.py`. A real server with its worker over 200 works. Lists of forty are asked one after the other, first
alone, then while fifty connections send a picture each, three times over; whoever is told that there are too many comes again when
it was told to. The uploads are held against the same ones sent one after the other: a crowd shall not be slower in all than a queue."""

import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median

from drawings import draw, encoded, unlike
from gallery import Gallery, serve
from measure import machine

PEOPLE = 50
LIMIT = 1.5
_TURNS = 3
_HUNG = 200
_LIST = "/api/v1/artworks?limit=40"
_IDLE_LISTS = 100


def main() -> int:
    """Exit status: 1 where an upload was lost, or the crowd was clearly slower than the queue."""
    print(machine(), flush=True)
    small, picture = (encoded(draw(size), "JPEG", quality=85) for size in ((320, 240), (1440, 1080)))
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as folder, serve(Path(folder)) as gallery:
        for number in range(_HUNG):
            gallery.upload(unlike(small, number), "small.jpeg")
        while 'state="pending"} 0' not in gallery.get("/metrics"):
            time.sleep(0.1)
        _tell("alone", _lists(gallery, threading.Event(), _IDLE_LISTS))
        crowds, queues = [], []
        for turn in range(_TURNS):
            files = [unlike(picture, 2 * turn * PEOPLE + number) for number in range(2 * PEOPLE)]
            crowds.append(_crowd(gallery, files[:PEOPLE]))
            queues.append(_queue(gallery, files[PEOPLE:]))
    ratio = median(crowds) / median(queues)
    word = "kept  " if ratio <= LIMIT else "MISSED"
    print(
        f"{word} {PEOPLE} uploads at once against one after the other: {ratio:.2f}x (limit {LIMIT:.2f}x;"
        f" {PEOPLE / median(crowds):.0f} against {PEOPLE / median(queues):.0f} uploads a second, each of {len(picture) / 1e6:.1f} MB)"
    )
    return 0 if ratio <= LIMIT else 1


def _crowd(gallery: Gallery, files: list[bytes]) -> float:
    """Seconds until the last is acknowledged, with somebody who browses meanwhile."""
    ended = threading.Event()
    with ThreadPoolExecutor(PEOPLE + 1) as threads:
        browsing = threads.submit(_lists, gallery.again(), ended, sys.maxsize)
        start = time.perf_counter()
        refused = sum(threads.map(lambda data: _insist(gallery, data), files))
        seconds = time.perf_counter() - start
        ended.set()
        _tell(f"while {PEOPLE} upload ({refused} times told to come again)", browsing.result())
    return seconds


def _insist(gallery: Gallery, data: bytes) -> int:
    """Upload until it is taken; answers how often it was not. Anything but 201 and 429 ends the benchmark."""
    with closing(gallery.again()) as own:
        refused = 0
        while (answer := own.send(data, "drawing.jpeg"))[0] == 429:
            refused += 1
            time.sleep(1)
        if answer[0] != 201:
            sys.exit(f"an upload was answered {answer[0]}: {answer[2]}")
        return refused


def _queue(gallery: Gallery, files: list[bytes]) -> float:
    start = time.perf_counter()
    for data in files:
        gallery.upload(data, "drawing.jpeg")
    return time.perf_counter() - start


def _lists(gallery: Gallery, ended: threading.Event, most: int) -> list[float]:
    """Seconds of each list, asked without a pause until it is ended or there were as many."""
    times: list[float] = []
    while not ended.is_set() and len(times) < most:
        start = time.perf_counter()
        if gallery.ask("GET", _LIST) != 200:
            sys.exit("a list was refused")
        times.append(time.perf_counter() - start)
    return times


def _tell(name: str, times: list[float]) -> None:
    p95 = sorted(times)[int(len(times) * 0.95)]
    print(
        f"       a list of 40 {name}: median {median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, {len(times)} lists",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
