"""The frontend on the wire: pages with an ETag, the rest under the hash of the whole tree, immutable; compressed once."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request, Response

from limn.errors import NotFound

PAGES = {
    "/": "index.html",
    "/search": "search.html",
    "/artworks/{artwork_id}": "artwork.html",
    "/upload": "upload.html",
    "/admin": "admin.html",
    "/api/docs": "api.html",
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
_ROBOTS = "User-agent: *\nAllow: /\n"


@dataclass(frozen=True)
class File:
    """`packed` is the data under gzip where that is shorter."""

    data: bytes
    packed: bytes | None
    media_type: str
    etag: str


class Frontend:
    """All of it in memory, read once: it is small, and a page never mixes two versions."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in {*_TYPES, ".ico", ".png", ".webp"})
        raw = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        digest = hashlib.sha256(b"".join(name.encode() + b"\0" + data for name, data in raw.items())).hexdigest()
        self.version = digest[:12]
        self._files = {name: self._file(name, data) for name, data in raw.items()}

    def _file(self, name: str, data: bytes) -> File:
        if name.endswith(".html"):
            data = data.replace(b'"/static/', f'"/static/{self.version}/'.encode())
        suffix = Path(name).suffix
        kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if suffix in _TYPES else ""
        packed = gzip.compress(data, 9, mtime=0)
        etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        return File(data, packed if len(packed) < len(data) else None, kind + charset, etag)

    def file(self, name: str) -> File:
        """Raises NotFound."""
        found = self._files.get(name)
        if found is None:
            raise NotFound
        return found

    def page(self, name: str, request: Request, *, status: int = 200) -> Response:
        """A page as it is now; 304 where the browser has it."""
        return send(self.file(name), request, "no-cache", status=status)


def send(file: File, request: Request, caching: str, *, status: int = 200) -> Response:
    """The file, packed for who can unpack it. Both forms share a weak ETag: they are the same text."""
    headers = {"ETag": f"W/{file.etag}", "Cache-Control": caching, "Vary": "Accept-Encoding"}
    if status == 200 and file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    accepted = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    if file.packed is not None and "gzip" in accepted:
        return Response(
            file.packed, status, headers={**headers, "Content-Encoding": "gzip"}, media_type=file.media_type
        )
    return Response(file.data, status, headers=headers, media_type=file.media_type)


def frontend_dir() -> Path:
    """In a wheel the frontend lies inside the package; in a checkout, beside `backend/`."""
    packaged = Path(str(files("limn"))) / "frontend"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "frontend"


def routes(frontend: Frontend) -> APIRouter:
    """The pages of PAGES, the static files, and what browsers and robots ask for unasked."""
    router = APIRouter(include_in_schema=False)

    def add_page(path: str, name: str) -> None:
        async def page(request: Request) -> Response:
            return frontend.page(name, request)

        router.add_api_route(path, page, methods=["GET", "HEAD"])

    for path, name in PAGES.items():
        add_page(path, name)

    @router.api_route("/static/{version}/{name:path}", methods=["GET", "HEAD"])
    async def static(version: str, name: str, request: Request) -> Response:
        if version != frontend.version or name.endswith(".html"):
            raise NotFound
        return send(frontend.file(name), request, "public, max-age=31536000, immutable")

    @router.get("/favicon.ico")
    async def favicon(request: Request) -> Response:
        return send(frontend.file("favicon.svg"), request, "public, max-age=86400")

    @router.get("/robots.txt")
    async def robots() -> Response:
        return Response(_ROBOTS, media_type="text/plain")

    return router
