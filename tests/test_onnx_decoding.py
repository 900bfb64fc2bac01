"""The search for words finds what an independent search without a cache finds, and keeps to what the folder says."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto

import graphs
from limn.errors import BadSettings, NotServed
from limn.vision.onnx.decoders import Decoder, Telling
from limn.vision.onnx.decoding import Said, Speech, read, say
from limn.vision.onnx.sessions import Session
from tiny_nodes import COLOURS, Graph, flag, floats, integers

CPU = ["CPUExecutionProvider"]
GENERATION = {"decoder_start_token_id": 1, "eos_token_id": 2}
# what is likely to follow what, by ids; 0 starts and ends
Chances = Mapping[tuple[int, ...], Sequence[float]]


def speech(**changes: Any) -> Speech:
    return replace(Speech(start=0, stops=frozenset({0}), longest=10, no_repeat=0), **changes)


def by(chances: Chances, words: int = 4) -> Callable[[NDArray[np.int64], NDArray[np.intp]], NDArray[np.float32]]:
    """A step that knows the chances by all words so far, without the start; after others all words are as likely."""

    def step(ids: NDArray[np.int64], parents: NDArray[np.intp]) -> NDArray[np.float32]:
        rows = [chances.get(tuple(map(int, row[1:])), [1.0] * words) for row in ids]
        return np.log(np.maximum(np.array(rows, np.float32), 1e-9))

    return step


TWO_WAYS: Chances = {
    (): [0.0, 0.6, 0.4, 0.0],
    (1,): [0.3, 0.3, 0.2, 0.2],
    (2,): [0.9, 0.0, 0.0, 0.1],
    (1, 1): [1.0, 0.0, 0.0, 0.0],
}


def test_the_greedy_one_takes_the_likeliest_word_each_time() -> None:
    chances = {**TWO_WAYS, (1,): [0.3, 0.4, 0.2, 0.1]}
    assert say(by(chances), speech()) == Said((1, 1), ended=True)


def test_beams_find_the_likelier_sentence_behind_the_less_likely_word() -> None:
    assert say(by(TWO_WAYS), speech(beams=2)) == Said((2,), ended=True)


def test_the_length_penalty_decides_between_short_and_long() -> None:
    chances = {(): [0.0, 0.5, 0.5, 0.0], (1,): [0.9, 0.1, 0.0, 0.0], (2,): [0.0, 0.0, 1.0, 0.0]}
    chances |= {(2, 2): [0.0, 0.0, 0.0, 1.0], (2, 2, 3): [0.8, 0.2, 0.0, 0.0]}
    assert say(by(chances), speech(beams=2, length_penalty=0.0)).ids == (1,)
    assert say(by(chances), speech(beams=2, length_penalty=1.0)).ids == (2, 2, 3)


def test_what_does_not_end_by_itself_is_cut_and_says_so() -> None:
    for beams in (1, 3):
        said = say(by({}), speech(beams=beams, longest=6, stops=frozenset({3}), shortest=99))
        assert not said.ended
        assert len(said.ids) == 5


def test_nothing_is_said_twice() -> None:
    chances: Chances = {(): [0, 1, 0, 0], (1,): [0, 0, 1, 0], (1, 2): [0, 1, 0, 0], (1, 2, 1): [0, 0, 0.9, 0.1]}
    chances = {**chances, (1, 2, 1, 3): [1, 0, 0, 0], (1, 2, 1, 2): [1, 0, 0, 0]}
    for beams in (1, 2):
        assert say(by(chances), speech(beams=beams, no_repeat=0)).ids == (1, 2, 1, 2)
        assert say(by(chances), speech(beams=beams, no_repeat=2)).ids == (1, 2, 1, 3)
        assert say(by(chances), speech(beams=beams, no_repeat=3)).ids == (1, 2, 1, 2)


def test_a_sentence_does_not_end_before_it_may() -> None:
    chances: Chances = {(): [0.9, 0.1, 0.0, 0.0], (1,): [0.9, 0.0, 0.1, 0.0], (1, 2): [1.0, 0.0, 0.0, 0.0]}
    for beams in (1, 2):
        assert say(by(chances), speech(beams=beams)).ids == ()
        assert say(by(chances), speech(beams=beams, shortest=3)).ids == (1, 2)


def test_where_every_word_is_forbidden_it_ends() -> None:
    for beams in (1, 2):
        found = say(by({}, words=3), speech(beams=beams, no_repeat=1, stops=frozenset()))
        assert sorted(found.ids) == [1, 2]


@pytest.mark.parametrize("beams", [1, 3])
def test_a_decoder_that_answers_no_numbers_is_not_followed(beams: int) -> None:
    with pytest.raises(NotServed, match="no number"):
        say(lambda ids, _: np.full((len(ids), 4), np.nan, np.float32), speech(beams=beams))


def test_a_folder_says_how_it_begins_and_ends() -> None:
    usual = read(GENERATION, "x")
    assert usual == Speech(start=1, stops=frozenset({2}), longest=30, no_repeat=3)
    assert read({**GENERATION, "max_length": 20, "num_beams": 4, "length_penalty": 2.0}, "x").longest == 20
    assert read({**GENERATION, "max_new_tokens": 12, "max_length": 20}, "x").longest == 13
    assert read({**GENERATION, "max_length": 4096}, "x").longest == 64
    assert read({"bos_token_id": 7, "eos_token_id": [2, 3]}, "x").stops == {2, 3}
    assert read({**GENERATION, "no_repeat_ngram_size": 0, "early_stopping": "never"}, "x").early == "never"


@pytest.mark.parametrize(
    "said", [{}, {"eos_token_id": 2}, {"bos_token_id": 1}, {**GENERATION, "num_beams": 0}, {**GENERATION, "num_beams": 99},
             {**GENERATION, "length_penalty": math.inf}, {**GENERATION, "max_length": "long"}]
)  # fmt: skip
def test_a_folder_that_does_not_say_it_well_is_named(said: dict[str, Any]) -> None:
    with pytest.raises(BadSettings, match=r"generation_config\.json"):
        read(said, "generation_config.json")


class Reference:
    """The same search, told otherwise: every word anew by a decoder without a cache, one sentence at a time, all continuations sorted."""

    def __init__(self, folder: Path, hidden: NDArray[np.float32], speech: Speech) -> None:
        self._session = Session(folder / "onnx/decoder_model_quantized.onnx", CPU)
        self._hidden, self._speech = hidden, speech

    def greedy(self) -> tuple[int, ...]:
        ids: tuple[int, ...] = ()
        while len(ids) < self._speech.longest - 1:
            word = max(self._likely(ids).items(), key=lambda one: one[1])[0]
            if word in self._speech.stops:
                break
            ids += (word,)
        return ids

    def beams(self) -> tuple[int, ...]:
        count, power, stops = self._speech.beams, self._speech.length_penalty, self._speech.stops
        alive: dict[tuple[int, ...], float] = {(): 0.0}
        ended: dict[tuple[int, ...], float] = {}
        for length in range(1, self._speech.longest):
            every = {(*ids, word): alive[ids] + one for ids in alive for word, one in self._likely(ids).items()}
            order = sorted(every, key=lambda ids: -every[ids])
            closed = {ids: every[ids] / length**power for ids in order[:count] if ids[-1] in stops}
            alive = {ids: every[ids] for ids in [ids for ids in order if ids[-1] not in stops][:count]}
            ended = dict(sorted((ended | closed).items(), key=lambda one: -one[1])[:count])
            better = max(alive.values()) / length**power
            if len(ended) == count and (self._speech.early is True or min(ended.values()) >= better):
                break
        else:
            ended |= {ids: total / len(ids) ** power for ids, total in alive.items()}
        best = max(ended, key=lambda ids: ended[ids])
        return best[:-1] if best[-1] in stops else best

    def _likely(self, ids: tuple[int, ...]) -> dict[int, float]:
        """The log likelihood of each word that may follow."""
        said = [self._speech.start, *ids]
        feed = {"input_ids": np.array([said]), "encoder_hidden_states": self._hidden}
        logits = self._session.run(feed, ["logits"])[0][0, -1].astype(np.float64)
        total = math.log(math.fsum(math.exp(value) for value in logits))
        size = self._speech.no_repeat
        told = {tuple(said[at : at + size]) for at in range(len(said) - size + 1)} if size else set()
        return {
            word: float(value) - total
            for word, value in enumerate(logits)
            if not (size and tuple([*said, word][-size:]) in told)
        }


SEARCHES = {
    "greedy": {},
    "greedy, repeating": {"no_repeat": 0},
    "two beams": {"beams": 2},
    "four beams": {"beams": 4},
    "beams that like it short": {"beams": 3, "length_penalty": -0.5},
    "beams that like it long": {"beams": 4, "length_penalty": 2.0},
    "the first that end": {"beams": 4, "early": True},
    "more ends than one": {"beams": 3, "stops": frozenset({3, 7, 12, 15})},
}


@pytest.fixture(scope="module")
def stammering(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Captioners with a cache, each beside its twin without."""
    folders = []
    for seed in range(4):
        folder = tmp_path_factory.mktemp("stammering")
        for past in (True, False):
            graphs.write_captioner(folder, certainty=0.0, seed=seed, past=past)
        folders.append(folder)
    return folders


