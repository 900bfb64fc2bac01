"""What the interface says of an artwork: the shapes of design/api.md, made from the nouns for one viewer."""

from datetime import datetime

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

API = "/api/v1"
PUBLIC_VERDICTS = frozenset({"good", "strong"})


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
    caption_reason: str | None = Field(description="Why there is no caption")
    match: Match | None = Field(description="Visitors see it where it is good or strong, the artist always")
    match_reason: str | None = Field(description="Why there is no match")
    space: str | None = Field(description="The embedding space of the picture's vector")


class ArtworkView(View):
    id: str
    title: str
    description: str
    alt_text: str | None
    category: str
    tags: tuple[Tag, ...]
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


def present(artwork: Artwork, viewer: Viewer) -> ArtworkView:
    """The artwork as this viewer may see it. Whether they may see it at all was the store's decision."""
    return ArtworkView(
        pages=tuple(_page(artwork.id, page) for page in artwork.pages),
        page_count=len(artwork.pages),
        analysis=_analysis(artwork, viewer),
        **{
            name: getattr(artwork, name)
            for name in ArtworkView.model_fields
            if name not in {"pages", "page_count", "analysis"}
        },
    )


def etag(artwork: Artwork) -> str:
    """Strong, and another after every change."""
    return f'"{artwork.id}.{artwork.revision}"'


def location(artwork_id: str) -> str:
    return f"{API}/artworks/{artwork_id}"


def _page(artwork_id: str, page: Page) -> PageView:
    renditions = tuple(
        # the blob's first digits make another picture another address, so that "immutable" stays true
        RenditionView(
            width=r.width, height=r.height, url=f"{location(artwork_id)}/renditions/{r.width}?v={r.sha256[:8]}"
        )
        for r in page.renditions
    )
    shown = {name: getattr(page, name) for name in PageView.model_fields if name != "renditions"}
    return PageView(renditions=renditions, **shown)


def _analysis(artwork: Artwork, viewer: Viewer) -> AnalysisView:
    view = AnalysisView.model_validate(artwork.analysis.model_dump())
    hidden = view.match is not None and artwork.owner != viewer.account_id and view.match.verdict not in PUBLIC_VERDICTS
    return view.model_copy(update={"match": None}) if hidden else view
