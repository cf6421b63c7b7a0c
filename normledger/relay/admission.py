"""Checks a signed act before it is accepted: what the chain would refuse is refused here, in one sentence.

Errors name the field of the submission that they are about: `signature`, `consent`, or a path in `typed_data`.

The contracts decide in the end; this only spares a signatory the wait and the relayer the gas.
"""

from collections.abc import Sequence
from typing import Protocol

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, list_of
from normledger.acts.consent import is_founding
from normledger.acts.powers import FullPowers, OwnAct, Rotation
from normledger.acts.release import Release
from normledger.acts.signature import recover
from normledger.acts.typed_data import Domain, Signable, contract_of
from normledger.documents.document import ADMISSIONS, Agreement, Document
from normledger.errors import InputError, NotFound, Refused, SignatureError
from normledger.identifiers import KINDS, Address, AgreementId, Digest, Hash, NormId, parse_identifier
from normledger.ledger.answers import AgreementView, Party
from normledger.ledger.queries import View, terms_of
from normledger.relay.preparation import REGISTER, contract_at


class Wallets(Protocol):
    """How contract wallets are asked; the chain's business."""

    def has_code(self, account: Address) -> bool:
        """Whether an account is a contract."""

    def signed(self, contract: Contract, account: Address, digest: Digest, signature: bytes) -> bool:
        """Whether the wallet at `account` takes a signature for its own (ERC-1271)."""


def check(
    view: View,
    release: Release,
    domain: Domain,
    statement: Signable,
    signature: bytes,
    now: int,
    texts: Sequence[Document] = (),
    *,
    consent: bytes = b"",
    wallets: Wallets | None = None,
    unrecorded: bool = False,
) -> None:
    """Raise `SignatureError`, `Refused`, `NotFound` or `InputError` unless the chain would record this act.

    `now` is in Unix seconds; `texts` came with the act; `consent` is the next account's signature, of a rotation;
    without `wallets` plain keys alone are taken. An act that the chain holds already passes: bringing it again does no
    harm, unless the caller has looked already and it was `unrecorded`.
    """
    contract = contract_of(statement)
    if domain.chain_id != view.at.chain_id:
        raise SignatureError(
            f"The act was signed for chain {domain.chain_id}, this register is on chain {view.at.chain_id}; "
            "sign the act that this register prepares."
        ).about("typed_data.domain.chainId")
    if release.contract_at(domain.contract) is None:
        raise SignatureError(
            f"The act was signed for contract {domain.contract}, this register's {contract.title} is "
            f"{release.address(contract)}; sign the act that this register prepares."
        ).about(_CONTRACT)
    digest = domain.digest(statement)
    _check_signature(contract, digest, signature, statement.account, wallets)
    if isinstance(statement, Rotation):
        _check_signature(contract, digest, consent, statement.next, wallets, field="consent")
    if not unrecorded and view.is_recorded(digest):
        return
    if statement.deadline and max(now, view.at.time) > statement.deadline:  # blocks may run ahead of this clock
        raise Refused(
            "The deadline that the signer set has passed; sign again with a later one.", reason="Expired"
        ).about(_MESSAGE + "deadline")
    if isinstance(statement, Claim):
        _check_claim(view, release, domain, statement)
        return
    party = view.parties.get(statement.party)
    if party is None:
        raise NotFound("party", str(statement.party), REGISTER).about(_MESSAGE + "party")
    scope = _scope(view, statement) if isinstance(statement, Act) else Hash(statement.party)
    if not party.may_act(statement.account, statement.kind, scope, max(now, view.at.time)):
        raise SignatureError(
            f"{party.name} acts through account {party.account}, but the act names {statement.account}, which has no "
            f"full powers for a {statement.kind.term} on this subject; sign with the party's own key, or let it "
            "empower that account."
        ).about(_MESSAGE + "account")
    if isinstance(statement, Act):
        contract = contract_at(view, statement.kind, statement.subject)
    if domain.contract != release.address(contract):
        raise SignatureError(
            f"The act was signed for contract {domain.contract}, but a {statement.kind.term} is recorded by "
            f"{release.address(contract)}; sign the act that this register prepares."
        ).about(_CONTRACT)
    if isinstance(statement, Act):
        _check_number(view, contract, statement, party, now)
        _check_subject(view, contract, statement, party, texts)
    else:
        _check_own(statement, party, now, view.at.time)


