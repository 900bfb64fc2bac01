"""Which models are there: whole folders only, checked against their pins, without hashing the same bytes twice."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from limn.errors import Conflict, NotFound
from limn.settings import Settings, load
from limn.vision import weights
from limn.vision.pins import Pin, Pinned, Stamps

CLIP = "clip-vit-base-patch32"
CLIP_FILES = (
    "tokenizer.json",
    "preprocessor_config.json",
    "onnx/vision_model_quantized.onnx",
    "onnx/text_model_quantized.onnx",
)
CAPTIONER_FILES = (
    "tokenizer.json",
    "preprocessor_config.json",
    "onnx/encoder_model_quantized.onnx",
    "onnx/decoder_model_merged_quantized.onnx",
)
IMMICH_FILES = ("visual/model.onnx", "textual/model.onnx", "textual/tokenizer.json", "visual/preprocess_cfg.json")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return made(tmp_path)


def made(tmp_path: Path, **given: str) -> Settings:
    return load({"LIMN_DATA_DIR": str(tmp_path / "data"), **given}, env_file=None)


def lay(folder: Path, files: tuple[str, ...] = CLIP_FILES) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(f"bytes of {name}".encode() * 50)
    return folder


def test_a_machine_without_models_has_none_and_says_where_they_would_be(settings: Settings) -> None:
    for name in weights.MODELS.keys() - {weights.SENTENCES}:  # that one may be installed as a package
        found = weights.state(settings, name)
        assert (found.state, found.downloaded_bytes, found.problem) == ("absent", 0, None)
        assert found.folder == settings.data_dir / "models" / name
        assert weights.find(settings, name) is None
    assert not settings.data_dir.exists()


def test_every_known_model_says_what_it_is(settings: Settings) -> None:
    for name, model in weights.MODELS.items():
        assert model.name == name
        assert model.about.endswith(".")
        assert model.licence in {"MIT", "Apache-2.0"}
        assert any(file.path.endswith((".onnx", ".safetensors")) for file in model.files)
        assert model.bytes > 90_000_000
    assert {weights.MODELS[name].task for name in weights.configured(settings).values()} == {"clip", "captioner"}


@pytest.mark.parametrize("name", list(weights.MODELS))
def test_what_a_model_needs_is_what_its_download_brings(settings: Settings, name: str) -> None:
    folder = lay(weights.home(settings, name), tuple(f.path for f in weights.MODELS[name].files if f.needed))
    assert weights.find(settings, name) == folder
    for file in weights.MODELS[name].files:
        if file.needed:
            (folder / file.path).rename(folder / "away")
            assert weights.find(settings, name) != folder, file.path
            if name == weights.SENTENCES:  # of which a whole one may lie in a package
                (folder / "away").rename(folder / file.path)
                continue
            assert file.path.rpartition("/")[2].partition("_quantized")[0][:5] in str(
                weights.state(settings, name).problem
            )
            (folder / "away").rename(folder / file.path)


def test_a_folder_brought_by_hand_counts_when_its_files_are_there(tmp_path: Path) -> None:
    settings = made(tmp_path, LIMN_MODELS_DIR=str(tmp_path / "stick"), LIMN_CLIP_MODEL="my-paintings-clip")
    for name, files in ((CLIP, CLIP_FILES), ("distilvit", CAPTIONER_FILES), ("my-paintings-clip", IMMICH_FILES)):
        folder = lay(tmp_path / "stick" / name, files)
        assert weights.find(settings, name) == folder
        assert weights.state(settings, name).revision is None


def test_the_given_folder_goes_before_the_data_folder_unless_it_is_damaged(tmp_path: Path) -> None:
    settings = made(tmp_path, LIMN_MODELS_DIR=str(tmp_path / "stick"))
    own, given = lay(weights.home(settings, CLIP)), lay(tmp_path / "stick" / CLIP)
    assert weights.find(settings, CLIP) == given
    weights.pin(given)
    (given / "tokenizer.json").write_text("{")
    assert weights.find(settings, CLIP) == own
    assert weights.state(settings, CLIP).state == "present"


def test_a_half_is_not_a_model(settings: Settings) -> None:
    folder = lay(weights.home(settings, CLIP), CLIP_FILES[:-1])
    (folder / "onnx" / "text_model_quantized.onnx.part").write_bytes(b"half")
    found = weights.state(settings, CLIP)
    assert (found.state, weights.find(settings, CLIP)) == ("absent", None)
    assert "text_model" in str(found.problem)
    assert found.downloaded_bytes == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_download_that_is_not_finished_is_not_a_model_though_every_file_is_there(settings: Settings) -> None:
    folder = lay(weights.home(settings, CLIP))
    (folder / "limn-download.json").write_text("{}")
    assert weights.find(settings, CLIP) is None
    with pytest.raises(Conflict, match="not finished"):
        weights.pin(folder)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.write_bytes(b"x" * file.stat().st_size), "sha256"),
        (lambda file: file.write_bytes(b"short"), "5 bytes instead of"),
        (lambda file: file.unlink(), "missing"),
        (lambda file: (file.unlink(), file.mkdir()), "damaged"),
    ],
    ids=["other bytes", "another size", "gone", "a folder now"],
)
def test_a_damaged_file_is_named_and_the_model_never_used(settings: Settings, harm: object, words: str) -> None:
    folder = lay(weights.home(settings, CLIP))
    weights.pin(folder)
    assert weights.find(settings, CLIP) == folder
    assert callable(harm)
    harm(folder / CLIP_FILES[2])
    found = weights.state(settings, CLIP)
    assert found.state == "damaged"
    assert found.problem == weights.check(folder)
    assert CLIP_FILES[2] in str(found.problem)
    assert words in str(found.problem)
    assert weights.find(settings, CLIP) is None


def test_a_pin_that_cannot_be_read_is_damage(settings: Settings) -> None:
    folder = lay(weights.home(settings, CLIP))
    for text in ("", "{", "[]", '{"files":{}}', '{"files":{"../../secret":{"bytes":1,"sha256":"' + "0" * 64 + '"}}}'):
        (folder / "limn-pin.json").write_text(text)
        assert weights.state(settings, CLIP).state == "damaged", text
        assert weights.check(folder) is not None


def test_a_pin_says_what_lies_there_and_another_one_is_not_overwritten(settings: Settings) -> None:
    folder = lay(weights.home(settings, CLIP))
    (folder / ".DS_Store").write_text("not a model's")
    pin = weights.pin(folder)
    assert set(pin.files) == set(CLIP_FILES)
    token = (folder / "tokenizer.json").read_bytes()
    assert pin.files["tokenizer.json"] == Pinned(bytes=len(token), sha256=hashlib.sha256(token).hexdigest())
    assert weights.pin(folder) == pin
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(Conflict, match=r"delete its limn-pin\.json"):
        weights.pin(folder)
    assert Pin.read(folder) == pin


def test_what_is_no_folder_cannot_be_pinned_or_checked(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        weights.pin(tmp_path / "nothing")
    with pytest.raises(NotFound, match="limn models pin"):
        weights.check(lay(tmp_path / "unpinned"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(Conflict, match="no files"):
        weights.pin(tmp_path / "empty")


def test_names_that_lead_out_of_the_folder_are_no_names(tmp_path: Path) -> None:
    settings = made(tmp_path, LIMN_MODELS_DIR=str(tmp_path / "stick"))
    lay(tmp_path / "stick")
    lay(tmp_path / "outside")
    for name in ("", ".", "..", "../outside", str(tmp_path / "outside"), " x", "a/b", "x" * 200):
        assert weights.find(settings, name) is None, name
        assert weights.state(settings, name).state == "absent"


@pytest.mark.parametrize("said", ['{"vision":"eye.onnx","text":{"file":"voice.onnx"},"parts":["extra.json"]}', "{"])
def test_an_export_of_ones_own_counts_when_the_files_it_names_are_there(settings: Settings, said: str) -> None:
    folder = weights.home(settings, "mine")
    lay(folder, ("eye.onnx", "extra.json"))
    (folder / "limn-model.json").write_text(said)
    assert weights.find(settings, "mine") is None
    (folder / "voice.onnx").write_bytes(b"graph")
    assert weights.find(settings, "mine") == (folder if said != "{" else None)


def test_the_same_bytes_are_hashed_once_even_by_the_next_process(settings: Settings) -> None:
    """The next process believes what the first wrote down: with a wrong hash there, a good file counts as damaged."""
    folder = lay(weights.home(settings, CLIP))
    weights.pin(folder)
    assert weights.find(settings, CLIP) == folder
    memory, graph = settings.data_dir / "models" / "hashed.json", folder / CLIP_FILES[2]
    remembered = json.loads(memory.read_text())
    remembered[str(graph)]["sha256"] = "0" * 64
    memory.write_text(json.dumps(remembered))
    assert _state_in_another_process(settings) == "damaged"
    os.utime(graph)  # changed, perhaps: hashed again
    assert _state_in_another_process(settings) == "present"


def _state_in_another_process(settings: Settings) -> str:
    code = (
        "from limn.settings import load; from limn.vision import weights; "
        f"print(weights.state(load({{'LIMN_DATA_DIR': {str(settings.data_dir)!r}}}, env_file=None), {CLIP!r}).state)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def test_where_nothing_can_be_written_a_process_still_hashes_once(tmp_path: Path) -> None:
    file = tmp_path / "weights.onnx"
    file.write_bytes(b"graph")
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    stamps = Stamps(in_the_way / "hashed.json")
    assert stamps.sha256(file) == stamps.sha256(file) == hashlib.sha256(b"graph").hexdigest()


def test_a_broken_memory_is_made_anew(settings: Settings) -> None:
    folder = lay(weights.home(settings, CLIP))
    weights.pin(folder)
    memory = settings.data_dir / "models" / "hashed.json"
    for text in ("", "[]", '{"%s": 7}' % (folder / CLIP_FILES[0]), "\x00"):
        memory.write_text(text)
        assert weights.find(settings, CLIP) == folder


def test_checking_hashes_what_the_memory_would_believe(settings: Settings) -> None:
    folder = lay(weights.home(settings, CLIP))
    weights.pin(folder)
    assert weights.find(settings, CLIP) == folder
    file = folder / CLIP_FILES[2]
    before = file.stat()
    file.write_bytes(b"x" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a failing disk leaves it
    assert weights.find(settings, CLIP) == folder
    assert "sha256" in str(weights.check(folder))


def test_the_offer_is_what_the_settings_name_and_is_not_there(tmp_path: Path) -> None:
    settings = made(tmp_path)
    offered = weights.offer(settings)
    assert offered.names == (CLIP, "distilvit")
    assert offered.bytes == weights.MODELS[CLIP].bytes + weights.MODELS["distilvit"].bytes
    assert offered.reason is None
    lay(weights.home(settings, CLIP))
    assert weights.offer(settings).names == ("distilvit",)
    lay(weights.home(settings, "distilvit"), CAPTIONER_FILES)
    assert weights.offer(settings).names == ()
    assert weights.offer(settings).reason == "All models that the settings name are there."


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"LIMN_VISION": "basic"}, "LIMN_VISION is basic"),
        ({"LIMN_VISION": "huggingface"}, "LIMN_VISION is huggingface"),
        ({"LIMN_CLIP_MODEL": "mine", "LIMN_CAPTION_MODEL": "mine"}, "folder of your own"),
    ],
)
def test_where_there_is_nothing_to_offer_the_reason_is_said(tmp_path: Path, given: dict[str, str], words: str) -> None:
    offered = weights.offer(made(tmp_path, **given))
    assert (offered.names, offered.bytes) == ((), 0)
    assert words in str(offered.reason)
