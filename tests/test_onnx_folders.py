"""What lies in a model's folder decides what it is: which space, which texts, and what is said where something is missing."""

import json
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest

import graphs
from limn.errors import BadSettings
from limn.vision.layouts import lacking
from limn.vision.onnx import Clip, open_captioner, open_clip
from limn.vision.onnx.folder import OwnCaptioner, OwnClip, OwnText, read_clip
from limn.vision.pins import pinned

OWN = "limn-model.json"


def opened(folder: Path, revision: str = "") -> Clip:
    return open_clip(folder, providers="", revision=revision)


def copied(folder: Path, name: str, changes: Mapping[str, bytes | dict[str, Any]]) -> Path:
    """A copy of the same name elsewhere, in which only `changes` differ: bytes, or what is laid over a JSON file."""
    target = folder.parent.parent / name / folder.name
    shutil.copytree(folder, target)
    for path, change in changes.items():
        if isinstance(change, bytes):
            (target / path).write_bytes(change)
        else:
            graphs.write_json(target / path, json.loads((target / path).read_bytes()) | change)
    return target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return graphs.write_clip(tmp_path / "one" / "tiny")


def test_the_same_files_are_the_same_space_wherever_they_lie(folder: Path) -> None:
    one, two = opened(folder), opened(copied(folder, "two", {"README.md": b"words"}), "a" * 40)
    assert one.space == two.space
    assert one.space.startswith("tiny@")
    assert one.space.endswith("/p1")
    assert two.model == "tiny@aaaaaaa"
    assert one.model == f"tiny@{one.space[5:17]}", "without a revision, the files tell which model it is"


def test_whatever_changes_a_vector_makes_another_space(folder: Path) -> None:
    other = graphs.write_clip(folder.parent.parent / "other" / "tiny", seed=1)
    pictures, texts = "onnx/vision_model_quantized.onnx", "onnx/text_model_quantized.onnx"
    changes: dict[str, dict[str, bytes | dict[str, Any]]] = {
        "pictures": {pictures: (other / pictures).read_bytes()},
        "texts": {texts: (other / texts).read_bytes()},
        "words": {"tokenizer.json": (folder / "tokenizer.json").read_bytes() + b" "},
        "preparation": {"preprocessor_config.json": {"resample": 2}},
        "length": {"config.json": {"text_config": {"max_position_embeddings": 32}}},
        "weights beside": {f"{pictures}_data": b"one training"},
        "other weights beside": {f"{pictures}_data": b"another training"},
        "weights beside, as torch calls them": {f"{pictures}.data": b"a third training"},
    }
    variants = [folder, other, *(copied(folder, name, change) for name, change in changes.items())]
    spaces = [opened(variant).space for variant in variants]
    assert len(set(spaces)) == len(spaces)


def test_a_graph_by_another_name_is_the_same_space(folder: Path) -> None:
    before = opened(folder).space
    for path in (folder / "onnx").iterdir():
        path.rename(folder / path.name.replace("_quantized", ""))
    assert opened(folder).space == before


def test_a_changed_file_is_seen_when_it_is_opened_again(folder: Path) -> None:
    before = opened(folder).space
    graphs.write_clip(folder, seed=9)
    assert opened(folder).space != before


def test_a_pinned_folder_is_opened_without_reading_its_graphs(folder: Path) -> None:
    whole = opened(folder).space
    pinned(folder).write(folder)
    graph = folder / "onnx/vision_model_quantized.onnx"
    size = graph.stat().st_size
    graph.write_bytes(b"\0" * size)  # nobody looks, for whoever found the folder has checked it
    assert opened(folder).space == whole


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ("onnx/vision_model_quantized.onnx", "onnx/vision_model.onnx"),
        ("onnx/text_model_quantized.onnx", "onnx/text_model.onnx"),
        ("tokenizer.json", "tokenizer.json"),
        ("preprocessor_config.json", "preprocessor_config.json"),
    ],
)
def test_a_folder_that_lacks_a_part_says_which(folder: Path, lost: str, named: str) -> None:
    (folder / lost).unlink()
    with pytest.raises(BadSettings, match=f"^{folder} lacks {named}"):
        opened(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    for opener in (open_clip, open_captioner):
        with pytest.raises(BadSettings, match=f"no folder {tmp_path / 'nowhere'}"):
            opener(tmp_path / "nowhere", providers="", revision="")


@pytest.mark.parametrize("name", ["preprocessor_config.json", "config.json", OWN, "limn-pin.json"])
@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(BadSettings, match=name):
        opened(folder)


async def test_a_tokenizer_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "tokenizer.json").write_bytes(b"{}")
    with pytest.raises(BadSettings, match=r"tokenizer\.json"):
        await opened(folder).warm_up()


async def test_an_export_of_any_shape_describes_itself(folder: Path) -> None:
    own = folder.with_name("mine")
    (own / "graphs").mkdir(parents=True)
    for old, new in {"vision": "graphs/eye.onnx", "text": "graphs/ear.onnx"}.items():
        shutil.copy(folder / f"onnx/{old}_model_quantized.onnx", own / new)
    shutil.copy(folder / "tokenizer.json", own / "words.json")
    said = {
        "task": "clip",
        "picture": {"graph": "graphs/eye.onnx", "preprocessing": graphs.clip_preprocessing()},
        "text": {"graph": "graphs/ear.onnx", "tokenizer": "words.json", "length": 16},
        "family": "laion",
        "templates": ["{}", "an etching of {}"],
        "cutoff": {"floor": 0.1, "within": 0.05, "strong": 0.3},
    }
    graphs.write_json(own / OWN, said)
    clip = opened(own)
    await clip.warm_up()
    assert clip.templates == ("{}", "an etching of {}")
    assert (clip.cutoff.floor, clip.cutoff.within, clip.cutoff.strong) == (0.1, 0.05, 0.3)
    assert clip.space.endswith("/laion-p1"), "scores start from what the space is called"
    assert read_clip(own).wording.length == 16


