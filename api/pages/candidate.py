"""One candidate norm: the bracketed draft with its sources, the coalition, who toward whom, and how it came about."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import composed, schemas
from api.asking import Asked, Viewed
from api.pages.rendering import SHOWN, Shown, render
from normledger.composition.context import bits
from normledger.composition.result import Composition
from normledger.identifiers import ClauseId, Hash
from normledger.ledger.queries import View

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_NAMED = 24
"""Others whom a row of the coalition's table names one by one; beyond, they are counted."""


@router.get("/candidates/{key}")
def candidate(request: Request, asked: Asked, view: Viewed, key: str, shown: Shown = "reported") -> HTMLResponse:
    """The page of one row."""
    basis, world = SHOWN[shown]
    composition = asked.compose(view, basis, world)
    values = asked.do(lambda: _gathered(view, composition, Hash.parse(key)))
    twin = (f"/v1/candidates/{key}", {"basis": basis, "world": world})
    return render(request, "candidate.html", at=view.at, shown=shown, twin=twin, **values)


def _gathered(view: View, composition: Composition, key: Hash) -> dict[str, Any]:
    found = composed.candidate_answer(composition, key, view.at)
    parties = composition.candidate(key).parties
    reach = composed.reach(parties, composition.judge(key).mutuality)
    names = {actor.key: actor.name for actor in composition.context.parties}
    agreements = {str(id_): agreement for id_, agreement in composition.selection.agreements.items()}
    shown = [clause for option in _options(found) for clause in option.clauses]
    shown += [aside.clause for aside in (*found.conflicts, *found.narrower)]
    return {
        "found": found,
        "row": found.candidate,
        "names": names,
        "titles": {id_: agreement.title for id_, agreement in agreements.items()},
        "clauses": {
            clause: composition.selection.clauses[ClauseId.parse(clause)][0]
            for clause in shown
            if ClauseId.parse(clause) in composition.selection.clauses
        },
        "toward": {
            key: [names[parties[other]] for other in bits(reach[key])] if reach[key].bit_count() <= _NAMED else []
            for key in parties
        },
        "derivation": composition.derivation,
        "trusting": [
            view.parties[one].name
            for one in sorted(composition.policy.reports | composition.policy.alignments)
            if one in view.parties
        ],
    }


def _options(found: schemas.CandidateAnswer) -> list[schemas.OptionModel]:
    return [option for draft in found.drafts for paragraph in draft.paragraphs for option in paragraph.options]
