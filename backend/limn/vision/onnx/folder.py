"""What lies in a model's folder: which files are its parts, by the layouts of the exporters or by its own limn-model.json."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from limn.errors import BadSettings
from limn.vision.layouts import OWN
from limn.vision.onnx import preprocessing
from limn.vision.onnx.preprocessing import Preprocessing
from limn.vision.onnx.tokens import Wording
from limn.vision.pins import PART, Pin, sha256
from limn.vision.protocol import Cutoff

# of several variants of one graph the first: eight bits are made for the CPU
_VARIANTS = ("_quantized", "_int8", "_uint8", "", "_fp16")
_PICTURES = ("onnx/vision_model*.onnx", "vision_model*.onnx", "visual/model*.onnx", "vision/model*.onnx")
_TEXTS = ("onnx/text_model*.onnx", "text_model*.onnx", "textual/model*.onnx", "text/model*.onnx")
_ENCODERS = ("onnx/encoder_model*.onnx", "encoder_model*.onnx")
_DECODERS = tuple(f"{place}decoder_model{kind}*.onnx" for kind in ("_merged", "") for place in ("onnx/", ""))
_PREPROCESSING = ("preprocessor_config.json", "preprocess_cfg.json", "open_clip_config.json")
_LONGEST_TEXT = 512

Template = Annotated[str, Field(pattern=r"^[^{}]*\{\}[^{}]*$", max_length=100)]
Own = TypeVar("Own", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OwnPicture(_Strict):
    graph: str | None = None
    preprocessing: str | dict[str, Any] | None = None


class OwnText(_Strict):
    graph: str | None = None
    tokenizer: str | None = None
    length: int | None = Field(default=None, ge=4, le=_LONGEST_TEXT)
    pad: bool | None = None
    pad_token: str | None = None
    canonical: bool | None = None


class OwnCutoff(_Strict):
    floor: float = Field(ge=-1, le=1)
    within: float = Field(gt=0, le=2)
    strong: float = Field(ge=-1, le=1)


class OwnClip(_Strict):
    """limn-model.json of a CLIP. What it leaves out is found as in folders without it."""

    task: Literal["clip"] = "clip"
    picture: OwnPicture = OwnPicture()
    text: OwnText = OwnText()
    family: str = Field("", pattern="^[a-z0-9-]*$", max_length=40)
    templates: tuple[Template, ...] | None = Field(None, min_length=1, max_length=20)
    cutoff: OwnCutoff | None = None


class OwnCaptioner(_Strict):
    """limn-model.json of a captioner."""

    task: Literal["captioner"] = "captioner"
    encoder: str | None = None
    decoder: str | None = None
    tokenizer: str | None = None
    preprocessing: str | dict[str, Any] | None = None
    generation: dict[str, Any] = {}


@dataclass(frozen=True)
class ClipFolder:
    """`digest` is of all that decides what a vector says: graphs, tokenizer, preprocessing, wording."""

    name: str
    picture: Path
    text: Path
    tokenizer: Path
    preprocessing: Preprocessing
    wording: Wording
    family: str
    templates: tuple[str, ...] | None
    cutoff: Cutoff | None
    digest: str


@dataclass(frozen=True)
class CaptionerFolder:
    """`generation` is what generation_config.json and config.json say, the first over the second."""

    name: str
    encoder: Path
    decoder: Path
    tokenizer: Path
    preprocessing: Preprocessing
    generation: Mapping[str, Any]
    digest: str


def read_clip(folder: Path) -> ClipFolder:
    """Small files only, but for graphs that no pin knows the sha256 of: those are hashed, once. Raises BadSettings."""
    own = _own(folder, OwnClip)
    picture = _part(folder, own.picture.graph, _PICTURES)
    text = _part(folder, own.text.graph, _TEXTS)
    tokenizer = _part(folder, own.text.tokenizer, _beside(folder, text, ("tokenizer.json",)))
    prepared = _preprocessing(folder, own.picture.preprocessing, picture)
    said = _config(folder, text.parent)
    settings = _optional(tokenizer.with_name("tokenizer_config.json"))
    family = own.family or _family(folder, said)
    wording = _wording(own.text, said, settings, siglip="siglip" in family)
    return ClipFolder(
        name=folder.absolute().name,
        picture=picture,
        text=text,
        tokenizer=tokenizer,
        preprocessing=prepared,
        wording=wording,
        family=family,
        templates=own.templates,
        cutoff=Cutoff(**own.cutoff.model_dump()) if own.cutoff else None,
        digest=_digest(folder, (picture, text), (tokenizer,), f"{prepared} {wording}"),
    )


def read_captioner(folder: Path) -> CaptionerFolder:
    """See `read_clip`."""
    own = _own(folder, OwnCaptioner)
    encoder = _part(folder, own.encoder, _ENCODERS)
    decoder = _part(folder, own.decoder, _DECODERS)
    tokenizer = _part(folder, own.tokenizer, _beside(folder, decoder, ("tokenizer.json",)))
    prepared = _preprocessing(folder, own.preprocessing, encoder)
    generation = {**_generation(folder, decoder), **own.generation}
    return CaptionerFolder(
        name=folder.absolute().name,
        encoder=encoder,
        decoder=decoder,
        tokenizer=tokenizer,
        preprocessing=prepared,
        generation=generation,
        digest=_digest(
            folder, (encoder, decoder), (tokenizer,), f"{prepared} {json.dumps(generation, sort_keys=True)}"
        ),
    )


def _generation(folder: Path, decoder: Path) -> dict[str, Any]:
    """generation_config.json over what config.json says of the whole, over what it says of the decoder alone."""
    said = _config(folder, decoder.parent)
    inner = said.get("decoder")
    ids = {**(inner if isinstance(inner, dict) else {}), **_given(said)}
    kept = {key: value for key, value in ids.items() if key.endswith("_token_id")}
    kept |= {key: value for key, value in said.items() if key in {"max_length", "num_beams"}}
    return {**_given(kept), **_given(_optional(folder / "generation_config.json"))}


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value is not None}


def _own(folder: Path, model: type[Own]) -> Own:
    path = folder / OWN
    if not folder.is_dir():
        raise BadSettings(f"There is no folder {folder}")
    try:
        return model.model_validate(_optional(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise BadSettings(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _part(folder: Path, named: str | None, patterns: Sequence[str]) -> Path:
    """The file that the folder's own description names, else the first there is. Raises BadSettings naming what is not there."""
    if named is not None:
        path = folder / named
        if Path(named).is_absolute() or ".." in Path(named).parts:
            raise BadSettings(f"{folder / OWN} names {named}, which is outside the folder")
        if not path.is_file():
            raise BadSettings(f"{folder} lacks {named}, which its {OWN} names")
        return path
    for pattern in patterns:
        if found := sorted(
            (path for path in folder.glob(pattern) if path.is_file()), key=lambda path: _rank(path, pattern)
        ):
            return found[0]
    shown = [pattern.replace("*", "") for pattern in dict.fromkeys(patterns)]
    raise BadSettings(f"{folder} lacks {shown[0]}" + (f" (or {', '.join(shown[1:])})" if shown[1:] else ""))


