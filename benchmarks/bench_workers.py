"""A backlog drained by one `limn worker` and by two, processes of their own over one database and one folder of pictures.

`python benchmarks/bench_workers.py`. The database is the MongoDB that tests take, or SQLite where there is none. First each worker
has a core of its own, as if each had a machine of one: what they cost each other through the store then shows, and two shall be 1.7
times as fast as one. Then they take what cores there are, and the ratio is told: a worker alone decodes the next picture while it
describes this one, and so leaves little of two cores."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import anyio

from bench_analysis import add, draw_batches
from limn.models import LOCAL_ACCOUNT, State, Viewer, Wanted
from limn.resources import Resources, open_resources
from limn.settings import load
from measure import machine

sys.path.append(str(Path(__file__).parent.parent / "tests"))
import mongodb_server

LIMIT = 1.7
VIEWER = Viewer(account_id=LOCAL_ACCOUNT)
_TURNS = 2  # of each, in turn
_MIX = (
    ("JPEG", (1080, 1350)),
    ("PNG", (900, 1200)),
    ("JPEG", (1600, 1200)),
    ("WEBP", (1200, 1200)),
    ("JPEG", (2400, 1800)),
)
_PAUSE = 0.02


def main() -> int:
    """Exit status: 1 where the machine has the cores and the limit is missed."""
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as name, mongodb_server.serve(Path(name) / "db") as mongodb:
        folder = Path(name)
        settings = {"LIMN_STORAGE_URL": f"file://{folder}/pictures", "LIMN_SECRET_KEY": "the same for all"}
        if mongodb:
            settings["LIMN_DATABASE_URL"] = f"{mongodb.address}/limn_bench_{os.getpid()}"
        else:
            settings["LIMN_DATABASE_URL"] = f"sqlite:///{folder}/limn.db"
        batches = draw_batches(folder, _MIX)
        kept = _tell("a core each", anyio.run(_measure, folder / "each", settings, batches, True), limit=LIMIT)
        _tell("all cores", anyio.run(_measure, folder / "all", settings, batches, False), limit=None)
    return 0 if kept else 1


def _tell(name: str, speeds: tuple[list[float], list[float]], *, limit: float | None) -> bool:
    one, two = (median(found) for found in speeds)
    word = "told  " if limit is None else "kept  " if two / one >= limit else "MISSED"
    told = f"limit {limit}x; " if limit else ""
    print(
        f"{word} two workers against one, {name}: {two / one:.2f}x ({told}{two:.2f} against {one:.2f} works a second)",
        flush=True,
    )
    return word != "MISSED"


async def _measure(
    folder: Path,
    settings: dict[str, str],
    batches: list[list[Path]],
    pinned: bool,  # noqa: FBT001  anyio.run passes by place
) -> tuple[list[float], list[float]]:
    """Works a second, of one worker and of two."""
    speeds: tuple[list[float], list[float]] = [], []
    async with open_resources(load({**settings, "LIMN_DATA_DIR": str(folder / "ours")}, env_file=None)) as resources:
        if not await resources.store.artworks.counts(VIEWER):
            for batch in batches:
                await add(resources, batch, "blue shapes on a dark ground")
        works = (await resources.store.artworks.changed_since(None, limit=1000)).items
        for turn in range(2 * _TURNS):
            for work in works:  # all of it, as if it were new
                await resources.store.analyses.request(work.id, VIEWER, Wanted.ALL)
            with _workers(1 + turn % 2, folder, settings, pinned=pinned):
                speeds[turn % 2].append(await _works_a_second(resources, len(works)))
    return speeds


async def _works_a_second(resources: Resources, works: int) -> float:
    """From the first work that is done to the last, so that nobody's start is counted."""
    started = done = 0
    begin = 0.0
    while done < works:
        await anyio.sleep(_PAUSE)
        backlog = await resources.store.analyses.backlog()
        if backlog[State.FAILED]:
            sys.exit(f"{backlog[State.FAILED]} works failed")
        done = backlog[State.DONE]
        if done and not begin:
            started, begin = done, time.perf_counter()
    return (works - started) / (time.perf_counter() - begin)


@contextmanager
def _workers(number: int, folder: Path, settings: dict[str, str], *, pinned: bool) -> Iterator[None]:
    """While the block runs, `limn worker` this many times."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIMN_")}
    with ExitStack() as stack:
        for place in range(number):
            command = [sys.executable, "-m", "limn", "worker", "--data-dir", str(folder / f"worker-{place}")]
            process = subprocess.Popen(
                command, env={**kept, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            if pinned:  # before it has children, which inherit it
                os.sched_setaffinity(process.pid, {sorted(os.sched_getaffinity(0))[place]})
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        yield


if __name__ == "__main__":
    sys.exit(main())
