"""Decoders of captioners as graphs: with the keys and values of the words before in a cache, or all words anew each time."""

import numpy as np
from numpy.typing import NDArray

from limn.errors import BadSettings
from limn.vision.onnx.decoding import Ids, Scores
from limn.vision.onnx.sessions import Port, Session, Tensor

_PAST, _PRESENT, _BRANCH = "past_key_values.", "present.", "use_cache_branch"
_OTHERS = ("input_ids", "encoder_hidden_states", "encoder_attention_mask", "attention_mask", "position_ids", _BRANCH)


class Decoder:
    """What is the same for all captions; `Telling` is one of them."""

    def __init__(self, session: Session, *, beams: int) -> None:
        """Raises BadSettings where the graph is no decoder that is fed here."""
        self.session = session
        self.past = {name: port for name, port in session.inputs.items() if name.startswith(_PAST)}
        foreign = [name for name in session.inputs if name not in _OTHERS and name not in self.past]
        lacking = [name for name in ("input_ids", "encoder_hidden_states") if name not in session.inputs]
        lacking += [name for name in ("logits", *map(_present, self.past)) if name not in session.outputs]
        if foreign or lacking:
            problem = f"wants {foreign[0]}" if foreign else f"has no {lacking[0]}"
            raise BadSettings(f"{session.path} is no decoder of captions that can be used: it {problem}")
        for port in self.past.values():
            if len(port.shape) != 4 or port.shape[1] is None or port.shape[3] is None:
                raise BadSettings(f"{session.path} does not say of which shape its {port.name} is")
        rows = session.inputs["input_ids"].shape[0]
        if rows is not None and beams != rows:
            raise BadSettings(f"{session.path} takes {rows} sentences at once, not the {beams} that num_beams asks for")


class Telling:
    """One caption being told. A `Step` of the search for words."""

    def __init__(self, decoder: Decoder, hidden: Tensor) -> None:
        """`hidden` is the encoder's (1, n, width)."""
        self._decoder, self._hidden = decoder, hidden
        self._cache: dict[str, Tensor] = {}

    def __call__(self, ids: Ids, parents: NDArray[np.intp]) -> Scores:
        """Raises NotServed, EyesAway."""
        decoder = self._decoder
        given = {**self._given(ids), **{name: self._before(port, parents) for name, port in decoder.past.items()}}
        feed = {name: given[name].astype(port.dtype, copy=False) for name, port in decoder.session.inputs.items()}
        logits, *present = decoder.session.run(feed, ["logits", *map(_present, decoder.past)])
        for name, value in zip(decoder.past, present, strict=True):
            # what the encoder said is kept from the first word on: the branch with a cache answers it empty
            self._cache[name] = feed[name] if ".encoder." in name and name in self._cache else value
        return np.asarray(logits[:, -1, :], np.float32)

    def _given(self, ids: Ids) -> dict[str, Tensor]:
        rows, count = ids.shape
        new = ids[:, -1:] if self._cache else ids
        return {
            "input_ids": new,
            "encoder_hidden_states": np.repeat(self._hidden, rows, axis=0),
            "encoder_attention_mask": np.ones((rows, self._hidden.shape[1]), np.int64),
            "attention_mask": np.ones((rows, count), np.int64),
            "position_ids": np.tile(np.arange(count - new.shape[1], count), (rows, 1)),
            _BRANCH: np.array([bool(self._cache)]),
        }

    def _before(self, port: Port, parents: NDArray[np.intp]) -> Tensor:
        """What is cached, of the rows that go on; before the first word it has no length."""
        if port.name in self._cache:
            return self._cache[port.name][parents]
        _, heads, _, width = port.shape
        return np.zeros((len(parents), heads or 0, 0, width or 0), port.dtype)


def _present(past: str) -> str:
    return _PRESENT + past.removeprefix(_PAST)
