"""What if: parties sign clauses, or withdraw, that they never signed; what the forming norms would then be.

Nothing is recorded, and nobody is said to intend it. Each step is a parameter of the address, PARTY=CLAUSE, as in the
API, so that a page can be sent to a colleague.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.pages import choosing, rows
from api.pages.rendering import SHOWN, Shown, render
from api.pages.seen import Sees
from normledger.composition.explore import what_if
from normledger.composition.record import ClauseText
from normledger.composition.result import Composition
from normledger.errors import InputError, NotFound
from normledger.identifiers import ClauseId, Hash

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MOST = 20
_LISTED = 30
_Text = Annotated[str, Query(max_length=300)]
_Steps = Annotated[list[str], Query(default_factory=list, max_length=_MOST)]


@dataclass(frozen=True)
class Step:
    """One step: who, what clause; `word` is the step as the address has it."""

    word: str
    party: str
    name: str
    clause: ClauseText


@dataclass(frozen=True)
class Open:
    """A clause of the agreement that is looked at; whether the party is bound by it, whether a step names it."""

    clause: ClauseText
    word: str
    bound: bool
    chosen: bool


@router.get("/what-if")
def exploring(
    request: Request,
    seen: Sees,
    consent: _Steps,
    withdrawal: _Steps,
    shown: Shown | None = None,
    party: _Text = "",
    agreement: _Text = "",
) -> HTMLResponse:
    """The steps so far, what they change, and the clauses of one agreement to choose more from."""
    shown = seen.shown(shown)
    composition = seen.composition(shown)

    def gathered() -> dict[str, Any]:
        joining = [_step(composition, word, "consent") for word in consent if word]
        leaving = [_step(composition, word, "withdrawal") for word in withdrawal if word]
        among = choosing.choices(seen, composition, shown)
        who = choosing.meant([one for one in among if one.sort == "party"], party)
        what = choosing.meant([one for one in among if one.sort == "agreement"], agreement)
        changes = (
            what_if(
                composition,
                [(one.party, Hash(one.clause.id)) for one in joining],
                [(one.party, Hash(one.clause.id)) for one in leaving],
            )
            if joining or leaving
            else ()
        )
        return {
            "joining": joining,
            "leaving": leaving,
            "changes": changes[:_LISTED],
            "more": max(len(changes) - _LISTED, 0),
            "party": who.title if who else party.strip(),
            "agreement": what.title if what else agreement.strip(),
            "who": who,
            "what": what,
            "open": _open(composition, who, what, {one.word for one in (*joining, *leaving)}) if who and what else [],
            "missed_names": _missed(among, party, who, agreement, what),
            "parties": choosing.offered(among, "party"),
            "agreements": choosing.offered(among, "agreement"),
            "texts": {id_: one.text for id_, one in composition.outcomes.items()},
            "names": rows.names(composition),
            "titles": {id_: text.title for id_, text in composition.selection.agreements.items()},
            "twin": _twin(shown, consent, withdrawal),
        }

    return render(request, "what_if.html", at=seen.view.at, shown=shown, **seen.do(gathered))


def _step(composition: Composition, word: str, field: str) -> Step:
    """Raises `InputError` for what is no step, `NotFound` for a party or clause that is not shown."""
    party, equals, clause = word.rpartition("=")
    if not equals:
        raise InputError(f"{word[:80]!r} is no step; write PARTY=CLAUSE", field=field)
    actor = rows.actors(composition).get(party)
    if actor is None:
        raise NotFound("party", party, "name one of what is shown by its key")
    found = composition.selection.clauses.get(ClauseId.parse(clause))
    if found is None:
        raise NotFound("clause", clause, "take one of an agreement that is shown")
    return Step(word, party, actor.name, found[0])


def _open(composition: Composition, who: choosing.Choice, what: choosing.Choice, chosen: set[str]) -> list[Open]:
    agreement = Hash.parse(what.name)
    bound = {
        clause
        for one in composition.selection.undertakings
        if one.actor == who.name and one.agreement == agreement
        for clause in one.clauses
    }
    return [
        Open(clause, word, clause.id in bound, word in chosen)
        for clause in composition.selection.agreements[agreement].clauses
        for word in (f"{who.name}={clause.id}",)
    ]


def _missed(
    among: Any, party: str, who: choosing.Choice | None, agreement: str, what: choosing.Choice | None
) -> list[choosing.Missed]:
    asked = (("party", party.strip(), who), ("agreement", agreement.strip(), what))
    return [
        choosing.Missed(field, text, choosing.near([one for one in among if one.sort == field], text))
        for field, text, found in asked
        if text and found is None
    ]


def _twin(shown: Shown, consent: list[str], withdrawal: list[str]) -> tuple[str, dict[str, Any]]:
    basis, world = SHOWN[shown]
    steps = {name: words for name, words in (("consent", consent), ("withdrawal", withdrawal)) if any(words)}
    path = "/v1/explore/what-if" if steps else "/v1/candidates"
    return path, {"basis": basis, "world": world, **steps}
