"""Match and tags from any model whose vectors of pictures and texts lie in one space, by comparing them. Nothing is trained."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from limn.errors import NotServed
from limn.models import Calibration, Match, Phrase, Tag
from limn.vision.phrases import phrases, sentences
from limn.vision.protocol import Embedder, Judged, Look, Vector
from limn.vision.scoring import RECOGNISED, score, verdict
from limn.vision.vocabulary import Group, Vocabulary
from limn.vision.wordvectors import WordVectors, checked, mean_rows

TAGS = 15
_TEMPERATURE = 100.0  # what CLIP's cosines are multiplied by in its training, and SigLIP's by nearly
_PHRASE_TEMPLATES = 2  # a dozen phrases in all five would take as long as a caption
# Of a hundred words that do not fit one always fits best, and wins its group. So a word must stand out among all the words for this
# picture, too, by this many standard deviations. Reckoned with spreads as CLIP's are said to be (0.013 to 0.018), that leaves about one
# wrong tag a picture where the floor alone leaves two to eight, and needs no number that belongs to one model.
_STANDS_OUT = 3.0
_CROWD = 200  # words from which on a spread says something
_EMPTY = "There is no description yet that could be compared with the picture."
_WORDLESS = "There are no words in the description that could be compared with the picture."


async def embed_query(embedder: Embedder, text: str) -> Vector:
    """float32 (d,), unit length: the mean over the space's templates. Raises EyesAway, NotServed."""
    texts = _in_templates(embedder.templates, text)
    rows = await embedder.embed_texts(texts)
    return np.asarray(mean_rows(checked(rows, len(texts)), [len(texts)])[0])


async def embed_description(embedder: Embedder, description: str) -> Vector:
    """float32 (n, d), unit rows: of each text that the description is scored by; (0, 0) where it holds no words. Raises EyesAway,
    NotServed."""
    texts = sentences(description)
    if not texts:
        return np.zeros((0, 0), np.float32)
    return mean_rows(checked(await embedder.embed_texts(texts), len(texts)), [1] * len(texts))


def agreement(rows: Vector, vector: Vector) -> float:
    """The cosine of a description (n, d), n from 1 on, and a picture (d,): the mean of the two sentences that fit best, since the
    others may tell of something else. Raises NotServed where they are of different spaces."""
    best = np.sort(_cosines(rows, vector))[-2:]
    return round(float(best.mean()), 6)


class _ZeroShot:
    """A Speaker in the embedder's name."""

    method = "clip"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def model(self) -> str:
        return self._embedder.model

    @property
    def host(self) -> str | None:
        return self._embedder.host

    @property
    def away(self) -> str | None:
        """Why it would not be asked now, where the embedder knows; else None."""
        reason: str | None = getattr(self._embedder, "away", None)
        return reason

    async def _vector(self, look: Look) -> Vector:
        """Of the picture in the embedder's space, embedded once a look. Raises EyesAway, NotServed."""
        embedder = self._embedder
        if not embedder.looks:
            raise NotServed(f"{embedder.model} reads words and sees no pictures.")
        known = ("vector", embedder.space)
        # the embedder knows whether a private work may leave: it is asked, though the vector be there from when it was public
        if look.vector is not None and look.space == embedder.space and not (look.private and embedder.host):
            return look.vector
        if known not in look.known:
            look.known[known] = checked((await embedder.embed(look))[None], 1)[0]
        vector: Vector = look.known[known]
        return vector


