"""Checks a signed act before it is accepted: what the chain would refuse is refused here, in one sentence.

The contracts decide in the end; this only spares a signatory the wait and the relayer the gas.
"""

from collections.abc import Sequence

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, list_of
from normledger.acts.consent import is_founding
from normledger.acts.release import Release
from normledger.acts.signature import recover
from normledger.acts.typed_data import Domain
from normledger.documents.document import ADMISSIONS, Agreement, Document
from normledger.errors import InputError, NotFound, Refused, SignatureError
from normledger.identifiers import KINDS, Hash, NormId, parse_identifier
from normledger.ledger.answers import AgreementView, Party
from normledger.ledger.queries import View, terms_of
from normledger.relay.preparation import contract_at


def check(
    view: View,
    release: Release,
    domain: Domain,
    statement: Act | Claim,
    signature: bytes,
    now: int,
    texts: Sequence[Document] = (),
) -> None:
    """Raise `SignatureError`, `Refused`, `NotFound` or `InputError` unless the chain would record this act.

    `now` is in Unix seconds; `texts` came with the act. An act that the chain holds already passes: bringing it again
    does no harm.
    """
    if domain.chain_id != view.at.chain_id:
        raise SignatureError(
            f"The act was signed for chain {domain.chain_id}, this register is on chain {view.at.chain_id}; "
            "sign the act that this register prepares."
        )
    digest = domain.digest(statement)
    signer = recover(digest, signature)
    if signer != statement.account:
        raise SignatureError(
            f"The signature is by account {signer}, but the act names account {statement.account}; "
            "sign with the key of the account that it names."
        )
    if digest in view.acts:
        return
    if statement.deadline and max(now, view.at.time) > statement.deadline:  # blocks may run ahead of this clock
        raise Refused("The deadline that the signer set has passed; sign again with a later one.", reason="Expired")
    if isinstance(statement, Claim):
        _check_claim(view, release, domain, statement)
        return
    party = view.parties.get(statement.party)
    if party is None:
        raise NotFound("party", str(statement.party), "let it register first")
    if party.account != statement.account:
        raise SignatureError(
            f"{party.name} acts through account {party.account}, but the act names {statement.account}; "
            "sign with the party's own key."
        )
    contract = contract_at(view, statement.kind, statement.subject)
    if domain.contract != release.address(contract):
        raise SignatureError(
            f"The act was signed for contract {domain.contract}, but a {statement.kind.term} is recorded by "
            f"{release.address(contract)}; sign the act that this register prepares."
        )
    _check_number(view, contract, statement, party, now)
    _check_subject(view, contract, statement, party, texts)


def _check_claim(view: View, release: Release, domain: Domain, claim: Claim) -> None:
    parse_identifier(claim.identifier)
    if not 1 <= claim.kind <= len(KINDS):
        raise InputError(f"kind {claim.kind} is unknown; it counts from 1 to {len(KINDS)}", field="kind")
    if domain.contract != release.address(Contract.PARTY_REGISTRY):
        raise SignatureError("A claim is signed for the PartyRegistry of this release; sign the one prepared here.")
    if claim.party in view.parties:
        raise Refused(f"Party {claim.party} is registered already; use it.", reason="AlreadyClaimed")


def _check_number(view: View, contract: Contract, act: Act, party: Party, now: int) -> None:
    if act.kind in FOUNDING:
        if act.number != 0:
            raise Refused("A founding signature carries number 0; sign the one prepared here.")
        return
    if act.number == 0:
        raise Refused("Number 0 is for founding signatures; sign with a number from 1.", reason="NumberForFoundersOnly")
    if act.number > now:
        raise Refused(f"Number {act.number} lies beyond the present time; sign with a lower one.")
    if any(
        other.act.party == act.party and other.act.number == act.number for other in view.acts_on(contract, act.subject)
    ):
        raise Refused(
            f"{party.name} has used number {act.number} on this subject already; sign again with "
            f"{view.next_number(contract, act.subject, act.party)}.",
            reason="NumberUsed",
        )


def _check_subject(view: View, contract: Contract, act: Act, party: Party, texts: Sequence[Document]) -> None:
    if contract is Contract.PARTY_REGISTRY:
        if act.subject != list_of(act.party):
            raise Refused(f"{party.name} states such things on its own list, {list_of(act.party)}, only.")
        return
    if contract is Contract.NORM_REGISTRY:
        published = NormId(act.subject) in view.norms
        if act.kind is ActKind.PUBLICATION:
            if published:
                raise Refused(
                    f"Norm {act.subject} is published already; endorse it instead.", reason="AlreadyPublished"
                )
        elif not published:
            raise NotFound("norm", str(act.subject), "publish it first")
        return
    known = next((view_ for view_ in view.agreements.values() if view_.id == act.subject), None)
    if act.kind in FOUNDING:
        _check_founding(view, act, party, known, texts)
        return
    if known is None:
        raise NotFound("agreement", str(act.subject), "record its founding signatures first")
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
    )


def _check_founding(view: View, act: Act, party: Party, known: AgreementView | None, texts: Sequence[Document]) -> None:
    came = {Hash(text.hash): text for text in texts}
    document = came.get(act.content) or view.document(act.content)
    if not isinstance(document, Agreement):
        raise NotFound("agreement text", str(act.content), "import the agreement's document first")
    if terms_of(document).id != act.subject:
        raise Refused(
            f"The signature is for agreement {act.subject}, but its text {document.hash} is agreement "
            f"{terms_of(document).id}; sign the one prepared here."
        )
    if act.party not in {founder.id for founder in document.founders}:
        raise Refused(f"“{document.title}” does not name {party.name} among its founders.", reason="ClosedTo")
    if known and any(other.act.party == act.party and is_founding(other) for other in known.acts):
        raise Refused(f"{party.name} has signed “{document.title}” already; once is enough.", reason="AlreadyFounded")
