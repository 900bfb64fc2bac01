"""The demo over HTTP: how far it is, and hanging it in an empty gallery."""

import logging
from collections.abc import Callable
from typing import Annotated

from anyio.abc import TaskGroup
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from limn.artworks.routes import LOCAL_ARTIST
from limn.dependencies import ViewerDep, operator
from limn.errors import Conflict, LimnError
from limn.models import LOCAL_ACCOUNT, Artist, Sort, Viewer
from limn.problems import documented
from limn.resources import Resources
from limn.stores.protocol import Filter

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/demo", tags=["admin"], dependencies=[Depends(operator)])


class DemoView(BaseModel):
    works: int | None = Field(description="How many it is to be; null before anybody asked")
    hung: int = Field(description="Those that this server has hung so far")
    running: bool
    problem: str | None = Field(description="Why the last time ended before its end")


class Demo:
    """The hanging inside a server: once at a time, in the background. Call from the event loop only."""

    def __init__(self, resources: Resources, tasks: TaskGroup, announce: Callable[[], None]) -> None:
        """`announce` is called after each work."""
        self._resources, self._tasks, self._announce = resources, tasks, announce
        self.view = DemoView(works=None, hung=0, running=False, problem=None)

    async def start(self, viewer: Viewer, works: int | None) -> None:
        """The last so many of them, or all. Raises Conflict while it runs, and where works hang already."""
        if self.view.running:
            raise Conflict("The demo is being hung.", code="demo_running")
        before, self.view = self.view, DemoView(works=works, hung=0, running=True, problem=None)
        try:
            await self._check_empty(viewer)
        except BaseException:
            self.view = before
            raise
        self._tasks.start_soon(self._run, (viewer.account_id or LOCAL_ACCOUNT, LOCAL_ARTIST))

    async def _check_empty(self, viewer: Viewer) -> None:
        artworks = self._resources.store.artworks
        if (await artworks.list(viewer, Filter(), sort=Sort.NEWEST, cursor=None, limit=1)).items:
            detail = "The gallery has works of its own. `limn demo` hangs the demo beside them."
            raise Conflict(detail, code="gallery_not_empty")

    async def _run(self, owner: tuple[str, Artist]) -> None:
        parts = self._resources
        try:
            from limn.demo.hanging import hang  # noqa: PLC0415  drawings that most servers never need
            from limn.demo.works import WORKS  # noqa: PLC0415

            works = WORKS[-(self.view.works or len(WORKS)) :]
            self._told(works=len(works))
            await hang(parts.store, parts.blobs, parts.sandbox, parts.settings, owner, self._hung, works=works)
        except LimnError as error:
            _log.warning("the demo was not hung to its end: %s", error.detail)
            self._told(problem=error.detail)
        except Exception as error:  # noqa: BLE001  whatever it was: it is no reason for a gallery to end
            _log.exception("the demo was not hung to its end")
            self._told(problem=f"It stopped unexpectedly: {error}")
        finally:
            self._told(running=False)

    def _hung(self, done: int, _of: int) -> None:
        self._told(hung=done)
        self._announce()

    def _told(self, **news: object) -> None:
        self.view = self.view.model_copy(update=news)


async def _demo(request: Request) -> Demo:
    demo: Demo = request.state.demo
    return demo


DemoDep = Annotated[Demo, Depends(_demo)]


@router.get("", operation_id="getDemo", responses=documented(404))
async def get(demo: DemoDep) -> DemoView:
    """How many works of the demo hang."""
    return demo.view


@router.post("", status_code=202, operation_id="hangDemo", responses=documented(404, 409))
async def start(
    demo: DemoDep,
    viewer: ViewerDep,
    works: Annotated[int | None, Query(ge=1, le=1000, description="How many; all where it is left out")] = None,
) -> DemoView:
    """Hang works drawn by Limn itself in a gallery that is empty. They appear one after the other, half a second to a second each."""
    await demo.start(viewer, works)
    return demo.view
