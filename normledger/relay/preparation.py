"""An act made ready for signature: its typed data, the sentence a person reads, and the texts that go with it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, list_of
from normledger.acts.powers import FullPowers, FurtherClaim, OwnCancellation, Revocation, Rotation, bits_of
from normledger.acts.release import Release
from normledger.acts.typed_data import KINDS_OF, Signable, to_json
from normledger.documents.document import Agreement, Document, Norm, Profile, Statement
from normledger.errors import InputError, Refused
from normledger.identifiers import KINDS, ZERO, Address, Digest, Hash, NormId, PartyId, parse_identifier
from normledger.ledger.answers import Party
from normledger.ledger.queries import View

REGISTER = "let it register first: prepare a claim, sign it and submit it"
"""What whoever is not registered is told."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a signer gets. `texts` are the documents that the act names by hash; they travel with the signature."""

    statement: Signable
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
    sentence = f"Account {account} claims to be {profile.name} ({identifier}), a {kind}.{lapse(deadline)}"
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
    by: Address | None = None,
    number: int | None = None,
    along: tuple[Document, ...] = (),
) -> Prepared:
    """An act of a registered party on a subject, with the next number that it has not used there.

    `text` becomes a statement (of a reservation, a reason); `content` names another document, or its hash; `by` is the
    account of a representative who is to sign; `number` is given to cancel one; `along` are further documents that
    travel with the act.
    """
    signer = view.party(str(party))
    contract = contract_at(view, kind, subject)
    documents: tuple[Document, ...] = ()
    if text is not None:
        content = Statement(text)
    if content is not None and not isinstance(content, Hash):
        documents, content = (content,), content.hash
    founding = kind in FOUNDING
    if number is None:
        number = 0 if founding else view.next_number(contract, subject, signer.id)
    act = Act(
        contract=contract,
        kind=kind,
        subject=Hash(subject),
        party=signer.id,
        account=by or signer.account,
        number=number,
        clause=Hash(clause),
        refers_to=Hash(refers_to),
        content=Hash(content) if content is not None else ZERO,
        deadline=deadline,
    )
    domain = release.domain(contract, view.at.chain_id)
    documents += tuple(one for one in along if one not in documents)
    sentence = _sentence(view, act, signer.name, text, documents)
    if act.account != signer.account:
        sentence = f"{sentence} Signed for it by its representative {act.account}."
    return Prepared(act, to_json(domain, act), domain.digest(act), sentence + lapse(deadline), documents)


def prepare_further_claim(
    view: View,
    release: Release,
    party: PartyId,
    identifier: str,
    profile: Profile,
    *,
    by: Address | None = None,
    deadline: int = 0,
) -> Prepared:
    """One more identifier of a party, and its profile anew."""
    signer = view.party(str(party))
    claim = FurtherClaim(
        signer.id, parse_identifier(identifier), profile.hash, by or signer.account, _next_own(view, signer), deadline
    )
    sentence = f"{signer.name} claims to be {profile.name} ({identifier}) too."
    return _prepared(view, release, claim, sentence, (profile,))


def prepare_rotation(
    view: View, release: Release, party: PartyId, next_: Address, *, by: Address | None = None, deadline: int = 0
) -> Prepared:
    """Another account for a party; both accounts sign. `by` is a representative with powers for it."""
    signer = view.party(str(party))
    rotation = Rotation(signer.id, next_, by or signer.account, _next_own(view, signer), deadline)
    sentence = (
        f"From now on account {next_} acts for {signer.name} in place of {signer.account}, which never acts for it "
        "again; all full powers that it gave end."
    )
    return _prepared(view, release, rotation, sentence)


