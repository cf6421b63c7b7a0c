"""One act by its digest, and all acts by date; a report's leaf is shown as what it is: somebody else's word."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import answers
from api.pages import choosing, evidence, rows
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
    """One line of the timeline: a day, what was done, on what, and by whom: key, name, and the act."""

    day: str
    kind: str
    link: str
    title: str
    parties: tuple[tuple[str, str, str], ...]
    text: str = ""


@router.get("/timeline")
def timeline(
    request: Request,
    seen: Sees,
    shown: Shown | None = None,
    q: Annotated[str, Query(max_length=300)] = "",
    kind: Annotated[str, Query(max_length=60)] = "",
    year: Annotated[str, Query(pattern="^([0-9]{4})?$")] = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:
    """All acts, the newest first, or those of a name, of a kind, of a year; and the lives of the strongest outcomes.

    `q` is words that begin words of a party's name or of the title.
    """
    shown = seen.shown(shown)
    composition = seen.composition(shown)

    def gathered() -> dict[str, Any]:
        make = _reported if shown == "reported" else _signed
        entries = beside(seen.view, ("timeline", shown), lambda: make(seen.view, SHOWN[shown][1]))
        start = (page - 1) * _LISTED
        found = [one for one in (_narrowed(one, words) for one in entries if _passes(one, kind, year)) if one]
        among = choosing.choices(seen, composition, shown)
        return {
            "entries": found[start : start + _LISTED],
            "total": len(found),
            "start": start,
            "more": start + _LISTED < len(found),
            "lives": [] if page > 1 or words or kind or year else rows.rows(composition)[:_LIVES],
            "kinds": sorted({one.kind for one in entries}),
            "years": sorted({one.day[:4] for one in entries if one.day[:4].isdigit()}, reverse=True),
            "offered": choosing.offered(among, "party", "agreement"),
        }

    words = choosing.folded(q).split()
    twin: tuple[str, dict[str, str]] = ("/v1/reports", {}) if shown == "reported" else ("/v1/acts", {})
    return render(
        request, "timeline.html", at=seen.view.at, shown=shown, page=page, q=q.strip(), kind=kind, year=year, twin=twin,
        **seen.do(gathered),
    )  # fmt: skip


def _passes(one: Entry, kind: str, year: str) -> bool:
    return kind in ("", one.kind) and one.day.startswith(year)


def _narrowed(one: Entry, words: Sequence[str]) -> Entry | None:
    """The line where its title has these words; less the other parties where one of them is meant; else nothing."""
    if not words or _begins(one.title, words):
        return one
    meant = tuple(party for party in one.parties if _begins(party[1], words))
    return replace(one, parties=meant) if meant else None


def _begins(text: str, words: Sequence[str]) -> bool:
    plain = choosing.folded(text)
    return all(re.search(r"(?<!\w)" + re.escape(word), plain) for word in words)


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
                day_of(one.recorded.time), one.act.kind.term, link, title,
                ((str(party.id), party.name, str(one.digest)),), view.statement(one.act.content) or "",
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
        named = {leaf.actor.identifier: (leaf.actor.identifier, leaf.actor.name, str(hash_)) for leaf, hash_ in leaves}
        actors = sorted(named.values(), key=lambda one: (one[1], one[0]))
        found.append(
            Entry(
                day, kind, f"/agreements/{agreement}", text.title if text else str(agreement), tuple(actors),
            )
        )  # fmt: skip
    return found
