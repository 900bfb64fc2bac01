"""Looks at everything a gallery stands on, and says what is wrong and what to do."""

import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import packages_distributions, version

from anyio.to_thread import run_sync
from PIL import features

from limn.errors import LimnError, Unavailable
from limn.resources import Resources, open_resources
from limn.settings import Settings
from limn.sight import providers
from limn.vision import download, weights


@dataclass(frozen=True)
class Finding:
    """`hint` says what to do where it is not `ok`."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


async def examine(settings: Settings, *, ask_hub: bool = False) -> list[Finding]:
    """Every part, in the order in which one would mend them. Nothing leaves the machine unless the hub is to be asked."""
    findings = [_python(), _codecs(), _onnxruntime(settings)]
    names = dict.fromkeys((*weights.configured(settings).values(), *weights.MODELS))
    findings += [one for name in names if (one := await run_sync(_model, settings, name)) is not None]
    findings.append(await run_sync(_hub, settings, ask_hub))
    try:
        async with open_resources(settings) as resources:
            findings += [await _check(name, look, resources) for name, look in _PARTS]
    except LimnError as error:
        findings.append(
            Finding("store", ok=False, detail=error.detail, hint="See LIMN_DATABASE_URL and LIMN_DATA_DIR.")
        )
    except OSError as error:
        findings.append(Finding("data", ok=False, detail=str(error), hint="See LIMN_DATA_DIR."))
    return findings


def _python() -> Finding:
    return Finding("python", ok=True, detail=f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")


def _codecs() -> Finding:
    missing = [name for name in ("jpg", "zlib", "webp", "avif", "littlecms2") if not features.check(name)]
    if missing:
        return Finding(
            "decoders", ok=False, detail=f"Pillow lacks {', '.join(missing)}", hint="Reinstall Pillow from PyPI."
        )
    return Finding("decoders", ok=True, detail="JPEG, PNG, WebP, GIF, AVIF, colour profiles")


def _onnxruntime(settings: Settings) -> Finding:
    """What local models run on. Without it the gallery measures, and models elsewhere look."""
    missing = weights.missing_packages()
    if not missing:
        try:
            runs_on = ", ".join(name.removesuffix("ExecutionProvider") for name in providers(settings))
        except LimnError as error:
            return Finding("onnxruntime", ok=False, detail=error.detail, hint="See LIMN_ONNX_PROVIDERS.")
        built = packages_distributions().get("onnxruntime", ["onnxruntime"])[
            0
        ]  # onnxruntime-gpu brings the same module
        return Finding("onnxruntime", ok=True, detail=f"{built} {version(built)}, on {runs_on}")
    return Finding(
        "onnxruntime",
        ok=settings.vision != "onnx",
        detail=f"{' and '.join(missing)} not installed: no local models",
        hint="pip install 'limn[onnx]', or uv sync --extra onnx.",
    )


def _model(settings: Settings, name: str) -> Finding | None:
    """None for one that is neither there nor wanted."""
    wanted = name in weights.configured(settings).values()
    state = weights.state(settings, name)
    hint = f"limn models download {name}" if name in weights.MODELS else f"Bring its files into {state.folder}."
    match state.state:
        case "present":
            revision = state.revision[:7] if state.revision else "your own files"
            return Finding(f"model {name}", ok=True, detail=f"there, {state.downloaded_bytes / 1e6:.0f} MB, {revision}")
        case "damaged":
            return Finding(f"model {name}", ok=False, detail=state.problem or "damaged", hint=hint)
        case "downloading":
            return Finding(f"model {name}", ok=True, detail="is being downloaded")
        case "absent" if wanted:
            detail = f"{state.problem or 'not there'}; {hint}"
            return Finding(f"model {name}", ok=settings.vision != "onnx", detail=detail, hint="LIMN_VISION is onnx.")
    return None


def _hub(settings: Settings, ask: bool) -> Finding:  # noqa: FBT001  called in a thread
    host = settings.hf_endpoint or "https://huggingface.co"
    if not ask:
        return Finding("hub", ok=True, detail=f"{host}, asked by `limn models download` and `limn doctor --hub` only")
    try:
        commit = download.ask(settings, "clip-vit-base-patch32")
    except LimnError as error:
        return Finding("hub", ok=False, detail=error.detail, hint="Only downloads of models need it.")
    return Finding("hub", ok=True, detail=f"{host} answers: clip-vit-base-patch32 is at {commit[:7]}")


async def _check(name: str, look: Callable[[Resources], Awaitable[str]], resources: Resources) -> Finding:
    try:
        return Finding(name, ok=True, detail=await look(resources))
    except (LimnError, OSError) as error:
        return Finding(name, ok=False, detail=str(error), hint="" if isinstance(error, _Told) else _HINTS.get(name, ""))


class _Told(Unavailable):
    """What is wrong says itself what to do."""


async def _store(resources: Resources) -> str:
    await resources.store.health.check()
    if faults := await resources.store.health.inspect():
        raise _Told("; ".join(faults))
    backlog = await resources.store.analyses.backlog()
    return ", ".join(f"{count} {state}" for state, count in backlog.items()) or "empty"


async def _blobs(resources: Resources) -> str:
    key = await resources.blobs.put(b"limn doctor")
    await resources.blobs.discard(key, unused_since=float("inf"))
    free = await resources.blobs.free_bytes()
    return "written and read" if free is None else f"{free / 1e9:.1f} GB free"


async def _vision(resources: Resources) -> str:
    return resources.vision.space


async def _words(resources: Resources) -> str:
    """Whether searches know what words mean."""
    settings, sight = resources.settings, resources.sight
    if settings.sentences == "off":
        return "found as they are written; LIMN_SENTENCES is off"
    if sight.sentences is None:
        if why := sight.problems.get(weights.SENTENCES):
            raise _Told(why)
        return f"found as they are written; for what they mean: limn models download {weights.SENTENCES}"
    await sight.sentences.embed(["a doctor"])
    english = "" if settings.language == "en" else ", in English only"
    return f"found by what they mean, too{english}: {sight.sentences.model}"


async def _pictures(resources: Resources) -> str:
    hosts = resources.sight.eyes.hosts
    if not hosts:
        return "stay on this machine"
    private = "private works too" if resources.settings.hf_send_private else "private works are not"
    return f"are sent to {', '.join(hosts)}; {private}"


_PARTS: tuple[tuple[str, Callable[[Resources], Awaitable[str]]], ...] = (
    ("store", _store),
    ("blobs", _blobs),
    ("vision", _vision),
    ("words", _words),
    ("pictures", _pictures),
)
_HINTS = {
    "store": "Is the disk full or the file locked by another program? See LIMN_DATABASE_URL.",
    "words": f"Delete what lies there, then: limn models download {weights.SENTENCES}",
    "blobs": "Is the folder writable and the disk not full? See LIMN_STORAGE_URL.",
}
