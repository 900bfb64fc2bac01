"""What the tests of downloads share: a hub of their own, and how a model is brought from it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub_server import Hub
from limn.settings import Settings, load
from limn.vision import weights
from limn.vision.download import Progress, download

CLIP, CAPTIONER = "clip-vit-base-patch32", "distilvit"
VISION, TEXT = "onnx/vision_model_quantized.onnx", "onnx/text_model_quantized.onnx"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as served:
        served.give(CLIP, onnx=200_000)
        yield served


@pytest.fixture
def settings(hub: Hub, tmp_path: Path) -> Settings:
    return made(tmp_path, HF_ENDPOINT=hub.url)


def made(tmp_path: Path, **given: str) -> Settings:
    return load({"LIMN_DATA_DIR": str(tmp_path / "data"), **given}, env_file=None)


def bring(settings: Settings, name: str = CLIP) -> tuple[Path, list[Progress]]:
    said: list[Progress] = []
    return download(settings, name, progress=said.append, stop=threading.Event(), patience=(0.1, 0.2)), said


def until(true: Callable[[], object], *, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def lying_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def assert_whole(hub: Hub, folder: Path, name: str = CLIP) -> None:
    wanted = hub.files[weights.MODELS[name].repo]
    assert lying_in(folder) == {*wanted, "limn-pin.json"}
    for path, content in wanted.items():
        assert (folder / path).read_bytes() == content, path
