"""Which chain this is, up to which block it is indexed, the digest that two strangers compare; what ails.

Whether a supervisor restarts it or a proxy asks another: `operation`.
"""

from fastapi import APIRouter, Depends

from api import answers, schemas
from api.asking import Asked, Trusted, Viewed, unkept
from normledger.acts.act import Contract

router = APIRouter(tags=["status"])


@router.get("/status", dependencies=[Depends(unkept)])
def read_status(asked: Asked, view: Viewed, trust: Trusted) -> schemas.StatusModel:
    """Chain, contracts, digest, how much there is; `fault` while the chain can't be followed."""
    release = asked.workspace.release
    sizes = {
        "parties": len(view.parties),
        "agreements": len(view.agreements) + len(view.reported_agreements),
        "acts": len(view.acts),
        "norms": len(view.norms),
    }
    return schemas.StatusModel(
        as_of=answers.as_of(view.at),
        release=release.name,
        contracts={contract.title: str(release.address(contract)) for contract in Contract},
        digest=str(asked.kept("digest", view, lambda: view.digest)),
        trust_policy=str(trust.hash),
        indexed=asked.indexed(),
        fault=asked.fault,
        counts={
            name: schemas.ListedCount(value=size, url=answers.opens(f"/v1/{name}", view.at))
            for name, size in sizes.items()
        },
    )
