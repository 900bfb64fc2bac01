"""Pictures on their way out: renditions for everybody who may look, originals for whom the artist allows."""

import re
import unicodedata
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import Headers

from limn.artworks import ranges
from limn.blobs.protocol import Blobs
from limn.errors import Damaged, NotFound
from limn.models import Artwork, Page, Rendition, Viewer, Visibility
from limn.problems import problem

# user bytes never run: no script, no origin, no sniffing, not inside somebody else's page
INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-site",
}
_PUBLIC_SECONDS, _PRIVATE_SECONDS = 600, 60
_ACCEPT = {"Accept-Ranges": "bytes"}
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/avif": "avif"}


async def send_rendition(artwork: Artwork, width: int, asked: Headers, blobs: Blobs) -> Response:
    """The cover's copy of that width. Raises NotFound where there is none (yet)."""
    found = next((r for r in artwork.cover.renditions if r.width == width), None)
    if found is None:
        raise NotFound("There is no rendition of this width.")
    return await _send(blobs, found, asked, {"Content-Type": "image/webp", "Cache-Control": _caching(artwork), **INERT})


async def send_original(
    artwork: Artwork, viewer: Viewer, asked: Headers, blobs: Blobs, *, signed: bool = False
) -> Response:
    """The cover's file as an attachment. Raises NotFound to everybody it is not for.

    `signed`: by a redirect to where the blobs are, if they have addresses. Nobody hashes it on that way. Renditions have none: they
    are small, and kept for a year under one address, which one that runs out could not be."""
    if artwork.owner != viewer.account_id and not artwork.original_public:
        raise NotFound("There is no original to download.")
    cover = artwork.cover
    given = {
        "media_type": cover.media_type,
        "disposition": attachment(cover.filename or f"{artwork.title}.{_ENDINGS.get(cover.media_type, 'bin')}"),
    }
    if signed and (address := await blobs.address(cover.sha256, seconds=_lasting(artwork), **given)):
        await _size(blobs, cover)
        return Response(status_code=307, headers={"Location": address, "Cache-Control": "private, no-store"})
    headers = {
        "Content-Type": given["media_type"],
        "Content-Disposition": given["disposition"],
        "Cache-Control": "private, no-store",
        **INERT,
    }
    return await _send(blobs, cover, asked, headers)


def attachment(name: str) -> str:
    """A Content-Disposition (RFC 6266) that every browser reads: an ASCII name, and the real one in UTF-8."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    ascii_name = re.sub(r"[^A-Za-z0-9 ._()-]+", "_", bare).strip(" .")[:120] or "picture"
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name[:200], safe='')}"


def _lasting(artwork: Artwork) -> int:
    """Seconds for an address that opens the original to whoever has it. It has to hold when a download begins, and when a browser
    takes up one that was paused; what is not for everybody may be passed on in vain after a minute."""
    everybody = artwork.visibility is Visibility.PUBLIC and artwork.original_public
    return _PUBLIC_SECONDS if everybody else _PRIVATE_SECONDS


def _caching(artwork: Artwork) -> str:
    if artwork.visibility is Visibility.PUBLIC:
        return "public, max-age=31536000, immutable"
    return "private, no-store"


async def _send(blobs: Blobs, kept: Page | Rendition, asked: Headers, headers: dict[str, str]) -> Response:
    """The whole, the part that was asked for, or that the client has it. The ETag is the sha256: whoever puts parts together can check."""
    etag = f'"{kept.sha256}"'
    headers = {"ETag": etag, **_ACCEPT, **headers}
    tags = {tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")}
    if etag in tags or "*" in tags:
        return Response(status_code=304, headers=headers)
    size = await _size(blobs, kept)
    part = ranges.wanted(asked, etag, size)
    if part is None:
        return StreamingResponse(blobs.read(kept.sha256), headers={**headers, "Content-Length": str(size)})
    if not part:
        detail = f"There is nothing there: the file has {size:,} bytes."
        return problem(
            416, "no_such_range", "No such part", detail, headers={"Content-Range": f"bytes */{size}", **_ACCEPT}
        )
    # one that is all of it is read as a whole, because that is checked on its way where the bytes come from afar
    chunks = blobs.read_part(kept.sha256, part.start, part.stop) if len(part) < size else blobs.read(kept.sha256)
    headers |= {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}", "Content-Length": str(len(part))}
    return StreamingResponse(chunks, 206, headers)


async def _size(blobs: Blobs, kept: Page | Rendition) -> int:
    """Raises NotFound, and Damaged where it is not the one of the record: a part of that would be taken for one of the picture."""
    size = (await blobs.stat(kept.sha256)).size_bytes
    if size != kept.bytes:
        raise Damaged(f"The blob {kept.sha256} has {size:,} bytes instead of {kept.bytes:,}.")
    return size
