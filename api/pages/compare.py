"""Two parties, agreements or norms side by side: what both ask for, what one alone does, where they are opposed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.pages import choosing, rows
from api.pages.rendering import SHOWN, Shown, render
from api.pages.seen import Sees
from normledger.acts.act import ActKind
from normledger.composition.coalitions import key_of
from normledger.composition.comparison import Comparison, Side, compare, norm_side, side
from normledger.composition.proposals import differences
from normledger.composition.result import Composition
from normledger.composition.wording import language_of
from normledger.errors import NotFound
from normledger.identifiers import ClauseId, OutcomeId
from normledger.ledger.queries import View

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_Name = Annotated[str, Query(max_length=300)]
_LISTED = 20


@router.get("/compare")
def comparing(
    request: Request, seen: Sees, shown: Shown | None = None, one: _Name = "", other: _Name = ""
) -> HTMLResponse:
    """The form, and what comes out of it."""
    shown = seen.shown(shown)
    composition = seen.composition(shown)

    def gathered() -> dict[str, Any]:
        among = choosing.choices(seen, composition, shown)
        asked = {"one": one.strip(), "other": other.strip()}
        meant = {field: choosing.meant(among, text) for field, text in asked.items() if text}
        first, second = (
            _side(seen.view, composition, choice) if (choice := meant.get(field)) else None for field in asked
        )
        found = compare(composition, first, second) if first and second else None
        return {
            "found": found,
            "values": {field: choice.title if (choice := meant.get(field)) else asked[field] for field in asked},
            "missed_names": [
                choosing.Missed(field, asked[field], choosing.near(among, asked[field]))
                for field, choice in meant.items()
                if choice is None
            ],
            "offered": [] if found else choosing.offered(among, "norm", "party", "agreement"),
            "both": _both(composition, found) if found else [],
            "texts": {id_: outcome.text for id_, outcome in composition.outcomes.items()},
            "keys": {id_: str(key_of([id_])) for id_ in composition.outcomes},
            "titles": {id_: text.title for id_, text in composition.selection.agreements.items()},
            "names": rows.names(composition),
            "suggested": _suggested(composition),
            "twin": _twin(shown, first, second),
        }

    return render(request, "compare.html", at=seen.view.at, shown=shown, most=_LISTED, **seen.do(gathered))


def _twin(shown: Shown, one: Side | None, other: Side | None) -> tuple[str, dict[str, str]]:
    """The same comparison as JSON; before anything is compared, what there is to compare."""
    basis, world = SHOWN[shown]
    if one is None or other is None:
        return "/v1/candidates", {"basis": basis, "world": world}
    return "/v1/explore/comparison", {"one": one.name, "other": other.name, "basis": basis, "world": world}


def _side(view: View, composition: Composition, choice: choosing.Choice) -> Side | None:
    """What was chosen, as it is compared."""
    if choice.sort == "norm":
        for norm in view.norms.values():
            if choice.name == str(norm.id) and norm.document is not None:
                endorsing = [str(stance.party) for stance in norm.stances if stance.kind is ActKind.ENDORSEMENT]
                return norm_side(norm.id, norm.title, (OutcomeId(one) for one in norm.document.outcomes), endorsing)
    try:
        return side(composition, choice.name)
    except NotFound:  # a party that nothing composed binds
        actor = rows.actors(composition).get(choice.name)
        return Side("party", choice.name, actor.name, frozenset(), frozenset(), frozenset()) if actor else None


def _both(composition: Composition, found: Comparison) -> list[dict[str, Any]]:
    """Each outcome of both, with a clause of each side by side where both have one in the same language."""
    told = []
    for meeting in found.both[:_LISTED]:
        entry: dict[str, Any] = {"outcome": meeting.outcome, "spans": ()}
        if meeting.one and meeting.other:
            mine, theirs = (composition.selection.clauses[ClauseId(ids[0])][0] for ids in (meeting.one, meeting.other))
            entry |= {"mine": mine, "theirs": theirs, "language": language_of(mine.text, mine.language)}
            if mine.id != theirs.id and entry["language"] == language_of(theirs.text, theirs.language):
                entry["spans"] = differences(mine.text, theirs.text)
        told.append(entry)
    return told


def _suggested(composition: Composition) -> list[tuple[str, str]]:
    """Two of each sort, to try the page with."""
    agreements = [one.title for one in composition.selection.agreements.values()][:2]
    most = sorted(
        composition.context.parties,
        key=lambda one: (-sum(key.actor == one.key for key in composition.selection.undertakings), one.key),
    )
    pairs = [tuple(one.name for one in most[:2]), tuple(agreements)]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
