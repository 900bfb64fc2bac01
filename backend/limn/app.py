"""create_app(settings): the parts opened, the routes mounted, the pages served, every error a problem document."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Match

from limn import problems
from limn.admin import routes as admin_routes
from limn.admin.downloads import Downloads
from limn.analysis import routes as analysis_routes
from limn.analysis.events import Hub
from limn.artworks import routes as artwork_routes
from limn.demo import routes as demo_routes
from limn.demo.routes import Demo
from limn.errors import LimnError, NotFound
from limn.guard import Guard, Proxies, hosts
from limn.health import Traffic
from limn.health import router as health_router
from limn.index.follower import Index
from limn.index.queries import open_queries
from limn.openapi import describe
from limn.pages import Frontend, frontend_dir
from limn.pages import routes as page_routes
from limn.resources import open_resources
from limn.search import routes as search_routes
from limn.settings import Settings
from limn.views import API
from limn.wire import Wire
from limn.worker import Keeper, Worker, lanes, tidy


@dataclass
class Stop:
    """How whoever runs the server tells the app that it is about to end: before connections are waited for."""

    callbacks: list[Callable[[], None]] = field(default_factory=list)

    def __call__(self) -> None:
        for callback in self.callbacks:
            callback()


def create_app(settings: Settings) -> FastAPI:
    """The whole application. `app.state.stop()` ends its event streams; call it from the event loop."""
    frontend = Frontend(frontend_dir())
    stop, traffic = Stop(), Traffic()
    app = FastAPI(
        title="Limn",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(settings, stop, traffic),
        middleware=[
            Middleware(Proxies, named=settings.forwarded_allow_ips),
            Middleware(Wire, upload_paths=frozenset({f"{API}/artworks"}), count=traffic.count),
            Middleware(Guard, hosts=hosts(settings)),
        ],
    )
    app.state.stop = stop
    app.state.failure = None
    problems.install(app)
    for part in (artwork_routes, analysis_routes, search_routes, admin_routes, demo_routes):
        app.include_router(part.router, prefix=API)
    app.include_router(health_router)
    describe(app)
    app.include_router(page_routes(frontend))
    app.add_exception_handler(404, _missing(frontend))
    app.add_exception_handler(405, _wrong_method)
    return app


def _lifespan(settings: Settings, stop: Stop, traffic: Traffic) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            try:
                resources = await stack.enter_async_context(open_resources(settings))
            except (LimnError, OSError) as error:
                app.state.failure = error  # whoever runs the server says it in one line
                raise
            tasks = await stack.enter_async_context(anyio.create_task_group())
            hub = Hub()
            index = Index(
                resources.store, resources.vision.space, resources.sight.sentence_space, language=settings.language
            )
            queries = await stack.enter_async_context(open_queries(resources.sight, language=settings.language))
            index.on_change(hub.notify)
            workers: list[Worker] = []

            def announce() -> None:
                index.wake()
                for worker in workers:
                    worker.wake()

            keeper = Keeper(resources, announce)
            downloads = Downloads(settings, tasks, keeper.hurry)

            def analysed() -> None:  # what a worker finished makes nothing due
                index.wake()
                keeper.wake()

            workers += lanes(resources, analysed)
            for worker in workers:
                tasks.start_soon(worker.run)
            if workers:
                tasks.start_soon(tidy, resources)
            tasks.start_soon(keeper.run)
            tasks.start_soon(index.follow)
            stop.callbacks += [hub.stop, downloads.stop]
            yield {
                "resources": resources,
                "index": index,
                "queries": queries,
                "hub": hub,
                "announce": announce,
                "traffic": traffic,
                "downloads": downloads,
                "demo": Demo(resources, tasks, announce),
            }
            stop()
            tasks.cancel_scope.cancel()

    return lifespan


def _missing(frontend: Frontend) -> Callable[[Request, Exception], Any]:
    """A person who mistypes an address gets a page, a program a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
            ("/api/v1", "/static")
        )
        if wants_page:
            return frontend.page("not-found.html", request, status=404)
        if isinstance(error, HTTPException):
            return problems.of(NotFound("There is nothing at this address."))
        raise error

    return answer


async def _wrong_method(request: Request, error: Exception) -> Response:
    """Names every method of the address: Starlette names those of the first route it finds there."""
    assert isinstance(error, HTTPException)

    def answers(method: str) -> bool:
        asked = {**request.scope, "method": method}
        return any(route.matches(asked)[0] is Match.FULL for route in request.app.router.routes)

    allowed = [method for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if answers(method)]
    allow = ", ".join(
        [*allowed, "HEAD"] if "GET" in allowed else allowed
    )  # `Wire` answers HEAD wherever there is a GET
    detail = f"This address answers to {allow}."
    return problems.problem(405, "method_not_allowed", "Method not allowed", detail, headers={"Allow": allow})