def hidden(seed: int) -> NDArray[np.float32]:
    """What the encoder may have seen: shares of eleven colours in four quarters."""
    shares = np.random.default_rng(seed).random((1, 4, len(COLOURS)), np.float32) ** 4
    return np.asarray(shares / shares.sum(axis=2, keepdims=True), np.float32)


@pytest.mark.parametrize("changes", SEARCHES.values(), ids=SEARCHES)
def test_words_are_those_of_a_search_without_a_cache(stammering: list[Path], changes: dict[str, Any]) -> None:
    found, wanted = [], []
    for seed, folder in enumerate(stammering):
        told = Speech(**{"start": 15, "stops": frozenset({15}), "longest": 12, "no_repeat": 3, **changes})
        decoder = Decoder(Session(folder / "onnx/decoder_model_merged_quantized.onnx", CPU), beams=told.beams)
        for picture in range(3):
            seen = hidden(100 * seed + picture)
            found.append(say(Telling(decoder, seen), told).ids)
            reference = Reference(folder, seen, told)
            wanted.append(reference.greedy() if told.beams == 1 else reference.beams())
    assert found == wanted
    assert len(set(found)) > 5, "they say too much the same to tell a right search from a wrong one"


def test_a_decoder_without_a_cache_says_the_same(stammering: list[Path]) -> None:
    told = Speech(start=15, stops=frozenset({15}), longest=12, beams=3)
    for folder in stammering:
        names = ("decoder_model_quantized", "decoder_model_merged_quantized")
        decoders = [Decoder(Session(folder / f"onnx/{name}.onnx", CPU), beams=3) for name in names]
        one, other = (say(Telling(decoder, hidden(5)), told) for decoder in decoders)
        assert one == other