_MESSAGE = "typed_data.message."
_SUBJECT = _MESSAGE + "subject"
_CONTRACT = "typed_data.domain.verifyingContract"


def _check_signature(
    contract: Contract,
    digest: Digest,
    signature: bytes,
    account: Address,
    wallets: Wallets | None,
    *,
    field: str = "signature",
) -> None:
    """As the contracts judge: a plain key's first, because an account with code may have one (EIP-7702)."""
    fault: SignatureError | None = None
    try:
        signer = recover(digest, signature)
    except SignatureError as error:
        fault = error
    else:
        if signer == account:
            return
        fault = SignatureError(
            f"The signature is by account {signer}, but the act names account {account}; "
            "sign with that account's key, and send what was signed unchanged."
        )
    if wallets is None or not wallets.has_code(account):
        if signature.endswith(_UNDEPLOYED):
            raise SignatureError(
                f"The signature is of a wallet that is not yet on this chain (ERC-6492); deploy {account} first."
            ).about(field)
        if wallets is not None and len(signature) != 65:
            raise SignatureError(
                f"A plain signature has 65 bytes, this one has {len(signature)}; sign again, or, if {account} is a "
                "contract wallet, deploy it on this chain first: there is no contract at that address."
            ).about(field)
        raise fault.about(field)
    if not wallets.signed(contract, account, digest, signature):
        raise SignatureError(
            f"The contract wallet {account} does not take the signature for its own; sign with the owners that it "
            "names now."
        ).about(field)


_UNDEPLOYED = bytes.fromhex("6492" * 16)


def _scope(view: View, act: Act) -> Hash:
    """The subject that full powers name for an act: of a stance on an agreement, the agreement."""
    judged = view.agreement_judged_on(act.subject)
    return act.subject if judged is None else Hash(judged)


def _check_own(act: OwnAct, party: Party, now: int, time: int) -> None:
    last = max((one.act.number for one in party.own), default=0)
    if act.number <= last:
        raise Refused(
            f"{party.name} has used number {last} on itself already, and {act.number} is not higher; sign again with "
            f"{last + 1}.",
            reason="NumberPassed",
        ).about(_MESSAGE + "number")
    if act.number > now:
        raise _beyond(act.number)
    if isinstance(act, Rotation):
        if act.next == party.account:
            raise Refused(f"Account {act.next} acts for {party.name} already; rotate to another one.").about(
                _MESSAGE + "next"
            )
        if any(one.account == act.next for one in party.tenures):
            raise Refused(
                f"{party.name} left account {act.next} before and can't return to it; rotate to a new one.",
                reason="FormerAccount",
            ).about(_MESSAGE + "next")
    if isinstance(act, FullPowers) and act.until < max(now, time):
        raise Refused("The powers would have ended before now; set a later end.", reason="PowersOver").about(
            _MESSAGE + "until"
        )


def _beyond(number: int) -> Refused:
    return Refused(f"Number {number} lies beyond the present time; sign with a lower one.").about(_MESSAGE + "number")


def _check_claim(view: View, release: Release, domain: Domain, claim: Claim) -> None:
    parse_identifier(claim.identifier)
    if not 1 <= claim.kind <= len(KINDS):
        raise InputError(f"kind {claim.kind} is unknown; it counts from 1 to {len(KINDS)}", field=_MESSAGE + "kind")
    if domain.contract != release.address(Contract.PARTY_REGISTRY):
        raise SignatureError(
            "A claim is signed for the PartyRegistry of this release; sign the one prepared here."
        ).about(_CONTRACT)
    if claim.party in view.parties:
        raise Refused(f"Party {claim.party} is registered already; use it.", reason="AlreadyClaimed").about(
            _MESSAGE + "identifier"
        )