class ZeroShotMatcher(_ZeroShot):
    """`calibrations` answers the present numbers of a space."""

    def __init__(self, embedder: Embedder, calibrations: Callable[[str], Calibration]) -> None:
        super().__init__(embedder)
        self._calibrations = calibrations

    async def match(self, look: Look) -> Judged:
        """A phrase that is not recognised is what the machine fails to see, and no fault of the picture. Raises EyesAway, NotServed."""
        if not look.description.strip():
            return Judged(None, _EMPTY)
        wholes, parts = sentences(look.description), phrases(look.description)
        if not wholes:
            return Judged(None, _WORDLESS)
        vector = await self._vector(look)
        templates = self._embedder.templates[:_PHRASE_TEMPLATES]
        prompts = [*([whole] for whole in wholes), *(_in_templates(templates, part) for part in parts)]
        texts = [text for prompt in prompts for text in prompt]
        rows = mean_rows(checked(await self._embedder.embed_texts(texts), len(texts)), list(map(len, prompts)))
        cosines = [round(float(cosine), 6) for cosine in _cosines(rows[len(wholes) :], vector)]
        return Judged(self._judge(agreement(rows[: len(wholes)], vector), parts, cosines), None)

    def _judge(self, cosine: float, parts: Sequence[str], cosines: Sequence[float]) -> Match:
        calibration = self._calibrations(self._embedder.space)
        judged = []
        for part, its in zip(parts, cosines, strict=True):
            value = score(its, calibration)
            judged.append(Phrase(text=part, recognised=value >= RECOGNISED, score=value, cosine=its))
        whole = score(cosine, calibration)
        return Match(
            score=whole,
            verdict=verdict(whole),
            method=self.method,
            model=self.model,
            cosine=cosine,
            calibrated=calibration.pairs > 0,
            calibration=calibration.version,
            phrases=tuple(judged),
        )


class ZeroShotTagger(_ZeroShot):
    """Embeds the vocabulary in the embedder's space when it is first needed, and keeps that under `cache_dir`."""

    def __init__(self, embedder: Embedder, vocabulary: Vocabulary, cache_dir: Path) -> None:
        super().__init__(embedder)
        self._groups = vocabulary.groups
        self._version = vocabulary.version
        self._words = WordVectors(embedder, vocabulary, cache_dir)

    @property
    def vocabulary(self) -> str:
        return self._version

    async def prepare(self) -> None:
        """What else the first work would have to wait for. Raises EyesAway, NotServed."""
        await self._words.get()

    async def tags(self, look: Look) -> tuple[Tag, ...]:
        found = await self.tags_of(await self._vector(look))
        if found is None:
            raise NotServed(f"{self.model} answers other vectors for pictures than for words.")
        return found

    async def tags_of(self, vector: Vector) -> tuple[Tag, ...] | None:
        """`vector` in the embedder's space; None where it cannot be, by its length."""
        rows = await self._words.get()
        if vector.shape != rows.shape[1:] or not np.isfinite(vector).all():
            return None
        cosines = _cosines(rows, vector)
        least = self._embedder.cutoff.floor
        if len(cosines) >= _CROWD:
            least = max(least, float(cosines.mean() + _STANDS_OUT * cosines.std()))
        confidences: dict[str, float] = {}
        at = 0
        for group in self._groups:
            size = len(group.words) + len(group.against)
            for name, share in _winners(group, cosines[at : at + size], least):
                confidences[name] = max(share, confidences.get(name, 0.0))
            at += size
        ranked = sorted(confidences.items(), key=lambda one: (-one[1], one[0]))[:TAGS]
        return tuple(Tag(name=name, source="machine", confidence=round(share, 3)) for name, share in ranked)


def _winners(group: Group, cosines: NDArray[np.float64], least: float) -> list[tuple[str, float]]:
    """The words of a group that win their share of its softmax, from the cosine `least` on."""
    odds = np.exp(_TEMPERATURE * (cosines - cosines.max()))
    shares = odds / odds.sum()
    found = [
        (word.name, float(share))
        for word, share, cosine in zip(group.words, shares, cosines, strict=False)  # the contrasts come after the words
        if share >= group.at_least and cosine >= least
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))[: group.most]


def _in_templates(templates: Sequence[str], text: str) -> list[str]:
    return [template.replace("{}", text) for template in templates] or [text]


def _cosines(rows: Vector, vector: Vector) -> NDArray[np.float64]:
    """(n,): `rows` of unit length with one vector of any, which may come from half precision."""
    if vector.shape != rows.shape[1:]:
        raise NotServed(
            f"The model's vectors of pictures have {vector.shape} numbers, those of texts {rows.shape[1:]}."
        )
    length = float(np.linalg.norm(vector))
    if not 1e-6 < length < np.inf:
        raise NotServed("The picture's vector has no direction.")
    return np.clip(rows.astype(np.float64) @ (vector.astype(np.float64) / length), -1, 1)
