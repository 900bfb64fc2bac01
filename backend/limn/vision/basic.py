"""Eyes without a model: they measure colour, light, detail and format, and never say what is in the picture."""

from collections.abc import Sequence

import numpy as np

from limn.imaging.picture import Picture
from limn.models import Caption, Match, Tag
from limn.models import Phrase as Judgement
from limn.vision import measures, wording
from limn.vision.protocol import Concept, Judged, Vector
from limn.vision.reading import Phrase, read
from limn.vision.scoring import verdict

_PLACE = {axis: place for place, axis in enumerate(measures.AXES)}
_AREA_AXES = frozenset((*measures.TERM_AXES, *measures.TONE_AXES, *measures.SHADE_AXES, *measures.PART_AXES))
# What an axis weighs of a picture's unit length. Terms are a partition of the area; at most two tones and five shades hold at
# one place and thirteen looks at once, so that the sum stays below 1 and the last coordinate takes the rest.
_BUDGET = np.repeat(
    np.array([0.35, 0.12, 0.04, 0.015], np.float32),
    [len(axes) for axes in (measures.TERM_AXES, measures.TONE_AXES, measures.SHADE_AXES, measures.SCENE_AXES)],
)
_LEAN = 0.25
_SUGGESTED = 0.5
# area that a colour must take for its score to reach 63: an eye finds a colour long before it fills the picture
_NOTICED = 0.06
_UNMEASURABLE = "Nothing in the description is a colour, light or format that can be measured without a picture model."
_EMPTY = "There is no description yet that could be compared with the picture."


class Basic:
    """Measured eyes. A coordinate of their space is √(weight · how far the axis is shown), so the cosine of a picture and a
    word grows with the area alone, whatever else is in the picture, and two colours wanted are best found together."""

    model = "limn/basic@1"
    # `explain` from here on: the picture shows it. 3 % of the area is the least that an eye takes for a colour of the picture
    shows = 0.03

    @property
    def space(self) -> str:
        return self.model

    @property
    def tag_names(self) -> frozenset[str]:
        return wording.TAG_NAMES

    def embed_image(self, picture: Picture) -> Vector:
        """float32 (axes + 1,), unit length."""
        squares = _BUDGET * measures.measure(picture)
        rest = max(1.0 - float(squares.sum()), 0.0)
        vector = np.sqrt(np.append(squares, np.float32(rest)))
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def embed_text(self, text: str) -> Vector | None:
        """Unit length; None where the text names nothing measurable, though it may suggest something ("night")."""
        phrases = read(text)
        if not any(not phrase.suggested for phrase in phrases):
            return None
        wanted = np.zeros(len(_BUDGET) + 1, np.float32)
        for phrase in phrases:
            _want(wanted, phrase.axes, _SUGGESTED if phrase.suggested else 1.0)
            _want(wanted, phrase.lean, _LEAN)
        return np.asarray(wanted / np.linalg.norm(wanted), np.float32)

    def concepts(self, text: str) -> Sequence[Concept]:
        return [Concept(phrase.typed) for phrase in _judged(text)]

    def explain(self, vector: Vector, phrase: str) -> float:
        """The share of the area for a colour, the degree for any other look; of several in one phrase the least.

        0.0 where the phrase names nothing measurable. `shows` is the least that counts as showing.
        """
        return float(self.shares(vector[None], phrase)[0])

    def shares(self, vectors: Vector, phrase: str) -> Vector:
        """See the port and `explain`. Only the axes of the phrase are read, so a whole gallery costs little."""
        parts = [
            sum(vectors[:, _PLACE[axis]] ** 2 / _BUDGET[_PLACE[axis]] for axis in part.axes) for part in _judged(phrase)
        ]
        least = np.minimum.reduce(parts) if parts else np.zeros(len(vectors))
        return np.minimum(least, 1.0).astype(np.float32)

    def match(self, picture: Picture, description: str) -> Judged:
        """How far the picture shows what the description says of colour, light, detail and format; nothing else is judged."""
        if not description.strip():
            return Judged(None, _EMPTY)
        if not (phrases := _judged(description)):
            return Judged(None, _UNMEASURABLE)
        shown = measures.measure(picture)
        judgements = []
        for phrase in phrases:
            share = _shown(shown, phrase)
            score = _score(share, area=phrase.axes[0] in _AREA_AXES)
            judgements.append(Judgement(text=phrase.typed, recognised=share >= self.shows, score=score))
        score = round(sum(one.score or 0 for one in judgements) / len(judgements))
        return Judged(
            Match(score=score, verdict=verdict(score), method="measured", model=self.model, phrases=tuple(judgements)),
            None,
        )

    def caption(self, picture: Picture) -> Caption:
        return Caption(text=wording.sentence(picture), method="measured", model=self.model)

    def tags(self, picture: Picture) -> tuple[Tag, ...]:
        return wording.tags(picture)


def _judged(text: str) -> list[Phrase]:
    """What may be judged by, each phrase once."""
    once: dict[str, Phrase] = {}
    for phrase in read(text):
        if not phrase.suggested:
            once.setdefault(phrase.typed.casefold(), phrase)
    return list(once.values())


def _shown(shown: Vector, phrase: Phrase) -> float:
    # the axes of one phrase lie in different places of the picture, so their areas add up
    return min(float(sum(shown[_PLACE[axis]] for axis in phrase.axes)), 1.0)


def _score(share: float, *, area: bool) -> int:
    return round(100 * (1 - np.exp(-share / _NOTICED))) if area else round(100 * share)


def _want(wanted: Vector, axes: tuple[str, ...], weight: float) -> None:
    """Raise the axes so that each phrase of a text counts alike, whatever its axes weigh in a picture."""
    for axis in axes:
        place = _PLACE[axis]
        wanted[place] = max(wanted[place], weight / np.sqrt(_BUDGET[place]))
