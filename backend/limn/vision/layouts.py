"""Which files a model folder has to hold, by the layouts that exporters write."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

Task = Literal["clip", "captioner"]
Layout = tuple[tuple[str, ...], ...]  # each part by any of its patterns

OWN = "limn-model.json"  # names the files of an export that looks like none of these

_LAYOUTS: dict[Task, tuple[Layout, ...]] = {
    "clip": (
        (  # optimum and transformers.js
            ("onnx/vision_model*.onnx", "vision_model*.onnx"),
            ("onnx/text_model*.onnx", "text_model*.onnx"),
            ("tokenizer.json",),
            ("preprocessor_config.json",),
        ),
        (  # immich
            ("visual/model.onnx",),
            ("textual/model.onnx",),
            ("textual/tokenizer.json", "tokenizer.json"),
            ("visual/preprocess_cfg.json", "preprocess_cfg.json"),
        ),
    ),
    "captioner": (
        (
            ("onnx/encoder_model*.onnx", "encoder_model*.onnx"),
            ("onnx/decoder_model_merged*.onnx", "decoder_model_merged*.onnx"),
            ("tokenizer.json",),
            ("preprocessor_config.json",),
        ),
    ),
}


def lacking(folder: Path, task: Task | None = None) -> str | None:
    """What keeps the folder from being a whole model of this task (of any, where None), in words; None where nothing does."""
    if (folder / OWN).is_file():
        return _lacking_of_own(folder)
    wanted = [layout for one in ([task] if task else _LAYOUTS) for layout in _LAYOUTS[one]]
    missing = [[part for part in layout if not _there(folder, part)] for layout in wanted]
    nearest = min(missing, key=len)
    return f"{folder} lacks {', '.join(part[0] for part in nearest)}" if nearest else None


def _there(folder: Path, patterns: tuple[str, ...]) -> bool:
    return any(path.is_file() for pattern in patterns for path in folder.glob(pattern))


def _lacking_of_own(folder: Path) -> str | None:
    try:
        said = json.loads((folder / OWN).read_bytes())
    except (OSError, ValueError):
        return f"{folder / OWN} cannot be read"
    missing = [name for name in _files_in(said) if not (folder / name).is_file()]
    return f"{folder} lacks {', '.join(missing)}, which its {OWN} names" if missing else None


def _files_in(value: Any) -> Iterator[str]:
    """Every text in the document that is the name of a graph or of a configuration."""
    if isinstance(value, str) and value.endswith((".onnx", ".json")):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _files_in(inner)