def test_a_cache_of_another_beam_would_be_heard(stammering: list[Path]) -> None:
    """What these tests stand on: whoever does not reorder the cache says something else."""

    class Careless(Telling):
        def __call__(self, ids: NDArray[np.int64], parents: NDArray[np.intp]) -> NDArray[np.float32]:
            rows = min(len(parents), 1 + int(parents.max()))
            return super().__call__(ids, np.minimum(np.arange(len(parents)), rows - 1))

    told = Speech(start=15, stops=frozenset({15}), longest=12, beams=4)
    wrong = 0
    for folder in stammering:
        decoder = Decoder(Session(folder / "onnx/decoder_model_merged_quantized.onnx", CPU), beams=4)
        wrong += say(Careless(decoder, hidden(1)), told) != say(Telling(decoder, hidden(1)), told)
    assert wrong >= 2


def test_what_the_encoder_said_is_kept_though_the_graph_says_it_once_only(tmp_path: Path) -> None:
    """As BART's: the branch with a cache answers the encoder's keys empty, and takes them from what is handed in."""
    graph, width = Graph(), len(COLOURS)
    cached = graph.cast("use_cache_branch", TensorProto.INT64)
    fresh = graph.node("Unsqueeze", "encoder_hidden_states", graph.integers(1))
    everything = graph.integers(1 << 40)
    first = graph.node("Mul", everything, graph.node("Sub", graph.integers(1), cached))
    new = graph.node("Slice", fresh, graph.integers(0), first, graph.integers(2), to="present.0.encoder.key")
    ends = graph.node("Mul", everything, cached)
    kept = graph.node("Slice", "past_key_values.0.encoder.key", graph.integers(0), ends, graph.integers(2))
    both = graph.node("Concat", kept, new, axis=2)
    shown = graph.node("ReduceMean", graph.node("ReduceSum", both, graph.integers(2), keepdims=0), axes=[1], keepdims=1)
    chance = np.random.default_rng(2)
    words = graph.node("Gather", graph.constant(3 * chance.standard_normal((9, 9))), "input_ids", axis=0)
    seen = graph.node("MatMul", shown, graph.constant(chance.standard_normal((width, 9))))
    graph.node("Add", words, seen, to="logits")
    given = [
        integers("input_ids", "b", "s"),
        floats("encoder_hidden_states", "b", "n", width),
        flag("use_cache_branch"),
    ]
    given.append(floats("past_key_values.0.encoder.key", "b", 1, "m", width))
    outs = [floats("logits", "b", "s", 9), floats("present.0.encoder.key", "b", 1, "k", width)]
    graph.save(tmp_path / "decoder.onnx", given, outs)
    decoder = Decoder(Session(tmp_path / "decoder.onnx", CPU), beams=2)
    telling, always = Telling(decoder, hidden(3)), np.array([[8, 1], [8, 2]])
    telling(np.array([[8]]), np.array([0]))
    for length in range(2, 5):
        ids = np.concatenate([always, np.full((2, length - 2), 4)], axis=1)
        logits = telling(ids, np.array([0, 0]) if length == 2 else np.array([1, 0]))
        fresh_logits = Telling(decoder, hidden(3))(ids, np.array([0, 0]))
        assert logits == pytest.approx(fresh_logits, abs=1e-5)


