"""Whether a model sees is found out by drawings and sentences about them."""

from pathlib import Path

import numpy as np
import pytest

import graphs
from limn.vision.onnx import open_clip, smoke
from limn.vision.onnx.smoke import judge

NAMES = tuple("abcdefgh")


async def test_a_model_that_sees_colours_knows_its_own_sentences(tmp_path: Path) -> None:
    found = await smoke(open_clip(graphs.write_clip(tmp_path), providers="", revision=""))
    assert found.sees, found.verdict
    assert found.cosines.shape == (len(found.sentences),) * 2
    assert sum(found.own) >= 6
    assert found.spread > 0.02
    assert found.verdict.startswith("The model sees: ")


async def test_towers_that_do_not_belong_together_do_not_see(tmp_path: Path) -> None:
    folder = graphs.write_clip(tmp_path)
    graphs.write_text_tower(folder / "onnx/text_model_quantized.onnx", graphs.rotation(16, 77))
    found = await smoke(open_clip(folder, providers="", revision=""))
    assert not found.sees
    assert "do not see well" in found.verdict or "does not see" in found.verdict


@pytest.mark.parametrize("seed", range(20))
def test_chance_does_not_see(seed: int) -> None:
    """Sentences and pictures that have nothing to do with one another, however far apart."""
    cosines = np.random.default_rng(seed).normal(0.2, 0.05, (8, 8)).astype(np.float32)
    assert not judge(NAMES, cosines).sees


def test_a_model_that_says_the_same_of_everything_does_not_see() -> None:
    cosines = np.full((8, 8), 0.25, np.float32) + np.eye(8, dtype=np.float32) * 0.0005
    found = judge(NAMES, cosines)
    assert all(found.own)
    assert not found.sees
    assert "hardly differ" in found.verdict


def test_a_sentence_that_lies_near_to_every_picture_hides_no_sight() -> None:
    cosines = np.full((8, 8), 0.15, np.float32) + np.eye(8, dtype=np.float32) * 0.1
    cosines[:, 3] += 0.2
    assert all(judge(NAMES, cosines).own)
