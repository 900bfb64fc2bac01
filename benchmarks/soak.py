"""An hour of people at a gallery: does it last, or does it grow? `make bench-soak`, or `python benchmarks/soak.py [SECONDS]`.

A real server with its worker. People upload, browse, search, edit and delete, follow events, hang up in the middle of an upload and
send what is no picture. The gallery holds KEPT works at most, so what grows is a leak. Sixty times a line says what the server
holds and how long answers took. Exit status 1: an answer that was not expected, or the last sixth of the time held clearly more
memory or descriptors, or answered clearly more slowly, than the second sixth."""

import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Container, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit

from drawings import draw, encoded, unlike
from gallery import Gallery, serve
from measure import machine

KEPT = 300
LINES = 60
# how much more the end may be than the beginning: what a cache that still fills and a busy machine explain
MEMORY, DESCRIPTORS, SLOWER, SLOWER_MS = 1.15, 8, 2.0, 20.0
_WORDS = ("blue", "dark", "green circle", "bright ground", "shapes", "a drawing", "red sea", "nothing like it", "tall")
_CATEGORIES = ("portraits", "illustrations", "comics")


@dataclass(frozen=True)
class Line:
    """`memory` is megabytes of the server with its children, `slow` milliseconds at the 95th percentile by what was asked."""

    memory: float
    descriptors: int
    slow: dict[str, float]


@dataclass
class Visit:
    """What everybody shares: where it is, when it ends, the works that hang, times in milliseconds and what went wrong."""

    gallery: Gallery
    until: float
    works: deque[str] = field(default_factory=deque)
    times: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)

    def ask(self, what: str, expected: Container[int], work: Callable[..., int], *given: Any) -> None:
        """Do it, and keep how long it took and whether the status was one of those."""
        start = time.perf_counter()
        try:
            status: int | str = work(*given)
        except (OSError, HTTPException) as error:
            status = type(error).__name__
        if status not in expected:
            self.wrong[f"{what}: {status}"] += 1
        self.times[what].append((time.perf_counter() - start) * 1000)

    def turns(self, pause: float) -> Iterator[int]:
        """0, 1, 2 …, with a pause behind each, until the visit ends."""
        turn = 0
        while time.monotonic() < self.until:
            yield turn
            turn += 1
            time.sleep(pause)


