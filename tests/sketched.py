"""The demo, hung by the product's own verb in a gallery that nobody serves, at a quarter of its size."""

from collections.abc import Sequence

from limn.artworks.routes import LOCAL_ARTIST
from limn.demo.hanging import Hung, hang
from limn.demo.label import Work
from limn.demo.paper import sketching
from limn.imaging.sandbox import Limits, Sandbox
from limn.models import LOCAL_ACCOUNT
from limn.resources import open_blobs_at, open_store_at
from limn.settings import Settings

SKETCH = 0.5  # pixels a unit: a sixteenth of the work, and hashes and swatches as of the whole


async def hung(settings: Settings, works: Sequence[Work]) -> Hung:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with (
        open_store_at(settings.store_url) as store,
        open_blobs_at(settings.blobs_url, settings) as blobs,
        Sandbox(Limits(max_pixels=settings.max_pixels), concurrency=1, waiting=1) as sandbox,
    ):
        owner = (LOCAL_ACCOUNT, LOCAL_ARTIST)
        with sketching(SKETCH):
            return await hang(store, blobs, sandbox, settings, owner, lambda *_: None, works=works)
