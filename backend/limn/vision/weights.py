"""Which local models Limn knows, where their files lie, and whether they are whole. Asks no network; whoever looks inside blocks."""

import fcntl
import os
import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from limn.errors import Conflict, NotFound
from limn.settings import Settings
from limn.vision import layouts
from limn.vision.catalogue import MODELS, SENTENCES, File, Model
from limn.vision.pins import PLAN, Pin, Stamps, pinned, problem

__all__ = ["MODELS", "SENTENCES", "File", "Model", "Offer", "State", "Task"]

Task: TypeAlias = layouts.Task

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class State:
    """`folder` is where the files are or would be. `downloaded_bytes` counts what lies there, halves too."""

    state: Literal["absent", "downloading", "present", "damaged"]
    folder: Path
    revision: str | None = None
    downloaded_bytes: int = 0
    problem: str | None = None


@dataclass(frozen=True)
class Offer:
    """What "Give Limn eyes" would fetch; with no names, `reason` says why there is nothing to offer."""

    names: tuple[str, ...]
    bytes: int
    reason: str | None


def known(name: str) -> Model:
    """Raises NotFound."""
    try:
        return MODELS[name]
    except KeyError:
        raise NotFound(f"Limn knows no model named {name!r}; `limn models list` shows them.") from None


def configured(settings: Settings) -> dict[Task, str]:
    """The names that the settings want used."""
    return {"clip": settings.clip_model, "captioner": settings.caption_model}


def find(settings: Settings, name: str) -> Path | None:
    """The folder of a model whose files are all there and as they were pinned: LIMN_MODELS_DIR first, then the data folder.

    `name` may be that of a folder of one's own. Hashes what no process hashed before (a second for 341 MB): call it in a thread.
    """
    for folder in places(settings, name):
        if _look(settings, folder, name).state == "present":
            return folder
    return None


def state(settings: Settings, name: str) -> State:
    """Of the whole folder where there is one, else of the first that holds anything. Hashes as `find` does."""
    found = [_look(settings, folder, name) for folder in places(settings, name)]
    if not found:
        return State("absent", settings.data_dir / "models", problem=f"{name!r} is no name of a folder")
    best = next((one for one in found if one.state == "present"), None)
    best = best or next((one for one in found if one.state != "absent" or one.problem), None) or found[-1]
    if best.state != "present" and busy(settings, name):
        return State("downloading", home(settings, name), None, best.downloaded_bytes)
    return best


def check(folder: Path) -> str | None:
    """The first file that is not as it was pinned, in words; None where all are. Hashes every file anew. Raises NotFound without a pin."""
    try:
        pin = Pin.read(folder)
    except ValueError as error:
        return str(error)
    if pin is None:
        raise NotFound(f"{folder} has no limn-pin.json to check against; `limn models pin {folder.name}` writes one.")
    return problem(folder, pin)


def pin(folder: Path) -> Pin:
    """Write down what lies in a folder that somebody brought himself. Raises NotFound, Conflict where another pin is there."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.")
    if (folder / PLAN).exists():
        raise Conflict(f"{folder} is a download that is not finished; `limn models download` goes on with it.")
    try:
        there, found = Pin.read(folder), pinned(folder)
    except ValueError as error:
        raise Conflict(str(error)) from None
    if there is None:
        found.write(folder)
        return found
    if there.files != found.files:
        raise Conflict(f"{folder} is pinned already, to other files: delete its limn-pin.json if these are meant.")
    return there


def offer(settings: Settings) -> Offer:
    """The configured models that are not whole and that Limn can bring."""
    if settings.vision not in {"auto", "onnx"}:
        return Offer((), 0, f"LIMN_VISION is {settings.vision}: no local model is used.")
    if missing := missing_packages():
        return Offer(
            (), 0, f"{' and '.join(missing)} not installed: pip install 'limn[onnx]', or uv sync --extra onnx."
        )
    wanted = [name for name in configured(settings).values() if find(settings, name) is None]
    names = tuple(dict.fromkeys(name for name in wanted if name in MODELS))
    if names:
        return Offer(names, sum(MODELS[name].bytes for name in names), None)
    if wanted:
        return Offer((), 0, f"{wanted[0]} is a folder of your own, and it is not whole: {home(settings, wanted[0])}.")
    return Offer((), 0, "All models that the settings name are there.")


def missing_packages() -> list[str]:
    """Of those that local models need, the extra `onnx`."""
    return [package for package in ("onnxruntime", "tokenizers") if find_spec(package) is None]


def places(settings: Settings, name: str) -> list[Path]:
    """The folders where a model is looked for, in order, the installed package's last; none where `name` is no name of a folder."""
    if not _NAME.fullmatch(name):  # nothing else ever becomes part of a path
        return []
    given = [settings.models_dir / name] if settings.models_dir else []
    packaged = _packaged(MODELS[name].distribution, MODELS[name].inside) if name in MODELS else None
    return [*given, home(settings, name), *([packaged] if packaged else [])]


def home(settings: Settings, name: str) -> Path:
    """Where a download goes. LIMN_MODELS_DIR is only read: it may be a stick or somebody else's share."""
    return settings.data_dir / "models" / name


def stamps(settings: Settings) -> Stamps:
    return Stamps(settings.data_dir / "models" / "hashed.json")


def lock_path(settings: Settings, name: str) -> Path:
    return settings.data_dir / "models" / f".{name}.lock"


def busy(settings: Settings, name: str) -> bool:
    """Whether some process downloads it now."""
    try:
        descriptor = os.open(lock_path(settings, name), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def held_bytes(folder: Path) -> int:
    """What lies there of the model, halves too."""
    held = 0
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).as_posix()
        if not inside.startswith((".", "limn-")) and path.is_file():
            held += path.stat().st_size
    return held


@cache
def _packaged(distribution: str, inside: str) -> Path | None:
    """Found, but never imported: the package of a model would look for its own runtime."""
    if not distribution:
        return None
    try:
        return Path(str(metadata.distribution(distribution).locate_file(inside)))
    except metadata.PackageNotFoundError:
        return None


def _look(settings: Settings, folder: Path, name: str) -> State:
    if not folder.is_dir():
        return State("absent", folder)
    held = held_bytes(folder)
    if (folder / PLAN).exists():
        return State("absent", folder, None, held)
    try:
        pin = Pin.read(folder)
    except ValueError as error:
        return State("damaged", folder, None, held, str(error))
    if pin is None:
        lacking = layouts.lacking(folder, MODELS[name].task if name in MODELS else None)
        return State("absent" if lacking else "present", folder, None, held, lacking if held else None)
    found = problem(folder, pin, stamps(settings))
    return State("damaged" if found else "present", folder, pin.revision, held, found)