def _check_number(view: View, contract: Contract, act: Act, party: Party, now: int) -> None:
    if act.kind in FOUNDING:
        if act.number != 0:
            raise Refused("A founding signature carries number 0; sign the one prepared here.").about(
                _MESSAGE + "number"
            )
        return
    if act.number == 0:
        raise Refused(
            "Number 0 is for founding signatures; sign with a number from 1.", reason="NumberForFoundersOnly"
        ).about(_MESSAGE + "number")
    if act.number > now:
        raise _beyond(act.number)
    if any(
        other.act.party == act.party and other.act.number == act.number for other in view.acts_on(contract, act.subject)
    ):
        raise Refused(
            f"{party.name} has used number {act.number} on this subject already; "
            + (
                "it can't be cancelled any more: withdraw the act instead."
                if act.kind is ActKind.CANCELLATION
                else f"sign again with {view.next_number(contract, act.subject, act.party)}."
            ),
            reason="NumberUsed",
        ).about(_MESSAGE + "number")


def _check_subject(view: View, contract: Contract, act: Act, party: Party, texts: Sequence[Document]) -> None:
    if contract is Contract.PARTY_REGISTRY:
        if act.subject != list_of(act.party):
            raise Refused(f"{party.name} states such things on its own list, {list_of(act.party)}, only.").about(
                _SUBJECT
            )
        return
    if contract is Contract.NORM_REGISTRY:
        published = NormId(act.subject) in view.norms
        if act.kind is ActKind.PUBLICATION:
            if published:
                raise Refused(
                    f"Norm {act.subject} is published already; endorse it instead.", reason="AlreadyPublished"
                ).about(_SUBJECT)
        elif not published:
            raise NotFound("norm", str(act.subject), "publish it first").about(_SUBJECT)
        return
    if view.agreement_judged_on(act.subject) is not None:
        if act.kind not in _OTHERS_STANCES:
            raise Refused(f"A {act.kind.term} is an act of a party; others endorse, oppose or declare.").about(_SUBJECT)
        return
    known = view.agreements.get(AgreementId(act.subject))
    if act.kind in FOUNDING:
        _check_founding(view, act, party, known, texts)
        return
    if known is None:
        raise NotFound("agreement", str(act.subject), "record its founding signatures first").about(_SUBJECT)
    if act.kind in (ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.ANCHOR):
        raise Refused(
            f"A {act.kind.term} of an agreement is recorded among others' stances; sign the one prepared here."
        ).about(_SUBJECT)
    if act.kind is ActKind.INVITATION and act.party not in known.terms.parties:
        raise Refused(
            f"{party.name} is not a founder of “{known.title}”; only a founder invites.", reason="NotAFounder"
        ).about(_MESSAGE + "party")
    if act.party in known.terms.parties or ADMISSIONS[known.terms.admission] == "open":
        return
    if ADMISSIONS[known.terms.admission] == "invitation" and any(
        other.act.kind is ActKind.INVITATION and other.act.refers_to == act.party for other in known.acts
    ):
        return
    raise Refused(
        f"“{known.title}” is closed to {party.name}: it is not one of its founders"
        + (" and was not invited." if ADMISSIONS[known.terms.admission] == "invitation" else " and can't join."),
        reason="ClosedTo",
    ).about(_MESSAGE + "party")


_OTHERS_STANCES = (
    ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.DECLARATION, ActKind.WITHDRAWAL, ActKind.ANCHOR,
    ActKind.CANCELLATION,
)  # fmt: skip


def _check_founding(view: View, act: Act, party: Party, known: AgreementView | None, texts: Sequence[Document]) -> None:
    came = {Hash(text.hash): text for text in texts}
    document = came.get(act.content) or view.document(act.content)
    if not isinstance(document, Agreement):
        raise NotFound(
            "agreement text", str(act.content), "send the agreement's document along in texts, or import it first"
        ).about("texts")
    if terms_of(document).id != act.subject:
        raise Refused(
            f"The signature is for agreement {act.subject}, but its text {document.hash} is agreement "
            f"{terms_of(document).id}; sign the one prepared here."
        ).about(_SUBJECT)
    if act.party not in {founder.id for founder in document.founders}:
        raise Refused(f"“{document.title}” does not name {party.name} among its founders.", reason="ClosedTo").about(
            _MESSAGE + "party"
        )
    if known and any(other.act.party == act.party and is_founding(other) for other in known.acts):
        raise Refused(
            f"{party.name} has signed “{document.title}” already; once is enough.", reason="AlreadyFounded"
        ).about(_MESSAGE + "party")
