"""Preparing, submitting and circulating signed acts: what the routes and the pages of signing both ask the library.

Decides nothing. What writes, or asks the node, takes the writer's turn; what only reads does not.
"""

import json
import time
from dataclasses import replace
from typing import Any

from api import answers
from api.access import Access
from api.schemas import RawCallModel, SubmissionModel, SubmissionRequest
from api.signing_schemas import (
    CeremonyAnswer,
    CeremonyPreparationRequest,
    PreparationAnswer,
    PreparationRequest,
    SignatoryModel,
    StepModel,
)
from normledger.acts.act import Act, ActKind
from normledger.acts.powers import Rotation
from normledger.acts.typed_data import from_json
from normledger.composition.record import Basis
from normledger.documents.canonical import normalise
from normledger.documents.document import Agreement, DerivationRecord, Document, Norm, Profile
from normledger.documents.document_reader import read_document
from normledger.errors import ChainError, InputError, NormLedgerError, NotFound, Refused
from normledger.identifiers import Address, Digest, Hash
from normledger.ledger.queries import View
from normledger.relay.calling import RawCall
from normledger.relay.ceremonies import Ceremony
from normledger.relay.outbox import Submission
from normledger.relay.preparation import Prepared
from normledger.relay.requests import TERMS, ActRequest, an, kind_of, prepare_requested

# --- preparing


def prepare(asked: Access, request: PreparationRequest) -> PreparationAnswer:
    """An act ready for signature, with the party's next number as of the last block indexed."""
    wanted = _request(request)
    kind = kind_of(wanted)
    view = asked.workspace.newest()
    if request.basis is not None and kind not in (ActKind.PUBLICATION, ActKind.DERIVATION):
        raise InputError(f"{an(kind)} takes no basis; leave it out", field="basis")
    if kind is ActKind.PUBLICATION and not wanted.content:
        wanted = _with_derivation(asked, view, wanted, request.basis or "consented")
    return answer(view, prepare_requested(view, asked.workspace.release, wanted), request.kind)


def answer(view: View, prepared: Prepared, kind: str) -> PreparationAnswer:
    """A prepared act as it crosses HTTP."""
    statement = prepared.statement
    return PreparationAnswer(
        as_of=answers.as_of(view.at),
        kind=kind,
        sentence=prepared.sentence,
        digest=str(prepared.digest),
        typed_data=prepared.typed_data,
        account=str(statement.account),
        consent_of=str(statement.next) if isinstance(statement, Rotation) else None,
        texts=[text.to_json() for text in prepared.texts],
        about=[text.to_json() for text in _about(view, prepared)],
        contract=str(prepared.typed_data["domain"]["verifyingContract"]),
    )


def _request(request: PreparationRequest) -> ActRequest:
    return ActRequest(
        kind=request.kind,
        party=request.party,
        subject=request.subject,
        from_outside=request.from_outside,
        clause=request.clause,
        refers_to=request.refers_to,
        same_as=request.same_as,
        text=normalise(request.text),
        content=request.content,
        document=None if request.document is None else _document(request.document),
        identifier=request.identifier,
        party_kind=request.party_kind,
        profile=_profile(request),
        account=request.account,
        kinds=tuple(request.kinds),
        until=request.until,
        number=_number(request.number),
        by=request.by,
        deadline=request.deadline,
    )


def _number(text: str) -> int:
    number = int(text or 0)
    if number >= 1 << 64:
        raise InputError("a number has 64 bits at most", field="number")
    return number


def _document(data: dict[str, Any]) -> Document:
    try:
        return read_document(data)
    except InputError as error:
        raise error.at(field=f"document.{error.field}" if error.field else "document") from None


def _profile(request: PreparationRequest) -> Profile | None:
    if request.profile is None:
        return None
    data = {"type": "party", "name": normalise(request.profile.name)}
    data |= {key: value for key in ("country", "region") if (value := getattr(request.profile, key))}
    read = read_document(data)
    assert isinstance(read, Profile)  # by its type
    return read


def _with_derivation(asked: Access, view: View, wanted: ActRequest, basis: Basis) -> ActRequest:
    """A norm's publication with a derivation made now as its evidence; it is kept once the publication is submitted."""
    norm = wanted.document or (view.document(Hash.parse(wanted.subject)) if wanted.subject else None)
    if not isinstance(norm, Norm):
        raise InputError("a publication needs the norm's document", field="document")
    composition = asked.compose(view, basis, norm.world)
    missing = [outcome for outcome in norm.outcomes if outcome not in composition.outcomes]
    if missing:
        raise Refused(
            f"Outcome {missing[0]} of the norm is not among those composed on the {basis} basis under this service's "
            "trust policy; check the norm's outcomes and the basis."
        )
    data = {key: value for key, value in composition.derivation.document().items() if key != "type"}
    return replace(wanted, document=norm, subject="", derivation=DerivationRecord(data))


def _about(view: View, prepared: Prepared) -> list[Document]:
    """The texts from which a machine without a network can tell what the act says, beside those that travel with it."""
    statement = prepared.statement
    if not isinstance(statement, Act):
        return []
    known = view.agreement_of(statement.subject)
    found: list[Document | None] = [known.document] if known else []
    found += [view.document(one) for one in (statement.subject, statement.content)]
    by_hash = {text.hash: text for text in found if text is not None}
    return [text for hash_, text in by_hash.items() if hash_ not in {one.hash for one in prepared.texts}]


# --- submitting


