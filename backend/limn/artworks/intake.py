"""The one door by which pictures enter: stream, probe, keep, add. In this order nothing acknowledged can be lost."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

import anyio

from limn import failpoints
from limn.artworks.fields import UploadFields, check_upload
from limn.artworks.multipart import read_form
from limn.blobs.protocol import Blobs, Staged
from limn.errors import InvalidInput
from limn.imaging.sandbox import Probe, Sandbox
from limn.models import Artist, Artwork, Page, Tag
from limn.settings import Settings
from limn.stores.protocol import Added, Store
from limn.text import clean
from limn.tokens import new_id

SPARE_BYTES = 1024 * 1024  # the store needs room to say so, too


@dataclass(frozen=True)
class Upload:
    """A request's body on its way in; `declared` is its Content-Length where there is one."""

    chunks: AsyncIterable[bytes]
    content_type: str
    declared: int | None
    key: str | None


async def take_in(
    store: Store, blobs: Blobs, sandbox: Sandbox, settings: Settings, upload: Upload, owner: tuple[str, Artist]
) -> Added:
    """Read one multipart upload and add its artwork.

    Raises InvalidRequest, InvalidInput, TooLarge, UnsupportedImage, BrokenImage, OutOfSpace, DuplicateArtwork,
    IdempotencyConflict; whatever is raised, nothing of the upload stays, except a blob under its hash when the process
    dies between keeping and adding, which the collector takes after a day.
    """
    async with blobs.stage(expected_bytes=(upload.declared or 0) + SPARE_BYTES) as staged:
        form = await read_form(upload.chunks, upload.content_type, staged, max_file_bytes=settings.max_upload_bytes)
        if not form.has_file or staged.size_bytes == 0:
            message = "A file is needed." if not form.has_file else "The file is empty."
            raise InvalidInput(message, code="file_missing", errors=[{"field": "file", "message": message}])
        fields = check_upload(form.fields, tuple(slug for slug, _ in settings.categories))
        probe = await _probe_and_settle(sandbox, staged)
        artwork = _artwork(fields, _page(staged, probe, form.filename), *owner)
        await blobs.keep(staged)
    failpoints.hit("intake.kept")
    added = await store.artworks.add(artwork, key=upload.key)
    failpoints.hit("intake.added")
    return added


async def _probe_and_settle(sandbox: Sandbox, staged: Staged) -> Probe:
    """The disk works while the child decodes."""
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(staged.settle)
            probe = await sandbox.probe(staged.path)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return probe


def display_name(filename: str) -> str:
    """A file name fit to show and to offer for download: no folders, no control or bidi characters, at most 120."""
    base = PurePosixPath(filename.replace("\\", "/")).name
    name = clean(base.replace("\0", ""))
    stem, dot, ending = name.rpartition(".")
    if len(name) > 120 and dot and len(ending) <= 10:
        return f"{stem[: 119 - len(ending)]}.{ending}"
    return name[:120]


def _page(staged: Staged, probe: Probe, filename: str) -> Page:
    return Page(
        sha256=staged.sha256,
        media_type=probe.media_type,
        bytes=staged.size_bytes,
        width=probe.width,
        height=probe.height,
        filename=display_name(filename),
    )


def _artwork(fields: UploadFields, page: Page, owner: str, artist: Artist) -> Artwork:
    now = datetime.now(UTC)  # the store sets its own
    return Artwork(
        id=new_id(),
        owner=owner,
        artist=artist,
        tags=tuple(Tag(name=name, source="artist", confidence=1.0) for name in fields.tags),
        pages=(page,),
        created=now,
        updated=now,
        **fields.model_dump(exclude={"tags"}),
    )
