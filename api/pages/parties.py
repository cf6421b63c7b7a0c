"""Parties: the list, and one of them: bound to what and toward whom, who vouches for it, what its signature changes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BeforeValidator

from api import answers
from api.pages import rows
from api.pages.bonds import binding
from api.pages.rendering import KEPT, SHOWN, Shown, render, shown_of
from api.pages.seen import Seen, Sees, beside
from api.pages.standing import standing_of, standings
from normledger.acts.act import RecordedAct
from normledger.composition.record import Actor
from normledger.composition.result import Composition
from normledger.errors import NotFound
from normledger.identifiers import KINDS, Hash
from normledger.ledger.answers import Party
from normledger.ledger.queries import View

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LISTED = 50
_STEPS = 8
_Text = Annotated[str, Query(max_length=300)]
Day = Annotated[date | None, Query(), BeforeValidator(lambda text: text or None)]
"""A day of the world outside, as forms send it: empty for none."""


def actor_of(composition: Composition, name: str) -> Actor | None:
    """The actor of this key, or the only one of this name."""
    matches = [one for one in composition.record.actors if one.key == name]
    matches = matches or [one for one in composition.record.actors if one.name.casefold() == name.casefold()]
    return matches[0] if len(matches) == 1 else None


@dataclass(frozen=True)
class _Listed:
    key: str
    name: str
    kind: str
    region: str
    identifier: str
    agreements: int


def _listed(seen: Seen, shown: Shown) -> Sequence[_Listed]:
    """Whoever signed here, registered parties that did not included; or whom reports name."""
    composition = seen.composition(shown)
    bound: dict[str, set[Hash]] = defaultdict(set)
    for one in composition.selection.undertakings:
        bound[one.actor].add(one.agreement)
    if shown == "reported":
        found = [
            _Listed(one.key, one.name, one.kind, one.region, one.key, len(bound[one.key]))
            for one in composition.record.actors
        ]
    else:
        found = [
            _Listed(str(one.id), one.name, one.kind, one.region, one.identifier, len(bound[str(one.id)]))
            for one in seen.view.parties.values()
            if one.world == SHOWN[shown][1]
        ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.key))


@router.get("/parties")
def listed(
    request: Request,
    seen: Sees,
    shown: Shown | None = None,
    q: _Text = "",
    kind: _Text = "",
    page: Annotated[int, Query(ge=1)] = 1,
    go: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The list; `go` leads on to the party where one alone is meant."""
    shown = seen.shown(shown)
    kind, wanted = kind if kind in KINDS else "", q.strip().casefold()
    everybody = seen.do(lambda: beside(seen.composition(shown), ("parties", shown), lambda: _listed(seen, shown)))
    found = [
        one
        for one in everybody
        if (not kind or one.kind == kind) and (wanted in one.name.casefold() or wanted in one.identifier.casefold())
    ]
    exact = [one for one in found if wanted in (one.name.casefold(), one.identifier.casefold().rpartition(":")[2])]
    if go and wanted and (len(found) == 1 or len(exact) == 1):
        kept = {name: request.query_params[name] for name in KEPT if request.query_params.get(name)}
        one = (exact if len(exact) == 1 else found)[0]
        return RedirectResponse(f"/parties/{quote(one.key)}?{urlencode({'shown': shown, **kept})}", 303)
    start = (page - 1) * _LISTED
    known = seen.do(lambda: standings(seen.view, seen.asked.workspace.trust))
    return render(
        request,
        "parties.html",
        at=seen.view.at,
        shown=shown,
        q=q.strip(),
        kind=kind,
        kinds=KINDS,
        rows=found[start : start + _LISTED],
        standing={one.key: standing_of(known, one.key) for one in found[start : start + _LISTED]},
        total=len(found),
        start=start,
        page=page,
        more=start + _LISTED < len(found),
        twin=("/v1/parties", {}),
    )


@dataclass(frozen=True)
class _Named:
    """The party that an address names: `name` is its key in what is `shown`."""

    name: str
    title: str
    shown: Shown
    registered: Party | None
    actor: Actor | None
    composition: Composition


def _named(seen: Seen, key: str, shown: Shown | None) -> _Named:
    """A registered party by its id or identifier, or whom reports name. Raises `NotFound`."""
    registered = None if shown == "reported" and not key.startswith("0x") else _registered(seen.view, key)
    what = shown_of("consented", registered.world) if registered else (shown or "reported")
    composition = seen.composition(what)
    actor = actor_of(composition, str(registered.id) if registered else key)
    if registered is None and actor is None:
        raise NotFound("party", key, "the page of parties lists them")
    name = str(registered.id) if registered else actor.key if actor else key
    return _Named(
        name, registered.name if registered else actor.name if actor else key, what, registered, actor, composition
    )


