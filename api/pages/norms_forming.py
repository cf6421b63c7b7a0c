"""The front page: the outcomes that several agreements share, strongest first, and the norms that were published."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import answers
from api.asking import Asked, Viewed
from api.composed import FORMS
from api.pages.rendering import SHOWN, Shown, render
from normledger.composition.result import Composition
from normledger.identifiers import Hash

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ROWS = 20


@router.get("/")
def norms_forming(
    request: Request, asked: Asked, view: Viewed, shown: Shown | None = None, page: Annotated[int, Query(ge=1)] = 1
) -> HTMLResponse:
    """Reports about the real world where there are any, else what was signed here."""
    if shown is None:
        shown = "reported" if asked.do(lambda: view.reported_agreements) else "consented"
    basis, world = SHOWN[shown]
    composition = asked.compose(view, basis, world)
    keys = [row.key for row in composition.rows if row.stands]
    start = (page - 1) * _ROWS

    def gathered() -> dict[str, Any]:
        norms = [answers.norm(one) for one in view.norms.values()]
        return {
            "rows": [_row(composition, key) for key in keys[start : start + _ROWS]],
            "norms": [one for one in norms if page == 1 and one.world in (world, None)],
            "missing": composition.record.missing,
        }

    return render(
        request,
        "norms_forming.html",
        at=view.at,
        shown=shown,
        twin=("/v1/candidates", {"basis": basis, "world": world}),
        total=len(keys),
        start=start,
        page=page,
        more=start + _ROWS < len(keys),
        **asked.do(gathered),
    )


def _row(composition: Composition, key: Hash) -> dict[str, Any]:
    row, found = composition.candidate(key), composition.judge(key)
    forms = {form: among for form in FORMS if (among := composition.mutuality_in(key, form)) is not None}
    return {
        "key": str(key),
        "text": " ".join(composition.outcomes[outcome].text for outcome in row.outcomes),
        "parties": found.parties.value,
        "agreements": found.independent.value,
        "kinds": [(name, count.value) for name, count in found.kinds],
        "regions": [(name, count.value) for name, count in found.regions],
        "mutuality": found.mutuality.sentence,
        "bilateral": forms["bilateral"].sentence if len(forms) > 1 else None,
        "already": [composition.selection.agreements[one].title for one in row.already_agreed_in],
        "conflicts": len(found.conflicts),
    }
