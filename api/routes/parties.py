"""Parties: who they claim to be, and what they are bound to."""

from fastapi import APIRouter

from api import schemas
from api.asking import Asked, Paged, Viewed

router = APIRouter(prefix="/parties", tags=["parties"])


@router.get("")
def read_parties(asked: Asked, view: Viewed, page: Paged) -> schemas.PartyPage:
    """All registered parties, in the order of registration."""
    parties, following = page.of(list(asked.do(lambda: view.parties).values()), view.at)
    return schemas.PartyPage(
        as_of=schemas.as_of(view.at), parties=[schemas.party(one) for one in parties], next=following
    )


@router.get("/{party}")
def read_party(asked: Asked, view: Viewed, party: str) -> schemas.PartyAnswer:
    """One party, by its id or an identifier that only it claims."""
    one = asked.do(lambda: view.party(party))
    bound = [
        schemas.BoundModel(
            agreement=str(agreement.id),
            title=agreement.title,
            clauses=[str(clause) for clause in sorted(standing.clauses)],
            since=standing.since,
            acts=[str(digest) for digest in standing.acts],
        )
        for agreement in asked.do(lambda: view.agreements).values()
        if agreement.status
        for standing in agreement.status.bound
        if standing.party == one.id
    ]
    return schemas.PartyAnswer(as_of=schemas.as_of(view.at), party=schemas.party(one), bound_by=bound)
