"""Artworks over HTTP: upload, list, one, edit, delete, its pictures, and what an upload may be."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from limn import problems
from limn.artworks import fields, intake
from limn.artworks.downloads import send_original, send_rendition
from limn.artworks.fields import EditFields, check_category
from limn.dependencies import AnnounceDep, BlobsDep, SandboxDep, SettingsDep, SightDep, StoreDep, ViewerDep
from limn.errors import DuplicateArtwork, InvalidInput, Stale
from limn.imaging.decoding import MEDIA_TYPES
from limn.models import LOCAL_ACCOUNT, Artist, ArtworkChanges, Sort, State, Visibility, Wanted
from limn.problems import documented
from limn.stores.protocol import Filter
from limn.text import Plain, tag_name
from limn.views import ArtworkView, etag, location, present

router = APIRouter(tags=["artworks"])

LOCAL_ARTIST = Artist(handle=LOCAL_ACCOUNT, name="Local artist")
_ELSEWHERE: dict[str, Any] = {
    "description": "The bucket has it, under an address that runs out: where LIMN_SIGNED_DOWNLOADS is set"
}
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The client has it: If-None-Match named its ETag"}}


def _in_parts(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI tells of a picture that may be had in parts."""
    content: dict[str, Any] = {media_type: {} for media_type in media_types}
    told = {"description": "Which part of how much", "schema": {"type": "string", "examples": ["bytes 0-499/1234"]}}
    part = {"description": "The one part that Range asked for", "headers": {"Content-Range": told}, "content": content}
    return {200: {"content": content}, 206: part, **_UNCHANGED, **documented(404, 416)}


def _upload_form() -> dict[str, Any]:
    """How OpenAPI tells of the body that `create` reads by itself."""
    schema = fields.UploadFields.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs")  # the views bring the same
    schema["properties"] |= {"file": {"type": "string", "format": "binary", "description": "The picture"}}
    schema["properties"]["tags"]["description"] = "Repeated, or separated by commas"
    for name, value in {"title": "Fox at dawn", "category": "illustrations", "tags": ["fox", "winter"]}.items():
        schema["properties"][name]["examples"] = [value]
    schema["required"] += ["file"]
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


class ArtworkPage(BaseModel):
    items: list[ArtworkView]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class CategoryCount(BaseModel):
    slug: str
    title: str
    count: int


class Categories(BaseModel):
    items: list[CategoryCount]


class CategoryName(BaseModel):
    slug: str
    title: str


class LicenceName(BaseModel):
    id: str
    title: str


class Limits(BaseModel):
    """What an upload may be; lengths are characters."""

    max_upload_bytes: int
    max_pixels: int
    media_types: list[str]
    categories: list[CategoryName]
    licences: list[LicenceName]
    title_length: int
    description_length: int
    alt_text_length: int
    tag_length: int
    tag_count: int
    hosts: list[str] = Field(description="Where pictures are sent for models to look at; empty: nowhere")
    private_stays: bool = Field(description="Whether private works are never sent there")


class ListParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    category: Plain | None = Field(None, max_length=60)
    artist: Plain | None = Field(None, max_length=60)
    tag: Plain | None = Field(None, max_length=fields.TAG)
    sort: Sort = Sort.NEWEST
    cursor: str | None = Field(None, max_length=500)
    limit: int = Field(40, ge=1, le=100)


@router.post(
    "/artworks",
    status_code=201,
    operation_id="createArtwork",
    response_model=ArtworkView,
    responses=documented(408, 409, 413, 415, 507),
    openapi_extra=_upload_form(),
)
async def create(
    request: Request,
    store: StoreDep,
    blobs: BlobsDep,
    sandbox: SandboxDep,
    settings: SettingsDep,
    viewer: ViewerDep,
    announce: AnnounceDep,
    key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)] = None,
) -> Response:
    """Upload one picture and publish it. It is analysed afterwards: follow `GET /events`."""
    declared = request.headers.get("content-length", "")
    upload = intake.Upload(
        chunks=request.stream(),
        content_type=request.headers.get("content-type", ""),
        declared=int(declared) if declared.isdecimal() else None,
        key=key,
    )
    owner = (viewer.account_id or LOCAL_ACCOUNT, LOCAL_ARTIST)
    try:
        added = await intake.take_in(store, blobs, sandbox, settings, upload, owner)
    except DuplicateArtwork as error:
        existing = await store.artworks.get(error.existing_id, viewer)
        error.extra["existing"] = present(existing, viewer, alone=True)
        return problems.of(error)
    announce()
    body = present(added.artwork, viewer, alone=True).model_dump(mode="json")
    headers = {"Location": location(added.artwork.id), "ETag": etag(added.artwork), "Cache-Control": "no-store"}
    return JSONResponse(body, 201, headers=headers)


@router.get("/artworks", operation_id="listArtworks", responses=documented())
async def list_artworks(store: StoreDep, viewer: ViewerDep, params: Annotated[ListParams, Query()]) -> ArtworkPage:
    """A keyset page of what the viewer may see, newest or most liked first."""
    where = Filter(
        category=params.category, artist=params.artist, tag=tag_name(params.tag) if params.tag is not None else None
    )
    found = await store.artworks.list(viewer, where, sort=params.sort, cursor=params.cursor, limit=params.limit)
    return ArtworkPage(items=[present(artwork, viewer) for artwork in found.items], next=found.next)


