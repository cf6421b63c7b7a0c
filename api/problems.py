"""Errors as RFC 9457 problem details: a stable type, a title, one sentence, and the field where there is one.

Under /v1 and /health as JSON, elsewhere as a page. An error that nobody foresaw says nothing of its insides.
"""

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.frame import HEADERS
from api.pages.rendering import render
from api.problem_types import TYPES
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
    404: "There is nothing at this address; /v1/openapi.json lists what there is.",
    405: "This address does not take that method; /v1/openapi.json tells which it takes.",
    413: "The body is larger than 1 MiB; send less at once.",
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


def problem(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
    error: NormLedgerError | None = None,
    **more: str,
) -> Response:
    """One problem document; outside the API, one page, which tells `error` in the reader's language where it can."""
    headers = {**HEADERS, "Cache-Control": "no-store", **(headers or {})}
    if not (request.url.path + "/").startswith(("/v1/", "/health/")):
        page = render(request, "problem.html", status, title=title, slug=slug, detail=detail, error=error)
        page.headers.update(headers)
        return page
    body = Problem(type=f"/problems/{slug}", title=title, status=status, detail=detail, **more)
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, media_type="application/problem+json")


def _of_library(request: Request, error: Exception) -> Response:
    assert isinstance(error, NormLedgerError)
    status, title = next(
        ((status, title) for kind, status, title in _STATUS if isinstance(error, kind)), (500, "The service failed")
    )
    told, more = _placed(request, error)
    headers = {"Retry-After": "5"} if status == 503 else None
    return problem(request, status, error.slug, title, _sentence(_over_http(told)), headers, error, **more)


def _placed(request: Request, error: NormLedgerError) -> tuple[str, dict[str, str]]:
    """What is wrong, beginning with its place in the address, a header or the body; and that place for a program."""
    malformed, field = isinstance(error, InputError), error.field
    said = error.message if isinstance(error, InputError) else str(error)
    if field is None:
        if request.method != "POST" or not isinstance(error, InputError):
            return str(error), {}
        return f"The body{f', line {error.line}' if error.line else ''}: {said}", {"pointer": ""}
    more = {"field": field}
    if _is_parameter(request, field):
        return f"At the parameter {field} of the address: {said}" if malformed else said, {**more, "parameter": field}
    if field.isascii() and field.lower() in request.headers:
        return f"At the header {field}: {said}" if malformed else said, more
    if request.method != "POST":
        return str(error), more
    place = _pointer(field)
    return f"At {place} of the body: {said}" if malformed else said, {**more, "pointer": place}


def _is_parameter(request: Request, name: str) -> bool:
    route = request.scope.get("route")
    known = request.app.state.parameters.get(getattr(route, "path", ""), ())
    return name in request.query_params or name in known or name in request.path_params


def _over_http(detail: str) -> str:
    """What the library advises for the command line, for whoever asks over HTTP."""
    return re.sub(r"`normledger (parties|agreements|norms)`", r"/v1/\1", detail)


_STEP = re.compile(r"\[(\d+)\]|([^.\[]+)|[.\[]")


def _pointer(field: str) -> str:
    """A path such as ``clauses[2].text`` as a JSON pointer (RFC 6901)."""
    return "".join(f"/{_escaped(found[1] or found[2])}" for found in _STEP.finditer(field) if found[1] or found[2])


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _of_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    place, *inner = (str(part) for part in fault["loc"])
    if place != "body":
        name = inner[0] if inner else place
        where = f"the parameter {name} of the address" if place in ("query", "path") else f"the {place} {name}"
        detail = _sentence(f"At {where}: {_told(fault)}")
        return problem(request, 422, "bad-input", "The input is not well formed", detail, parameter=name)
    pointer = "".join("/" + _escaped(part) for part in inner)
    detail = _sentence(f"{f'At {pointer} of the body' if pointer else 'The body'}: {_told(fault)}")
    return problem(request, 422, "bad-input", "The input is not well formed", detail, pointer=pointer)


_PATTERNS = {
    r"^0x[0-9a-f]{64}$": "give 0x and 64 hexadecimal digits in lower case, as answers tell it",
    r"^(0|[1-9][0-9]{0,17}|0x[0-9a-f]{64})$": "give a block's number, or its hash: 0x and 64 hexadecimal digits",
}
_TOLD = {
    "missing": "this is missing; give it",
    "extra_forbidden": "this field is not known; leave it out",
    "int_parsing": "give a whole number",
    "int_type": "give a whole number",
    "bool_parsing": "give true or false",
    "bool_type": "give true or false",
    "string_type": "give text in quotation marks",
    "list_type": "give a list in square brackets",
    "dict_type": "give an object in braces",
    "model_type": "give an object in braces",
    "model_attributes_type": "give an object in braces",
    "greater_than_equal": "give {ge} or more",
    "less_than_equal": "give {le} or less",
    "string_too_long": "give {max_length} characters at most",
    "string_too_short": "give {min_length} or more characters",
    "too_long": "give {max_length} of them at most",
    "too_short": "give {min_length} of them at least",
    "literal_error": "give one of {expected}",
}


def _told(fault: dict[str, Any]) -> str:
    """What is wrong with a value, for a person: what to give in its place."""
    context = fault.get("ctx", {})
    if fault["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(context.get("pattern", ""), "write it as /v1/openapi.json tells")
    if fault["type"] in _TOLD:
        return _TOLD[fault["type"]].format(**context)
    told: str = fault["msg"]
    return told[:1].lower() + told[1:]


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = TYPES.get(f"http-{error.status_code}")
    title = known.title if known else "The request can't be answered"
    detail = _HTTP.get(error.status_code) or _sentence(str(error.detail))
    headers = dict(error.headers or {})
    return problem(request, error.status_code, f"http-{error.status_code}", title, detail, headers)


def _unforeseen(request: Request, error: Exception) -> Response:
    return problem(request, 500, "defect", "The service failed", "This is a defect of the service; its log tells more.")


def _sentence(told: str) -> str:
    return told if told.endswith((".", "!", "?")) else told + "."
