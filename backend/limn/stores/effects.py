"""What an edit and a finding do to an artwork: pure, and the same for every store."""

from collections.abc import Collection, Iterable
from typing import Any

from limn.models import Analysis, Artwork, ArtworkChanges, Findings, Tag

_OF_THE_ANALYSIS = tuple(name for name in Findings.model_fields if name in Analysis.model_fields)


def edited(artwork: Artwork, changes: ArtworkChanges) -> Artwork:
    """The artwork after an edit. Only `alt_text` can be emptied by None; elsewhere None says nothing."""
    given = {name: getattr(changes, name) for name in changes.model_fields_set}
    update = {name: value for name, value in given.items() if value is not None or name == "alt_text"}
    if "tags" in update or "rejected_tags" in update:
        update |= _tagged(artwork, update.get("tags"), update.get("rejected_tags", artwork.rejected_tags))
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
        update["tags"] = _merged(own, given["tags"] or (), artwork.rejected_tags)
    inner = {name: given[name] for name in _OF_THE_ANALYSIS if name in given}
    if inner:
        update["analysis"] = artwork.analysis.model_copy(update=inner)
    return artwork.model_copy(update=update)


def _tagged(artwork: Artwork, own_names: Iterable[str] | None, rejected: Iterable[str]) -> dict[str, Any]:
    """The tags and the rejected ones after an edit. What the artist says of the picture outweighs what they refused before."""
    own = [tag for tag in artwork.tags if tag.source != "machine"]
    if own_names is not None:
        own = [Tag(name=name, source="artist", confidence=1.0) for name in dict.fromkeys(own_names)]
    said = {tag.name for tag in own}
    refused = tuple(name for name in dict.fromkeys(rejected) if name not in said)
    machine = (tag for tag in artwork.tags if tag.source == "machine")
    return {"tags": _merged(own, machine, refused), "rejected_tags": refused}


def _merged(own: Iterable[Tag], machine: Iterable[Tag], rejected: Collection[str]) -> tuple[Tag, ...]:
    """The artist's tags, then the machine's that are not rejected; of equal names the first wins."""
    names: dict[str, Tag] = {}
    for tag in (*own, *(tag for tag in machine if tag.name not in rejected)):
        names.setdefault(tag.name, tag)
    return tuple(names.values())
