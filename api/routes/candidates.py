"""Candidate norms: what agreements add up to, as of a block, under this instance's trust policy."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api import answers, composed, schemas
from api.asking import Asked, Paged, Viewed
from normledger.identifiers import Hash

router = APIRouter(prefix="/candidates", tags=["candidates"])

Basis = Annotated[Literal["reported", "consented"], Query(description="never summed")]
World = Annotated[Literal["real", "exercise"], Query(description="composition runs on one world")]


@router.get("")
def read_candidates(
    asked: Asked, view: Viewed, page: Paged, basis: Basis = "reported", world: World = "real"
) -> schemas.CandidatePage:
    """One row per outcome, strongest first: independent agreements, then parties, then hash."""
    composition = asked.compose(view, basis, world)
    rows, following = page.of([row.key for row in composition.rows if row.stands], view.at)
    return asked.do(
        lambda: schemas.CandidatePage(
            as_of=answers.as_of(view.at),
            basis=basis,
            world=world,
            derivation=str(composition.derivation.hash),
            missing=list(composition.record.missing),
            candidates=[composed.candidate(composition, key) for key in rows],
            next=following,
        )
    )


@router.get("/{key}")
def read_candidate(
    asked: Asked, view: Viewed, key: str, basis: Basis = "reported", world: World = "real"
) -> schemas.CandidateAnswer:
    """One candidate norm: its bracketed draft with sources, its coalition, who undertook it toward whom."""
    composition = asked.compose(view, basis, world)
    return asked.do(lambda: composed.candidate_answer(composition, Hash.parse(key), view.at))
