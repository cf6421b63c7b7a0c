"""Acts by their digest: what every number of every answer opens to."""

from typing import Annotated

from fastapi import APIRouter, Path

from api import answers, schemas
from api.asking import HASH, Viewed
from normledger.identifiers import Digest

router = APIRouter(prefix="/acts", tags=["acts"])


@router.get("/{digest}")
def read_act(
    view: Viewed, digest: Annotated[str, Path(description="as answers tell it", pattern=HASH)]
) -> schemas.ActAnswer:
    """One act, as the chain holds it: on an agreement, a norm or a list, or a party's act on itself."""
    return schemas.ActAnswer(as_of=answers.as_of(view.at), act=answers.any_act(view, Digest.parse(digest)))
