"""What of an analysis is to be made again: what other eyes found, what nobody answered, and no more, for answers cost."""

from dataclasses import dataclass
from typing import Self

from limn.models import READ, Artwork
from limn.vision.composition import MEASURED, Eyes


@dataclass(frozen=True)
class Due:
    """`vector` is the picture's, or its words', in the target space; `words` are to be read by the model of sentences."""

    words: bool = False
    vector: bool = False
    caption: bool = False
    tags: bool = False
    match: bool = False

    @classmethod
    def everything(cls) -> Self:
        return cls(words=True, vector=True, caption=True, tags=True, match=True)


def due_again(artwork: Artwork, eyes: Eyes, *, embedded: bool) -> Due:
    """For a second look. `embedded` says whether there is a vector in the target space."""
    moved, captioners, matchers, taggers = _others(artwork.analysis.eyes, eyes.fingerprint)
    # who compares vectors judges anew in another space
    moved = moved and eyes.embedder is not None and eyes.embedder.looks
    return Due(
        words=bool(eyes.reads) and artwork.analysis.read_into != eyes.reads,
        vector=eyes.embedder is not None and not embedded,
        caption=_caption_is_due(artwork, eyes, others=captioners),
        match=_match_is_due(artwork, eyes, others=matchers or moved),
        tags=_tags_are_due(artwork, eyes, others=taggers or moved),
    )


def _caption_is_due(artwork: Artwork, eyes: Eyes, *, others: bool) -> bool:
    caption, reason = artwork.analysis.caption, artwork.analysis.caption_reason
    if caption is None or reason is not None:
        return True
    # measured where a model could have spoken: it was not served, or the work was private
    return bool(eyes.captioners) and (others or caption.method == MEASURED)


def _match_is_due(artwork: Artwork, eyes: Eyes, *, others: bool) -> bool:
    match, reason = artwork.analysis.match, artwork.analysis.match_reason
    if not artwork.description.strip():
        return False  # nothing can be judged, and the reason says so
    missing = match is None or reason is not None
    if not eyes.matchers:
        return missing and others  # what could not be measured never can
    return missing or others or (match is not None and match.method == MEASURED)


def _tags_are_due(artwork: Artwork, eyes: Eyes, *, others: bool) -> bool:
    if artwork.analysis.tags_reason is not None:
        return True
    return bool(eyes.taggers) and (others or not eyes.by_models(artwork.tags))


def _others(before: str | None, now: str) -> tuple[bool, bool, bool, bool]:
    """Which of the first four parts of a fingerprint differ. An empty space is one that was away: what else was found holds."""
    old, new = ((eyes or "").partition(READ)[0].split(";") for eyes in (before, now))
    if len(old) != len(new):
        return True, True, True, True
    space, captioners, matchers, taggers = (one != other for one, other in zip(old, new, strict=True))
    return space and old[0] != "", captioners, matchers, taggers
