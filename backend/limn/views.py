"""What the interface says of an artwork: the shapes of design/api.md, made from the nouns for one viewer."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from limn.models import (
    AnalysisError,
    Artist,
    Artwork,
    Caption,
    Match,
    Page,
    State,
    Swatch,
    Tag,
    Viewer,
    Visibility,
)
from limn.vision.coach import advise

API = "/api/v1"
PUBLIC_VERDICTS = frozenset({"good", "strong"})
_FOR_THE_ARTIST = ("rejected_tags", "intended", "coach")


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class RenditionView(View):
    width: int = Field(description="Pixels")
    height: int = Field(description="Pixels")
    url: str = Field(description="Root-relative; WebP in sRGB")


class PageView(View):
    sha256: str = Field(description="Of the original file, 64 hex digits")
    media_type: str
    bytes: int
    width: int = Field(description="Pixels, after orientation")
    height: int = Field(description="Pixels, after orientation")
    placeholder: str | None = Field(description="A data URI of about 200 bytes; null until the picture was looked at")
    renditions: tuple[RenditionView, ...]


class AnalysisView(View):
    state: State
    attempts: int
    error: AnalysisError | None = Field(description="Null unless the last attempt failed")
    caption: Caption | None
    caption_reason: str | None = Field(description="Why there is no caption, or no newer one")
    match: Match | None = Field(description="Visitors see it where it is good or strong, the artist always")
    match_reason: str | None = Field(description="Why there is no match, or no newer one")
    tags_reason: str | None = Field(description="Why no model gave tags")
    space: str | None = Field(description="The embedding space of the picture's vector")
    look_at: datetime | None = Field(description="When models that were away will be asked again")


class CoachView(View):
    """Proposals, never more: nothing is changed by them."""

    unmentioned: tuple[str, ...] = Field(description="Tags the machine is sure of and the words do not mention")
    unrecognised: tuple[str, ...] = Field(description="Phrases of the description that the machine does not find")
    alt_text: str | None = Field(description="A draft for people who cannot see the picture, where there is none yet")
    alt_text_method: str | None = Field(description="Who wrote the draft's sentence, as in the caption")


class ArtworkView(View):
    id: str
    title: str
    description: str
    alt_text: str | None
    category: str
    tags: tuple[Tag, ...]
    rejected_tags: tuple[str, ...] | None = Field(
        description="The machine's tags that the artist refused; for the artist only"
    )
    intended: bool | None = Field(
        description="Whether the artist means the words as they are, whatever the match says; for the artist only"
    )
    coach: CoachView | None = Field(
        description="What the words could say of the picture besides; for the artist only, and not in lists"
    )
    visibility: Visibility
    licence: str
    ai_generated: bool
    original_public: bool = Field(description="Whether anybody may download the original file")
    artist: Artist
    pages: tuple[PageView, ...]
    page_count: int
    swatches: tuple[Swatch, ...]
    likes: int
    created: datetime
    updated: datetime
    analysis: AnalysisView


def present(artwork: Artwork, viewer: Viewer, *, alone: bool = False) -> ArtworkView:
    """The artwork as this viewer may see it. Whether they may see it at all was the store's decision. `alone`: with advice, which
    takes too long for every work of a list."""
    # one call that makes all the views of a work from plain fields takes two fifths of the time of one for each
    return ArtworkView.model_validate(
        {
            **vars(artwork),
            "pages": [_page(artwork.id, page) for page in artwork.pages],
            "page_count": len(artwork.pages),
            "analysis": _analysis(artwork, viewer),
            **_for_the_artist(artwork, viewer, alone=alone),
        }
    )


def etag(artwork: Artwork) -> str:
    """Strong, and another after every change."""
    return f'"{artwork.id}.{artwork.revision}"'


def location(artwork_id: str) -> str:
    return f"{API}/artworks/{artwork_id}"


def _for_the_artist(artwork: Artwork, viewer: Viewer, *, alone: bool) -> dict[str, Any]:
    if artwork.owner != viewer.account_id:
        return dict.fromkeys(_FOR_THE_ARTIST)
    coach = CoachView.model_validate(advise(artwork).model_dump()) if alone else None
    return {"rejected_tags": artwork.rejected_tags, "intended": artwork.intended, "coach": coach}


def _page(artwork_id: str, page: Page) -> dict[str, Any]:
    renditions = [
        # the blob's first digits make another picture another address, so that "immutable" stays true
        {
            "width": copy.width,
            "height": copy.height,
            "url": f"{location(artwork_id)}/renditions/{copy.width}?v={copy.sha256[:8]}",
        }
        for copy in page.renditions
    ]
    return {**vars(page), "renditions": renditions}


def _analysis(artwork: Artwork, viewer: Viewer) -> dict[str, Any]:
    match = artwork.analysis.match
    hidden = match is not None and artwork.owner != viewer.account_id and match.verdict not in PUBLIC_VERDICTS
    return {**vars(artwork.analysis), **({"match": None} if hidden else {})}