def prepare_powers(
    view: View,
    release: Release,
    party: PartyId,
    representative: Address,
    kinds: frozenset[ActKind],
    until: int,
    *,
    subject: Hash = ZERO,
    by: Address | None = None,
    deadline: int = 0,
) -> Prepared:
    """Full powers (VCLT article 7). `subject` is an agreement, norm, list or party, or zero; `until` in seconds."""
    signer = view.party(str(party))
    granted = FullPowers(
        signer.id, representative, Hash(subject), bits_of(kinds), until, by or signer.account, _next_own(view, signer),
        deadline,
    )  # fmt: skip
    told = ", ".join(kind.term for kind in sorted(kinds))
    where = "on everything" if subject == ZERO else f"on {_named(view, subject)}"
    sentence = f"{signer.name} empowers account {representative} to state for it {where}, until {day(until)}: {told}."
    return _prepared(view, release, granted, sentence)


def prepare_revocation(
    view: View,
    release: Release,
    party: PartyId,
    representative: Address,
    *,
    subject: Hash = ZERO,
    by: Address | None = None,
    deadline: int = 0,
) -> Prepared:
    """The end of a representative's powers for `subject`. Raises `Refused` where it has none."""
    signer = view.party(str(party))
    if not any(
        one.ended is None and one.terms.representative == representative and one.terms.subject == subject
        for one in signer.powers
    ):
        where = "for everything" if subject == ZERO else f"for {_named(view, subject)}"
        raise Refused(f"{signer.name} gave account {representative} no powers {where}, so there is nothing to revoke.")
    revocation = Revocation(
        signer.id, representative, Hash(subject), by or signer.account, _next_own(view, signer), deadline
    )
    return _prepared(view, release, revocation, f"{signer.name} ends the powers of account {representative}.")


def prepare_own_cancellation(
    view: View, release: Release, party: PartyId, number: int, *, by: Address | None = None, deadline: int = 0
) -> Prepared:
    """Voids what a party signed of itself with this number or a lower one and nobody recorded."""
    signer = view.party(str(party))
    if number < _next_own(view, signer):
        raise Refused(
            f"{signer.name} has used number {number} on itself, or a higher one; there is nothing left to cancel."
        )
    cancellation = OwnCancellation(signer.id, by or signer.account, number, deadline)
    sentence = f"{signer.name} voids all that it signed of itself with numbers up to {number} and nobody recorded."
    return _prepared(view, release, cancellation, sentence)


def _prepared(
    view: View, release: Release, statement: Signable, sentence: str, texts: tuple[Document, ...] = ()
) -> Prepared:
    domain = release.domain(Contract.PARTY_REGISTRY, view.at.chain_id)
    sentence += lapse(statement.deadline)
    return Prepared(statement, to_json(domain, statement), domain.digest(statement), sentence, texts)


def _next_own(view: View, party: Party) -> int:
    return max((one.act.number for one in party.own), default=0) + 1


def lapse(deadline: int) -> str:
    """What a deadline adds to a sentence; nothing where there is none."""
    return f" Not recorded by {day(deadline)}, it lapses." if deadline else ""


def day(time: int) -> str:
    """A moment in Unix seconds, ISO 8601 in UTC."""
    return datetime.fromtimestamp(min(time, _LAST_DAY), UTC).isoformat()


_LAST_DAY = 253_402_300_799  # of the year 9999


def contract_at(view: View, kind: ActKind, subject: Hash) -> Contract:
    """The contract that records an act of this kind on this subject."""
    candidates = [contract for contract in Contract if kind in KINDS_OF[contract]]
    if len(candidates) == 1:
        return candidates[0]
    if view.agreement_judged_on(subject) is not None:
        return Contract.AGREEMENT_LEDGER
    for contract in candidates:
        if view.acts_on(contract, subject):
            return contract
    if kind is ActKind.WITHDRAWAL:
        raise Refused(f"Nothing is recorded on {subject}, so there is nothing to withdraw from it.")
    if view.author_of(subject) is not None:
        return Contract.PARTY_REGISTRY
    return Contract.NORM_REGISTRY if kind is not ActKind.DECLARATION else Contract.AGREEMENT_LEDGER


