"""Agreements: the list, and one of them: clauses beside similar ones, who is bound toward whom, acts or sources."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import answers, schemas
from api.pages import evidence
from api.pages.rendering import Shown, anchor, render, shown_of
from api.pages.seen import Seen, Sees, beside
from api.pages.toward import LARGEST_TABLE
from normledger.acts.consent import Status
from normledger.composition.proposals import Span, differences
from normledger.composition.result import Composition
from normledger.composition.wording import language_of
from normledger.documents.document import Agreement, Authentic, ReportedAgreement
from normledger.identifiers import AgreementId, ClauseId, Hash, PartyId

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LISTED = 40
_SIMILAR = 2
_PART, _BESIDE = 30_000, 1_100
"""Bytes of text on one page, and what a clause brings beside its own."""


@router.get("/agreements")
def listed(
    request: Request,
    seen: Sees,
    shown: Shown | None = None,
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:
    """All agreements of what is shown, newest first."""
    shown = seen.shown(shown)

    def gathered() -> list[schemas.AgreementModel]:
        everything = beside(seen.view, "agreements", lambda: answers.agreements(seen.view))
        kept = [
            one
            for one in everything
            if shown_of(one.basis, one.world) == shown and q.strip().casefold() in one.title.casefold()
        ]
        return sorted(kept, key=lambda one: (one.date or "", one.block or 0, one.id), reverse=True)

    found = seen.do(gathered)
    start = (page - 1) * _LISTED
    return render(
        request,
        "agreements.html",
        at=seen.view.at,
        shown=shown,
        q=q.strip(),
        rows=found[start : start + _LISTED],
        total=len(found),
        start=start,
        page=page,
        more=start + _LISTED < len(found),
        twin=("/v1/agreements", {}),
    )


@router.get("/agreements/{agreement}")
def agreement(
    request: Request,
    seen: Sees,
    agreement: str,
    clause: Annotated[str, Query(max_length=66)] = "",
    part: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:
    """The page of one agreement; of a long text one part, the one that holds `clause` if that is named."""

    def gathered() -> dict[str, Any]:
        view = seen.view
        found = answers.agreement_answer(view, agreement, seen.asked.workspace.trust)
        one = found.agreement
        shown = shown_of(one.basis, one.world)
        signed = view.agreements.get(AgreementId.parse(one.id))
        text: Agreement | ReportedAgreement | None = (
            signed.document if signed else view.reported_agreement(Hash.parse(one.id))
        )
        names = {str(party.id): party.name for party in view.parties.values()}
        names |= {member.key: member.name for member in found.members}
        authentic = _authentic(text)
        parts = _parts(found.clauses, authentic)
        wanted = next((at for at, kept in enumerate(parts) if any(anchor(c.id)[1:] == clause for c in kept)), part - 1)
        here = min(wanted, max(len(parts) - 1, 0))
        return {
            "found": found,
            "one": one,
            "clauses": parts[here] if parts else [],
            "part": here + 1,
            "parts": len(parts),
            "names": names,
            "keys": {clause.id: clause.key for clause in found.clauses},
            "authentic": authentic,
            "similar": _similar(seen, shown, parts[here] if parts else []),
            "pairs": _pairs(signed.status, names) if signed and signed.status else None,
            "law": signed.status if signed else None,
            "stances": signed.stances if signed else (),
            "shown": shown,
            "twin": (f"/v1/agreements/{one.id}", {}),
            "proof": evidence.link(request, "consent"),
        }

    return render(request, "agreement.html", at=seen.view.at, day=seen.day, **seen.do(gathered))


def _parts(
    clauses: list[schemas.ClauseModel], authentic: dict[str, tuple[Authentic, ...]]
) -> list[list[schemas.ClauseModel]]:
    """A long text in parts that keep a page small; what stands beside a clause weighs as much as a paragraph."""
    parts: list[list[schemas.ClauseModel]] = []
    room = 0
    for one in clauses:
        texts = [one.text, one.heading, *(other.text for other in authentic.get(one.id, ()))]
        weight = _BESIDE + 2 * sum(len(text.encode()) for text in texts)
        if not parts or weight > room:
            parts.append([])
            room = _PART
        parts[-1].append(one)
        room -= weight
    return parts


def _authentic(text: Agreement | ReportedAgreement | None) -> dict[str, tuple[Authentic, ...]]:
    """By clause, its texts in further authentic languages."""
    if text is None:
        return {}
    return {
        str(id_): clause.authentic
        for clause, id_ in zip(text.clauses, text.clause_ids, strict=True)
        if clause.authentic
    }


# --- similar clauses


@dataclass(frozen=True)
class Similar:
    """A clause of another agreement that asks for the same, with the differences of words; `relation` as aligned."""

    agreement: str
    title: str
    clause: str
    key: str
    language: str
    relation: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Beside:
    """What a clause asks for, and who else asks for it: the row, how many clauses do, and the nearest few."""

    row: str
    text: str
    count: int
    nearest: tuple[Similar, ...]


def _similar(seen: Seen, shown: Shown, clauses: list[schemas.ClauseModel]) -> dict[str, list[Beside]]:
    composition = seen.composition(shown)
    asked = beside(composition, "asked", lambda: _asked(composition))
    found = {}
    for clause in clauses:
        id_ = ClauseId.parse(clause.id)
        if id_ in asked and id_ in composition.selection.clauses:
            many = len(clauses) > LARGEST_TABLE
            found[clause.id] = [
                _beside(composition, id_, outcome, 1 if many else _SIMILAR) for outcome in asked[id_][:2]
            ]
    return {id_: [one for one in kept if one.count] for id_, kept in found.items() if any(one.count for one in kept)}


def _asked(composition: Composition) -> dict[ClauseId, list[Hash]]:
    """By clause, the outcomes that it counts for or is shown under, if they bind anyone."""
    found: dict[ClauseId, list[Hash]] = {}
    for row in composition.rows:
        outcome = composition.outcomes[row.outcomes[0]]
        for clause in {*outcome.clauses, *(one.clause for one in outcome.shown)}:
            found.setdefault(clause, []).append(row.key)
    return found


def _beside(composition: Composition, clause: ClauseId, key: Hash, most: int) -> Beside:
    outcome = composition.outcomes[composition.candidate(key).outcomes[0]]
    mine = composition.selection.clauses[clause][0]
    relation = {one.clause: one.relation for one in (*outcome.alignments, *outcome.shown)}
    others = [
        composition.selection.clauses[other][0]
        for other in sorted({*outcome.clauses, *(one.clause for one in outcome.shown)})
        if other != clause and other in composition.selection.clauses
    ]
    others = [one for one in others if one.agreement != mine.agreement]
    own = language_of(mine.text, mine.language)
    same = [one for one in others if language_of(one.text, one.language) == own]
    compared = sorted(
        ((differences(mine.text, one.text), one) for one in same),
        key=lambda pair: (-_alike(pair[0]), pair[1].id),
    )
    titles = composition.selection.agreements
    nearest = tuple(
        Similar(
            str(one.agreement), titles[one.agreement].title, str(one.id), one.key, one.language,
            relation.get(one.id, "same"), spans,
        )
        for spans, one in compared[:most]
    )  # fmt: skip
    return Beside(str(key), outcome.text, len(others), nearest)


def _alike(spans: tuple[Span, ...]) -> int:
    """Words in common less words that differ."""
    return sum(len(one.text.split()) * (2 if one.where == "both" else -1) for one in spans)


# --- between whom


@dataclass(frozen=True)
class Between:
    """One cell: how many clauses apply in full, as modified, not at all between two parties; and by which acts."""

    full: int
    modified: int
    excluded: int
    none: int
    objection: str
    reservation: str


@dataclass(frozen=True)
class Pairs:
    """The party × party matrix of an agreement; `as_table` where it is small enough to be written."""

    parties: tuple[str, ...]
    names: tuple[str, ...]
    cells: tuple[tuple[Between | None, ...], ...]
    apart: tuple[tuple[str, str, Between], ...]
    as_table: bool


def _pairs(status: Status, names: dict[str, str]) -> Pairs:
    bound = sorted((one.party for one in status.bound), key=lambda party: (names[str(party)].casefold(), party))
    clauses = status.relations.clauses
    cells = [[None if one == other else _between(status, one, other, clauses) for other in bound] for one in bound]
    apart = [
        (names[str(one)], names[str(other)], cell)
        for i, one in enumerate(bound)
        for j, other in enumerate(bound)
        if j > i and (cell := cells[i][j]) is not None and cell.full < len(clauses)
    ]
    return Pairs(
        tuple(str(one) for one in bound),
        tuple(names[str(one)] for one in bound),
        tuple(tuple(row) for row in cells),
        tuple(apart),
        len(bound) <= LARGEST_TABLE,
    )


def _between(status: Status, one: PartyId, other: PartyId, clauses: tuple[ClauseId, ...]) -> Between:
    words = [status.applies(one, other, clause).word for clause in clauses]
    pair = {one, other}
    mine = [made for made in status.reservations if made.party in pair]
    objections = [
        answer
        for made in mine
        for answer in made.objections
        if answer.act.party in pair and answer.act.party != made.party
    ]
    return Between(
        words.count("full"),
        words.count("modified"),
        words.count("excluded"),
        words.count("none"),
        str(objections[0].digest) if objections else "",
        str(mine[0].act.digest) if mine else "",
    )