def main() -> int:
    """Exit status: 1 where something grew or went wrong."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3600.0
    print(machine(), flush=True)
    people = (_artist, _visitor, _visitor, _seeker, _editor, _rude, _listener)
    with tempfile.TemporaryDirectory(prefix="limn-soak-") as folder, serve(Path(folder)) as gallery:
        visit = Visit(gallery, time.monotonic() + seconds)
        threads = [threading.Thread(target=person, args=(visit, gallery.again())) for person in people]
        for thread in threads:
            thread.start()
        lines = [_line(visit, number, visit.until - seconds * (1 - number / LINES)) for number in range(1, LINES + 1)]
        for thread in threads:
            thread.join()
    return _conclude(visit, lines)


def _line(visit: Visit, number: int, when: float) -> Line:
    time.sleep(max(0.0, when - time.monotonic()))
    times = {what: visit.times.pop(what) for what in sorted(visit.times)}
    slow = {what: sorted(found)[int(len(found) * 0.95)] for what, found in times.items()}
    line = Line(megabytes(visit.gallery.pid), len(list(Path(f"/proc/{visit.gallery.pid}/fd").iterdir())), slow)
    print(
        f"{number:3} {line.memory:5.0f} MB {line.descriptors:4} files {len(visit.works):4} works"
        f" {sum(map(len, times.values())):6} requests, {visit.wrong.total()} wrong so far; p95 in ms:",
        ", ".join(f"{what} {milliseconds:.0f}" for what, milliseconds in slow.items()),
        flush=True,
    )
    return line


def _conclude(visit: Visit, lines: list[Line]) -> int:
    early, late = lines[LINES // 6 : LINES // 3], lines[-LINES // 6 :]

    def lasted(name: str, of: Callable[[Line], float | None], factor: float, more: float) -> bool:
        before, after = (median(found for line in part if (found := of(line)) is not None) for part in (early, late))
        word = "kept  " if after <= before * factor + more else "MISSED"
        print(f"{word} {name}: {before:.0f} in the second sixth, {after:.0f} in the last", flush=True)
        return word != "MISSED"

    kept = [
        lasted("memory, MB", lambda line: line.memory, MEMORY, 0),
        lasted("descriptors", lambda line: line.descriptors, 1, DESCRIPTORS),
        *(lasted(f"{what}, p95 in ms", partial(_slow, what), SLOWER, SLOWER_MS) for what in sorted(early[0].slow)),
    ]
    for what, times in visit.wrong.most_common():
        print(f"WRONG  {times} x {what}", flush=True)
    return 0 if all(kept) and not visit.wrong else 1


def _slow(what: str, line: Line) -> float | None:
    return line.slow.get(what)


def _artist(visit: Visit, gallery: Gallery) -> None:
    """A picture every two seconds; the oldest goes when there are too many."""
    drawn = [encoded(draw((640 + 80 * place, 480), seed=place), "JPEG", quality=85) for place in range(6)]

    def upload(turn: int) -> int:
        about = {"title": f"Drawing {turn}", "category": _CATEGORIES[turn % 3]}
        status, path, _ = gallery.send(unlike(drawn[turn % 6], turn), "drawing.jpeg", **about)
        if status == 201:
            visit.works.append(path)
        return status

    for turn in visit.turns(2.0):
        visit.ask("upload", {201}, upload, turn)
        if len(visit.works) > KEPT:
            visit.ask("delete", {204}, gallery.ask, "DELETE", visit.works.popleft())


def _visitor(visit: Visit, gallery: Gallery) -> None:
    chance = random.Random(1)
    for _ in visit.turns(0.3):
        room = chance.choice(("", *(f"&category={slug}" for slug in _CATEGORIES)))
        visit.ask("list", {200}, gallery.ask, "GET", f"/api/v1/artworks?limit=40{room}")
        if visit.works:
            path = chance.choice(list(visit.works))
            visit.ask("work", {200, 404}, gallery.ask, "GET", path)  # it may have gone just now
            visit.ask("picture", {200, 404}, gallery.ask, "GET", f"{path}/renditions/320")


def _seeker(visit: Visit, gallery: Gallery) -> None:
    chance = random.Random(2)
    for _ in visit.turns(0.7):
        visit.ask("search", {200}, gallery.ask, "GET", f"/api/v1/search?q={quote(chance.choice(_WORDS))}")


def _editor(visit: Visit, gallery: Gallery) -> None:
    chance = random.Random(3)
    for turn in visit.turns(3.0):
        if visit.works:
            body = f'{{"description": "dark blue shapes, look {turn}"}}'.encode()
            visit.ask("edit", {200, 404}, gallery.ask, "PATCH", chance.choice(list(visit.works)), body)


def _rude(visit: Visit, gallery: Gallery) -> None:
    """Sends what is no picture, and hangs up in the middle of an upload."""
    for _ in visit.turns(5.0):
        visit.ask("broken", {422}, lambda: gallery.send(b"\xff\xd8\xff\xe0 and no more", "a.jpeg")[0])
        with closing(HTTPConnection(urlsplit(gallery.url).netloc, timeout=10)) as cut, suppress(OSError):
            cut.putrequest("POST", "/api/v1/artworks")
            cut.putheader("Content-Type", "multipart/form-data; boundary=b")
            cut.putheader("Content-Length", "5000000")
            cut.endheaders(
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + bytes(2_000_000)
            )


def _listener(visit: Visit, gallery: Gallery) -> None:
    """Follows a work for ten seconds, then another."""
    for _ in visit.turns(1.0):
        if not visit.works:
            continue
        with closing(HTTPConnection(urlsplit(gallery.url).netloc, timeout=2)) as stream:
            stream.request("GET", f"/api/v1/events?artwork={visit.works[-1].rpartition('/')[2]}")
            answer = stream.getresponse()
            visit.wrong.update([f"events: {answer.status}"] if answer.status != 200 else [])
            leave = min(time.monotonic() + 10, visit.until)
            with suppress(TimeoutError):
                while time.monotonic() < leave and answer.readline():
                    pass


def megabytes(pid: int) -> float:
    """What the process and those below it hold, shared pages counted in parts (Pss of proc_pid_smaps_rollup(5))."""
    kilobytes = 0
    for member in _family(pid):
        with suppress(OSError):  # a decoding child that has ended
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1000


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _family(int(child))


if __name__ == "__main__":
    sys.exit(main())
