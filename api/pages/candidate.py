"""One candidate norm: bracketed draft with its sources, coalition, who toward whom, who is near, its derivation."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import composed, schemas
from api.pages import charts, evidence, rows, toward
from api.pages.rendering import SHOWN, Shown, render
from api.pages.seen import Sees
from normledger.composition.explore import closing, whom_to_invite
from normledger.composition.result import Composition
from normledger.errors import NotFound
from normledger.identifiers import ClauseId, Digest, Hash
from normledger.ledger.queries import View

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_NEAR = 5
_INVITED = 5
_ACTS = 80
_FEW = 8
"""Of a coalition, on the candidate's own page."""
_MEMBERS = 40


@router.get("/candidates/{key}")
def candidate(request: Request, seen: Sees, key: str, shown: Shown = "reported") -> HTMLResponse:
    """The page of one row."""
    basis, world = SHOWN[shown]
    composition = seen.composed(shown)
    values = seen.do(lambda: _gathered(seen.view, composition, Hash.parse(key)))
    twin = (f"/v1/candidates/{key}", {"basis": basis, "world": world})
    proof = evidence.link(request, "candidate", key=key, basis=basis, world=world)
    return render(request, "candidate.html", at=seen.view.at, shown=shown, twin=twin, proof=proof, **values)


def _gathered(view: View, composition: Composition, key: Hash) -> dict[str, Any]:
    found = composed.candidate_answer(composition, key, view.at)
    parties = composition.candidate(key).parties
    judged = composition.judge(key)
    reach = composed.reach(parties, judged.mutuality)
    names = rows.names(composition)
    actors = {actor.key: actor for actor in composition.context.parties}
    near = sorted(rows.near(composition, key).values(), key=lambda one: (not one.joins, -one.outcomes))
    opposed = {party for aside in judged.conflicts for party in aside.parties}
    shown = [clause for option in _options(found) for clause in option.clauses]
    shown += [aside.clause for aside in (*found.conflicts, *found.narrower)]
    shown += [str(one.clause) for one in near[:_NEAR]]
    agreements = composition.selection.agreements
    row = rows.row(composition, key)
    matrix = toward.matrix(parties, names, reach) if len(parties) <= toward.LARGEST_DRAWING else None
    return {
        "found": found,
        "row": found.candidate,
        "told": row,
        "chart_of": charts.chart,
        "life": row.life,
        "names": names,
        "titles": {str(id_): agreement.title for id_, agreement in agreements.items()},
        "clauses": {
            clause: composition.selection.clauses[ClauseId.parse(clause)][0]
            for clause in shown
            if ClauseId.parse(clause) in composition.selection.clauses
        },
        "matrix": matrix,
        "few": _FEW,
        "map_of": charts.map_of,
        "tiles": charts.tiles(
            (actors[party] for party in parties),
            (actors[one.party] for one in near if one.joins),
            (actors[party] for party in sorted(opposed) if party in actors),
        ),
        "by_form": {
            form: partial(toward.sentence, among, names, rows.size_of(among))  # said in the reader's language
            for form in composed.FORMS
            if (among := composition.mutuality_in(key, form)) is not None
        },
        "near": near[:_NEAR],
        "near_count": len(near),
        "invited": whom_to_invite(composition, key, _INVITED),
        "closings": [(aside, closing(composition, key, aside)[:2]) for aside in judged.conflicts[:3]],
        "judged": judged,
        "derivation": composition.derivation,
        "trusting": [
            view.parties[one].name
            for one in sorted(composition.policy.reports | composition.policy.alignments)
            if one in view.parties
        ],
    }


def _options(found: schemas.CandidateAnswer) -> list[schemas.OptionModel]:
    return [option for draft in found.drafts for paragraph in draft.paragraphs for option in paragraph.options]


@router.get("/candidates/{key}/coalition")
def coalition(
    request: Request, seen: Sees, key: str, shown: Shown = "reported", page: Annotated[int, Query(ge=1)] = 1
) -> HTMLResponse:
    """The whole coalition: table, matrix, agreement by agreement."""
    composition, (basis, world) = seen.composed(shown), SHOWN[shown]
    start = (page - 1) * _MEMBERS

    def gathered() -> dict[str, Any]:
        found = composed.candidate_answer(composition, Hash.parse(key), seen.view.at)
        parties, judged = composition.candidate(Hash.parse(key)).parties, composition.judge(Hash.parse(key))
        members = sorted(found.coalition, key=lambda one: one.name)
        reach, names = composed.reach(parties, judged.mutuality), rows.names(composition)
        return {
            "found": found,
            "row": found.candidate,
            "told": rows.row(composition, Hash.parse(key)),
            "names": names,
            "titles": {str(id_): text.title for id_, text in composition.selection.agreements.items()},
            "matrix": toward.matrix(parties, names, reach) if len(parties) <= toward.LARGEST_DRAWING else None,
            "members": members[start : start + _MEMBERS],
            "total": len(members),
            "more": start + _MEMBERS < len(members),
        }

    twin = (f"/v1/candidates/{key}", {"basis": basis, "world": world})
    values = seen.do(gathered)
    return render(request, "coalition.html", at=seen.view.at, shown=shown, page=page, start=start, twin=twin, **values)


@router.get("/candidates/{key}/acts")
def acts(
    request: Request,
    seen: Sees,
    key: str,
    shown: Shown = "reported",
    of: Annotated[str, Query(max_length=60)] = "parties",
    page: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:
    """The acts behind one number: parties, agreements, pairs, a kind (`kind:state`) or a region (`region:Asia`)."""
    composition, (basis, world) = seen.composed(shown), SHOWN[shown]

    def gathered() -> dict[str, Any]:
        judged = composition.judge(Hash.parse(key))
        counts = {
            "parties": (judged.parties.value, judged.parties.acts),
            "agreements": (judged.independent.value, judged.independent.acts),
            "pairs": (judged.mutuality.pairs.held, judged.mutuality.pairs.acts),
            "recent": (judged.momentum.recent.value, judged.momentum.recent.acts),
            **{f"kind:{name}": (count.value, count.acts) for name, count in judged.kinds},
            **{f"region:{name}": (count.value, count.acts) for name, count in judged.regions},
        }
        if of not in counts:
            raise NotFound("number", of, f"this candidate norm has {', '.join(counts)}")
        value, counted = counts[of]
        wanted = set(counted)
        listed = sorted(
            (
                (composition.context.parties[one.party].name, composition.selection.agreements[one.agreement], act)
                for one in composition.supports(Hash.parse(key))
                for act in one.acts
                if act in wanted
            ),
            key=lambda entry: (entry[0].casefold(), entry[1].date or "", entry[2]),
        )
        start = (page - 1) * _ACTS
        return {
            "value": value,
            "total": len(listed),
            "start": start,
            "more": start + _ACTS < len(listed),
            "listed": [
                (name, str(agreement.id), agreement.title, agreement.date, str(act), Digest(act) in seen.view.acts)
                for name, agreement, act in listed[start : start + _ACTS]
            ],
            "text": rows.text_of(composition, Hash.parse(key)),
        }

    twin = (f"/v1/candidates/{key}", {"basis": basis, "world": world})
    values = seen.do(gathered)
    return render(
        request, "counted_acts.html", at=seen.view.at, key=key, shown=shown, of=of, page=page, twin=twin, **values
    )
