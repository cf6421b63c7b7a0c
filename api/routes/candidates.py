"""Candidate norms: what agreements add up to, as of a block, under this instance's trust policy."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api import schemas
from api.asking import Asked, Paged, Viewed
from normledger.composition.result import Composition
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
    return schemas.CandidatePage(
        as_of=schemas.as_of(view.at),
        basis=basis,
        world=world,
        derivation=str(asked.do(lambda: composition.derivation.hash)),
        candidates=[schemas.candidate(composition, key) for key in rows],
        next=following,
    )


@router.get("/{key}")
def read_candidate(
    asked: Asked, view: Viewed, key: str, basis: Basis = "reported", world: World = "real"
) -> schemas.CandidateAnswer:
    """One candidate norm: its bracketed draft, its coalition, who undertook it toward whom."""
    composition = asked.compose(view, basis, world)
    return asked.do(lambda: _answer(composition, Hash.parse(key), schemas.as_of(view.at), basis, world))


def _answer(
    composition: Composition, key: Hash, at: schemas.AsOfModel, basis: str, world: str
) -> schemas.CandidateAnswer:
    row = composition.candidate(key)
    actors = {actor.key: actor for actor in composition.context.parties}
    forms = {form: composition.mutuality_in(key, form) for form in ("bilateral", "multi-stakeholder")}
    return schemas.CandidateAnswer(
        as_of=at,
        basis=basis,
        world=world,
        derivation=str(composition.derivation.hash),
        candidate=schemas.candidate(composition, key),
        coalition=[
            {"key": one, "name": actors[one].name, "kind": actors[one].kind, "region": actors[one].region}
            for one in row.parties
        ],
        agreements=[str(agreement) for agreement in row.agreements],
        drafts=[draft.text for draft in composition.draft(key)],
        mutuality_by_form={form: found.sentence for form, found in forms.items() if found},
    )
