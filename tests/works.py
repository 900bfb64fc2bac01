"""Artworks for tests: each call a new one, with its own picture bytes."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from limn.models import LOCAL_ACCOUNT, Artist, Artwork, Page, Tag, Viewer
from limn.tokens import new_id

OWNER = Viewer(account_id=LOCAL_ACCOUNT)
OTHER = Viewer(account_id="somebody-else")
ANYBODY = Viewer()


def a_work(**overrides: Any) -> Artwork:
    """An artwork of `local`, public, untagged. `cover` (bytes or text) decides its sha256, `tags` may be plain names."""
    artwork_id = overrides.pop("id", None) or new_id()
    cover = overrides.pop("cover", artwork_id)
    fields: dict[str, Any] = {
        "id": artwork_id,
        "owner": LOCAL_ACCOUNT,
        "artist": Artist(handle="ada", name="Ada"),
        "title": "A fox in the snow",
        "category": "illustrations",
        "pages": (a_page(cover),),
        "created": datetime(2020, 1, 1, tzinfo=UTC),  # the store sets its own
        "updated": datetime(2020, 1, 1, tzinfo=UTC),
    }
    tags = tuple(tag if isinstance(tag, Tag) else artist_tag(tag) for tag in overrides.pop("tags", ()))
    return Artwork(**(fields | overrides), tags=tags)


def a_page(cover: str | bytes = "picture", **overrides: Any) -> Page:
    fields: dict[str, Any] = {
        "sha256": sha256(cover),
        "media_type": "image/png",
        "bytes": 1234,
        "width": 640,
        "height": 480,
        "filename": "fox.png",
    }
    return Page(**(fields | overrides))


def artist_tag(name: str) -> Tag:
    return Tag(name=name, source="artist", confidence=1.0)


def machine_tag(name: str, confidence: float = 0.5) -> Tag:
    return Tag(name=name, source="machine", confidence=confidence)


def sha256(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
