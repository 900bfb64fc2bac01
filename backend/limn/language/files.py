"""Where the files of the sentence model lie, whether they are the ones that are meant, and their tensors."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limn.errors import BadSettings

WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
# of sentence-transformers/all-MiniLM-L6-v2 as its authors published it
SHA256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}

Tensor = NDArray[np.float32]


def find(folders: Iterable[Path]) -> Path | None:
    """The first of the folders that holds both files."""
    for folder in folders:
        if all((folder / name).is_file() for name in SHA256):
            return folder
    return None


def read(folder: Path, name: str) -> bytes:
    """A file of the model as it should be. Raises BadSettings, which names a file that is another, and OSError."""
    path = folder / name
    data = path.read_bytes()
    if (found := hashlib.sha256(data).hexdigest()) != SHA256[name]:
        raise BadSettings(
            f"{path} is not the one of all-MiniLM-L6-v2: its sha256 is {found[:12]}…, not {SHA256[name][:12]}…"
        )
    return data


def tensors(data: bytes) -> Mapping[str, Tensor]:
    """The float32 tensors of a safetensors file, by name: eight bytes that count the header, the header as JSON, the numbers.

    https://github.com/huggingface/safetensors#format. Read-only views of `data`; other types are left out. Raises BadSettings.
    """
    try:
        start = 8 + int.from_bytes(data[:8], "little")
        header: dict[str, dict[str, Any]] = json.loads(data[8:start])
        return {name: _tensor(data, start, told) for name, told in header.items() if told.get("dtype") == "F32"}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSettings(f"this is no safetensors file: {error}") from None


def _tensor(data: bytes, start: int, told: Mapping[str, Any]) -> Tensor:
    shape, (first, end) = tuple(told["shape"]), told["data_offsets"]
    count = math.prod(shape)
    if end - first != 4 * count:
        raise ValueError(f"{end - first} bytes are no {count} numbers")
    return np.frombuffer(data, "<f4", count, start + first).reshape(shape)
