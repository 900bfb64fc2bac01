"""Local models of the true size: a backlog through a real worker against a bare loop over the same graphs, lists meanwhile, one upload.

`OPENBLAS_NUM_THREADS=1 python benchmarks/bench_eyes.py`, one thread as the product has it. The graphs are towers.py's: random
weights in the hub's architectures, so time and memory are true and what they say is noise. Ours decodes each picture in a child,
keeps its copies, embeds, captions, tags and judges it, and writes each finding as it comes. Bare does the same computing in this
process, by ONNX Runtime and Pillow alone, and forgets it."""

import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import anyio
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

from bench_analysis import add, drain, draw_batches, look_bare
from gallery import Gallery, serve
from limn.imaging import decoding
from limn.imaging.limits import Limits
from limn.resources import open_resources
from limn.settings import Settings
from limn.vision.basic import Basic
from limn.vision.phrases import phrases
from measure import conclude, machine
from towers import CAPTION_WORDS, CLIP_WORDS, write_captioner_towers, write_clip_towers

LIMIT = 1 / 0.9
LIST_LIMIT = 2.0
ANSWER_SECONDS = 5.0
_MIX = (
    ("JPEG", (1600, 1200)),
    ("PNG", (900, 1200)),
    ("JPEG", (2400, 1800)),
    ("WEBP", (1200, 1200)),
    ("JPEG", (4000, 3000)),
)
_LISTED = 40  # works on a page
_WORDS = 20  # a caption's length; random weights seldom come to an end by themselves
_DESCRIPTION = "blue shapes and a green circle on a dark ground, a quiet evening"
_CLIP_MEAN, _CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]

Session = Any
Array = NDArray[Any]


def main() -> int:
    """Exit status: 1 where a limit is missed clearly."""
    print(machine(), flush=True)
    decoding.prepare(Limits())
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as name:
        folder = Path(name)
        write_models(folder / "models")
        _print_sizes(folder / "models")
        batches = draw_batches(folder, _MIX)
        bare = Bare(folder / "models")
        pairs = anyio.run(_pairs, batches, folder, bare)
        kept = conclude("analysis of a backlog with local CLIP and captioner", pairs, limit=LIMIT)
        ours = median(mine for mine, _ in pairs) / len(_MIX)
        print(f"       {ours * 1000:.0f} ms a work; of it {bare.milliseconds(batches[0][0])}", flush=True)
        with serve(folder, LIMN_MODELS_DIR=str(folder / "models"), LIMN_VISION="onnx") as gallery:
            kept &= _one_upload(gallery, batches[0])
            kept &= _lists_meanwhile(gallery, batches[1:])
            print(f"       peak memory of the server with both models: {_peak_mb(gallery.pid)} MB", flush=True)
    return 0 if kept else 1


def write_models(folder: Path) -> None:
    """Both folders as `limn models download` leaves them, without a pin, as one's own."""
    clip, captioner = folder / "clip-vit-base-patch32", folder / "distilvit"
    write_clip_towers(clip / "onnx")
    write_captioner_towers(captioner / "onnx")
    _clip_tokenizer().save(str(clip / "tokenizer.json"))
    _caption_tokenizer().save(str(captioner / "tokenizer.json"))
    size = {"shortest_edge": 224}
    _write(clip / "preprocessor_config.json", _preprocessing(size, _CLIP_MEAN, _CLIP_STD, crop=True))
    square = {"height": 224, "width": 224}
    _write(captioner / "preprocessor_config.json", _preprocessing(square, [0.5] * 3, [0.5] * 3, crop=False))
    _write(clip / "config.json", {"text_config": {"max_position_embeddings": 77}})
    end = CAPTION_WORDS - 1
    speech = {"max_length": _WORDS, "decoder_start_token_id": end, "eos_token_id": end, "pad_token_id": end}
    _write(captioner / "generation_config.json", speech)
    _write(captioner / "config.json", speech)


