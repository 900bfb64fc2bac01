"""Which part of what is said of a work comes nearest to a question: its title, a tag, a sentence of its description."""

import re
from collections.abc import Sequence

from limn.index.queries import Asked, Queries
from limn.models import Artwork

_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
_MOST = 12  # parts of one work; a long text counts by its beginning, as it does for the model
_LONGEST = 160  # characters of a part, as it is shown


async def nearest_parts(queries: Queries, asked: Asked, artworks: Sequence[Artwork]) -> dict[str, str]:
    """By the works' ids. Empty text where no part of a work could be compared yet: then it is near as a whole."""
    parts = {artwork.id: parts_of(artwork) for artwork in artworks}
    vectors = await queries.parts(asked.space, (part for own in parts.values() for part in own))

    def near(part: str) -> float:
        return float(vectors[part] @ asked.vector)

    return {
        artwork_id: max(own, key=near) if own and all(part in vectors for part in own) else ""
        for artwork_id, own in parts.items()
    }


def parts_of(artwork: Artwork) -> list[str]:
    """Each once, in the order in which they are read."""
    tags = [tag.name for tag in artwork.tags if tag.source == "artist"]
    found = [artwork.title, *tags, *_SENTENCE.split(artwork.description)]
    return list(dict.fromkeys(_short(part.strip()) for part in found if part.strip()))[:_MOST]


def _short(part: str) -> str:
    return part if len(part) <= _LONGEST else f"{part[: _LONGEST - 1].rsplit(' ', 1)[0]}…"
