"""CLIP elsewhere, as an endpoint of zero-shot classification: how literally a description and its parts fit the picture."""

from statistics import fmean
from typing import TYPE_CHECKING

from limn.errors import EyesAway
from limn.models import Match, Phrase
from limn.vision.huggingface import margins as m
from limn.vision.huggingface.showing import Courier
from limn.vision.phrases import phrases, sentences
from limn.vision.protocol import Judged, Look
from limn.vision.scoring import RECOGNISED, verdict

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient

_SENTENCES = 2  # the best fitting of a description make its score
_UNDESCRIBED = "There is no description yet that could be compared with the picture."


class Clip:
    """Its match has a margin only (see `margins`): `cosine` is None, and the score is not calibrated."""

    method = "clip"

    def __init__(self, courier: Courier, model: str) -> None:
        self._courier, self.model = courier, model

    @property
    def host(self) -> str:
        return self._courier.line.host.name

    @property
    def away(self) -> str | None:
        return self._courier.line.away()

    def shut(self, owner: str) -> EyesAway | None:
        return self._courier.line.shut(owner)

    async def match(self, look: Look) -> Judged:
        description = m.without_specials(look.description)
        whole = [cut for sentence in sentences(description) if (cut := m.cut(sentence))]
        if not whole:
            return Judged(None, _UNDESCRIBED)
        parts = {phrase: cut for phrase in phrases(description) if (cut := m.cut(phrase))}
        labels = list(dict.fromkeys([*whole, *parts.values(), *m.ELSEWHERE]))

        async def question(client: "AsyncInferenceClient", jpeg: bytes) -> dict[str, float]:
            answer = await client.zero_shot_image_classification(jpeg, labels, hypothesis_template="{}")
            return m.check(answer, labels)

        margins = m.margins(await self._courier.show(look, question))
        scores = {phrase: m.score(margins[cut]) for phrase, cut in parts.items()}
        # of a long text not every sentence is about what is to be seen
        score = m.score(fmean(sorted((margins[cut] for cut in whole), reverse=True)[:_SENTENCES]))
        return Judged(
            Match(
                score=score,
                verdict=verdict(score),
                method=self.method,
                model=self.model,
                phrases=tuple(
                    Phrase(text=text, recognised=one >= RECOGNISED, score=one) for text, one in scores.items()
                ),
            ),
            None,
        )
