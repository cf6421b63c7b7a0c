"""The workbench: which pairs of clauses are worth a person's word first, and what to sign once they are decided.

Pages hold no keys: what comes out is the file of decisions with its command, or typed data to sign with one's own key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.pages.rendering import SHOWN, Shown, render
from api.pages.seen import Seen, Sees, beside
from normledger.acts.act import ActKind, list_of
from normledger.composition.decisions import RELATIONS, Decision, decided
from normledger.composition.proposals import FULL, Proposal, differences, worth_signing
from normledger.composition.record import ClauseText
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import Alignments
from normledger.errors import InputError, NotFound
from normledger.identifiers import ClauseId, PartyId

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_FIRST = 6
_Party = Annotated[str, Query(max_length=300)]


def _composed(seen: Seen, shown: Shown) -> Composition:
    """The clauses with what was declared and signed of them; what is found is no matter here."""
    basis, world = SHOWN[shown]
    workspace = seen.asked.workspace
    parameters = Parameters(found=False, packages=False)
    return beside(
        seen.view, ("workbench", shown, workspace.trust.hash),
        lambda: workspace.compose(seen.view, basis, world, parameters=parameters),
    )  # fmt: skip


def _author(seen: Seen, name: str) -> PartyId | None:
    if not name.strip():
        return None
    try:
        return seen.view.party(name.strip()).id
    except NotFound:
        return None


@router.get("/workbench")
def workbench(
    request: Request, seen: Sees, shown: Shown | None = None, party: _Party = "", page: Annotated[int, Query(ge=1)] = 1
) -> HTMLResponse:
    """Proposals, most worthwhile first; nothing counts until somebody signs it."""
    shown = seen.shown(shown)
    basis, world = SHOWN[shown]

    def gathered() -> dict[str, Any]:
        composition, author = _composed(seen, shown), _author(seen, party)
        proposals = beside(composition, ("worth", author), lambda: worth_signing(composition, 120, author))
        start = (page - 1) * _FIRST
        titles = composition.selection.agreements
        return {
            "author": seen.view.parties[author].name if author else None,
            "unknown": bool(party.strip()) and author is None,
            "proposals": [_told(one) for one in proposals[start : start + _FIRST]],
            "titles": {id_: text.title for id_, text in titles.items()},
            "outcomes": {id_: outcome.text for id_, outcome in composition.outcomes.items()},
            "total": len(proposals),
            "start": start,
            "more": start + _FIRST < len(proposals),
        }

    return render(
        request, "workbench.html", at=seen.view.at, shown=shown, party=party.strip(), page=page, relations=RELATIONS,
        twin=("/v1/candidates", {"basis": basis, "world": world}), **seen.do(gathered),
    )  # fmt: skip


def _told(one: Proposal) -> dict[str, Any]:
    return {
        "one": one,
        "likeness": one.likeness * 100 // FULL,
        "spans": differences(one.clause.text, one.partner.text),
        "pair": f"{one.clause.id}.{one.partner.id}",
    }


@dataclass(frozen=True)
class _Decided:
    decision: Decision
    clause: ClauseText
    partner: ClauseText


def _decisions(request: Request, composition: Composition) -> list[_Decided]:
    """From the form's fields: `d` is RELATION.CLAUSE.PARTNER; fields that say nothing are left out."""
    found = []
    for name, value in request.query_params.multi_items():
        if name[:1] != "d" or not name[1:].isdigit() or not value:
            continue
        relation, _, pair = value.partition(".")
        one, _, other = pair.partition(".")
        if relation not in RELATIONS:
            raise InputError(f"a clause stands to another as {', '.join(RELATIONS)}", field=name)
        decision = Decision(ClauseId.parse(one), ClauseId.parse(other), relation)
        texts = [composition.selection.clauses.get(clause) for clause in (decision.clause, decision.partner)]
        if texts[0] is None or texts[1] is None:
            raise InputError("this clause is not among those shown; begin again at the workbench", field=name)
        found.append(_Decided(decision, texts[0][0], texts[1][0]))
    return found


@router.get("/workbench/decisions")
def decisions(request: Request, seen: Sees, shown: Shown = "reported", party: _Party = "") -> HTMLResponse:
    """What was decided, in words, with the files and commands that turn it into something signed."""

    def gathered() -> dict[str, Any]:
        composition, author = _composed(seen, shown), _author(seen, party)
        found = _decisions(request, composition)
        made = decided(composition, [one.decision for one in found], author or _NOBODY) if found else None
        return {
            "found": found,
            "made": made,
            "author": seen.view.parties[author] if author else None,
            "titles": {id_: text.title for id_, text in composition.selection.agreements.items()},
        }

    basis, world = SHOWN[shown]
    query = urlencode(request.query_params.multi_items())
    return render(
        request, "decisions.html", at=seen.view.at, shown=shown, basis=basis, world=world, party=party, query=query,
        twin=None, **seen.do(gathered),
    )  # fmt: skip


_NOBODY = PartyId(bytes(32))


@router.get("/workbench/decisions.json")
def file(request: Request, seen: Sees, shown: Shown = "reported") -> Response:
    """The file that `normledger align --decide` takes."""
    found = seen.do(lambda: _decisions(request, _composed(seen, shown)))
    body = {"decisions": [_row(one.decision) for one in found]}
    return JSONResponse(body, headers={"Content-Disposition": 'attachment; filename="decisions.json"'})


def _row(one: Decision) -> dict[str, str]:
    return {"clause": str(one.clause), "partner": str(one.partner), "relation": one.relation}


@router.get("/workbench/to-sign.json")
def to_sign(request: Request, seen: Sees, shown: Shown = "reported", party: _Party = "") -> Response:
    """Typed data over the root of the alignments, with the texts that go with it, for one's own key to sign."""

    def gathered() -> dict[str, Any]:
        author = seen.view.party(party.strip()).id
        composition = _composed(seen, shown)
        chosen: Sequence[Decision] = [one.decision for one in _decisions(request, composition)]
        if not chosen:
            raise InputError("nothing was decided; choose how at least one pair stands", field="d1")
        made = decided(composition, chosen, author)
        batch = Alignments(author, made.alignments)
        prepared = seen.asked.workspace.prepare(
            ActKind.ALIGNMENTS, list_of(author), author, refers_to=batch.root, content=batch.hash
        )
        return {
            "typed_data": prepared.typed_data,
            "digest": str(prepared.digest),
            "sentence": prepared.sentence,
            "texts": [document.to_json() for document in (*made.outcomes, batch)],
        }

    body = seen.do(gathered)
    return JSONResponse(body, headers={"Content-Disposition": 'attachment; filename="to-sign.json"'})