def _rank(path: Path, pattern: str) -> tuple[int, str]:
    stem = Path(pattern).name.partition("*")[0]
    variant = path.stem.removeprefix(stem)
    return (_VARIANTS.index(variant) if variant in _VARIANTS else len(_VARIANTS), path.name)


def _beside(folder: Path, graph: Path, names: Sequence[str]) -> list[str]:
    """The names in the model's folder, then in the graph's own."""
    inside = graph.parent.relative_to(folder)
    return [(place / name).as_posix() for place in dict.fromkeys((Path(), inside)) for name in names]


def _preprocessing(folder: Path, named: str | dict[str, Any] | None, graph: Path) -> Preprocessing:
    if isinstance(named, dict):
        return preprocessing.read(named, f"preprocessing in {folder / OWN}")
    path = _part(folder, named, _beside(folder, graph, _PREPROCESSING))
    return preprocessing.read(_json(path), str(path))


def _config(folder: Path, beside: Path) -> dict[str, Any]:
    """What config.json says of the texts, in the folder or beside the graph."""
    said = {**_optional(beside / "config.json"), **_optional(folder / "config.json")}
    opened = _optional(folder / "open_clip_config.json").get("model_cfg")
    return {**(opened if isinstance(opened, dict) else {}), **said}


def _family(folder: Path, said: Mapping[str, Any]) -> str:
    """Which kind of model it is, as far as its cosines and its texts are of another kind than CLIP's."""
    text = said.get("text_config")
    kinds = (said.get("model_type"), text.get("model_type") if isinstance(text, dict) else None)
    named = "siglip" in folder.absolute().name.casefold()
    return "siglip" if named or any(str(kind).startswith("siglip") for kind in kinds) else ""


def _wording(own: OwnText, said: Mapping[str, Any], settings: Mapping[str, Any], *, siglip: bool) -> Wording:
    texts = [one for key in ("text_cfg", "text_config") if isinstance(one := said.get(key), dict)]
    limits = [one.get(key) for one in (*texts, said) for key in ("context_length", "max_position_embeddings")]
    limits.append(settings.get("model_max_length"))
    known = [limit for limit in limits if isinstance(limit, int) and limit >= 4]
    cleaned = [kind for one in texts if isinstance(kind := one.get("tokenizer_kwargs"), dict)]
    token = settings.get("pad_token") or ""
    token = token.get("content", "") if isinstance(token, dict) else token
    return Wording(
        length=own.length or min([*known, _LONGEST_TEXT] if known else [64 if siglip else 77]),
        # SigLIP learned on texts of full length, in lower case and without marks, and reads the last token
        pad=siglip if own.pad is None else own.pad,
        pad_token=str(token) if own.pad_token is None else own.pad_token,
        canonical=siglip or any(one.get("clean") == "canonicalize" for one in cleaned)
        if own.canonical is None
        else own.canonical,
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} cannot be read: {error}") from None
    if not isinstance(said, dict):
        raise BadSettings(f"{path} cannot be read: it holds no object")
    return said


def _optional(path: Path) -> dict[str, Any]:
    return _json(path) if path.is_file() else {}


def _digest(folder: Path, graphs: Sequence[Path], others: Sequence[Path], description: str) -> str:
    """64 hex digits."""
    try:
        pin = Pin.read(folder)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    known = {name: pinned.sha256 for name, pinned in pin.files.items()} if pin else {}
    parts = [path for graph in graphs for path in _with_weights(graph)]
    digests = [known.get(path.relative_to(folder).as_posix()) or _sha256(path) for path in (*parts, *others)]
    return hashlib.sha256("\n".join([description, *digests]).encode()).hexdigest()


def _with_weights(graph: Path) -> Iterator[Path]:
    """The graph and what exporters lay beside it for large weights (`model.onnx_data`, `model.onnx.data`): two trainings of one
    architecture may differ in these alone."""
    yield graph
    yield from sorted(path for path in graph.parent.glob(f"{graph.name}[._]*") if path.suffix != PART)


def _sha256(path: Path) -> str:
    try:
        found = path.stat()
        return _hashed(path, found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}") from None


@lru_cache(maxsize=64)
def _hashed(path: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001  a changed file is another question
    return sha256(path)