def test_a_description_need_only_say_what_is_unusual(folder: Path) -> None:
    before = opened(folder)
    graphs.write_json(folder / OWN, {"templates": ["{}"]})
    after = opened(folder)
    assert after.space == before.space
    assert after.templates == ("{}",)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"picture": {"graph": "lost.onnx"}}, "lacks lost.onnx, which its limn-model.json names"),
        ({"picture": {"graph": "../out.onnx"}}, "outside the folder"),
        ({"text": {"tokenizer": "/etc/passwd"}}, "outside the folder"),
        ({"task": "captioner"}, "task"),
        ({"text": {"lenght": 77}}, "text.lenght"),
        ({"text": {"length": 1}}, "text.length"),
        ({"templates": ["no place for words"]}, "templates"),
        ({"templates": ["{} and {}"]}, "templates"),
        ({"templates": []}, "templates"),
        ({"cutoff": {"floor": 0.2}}, "cutoff.within"),
        ({"picture": {"preprocessing": {"size": 3}}}, r"preprocessing in .*limn-model\.json"),
    ],
)
def test_a_description_that_is_wrong_is_told_where(folder: Path, said: dict[str, Any], complaint: str) -> None:
    graphs.write_json(folder / OWN, said)
    with pytest.raises(BadSettings, match=complaint):
        opened(folder)


@pytest.mark.parametrize(
    ("config", "tokenizer", "length"),
    [
        ({}, {}, 77),
        ({"text_config": {"max_position_embeddings": 52}}, {}, 52),
        ({"text_cfg": {"context_length": 64}}, {"model_max_length": 77}, 64),
        ({"model_type": "clip_text_model", "max_position_embeddings": 77}, {"model_max_length": 10**30}, 77),
        ({"text_config": {"max_position_embeddings": 514}}, {"model_max_length": 512}, 512),
        ({"model_type": "siglip"}, {}, 64),
        ({"model_type": "siglip"}, {"model_max_length": 64}, 64),
    ],
)
def test_how_long_a_text_may_be_is_read_from_what_says_so(
    folder: Path, config: dict[str, Any], tokenizer: dict[str, Any], length: int
) -> None:
    graphs.write_json(folder / "config.json", config)
    graphs.write_json(folder / "tokenizer_config.json", tokenizer)
    wording = read_clip(folder).wording
    assert wording.length == length
    assert wording.pad is wording.canonical is (config.get("model_type") == "siglip")


def test_a_siglip_under_any_name_is_scored_as_one(folder: Path) -> None:
    graphs.write_json(folder / "config.json", {"model_type": "siglip"})
    clip = opened(folder)
    assert clip.space.endswith("/siglip-p1")
    assert clip.cutoff.strong < 0.2
    named = copied(folder, "named", {}).rename(folder.with_name("my-SigLIP"))
    assert opened(named).space.endswith("/p1")


def test_open_clips_own_words_are_heeded(folder: Path) -> None:
    graphs.write_json(folder / "tokenizer_config.json", {"pad_token": {"content": "<pad>", "special": True}})
    cleaned = {"text_cfg": {"context_length": 64, "tokenizer_kwargs": {"clean": "canonicalize"}}}
    graphs.write_json(folder / "config.json", cleaned)
    wording = read_clip(folder).wording
    assert wording.canonical
    assert wording.pad_token == "<pad>"


def told(language: str) -> list[str]:
    page = (Path(__file__).parent.parent / "docs/models.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_page_about_models_describes_what_can_be_read() -> None:
    clip, captioner = (json.loads(text) for text in told("json"))
    assert OwnClip.model_validate(clip).picture.graph == "eye.onnx"
    assert set(clip) == set(OwnClip.model_fields)
    assert set(clip["text"]) == set(OwnText.model_fields)
    assert set(captioner) == set(OwnCaptioner.model_validate(captioner).model_dump())


def test_the_programs_on_the_page_about_models_are_programs() -> None:
    programs = told("python")
    assert len(programs) == 3
    for program in programs:
        compile(program, "models.md", "exec")


@pytest.mark.parametrize("layout", ["xenova", "immich"])
async def test_eight_bits_are_made_as_the_page_about_models_says(
    tmp_path: Path, layout: Literal["xenova", "immich"]
) -> None:
    folder = graphs.write_clip(tmp_path / "tiny", layout=layout)
    large = [path.rename(path.with_name(path.name.replace("_quantized", ""))) for path in folder.rglob("*.onnx")]
    (program,) = (text for text in told("python") if "quantize_dynamic" in text)
    with anyio.fail_after(60):
        await anyio.run_process([sys.executable, "-c", program, str(folder)])
    for graph in large:
        graph.unlink()
    assert lacking(folder, "clip") is None
    await opened(folder).warm_up()
