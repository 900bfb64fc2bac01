"""A captioner on this machine: one graph looks at the picture, another says word after word what it shows."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from limn.errors import BadSettings, NotServed
from limn.models import Caption
from limn.vision.onnx import decoding, sessions
from limn.vision.onnx.decoders import Decoder, Telling
from limn.vision.onnx.decoding import Speech
from limn.vision.onnx.folder import CaptionerFolder, read_captioner
from limn.vision.onnx.preprocessing import Pixels, Preprocessing
from limn.vision.onnx.sessions import Graph, Session, Tensor
from limn.vision.onnx.tokens import open_tokenizer
from limn.vision.onnx.towers import picture_port
from limn.vision.protocol import Look

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_LONGEST = 300
_SENTENCE = re.compile(r".*?[.!?](?=\s|$)")
_SPECIAL = re.compile(r"<\|[^|<>]*\|>|</?s>|<(?:pad|unk|mask)>|\[(?:CLS|SEP|PAD|UNK|MASK)\]")
# where the words ran out, no sentence ends with these
_HANGING = frozenset(
    (
        "a",
        "an",
        "the",
        "and",
        "or",
        "of",
        "on",
        "in",
        "at",
        "with",
        "by",
        "to",
        "from",
        "for",
        "is",
        "are",
        "as",
        "while",
    )
)


def open_captioner(folder: Path, *, providers: str, revision: str) -> "LocalCaptioner":
    """Loads no graph, but hashes those that no pin knows: call it in a thread. Raises BadSettings naming what is not as it must be."""
    sessions.installed()
    found = read_captioner(folder)
    speech = decoding.read(found.generation, str(folder / "generation_config.json"))
    return LocalCaptioner(found, speech, sessions.choose(providers), revision)


class LocalCaptioner:
    """A Captioner. Its graphs are loaded when they are first used. The method is the name of the folder."""

    host = None

    def __init__(self, folder: CaptionerFolder, speech: Speech, providers: Sequence[str], revision: str) -> None:
        self._folder, self._speech = folder, speech
        self.method = folder.name
        self.model = f"{folder.name}@{revision[:7] or folder.digest[:12]}"
        self._encoder = Graph(folder.encoder, providers, self._encoder_of)
        self._decoder = Graph(folder.decoder, providers, self._decoder_of)

    async def caption(self, look: Look) -> Caption:
        text = await sessions.aside(self._say, look.picture.pixels)
        return Caption(text=text, method=self.method, model=self.model)

    async def warm_up(self) -> None:
        """Both graphs loaded, and run once. Raises BadSettings where they are no captioner, NotServed, EyesAway."""
        await sessions.aside(self._warm_up)

    def close(self) -> None:
        """Gives the memory back. The next question loads the graphs again."""
        sessions.drop(self._encoder, self._decoder)

    def _say(self, pixels: Pixels) -> str:
        encoder, (decoder, tokenizer) = self._encoder.serve(), self._decoder.serve()
        said = decoding.say(Telling(decoder, encoder.look(pixels)), self._speech)
        text = clean(tokenizer.decode(list(said.ids), skip_special_tokens=True), ended=said.ended)
        if not text:
            raise NotServed(f"{self._folder.decoder} found no words for this picture")
        return text

    def _warm_up(self) -> None:
        encoder, (decoder, _) = self._encoder.get(), self._decoder.get()
        hidden = encoder.look(np.full((2, 2, 3), 127, np.uint8))
        Telling(decoder, hidden)(np.array([[self._speech.start]]), np.array([0]))

    def _encoder_of(self, session: Session) -> "_Encoder":
        return _Encoder(session, self._folder.preprocessing)

    def _decoder_of(self, session: Session) -> "tuple[Decoder, Tokenizer]":
        return Decoder(session, beams=self._speech.beams), open_tokenizer(self._folder.tokenizer)


class _Encoder:
    def __init__(self, session: Session, preprocessing: Preprocessing) -> None:
        """Raises BadSettings."""
        self._session, self._preprocessing = session, preprocessing
        self._port = picture_port(session, preprocessing.size)
        whole = [name for name, port in session.outputs.items() if len(port.shape) == 3]
        if not whole:
            raise BadSettings(f"{session.path} answers no last_hidden_state, but {', '.join(session.outputs)}")
        self._out = "last_hidden_state" if "last_hidden_state" in whole else whole[0]

    def look(self, pixels: Pixels) -> Tensor:
        """(1, n, width)"""
        view = self._preprocessing.view(pixels).astype(self._port.dtype)
        (hidden,) = self._session.run({self._port.name: view}, [self._out])
        return hidden


def clean(text: str, *, ended: bool) -> str:
    """One sentence with a capital and a full stop, of 300 characters at most; "" where there are no words. Where it did not end by
    itself, the words that hang in the air at its end are left out."""
    words = " ".join(_SPECIAL.sub(" ", text).split())
    words = re.sub(r"\s+([.,;:!?])", r"\1", "".join(letter for letter in words if letter.isprintable())).lstrip(
        ".,;:!?-– "
    )
    if whole := _SENTENCE.match(words):
        words, ended = whole.group(), True
    if len(words) > _LONGEST:
        cut = words.rfind(" ", 0, _LONGEST)
        words, ended = words[: cut if cut > 0 else _LONGEST], False
    if not ended:
        kept = words.split()
        while kept and kept[-1].strip(",;:").casefold() in _HANGING:
            kept.pop()
        words = " ".join(kept)
    words = words.rstrip(" ,;:-–")
    if not any(letter.isalnum() for letter in words):
        return ""
    return words[0].upper() + words[1:] + ("" if words[-1] in ".!?" else ".")
