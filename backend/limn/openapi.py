"""The interface's own description: OpenAPI 3.1 at /api/openapi.json, every error a problem document."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from limn.problems import Problem

ABOUT = """A self-hosted gallery for artists that reads pictures.

Errors are RFC 9457 problem documents with a stable `code`. Lists are keyset pages: follow `next`. Ids are opaque strings.
Times are RFC 3339 UTC. HEAD answers wherever GET does. Wherever it is sent, an address of more than 64 KiB is refused with 414, a
head of more than 256 KiB with 431, a body larger than its operation takes with 413."""


def describe(app: FastAPI) -> None:
    """Serve the document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title="Limn", version="1", openapi_version="3.1.0", description=ABOUT, routes=app.routes
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs", {}))
            schemas["Problem"] = problem
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own documented way to replace it

    @app.get("/api/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return document()
