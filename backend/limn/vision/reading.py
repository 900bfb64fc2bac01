"""Find in a text the phrases that say how a picture looks. Only what can be measured; things and moods stay unread."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from limn import text as words
from limn.vision import lexicon as lex
from limn.vision.measures import TONE_AXES

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STOP = re.compile(r"[.;:!?()\n\[\]\"“”…—–]")
_LONGEST = 3
_TONED = frozenset(TONE_AXES)


@dataclass(frozen=True)
class Phrase:
    """Words as `typed` and the axes they name, which are never shown by the same place of a picture.

    `lean` are neighbours that may order what does not show the axes. A `suggested` phrase only leans: nobody judges by it.
    """

    typed: str
    axes: tuple[str, ...]
    lean: tuple[str, ...] = ()
    suggested: bool = False


@dataclass(frozen=True)
class _Token:
    word: str
    start: int
    end: int
    comma: bool
    stop: bool

    @property
    def breaks(self) -> bool:
        return self.comma or self.stop


def read(text: str) -> list[Phrase]:
    """The phrases of `text` that name a measurable look, in order, then those that only suggest one.

    A phrase in the reach of a negation is left out: what is *not* red is not looked for.
    """
    return sorted(_phrases(text, _tokens(text)), key=lambda phrase: phrase.suggested)


def _tokens(text: str) -> list[_Token]:
    found, before = [], 0
    for match in _TOKEN.finditer(text):
        gap = text[before : match.start()]
        word = words.fold(match.group()).replace("’", "'")
        found.append(_Token(word, match.start(), match.end(), "," in gap, bool(_STOP.search(gap))))
        before = match.end()
    return found


def _phrases(text: str, tokens: list[_Token]) -> Iterator[Phrase]:
    negated = said = False
    at = 0
    while at < len(tokens):
        token = tokens[at]
        # "no people, blue sky" ends at the comma, "without red, green or blue" doesn't
        if token.stop or (token.comma and not said) or token.word in lex.TURNS:
            negated = False
        if token.word in lex.NEGATIONS or token.word.endswith("n't"):
            negated, said = True, False
        end, axes, lean, suggested = _Clause(tokens, at).read()
        if axes and not negated:
            yield Phrase(text[token.start : tokens[end - 1].end], axes, lean, suggested)
        said = said or bool(axes)
        at = end


_Read = tuple[int, tuple[str, ...], tuple[str, ...], bool]


@dataclass(frozen=True)
class _Clause:
    """The text from one token on: what the first phrase there says, and where it ends."""

    tokens: list[_Token]
    at: int

    def read(self) -> _Read:
        return self._black_and_white() or self._fixed() or self._colour() or self._look() or self._nothing()

    def _black_and_white(self) -> _Read | None:
        if self._words(self.at, 3) != "black and white":
            return None
        after = self._word(self.at + 3)
        of_picture = not after or after in lex.GENRES | lex.COLOURINGS | lex.JOINTS | lex.TURNS
        return (self.at + 3, ("black and white",), (), False) if of_picture else None

    def _colour(self) -> _Read | None:
        """A colour with the modifiers before it. Only the nearest modifier counts."""
        at, tone, ish = self.at, "", ""
        while (word := self._word(at, joined=at > self.at)) in lex.ADVERBS or word in lex.MODIFIERS or word in lex.ISH:
            tone, ish, at = lex.MODIFIERS.get(word, tone), lex.ISH.get(word, ish), at + 1
        if word := self._word(at, joined=at > self.at):
            size, axis = self._named(at, toned=bool(tone) and self._word(at - 1) not in lex.FOODLY)
            if axis:
                if word in {"black", "white", "brown", "red"} and self._word(at + size) in lex.PEOPLE:
                    return None
                axes, lean = _toned(axis, tone)
                return at + size, axes, (*lean, *([ish] if ish else [])), False
        return (at, (ish,), (), False) if ish else None

    def _named(self, at: int, *, toned: bool) -> tuple[int, str]:
        """How many words from `at` on name a colour, and its axes joined by bars; "" where none is meant."""
        for size in range(_LONGEST, 0, -1):
            if axis := lex.COLOURS.get(_singular(self._words(at, size), lex.COLOURS)):
                return size, axis
        thing = _singular(self._word(at), lex.THINGS)
        if thing not in lex.THINGS:
            return 0, ""
        after = self._word(at + 1)
        if after in lex.COLOURS or after in lex.COLOURINGS:
            return 2, lex.THINGS[thing]
        return (1, lex.THINGS[thing]) if toned else (0, "")

    def _fixed(self) -> _Read | None:
        for size in range(_LONGEST, 0, -1):
            if axis := lex.LOOKS.get(self._words(self.at, size)):
                return self.at + size, (axis,), (), False
        return None

    def _look(self) -> _Read | None:
        word = self._word(self.at)
        if (axis := lex.LOOKS_OF_PICTURES.get(word)) is None:
            return None
        end, after = self.at + 1, self._word(self.at + 1)
        ends = not after or after in lex.JOINTS
        if after in {"and", "to"} and {word, self._word(self.at + 2)} <= lex.MODIFIERS.keys():
            # "light and dark blue" says nothing of the picture's light
            return None
        if (
            after in lex.COLOURINGS
            or (after in lex.PICTURES and word not in lex.LOOKS_OF_COLOURS)
            or (axis in {"warm", "cool"} and after in {"light", "glow"})
            or (ends and (word in lex.PLAIN_LOOKS or self._alone()))
        ):
            return end, (axis,), (), False
        if part := None if ends or after in lex.COLOURS else lex.LOOKS_OF_PARTS.get(word):
            return end, (part,), (axis,), False
        return None

    def _nothing(self) -> _Read:
        axis = lex.SUGGESTIVE.get(self._word(self.at))
        return self.at + 1, (axis,) if axis else (), (), True

    def _word(self, at: int, *, joined: bool = True) -> str:
        """The word there; "" past the end, or where a break cuts it off from the word before."""
        if at >= len(self.tokens) or (joined and at > self.at and self.tokens[at].breaks):
            return ""
        return self.tokens[at].word

    def _words(self, at: int, size: int) -> str:
        found = [self._word(place) for place in range(at, at + size)]
        return " ".join(found) if all(found) else ""

    def _alone(self) -> bool:
        """Whether this word is all that its part of the sentence says: "dark, square and warm"."""
        before, after = self.at - 1, self.at + 1
        while before >= 0 and not self.tokens[before + 1].breaks and self.tokens[before].word in lex.ADVERBS:
            before -= 1
        starts = before < 0 or self.tokens[before + 1].breaks or self.tokens[before].word == "and"
        return starts and (after >= len(self.tokens) or self.tokens[after].breaks or self.tokens[after].word == "and")


def _toned(axis: str, tone: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The axes of a colour in a tone, and the plain colour to lean on."""
    plain = tuple(axis.split("|"))
    near = tuple(lex.NEAR[one] for one in plain if one in lex.NEAR and lex.NEAR[one] not in plain)
    known = tuple(f"{tone} {one}" for one in plain if f"{tone} {one}" in _TONED)
    if not tone or not known:
        return plain, near
    also = tuple(lex.ALSO[one] for one in known if one in lex.ALSO)
    return (*known, *also), plain


def _singular(word: str, known: dict[str, str]) -> str:
    return word if word in known or not word.endswith("s") or word[:-1] not in known else word[:-1]
