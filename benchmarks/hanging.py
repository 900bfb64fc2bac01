"""Works that hang in a gallery already, as large as those that were analysed: written into the store as records, without files."""

from collections.abc import Sequence
from pathlib import Path

import anyio
import numpy as np
from numpy.typing import NDArray

from bench_search import artwork
from limn.models import Analysis, Artwork, Caption, Match, Page, Phrase, Rendition, State, Swatch, Tag, Wanted
from limn.resources import Resources, open_resources
from limn.settings import Settings
from limn.stores.records import Embedded, Queued, artwork_record, vector_record

_BATCH = 1_000
_NUMBERS = 512  # of a vector, as CLIP gives them: the larger case
_SEEN = ("green", "pink", "vivid colours", "detailed", "landscape format", "yellow", "grey", "colourful")
_CAPTION = (
    "A landscape-format picture, in green, vivid blue, pink and dark grey with a touch of vivid yellow, full of detail."
)


def fill(data_dir: Path, works: int) -> list[str]:
    """A gallery with so many works in SQLite; answers their titles."""
    return anyio.run(_fill, data_dir, works)


def analysed(work: Artwork, *, space: str = "limn/basic@1", eyes: str = "limn/basic@1;;;") -> Artwork:
    """With everything that an analysis finds, about 3 kB of JSON in all."""
    digits = work.id.replace("-", "") * 2
    copies = tuple(
        Rendition(width=w, height=w * 5 // 7, sha256=f"{w:04d}{digits[4:]}", bytes=w * 180)
        for w in (320, 640, 1280, 1400)
    )
    page = Page(
        sha256=digits, media_type="image/jpeg", bytes=358_208, width=1400, height=1000, filename=f"{work.title}.jpeg",
        placeholder=f"data:image/webp;base64,{digits * 5}", phash=digits[:16], renditions=copies,
    )  # fmt: skip
    seen = Analysis(
        state=State.DONE, attempts=1, space=space, eyes=eyes,
        caption=Caption(text=_CAPTION, method="measured", model=space),
        match=Match(
            score=94, verdict="strong", method="measured", model=space,
            phrases=(Phrase(text="blue", recognised=True, score=95), Phrase(text="bright", recognised=True, score=94)),
        ),
    )  # fmt: skip
    return work.model_copy(
        update={
            "pages": (page,),
            "tags": (*work.tags, *(Tag(name=name, source="machine", confidence=0.8) for name in _SEEN)),
            "swatches": tuple(Swatch(hex=f"#{digits[n : n + 6]}", name="muted green", share=0.125) for n in range(8)),
            "analysis": seen,
        }
    )


async def _fill(data_dir: Path, works: int) -> list[str]:
    chance = np.random.default_rng(7)
    titles: list[str] = []
    async with open_resources(Settings(data_dir=data_dir)) as resources:
        for start in range(0, works, _BATCH):
            eyes = resources.sight.eyes
            batch = [
                analysed(artwork(chance), space=eyes.measured.space, eyes=eyes.fingerprint)
                for _ in range(min(_BATCH, works - start))
            ]
            await _hang(resources, batch, chance.standard_normal((len(batch), _NUMBERS), dtype=np.float32))
            titles += [work.title for work in batch]
    return titles


async def _hang(resources: Resources, works: Sequence[Artwork], vectors: NDArray[np.float32]) -> None:
    space = resources.sight.eyes.measured.space
    queued = [Queued(work, key=None, wanted=Wanted.ALL, run_at=None, fence=1, renewed_for=None) for work in works]
    embedded = [
        Embedded(work.id, 0, space, row.astype("<f2").tobytes()) for work, row in zip(works, vectors, strict=True)
    ]
    await resources.store.records.load([artwork_record(one) for one in queued])
    await resources.store.records.load([vector_record(one) for one in embedded])
