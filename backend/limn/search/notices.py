"""What a page of results says of itself, in a sentence."""

from collections.abc import Sequence

from limn.index.entries import Where
from limn.search.question import Question
from limn.search.ranking import Tier

CHANGED = "The gallery has changed since the first page: a work may be missing or come twice."
GONE = "There is nothing here."


def of(question: Question, phrases: Sequence[str], best: int, where: Where) -> str | None:
    """None where the results speak for themselves. `best` is the best tier there is, `phrases` what eyes can look for."""
    if best <= Tier.MEANING:
        return None
    if best == Tier.PARTIAL:
        return "No work has all of it; these have a part."
    inside = " inside these filters" if any((where.category, where.artist, where.tags)) else ""
    if not question.terms:
        return "There is no word in this to look for."
    if not question.words:
        return "These words are in everything; add one that says more."
    if not phrases:
        said = " or ".join(f"“{word}”" for word in _distinct(question))
        return f"No work{inside} has {said} in its words, and nothing of it can be measured in a picture."
    shown = " and ".join(f"“{phrase}”" for phrase in phrases)
    ending = "these come nearest." if best == Tier.NEAREST else "none has been measured yet."
    return f"No picture{inside} clearly shows {shown}; {ending}"


def _distinct(question: Question) -> list[str]:
    """A few of the words, for a sentence."""
    found = ["".join(word) if not word[0].isascii() else "'".join(word) for word in question.words]
    return found[:4]
