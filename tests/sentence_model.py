"""The real sentence model for tests, where it is installed; CI has it."""

import os
from functools import cache
from pathlib import Path

import pytest

from limn.language import files
from limn.language.minilm import MiniLM
from limn.settings import load
from limn.vision import weights

MISSING = "the sentence model is not installed: make sentences"


def is_there() -> bool:
    """Fails in CI where it is not."""
    found = _found()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    return found is not None


def folder() -> Path:
    """Skips, and fails in CI, where it is not there."""
    found = _found() if is_there() else None
    if found is None:
        pytest.skip(MISSING)
    return found


def _found() -> Path | None:
    return files.find(weights.places(load({}, env_file=None), weights.SENTENCES))


@cache
def _opened(place: Path) -> MiniLM:
    return MiniLM(place)


def minilm() -> MiniLM:
    """Loaded once for all tests of this process."""
    return _opened(folder())
