"""Which files a model folder has to hold, by the layouts that exporters write."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

Task = Literal["clip", "captioner", "sentences"]
Part = tuple[str, ...]  # patterns of one part of a model; any of them will do

OWN = "limn-model.json"  # names the files of an export that looks like none of these

# optimum's and transformers.js', immich's, and those of people who export by hand
_PREPROCESSING = tuple(
    f"{place}{name}.json"
    for place in ("", "visual/", "vision/", "onnx/")
    for name in ("preprocessor_config", "preprocess_cfg", "open_clip_config")
)
_PARTS: Mapping[Task, tuple[Part, ...]] = {
    "clip": (
        ("onnx/vision_model*.onnx", "visual/model*.onnx", "vision/model*.onnx", "vision_model*.onnx"),
        ("onnx/text_model*.onnx", "textual/model*.onnx", "text/model*.onnx", "text_model*.onnx"),
        ("tokenizer.json", "textual/tokenizer.json", "text/tokenizer.json", "onnx/tokenizer.json"),
        _PREPROCESSING,
    ),
    "captioner": (
        ("onnx/encoder_model*.onnx", "encoder_model*.onnx"),
        ("onnx/decoder_model*.onnx", "decoder_model*.onnx"),
        ("tokenizer.json", "onnx/tokenizer.json"),
        _PREPROCESSING,
    ),
    "sentences": (("model.safetensors",), ("tokenizer.json",)),
}
_LOOKING: tuple[Task, ...] = ("clip", "captioner")


def lacking(folder: Path, task: Task | None = None) -> str | None:
    """What keeps the folder from being a whole model of this task (of any that looks, where None), in words; None where nothing does."""
    named: list[str] = []
    if (folder / OWN).is_file():
        try:
            named = list(_files_in(json.loads((folder / OWN).read_bytes())))
        except (OSError, ValueError):
            return f"{folder / OWN} cannot be read"
        if missing := [name for name in named if not (folder / name).is_file()]:
            return f"{folder} lacks {', '.join(missing)}, which its {OWN} names"
    if any(name.endswith(".onnx") for name in named):
        return None
    kinds = [[part for part in _PARTS[one] if not _there(folder, part)] for one in ([task] if task else _LOOKING)]
    nearest = min(kinds, key=len)
    return f"{folder} lacks {', '.join(map(_said, nearest))}" if nearest else None


def _there(folder: Path, part: Part) -> bool:
    return any(path.is_file() for pattern in part for path in folder.glob(pattern))


def _said(part: Part) -> str:
    first, *others = (pattern.replace("*", "") for pattern in part)
    return f"{first} (or {others[0]})" if others else first


def _files_in(value: Any) -> Iterator[str]:
    """Every text in the document that is the name of a graph or of a configuration."""
    if isinstance(value, str) and value.endswith((".onnx", ".json")):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _files_in(inner)