def submit(asked: Access, request: SubmissionRequest) -> SubmissionModel:
    """Keep a signed act. Raises `ChainError` while the chain can't be followed, unless it was kept before."""
    _refuse_without_chain(asked, request.typed_data)
    return _told(asked, asked.submit(request.typed_data, request.signature, request.texts, request.consent))


def submission(asked: Access, digest: Digest) -> SubmissionModel:
    """What became of a submission."""
    return _told(asked, asked.submission(digest))


def _told(asked: Access, done: Submission) -> SubmissionModel:
    """A submission; where this service relays nothing, with the call that whoever wants to may send instead."""
    told = answers.submission(done)
    if done.status != "accepted" or asked.workspace.configuration.relay:
        return told
    try:
        call = asked.in_turn(lambda: asked.workspace.raw_call(done.digest))
    except NormLedgerError:
        return told  # it is kept; a text is not at hand, so that nobody can tell its call yet
    return told.model_copy(update={"call": _called(call, done.digest)})


def submit_once(asked: Access, request: SubmissionRequest, key: str) -> SubmissionModel:
    """The same, once for a key: the same request gives the same answer again."""
    fingerprint = b"submissions\n" + json.dumps(request.model_dump(), sort_keys=True).encode()
    kept = asked.in_turn(
        lambda: asked.workspace.answered.once(key, fingerprint, lambda: submit(asked, request).model_dump_json())
    )
    return SubmissionModel.model_validate_json(kept)


def raw_call(asked: Access, request: SubmissionRequest) -> RawCallModel:
    """The call that records a signed act; nothing is kept."""
    call = asked.in_turn(
        lambda: asked.workspace.raw_call_of(
            request.typed_data, request.signature, request.texts, consent=request.consent
        )
    )
    domain, statement = from_json(request.typed_data, asked.workspace.release)
    return _called(call, domain.digest(statement))


def _called(call: RawCall, digest: Digest) -> RawCallModel:
    return RawCallModel(
        chain_id=call.chain_id,
        to=str(call.to),
        data="0x" + call.data.hex(),
        gas=None if call.gas is None else str(call.gas),
        digest=str(digest),
    )


def _refuse_without_chain(asked: Access, typed_data: dict[str, Any]) -> None:
    if asked.fault is None:
        return
    try:
        domain, statement = from_json(typed_data, asked.workspace.release)
        asked.workspace.submission(domain.digest(statement))
    except (NotFound, InputError):
        raise ChainError(
            "The chain can't be followed now, so nothing new is accepted; what was accepted before is kept. "
            f"{asked.fault}"
        ) from None


# --- the way of a submission

LAST = ("final", "refused")
"""States after which nothing follows."""


def way(asked: Access, digest: Digest) -> list[StepModel]:
    """The steps of a submission so far. Takes no turn: whoever carries may take long."""
    steps = asked.workspace.outbox.way(digest)
    return [
        StepModel(
            state=one.state,
            at=one.at,
            transaction=str(one.transaction) if one.transaction else None,
            block=one.block,
            reason=one.reason,
        )
        for one in steps
    ]


# --- ceremonies


def open_ceremony(asked: Access, document: dict[str, Any], days: int) -> str:
    """Open a ceremony; gives the word of its link."""
    text = _document(document)
    if not isinstance(text, Agreement):
        raise InputError('a ceremony is for an agreement: a document with "type": "agreement"', field="document.type")
    work = asked.workspace
    return asked.in_turn(lambda: work.ceremonies.open(work.newest(), text, days, int(time.time())))


def ceremony(asked: Access, token: str) -> CeremonyAnswer:
    """A ceremony as it stands."""
    view = asked.workspace.newest()
    return _ceremony(view, token, asked.workspace.ceremonies.read(view, token, int(time.time())))


def _ceremony(view: View, token: str, one: Ceremony) -> CeremonyAnswer:
    return CeremonyAnswer(
        as_of=answers.as_of(view.at),
        link=f"/ceremonies/{token}",
        document=str(one.text.hash),
        agreement=str(one.agreement),
        title=one.text.title,
        text=one.text.to_json(),
        opened=one.opened,
        ends=one.ends,
        over=one.over,
        recorded=one.recorded,
        signatories=[
            SignatoryModel(
                party=str(signatory.founder.id),
                identifier=signatory.founder.identifier,
                name=signatory.founder.name,
                kind=signatory.founder.kind,
                registered=signatory.registered,
                state=signatory.state,
                digest=str(signatory.digest) if signatory.digest else None,
                act=signatory.kind.term if signatory.kind else None,
                at=signatory.at,
                reason=signatory.reason,
            )
            for signatory in one.signatories
        ],
    )


def prepare_in_ceremony(asked: Access, token: str, request: CeremonyPreparationRequest) -> PreparationAnswer:
    """A founder's signature under the ceremony's text."""
    view = asked.workspace.newest()
    prepared = asked.workspace.ceremonies.prepare(
        view,
        token,
        request.party,
        int(time.time()),
        subject_to_ratification=request.subject_to_ratification,
        by=Address.parse(request.by) if request.by else None,
    )
    kind = prepared.statement.kind
    term = next(term for term, known in TERMS.items() if known == kind)
    return answer(view, prepared, term)


def sign_in_ceremony(asked: Access, token: str, typed_data: dict[str, Any], signature: str) -> CeremonyAnswer:
    """Take a founder's signature."""
    _refuse_without_chain(asked, typed_data)
    view = asked.workspace.newest()
    asked.in_turn(
        lambda: asked.workspace.ceremonies.sign(
            view, token, typed_data, signature, int(time.time()),
            lambda data, signed, texts: asked.submit(data, signed, list(texts), ""),
        )
    )  # fmt: skip
    return ceremony(asked, token)
