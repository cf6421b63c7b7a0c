"""One published norm: its clean text, who stands where, and where it comes from."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import answers
from api.asking import Asked, Viewed
from api.pages.rendering import render, shown_of
from normledger.composition.coalitions import key_of
from normledger.documents.document import Outcome
from normledger.provenance.graph import trace
from normledger.workspace import composing

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/norms/{norm}")
def norm(request: Request, asked: Asked, view: Viewed, norm: str) -> HTMLResponse:
    """The page of one norm."""

    def gathered() -> dict[str, Any]:
        one = view.norm(norm)
        outcomes = []
        for outcome in one.document.outcomes if one.document else ():
            text = view.document(outcome)
            outcomes.append((str(outcome), key_of([outcome]), text.text if isinstance(text, Outcome) else None))
        return {
            "norm": answers.norm(one),
            "publication": answers.act(view, one.publication),
            "outcomes": outcomes,
            "stances": answers.stances(view, one),
            "tree": trace(view, one, composing(asked.workspace.trust)),
            "shown": shown_of("consented", one.document.world if one.document else None),
            "twin": (f"/v1/norms/{one.id}", {}),
        }

    return render(request, "norm.html", at=view.at, **asked.do(gathered))
