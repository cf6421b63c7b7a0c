"""Errors as RFC 9457 problem details: a stable type, a title, one sentence, and the field where there is one.

Under /v1 as JSON, elsewhere as a page. An error that nobody foresaw says nothing of its insides.
"""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.frame import HEADERS
from api.pages.rendering import render
from api.schemas import Problem
from normledger.errors import (
    ChainError,
    InputError,
    IntegrityError,
    NormLedgerError,
    NotFound,
    Refused,
    SignatureError,
    WorkspaceError,
)

_STATUS: tuple[tuple[type[NormLedgerError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (SignatureError, 422, "The signature proves nothing"),
    (InputError, 422, "The input is not well formed"),
    (Refused, 409, "Refused"),
    (ChainError, 503, "The chain is not available"),
    (WorkspaceError, 503, "The service is not ready"),
    (IntegrityError, 503, "Two records of one fact differ"),
)
_HTTP = {
    404: ("Not found", "There is nothing at this address; /v1/openapi.json lists what there is."),
    405: ("Not done here", "This address does not take that method; /v1/openapi.json tells which it takes."),
    413: ("Too large", "The body is larger than 1 MiB; send less at once."),
}
_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "refused, with the reason in one sentence", "content": _CONTENT},
    "5XX": {"description": "not possible now, with the reason in one sentence", "content": _CONTENT},
}
"""What every route may answer besides."""


def add_to(app: FastAPI) -> None:
    """Turn every error into a problem."""
    app.add_exception_handler(NormLedgerError, _of_library)
    app.add_exception_handler(RequestValidationError, _of_request)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unforeseen)
    described = app.openapi

    def with_problem() -> dict[str, Any]:
        document = described()
        document["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
        return document

    # Replacing the method is how FastAPI says to extend its schema ("Extending OpenAPI").
    app.openapi = with_problem  # type: ignore[method-assign]


def problem(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
    **more: str,
) -> Response:
    """One problem document; outside the API, one page."""
    headers = {**HEADERS, "Cache-Control": "no-store", **(headers or {})}
    path = request.url.path
    if path != "/v1" and not path.startswith("/v1/"):
        page = render(request, "problem.html", status, title=title, detail=detail)
        page.headers.update(headers)
        return page
    body = Problem(type=f"/problems/{slug}", title=title, status=status, detail=detail, **more)
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, media_type="application/problem+json")


def _of_library(request: Request, error: Exception) -> Response:
    assert isinstance(error, NormLedgerError)
    status, title = next(
        ((status, title) for kind, status, title in _STATUS if isinstance(error, kind)), (500, "The service failed")
    )
    more = {"field": error.field} if isinstance(error, InputError) and error.field else {}
    headers = {"Retry-After": "5"} if status == 503 else None
    return problem(request, status, error.slug, title, _sentence(str(error)), headers, **more)


def _of_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    place, *inner = (str(part) for part in fault["loc"])
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in inner)
    where = f"{pointer} of the body" if place == "body" else f"the {place} parameter {'.'.join(inner)}"
    detail = _sentence(f"At {where}: {_told(fault)}")
    return problem(request, 422, "bad-input", "The input is not well formed", detail, pointer=pointer)


def _told(fault: dict[str, Any]) -> str:
    """What is wrong with a value, for a person."""
    if fault["type"] == "missing":
        return "this is missing; give it"
    if fault["type"] == "extra_forbidden":
        return "this field is not known; leave it out"
    told: str = fault["msg"]
    return told[:1].lower() + told[1:]


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title, detail = _HTTP.get(error.status_code, ("The request can't be answered", _sentence(str(error.detail))))
    headers = dict(error.headers or {})
    return problem(request, error.status_code, f"http-{error.status_code}", title, detail, headers)


def _unforeseen(request: Request, error: Exception) -> Response:
    return problem(request, 500, "defect", "The service failed", "This is a defect of the service; its log tells more.")


def _sentence(told: str) -> str:
    return told if told.endswith((".", "!", "?")) else told + "."
