"""What an edit, a finding and a request do to an artwork: pure, and the same for every store."""

from collections.abc import Iterable
from typing import Any

from limn.models import Analysis, Artwork, ArtworkChanges, Findings, State, Tag, Wanted

_OF_THE_ANALYSIS = ("caption", "caption_reason", "match", "match_reason", "space")


def edited(artwork: Artwork, changes: ArtworkChanges) -> Artwork:
    """The artwork after an edit. Only `alt_text` can be emptied by None; elsewhere None says nothing."""
    given = {name: getattr(changes, name) for name in changes.model_fields_set}
    update = {name: value for name, value in given.items() if value is not None or name == "alt_text"}
    if "tags" in update:
        own = (Tag(name=name, source="artist", confidence=1.0) for name in dict.fromkeys(update["tags"]))
        update["tags"] = _merged(own, (tag for tag in artwork.tags if tag.source == "machine"))
    return artwork.model_copy(update=update)


def found(artwork: Artwork, findings: Findings) -> Artwork:
    """The artwork with what an analysis found. A field set to None becomes empty, one not set stays."""
    given = {name: getattr(findings, name) for name in findings.model_fields_set}
    update: dict[str, Any] = {}
    if given.get("page") is not None:
        update["pages"] = (given["page"], *artwork.pages[1:])
    if "swatches" in given:
        update["swatches"] = given["swatches"] or ()
    if "tags" in given:
        own = (tag for tag in artwork.tags if tag.source != "machine")
        update["tags"] = _merged(own, given["tags"] or ())
    inner = {name: given[name] for name in _OF_THE_ANALYSIS if name in given}
    if inner:
        update["analysis"] = artwork.analysis.model_copy(update=inner)
    return artwork.model_copy(update=update)


def due(analysis: Analysis) -> Analysis:
    """Asked for afresh: pending, no attempt counted, no error. What was found before stays until it is replaced."""
    return analysis.model_copy(update={"state": State.PENDING, "attempts": 0, "error": None})


def outstanding(state: State, wanted: Wanted, asked: Wanted) -> Wanted:
    """How much is due after `asked`: whoever asks for less never takes away what was not done yet."""
    return asked if state is State.DONE or wanted is Wanted.MATCH else Wanted.ALL


def _merged(own: Iterable[Tag], machine: Iterable[Tag]) -> tuple[Tag, ...]:
    """The artist's tags, then the machine's; of equal names the first wins."""
    names: dict[str, Tag] = {}
    for tag in (*own, *machine):
        names.setdefault(tag.name, tag)
    return tuple(names.values())