class Bare:
    """The same graphs, by ONNX Runtime alone."""

    def __init__(self, folder: Path) -> None:
        clip, captioner = folder / "clip-vit-base-patch32/onnx", folder / "distilvit/onnx"
        self._sees = _session(clip / "vision_model_quantized.onnx")
        self._reads = _session(clip / "text_model_quantized.onnx")
        self._looks = _session(captioner / "encoder_model_quantized.onnx")
        self._says = _session(captioner / "decoder_model_merged_quantized.onnx")
        self._past = [one.name for one in self._says.get_inputs() if one.name.startswith("past")]
        self._texts = [_DESCRIPTION, *phrases(_DESCRIPTION)]

    def loop(self, batch: Sequence[Path], eyes: Basic) -> float:
        start = time.perf_counter()
        for path in batch:
            pixels = look_bare(path, eyes, _DESCRIPTION)
            self.see(pixels)
            self.read()
            self.say(pixels)
        return time.perf_counter() - start

    def see(self, pixels: Array) -> None:
        self._sees.run(None, {"pixel_values": _input(pixels)})

    def read(self) -> None:
        for text in self._texts:
            ids = np.array([[CLIP_WORDS - 2, *(len(word) for word in text.split()), CLIP_WORDS - 1]])
            self._reads.run(None, {"input_ids": ids})

    def say(self, pixels: Array) -> None:
        seen = self._looks.run(None, {"pixel_values": _input(pixels)})[0]
        past = [np.zeros((1, 12, 0, 64), np.float32)] * len(self._past)
        word = np.array([[CAPTION_WORDS - 1]])
        for step in range(_WORDS - 1):
            feed = {"input_ids": word, "encoder_hidden_states": seen, "use_cache_branch": np.array([step > 0])}
            logits, *past = self._says.run(None, feed | dict(zip(self._past, past, strict=True)))
            word = logits[:, -1:].argmax(-1)

    def milliseconds(self, path: Path) -> str:
        pixels = look_bare(path, Basic(), _DESCRIPTION)
        parts: dict[str, Callable[[], None]] = {
            "CLIP's picture": lambda: self.see(pixels),
            f"its {len(self._texts)} texts": self.read,
            f"a caption of {_WORDS} words": lambda: self.say(pixels),
        }
        return ", ".join(f"{name} {_milliseconds(work):.0f} ms" for name, work in parts.items())


async def _pairs(batches: list[list[Path]], folder: Path, bare: Bare) -> list[tuple[float, float]]:
    """Seconds of ours and of the bare loop for each batch but the first, which loads and warms."""
    settings = Settings(data_dir=folder / "pairs", models_dir=folder / "models", vision="onnx", workers=1)
    eyes, pairs = Basic(), []
    async with open_resources(settings) as resources:
        await resources.sight.refresh()
        for number, batch in enumerate(batches):
            await add(resources, batch, _DESCRIPTION)
            theirs = bare.loop(batch, eyes) if number % 2 else 0.0
            mine = await drain(resources)
            pairs.append((mine, theirs or bare.loop(batch, eyes)))
    return pairs[1:]


def _one_upload(gallery: Gallery, batch: Sequence[Path]) -> bool:
    """Each alone on an idle machine; the first also waits until the models are loaded."""
    times = []
    for path in batch:
        start = time.perf_counter()
        place = gallery.upload(path.read_bytes(), path.name)
        while json.loads(gallery.get(place))["analysis"]["state"] != "done":
            time.sleep(0.02)
        times.append(time.perf_counter() - start)
    kept = max(times) < ANSWER_SECONDS
    word = "kept  " if kept else "MISSED"
    told = f"first {times[0]:.2f} s, then {median(times[1:]):.2f} s, longest {max(times):.2f} s"
    print(f"{word} upload to the full answer: {told} (limit {ANSWER_SECONDS:.0f} s)", flush=True)
    return kept


