"""One published norm: its clean text, who stands where, and where it comes from."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import answers
from api.pages import charts, evidence, rows
from api.pages.rendering import render, shown_of
from api.pages.seen import Sees
from api.pages.standing import standing_of, standings
from normledger.acts.act import ActKind
from normledger.composition.coalitions import key_of
from normledger.composition.record import Actor
from normledger.documents.document import Outcome
from normledger.identifiers import PartyId
from normledger.ledger.queries import View
from normledger.provenance.graph import TraceNode, trace
from normledger.workspace import composing

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LINES = 50


@router.get("/norms/{norm}")
def norm(request: Request, seen: Sees, norm: str) -> HTMLResponse:
    """The page of one norm."""

    def gathered() -> dict[str, Any]:
        view, trust = seen.view, seen.asked.workspace.trust
        one = view.norm(norm)
        outcomes = []
        shown = shown_of("consented", one.document.world if one.document else None)
        composition = seen.composition(shown)
        standing_rows = {row.key: row for row in rows.rows(composition)}
        near: dict[str, int] = {}
        for outcome in one.document.outcomes if one.document else ():
            text, key = view.document(outcome), str(key_of([outcome]))
            row, found = standing_rows.get(key), composition.outcomes.get(outcome)
            said = text.text if isinstance(text, Outcome) else found.text if found else None
            outcomes.append((str(outcome), key, said, row, isinstance(text, Outcome)))
            if row:
                near[key] = len(rows.near(composition, row.candidate.key))
        stances = answers.stances(view, one)
        known = standings(view, trust)
        endorsing = [stance.party for stance in stances if stance.stance == ActKind.ENDORSEMENT.term]
        against = [stance.party for stance in stances if stance.stance != ActKind.ENDORSEMENT.term]
        return {
            "norm": answers.norm(one),
            "publication": answers.act(view, one.publication),
            "outcomes": outcomes,
            "near": near,
            "stances": stances,
            "standing": {stance.party: standing_of(known, stance.party) for stance in stances},
            "anchored": [
                (str(leaf.act.party), view.parties[leaf.act.party].name, str(leaf.anchor.digest))
                for leaf in one.anchored
            ],
            "anchors_missing": len(one.anchors_missing),
            "tiles": charts.tiles(_actors(view, endorsing), (), _actors(view, against)),
            "map_of": charts.map_of,
            "tree": branches(trace(view, one, composing(trust))),
            "shown": shown,
            "twin": (f"/v1/norms/{one.id}", {}),
            "proof": evidence.link(request, "norm", norm=str(one.id)),
        }

    return render(request, "norm.html", at=seen.view.at, **seen.do(gathered))


@dataclass
class Branch:
    """A line of the tree that a page shows; `left` counts what is below it and not shown."""

    node: TraceNode
    children: list["Branch"] = field(default_factory=list)
    left: int = 0


def branches(root: TraceNode) -> Branch:
    """The nearest lines of a tree, level by level, as many as a page holds."""
    top = Branch(root)
    level, room = [top], _LINES
    while level:
        following = []
        for one in level:
            shown = one.node.children[: max(room, 0)]
            one.children = [Branch(child) for child in shown]
            one.left = sum(1 for child in one.node.children[len(shown) :] for _ in child.walk())
            room -= len(shown)
            following += one.children
        level = following
    return top


def _actors(view: View, parties: list[str]) -> list[Actor]:
    known = [view.parties[PartyId.parse(party)] for party in parties]
    return [
        Actor(str(one.id), one.name, one.kind, one.region, one.profile.country if one.profile else "") for one in known
    ]
