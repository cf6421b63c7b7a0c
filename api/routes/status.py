"""Which chain this is, up to which block it is indexed, and the digest that two strangers compare."""

from fastapi import APIRouter

from api import answers, schemas
from api.asking import Asked, Viewed
from normledger.acts.act import Contract

router = APIRouter(tags=["status"])


@router.get("/status")
def read_status(asked: Asked, view: Viewed) -> schemas.StatusModel:
    """Chain, contracts, digest."""
    release = asked.workspace.release
    return schemas.StatusModel(
        as_of=answers.as_of(view.at),
        release=release.name,
        contracts={contract.title: str(release.address(contract)) for contract in Contract},
        digest=str(asked.do(lambda: view.digest)),
        trust_policy=str(asked.workspace.trust.hash),
        fault=asked.fault,
    )
