"""Looks whether every picture that a work needs is there and whole, and whether every blob is needed; makes copies anew that are not."""

import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Literal

from limn.blobs.protocol import BlobInfo, Blobs
from limn.errors import BrokenImage, Damaged, NotFound, UnsupportedImage
from limn.imaging.sandbox import Sandbox
from limn.maintenance.collector import GRACE_SECONDS
from limn.maintenance.copying import Need, Outcome, Said, artwork_of, every, needs, portions, silent, sound
from limn.models import Artwork, Page, Viewer, Wanted
from limn.stores.protocol import Store

_BATCH = 500
_ASKED = "an analysis is asked for"


@dataclass(frozen=True)
class Finding:
    """`work` and `name` say whose it is and what; empty for an untracked one. `mended` says what `repair` did, empty where it could not."""

    what: Literal["missing", "damaged", "untracked"]
    key: str
    work: str = ""
    title: str = ""
    name: str = ""
    original: bool = False
    mended: str = ""


@dataclass
class Checked:
    """`young` are blobs that nothing needs but that may be on their way in, or just were left: no finding."""

    works: int = 0
    pictures: int = 0
    findings: int = 0
    mended: int = 0
    young: int = 0

    @property
    def whole(self) -> bool:
        return self.findings == self.mended


async def check(
    store: Store,
    blobs: Blobs,
    *,
    repair: Sandbox | None = None,
    found: Callable[[Finding], None],
    said: Said = silent,
) -> Checked:
    """Reads every picture; a portion of the works is in memory at a time, and a server may run beside. `found` hears each finding.

    With `repair`: a copy that is missing or damaged is developed from its original again, here and now, because that asks no model
    anything; where this Limn makes other bytes of it than the one before, a whole analysis is asked for instead. What nothing has
    needed for a day is discarded, as the collector would. The original of a work is never written and never discarded.
    """
    checked = Checked()
    total = (await store.records.counts())["artworks"]
    async for record in every(store.records, "artworks"):
        artwork = artwork_of(record)
        for finding in await _look(store, blobs, artwork, checked, repair):
            _tell(checked, finding, found)
        checked.works += 1
        said("works", checked.works, total)
    async for finding in _untracked(store, blobs, checked, discard=repair is not None):
        _tell(checked, finding, found)
    return checked


def _tell(checked: Checked, finding: Finding, found: Callable[[Finding], None]) -> None:
    checked.findings += 1
    checked.mended += bool(finding.mended)
    found(finding)


async def _look(
    store: Store, blobs: Blobs, artwork: Artwork, checked: Checked, repair: Sandbox | None
) -> list[Finding]:
    findings: list[Finding] = []
    for need in needs(artwork):
        checked.pictures += 1
        if (outcome := await sound(blobs, need.key, need.size_bytes)) is not Outcome.HELD:
            findings.append(_finding(artwork, need, outcome))
    if not findings:
        return []
    # a server beside us may have deleted the work, or made its copies anew
    needed = await store.artworks.referenced([finding.key for finding in findings])
    findings = [finding for finding in findings if finding.key in needed]
    if repair is None or all(finding.original for finding in findings):
        return findings
    return await _mend(store, blobs, repair, artwork, findings)


def _finding(artwork: Artwork, need: Need, outcome: Outcome) -> Finding:
    what: Literal["missing", "damaged"] = "missing" if outcome is Outcome.MISSING else "damaged"
    return Finding(what, need.key, artwork.id, artwork.title, need.name, need.original)


async def _mend(
    store: Store, blobs: Blobs, sandbox: Sandbox, artwork: Artwork, findings: list[Finding]
) -> list[Finding]:
    lost = {finding.key for finding in findings if not finding.original}
    originals = {finding.key for finding in findings if finding.original}
    made: set[str] = set()
    asked = False
    for page in artwork.pages:
        wanted = lost & {copy.sha256 for copy in page.renditions}
        if not wanted or page.sha256 in originals:
            continue
        try:
            made |= await _develop(blobs, sandbox, page, wanted)
        except (BrokenImage, UnsupportedImage, Damaged, NotFound):  # no worker would do better
            continue
        if page is artwork.cover and not wanted <= made:
            asked = await _ask(store, artwork)
    return [
        replace(finding, mended="made anew" if finding.key in made else _ASKED if asked else "")
        if not finding.original
        else finding
        for finding in findings
    ]


async def _develop(blobs: Blobs, sandbox: Sandbox, page: Page, wanted: set[str]) -> set[str]:
    """Those of the wanted copies that came out as they were, and are kept and whole again."""
    async with blobs.file(page.sha256) as path:
        developed = await sandbox.develop(path)
    made = set()
    for copy in developed.renditions:
        key = hashlib.sha256(copy.data).hexdigest()
        if key in wanted:
            await blobs.put(copy.data)
            if await sound(blobs, key, len(copy.data)) is Outcome.HELD:
                made.add(key)
    return made


async def _ask(store: Store, artwork: Artwork) -> bool:
    """For a whole analysis, which develops the cover; False where the work is gone."""
    try:
        await store.analyses.request(artwork.id, Viewer(artwork.owner), Wanted.ALL)
    except NotFound:
        return False
    return True


async def _untracked(store: Store, blobs: Blobs, checked: Checked, *, discard: bool) -> AsyncIterator[Finding]:
    unused_since = time.time() - GRACE_SECONDS
    async for batch in portions(blobs.all(), _BATCH):
        needed = await store.artworks.referenced([blob.key for blob in batch])
        for blob in batch:
            if blob.key in needed:
                continue
            if blob.modified >= unused_since:
                checked.young += 1
                continue
            yield Finding("untracked", blob.key, mended=await _discard(blobs, blob, unused_since) if discard else "")


async def _discard(blobs: Blobs, blob: BlobInfo, unused_since: float) -> str:
    return "discarded" if await blobs.discard(blob.key, unused_since=unused_since) else ""