VERBS = {
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
    ActKind.AMENDMENT: "agrees to amend",
    ActKind.CORRECTION: "agrees to correct the text of",
    ActKind.SUCCESSION: "declares its succession in",
    ActKind.ENDORSEMENT: "endorses",
    ActKind.OPPOSITION: "opposes",
    ActKind.ANCHOR: "anchors endorsements, signed by others, of",
    ActKind.RECOGNITION: "recognises",
    ActKind.PUBLICATION: "publishes the norm",
    ActKind.DERIVATION: "adds a derivation to the norm",
    ActKind.ALIGNMENTS: "states alignments of clauses with outcomes, root",
    ActKind.REPORTS: "reports what others undertook elsewhere, root",
}
"""What a party does by an act, before the name of its subject."""


def _sentence(view: View, act: Act, signer: str, text: str | None, documents: tuple[Document, ...]) -> str:
    name = _subject_name(view, act, documents)
    if act.kind is ActKind.WITHDRAWAL:
        named = view.acts.get(Digest(act.refers_to)) if act.refers_to != ZERO else None
        what = f"its {named.act.kind.term} on" if named else "from"
        told = f"{signer} withdraws {what} {name}"
    elif act.kind is ActKind.INVITATION:
        told = f"{signer} invites {_named(view, act.refers_to)} to accede to {name}"
    elif act.kind is ActKind.CANCELLATION:
        told = f"{signer} voids what it signed with number {act.number} on {name} and nobody recorded"
    else:
        told = f"{signer} {VERBS.get(act.kind, 'states a ' + act.kind.term + ' on')} {name}"
    if act.kind is ActKind.RECOGNITION and act.clause != ZERO:
        told += f" and {_named(view, act.clause)} as one and the same actor"
    elif act.clause != ZERO:
        told += f", clause {_clause_name(view, act)}"
    told += _concerned(view, act)
    return f"{told}: “{text}”" if text else f"{told}."


def _concerned(view: View, act: Act) -> str:
    """Whose act, or what else, an act on an agreement refers to."""
    if act.kind in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION):
        named = view.acts.get(Digest(act.refers_to))
        if named and named.act.party in view.parties:
            clause = f", clause {_clause_name(view, named.act)}" if named.act.clause != ZERO else ""
            return f"{clause}, made by {view.parties[named.act.party].name}"
    if act.kind is ActKind.SUCCESSION and act.refers_to != ZERO:
        return f" to {_named(view, act.refers_to)}"
    return ""


def _subject_name(view: View, act: Act, documents: tuple[Document, ...]) -> str:
    if act.subject == list_of(act.party):
        if act.refers_to in view.parties:
            return view.parties[PartyId(act.refers_to)].name
        return str(act.refers_to) if act.refers_to != ZERO else "its own list"
    if act.kind in (*FOUNDING, ActKind.PUBLICATION) and not (
        act.subject in view.agreements or act.subject in view.norms
    ):
        # A founding signature comes before its agreement is on the chain; the act names its text.
        name = act.subject if act.kind is ActKind.PUBLICATION else act.content
        text = next((one for one in documents if one.hash == name), None) or view.document(name)
        return f"“{text.title}”" if isinstance(text, Agreement | Norm) else str(act.subject)
    return _named(view, act.subject)


def _named(view: View, subject: Hash) -> str:
    if (agreement := view.agreement_of(subject)) is not None:
        return f"“{agreement.title}”"
    if (norm := view.norms.get(NormId(subject))) is not None:
        return f"the norm “{norm.title}”"
    if (author := view.author_of(subject)) is not None:
        return f"{view.parties[author].name}’s own list"
    party = view.parties.get(PartyId(subject))
    return party.name if party else str(subject)


def _clause_name(view: View, act: Act) -> str:
    agreement = view.agreement_of(act.subject)
    if agreement and agreement.document:
        for clause, id_ in zip(agreement.document.clauses, agreement.document.clause_ids, strict=True):
            if id_ == act.clause:
                return clause.key
    return str(act.clause)
