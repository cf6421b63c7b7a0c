"""Asking on from a composition: what if, and any two of parties, agreements, norms side by side."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import explored, exploring_schemas
from api.asking import Composed, Viewed

router = APIRouter(prefix="/explore", tags=["explore"])

Steps = Annotated[
    list[str],
    Query(
        default_factory=list,
        description="a step, PARTY=CLAUSE: a party's key, and the id of a clause, or of an agreement for all its "
        "clauses; may be given up to 20 times",
        max_length=20,
    ),
]
Side = Annotated[str, Query(description="a party's key, an agreement's or norm's id, a candidate", max_length=400)]


@router.get("/what-if")
def read_what_if(
    view: Viewed,
    composition: Composed,
    consent: Steps,
    withdrawal: Steps,
) -> exploring_schemas.ChangeAnswer:
    """What would change if these parties consented to these clauses, or withdrew; strongest change first."""
    return explored.what_if(composition, consent, withdrawal, view.at)


@router.get("/comparison")
def read_comparison(view: Viewed, composition: Composed, one: Side, other: Side) -> exploring_schemas.ComparisonAnswer:
    """Two parties, agreements or norms side by side: outcomes of both, of each alone, and where they are opposed."""
    return explored.comparison(view, composition, one, other)
