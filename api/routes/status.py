"""Which chain this is, up to which block it is indexed, the digest that two strangers compare; whether all is well."""

import time

from fastapi import APIRouter, Depends, Response

from api import answers, schemas
from api.asking import Asked, Trusted, Viewed, unkept
from normledger.acts.act import Contract
from normledger.errors import NormLedgerError

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


@router.get(
    "/health",
    dependencies=[Depends(unkept)],
    responses={503: {"model": schemas.HealthModel, "description": "nothing is indexed, so that nothing is answered"}},
)
def read_health(asked: Asked, response: Response) -> schemas.HealthModel:
    """Whether this service answers, and how far behind the chain it may be. 503 where it has nothing to answer from."""
    lag = max(0, int(time.time() - asked.seen)) if asked.seen else None
    response.headers["Cache-Control"] = "no-store"
    try:
        indexed, final = asked.indexed(), asked.view().at.block
    except NormLedgerError as error:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
        return schemas.HealthModel(status="down", indexed=None, final=None, lag=lag, fault=asked.fault or str(error))
    return schemas.HealthModel(
        status="stale" if asked.fault else "ok", indexed=indexed, final=final, lag=lag, fault=asked.fault
    )
