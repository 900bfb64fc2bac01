"""From a text to what a text tower takes: ids in its own integers, cut where it ends, padded only where it must be."""

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from limn.errors import BadSettings
from limn.vision.onnx.sessions import Port, Tensor

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SPECIAL = re.compile(r"<\|[^|<>]*\|>")
_INTEGERS = (np.int64, np.int32)
_LETTERS = 100  # of one token at most; what is behind them would be cut anyway
# what towers call their ids; OpenCLIP's exports say `text`
_IDS = ("input_ids", "text", "tokens", "input")


@dataclass(frozen=True)
class Wording:
    """What a folder says of its texts: the most tokens of one, whether shorter ones are padded to it, and by which token (where empty,
    by the tokenizer's own, else by the one that ends a text). `canonical` texts are in lower case and without punctuation."""

    length: int
    pad: bool = False
    pad_token: str = ""
    canonical: bool = False


class Reader:
    """Texts for one text tower."""

    def __init__(self, tokenizer: "Tokenizer", wording: Wording, inputs: Mapping[str, Port]) -> None:
        """Raises BadSettings where the tower wants what a text does not have."""
        self._inputs = inputs
        self._ids = _ids_among(inputs)
        fixed = inputs[self._ids].shape[-1]
        self._length, padded = fixed or wording.length, bool(fixed) or wording.pad
        self._pad_to = self._length if padded else 0
        self._canonical = wording.canonical
        self._tokenizer = tokenizer
        self._specials = _specials(tokenizer)
        self._pad = _pad(tokenizer, wording.pad_token) if padded else 0
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._length)

    def feed(self, text: str) -> dict[str, Tensor]:
        """The tower's inputs, each (1, tokens). What looks like a special token of the model's is left out of the text."""
        # lone halves of surrogate pairs are no text to the tokenizer
        words = self.plain(text[: _LETTERS * self._length].encode("utf-8", "replace").decode())
        ids = self._tokenizer.encode(words).ids
        blank = max(self._pad_to - len(ids), 0)
        rows = {
            self._ids: [*ids, *[self._pad] * blank],
            "attention_mask": [1] * len(ids) + [0] * blank,
            "token_type_ids": [0] * (len(ids) + blank),
            "position_ids": list(range(len(ids) + blank)),
        }
        return {name: np.array([rows[name]], port.dtype) for name, port in self._inputs.items()}

    def plain(self, text: str) -> str:
        """A special token in the words of a person would be a real one: the text would end there."""
        while (found := self._specials.sub(" ", text)) != text:
            text = found
        return _canonical(text) if self._canonical else text


def _ids_among(inputs: Mapping[str, Port]) -> str:
    """The name of the input that takes the ids. Raises BadSettings where the others are not what a text has."""
    sole = [name for name, port in inputs.items() if len(inputs) == 1 and port.dtype in _INTEGERS]
    ids = next((name for name in (*_IDS, *sole) if name in inputs), None)
    foreign = [name for name in inputs if name not in {ids, "attention_mask", "token_type_ids", "position_ids"}]
    if ids is None or foreign:
        raise BadSettings(f"it wants {', '.join(foreign or inputs)}, which a text does not have")
    odd = [port.name for port in inputs.values() if port.dtype not in _INTEGERS or len(port.shape) != 2]
    if odd:
        raise BadSettings(f"its input {odd[0]} is not made of rows of integers")
    return ids


def open_tokenizer(path: Path) -> "Tokenizer":
    """Raises BadSettings."""
    from tokenizers import Tokenizer  # noqa: PLC0415  a start without a question need not load it

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # noqa: BLE001  the library raises nothing more exact
        raise BadSettings(f"{path} cannot be read: {' '.join(str(error).split())[:300]}") from None


def _specials(tokenizer: "Tokenizer") -> re.Pattern[str]:
    added = [
        token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special and token.content
    ]
    longest_first = sorted(added, key=len, reverse=True)
    return re.compile("|".join([_SPECIAL.pattern, *map(re.escape, longest_first)]), re.IGNORECASE)


def _pad(tokenizer: "Tokenizer", named: str) -> int:
    if named:
        found = tokenizer.token_to_id(named)
        if found is None:
            raise BadSettings(f"the tokenizer does not know the token {named!r} to pad with")
        return int(found)
    if tokenizer.padding is not None:
        return int(tokenizer.padding["pad_id"])
    ids: Sequence[int] = tokenizer.encode("").ids
    return int(ids[-1]) if ids else 0


def _canonical(text: str) -> str:
    bare = text.replace("_", " ").translate(str.maketrans("", "", string.punctuation))
    return " ".join(bare.lower().split())
