"""Acts by their digest: what every number of every answer opens to."""

from fastapi import APIRouter

from api import answers, schemas
from api.asking import Asked, Viewed
from normledger.errors import NotFound
from normledger.identifiers import Digest

router = APIRouter(prefix="/acts", tags=["acts"])


@router.get("/{digest}")
def read_act(asked: Asked, view: Viewed, digest: str) -> schemas.ActAnswer:
    """One act, as the chain holds it."""

    def answer() -> schemas.ActAnswer:
        found = view.acts.get(Digest.parse(digest))
        if found is None:
            raise NotFound("act", digest, "take its digest from an answer that counts it")
        return schemas.ActAnswer(as_of=answers.as_of(view.at), act=answers.act(view, found))

    return asked.do(answer)
