"""Search over HTTP: by words and meaning, by likeness, and the completion of tags."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from limn.dependencies import IndexDep, QueriesDep, StoreDep, ViewerDep, VisionDep
from limn.errors import InvalidInput
from limn.models import Viewer
from limn.problems import documented
from limn.search import hybrid, question
from limn.search.similar import similar
from limn.search.views import SearchView, SimilarView, TagCount, TagCounts, search_view, similar_view
from limn.text import Plain

router = APIRouter(tags=["search"])

_LONGEST_NAME = 60
_LONGEST_TAG = 100
_UNBUILT = ("colour", "more", "less", "min_match")


class SearchParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        "",
        max_length=question.LONGEST_QUERY,
        description="Words, and looks such as “dark blue”. Nothing in it is syntax. Empty: all that the filters let through.",
        examples=["fox in snow"],
    )
    category: Plain | None = Field(None, max_length=_LONGEST_NAME, examples=["illustrations"])
    artist: Plain | None = Field(None, max_length=_LONGEST_NAME, description="A handle")
    tag: list[Annotated[Plain, Field(max_length=_LONGEST_TAG)]] = Field(
        [], max_length=20, description="Repeatable: a work must have all of them"
    )
    sort: question.SearchSort = Field(
        question.SearchSort.RELEVANCE, description="`newest` sorts inside what is relevant, band by band"
    )
    cursor: str | None = Field(None, max_length=500, description="`next` of the page before")
    limit: int = Field(40, ge=1, le=100)


class SimilarParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(12, ge=1, le=100)


class TagParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    prefix: Plain = Field("", max_length=_LONGEST_TAG, examples=["sno"])
    limit: int = Field(10, ge=1, le=100)


async def _only_what_is_built(request: Request) -> None:
    asked = [name for name in _UNBUILT if name in request.query_params]
    if asked:
        message = "Not built yet; it comes in a later version."
        errors = [{"field": name, "message": message} for name in asked]
        raise InvalidInput(f"{', '.join(asked)}: {message}", code="not_built_yet", errors=errors)


@router.get(
    "/search",
    operation_id="searchArtworks",
    responses=documented(),
    dependencies=[Depends(_only_what_is_built)],
)
async def search(
    index: IndexDep,
    store: StoreDep,
    vision: VisionDep,
    queries: QueriesDep,
    viewer: ViewerDep,
    params: Annotated[SearchParams, Query()],
) -> SearchView:
    """Find works by words, by what their pictures show and, where a model looks, by meaning, each with the reasons it was found for.

    A model that is away, or takes longer than two seconds, holds nothing up: the rest answers, and `notice` says so.
    A page goes on exactly where the one before ended, also while works come and go. Where the server no longer remembers
    that ranking it goes on in the present one, after the last work you have seen, and `notice` says so.
    503 `index_not_ready` while the index is being built after a start.
    """
    asked = question.Query(
        q=params.q,
        category=params.category,
        artist=params.artist,
        tags=tuple(params.tag),
        sort=params.sort,
        cursor=params.cursor,
        limit=params.limit,
    )
    return search_view(await hybrid.search(index, store, vision, queries, asked, viewer), viewer)


@router.get("/artworks/{artwork_id}/similar", operation_id="similarArtworks", responses=documented(404))
async def similar_artworks(
    artwork_id: str,
    index: IndexDep,
    store: StoreDep,
    queries: QueriesDep,
    viewer: ViewerDep,
    params: Annotated[SimilarParams, Query()],
) -> SimilarView:
    """Works that look like this one, in one embedding space: a model's, where enough works have been looked at by it, else the
    measured one. Empty with the reason in `notice` where it has no vector yet."""
    return similar_view(await similar(index, store, queries, artwork_id, viewer, limit=params.limit), viewer)


@router.get("/tags", operation_id="completeTags", responses=documented())
async def tags(index: IndexDep, viewer: ViewerDep, params: Annotated[TagParams, Query()]) -> TagCounts:
    """Tags that begin so, most used first, counted over what the viewer may find."""
    return _counted(index, viewer, params)


def _counted(index: IndexDep, viewer: Viewer, params: TagParams) -> TagCounts:
    found = index.holdings().entries.tags(params.prefix, viewer, params.limit)
    return TagCounts(items=[TagCount(name=name, count=count) for name, count in found])
