"""A backlog of pictures through a real worker, against a bare loop over the same functions with no store and no child.

`OPENBLAS_NUM_THREADS=1 python benchmarks/bench_analysis.py`, one thread as the product has it. Ours claims, decodes each picture
in a child of its own, keeps its copies durably, writes each finding as it comes and finishes. Bare computes the same in this
process and forgets it. Both get the same files, a batch at a time."""

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import anyio
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from drawings import draw, encoded
from limn.imaging import decoding, renditions
from limn.imaging.hashing import phash
from limn.imaging.limits import Limits
from limn.imaging.picture import Picture
from limn.imaging.swatches import swatches
from limn.models import LOCAL_ACCOUNT, Artist, Artwork, Page, State
from limn.resources import Resources, open_resources
from limn.settings import Settings
from limn.tokens import new_id
from limn.vision.basic import Basic
from limn.worker import lanes
from measure import conclude, machine

LIMIT = 1 / 0.9  # of the time: nine tenths of the bare loop's speed
# what artists upload: scans and drawings of a few megapixels, photographs of many; (kind, pixels)
_MIX = (
    ("JPEG", (800, 600)),
    ("JPEG", (1080, 1350)),
    ("PNG", (900, 1200)),
    ("WEBP", (1200, 1200)),
    ("JPEG", (1600, 1200)),
    ("JPEG", (1500, 2100)),
    ("PNG", (1600, 1200)),
    ("JPEG", (2400, 1800)),
    ("JPEG", (4000, 3000)),
    ("JPEG", (6000, 4000)),
)
_TURNS = (None, *list(Image.Transpose)[:6])  # one to warm up, six that count: the same work in other bytes
_DESCRIPTION = "blue shapes and a green circle on a dark ground"


def main() -> int:
    """Exit status: 1 where the limit is missed clearly."""
    print(machine(), flush=True)
    decoding.prepare(Limits())
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as folder:
        batches = draw_batches(Path(folder), _MIX)
        one = anyio.run(_pairs, batches, Path(folder) / "one", 1)
        kept = conclude("analysis of a backlog with LIMN_WORKERS=1", one, limit=LIMIT)
        _print_speed("LIMN_WORKERS=1", one)
        _print_speed("LIMN_WORKERS=2", anyio.run(_pairs, batches, Path(folder) / "two", 2))
    return 0 if kept else 1


def _print_speed(name: str, pairs: Sequence[tuple[float, float]]) -> None:
    ours, bare = (len(_MIX) / median(times) for times in zip(*pairs, strict=True))
    print(f"       {name}: {ours:.2f} works a second, the bare loop {bare:.2f}", flush=True)


def draw_batches(folder: Path, mix: Sequence[tuple[str, tuple[int, int]]]) -> list[list[Path]]:
    """Files of `mix`, (kind, pixels), in as many batches as there are turns."""
    batches: list[list[Path]] = [[] for _ in _TURNS]
    for place, (kind, size) in enumerate(mix):
        drawn = draw(size, seed=place)
        for number, turn in enumerate(_TURNS):
            path = folder / f"{number}-{place}.{kind.lower()}"
            options = {} if kind == "PNG" else {"quality": 90}
            path.write_bytes(encoded(drawn if turn is None else drawn.transpose(turn), kind, **options))
            batches[number].append(path)
    return batches


async def _pairs(batches: list[list[Path]], data_dir: Path, workers: int) -> list[tuple[float, float]]:
    """Seconds of ours and of the bare loop for each batch but the first, which starts what starts lazily."""
    eyes = Basic()
    async with open_resources(Settings(data_dir=data_dir, workers=workers)) as resources:
        first, *counted = batches
        await add(resources, first, _DESCRIPTION)
        await drain(resources)
        _loop(first, eyes)
        pairs = []
        for number, batch in enumerate(counted):
            await add(resources, batch, _DESCRIPTION)
            if number % 2 == 0:
                pairs.append((await drain(resources), _loop(batch, eyes)))
            else:
                bare = _loop(batch, eyes)
                pairs.append((await drain(resources), bare))
        return pairs


async def add(resources: Resources, batch: list[Path], description: str) -> None:
    """As intake leaves them: the original kept, the work due."""
    for path in batch:
        with Image.open(path) as image:
            media_type, (width, height) = decoding.MEDIA_TYPES[str(image.format)], image.size
        key = await resources.blobs.put(path.read_bytes())
        page = Page(sha256=key, media_type=media_type, bytes=path.stat().st_size, width=width, height=height)
        now = datetime.now(UTC)
        await resources.store.artworks.add(
            Artwork(
                id=new_id(),
                owner=LOCAL_ACCOUNT,
                artist=Artist(handle=LOCAL_ACCOUNT, name="Local artist"),
                title=path.stem,
                description=description,
                category="illustrations",
                pages=(page,),
                created=now,
                updated=now,
            )
        )


async def drain(resources: Resources) -> float:
    """Seconds until nothing is due any more. A work that failed ends the benchmark: its time would be no time of work."""
    news = anyio.Event()

    def announce() -> None:
        news.set()

    start = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for worker in lanes(resources, announce):
            tasks.start_soon(worker.run)
        while True:
            backlog = await resources.store.analyses.backlog()
            if not backlog[State.PENDING] and not backlog[State.RUNNING]:
                break
            await news.wait()
            news = anyio.Event()
        seconds = time.perf_counter() - start
        tasks.cancel_scope.cancel()
    if backlog[State.FAILED]:
        sys.exit(f"{backlog[State.FAILED]} works failed")
    return seconds


def _loop(batch: list[Path], eyes: Basic) -> float:
    """Seconds for the same work done here, one picture after the other."""
    start = time.perf_counter()
    for path in batch:
        look_bare(path, eyes, _DESCRIPTION)
    return time.perf_counter() - start


def look_bare(path: Path, eyes: Basic, description: str) -> NDArray[np.uint8]:
    """All that is measured of a picture, forgotten but for its pixels for the eyes."""
    with path.open("rb") as file:
        drawn = renditions.draw(decoding.open_picture(file, Limits()))
    small = Image.fromarray(drawn.eyes)
    small.thumbnail((256, 256))
    swatches(np.asarray(small))
    phash(drawn.eyes)
    picture = Picture(drawn.eyes, drawn.width, drawn.height, transparent=drawn.transparent)
    eyes.embed_image(picture)
    eyes.caption(picture)
    eyes.tags(picture)
    eyes.match(picture, description)
    return drawn.eyes


if __name__ == "__main__":
    sys.exit(main())
