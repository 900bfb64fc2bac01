"""The nouns: what Limn keeps and speaks of. No input or output here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

LOCAL_ACCOUNT = "local"


class Noun(BaseModel):
    """Immutable; unknown fields are a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class State(StrEnum):
    """Of an analysis. There is no fifth."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Sort(StrEnum):
    NEWEST = "newest"
    LIKED = "liked"


@dataclass(frozen=True)
class Viewer:
    """Who asks. Every list and look-up of the store takes one."""

    account_id: str | None = None
    operator: bool = False


class Artist(Noun):
    handle: str
    name: str


class Tag(Noun):
    name: str
    source: str = Field(description="artist or machine")
    confidence: float = Field(ge=0, le=1)


class Swatch(Noun):
    """A colour of the picture and how much of its area it takes."""

    hex: str = Field(pattern="^#[0-9a-f]{6}$")
    name: str
    share: float = Field(ge=0, le=1)


class Rendition(Noun):
    """A WebP copy in sRGB without metadata; `sha256` is its blob."""

    width: int
    height: int
    sha256: str
    bytes: int


class Page(Noun):
    """One original file with what was made of it. Width and height are pixels after orientation."""

    sha256: str
    media_type: str
    bytes: int
    width: int
    height: int
    filename: str = ""
    placeholder: str | None = None
    phash: str | None = Field(default=None, description="64-bit DCT hash, 16 hex digits")
    renditions: tuple[Rendition, ...] = ()


class Caption(Noun):
    text: str
    method: str
    model: str


class Phrase(Noun):
    text: str
    recognised: bool
    score: int | None = None
    cosine: float | None = None


class Match(Noun):
    """How literally the description fits the picture. `cosine` is None where the method has none."""

    score: int = Field(ge=0, le=100)
    verdict: str
    method: str
    model: str
    cosine: float | None = None
    calibrated: bool = Field(default=False, description="Whether the score was fitted on this gallery's own pairs")
    calibration: str | None = Field(
        default=None, description="Version of the numbers that made the score of the cosine"
    )
    phrases: tuple[Phrase, ...] = ()


class AnalysisError(Noun):
    code: str
    detail: str
    retry_at: datetime | None = None


READ = ";read:"  # in a fingerprint, what stands before the space that an artwork's words were read into


class Analysis(Noun):
    """What the machine found so far. `space` is the embedding space of the picture's vector."""

    state: State = State.PENDING
    attempts: int = 0
    error: AnalysisError | None = None
    caption: Caption | None = None
    caption_reason: str | None = None
    match: Match | None = None
    match_reason: str | None = None
    tags_reason: str | None = None
    space: str | None = None
    eyes: str | None = Field(default=None, description="Fingerprint of the eyes that looked: see `vision.composition`")
    look_at: datetime | None = Field(default=None, description="When what was away will be asked again")

    @property
    def read_into(self) -> str:
        """The space that the words, as they are now, were read into; empty where they were not yet."""
        return (self.eyes or "").partition(READ)[2]

    def unread(self) -> "Analysis":
        """For other words than were read."""
        return self.model_copy(update={"eyes": self.eyes and self.eyes.partition(READ)[0]})


class Artwork(Noun):
    """What an artist publishes. `revision` counts every change; `updated` moves with it."""

    id: str
    owner: str
    artist: Artist
    title: str
    description: str = ""
    alt_text: str | None = None
    category: str
    tags: tuple[Tag, ...] = ()
    rejected_tags: tuple[str, ...] = Field(
        default=(), description="The machine's, refused by the artist: never proposed again"
    )
    intended: bool = Field(default=False, description="The artist means the words as they are, whatever the match says")
    visibility: Visibility = Visibility.PUBLIC
    licence: str = "all-rights-reserved"
    ai_generated: bool = False
    original_public: bool = False
    pages: tuple[Page, ...]
    swatches: tuple[Swatch, ...] = ()
    likes: int = 0
    created: datetime
    updated: datetime
    revision: int = 1
    analysis: Analysis = Analysis()

    @property
    def cover(self) -> Page:
        return self.pages[0]

    @property
    def told(self) -> str:
        """What its artist says of it, as a model of sentences reads it: title, description, tags, category."""
        tags = ", ".join(tag.name for tag in self.tags if tag.source == "artist")
        parts = (part.strip().removesuffix(".") for part in (self.title, self.description, tags, self.category))
        return ". ".join(part for part in parts if part)

    @property
    def blobs(self) -> frozenset[str]:
        """The sha256 of everything this artwork needs: originals and renditions."""
        return frozenset(key for page in self.pages for key in (page.sha256, *(r.sha256 for r in page.renditions)))

    def visible_to(self, viewer: Viewer) -> bool:
        """Whether a look-up by id answers. Lists are narrower: see `listed_for`."""
        return self.visibility is not Visibility.PRIVATE or self.owner == viewer.account_id

    def listed_for(self, viewer: Viewer) -> bool:
        """Whether lists, searches and counts may hold it."""
        return self.visibility is Visibility.PUBLIC or self.owner == viewer.account_id


class ArtworkChanges(Noun):
    """An edit: fields that are not set stay as they are. `tags` replaces the artist's own, the machine's stay."""

    title: str | None = None
    description: str | None = None
    alt_text: str | None = None
    category: str | None = None
    tags: tuple[str, ...] | None = None
    rejected_tags: tuple[str, ...] | None = None
    intended: bool | None = None
    visibility: Visibility | None = None
    licence: str | None = None
    ai_generated: bool | None = None
    original_public: bool | None = None


class Findings(Noun):
    """What an analysis wants written; fields that are not set stay. `tags` replaces the machine's own, the artist's stay."""

    page: Page | None = None
    swatches: tuple[Swatch, ...] | None = None
    tags: tuple[Tag, ...] | None = None
    caption: Caption | None = None
    caption_reason: str | None = None
    match: Match | None = None
    match_reason: str | None = None
    tags_reason: str | None = None
    space: str | None = None
    eyes: str | None = None


class Wanted(StrEnum):
    """How much of an analysis is due."""

    ALL = "all"
    MATCH = "match"
    EYES = "eyes"  # look again with the present eyes: everything but the renditions, colours and hash


class Claim(Noun):
    """A worker's lease on one artwork. `fence` counts claims: a later claim makes an earlier one void."""

    artwork: Artwork
    wanted: Wanted
    worker: str
    fence: int
    attempt: int


class Calibration(Noun):
    """Score = 100 / (1 + exp(-(cosine - midpoint) / scale)) in one embedding space. `version` is of these numbers; `pairs` is how many
    of the gallery's own they were fitted on, 0 for the start values."""

    space: str
    midpoint: float
    scale: float = Field(gt=0)
    version: str
    pairs: int = 0