def _lists_meanwhile(gallery: Gallery, batches: Sequence[Sequence[Path]]) -> bool:
    """The 95th percentile of one and the same full page, while a backlog of other works is analysed and idle."""
    for number in range(_LISTED):
        gallery.upload(_small_drawing(number), "small.png", category="comics")
    _wait_until_done(gallery)
    for batch in batches:
        for path in batch:
            gallery.upload(path.read_bytes(), path.name)
    busy = _list_seconds(gallery, lambda: _at_work(gallery), least=0)
    idle = _list_seconds(gallery, lambda: False, least=len(busy))
    slowest, usual = (quantiles(times, n=20)[-1] * 1000 for times in (busy, idle))
    ratio = slowest / usual
    word = "kept  " if ratio <= LIST_LIMIT else "MISSED"
    told = f"{slowest:.1f} ms against {usual:.1f} ms idle, {len(busy)} lists of {_LISTED} works"
    print(f"{word} list p95 while works are analysed: {ratio:.2f}x (limit {LIST_LIMIT:.2f}x; {told})", flush=True)
    return ratio <= LIST_LIMIT


def _small_drawing(number: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (320, 240), (number * 6, 255 - number * 6, 90)).save(file, "PNG")
    return file.getvalue()


def _at_work(gallery: Gallery) -> bool:
    counts = re.findall(r'limn_artworks\{state="(?:pending|running)"\} (\d+)', gallery.get("/metrics"))
    return any(map(int, counts))


def _wait_until_done(gallery: Gallery) -> None:
    while _at_work(gallery):
        time.sleep(0.1)


def _list_seconds(gallery: Gallery, more: Callable[[], bool], *, least: int) -> list[float]:
    times: list[float] = []
    while len(times) < least or more():
        for _ in range(20):
            start = time.perf_counter()
            gallery.get(f"/api/v1/artworks?category=comics&limit={_LISTED}")
            times.append(time.perf_counter() - start)
            time.sleep(0.005)
    return times


def _input(pixels: Array) -> Array:
    picture = Image.fromarray(pixels).resize((224, 224), Image.Resampling.BICUBIC)
    scaled = (np.asarray(picture, np.float32) / 255 - 0.5) / 0.5
    return scaled.transpose(2, 0, 1)[None]


def _session(path: Path) -> Session:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _milliseconds(work: Callable[[], None]) -> float:
    times = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times) * 1000


def _peak_mb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def _print_sizes(folder: Path) -> None:
    for model in sorted(folder.iterdir()):
        megabytes = sum(file.stat().st_size for file in model.rglob("*") if file.is_file()) / 1e6
        print(f"       {model.name}: {megabytes:.0f} MB on disk", flush=True)


def _preprocessing(size: dict[str, int], mean: list[float], std: list[float], *, crop: bool) -> dict[str, Any]:
    asked = {"do_resize": True, "size": size, "resample": 3, "do_rescale": True, "rescale_factor": 1 / 255}
    cut = {"do_center_crop": crop, "crop_size": {"height": 224, "width": 224}}
    return asked | cut | {"do_normalize": True, "image_mean": mean, "image_std": std}


def _clip_tokenizer() -> Tokenizer:
    start, end = "<|startoftext|>", "<|endoftext|>"
    words = {f"w{place}": place for place in range(CLIP_WORDS - 2)} | {start: CLIP_WORDS - 2, end: CLIP_WORDS - 1}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens([start, end])
    ends = [(start, CLIP_WORDS - 2), (end, CLIP_WORDS - 1)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{start} $A {end}", special_tokens=ends)
    return tokenizer


def _caption_tokenizer() -> Tokenizer:
    end = "<|endoftext|>"
    words = {f"Ġw{place}": place for place in range(CAPTION_WORDS - 1)} | {end: CAPTION_WORDS - 1}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token=end))
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([end])
    return tokenizer


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
