"""How a benchmark measures: two things in turn in one run, so that their ratio survives a busy machine."""

import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median


def compare(
    name: str,
    ours: Callable[[], object],
    bare: Callable[[], object],
    *,
    limit: float,
    rounds: int = 9,
    warm_up: int = 1,
) -> bool:
    """Time `ours` against `bare`, pair after pair, and print one ratio line. False when `limit` is missed clearly.

    Each pair is run in the other order than the one before, so that neither always finds the warmer cache.
    """
    for _ in range(warm_up):
        ours()
        bare()
    return conclude(name, [_pair(ours, bare, swapped=turn % 2 == 1) for turn in range(rounds)], limit=limit)


def conclude(name: str, pairs: Sequence[tuple[float, float]], *, limit: float) -> bool:
    """Print the ratio line of pairs timed elsewhere, (ours, bare) in seconds. False when `limit` is missed clearly.

    The median ratio is held against the limit. A miss is clear when three pairs of four miss it: less may be the machine's
    other work, and a benchmark that cries wolf is soon not heard.
    """
    ratios = sorted(mine / theirs for mine, theirs in pairs)
    middle, lower = median(ratios), ratios[len(ratios) // 4]
    word = "kept  " if middle <= limit else "close " if lower <= limit else "MISSED"
    times = f"{_milliseconds(mine for mine, _ in pairs)} against {_milliseconds(theirs for _, theirs in pairs)}"
    spread = f"{len(ratios)} pairs, {ratios[0]:.2f} to {ratios[-1]:.2f}"
    print(f"{word} {name}: {middle:.2f}x (limit {limit:.2f}x; {times}, {spread})", flush=True)
    return lower <= limit


def machine() -> str:
    """What the figures were measured on, in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = os.getloadavg()[0]
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores of {model}, {system}, Python {platform.python_version()}, load {load:.1f}"


def _pair(ours: Callable[[], object], bare: Callable[[], object], *, swapped: bool) -> tuple[float, float]:
    if swapped:
        theirs = _seconds(bare)
        return _seconds(ours), theirs
    mine = _seconds(ours)
    return mine, _seconds(bare)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _milliseconds(seconds: Iterable[float]) -> str:
    return f"{median(seconds) * 1000:.1f} ms"


if __name__ == "__main__":
    print(machine())