@router.get(
    "/artworks/{artwork_id}",
    operation_id="getArtwork",
    response_model=ArtworkView,
    responses={**_UNCHANGED, **documented(404)},
)
async def get(artwork_id: str, request: Request, store: StoreDep, viewer: ViewerDep) -> Response:
    """One artwork, with an ETag; 304 where the client has it."""
    artwork = await store.artworks.get(artwork_id, viewer)
    headers = {"ETag": etag(artwork), "Cache-Control": "private, no-cache"}
    if etag(artwork) in _tags_of(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return JSONResponse(present(artwork, viewer, alone=True).model_dump(mode="json"), headers=headers)


@router.patch("/artworks/{artwork_id}", operation_id="editArtwork", responses=documented(404, 408, 412, 413))
async def edit(
    artwork_id: str,
    body: EditFields,
    response: Response,
    store: StoreDep,
    settings: SettingsDep,
    sight: SightDep,
    viewer: ViewerDep,
    announce: AnnounceDep,
    if_match: Annotated[str | None, Header()] = None,
) -> ArtworkView:
    """Change what the artist says of it. A new description makes the match due again."""
    if body.category is not None:
        check_category(body.category, tuple(slug for slug, _ in settings.categories))
    changes = ArtworkChanges(**body.model_dump(exclude_unset=True))
    revision = _revision(if_match, artwork_id)
    shown = changes.visibility not in {None, Visibility.PRIVATE} and bool(sight.eyes.hosts)
    before = await store.artworks.get(artwork_id, viewer) if shown else None
    artwork = await store.artworks.edit(artwork_id, viewer, changes, revision=revision)
    if before and before.visibility is Visibility.PRIVATE and artwork.analysis.state is not State.FAILED:
        # models elsewhere may see it now
        artwork = await store.analyses.request(artwork_id, viewer, Wanted.EYES)
    announce()
    response.headers["ETag"] = etag(artwork)
    return present(artwork, viewer, alone=True)


@router.delete("/artworks/{artwork_id}", status_code=204, operation_id="deleteArtwork", responses=documented(404))
async def delete(artwork_id: str, store: StoreDep, viewer: ViewerDep, announce: AnnounceDep) -> None:
    """Gone from every list at once; its files go a day later."""
    await store.artworks.delete(artwork_id, viewer)
    announce()


@router.get(
    "/artworks/{artwork_id}/renditions/{width}",
    operation_id="getRendition",
    response_class=Response,
    responses=_in_parts("image/webp"),
)
async def rendition(
    artwork_id: str, width: int, request: Request, store: StoreDep, blobs: BlobsDep, viewer: ViewerDep
) -> Response:
    """A WebP copy in sRGB without metadata, `width` pixels wide. In parts as the original."""
    return await send_rendition(await store.artworks.get(artwork_id, viewer), width, request.headers, blobs)


@router.get(
    "/artworks/{artwork_id}/original",
    operation_id="getOriginal",
    response_class=Response,
    responses={**_in_parts(*sorted(set(MEDIA_TYPES.values()))), 307: _ELSEWHERE},
)
async def original(
    artwork_id: str, request: Request, store: StoreDep, blobs: BlobsDep, settings: SettingsDep, viewer: ViewerDep
) -> Response:
    """The file as it was uploaded, bit for bit: for the owner, or for anybody where the artist allows it.

    One part of it where Range asks for one (RFC 9110): a download that was cut goes on. The ETag is the sha256 of the whole.
    Where the operator asks for it the answer is a redirect to the bucket, signed for GET."""
    artwork = await store.artworks.get(artwork_id, viewer)
    # an address is signed for GET; what HEAD wants to know is known here
    signed = settings.signed_downloads and not request.scope.get("for_head")
    return await send_original(artwork, viewer, request.headers, blobs, signed=signed)


@router.get("/categories", operation_id="listCategories", responses=documented())
async def categories(store: StoreDep, settings: SettingsDep, viewer: ViewerDep) -> Categories:
    """The categories in the operator's order, with how many works the viewer finds in each."""
    counts = await store.artworks.counts(viewer)
    return Categories(
        items=[CategoryCount(slug=slug, title=title, count=counts.get(slug, 0)) for slug, title in settings.categories]
    )


@router.get("/limits", operation_id="getLimits", responses=documented())
async def limits(settings: SettingsDep, sight: SightDep) -> Limits:
    """What an upload may be, told beforehand."""
    return Limits(
        max_upload_bytes=settings.max_upload_bytes,
        max_pixels=settings.max_pixels,
        media_types=sorted(set(MEDIA_TYPES.values())),
        categories=[CategoryName(slug=slug, title=title) for slug, title in settings.categories],
        licences=[LicenceName(id=key, title=title) for key, title in fields.LICENCES.items()],
        title_length=fields.TITLE,
        description_length=fields.DESCRIPTION,
        alt_text_length=fields.ALT_TEXT,
        tag_length=fields.TAG,
        tag_count=fields.TAGS,
        hosts=list(sight.eyes.hosts),
        private_stays=not settings.hf_send_private,
    )


def _revision(if_match: str | None, artwork_id: str) -> int | None:
    """The revision an If-Match names; None where any will do. Raises Stale for another artwork's tag."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _tags_of(if_match)
    if len(tags) != 1:
        raise InvalidInput("If-Match must hold one ETag.", code="invalid_etag")
    owner, _, revision = tags.pop().strip('"').rpartition(".")
    # more digits than a revision has are no number to Python either: it raises beyond 4,300
    if owner != artwork_id or not revision.isdecimal() or len(revision) > 18:
        raise Stale("This is the ETag of something else.")
    return int(revision)


def _tags_of(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",") if part.strip()}
