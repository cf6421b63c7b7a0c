"""The description of the service, for machines and for people, and what each type of problem is."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api import description
from api.asking import Asked, answered
from api.problem_types import TYPES
from normledger.errors import NormLedgerError, NotFound

router = APIRouter(include_in_schema=False)


@router.get("/v1/openapi.json")
def read_openapi(request: Request, asked: Asked) -> Response:
    """OpenAPI 3.1, with examples of this instance."""
    _rests_on_newest(request, asked)
    return JSONResponse(description.with_examples(request.app.openapi(), asked))


@router.get("/docs/api")
def reference(request: Request, asked: Asked) -> Response:
    """The same as a page."""
    _rests_on_newest(request, asked)
    return HTMLResponse(description.reference_page(description.with_examples(request.app.openapi(), asked)))


@router.get("/problems")
def problems(request: Request) -> Response:
    """All types of problems, as a page or as JSON."""
    if _as_json(request):
        return JSONResponse([_told(name) for name in TYPES])
    return HTMLResponse(description.problems_page())


@router.get("/problems/{name}")
def problem_type(request: Request, name: str) -> Response:
    """One type of problem, as a page or as JSON."""
    if name not in TYPES:
        raise NotFound("type of problem", name, "/problems lists them")
    if _as_json(request):
        return JSONResponse(_told(name))
    return HTMLResponse(description.problem_page(TYPES[name]))


def _rests_on_newest(request: Request, asked: Asked) -> None:
    try:
        answered(request).view = asked.view()
    except NormLedgerError:  # nothing is indexed: the description needs nothing
        answered(request).kept = False


def _told(name: str) -> dict[str, str | int]:
    one = TYPES[name]
    return {"type": f"/problems/{name}", "status": one.status, "title": one.title, "what": one.what, "fix": one.fix}


def _as_json(request: Request) -> bool:
    """Whether JSON comes before HTML in what the reader accepts."""
    accept = request.headers.get("accept", "")
    places = [accept.find(kind) for kind in ("json", "html")]
    return places[0] >= 0 and (places[1] < 0 or places[0] < places[1])