@router.get("/acts")
def counted(
    request: Request,
    seen: Sees,
    party: _Text,
    of: Literal["bound", "inside"] = "bound",
    agreement: Annotated[str, Query(max_length=66)] = "",
    shown: Shown | None = None,
    by: Day = None,
    page: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:
    """The acts behind one of a party's numbers: what binds it (or one agreement does), or has it behind a norm."""

    def gathered() -> dict[str, Any]:
        one = _named(seen, party, shown)
        titles = one.composition.selection.agreements
        listed: list[tuple[rows.Row | None, str, str, str]]
        if of == "bound":
            bonds = binding(one.composition, one.name, by if one.shown == "reported" else None)["bound"]
            bonds = [bond for bond in bonds if agreement in ("", bond.agreement)]
            value = len(bonds)
            listed = [(None, bond.agreement, bond.title, act) for bond in bonds for act in bond.acts]
        else:
            behind = [row for row in rows.rows(one.composition) if one.name in row.members]
            value = len(behind)
            listed = [
                (row, str(support.agreement), titles[support.agreement].title, str(act))
                for row in behind
                for support in one.composition.supports(row.candidate.key)
                if one.composition.context.parties[support.party].key == one.name
                for act in support.acts
            ]
        start = (page - 1) * _LISTED
        return {
            "key": one.name,
            "name": one.title,
            "shown": one.shown,
            "value": value,
            "total": len(listed),
            "start": start,
            "more": start + _LISTED < len(listed),
            "listed": listed[start : start + _LISTED],
            "twin": (f"/v1/parties/{one.name}/acts", {}) if one.registered else ("/v1/reports", {"actor": one.name}),
        }

    return render(request, "party_acts.html", at=seen.view.at, of=of, by=by, page=page, **seen.do(gathered))


@router.get("/parties/{key:path}")
def party(request: Request, seen: Sees, key: str, shown: Shown | None = None, by: Day = None) -> HTMLResponse:
    """The page of one party: a registered one by its id or identifier, a reported one by what observers call it.

    `by` is a day of the world outside: of what is reported, only what it had undertaken by then.
    """

    def gathered() -> dict[str, Any]:
        view, trust = seen.view, seen.asked.workspace.trust
        one = _named(seen, key, shown)
        what, composition, name = one.shown, one.composition, one.name
        registered, actor = one.registered, one.actor
        known = standings(view, trust)
        standing = standing_of(known, name)
        return {
            "shown": what,
            "key": name,
            "actor": actor,
            "registered": answers.party(registered) if registered else None,
            "name": one.title,
            "standing": standing,
            "recognised": _recognitions(view, standing.by) + _recognitions(view, standing.others),
            "trusted": len(standing.by),
            **binding(composition, name, by if what == "reported" else None),
            "by": by,
            "stances": _stances(view, registered) if registered else [],
            "inside": [one for one in rows.rows(composition) if name in one.members],
            "steps": rows.steps(composition, name, _STEPS) if actor else [],
            "near_count": sum(name in rows.near(composition, one.candidate.key) for one in rows.rows(composition)),
            "names": rows.names(composition),
            "titles": {id_: one.title for id_, one in composition.selection.agreements.items()},
            "clauses": {id_: same[0] for id_, same in composition.selection.clauses.items()},
            "texts": {one.key: one.text for one in rows.rows(composition)},
            "twin": (f"/v1/parties/{name}", {}) if registered else ("/v1/reports", {"actor": name}),
        }

    return render(request, "party.html", at=seen.view.at, day=seen.day, **seen.do(gathered))


def _registered(view: View, key: str) -> Party | None:
    try:
        return view.party(key)
    except NotFound:
        return None


def _recognitions(view: View, acts: Sequence[RecordedAct]) -> list[tuple[str, str, str]]:
    return [(str(one.act.party), view.parties[one.act.party].name, str(one.digest)) for one in acts]


def _stances(view: View, registered: Party) -> list[tuple[str, str, str, str]]:
    """What it says of norms now: id, title, stance, act."""
    return [
        (str(norm.id), norm.title, one.kind.term, str(one.act.digest))
        for norm in view.norms.values()
        for one in norm.stances
        if one.party == registered.id
    ]
