"""Norms forming, one candidate or published norm, one agreement. Gathers what a template shows; computes nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from api.asking import Asked, Viewed
from api.routes.agreements import answer
from normledger.acts.act import ActKind
from normledger.composition.record import Basis, World
from normledger.composition.result import Composition
from normledger.identifiers import Hash
from normledger.provenance.graph import trace
from normledger.workspace import composing

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
templates = Jinja2Templates(directory=Path(__file__).parent.parent / "templates")

Shown = Annotated[Literal["reported", "consented", "exercise"], Query()]
_SHOWN: dict[str, tuple[Basis, World]] = {
    "reported": ("reported", "real"),
    "consented": ("consented", "real"),
    "exercise": ("consented", "exercise"),
}
_FORMS = {"bilateral": "In bilateral agreements", "multi-stakeholder": "In plurilateral ones"}


def day(time: int | None) -> str:
    """A block's time for people: the day in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%-d %B %Y, %H:%M UTC") if time else "–"


templates.env.filters["day"] = day


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template."""
    return templates.TemplateResponse(request, template, values, status_code=status)


@router.get("/")
def norms_forming(request: Request, asked: Asked, view: Viewed, shown: Shown | None = None) -> HTMLResponse:
    """The outcomes that several agreements share, strongest first, and the norms that were published."""
    if shown is None:
        shown = "reported" if asked.do(lambda: view.reported_agreements) else "consented"
    basis, world = _SHOWN[shown]
    composition = asked.compose(view, basis, world)
    rows = asked.do(lambda: [_row(composition, row.key) for row in composition.rows if row.stands])
    norms = [
        (norm, sum(stance.kind is ActKind.ENDORSEMENT for stance in norm.stances))
        for norm in asked.do(lambda: view.norms).values()
        if norm.document is None or norm.document.world == world
    ]
    return render(
        request,
        "norms_forming.html",
        at=view.at,
        shown=shown,
        rows=rows,
        norms=norms,
        widest=max((row["parties"] for row in rows), default=1),
        twin=f"/v1/candidates?basis={basis}&world={world}",
    )


@router.get("/candidates/{key}")
def candidate(request: Request, asked: Asked, view: Viewed, key: str, shown: Shown = "reported") -> HTMLResponse:
    """One candidate norm: the bracketed draft with its sources, the coalition, who toward whom."""
    basis, world = _SHOWN[shown]
    composition = asked.compose(view, basis, world)
    values = asked.do(lambda: _candidate(composition, Hash.parse(key)))
    twin = f"/v1/candidates/{key}?basis={basis}&world={world}"
    return render(request, "candidate.html", at=view.at, shown=shown, twin=twin, **values)


@router.get("/norms/{norm}")
def norm(request: Request, asked: Asked, view: Viewed, norm: str) -> HTMLResponse:
    """One published norm: its text, who stands where, and where it comes from."""
    one = asked.do(lambda: view.norm(norm))
    stances = [
        {
            "party": view.parties[stance.party],
            "stance": "endorses" if stance.kind is ActKind.ENDORSEMENT else "opposes",
            "act": stance.act,
            "reason": view.statement(stance.act.act.content),
        }
        for stance in one.stances
    ]
    tree = asked.do(lambda: trace(view, one, composing(asked.workspace.trust)))
    return render(request, "norm.html", at=view.at, norm=one, stances=stances, tree=tree, twin=f"/v1/norms/{one.id}")


@router.get("/agreements/{agreement}")
def agreement(request: Request, asked: Asked, view: Viewed, agreement: str) -> HTMLResponse:
    """One agreement: its clauses, its acts, who is bound; of a reported one, its sources and doubts."""
    found = asked.do(lambda: answer(view, agreement))
    names = {str(party.id): party.name for party in view.parties.values()}
    keys = {clause.id: clause.key for clause in found.clauses}
    return render(
        request,
        "agreement.html",
        at=view.at,
        found=found,
        names=names,
        keys=keys,
        twin=f"/v1/agreements/{found.agreement.id}",
    )


def _row(composition: Composition, key: Hash) -> dict[str, Any]:
    row, found = composition.candidate(key), composition.judge(key)
    return {
        "key": str(key),
        "text": " ".join(composition.outcomes[outcome].text for outcome in row.outcomes),
        "parties": found.parties.value,
        "agreements": found.independent.value,
        "kinds": [(name, count.value) for name, count in found.kinds],
        "regions": [(name, count.value) for name, count in found.regions],
        "mutuality": found.mutuality,
        "forms": [
            (label, among.sentence)
            for form, label in _FORMS.items()
            if len(row.agreements) > 1 and (among := composition.mutuality_in(key, form)) is not None
        ],
        "already": [composition.selection.agreements[one].title for one in row.already_agreed_in],
    }


def _candidate(composition: Composition, key: Hash) -> dict[str, Any]:
    row = composition.candidate(key)
    actors = {actor.key: actor for actor in composition.context.parties}
    agreements = {id_: composition.selection.agreements[id_] for id_ in row.agreements}
    clauses = {
        clause: texts[0] for clause, texts in composition.selection.clauses.items() if texts[0].agreement in agreements
    }
    found = composition.judge(key)
    return {
        "row": _row(composition, key),
        "drafts": composition.draft(key),
        "clauses": clauses,
        "agreements": sorted(agreements.values(), key=lambda one: (one.date or "", one.id)),
        "titles": {id_: one.title for id_, one in agreements.items()},
        "coalition": [actors[one] for one in row.parties],
        "conflicts": [
            (
                composition.selection.agreements[conflict.agreement],
                [actors[one].name if one in actors else one for one in conflict.parties],
            )
            for conflict in found.conflicts
        ],
    }
