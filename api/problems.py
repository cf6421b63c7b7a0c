"""Errors as RFC 9457 problem details: a stable type, a title, one sentence, and the field where there is one."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.pages.explorer import render
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


def add_to(app: FastAPI) -> None:
    """Turn every error into a problem; an unforeseen one says nothing of its insides."""
    app.add_exception_handler(NormLedgerError, _of_library)
    app.add_exception_handler(RequestValidationError, _of_request)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unforeseen)


def status_of(error: NormLedgerError) -> tuple[int, str]:
    """HTTP status and title of an error of the library."""
    for kind, status, title in _STATUS:
        if isinstance(error, kind):
            return status, title
    return 500, "The service failed"


def problem(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """One problem document; outside the API, one page."""
    if not request.url.path.startswith("/v1"):
        page = render(request, "problem.html", status, title=title, detail=detail)
        page.headers.update(headers or {})
        return page
    body = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _of_library(request: Request, error: Exception) -> Response:
    assert isinstance(error, NormLedgerError)
    status, title = status_of(error)
    more = {"field": error.field} if isinstance(error, InputError) and error.field else {}
    headers = {"Retry-After": "5"} if status == 503 else None
    return problem(request, status, error.slug, title, str(error), headers, **more)


def _of_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    pointer = "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in fault["loc"][1:])
    place = "the body" if fault["loc"][0] == "body" else f"the {fault['loc'][0]} parameter"
    detail = f"In {place} at {pointer}: {fault['msg'].lower()}."
    return problem(request, 422, "bad-input", "The input is not well formed", detail, pointer=pointer)


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    titles = {404: "Not found", 405: "Method not allowed", 413: "Too large"}
    title = titles.get(error.status_code, "The request can't be answered")
    return problem(request, error.status_code, f"http-{error.status_code}", title, str(error.detail))


def _unforeseen(request: Request, error: Exception) -> Response:
    return problem(request, 500, "defect", "The service failed", "This is a defect of the service; its log tells more.")