@pytest.mark.parametrize(
    ("extra", "lost", "complaint"),
    [
        (floats("pixel_values", "b", 3, 8, 8), "", "wants pixel_values"),
        (None, "encoder_hidden_states", "has no encoder_hidden_states"),
        (floats("past_key_values.0.key", "b", 2, "p", 4), "", r"has no present\.0\.key"),
    ],
)
def test_a_graph_that_is_no_decoder_is_refused(tmp_path: Path, extra: Any, lost: str, complaint: str) -> None:
    graph = Graph()
    graph.node("Gather", graph.constant(np.eye(5)), "input_ids", axis=0, to="logits")
    given = [integers("input_ids", "b", "s"), floats("encoder_hidden_states", "b", "n", 3)]
    given = [one for one in given if one.name != lost] + ([extra] if extra is not None else [])
    graph.save(tmp_path / "model.onnx", given, [floats("logits", "b", "s", 5)])
    with pytest.raises(BadSettings, match=rf"model\.onnx is no decoder of captions that can be used: it {complaint}"):
        Decoder(Session(tmp_path / "model.onnx", CPU), beams=1)


def test_a_decoder_of_one_sentence_at_a_time_has_no_beams(tmp_path: Path) -> None:
    graph = Graph()
    graph.node("Gather", graph.constant(np.eye(5)), "input_ids", axis=0, to="logits")
    given = [integers("input_ids", 1, "s"), floats("encoder_hidden_states", 1, "n", 3)]
    graph.save(tmp_path / "model.onnx", given, [floats("logits", 1, "s", 5)])
    session = Session(tmp_path / "model.onnx", CPU)
    assert Decoder(session, beams=1)
    with pytest.raises(BadSettings, match="takes 1 sentences at once, not the 4 that num_beams asks for"):
        Decoder(session, beams=4)
