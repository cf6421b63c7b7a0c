"""One agreement: its clauses, who is bound, its acts; of a reported one, who says so, its sources and doubts."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import answers
from api.asking import Asked, Viewed
from api.pages.rendering import render, shown_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/agreements/{agreement}")
def agreement(request: Request, asked: Asked, view: Viewed, agreement: str) -> HTMLResponse:
    """The page of one agreement."""

    def gathered() -> dict[str, Any]:
        found = answers.agreement_answer(view, agreement, asked.workspace.trust)
        return {
            "found": found,
            "one": found.agreement,
            "names": {str(party.id): party.name for party in view.parties.values()},
            "keys": {clause.id: clause.key for clause in found.clauses},
            "shown": shown_of(found.agreement.basis, found.agreement.world),
            "twin": (f"/v1/agreements/{found.agreement.id}", {}),
        }

    return render(request, "agreement.html", at=view.at, **asked.do(gathered))
