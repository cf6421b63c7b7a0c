"""Outcomes, and the alignments of clauses to them: declared, signed, or found by the method, each with why."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api import answers, explored, exploring_schemas
from api.asking import HASH, Asked, Composed, Paged, Viewed
from api.dumps import LISTED
from normledger.errors import NotFound
from normledger.identifiers import OutcomeId

router = APIRouter(tags=["outcomes"])

Id = Annotated[str | None, Query(pattern=r"^0x[0-9a-f]{64}$", description="of this one alone")]


@router.get("/outcomes", response_model=exploring_schemas.OutcomePage, responses=LISTED)
def read_outcomes(view: Viewed, composition: Composed, page: Paged) -> Any:
    """All outcomes that a clause of the record asks for, in ascending order of id."""
    return page.answer(
        view,
        exploring_schemas.OutcomePage,
        "outcomes",
        sorted(composition.outcomes),
        lambda id_: explored.outcome(composition, id_),
        basis=composition.record.basis,
        world=composition.record.world,
    )


@router.get("/outcomes/{outcome}")
def read_outcome(
    asked: Asked,
    view: Viewed,
    composition: Composed,
    outcome: Annotated[str, Path(description="the outcome's id", pattern=HASH)],
) -> exploring_schemas.OutcomeAnswer:
    """One outcome, with every alignment to it."""
    id_ = OutcomeId.parse(outcome)
    if id_ not in composition.outcomes:
        raise NotFound("outcome", outcome, "take its id from /v1/outcomes of the same basis and world")
    every = asked.kept(_name(composition), view, lambda: explored.alignments(view, composition))
    return exploring_schemas.OutcomeAnswer(
        as_of=answers.as_of(view.at),
        basis=composition.record.basis,
        world=composition.record.world,
        outcome=explored.outcome(composition, id_),
        alignments=[one for one in every if one.outcome == outcome],
    )


@router.get("/alignments", response_model=exploring_schemas.AlignmentPage, responses=LISTED, tags=["alignments"])
def read_alignments(
    asked: Asked,
    view: Viewed,
    composition: Composed,
    page: Paged,
    strength: Literal["declared", "signed", "found"] | None = None,
    clause: Id = None,
    outcome: Id = None,
    counts: Annotated[bool | None, Query(description="that count, or that do not")] = None,
) -> Any:
    """Which clause asks for which outcome, who says so, whether it counts under the trust policy; if not, why."""
    every = asked.kept(_name(composition), view, lambda: explored.alignments(view, composition))
    found = {
        f"{place}": one
        for place, one in enumerate(every)
        if strength in (None, one.strength)
        and clause in (None, one.clause)
        and outcome in (None, one.outcome)
        and counts in (None, one.counts)
    }
    return page.answer(
        view,
        exploring_schemas.AlignmentPage,
        "alignments",
        list(found),
        found.__getitem__,
        basis=composition.record.basis,
        world=composition.record.world,
    )


def _name(composition: Any) -> str:
    return f"alignments {composition.record.basis} {composition.record.world} {composition.policy.hash}"
