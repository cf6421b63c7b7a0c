"""Drafts on their way round: whoever has the link sees who signed and who is awaited; the last signature records."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api import signing
from api.asking import Asked
from api.signing_schemas import (
    CeremonyAnswer,
    CeremonyPreparationRequest,
    CeremonyRequest,
    CeremonySignatureRequest,
    PreparationAnswer,
)
from api.strict_json import body_of, described
from normledger.acts import release
from normledger.acts.act import Act, ActKind, Contract
from normledger.acts.signature import address_of
from normledger.acts.signature import sign as sign_digest
from normledger.acts.typed_data import to_json
from normledger.documents.document import Agreement
from normledger.documents.document_reader import read_document
from normledger.identifiers import Hash
from normledger.ledger.queries import terms_of

router = APIRouter(prefix="/ceremonies", tags=["signing"])

_PARTIES = [
    {"id": f"0x{number:064x}", "identifier": f"exercise:ngo:{name}", "kind": "ngo", "name": name}
    for number, name in enumerate(("lanterns", "hobnail"), start=1)
]
_DRAFT: dict[str, Any] = {
    "document": {
        "type": "agreement",
        "title": "Understanding on an Imaginary Incident",
        "character": "voluntary",
        "form": "bilateral",
        "admission": "closed",
        "takes_effect": "on-signature",
        "reservations": "prohibited",
        "notice_days": 0,
        "languages": ["en"],
        "parties": _PARTIES,
        "clauses": [{"key": "1", "language": "en", "text": "Each should tell the other of an incident within a day."}],
    },
    "days": 30,
}
_NO_STORE = "no-store"


def _signature() -> dict[str, Any]:
    """A true signature of the first founder, by a key that everybody knows: worth nothing anywhere."""
    key, text = (1).to_bytes(32, "big"), read_document(_DRAFT["document"])
    assert isinstance(text, Agreement)  # as it says
    act = Act(
        Contract.AGREEMENT_LEDGER, ActKind.SIGNATURE, Hash(terms_of(text).id), text.founders[0].id, address_of(key), 0,
        content=Hash(text.hash), deadline=1795483290,
    )  # fmt: skip
    domain = release.current().domain(Contract.AGREEMENT_LEDGER, 20044)
    return {"typed_data": to_json(domain, act), "signature": "0x" + sign_digest(domain.digest(act), key).hex()}


@router.post(
    "",
    status_code=201,
    responses={201: {"headers": {"Location": {"schema": {"type": "string"}, "description": "the ceremony"}}}},
    openapi_extra=described(CeremonyRequest, _DRAFT),
)
def open_ceremony(
    asked: Asked, request: Annotated[CeremonyRequest, Depends(body_of(CeremonyRequest))], response: Response
) -> CeremonyAnswer:
    """Let a draft agreement circulate. Keep the link: nobody can find it again."""
    token = signing.open_ceremony(asked, request.document, request.days)
    response.headers["Location"] = f"/v1/ceremonies/{token}"
    response.headers["Cache-Control"] = _NO_STORE
    return signing.ceremony(asked, token)


@router.get("/{token}")
def read_ceremony(asked: Asked, token: str, response: Response) -> CeremonyAnswer:
    """The draft, who has signed it and who is awaited, for everybody with the link."""
    response.headers["Cache-Control"] = _NO_STORE
    return asked.do(lambda: signing.ceremony(asked, token))


@router.post(
    "/{token}/preparations",
    openapi_extra=described(CeremonyPreparationRequest, {"party": "exercise:ngo:lanterns"}),
)
def prepare_signature(
    asked: Asked,
    token: str,
    request: Annotated[CeremonyPreparationRequest, Depends(body_of(CeremonyPreparationRequest))],
) -> PreparationAnswer:
    """What a founder is to sign. Its deadline is the ceremony's end."""
    return asked.do(lambda: signing.prepare_in_ceremony(asked, token, request))


@router.post(
    "/{token}/signatures",
    status_code=202,
    openapi_extra=described(CeremonySignatureRequest, _signature()),
)
def sign(
    asked: Asked,
    token: str,
    request: Annotated[CeremonySignatureRequest, Depends(body_of(CeremonySignatureRequest))],
    response: Response,
) -> CeremonyAnswer:
    """Take a founder's signature, in any order; the last one has all of them recorded in one transaction."""
    response.headers["Cache-Control"] = _NO_STORE
    return signing.sign_in_ceremony(asked, token, request.typed_data, request.signature)
