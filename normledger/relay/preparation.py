"""An act made ready for signature: its typed data, the sentence a person reads, and the texts that go with it."""

from dataclasses import dataclass
from typing import Any

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, contract_of, list_of
from normledger.acts.release import Release
from normledger.acts.typed_data import to_json
from normledger.documents.document import Agreement, Document, Norm, Profile, Statement
from normledger.errors import InputError, Refused
from normledger.identifiers import KINDS, ZERO, Address, Digest, Hash, PartyId, parse_identifier
from normledger.ledger.queries import View


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a signer gets. `texts` are the documents that the act names by hash; they travel with the signature."""

    statement: Act | Claim
    typed_data: dict[str, Any]
    digest: Digest
    sentence: str
    texts: tuple[Document, ...]


def prepare_claim(
    release: Release, chain_id: int, identifier: str, kind: str, profile: Profile, account: Address, deadline: int = 0
) -> Prepared:
    """A party's founding claim."""
    if kind not in KINDS:
        raise InputError(f"{kind!r} can't consent; a party is one of {', '.join(KINDS)}", field="kind")
    claim = Claim(parse_identifier(identifier), KINDS.index(kind) + 1, profile.hash, account, deadline)
    domain = release.domain(Contract.PARTY_REGISTRY, chain_id)
    sentence = f"Account {account} claims to be {profile.name} ({identifier}), a {kind}."
    return Prepared(claim, to_json(domain, claim), domain.digest(claim), sentence, (profile,))


def prepare(
    view: View,
    release: Release,
    kind: ActKind,
    subject: Hash,
    party: PartyId,
    *,
    clause: Hash = ZERO,
    refers_to: Hash = ZERO,
    content: Document | Hash | None = None,
    text: str | None = None,
    deadline: int = 0,
) -> Prepared:
    """An act of a registered party on a subject, with the next number that it has not used there.

    `text` becomes a statement (of a reservation, a reason); `content` names another document, or its hash.
    """
    signer = view.party(str(party))
    contract = contract_at(view, kind, subject)
    documents: tuple[Document, ...] = ()
    if text is not None:
        content = Statement(text)
    if content is not None and not isinstance(content, Hash):
        documents, content = (content,), content.hash
    founding = kind in FOUNDING
    act = Act(
        kind=kind,
        subject=Hash(subject),
        party=signer.id,
        account=signer.account,
        number=0 if founding else view.next_number(contract, subject, signer.id),
        clause=Hash(clause),
        refers_to=Hash(refers_to),
        content=Hash(content) if content is not None else ZERO,
        deadline=deadline,
    )
    domain = release.domain(contract, view.at.chain_id)
    sentence = _sentence(view, act, signer.name, text)
    return Prepared(act, to_json(domain, act), domain.digest(act), sentence, documents)


def contract_at(view: View, kind: ActKind, subject: Hash) -> Contract:
    """The contract that records this act: for a withdrawal, the one that holds its subject."""
    if kind is not ActKind.WITHDRAWAL:
        return contract_of(kind)
    for contract in Contract:
        if view.acts_on(contract, subject):
            return contract
    raise Refused(f"Nothing is recorded on {subject}, so there is nothing to withdraw from it.")


_VERBS = {
    ActKind.SIGNATURE: "signs",
    ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION: "signs, subject to ratification,",
    ActKind.RATIFICATION: "ratifies",
    ActKind.ACCEPTANCE: "accepts",
    ActKind.APPROVAL: "approves",
    ActKind.ACCESSION: "accedes to",
    ActKind.PROVISIONAL_APPLICATION: "applies provisionally",
    ActKind.RESERVATION: "makes a reservation to",
    ActKind.ACCEPTANCE_OF_RESERVATION: "accepts a reservation to",
    ActKind.OBJECTION: "objects to a reservation to",
    ActKind.DECLARATION: "makes a declaration on",
    ActKind.TERMINATION: "agrees to terminate",
    ActKind.ENDORSEMENT: "endorses the norm",
    ActKind.OPPOSITION: "opposes the norm",
    ActKind.PUBLICATION: "publishes the norm",
    ActKind.DERIVATION: "adds a derivation to the norm",
    ActKind.ALIGNMENTS: "states alignments of clauses with outcomes, root",
    ActKind.REPORTS: "reports what others undertook elsewhere, root",
}


def _sentence(view: View, act: Act, signer: str, text: str | None) -> str:
    name = _subject_name(view, act)
    if act.kind is ActKind.WITHDRAWAL:
        named = view.acts.get(Digest(act.refers_to)) if act.refers_to != ZERO else None
        what = f"its {named.act.kind.term} on" if named else "from"
        told = f"{signer} withdraws {what} {name}"
    else:
        told = f"{signer} {_VERBS.get(act.kind, 'states a ' + act.kind.term + ' on')} {name}"
    if act.clause != ZERO:
        told += f", clause {_clause_name(view, act)}"
    return f"{told}: “{text}”" if text else f"{told}."


def _subject_name(view: View, act: Act) -> str:
    if act.subject == list_of(act.party):
        return str(act.refers_to) if act.refers_to != ZERO else "its own list"
    for agreement in view.agreements.values():
        if agreement.id == act.subject:
            return f"“{agreement.title}”"
    for norm in view.norms.values():
        if norm.id == act.subject:
            return f"“{norm.title}”"
    # A founding signature comes before its agreement is on the chain; the act names its text.
    text = view.document(act.subject if act.kind is ActKind.PUBLICATION else act.content)
    return f"“{text.title}”" if isinstance(text, Agreement | Norm) else str(act.subject)


def _clause_name(view: View, act: Act) -> str:
    for agreement in view.agreements.values():
        if agreement.id == act.subject and agreement.document:
            for clause, id_ in zip(agreement.document.clauses, agreement.document.clause_ids, strict=True):
                if id_ == act.clause:
                    return clause.key
    return str(act.clause)
