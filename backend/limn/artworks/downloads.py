"""Pictures on their way out: renditions for everybody who may look, originals for whom the artist allows."""

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from limn.blobs.protocol import Blobs
from limn.errors import NotFound
from limn.models import Artwork, Viewer, Visibility

# user bytes never run: no script, no origin, no sniffing, not inside somebody else's page
INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-site",
}
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/avif": "avif"}


async def send_rendition(artwork: Artwork, width: int, asked: Mapping[str, str], blobs: Blobs) -> Response:
    """The cover's copy of that width. Raises NotFound where there is none (yet)."""
    found = next((r for r in artwork.cover.renditions if r.width == width), None)
    if found is None:
        raise NotFound("There is no rendition of this width.")
    return await _send(
        blobs, found.sha256, asked, {"Content-Type": "image/webp", "Cache-Control": _caching(artwork), **INERT}
    )


async def send_original(artwork: Artwork, viewer: Viewer, asked: Mapping[str, str], blobs: Blobs) -> Response:
    """The cover's file as an attachment. Raises NotFound to everybody it is not for."""
    if artwork.owner != viewer.account_id and not artwork.original_public:
        raise NotFound("There is no original to download.")
    cover = artwork.cover
    headers = {
        "Content-Type": cover.media_type,
        "Content-Disposition": attachment(cover.filename or f"{artwork.title}.{_ENDINGS.get(cover.media_type, 'bin')}"),
        "Cache-Control": "private, no-store",
        **INERT,
    }
    return await _send(blobs, cover.sha256, asked, headers)


def attachment(name: str) -> str:
    """A Content-Disposition (RFC 6266) that every browser reads: an ASCII name, and the real one in UTF-8."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    ascii_name = re.sub(r"[^A-Za-z0-9 ._()-]+", "_", bare).strip(" .")[:120] or "picture"
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name[:200], safe='')}"


def _caching(artwork: Artwork) -> str:
    if artwork.visibility is Visibility.PUBLIC:
        return "public, max-age=31536000, immutable"
    return "private, no-store"


async def _send(blobs: Blobs, key: str, asked: Mapping[str, str], headers: dict[str, str]) -> Response:
    headers = {"ETag": f'"{key}"', **headers}
    tags = {tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")}
    if f'"{key}"' in tags or "*" in tags:
        return Response(status_code=304, headers=headers)
    info = await blobs.stat(key)
    return StreamingResponse(blobs.read(key), headers={**headers, "Content-Length": str(info.size_bytes)})
