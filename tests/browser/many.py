"""Thousands of works in a moment: loaded into the store beside a few that were looked at, on whose pictures they hang."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import anyio

import pictures
from browser.gallery import Gallery
from limn.models import Artwork, Sort, Wanted
from limn.resources import open_store_at
from limn.stores.protocol import Filter
from limn.stores.records import Queued, artwork_record
from limn.tokens import new_id
from works import OWNER, sha256

_SHAPES = ((150, 100), (90, 140), (120, 120), (200, 84))


def hang_many(gallery: Gallery, count: int) -> None:
    """`count` works named Work 0001 and on, the first the newest; restarts the server."""
    gallery.hang_all(
        (pictures.flat(f"#{40 + 50 * n:02x}6090", *shape), {"title": f"Shape {n}"}) for n, shape in enumerate(_SHAPES)
    )
    gallery.server.stop()
    # beside the loop that Playwright runs in this thread
    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, partial(_load, f"sqlite:///{gallery.server.data_dir}/limn.db", count)).result()
    gallery.server.start()


async def _load(url: str, count: int) -> None:
    async with open_store_at(url) as store:
        shapes = (await store.artworks.list(OWNER, Filter(), sort=Sort.NEWEST, cursor=None, limit=len(_SHAPES))).items
        works = [_named(shapes, number) for number in range(count)]
        for start in range(0, count, 500):
            await store.records.load(
                [artwork_record(Queued(one, None, Wanted.ALL, None, 1, None)) for one in works[start : start + 500]]
            )


def _named(shapes: Sequence[Artwork], number: int) -> Artwork:
    """Newer than the shapes; a picture belongs to one work only, so each has an original that nobody can fetch."""
    shape = shapes[number * 7 % 5 % len(shapes)]
    moment = shapes[0].created + timedelta(minutes=2 * 60 * 24 - number)
    work_id = new_id()
    page = shape.cover.model_copy(update={"sha256": sha256(work_id)})
    fields = {"id": work_id, "title": f"Work {number + 1:04}", "pages": (page,), "created": moment, "updated": moment}
    return shape.model_copy(update=fields)
