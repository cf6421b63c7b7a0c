"""Evidence: one file from which a stranger verifies a claim offline, made and verified here before anybody gets it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.asking import Asked, AsOfText, BasisWord, Trusted, WorldWord, answered, told_at
from normledger.composition.record import Basis, World
from normledger.composition.result import Parameters
from normledger.errors import InputError, Refused
from normledger.evidence.verdict import Unproven
from normledger.identifiers import Digest, Hash
from normledger.ledger.answers import AsOf
from normledger.provenance.bundling import Bundling

router = APIRouter(prefix="/evidence", tags=["evidence"])

TYPE = "application/vnd.normledger.evidence+json"
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {TYPE: {"schema": {"type": "object"}}}, "description": "a bundle for `normledger verify`"}
}
Named = Annotated[str, Query(max_length=400)]


def _made(
    request: Request, asked: Asked, as_of: str | None, name: str, ask: Callable[[Bundling], dict[str, Any]]
) -> Response:
    """A bundle as of a block; by default of the newest, of which nodes still keep proofs."""
    block = None
    if as_of is not None:
        named = asked.view(Hash.parse(as_of) if as_of.startswith("0x") else int(as_of)).at.block
        block = named if as_of.startswith("0x") else int(as_of)

    def made(making: Bundling) -> tuple[bytes, AsOf]:
        raw, _ = making.proven(ask(making), asked.workspace.trust.recognitions)
        return raw, making.view.at

    answered(request).kept = False
    try:
        raw, at = asked.prove(block, made)
    except Unproven as error:
        raise Refused(f"The acts do not give this claim: {error.sentence}") from None
    headers = {"Content-Disposition": f'attachment; filename="{name}-{at.block}.evidence.json"', **told_at(at)}
    return Response(raw, media_type=TYPE, headers=headers)


@router.get("/norm", response_class=Response, responses=_FILE)
def read_evidence_of_norm(
    request: Request, asked: Asked, trust: Trusted, norm: Named, as_of: AsOfText = None
) -> Response:
    """That a norm has exactly these endorsements, and at least these anchored ones."""
    return _made(request, asked, as_of, "norm", lambda making: making.endorsements(norm))


@router.get("/consent", response_class=Response, responses=_FILE)
def read_evidence_of_consent(
    request: Request,
    asked: Asked,
    trust: Trusted,
    party: Named,
    agreement: Named,
    clause: Annotated[str, Query(max_length=100, description="its number or letter, or its id")],
    as_of: AsOfText = None,
) -> Response:
    """That a party consented to a clause and still does, and toward whom it binds."""
    return _made(request, asked, as_of, "consent", lambda making: making.consent(party, agreement, clause))


@router.get("/powers", response_class=Response, responses=_FILE)
def read_evidence_of_powers(
    request: Request,
    asked: Asked,
    trust: Trusted,
    act: Annotated[str, Query(max_length=100, description="digest of the act that a representative signed")],
    as_of: AsOfText = None,
) -> Response:
    """That a party's full powers covered an act of its representative."""
    return _made(request, asked, as_of, "powers", lambda making: making.powers(_hash(Digest, act, "act")))


@router.get("/report", response_class=Response, responses=_FILE)
def read_evidence_of_report(
    request: Request,
    asked: Asked,
    trust: Trusted,
    report: Annotated[str, Query(max_length=100, description="the report's hash")],
    as_of: AsOfText = None,
) -> Response:
    """That an observer made a report, on which basis, and has not taken it back."""
    return _made(request, asked, as_of, "report", lambda making: making.report(_hash(Hash, report, "report")))


@router.get("/candidate", response_class=Response, responses=_FILE)
def read_evidence_of_candidate(
    request: Request,
    asked: Asked,
    trust: Trusted,
    key: Annotated[str, Query(max_length=100, description="the candidate's key")],
    basis: BasisWord = "reported",
    world: WorldWord = "real",
    maximal: Annotated[bool, Query(description="from all agreements on the register")] = False,
    as_of: AsOfText = None,
) -> Response:
    """That a candidate norm follows from these agreements, or reports, under this instance's trust policy."""
    chosen: tuple[Basis, World] = basis, world
    name, parameters = _hash(Hash, key, "key"), Parameters(packages=False)

    def ask(making: Bundling) -> dict[str, Any]:
        found = asked.workspace.compose(making.view, *chosen, trust, parameters).candidate(name)
        if not found.stands:
            raise Refused("Fewer than two independent agreements support this outcome: it is no candidate norm.")
        among = None if maximal or basis == "reported" else found.agreements
        return making.candidate(found.key, basis, world, trust, parameters, among)

    return _made(request, asked, as_of, "candidate", ask)


def _hash(kind: type[Hash], text: str, field: str) -> Any:
    try:
        return kind.parse(text)
    except InputError as error:
        raise InputError(error.message, field=field) from None
