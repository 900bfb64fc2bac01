"""The vectors of a vocabulary's words in one embedding space: embedded once, kept in a file, made again where that is hurt."""

import contextlib
import hashlib
import logging
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

import anyio
import numpy as np
from anyio.to_thread import run_sync

from limn.errors import NotServed
from limn.vision.protocol import Embedder, Vector
from limn.vision.vocabulary import Vocabulary

_log = logging.getLogger(__name__)
_AT_ONCE = 16  # texts a call, so that a search need not wait behind thousands
_KEPT = 8  # files of other spaces and vocabularies, in case those come back
_STALE_SECONDS = 86_400
_SEAL = 32  # a sha256 before the numbers


class WordVectors:
    """One row for each word and each contrast of each group, in order: the mean over the group's templates, unit length."""

    def __init__(self, embedder: Embedder, vocabulary: Vocabulary, folder: Path) -> None:
        self._embedder, self._folder = embedder, folder
        prompts = [texts for group in vocabulary.groups for texts in group.texts]
        self._texts = [text for texts in prompts for text in texts]
        self._sizes = [len(texts) for texts in prompts]
        self._key = hashlib.sha256(f"{embedder.space}\n{vocabulary.version}".encode()).hexdigest()
        self._lock = anyio.Lock()
        self._rows: list[Vector] = []  # of the first texts: who is called away in the middle goes on there
        self._found: Vector | None = None

    @property
    def path(self) -> Path:
        return self._folder / f"words-{self._key[:32]}.f32"

    async def get(self) -> Vector:
        """float32 (prompts, d). The first call may take half a minute. Raises EyesAway, NotServed."""
        async with self._lock:
            if self._found is None:
                self._found = await run_sync(self._read)
            if self._found is None:
                self._found = await self._embed()
                await run_sync(self._write, self._found)
            return self._found

    async def _embed(self) -> Vector:
        done = sum(map(len, self._rows))
        for at in range(done, len(self._texts), _AT_ONCE):
            texts = self._texts[at : at + _AT_ONCE]
            self._rows.append(checked(await self._embedder.embed_texts(texts), len(texts)))
        if len({rows.shape[1] for rows in self._rows}) != 1:
            self._rows.clear()
            raise NotServed(f"{self._embedder.model} answered vectors of different lengths")
        vectors = mean_rows(np.concatenate(self._rows), self._sizes)
        self._rows.clear()
        return vectors

    def _read(self) -> Vector | None:
        """None where there is no file, or not a whole one of this space and vocabulary."""
        try:
            held = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("%s cannot be read and is made again: %s", self.path, error)
            return None
        seal, data = held[:_SEAL], held[_SEAL:]
        if seal != self._seal(data) or len(data) % (4 * len(self._sizes)):
            _log.warning("%s is hurt and is made again", self.path)
            return None
        return np.frombuffer(data, "<f4").reshape(len(self._sizes), -1).astype(np.float32)

    def _write(self, vectors: Vector) -> None:
        """A disk that is full or read-only costs the next start some seconds, and nothing else."""
        data = vectors.astype("<f4").tobytes()
        draft = self._folder / f".words-{secrets.token_hex(8)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(self._seal(data) + data)
            draft.replace(self.path)
            self._tidy()
        except OSError as error:
            _log.warning("%s cannot be kept: %s", self.path, error)
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)

    def _seal(self, data: bytes) -> bytes:
        return hashlib.sha256(self._key.encode() + data).digest()

    def _tidy(self) -> None:
        others = [path for path in self._folder.glob("words-*.f32") if path != self.path]
        newest = sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)
        drafts = [path for path in self._folder.glob(".words-*") if time.time() - path.stat().st_mtime > _STALE_SECONDS]
        for path in (*newest[_KEPT - 1 :], *drafts):
            path.unlink(missing_ok=True)


def mean_rows(vectors: Vector, sizes: Sequence[int]) -> Vector:
    """`vectors` (sum of sizes, d) to (len(sizes), d): the mean direction of each run. Raises NotServed where there is none."""
    starts = np.cumsum([0, *sizes[:-1]])
    sums = np.add.reduceat(vectors, starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    if not (lengths > 1e-6).all():
        raise NotServed("The model answered vectors that cancel each other out.")
    return np.asarray(sums / lengths, np.float32)


def checked(rows: Vector, count: int) -> Vector:
    """Raises NotServed where an embedder answered something else than `count` vectors."""
    if rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():
        raise NotServed(f"The model was asked for {count} vectors and answered something else.")
    return rows
