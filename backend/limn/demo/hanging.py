"""Hangs the demo, and takes it down: each work is drawn and goes in by the door that every upload takes."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from anyio.to_thread import run_sync

from limn.artworks.intake import Upload, take_in
from limn.blobs.protocol import Blobs
from limn.demo.label import Work
from limn.demo.works import WORKS, drawn
from limn.errors import DuplicateArtwork
from limn.imaging.sandbox import Sandbox
from limn.models import Artist, Sort, Viewer
from limn.settings import Settings
from limn.stores.protocol import Filter, Store

ROOMS = ("portraits", "illustrations", "comics")
LICENCE = "cc0-1.0"


@dataclass(frozen=True)
class Hung:
    """`held` were in the gallery before."""

    added: int = 0
    held: int = 0


async def hang(
    store: Store,
    blobs: Blobs,
    sandbox: Sandbox,
    settings: Settings,
    owner: tuple[str, Artist],
    said: Callable[[int, int], None],
    *,
    works: Sequence[Work] = WORKS,
) -> Hung:
    """Add the works that this owner does not have yet; `said` hears how many of how many are done. Raises as `take_in`."""
    added = held = 0
    slugs = [slug for slug, _ in settings.categories]
    for work in works:
        said(added + held, len(works))
        picture = await run_sync(drawn, work)  # half a second; who serves goes on serving
        try:
            await take_in(store, blobs, sandbox, settings, _upload(work, room_for(work, slugs), picture), owner)
        except DuplicateArtwork:
            held += 1
        else:
            added += 1
    said(len(works), len(works))
    return Hung(added, held)


async def take_down(store: Store, viewer: Viewer) -> int:
    """Delete the works of the demo that are as they were hung, and say how many; one with other words is its owner's by now."""
    hung = {(work.title, work.description, work.alt_text) for work in WORKS}
    gone, cursor = 0, None
    while True:
        page = await store.artworks.list(viewer, Filter(), sort=Sort.NEWEST, cursor=cursor, limit=100)
        for artwork in page.items:
            if artwork.owner == viewer.account_id and (artwork.title, artwork.description, artwork.alt_text) in hung:
                await store.artworks.delete(artwork.id, viewer)
                gone += 1
        if (cursor := page.next) is None:
            return gone


def room_for(work: Work, slugs: Sequence[str]) -> str:
    """The category it goes to, of those that the operator has."""
    return work.category if work.category in slugs else slugs[ROOMS.index(work.category) % len(slugs)]


def _upload(work: Work, category: str, picture: bytes) -> Upload:
    """As a browser would send it."""
    boundary = secrets.token_hex(16)
    fields = {
        "title": work.title,
        "category": category,
        "description": work.description,
        "alt_text": work.alt_text,
        "tags": work.tags,
        "licence": LICENCE,
    }
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{work.filename}"\r\n'
    body = "".join([*parts, head, "Content-Type: image/jpeg\r\n\r\n"]).encode()
    body += picture + f"\r\n--{boundary}--\r\n".encode()
    return Upload(_whole(body), f"multipart/form-data; boundary={boundary}", len(body), None)


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body
