"""Signed acts as the call that anybody may send: what is left when the relayer is left out.

Belongs here: which function of which contract takes which acts. Does not belong here: who pays (`relayer`), and the
encoding itself (`chain.calls`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract
from normledger.acts.release import Release
from normledger.acts.signature import is_by
from normledger.acts.typed_data import Signable
from normledger.chain import calls
from normledger.documents.document import Agreement, Document
from normledger.errors import NotFound
from normledger.identifiers import Address, Digest, Hash, NormId
from normledger.ledger.queries import View, terms_of
from normledger.relay.preparation import contract_at


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement with its signature; `consent` is the next account's, of a rotation."""

    digest: Digest
    statement: Signable
    signature: bytes
    consent: bytes = b""


@dataclass(frozen=True, slots=True)
class RawCall:
    """A transaction's `to` and `data` on a chain; it carries no coin, and any account may send it."""

    chain_id: int
    to: Address
    data: bytes


def raw_call(
    view: View, release: Release, signed: Sequence[SignedStatement], texts: Sequence[Document] = ()
) -> RawCall:
    """The call that records these statements: one, or several on one subject; founding signatures open an agreement.

    `texts` came along with them. Raises `NotFound` where an agreement or its text is not known here.
    """
    call = _call(view, signed, texts)
    return RawCall(view.at.chain_id, release.address(call.contract), call.data)


def _call(view: View, signed: Sequence[SignedStatement], texts: Sequence[Document]) -> calls.Call:
    first = signed[0].statement
    if isinstance(first, Claim):
        return calls.claim(first, signed[0].signature)
    if not isinstance(first, Act):
        return calls.own(first, signed[0].signature, signed[0].consent)
    acts = [_sealed(view, one, one.statement) for one in signed if isinstance(one.statement, Act)]
    if first.kind in FOUNDING:
        return calls.sign(terms_of(_text(view, first.content, texts)), acts)
    match contract_at(view, first.kind, first.subject):
        case Contract.PARTY_REGISTRY:
            return calls.state(first.party, acts)
        case Contract.NORM_REGISTRY if first.kind is ActKind.PUBLICATION:
            return calls.publish(acts[0])
        case Contract.NORM_REGISTRY:
            return calls.take_stances(NormId(first.subject), acts)
    agreement = view.agreement_of(first.subject)
    if agreement is not None and agreement.id == first.subject:
        return calls.act(agreement.terms, acts)
    if agreement is not None:
        return calls.take_stances_on_agreement(agreement.id, acts)
    raise NotFound("agreement", str(first.subject), "record its founding signatures first")


def _sealed(view: View, signed: SignedStatement, act: Act) -> calls.Signed:
    party = view.parties.get(act.party)
    own = party is not None and party.account == act.account
    plain = len(signed.signature) == 65 and is_by(signed.digest, signed.signature, act.account)
    return calls.Signed(act, signed.signature, own and plain)


def _text(view: View, name: Hash, texts: Sequence[Document]) -> Agreement:
    for text in (*texts, view.document(name)):
        if isinstance(text, Agreement) and text.hash == name:
            return text
    raise NotFound("agreement text", str(name), "send it along, or import it first")
