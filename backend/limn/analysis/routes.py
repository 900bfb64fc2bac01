"""The analysis over HTTP: run it again, and follow it live."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from limn.analysis.events import MAX_IDS, Hub, Listener, stream
from limn.dependencies import AnnounceDep, StoreDep, ViewerDep
from limn.models import Wanted
from limn.problems import documented
from limn.views import ArtworkView, present

router = APIRouter(tags=["analysis"])


class EventParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    artwork: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=MAX_IDS)


async def _hub(request: Request) -> Hub:
    hub: Hub = request.state.hub
    return hub


HubDep = Annotated[Hub, Depends(_hub)]


async def _listener(hub: HubDep, viewer: ViewerDep, params: Annotated[EventParams, Query()]) -> AsyncIterator[Listener]:
    # a dependency, so that a refusal is an answer of its own and not an event inside a 200
    with hub.listen(params.artwork, viewer) as listener:
        yield listener


@router.post(
    "/artworks/{artwork_id}/analysis", status_code=202, operation_id="analyseArtwork", responses=documented(404)
)
async def analyse_again(artwork_id: str, store: StoreDep, viewer: ViewerDep, announce: AnnounceDep) -> ArtworkView:
    """Look at it again from the start, whatever was found before."""
    artwork = await store.analyses.request(artwork_id, viewer, Wanted.ALL)
    announce()
    return present(artwork, viewer, alone=True)


@router.get("/events", operation_id="followArtworks", response_class=EventSourceResponse, responses=documented())
async def events(
    hub: HubDep,
    store: StoreDep,
    viewer: ViewerDep,
    listener: Annotated[Listener, Depends(_listener)],
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `artwork` with the whole artwork at once and after each change, `bye` when the server stops."""
    async for event in stream(hub, listener, store, viewer, last_event_id):
        yield event
