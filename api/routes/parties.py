"""Parties: who they claim to be, and what they are bound to."""

from fastapi import APIRouter

from api import answers, schemas
from api.asking import Asked, Paged, Viewed

router = APIRouter(prefix="/parties", tags=["parties"])


@router.get("")
def read_parties(asked: Asked, view: Viewed, page: Paged) -> schemas.PartyPage:
    """All registered parties, in the order of registration."""
    parties, following = page.of(asked.do(lambda: [answers.party(one) for one in view.parties.values()]), view.at)
    return schemas.PartyPage(as_of=answers.as_of(view.at), parties=parties, next=following)


@router.get("/{party}")
def read_party(asked: Asked, view: Viewed, party: str) -> schemas.PartyAnswer:
    """One party, by its id or an identifier that only it claims."""

    def answer() -> schemas.PartyAnswer:
        one = view.party(party)
        return schemas.PartyAnswer(
            as_of=answers.as_of(view.at), party=answers.party(one), bound_by=answers.bound_by(view, one)
        )

    return asked.do(answer)
