"""A search by meaning over 100,000 works, against the bare parts it is made of: the model, one product of a matrix, one query of words.

`OPENBLAS_NUM_THREADS=1 python benchmarks/bench_search.py [WORKS]`, one thread as the product has it. Ours is everything from a
query to a ranking with its facets: embedding, filters, words, meaning, tiers, fusion. Bare is ONNX Runtime over the same tokens
in this process, numpy's product of all vectors with the query, and tantivy's best forty works that hold any of the words. What
both leave out is fetching the page from the store. The text tower is of ViT-B/32's true size with random weights and the vectors
are random, so what is found is noise, and times are true."""

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import anyio
import numpy as np
import onnxruntime
from anyio.to_thread import run_sync
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from limn.index.entries import Where
from limn.index.holdings import Holdings
from limn.index.queries import open_queries
from limn.index.terms import words_of
from limn.index.words import Sought
from limn.models import LOCAL_ACCOUNT, Artist, Artwork, Page, Tag, Viewer
from limn.search.answer import answer
from limn.search.meaning import sense
from limn.search.question import Query, parse
from limn.tokens import new_id
from limn.vision.basic import Basic
from limn.vision.onnx import open_clip
from limn.vision.protocol import Embedder, Vector
from limn.vision.zeroshot import embed_query
from measure import conclude, machine
from towers import CLIP_WORDS, write_clip_towers

LIMIT = 1.3
ROUNDS = 40
DIMENSION = 512
VIEWER = Viewer(account_id=LOCAL_ACCOUNT)
_BATCH = 2_000
_PARTS = ("ka", "lo", "mi", "ru", "sen", "tau", "vor", "el", "dy", "gha", "pi", "os")
_WORDS = [f"{first}{second}{third}" for first in _PARTS for second in _PARTS for third in _PARTS]
_COMMON = 20  # words that are in every tenth work and more; nobody asks for those
_CATEGORIES = ("illustrations", "comics", "portraits", "landscapes", "abstract")


def main() -> int:
    """Exit status: 1 where the limit is missed clearly."""
    print(machine(), flush=True)
    works = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as name:
        folder = Path(name) / "clip-vit-base-patch32"
        write_clip(folder)
        clip = open_clip(folder, providers="", revision="")
        started = time.perf_counter()
        matrix, holdings = hang(works, clip.space)
        print(f"       {works:,} works in the index after {time.perf_counter() - started:.0f} s", flush=True)
        return 0 if anyio.run(_compare, clip, folder, holdings, matrix) else 1


