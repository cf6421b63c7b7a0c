"""Acts made ready for signature, and signed acts as raw calls: the two ends between which anybody signs anywhere."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import answers, signing
from api.asking import Asked
from api.schemas import RawCallModel, SubmissionRequest
from api.signing_schemas import PreparationAnswer, PreparationRequest
from api.strict_json import body_of, described

router = APIRouter(tags=["signing"])

_EXAMPLE = {
    "kind": "claim",
    "identifier": "exercise:ngo:lanterns",
    "party_kind": "ngo",
    "profile": {"name": "Lanterns for an Imaginary Net", "region": "Africa"},
    "account": "0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1",
}


@router.post("/preparations", openapi_extra=described(PreparationRequest, _EXAMPLE))
def prepare(
    asked: Asked, request: Annotated[PreparationRequest, Depends(body_of(PreparationRequest))]
) -> PreparationAnswer:
    """An act of any kind, ready for signature: typed data, what it says, its digest, its texts. Nothing is kept."""
    return asked.do(lambda: signing.prepare(asked, request))


@router.post("/calls", openapi_extra=described(SubmissionRequest, answers.submission_example()))
def call(asked: Asked, request: Annotated[SubmissionRequest, Depends(body_of(SubmissionRequest))]) -> RawCallModel:
    """The transaction that records a signed act, for whoever wants to send it without this service. Nothing is kept."""
    return signing.raw_call(asked, request)
