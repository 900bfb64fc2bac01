"""Every error as RFC 9457 problem+json, and the same for the OpenAPI document."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from limn.errors import LimnError
from limn.logs import request_id

MEDIA_TYPE = "application/problem+json"
_CODES = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    422: "invalid_input",
}
_log = logging.getLogger("limn.http")


class FieldProblem(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457. `code` is stable for programs; `detail` is for people."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/api/docs#not_found"])
    title: str
    status: int
    code: str = Field(examples=["not_found"])
    detail: str
    request_id: str
    errors: list[FieldProblem] = []


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: these statuses, and those any route of the interface may answer."""
    return only(400, 403, 422, 429, 503, *statuses)


def only(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: these statuses and no others."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {s: {"description": HTTPStatus(s).phrase, "content": {MEDIA_TYPE: schema}} for s in sorted({*statuses})}


def problem(
    status: int, code: str, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any
) -> JSONResponse:
    """One problem document as a response."""
    body = {
        "type": f"/api/docs#{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id.get(),
        "errors": [],
        **extra,
    }
    kept = {k: v for k, v in (headers or {}).items() if k.lower() not in {"content-type", "content-length"}}
    return JSONResponse(
        jsonable_encoder(body), status, headers={"Cache-Control": "no-store", **kept}, media_type=MEDIA_TYPE
    )


def of(error: LimnError) -> JSONResponse:
    """The answer to one of our own errors."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    return problem(error.status, error.code, error.title, error.detail, headers=headers, **error.extra)


def unexpected() -> JSONResponse:
    """The answer to what nobody planned for: nothing of it leaves the house, the log has it under the same request id."""
    return problem(500, "internal_error", "Something went wrong", "It was logged under this request id.")


def install(app: FastAPI) -> None:
    """Handlers for everything a route can raise."""
    app.add_exception_handler(LimnError, _limn)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


async def _limn(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LimnError)
    if error.status >= 500:
        _log.warning("%s: %s", error.code, error.detail)
    return of(error)


async def _validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return problem(400, "invalid_json", "The JSON cannot be read", "The body is not valid JSON.")
    errors = [
        {"field": ".".join(map(str, e["loc"][1:])) or str(e["loc"][0]), "message": _words(e["msg"])} for e in found
    ]
    return problem(
        422, "invalid_input", "A value is not valid", f"{errors[0]['field']}: {errors[0]['message']}", errors=errors
    )


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = _CODES.get(error.status_code, phrase.lower().replace(" ", "_"))
    return problem(error.status_code, code, phrase, str(error.detail), headers=error.headers)


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")
