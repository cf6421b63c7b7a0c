"""One act by its digest, and all acts by date; a report's leaf is shown as what it is: somebody else's word."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import answers
from api.pages import evidence, rows
from api.pages.rendering import SHOWN, Shown, render
from api.pages.seen import Sees, beside
from normledger.acts.act import ActKind, Contract
from normledger.composition.momentum import day_of
from normledger.documents.document import Report, Reports
from normledger.errors import NotFound
from normledger.identifiers import ZERO, AgreementId, Digest, Hash, NormId, is_exercise
from normledger.ledger.queries import View

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LISTED = 40
_LIVES = 8


@router.get("/acts/{digest}")
def act(request: Request, seen: Sees, digest: str) -> HTMLResponse:
    """The page of one signed act, of a party's act on itself, or of one reported act."""

    def gathered() -> dict[str, Any]:
        view, name = seen.view, Hash.parse(digest)
        if (known := view.acts.get(Digest(name))) is not None:
            return {
                "act": answers.act(view, known),
                "on": _subject(view, known.act.contract, known.act.subject),
                "clause": _clause(view, known.act.clause),
                "proof": evidence.link(request, "powers", act=digest) if known.represented else None,
                "world": view.parties[known.act.party].world if known.act.party in view.parties else "real",
                "twin": (f"/v1/acts/{digest}", {}),
            }
        if (own := _own(view, Digest(name))) is not None:
            return {"own": own, "world": own["party"].world, "twin": (f"/v1/parties/{own['party'].id}", {})}
        for batch in view.batches(ActKind.REPORTS):
            if isinstance(batch.document, Reports) and name in batch.document.leaf_hashes:
                leaf = batch.document.leaves[batch.document.leaf_hashes.index(name)]
                text = view.reported_agreements.get(leaf.agreement)
                return {
                    "leaf": leaf,
                    "agreement": (str(leaf.agreement), text.title if text else str(leaf.agreement)),
                    "batch": batch,
                    "observer": view.parties[batch.act.act.party],
                    "world": "exercise" if is_exercise(leaf.actor.identifier) else "real",
                    "proof": evidence.link(request, "report", report=digest),
                    "twin": (f"/v1/acts/{batch.act.digest}", {}),
                }
        raise NotFound("act", digest, "an act is named by its digest, a reported one by its leaf")

    return render(request, "act.html", at=seen.view.at, digest=digest, zero=str(ZERO), **seen.do(gathered))


def _subject(view: View, contract: Contract, subject: Hash) -> tuple[str, str]:
    """Where the act's subject is shown, and what people call it."""
    if contract is Contract.NORM_REGISTRY:
        norm = view.norms.get(NormId(subject))
        return f"/norms/{subject}", norm.title if norm else str(subject)
    if contract is Contract.AGREEMENT_LEDGER and (one := view.agreements.get(AgreementId(subject))) is not None:
        return f"/agreements/{one.id}", one.title
    return "", str(subject)


def _clause(view: View, clause: Hash) -> tuple[str, str] | None:
    one = view.agreement_of_clause(clause)
    if one is None or one.document is None:
        return None
    place = [Hash(id_) for id_ in one.document.clause_ids].index(clause)
    return f"/agreements/{one.id}#{clause}", one.document.clauses[place].key


def _own(view: View, digest: Digest) -> dict[str, Any] | None:
    """A claim or another act of a party on itself."""
    declaring = view.party_declaring(digest)
    if declaring is None:
        return None
    party = view.parties[declaring]
    if party.digest == digest:
        return {"party": party, "kind": "claim", "at": party.recorded}
    one = next(one for one in party.own if one.digest == digest)
    return {"party": party, "kind": _kind_of(one.act), "at": one.recorded}


def _kind_of(act: object) -> str:
    names = {"FurtherClaim": "further claim", "Rotation": "rotation", "FullPowers": "full powers",
             "Revocation": "revocation"}  # fmt: skip
    return names.get(type(act).__name__, "cancellation")


# --- all acts by date


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: a day, what was done, on what, by whom, and the acts."""

    day: str
    kind: str
    link: str
    title: str
    parties: tuple[tuple[str, str], ...]
    acts: tuple[str, ...]
    text: str = ""


@router.get("/timeline")
def timeline(
    request: Request, seen: Sees, shown: Shown | None = None, page: Annotated[int, Query(ge=1)] = 1
) -> HTMLResponse:
    """All acts, the newest first; and the lives of the strongest outcomes."""
    shown = seen.shown(shown)
    composition = seen.composition(shown)

    def gathered() -> dict[str, Any]:
        make = _reported if shown == "reported" else _signed
        entries = beside(seen.view, ("timeline", shown), lambda: make(seen.view, SHOWN[shown][1]))
        start = (page - 1) * _LISTED
        return {
            "entries": entries[start : start + _LISTED],
            "total": len(entries),
            "start": start,
            "more": start + _LISTED < len(entries),
            "lives": rows.rows(composition)[:_LIVES] if page == 1 else [],
        }

    return render(
        request, "timeline.html", at=seen.view.at, shown=shown, page=page, twin=("/v1/acts", {}), **seen.do(gathered)
    )


def _signed(view: View, world: str) -> list[Entry]:
    found = []
    for one in sorted(view.acts.values(), key=lambda one: one.order, reverse=True):
        party = view.parties.get(one.act.party)
        if party is None or party.world != world:
            continue
        link, title = _subject(view, one.act.contract, one.act.subject)
        if not link:
            link, title = f"/parties/{party.id}", party.name
        found.append(
            Entry(
                day_of(one.recorded.time), one.act.kind.term, link, title, ((str(party.id), party.name),),
                (str(one.digest),), view.statement(one.act.content) or "",
            )
        )  # fmt: skip
    return found


def _reported(view: View, world: str) -> list[Entry]:
    groups: dict[tuple[str, Hash, str], list[tuple[Report, Hash]]] = defaultdict(list)
    for batch in view.batches(ActKind.REPORTS):
        if isinstance(batch.document, Reports):
            for leaf, hash_ in zip(batch.document.leaves, batch.document.leaf_hashes, strict=True):
                if is_exercise(leaf.actor.identifier) == (world == "exercise"):
                    groups[leaf.date or leaf.seen or "", leaf.agreement, leaf.act].append((leaf, hash_))
    found = []
    for (day, agreement, kind), leaves in sorted(groups.items(), key=lambda item: item[0], reverse=True):
        text = view.reported_agreements.get(agreement)  # type: ignore[call-overload]  # keys are hashes of documents
        actors = sorted({(leaf.actor.identifier, leaf.actor.name) for leaf, _ in leaves}, key=lambda one: one[1])
        found.append(
            Entry(
                day, kind, f"/agreements/{agreement}", text.title if text else str(agreement), tuple(actors),
                tuple(str(hash_) for _, hash_ in leaves),
            )
        )  # fmt: skip
    return found
