"""Candidate norms: what agreements add up to, as of a block, under this instance's trust policy; and what lies behind.

Every list of a candidate is what one of its numbers counts.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api import composed, explored, exploring_schemas, schemas
from api.asking import HASH, Composed, Paged, Viewed
from api.dumps import LISTED
from normledger.identifiers import Hash

router = APIRouter(prefix="/candidates", tags=["candidates"])

Key = Annotated[str, Path(description="the candidate's key", pattern=HASH)]
First = Annotated[int, Query(ge=1, le=100, description="so many at most")]


@router.get("", response_model=schemas.CandidatePage, responses=LISTED)
def read_candidates(view: Viewed, composition: Composed, page: Paged) -> Any:
    """One row per outcome, strongest first: independent agreements, then parties, then hash."""
    return page.answer(
        view,
        schemas.CandidatePage,
        "candidates",
        [row.key for row in composition.rows if row.stands],
        lambda key: composed.candidate(composition, key),
        basis=composition.record.basis,
        world=composition.record.world,
        derivation=str(composition.derivation.hash),
        missing=list(composition.record.missing),
    )


@router.get("/{key}")
def read_candidate(view: Viewed, composition: Composed, key: Key) -> schemas.CandidateAnswer:
    """One candidate norm: its bracketed draft with sources, its coalition, who undertook it toward whom."""
    return composed.candidate_answer(composition, Hash.parse(key), view.at)


@router.get("/{key}/parties", response_model=schemas.SupporterPage, responses=LISTED)
def read_candidate_parties(
    view: Viewed,
    composition: Composed,
    page: Paged,
    key: Key,
    kind: Annotated[str | None, Query(description="of this kind alone", max_length=40)] = None,
    region: Annotated[str | None, Query(description="of this region alone", max_length=40)] = None,
) -> Any:
    """Who stands behind it, and by which acts."""
    found = {
        one.key: one
        for one in composed.supporters(composition, Hash.parse(key))
        if kind in (None, one.kind) and region in (None, one.region)
    }
    return page.answer(view, schemas.SupporterPage, "parties", list(found), found.__getitem__)


@router.get("/{key}/agreements", response_model=schemas.SupportingPage, responses=LISTED)
def read_candidate_agreements(
    view: Viewed,
    composition: Composed,
    page: Paged,
    key: Key,
    independent: Annotated[bool | None, Query(description="that count as independent of each other, or not")] = None,
) -> Any:
    """The agreements that it rests on, and whom each binds."""
    found = {
        one.id: one
        for one in composed.supporting(composition, Hash.parse(key))
        if independent in (None, one.independent)
    }
    return page.answer(view, schemas.SupportingPage, "agreements", list(found), found.__getitem__)


@router.get("/{key}/pairs", response_model=schemas.PairPage, responses=LISTED)
def read_candidate_pairs(
    view: Viewed,
    composition: Composed,
    page: Paged,
    key: Key,
    both: Annotated[bool | None, Query(description="bound toward each other, or one way only")] = None,
    by: Annotated[str | None, Query(description="what this member of the coalition undertook", max_length=250)] = None,
) -> Any:
    """Who undertook it toward whom: bilateral promises bind pairs, not all."""
    found = composed.Pairs(composition, Hash.parse(key))
    return page.answer(view, schemas.PairPage, "pairs", found.names(both, by), found.told)


@router.get(
    "/{key}/draft",
    response_class=Response,
    responses={200: {"content": {type_: {} for type_ in explored.DRAFTS.values()}, "description": "the draft"}},
)
def read_candidate_draft(
    view: Viewed,
    composition: Composed,
    key: Key,
    form: Annotated[Literal["text", "html", "akn"], Query(description="akn: Akoma Ntoso 3.0")] = "text",
) -> Response:
    """Its bracketed draft as one document, with the sources of each fragment."""
    return Response(
        explored.drafted(composition, Hash.parse(key), form, view.at.time), media_type=explored.DRAFTS[form]
    )


# --- emergence


@router.get("/{key}/emergence", tags=["emergence"])
def read_emergence(view: Viewed, composition: Composed, key: Key) -> exploring_schemas.LifeAnswer:
    """Its life by its acts' own dates: first bilateral, second, plurilateral, setbacks; who was bound on each day."""
    return explored.life(composition, Hash.parse(key), view.at)


@router.get(
    "/{key}/emergence.svg",
    tags=["emergence"],
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "one SVG element that tells the same in words"}},
)
def read_emergence_chart(view: Viewed, composition: Composed, key: Key) -> Response:
    """Its life as a chart."""
    return Response(explored.chart(composition, Hash.parse(key)), media_type="image/svg+xml")


# --- explore


@router.get("/{key}/near", tags=["explore"])
def read_near(view: Viewed, composition: Composed, key: Key, first: First = 20) -> exploring_schemas.NearAnswer:
    """Parties that one clause would bring in, by what their step would change."""
    return explored.near(composition, Hash.parse(key), first, view.at)


@router.get("/{key}/invitations", tags=["explore"])
def read_invitations(
    view: Viewed, composition: Composed, key: Key, first: First = 20
) -> exploring_schemas.InvitationAnswer:
    """Whom to invite: what each would bring, and what it has in common with the coalition already."""
    return explored.invitations(composition, Hash.parse(key), first, view.at)


@router.get("/{key}/conflicts", tags=["explore"])
def read_conflicts(
    view: Viewed, composition: Composed, key: Key, first: First = 20
) -> exploring_schemas.ConflictAnswer:
    """Clauses that ask the opposite, and which single clause would close each conflict."""
    return explored.conflicts(composition, Hash.parse(key), first, view.at)
