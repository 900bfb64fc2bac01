"""For operators and their machines: is the process alive, can it serve, which version is it, what has it done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.types import Scope

from limn.dependencies import IndexDep, ResourcesDep
from limn.errors import LimnError
from limn.problems import only
from limn.views import API

FREE_BYTES = 2 * 1024 * 1024
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
router = APIRouter(tags=["health"])


class Alive(BaseModel):
    status: str = "ok"


class Version(BaseModel):
    name: str = "limn"
    version: str


class Readiness(BaseModel):
    """Each part: `ok`, or what is wrong with it."""

    status: str
    parts: dict[str, str]


class Traffic:
    """What was asked of this process and how it was answered, counted by route: ids and words of a request never show."""

    def __init__(self) -> None:
        self.answers: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self.seconds: defaultdict[tuple[str, str, int], float] = defaultdict(float)

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """One answer. `status` is 0 where the client had gone before there was one."""
        path = getattr(scope.get("route"), "path", "")
        # an included route knows its own path only, not the prefix it was included under
        prefix = API if path and scope["path"].startswith(f"{API}/") else ""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.answers[method, prefix + path, status] += 1
        self.seconds[method, prefix + path, status] += seconds


@router.get("/healthz", operation_id="health", responses=only(400, 403))
async def healthz() -> Alive:
    """The process answers."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="readiness",
    response_model=Readiness,
    responses={503: {"description": "Some part is away", "model": Readiness}, **only(400, 403)},
)
async def readyz(request: Request, resources: ResourcesDep, index: IndexDep) -> JSONResponse:
    """Each part and whether it can do its work; 503 while one cannot. The index may still be reading: then search waits."""
    parts = {"store": await _store(resources), "blobs": await _blobs(resources)}
    ready = all(state == "ok" for state in parts.values())
    if request.state.hub.stopped:
        ready, parts["server"] = False, "stopping"
    parts["index"] = "ok" if index.ready else f"reading: {index.progress.indexed} works so far"
    return JSONResponse({"status": "ok" if ready else "unavailable", "parts": parts}, 200 if ready else 503)


@router.get("/version", operation_id="version", responses=only(400, 403))
async def version_() -> Version:
    """The name of the program and its version."""
    return Version(version=version("limn"))


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **only(400, 403)},
)
async def metrics(request: Request, resources: ResourcesDep, index: IndexDep) -> Response:
    """Figures for Prometheus: answers by route and status, works by the state of their analysis, streams, the search index."""
    try:
        backlog: Mapping[str, int] | None = await resources.store.analyses.backlog()
    except LimnError:
        backlog = None  # the rest is worth telling most of all while the store is away
    traffic: Traffic = request.state.traffic
    lines = [
        *_family("limn_info", "gauge", "The version that runs", [(f'version="{version("limn")}"', 1)]),
        *_family("limn_store_up", "gauge", "Whether the store answers", [("", int(backlog is not None))]),
        *_family("limn_artworks", "gauge", "Works by the state of their analysis", _by_state(backlog or {})),
        *_family("limn_event_streams", "gauge", "Open event streams", [("", request.state.hub.streams)]),
        *_family("limn_index_ready", "gauge", "Whether search answers", [("", int(index.ready))]),
        *_family("limn_index_artworks", "gauge", "Works in the search index", [("", index.progress.indexed)]),
        *_family(
            "limn_http_answers_total", "counter", "Answers; status 0: the client had gone", _by_route(traffic.answers)
        ),
        *_family("limn_http_seconds_total", "counter", "Seconds until they were whole", _by_route(traffic.seconds)),
    ]
    return Response("\n".join([*lines, ""]), media_type="text/plain; version=0.0.4")


def _family(name: str, kind: str, about: str, values: Iterable[tuple[str, float]]) -> list[str]:
    """One metric in Prometheus' text format 0.0.4. By hand, because this is all of it that is needed."""
    samples = [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values]
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}", *samples]


def _by_state(backlog: Mapping[str, int]) -> list[tuple[str, float]]:
    return [(f'state="{state}"', count) for state, count in backlog.items()]


def _by_route(counted: Mapping[tuple[str, str, int], float]) -> list[tuple[str, float]]:
    return [
        (f'method="{method}",route="{route}",status="{status}"', round(count, 6))
        for (method, route, status), count in sorted(counted.items())
    ]


async def _store(resources: ResourcesDep) -> str:
    try:
        await resources.store.health.check()
    except LimnError as error:
        return error.detail
    return "ok"


async def _blobs(resources: ResourcesDep) -> str:
    try:
        await resources.blobs.check()
        free = await resources.blobs.free_bytes()
    except LimnError as error:
        return error.detail
    except OSError:
        return "the folder of the blobs cannot be written"
    return "ok" if free is None or free >= FREE_BYTES else "the disk is full"