def write_clip(folder: Path) -> None:
    """Towers of the true size, and a tokenizer that knows the words of this file, each as one token."""
    write_clip_towers(folder / "onnx")
    vocabulary = {word: place for place, word in enumerate(["[unknown]", *_WORDS])}
    vocabulary |= {"<|startoftext|>": CLIP_WORDS - 2, "<|endoftext|>": CLIP_WORDS - 1}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[unknown]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [("<|startoftext|>", CLIP_WORDS - 2), ("<|endoftext|>", CLIP_WORDS - 1)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>", special_tokens=ends
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(
        '{"do_resize": true, "size": {"shortest_edge": 224}, "resample": 3, "do_center_crop": true, "do_rescale": true,'
        ' "crop_size": {"height": 224, "width": 224}, "rescale_factor": 0.00392156862745098, "do_normalize": true,'
        ' "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}'
    )
    (folder / "config.json").write_text('{"text_config": {"max_position_embeddings": 77}}')


def hang(works: int, space: str) -> tuple[NDArray[np.float32], Holdings]:
    """Random unit vectors (works, 512), and an index of works with random words that holds them."""
    chance = np.random.default_rng(3)
    matrix = chance.standard_normal((works, DIMENSION), dtype=np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    holdings = Holdings()
    holdings.prepare(space)
    holdings.turn()
    for start in range(0, works, _BATCH):
        batch = [artwork(chance) for _ in range(min(_BATCH, works - start))]
        vectors = {work.id: matrix[start + place] for place, work in enumerate(batch)}
        holdings.put(batch, {}, {space: vectors})
    holdings.commit()
    return matrix, holdings


def artwork(chance: np.random.Generator) -> Artwork:
    """The second most common word is half as common as the first, the third a third, as in texts."""
    words = [_WORDS[int(place)] for place in len(_WORDS) ** chance.random(18) - 1]
    now, artwork_id = datetime.now(UTC), new_id()
    page = Page(sha256=artwork_id, media_type="image/png", bytes=1, width=1, height=1)
    return Artwork(
        id=artwork_id, owner=LOCAL_ACCOUNT, artist=Artist(handle="ada", name="Ada"), title=" ".join(words[:3]),
        description=" ".join(words[3:16]), category=_CATEGORIES[int(chance.integers(5))], pages=(page,), created=now,
        updated=now, tags=tuple(Tag(name=word, source="artist", confidence=1.0) for word in dict.fromkeys(words[16:])),
    )  # fmt: skip


class Bare:
    """The three parts, each as one would write it alone. A query is its templates, one after the other, as ours embeds them."""

    def __init__(self, clip: Embedder, folder: Path, holdings: Holdings, matrix: NDArray[np.float32]) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
        # else its threads go on spinning where numpy wants the cores, and the bare way is the slower one
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = str(folder / "onnx/text_model_quantized.onnx")
        self._session: Any = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._templates, self._holdings, self._matrix = clip.templates, holdings, matrix

    def embed(self, text: str) -> Vector:
        texts = [template.replace("{}", text) for template in self._templates]
        ids = [np.array([self._tokenizer.encode(one).ids], np.int64) for one in texts]
        rows = np.concatenate([self._session.run(["text_embeds"], {"input_ids": one})[0] for one in ids])
        mean = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def product(self, vector: Vector) -> Vector:
        return np.asarray(self._matrix @ vector)

    def words(self, text: str) -> None:
        self._holdings.words.ask(VIEWER, Where()).best(
            [Sought(word) for word in words_of(text)], all_of_them=False, limit=40
        )

    def search(self, text: str) -> None:
        self.product(self.embed(text))
        self.words(text)


class One:
    """The part of `limn.sight` that queries need, with this one model."""

    sentences = None

    def __init__(self, clip: Embedder) -> None:
        self._clip = clip

    def embedder(self, space: str | None) -> Embedder | None:
        return self._clip if space == self._clip.space else None

    async def embed_query(self, space: str, text: str) -> Vector | None:
        clip = self.embedder(space)
        return None if clip is None else await embed_query(clip, text)


async def _compare(clip: Embedder, folder: Path, holdings: Holdings, matrix: NDArray[np.float32]) -> bool:
    bare, eyes = Bare(clip, folder, holdings, matrix), Basic()
    questions = _questions(3 * ROUNDS + 6)
    async with open_queries(One(clip), seconds=60) as queries:

        async def ours() -> tuple[float, float]:
            text = next(questions)
            started = _clocks()
            question = parse(text)
            sensed = await sense(queries, holdings, question)
            ranked = await run_sync(answer, holdings, eyes, sensed, question, Query(q=text), VIEWER)
            seconds = _since(started)
            assert ranked.asked is not None, "no model took part, so this measures nothing"
            assert ranked.ids
            return seconds

        async def theirs() -> tuple[float, float]:
            text = next(questions)
            started = _clocks()
            await run_sync(bare.search, text)
            return _since(started)

        pairs = []
        for turn in range(ROUNDS + 1):
            if turn % 2:
                second = await theirs()
                pairs.append((await ours(), second))
            else:
                pairs.append((await ours(), await theirs()))
        texts = [next(questions) for _ in range(5)]
    wall, cores = ([(mine[at], other[at]) for mine, other in pairs[1:]] for at in (0, 1))
    kept = conclude(f"a search by meaning over {len(matrix):,} works", wall, limit=LIMIT)
    # what other processes do to the first figure they cannot do to this one
    kept &= conclude("the same in processor time, of all threads", cores, limit=LIMIT)
    print(f"       bare: {_parts(bare, texts)}", flush=True)
    return kept


def _questions(count: int) -> Any:
    """Each another one, so that none is answered from memory."""
    chance = np.random.default_rng(4)
    return iter([" ".join(chance.choice(_WORDS[_COMMON:], 4, replace=False).tolist()) for _ in range(count)])


def _parts(bare: Bare, texts: Sequence[str]) -> str:
    vectors = [bare.embed(text) for text in texts]
    parts = {
        "the model": [_seconds(bare.embed, text) for text in texts],
        "the product": [_seconds(bare.product, vector) for vector in vectors],
        "the words": [_seconds(bare.words, text) for text in texts],
    }
    return ", ".join(f"{name} {median(seconds) * 1000:.1f} ms" for name, seconds in parts.items())


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - started[0], time.process_time() - started[1]


def _seconds(work: Any, *args: object) -> float:
    start = time.perf_counter()
    work(*args)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
