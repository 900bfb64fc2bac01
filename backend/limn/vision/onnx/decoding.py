"""The search for words: greedy or by beams, as the field's libraries do it, over any decoder that says how likely each word is next."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from limn.errors import BadSettings, NotServed

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]
# (n, t) ids so far, and which row of the call before each continues -> (n, words) logits of the next one
Step = Callable[[Ids, NDArray[np.intp]], Scores]
_Next = tuple[int, int, float]  # the row that goes on, the word, log likelihood of it all

_LONGEST = 64
_USUAL = 30


@dataclass(frozen=True)
class Speech:
    """How long and how a decoder speaks. `longest` counts the start token; of several `beams` the best sentence by log likelihood
    over length to the power of `length_penalty` is taken; no `no_repeat` words in a row are said twice."""

    start: int
    stops: frozenset[int]
    longest: int
    beams: int = 1
    length_penalty: float = 1.0
    early: bool | Literal["never"] = False
    no_repeat: int = 3
    shortest: int = 0


@dataclass(frozen=True)
class Said:
    """Without start and end; `ended` where it came to its end by itself."""

    ids: tuple[int, ...]
    ended: bool


def read(said: Mapping[str, Any], name: str) -> Speech:
    """From what generation_config.json and config.json say; `name` is for the errors. Raises BadSettings."""
    try:
        start = said.get("decoder_start_token_id", said.get("bos_token_id"))
        stops = said["eos_token_id"]
        longest = int(said["max_new_tokens"]) + 1 if "max_new_tokens" in said else int(said.get("max_length", _USUAL))
        early = said.get("early_stopping", False)
        speech = Speech(
            start=int(start),
            stops=frozenset(map(int, stops if isinstance(stops, list) else [stops])),
            longest=min(max(longest, 2), _LONGEST),
            beams=int(said.get("num_beams", 1)),
            length_penalty=float(said.get("length_penalty", 1.0)),
            early="never" if early == "never" else bool(early),
            no_repeat=int(said.get("no_repeat_ngram_size", 3)),
            shortest=int(said.get("min_length", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadSettings(f"{name} does not say how the captioner begins and ends: {error}") from None
    if not 1 <= speech.beams <= 16 or not math.isfinite(speech.length_penalty):
        raise BadSettings(
            f"{name}: {speech.beams} beams with a length penalty of {speech.length_penalty} cannot be used"
        )
    return speech


def say(step: Step, speech: Speech) -> Said:
    """Raises what `step` raises, and NotServed where that answers no numbers."""
    return _greedy(step, speech) if speech.beams == 1 else _Beams(speech).search(step)


def _greedy(step: Step, speech: Speech) -> Said:
    ids = [speech.start]
    while len(ids) < speech.longest:
        scores = _allowed(_asked(step, [ids], [0]), [ids], speech)[0]
        best = int(scores.argmax())
        if best in speech.stops or scores[best] == -np.inf:
            return Said(tuple(ids[1:]), ended=True)
        ids.append(best)
    return Said(tuple(ids[1:]), ended=False)


class _Beams:
    """Sentences that ended are kept, the best of them, as many as there are beams; the others go on. It is over when none that goes on
    can become better than the worst that is kept."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._kept: list[tuple[float, Said]] = []

    def search(self, step: Step) -> Said:
        rows, parents, sums = [[self._speech.start]], [0], np.zeros(1)
        over = False
        while not over and len(rows[0]) < self._speech.longest:
            scores = _log_softmax(_asked(step, rows, parents))
            best = self._best(_allowed(scores, rows, self._speech) + sums[:, None])
            length = len(rows[0])  # with the word to come, without the start
            going = self._part(best, rows, length)
            if not going:
                over = bool(self._kept)
                break
            over = self._over(going, length)
            rows, parents = [[*rows[row], word] for row, word, _ in going], [row for row, _, _ in going]
            sums = np.array([total for _, _, total in going])
        if not over:
            for row, total in zip(rows, sums, strict=True):
                self._keep(float(total), Said(tuple(row[1:]), ended=False), max(len(row) - 1, 1))
        return self._kept[0][1] if self._kept else Said((), ended=True)

    def _best(self, totals: NDArray[np.float64]) -> list[_Next]:
        """Best first, and so many that enough of them do not end."""
        count = min(max(2, 1 + len(self._speech.stops)) * self._speech.beams, totals.size)
        flat, words = totals.ravel(), totals.shape[1]
        places = np.argpartition(-flat, count - 1)[:count]
        places = places[np.lexsort((places, -flat[places]))]
        return [
            (int(place // words), int(place % words), float(flat[place])) for place in places if flat[place] > -np.inf
        ]

    def _part(self, best: Sequence[_Next], rows: Sequence[list[int]], length: int) -> list[_Next]:
        """Those that go on. Those that end are kept where they are among the first."""
        going: list[_Next] = []
        for rank, (row, word, total) in enumerate(best):
            if word not in self._speech.stops:
                going.append((row, word, total))
            elif rank < self._speech.beams:
                self._keep(total, Said(tuple(rows[row][1:]), ended=True), length)
            if len(going) == self._speech.beams:
                break
        return going

    def _keep(self, total: float, said: Said, length: int) -> None:
        self._kept.append((total / length**self._speech.length_penalty, said))
        self._kept = sorted(self._kept, key=lambda one: -one[0])[: self._speech.beams]

    def _over(self, going: Sequence[_Next], length: int) -> bool:
        if len(self._kept) < self._speech.beams:
            return False
        if self._speech.early is True:
            return True
        if self._speech.early == "never" and self._speech.length_penalty > 0:
            length = self._speech.longest - 1
        reach = float(length**self._speech.length_penalty)
        return self._kept[-1][0] >= going[0][2] / reach


def _asked(step: Step, rows: Sequence[Sequence[int]], parents: Sequence[int]) -> NDArray[np.float64]:
    scores = step(np.array(rows, np.int64), np.array(parents, np.intp)).astype(np.float64)
    if np.isnan(scores).any():
        raise NotServed("The captioner answered what is no number.")
    return scores


def _allowed(scores: NDArray[np.float64], rows: Sequence[Sequence[int]], speech: Speech) -> NDArray[np.float64]:
    """Without the words that would say the same again, or end too early."""
    allowed = scores.copy()
    for place, row in enumerate(rows):
        allowed[place, list(_repeating(row, speech.no_repeat))] = -np.inf
        if len(row) < speech.shortest:
            allowed[place, list(speech.stops)] = -np.inf
    return allowed


def _repeating(row: Sequence[int], size: int) -> Iterator[int]:
    """Each word that followed the last `size` - 1 words once before."""
    if not 0 < size <= len(row):
        return
    tail = list(row[len(row) - size + 1 :])
    for start in range(len(row) - size + 1):
        if list(row[start : start + size - 1]) == tail:
            yield row[start + size - 1]


def _log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
