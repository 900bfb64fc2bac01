"""What a page of results says of itself, in a sentence."""

from collections.abc import Sequence

from limn.index.entries import Where
from limn.search.question import Question
from limn.search.ranking import Tier

CHANGED = "The gallery has changed since the first page: a work may be missing or come twice."
GONE = "There is nothing here."
AWAY = "The model that searches by meaning is away at the moment; words and what can be measured have answered."
ENGLISH = "What words mean is understood in English only; in another language, the words themselves are looked for."
_LONGEST = 60  # characters of a query in a sentence


def guessed(guesses: Sequence[tuple[str, str]]) -> str | None:
    """`guesses`: words that nothing has, each with what was taken for it."""
    if not guesses:
        return None
    words, meant = (" and ".join(f"“{one}”" for one in side) for side in zip(*guesses, strict=True))
    return f"No work has {words}; these have {meant}."


def of(question: Question, phrases: Sequence[str], best: int, where: Where, *, by_model: bool) -> str | None:
    """None where the results speak for themselves. `best` is the best tier there is, `phrases` what can be measured, `by_model`
    whether a model compared all of it."""
    if best <= Tier.MEANING:
        return None
    if best == Tier.PARTIAL:
        return "No work clearly fits; these come close." if by_model else "No work has all of it; these have a part."
    if not question.terms:
        return "There is no word in this to look for."
    if not question.words:
        return "These words are in everything; add one that says more."
    return _nothing(question, phrases, best, where, by_model=by_model)


def _nothing(question: Question, phrases: Sequence[str], best: int, where: Where, *, by_model: bool) -> str:
    inside = " inside these filters" if any((where.category, where.artist, where.tags)) else ""
    ending = "these come nearest." if best == Tier.NEAREST else "none has been looked at yet."
    if question.phrases and best > Tier.NEAREST:
        said = " and ".join(f"“{' '.join(phrase)}”" for phrase in question.phrases)
        return f"No work{inside} has {said} word for word."
    if by_model:
        text = question.text if len(question.text) <= _LONGEST else f"{question.text[: _LONGEST - 1]}…"
        return f"No work{inside} clearly fits “{text}”; {ending}"
    if not phrases:
        said = " or ".join(f"“{word}”" for word in _distinct(question))
        return f"No work{inside} has {said} in its words, and nothing of it can be measured in a picture."
    shown = " and ".join(f"“{phrase}”" for phrase in phrases)
    return f"No picture{inside} clearly shows {shown}; {ending}"


def _distinct(question: Question) -> list[str]:
    """A few of the words, for a sentence."""
    found = [
        "".join(word) if not word[0].isascii() else (" " if word in question.phrases else "'").join(word)
        for word in question.words
    ]
    return found[:4]
