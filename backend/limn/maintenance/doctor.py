"""Looks at everything a gallery stands on, and says what is wrong and what to do."""

import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PIL import features

from limn.errors import LimnError
from limn.resources import Resources, open_resources
from limn.settings import Settings


@dataclass(frozen=True)
class Finding:
    """`hint` says what to do where it is not `ok`."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Every part, in the order in which one would mend them."""
    findings = [_python(), _codecs()]
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


async def _check(name: str, look: Callable[[Resources], Awaitable[str]], resources: Resources) -> Finding:
    try:
        return Finding(name, ok=True, detail=await look(resources))
    except (LimnError, OSError) as error:
        return Finding(name, ok=False, detail=str(error), hint=_HINTS.get(name, ""))


async def _store(resources: Resources) -> str:
    await resources.store.health.check()
    backlog = await resources.store.analyses.backlog()
    return ", ".join(f"{count} {state}" for state, count in backlog.items()) or "empty"


async def _blobs(resources: Resources) -> str:
    key = await resources.blobs.put(b"limn doctor")
    await resources.blobs.discard(key, unused_since=float("inf"))
    free = await resources.blobs.free_bytes()
    return "written and read" if free is None else f"{free / 1e9:.1f} GB free"


async def _vision(resources: Resources) -> str:
    return resources.vision.space


_PARTS: tuple[tuple[str, Callable[[Resources], Awaitable[str]]], ...] = (
    ("store", _store),
    ("blobs", _blobs),
    ("vision", _vision),
)
_HINTS = {
    "store": "Is the disk full or the file locked by another program? See LIMN_DATABASE_URL.",
    "blobs": "Is the folder writable and the disk not full? See LIMN_STORAGE_URL.",
}
