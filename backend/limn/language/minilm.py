"""all-MiniLM-L6-v2 on numpy: English sentences of up to 256 tokens into 384 dimensions. No torch, no network.

On one thread, as Limn has numpy work: 0.2 s to load, 7 ms a query, some 20 ms the words of a work; 110 MB of memory.
"""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import anyio
import numpy as np
from anyio.to_thread import run_sync
from tokenizers import Tokenizer

from limn.errors import BadSettings, EyesAway
from limn.language import files
from limn.language.encoder import Encoder
from limn.language.everyday import EVERYDAY
from limn.language.protocol import Asking, Vector

_log = logging.getLogger(__name__)

NAME = "all-MiniLM-L6-v2"
MODEL = f"{NAME}@{files.SHA256[files.WEIGHTS][:7]}"
SPACE = f"{MODEL}/1"  # 1: how a text is cut and pooled
DIMENSIONS = 384
TOKENS = 256  # of a text; what the model was trained to read, whatever its tokenizer's file says
_LETTERS = 40 * TOKENS  # that are looked at for them
# A question is asked in this sentence: of texts that tell of something, it comes nearer to those that tell of what is asked for.
_ASKED = "a scene with {}"
# And how near is near: `_LEAST`, and more the more the question's nearness to sentences about nothing in particular varies. Of the
# questions that these numbers were not chosen on, 8 in 100 are answered wrongly so, by one cosine for all 28: test_meaning_quality.py
_LEAST, _SPREADS = 0.28, 1.75
_TEXTS = 32  # between two of which others may have their turn


class MiniLM:
    """See the port `Sentences`. Read from `folder` at the first question."""

    model, space = MODEL, SPACE

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = anyio.CapacityLimiter(1)
        self._loading = threading.Lock()
        self._read: tuple[Tokenizer, Encoder] | None = None
        self._everyday: Vector | None = None

    async def warm_up(self) -> None:
        """Load it now. Raises BadSettings, which names the file that is wrong."""
        await run_sync(self.ask_now, "", limiter=self._turn)

    async def embed(self, texts: Sequence[str]) -> Vector:
        found = [np.zeros((0, DIMENSIONS), dtype=np.float32)]
        for first in range(0, len(texts), _TEXTS):
            try:
                found.append(await run_sync(self.embed_now, texts[first : first + _TEXTS], limiter=self._turn))
            except BadSettings as error:
                raise EyesAway(error.detail) from None
        return np.concatenate(found)

    async def ask(self, question: str) -> Asking:
        try:
            return await run_sync(self.ask_now, question, limiter=self._turn)
        except BadSettings as error:
            raise EyesAway(error.detail) from None

    def ask_now(self, question: str) -> Asking:
        """The same in this thread. Raises BadSettings."""
        plain, asked = self.embed_now([question, _ASKED.format(question)])
        if self._everyday is None:
            self._everyday = self.embed_now(EVERYDAY)
        return Asking(asked, _LEAST + _SPREADS * float((self._everyday @ plain).std()))

    def embed_now(self, texts: Sequence[str]) -> Vector:
        """The same in this thread. Raises BadSettings."""
        tokenizer, encoder = self._loaded()
        # one by one: a batch would start threads, and whoever forks later would be warned of them
        return encoder.encode([tokenizer.encode(_plain(text)).ids for text in texts])

    def _loaded(self) -> tuple[Tokenizer, Encoder]:
        with self._loading:
            if self._read is None:
                try:
                    self._read = _tokenizer(self._folder), _encoder(self._folder)
                except OSError as error:
                    raise BadSettings(f"{self._folder} cannot be read: {error}") from None
            return self._read


def _plain(text: str) -> str:
    """Lone halves of surrogate pairs are no text to the tokenizer."""
    return text[:_LETTERS].encode("utf-8", "replace").decode()


def _tokenizer(folder: Path) -> Tokenizer:
    found = Tokenizer.from_str(files.read(folder, files.TOKENIZER).decode())
    found.encode_special_tokens = True  # who types [MASK] means these six characters
    found.no_padding()
    found.enable_truncation(TOKENS)
    return found


def _encoder(folder: Path) -> Encoder:
    return Encoder(files.tensors(files.read(folder, files.WEIGHTS)))
