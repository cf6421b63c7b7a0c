"""Pages of a ceremony: open one, see by its link who has signed, and sign."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api import signing
from api.asking import Asked
from api.pages.forms import Form, read_form
from api.pages.rendering import render
from api.pages.signing import kept, prepared_page, refused_page, scripted, signature_in, status_of
from api.signing_schemas import CeremonyPreparationRequest
from normledger.documents.canonical import parse_json
from normledger.errors import InputError, NormLedgerError

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/ceremonies")
def choose(request: Request) -> HTMLResponse:
    """Where a draft is given to circulate."""
    return _open(request, Form())


@router.post("/ceremonies")
async def open_ceremony(request: Request, asked: Asked) -> Response:
    """Open a ceremony; its page's address is the link."""
    form = await read_form(request)

    def answered() -> Response:
        try:
            text = form.get("file") or form.get("document")
            if not text.strip():
                raise InputError("choose the agreement's file, or paste its document", field="document")
            document = parse_json(text.encode(), source="document")
            if not isinstance(document, dict):
                raise InputError("a document is a JSON object", field="document")
            days = form.get("days").strip() or "30"
            if not days.isascii() or not days.isdigit() or len(days) > 3:
                raise InputError("give a number of days", field="days")
            token = signing.open_ceremony(asked, document, int(days))
        except NormLedgerError as error:
            return _open(request, form, str(error), status_of(error))
        return RedirectResponse(kept(request, f"/ceremonies/{token}"), 303)

    return await run_in_threadpool(answered)


@router.get("/ceremonies/{token}")
def ceremony(request: Request, asked: Asked, token: str) -> HTMLResponse:
    """The draft, who has signed it, who is awaited."""
    return asked.do(lambda: _ceremony(request, asked, token, Form()))


@router.post("/ceremonies/{token}")
async def prepare(request: Request, asked: Asked, token: str) -> HTMLResponse:
    """A founder's signature, prepared."""
    form = await read_form(request)

    def answered() -> HTMLResponse:
        try:
            prepared = signing.prepare_in_ceremony(
                asked,
                token,
                CeremonyPreparationRequest(
                    party=form.get("party").strip()[:1000],
                    subject_to_ratification=form.get("subject_to_ratification") == "yes",
                    by=form.get("by").strip()[:42],
                ),
            )
        except NormLedgerError as error:
            return _ceremony(request, asked, token, form, str(error), status_of(error))
        return prepared_page(request, prepared, back=f"/ceremonies/{token}", ceremony=token)

    return await run_in_threadpool(lambda: asked.do(answered))


@router.post("/ceremonies/{token}/signature")
async def upload(request: Request, asked: Asked, token: str) -> Response:
    """Take a founder's signature that was made elsewhere."""
    form = await read_form(request)

    def answered() -> Response:
        try:
            typed_data, signature, _, _ = signature_in(form)
            signing.sign_in_ceremony(asked, token, typed_data, signature)
        except NormLedgerError as error:
            return refused_page(request, str(error), status_of(error))
        return RedirectResponse(kept(request, f"/ceremonies/{token}"), 303)

    return await run_in_threadpool(answered)


def _open(request: Request, form: Form, error: str = "", status: int = 200) -> HTMLResponse:
    return render(request, "signing/ceremonies.html", status, form=form, error=error)


def _ceremony(request: Request, asked: Any, token: str, form: Form, error: str = "", status: int = 200) -> HTMLResponse:
    found = signing.ceremony(asked, token)
    page = render(
        request,
        "signing/ceremony.html",
        status,
        at=found.as_of,
        found=found,
        form=form,
        error=error,
        address=str(request.url.replace(query="", fragment="")),
        document=json.dumps(found.text, ensure_ascii=False, indent=1),
        twin=(f"/v1/ceremonies/{token}", {}),
    )
    page.headers["X-Robots-Tag"] = "noindex"
    return scripted(page)
