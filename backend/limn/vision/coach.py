"""What an artist's words could say besides, judged by what the machine found. Proposals for a person: nothing is changed by them."""

from limn import text
from limn.models import Artwork, Noun, Tag
from limn.vision.wording import TAG_NAMES

UNMENTIONED = 8
ALT_TEXT = 2_000  # the longest that an artist may write, see artworks/fields
_SURE = 0.3
_MEASURED = "measured"
# words that a tag may hold and a description need not
_SMALL = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "s", "the", "to", "with"))
_IRREGULAR = {
    "children": "child", "feet": "foot", "geese": "goose", "halves": "half", "knives": "knife", "leaves": "leaf", "men": "man",
    "mice": "mouse", "people": "person", "shelves": "shelf", "teeth": "tooth", "wolves": "wolf", "women": "woman",
    "color": "colour", "colors": "colour", "gray": "grey", "harbor": "harbour", "armor": "armour", "jewelry": "jewellery",
    "watercolor": "watercolour", "watercolors": "watercolour", "theater": "theatre", "cozy": "cosy",
}  # fmt: skip


class Advice(Noun):
    """`alt_text` is a draft, for a person to approve; `alt_text_method` says who wrote its sentence: "measured" knows colours and
    light alone, and speaks only where no model did."""

    unmentioned: tuple[str, ...] = ()
    unrecognised: tuple[str, ...] = ()
    alt_text: str | None = None
    alt_text_method: str | None = None


def advise(artwork: Artwork) -> Advice:
    """Of what was found so far; empty where nothing was. The artist's "intended" silences what is said of phrases."""
    draft = _draft(artwork)
    return Advice(
        unmentioned=_unmentioned(artwork),
        unrecognised=() if artwork.intended else _unrecognised(artwork),
        alt_text=draft,
        alt_text_method=artwork.analysis.caption.method if draft and artwork.analysis.caption else None,
    )


def _unmentioned(artwork: Artwork) -> tuple[str, ...]:
    """Names of what the machine is sure of, surest first, that neither the artist's words nor their alt text hold."""
    own = [tag.name for tag in artwork.tags if tag.source != "machine"]
    said = _stems("\n".join((artwork.title, artwork.description, artwork.alt_text or "", artwork.category, *own)))
    refused = {text.tag_name(name) for name in artwork.rejected_tags}
    found = [
        tag for tag in artwork.tags if _is_sure(tag) and tag.name not in refused and not _telling(tag.name) <= said
    ]
    return tuple(tag.name for tag in sorted(found, key=lambda tag: -tag.confidence)[:UNMENTIONED])


def _is_sure(tag: Tag) -> bool:
    # of colours and light nobody needs to be told: they are seen, and found by, without a word
    return tag.source == "machine" and tag.confidence >= _SURE and tag.name not in TAG_NAMES


def _unrecognised(artwork: Artwork) -> tuple[str, ...]:
    match = artwork.analysis.match
    return tuple(dict.fromkeys(one.text for one in match.phrases if not one.recognised)) if match else ()


def _draft(artwork: Artwork) -> str | None:
    """The caption as a sentence; None where there is none, or an alt text of the artist's already."""
    caption = artwork.analysis.caption
    if caption is None or (artwork.alt_text or "").strip():
        return None
    said = text.clean(caption.text)
    if not any(map(str.isalnum, said)):
        return None
    said = said[0].upper() + said[1:]
    if len(said) >= ALT_TEXT:
        at = said.rfind(" ", ALT_TEXT // 2, ALT_TEXT - 1)
        return said[: at if at > 0 else ALT_TEXT - 1].rstrip(" ,;:") + "…"
    return said if said[-1] in ".!?…。！？" else f"{said}."


def _telling(name: str) -> frozenset[str]:
    """The stems of a tag's words, without the small ones where there are others."""
    return _stems(" ".join(word for word in _words(name) if word not in _SMALL)) or _stems(name)


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(_stem, _words(words)))


def _words(words: str) -> list[str]:
    return text.words(words.replace("-", " "))


def _stem(word: str) -> str:
    """Enough of English that "foxes painted" mentions a fox and a painting; the same for both sides, so it may be wrong for both."""
    word = word.replace("’", "'").removesuffix("'s").removesuffix("'")
    word = _IRREGULAR.get(word, word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = f"{word[:-3]}y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) >= len(suffix) + 3:
            word = word.removesuffix(suffix)
            # running, stopped
            word = word[:-1] if word[-1] == word[-2] and word[-1] not in "lsz" else word
            break
    return word.removesuffix("e") if len(word) > 3 else word
