"""An act as somebody asks for it, in words that people use, made into an act that is ready for signature.

Belongs here: finding what a name means (a party, an agreement, a clause, an act), and which fields a kind of act takes.
Does not belong here: the acts themselves (`preparation`), nor how the request came (command line, HTTP, a page).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from normledger.acts.act import FOUNDING, OWN, ActKind, Contract, list_of, stances_on
from normledger.acts.consent import standing_batches
from normledger.acts.release import Release
from normledger.documents.document import (
    Agreement,
    Alignments,
    DerivationRecord,
    Document,
    Endorsements,
    Norm,
    Profile,
    Reports,
)
from normledger.errors import InputError, NormLedgerError, NotFound, Refused
from normledger.identifiers import ZERO, Address, Digest, Hash, PartyId
from normledger.ledger.answers import AgreementView, Party
from normledger.ledger.queries import View, terms_of
from normledger.relay.preparation import (
    REGISTER,
    Prepared,
    prepare,
    prepare_claim,
    prepare_further_claim,
    prepare_own_cancellation,
    prepare_powers,
    prepare_revocation,
    prepare_rotation,
)


@dataclass(frozen=True, slots=True)
class ActRequest:
    """What is asked for. Which fields a kind takes tells `FIELDS`; one that it does not take is refused, not ignored.

    `kind` is a term with hyphens (``signature-subject-to-ratification``); `party`, `subject` and `refers_to` are ids,
    or names where only one bears them; `same_as` is, of a recognition, a second party that is the same actor as the one
    that `refers_to` names; `clause` is a clause's number in the text, or its id; `from_outside` takes
    others' stances on an agreement as the subject in place of the agreement; `account` is the claimant's, the next
    one's or the representative's; `by` is the account of a representative who is to sign; `until` and `deadline` are
    in Unix seconds, 0 for none; `content` is the hash of a document, `document` the document itself.
    """

    kind: str
    party: str = ""
    subject: str = ""
    from_outside: bool = False
    clause: str = ""
    refers_to: str = ""
    same_as: str = ""
    text: str = ""
    content: str = ""
    document: Document | None = None
    derivation: DerivationRecord | None = None
    identifier: str = ""
    party_kind: str = ""
    profile: Profile | None = None
    account: str = ""
    kinds: tuple[str, ...] = ()
    until: int = 0
    number: int = 0
    by: str = ""
    deadline: int = 0


TERMS: Mapping[str, ActKind] = {kind.term.replace(" ", "-"): kind for kind in ActKind}
"""Every kind of act by the word that a request names it with."""

_ALWAYS = {"kind", "by", "deadline"}
_ON_AGREEMENT = {"party", "subject", "text", "clause", "refers_to", "content", "document"}

FIELDS: Mapping[ActKind, frozenset[str]] = {
    kind: frozenset(_ALWAYS | own)
    for kind, own in {
        ActKind.CLAIM: {"identifier", "party_kind", "profile", "account"},
        ActKind.FURTHER_CLAIM: {"party", "identifier", "profile"},
        ActKind.ROTATION: {"party", "account"},
        ActKind.FULL_POWERS: {"party", "account", "kinds", "until", "subject"},
        ActKind.REVOCATION: {"party", "account", "subject"},
        ActKind.CANCELLATION: {"party", "number", "subject", "from_outside"},
        ActKind.RECOGNITION: {"party", "refers_to", "same_as", "text"},
        ActKind.ALIGNMENTS: {"party", "document"},
        ActKind.REPORTS: {"party", "document"},
        ActKind.ANCHOR: {"party", "document"},
        ActKind.PUBLICATION: {"party", "subject", "document", "content", "derivation"},
        ActKind.DERIVATION: {"party", "subject", "content", "derivation"},
        ActKind.SIGNATURE: {"party", "subject", "document"},
        ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION: {"party", "subject", "document"},
        ActKind.ENDORSEMENT: {"party", "subject", "clause", "text"},
        ActKind.OPPOSITION: {"party", "subject", "clause", "text"},
        ActKind.WITHDRAWAL: {"party", "subject", "clause", "refers_to", "text", "from_outside"},
        ActKind.DECLARATION: {"party", "subject", "clause", "text", "from_outside"},
        ActKind.RESERVATION: {"party", "subject", "clause", "text"},
        ActKind.INVITATION: {"party", "subject", "refers_to"},
        **dict.fromkeys((ActKind.AMENDMENT, ActKind.CORRECTION, ActKind.SUCCESSION), _ON_AGREEMENT),
        **{
            kind: {"party", "subject", "refers_to", "text"}
            for kind in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION)
        },
        **{
            kind: {"party", "subject", "text"}
            for kind in (
                ActKind.RATIFICATION, ActKind.ACCEPTANCE, ActKind.APPROVAL, ActKind.ACCESSION,
                ActKind.PROVISIONAL_APPLICATION, ActKind.TERMINATION,
            )
        },
    }.items()
}  # fmt: skip
"""The fields that a request for each kind may have."""

NEEDED: Mapping[ActKind, tuple[str, ...]] = {
    ActKind.CLAIM: ("identifier", "party_kind", "profile", "account"),
    ActKind.FURTHER_CLAIM: ("identifier", "profile"),
    ActKind.ROTATION: ("account",),
    ActKind.FULL_POWERS: ("account", "kinds", "until"),
    ActKind.REVOCATION: ("account",),
    ActKind.CANCELLATION: ("number",),
    ActKind.RECOGNITION: ("refers_to",),
    ActKind.ALIGNMENTS: ("document",),
    ActKind.REPORTS: ("document",),
    ActKind.ANCHOR: ("document",),
    ActKind.RESERVATION: ("clause", "text"),
    ActKind.DECLARATION: ("text",),
    ActKind.INVITATION: ("refers_to",),
    ActKind.OBJECTION: ("refers_to",),
    ActKind.ACCEPTANCE_OF_RESERVATION: ("refers_to",),
    ActKind.SUCCESSION: ("refers_to",),
}
"""The fields that a request must have, beside party and subject."""


def kind_of(request: ActRequest) -> ActKind:
    """The kind of act that is asked for. Raises `InputError` naming the field that it does not take, or lacks."""
    if request.kind not in TERMS:
        raise InputError(f"{request.kind!r} is no kind of act; there are {', '.join(TERMS)}", field="kind")
    kind = TERMS[request.kind]
    given = {one.name for one in fields(request) if getattr(request, one.name) not in ("", None, (), 0, False)}
    for name in sorted(given - FIELDS[kind]):
        raise InputError(f"{an(kind)} takes no {name}; leave it out", field=name)
    lacking = [name for name in NEEDED.get(kind, ()) if name not in given]
    if kind is not ActKind.CLAIM and "party" not in given:
        lacking.insert(0, "party")
    if lacking:
        raise InputError(f"{an(kind)} needs {lacking[0]}; give it", field=lacking[0])
    return kind


def an(kind: ActKind) -> str:
    """A kind of act with its article."""
    return f"an {kind.term}" if kind.term[0] in "aeiou" else f"a {kind.term}"


def prepare_requested(view: View, release: Release, request: ActRequest) -> Prepared:
    """The act that a request asks for, ready for signature.

    Raises `InputError` naming a field, `NotFound` for a name that nobody bears, `Refused` where the act can't be.
    """
    kind = kind_of(request)
    by = _address(request.by, "by") if request.by else None
    if kind is ActKind.CLAIM:
        assert request.profile is not None  # kind_of has seen to it
        return prepare_claim(
            release, view.at.chain_id, request.identifier, request.party_kind, request.profile,
            _address(request.account, "account"), request.deadline,
        )  # fmt: skip
    signer = _party(view, request.party)
    if kind in OWN and not (kind is ActKind.CANCELLATION and (request.subject or request.from_outside)):
        return _own(view, release, kind, signer.id, request, by)
    return _act(view, release, kind, signer, request, by)


def _own(
    view: View, release: Release, kind: ActKind, party: PartyId, request: ActRequest, by: Address | None
) -> Prepared:
    deadline = request.deadline
    if kind is ActKind.CANCELLATION:
        return prepare_own_cancellation(view, release, party, request.number, by=by, deadline=deadline)
    if kind is ActKind.FURTHER_CLAIM:
        assert request.profile is not None  # kind_of has seen to it
        return prepare_further_claim(
            view, release, party, request.identifier, request.profile, by=by, deadline=deadline
        )
    account = _address(request.account, "account")
    if kind is ActKind.ROTATION:
        return prepare_rotation(view, release, party, account, by=by, deadline=deadline)
    subject = _any_subject(view, request.subject) if request.subject else ZERO
    if kind is ActKind.REVOCATION:
        return prepare_revocation(view, release, party, account, subject=subject, by=by, deadline=deadline)
    return prepare_powers(
        view, release, party, account, named_kinds(request.kinds), request.until,
        subject=subject, by=by, deadline=deadline,
    )  # fmt: skip


def named_kinds(terms: tuple[str, ...]) -> frozenset[ActKind]:
    """Kinds of act that full powers name; ``acts`` stands for all but a party's acts on itself."""
    found: set[ActKind] = set()
    for term in terms:
        if term == "acts":
            found |= set(ActKind) - set(OWN)
        elif term in TERMS and TERMS[term] is not ActKind.CLAIM:
            found.add(TERMS[term])
        else:
            raise InputError(f"{term!r} is no kind of act that can be delegated", field="kinds")
    return frozenset(found)


def _act(
    view: View, release: Release, kind: ActKind, signer: Party, request: ActRequest, by: Address | None
) -> Prepared:
    if kind is ActKind.RECOGNITION:
        return _recognition(view, release, signer, request, by)
    known = _known(view, request.subject)
    refers_to = _referred(view, kind, request.refers_to)
    content: Document | Hash | None = _hash(request.content, "content") if request.content else None
    along: tuple[Document, ...] = tuple(one for one in (request.document, request.derivation) if one is not None)
    if kind in (ActKind.ALIGNMENTS, ActKind.REPORTS):
        batch: Alignments | Reports = (
            _of_type(request.document, Alignments, kind)
            if kind is ActKind.ALIGNMENTS
            else _of_type(request.document, Reports, kind)
        )
        if batch.author != signer.id:
            raise Refused(
                f"The batch names {batch.author} as its author, not {signer.name}; its author signs it."
            ).about("document.author")
        subject, refers_to, content = list_of(signer.id), batch.root, Hash(batch.hash)
    elif kind is ActKind.ANCHOR:
        anchored = _of_type(request.document, Endorsements, kind)
        subject, content = Hash(anchored.norm), anchored.root
    elif kind in FOUNDING:
        text = _text(view, known, request)
        subject, content = Hash(terms_of(text).id), Hash(text.hash)
    elif kind is ActKind.PUBLICATION:
        subject = _published(request, known)
        content = Hash(request.derivation.hash) if request.derivation else content
    elif kind is ActKind.DERIVATION:
        subject = _subject(kind, known, request)
        content = Hash(request.derivation.hash) if request.derivation else content
    else:
        subject = _on(view, kind, known, request, refers_to)
        if request.document is not None:
            content = Hash(request.document.hash)
    if kind in (ActKind.PUBLICATION, ActKind.DERIVATION) and content is None:
        raise InputError("name the derivation that is its evidence", field="content")
    return prepare(
        view, release, kind, subject, signer.id,
        clause=_clause(known, request.clause), refers_to=refers_to, content=content, text=request.text or None,
        deadline=request.deadline, by=by, number=request.number or None, along=along,
    )  # fmt: skip


def _recognition(view: View, release: Release, signer: Party, request: ActRequest, by: Address | None) -> Prepared:
    """That a party is who it claims to be, or with `same_as` that two parties are one actor."""
    one = _party(view, request.refers_to, "refers_to")
    other = _party(view, request.same_as, "same_as") if request.same_as else None
    if other is None and one.id == signer.id:
        raise InputError("a party can't recognise itself; name another", field="refers_to")
    if other is not None and other.id == one.id:
        raise InputError("a party is the same as itself; name another", field="same_as")
    if other is not None and other.world != one.world:
        raise InputError("no recognition joins the real world and an exercise; name another", field="same_as")
    return prepare(
        view, release, ActKind.RECOGNITION, list_of(signer.id), signer.id,
        refers_to=Hash(one.id), clause=Hash(other.id) if other else ZERO, text=request.text or None,
        deadline=request.deadline, by=by,
    )  # fmt: skip


Known = AgreementView | Hash | None
"""What a subject's name was found to mean: an agreement, a norm's id or any other subject; None for no name."""


def _known(view: View, name: str) -> Known:
    if not name:
        return None
    try:
        return view.agreement(name)
    except NotFound:
        pass
    except InputError as error:  # several bear this title
        raise error.at(field="subject") from None
    try:
        return Hash(view.norm(name).id)
    except NotFound:
        pass
    except InputError as error:
        raise error.at(field="subject") from None
    try:
        return Hash.parse(name)
    except InputError:
        raise NotFound("agreement or norm", name, "name it by its id or its title").about("subject") from None


def _subject(kind: ActKind, known: Known, request: ActRequest) -> Hash:
    if known is None:
        raise InputError(f"{an(kind)} needs a subject; give the agreement or norm", field="subject")
    return _id(known)


def _id(known: AgreementView | Hash) -> Hash:
    return Hash(known.id) if isinstance(known, AgreementView) else known


def _on(view: View, kind: ActKind, known: Known, request: ActRequest, refers_to: Hash) -> Hash:
    """The subject of an act on an agreement, on others' stances on it, on a norm, or on the signer's own list."""
    named = view.acts.get(Digest(refers_to)) if kind is ActKind.WITHDRAWAL and refers_to != ZERO else None
    if known is None:
        if named is not None:
            if named.act.contract is Contract.PARTY_REGISTRY:
                _check_standing(view, request, named.digest)
            return named.act.subject  # what is to be withdrawn tells where
        raise InputError(f"{an(kind)} needs a subject; give the agreement or norm", field="subject")
    if not isinstance(known, AgreementView):
        return known
    outside = stances_on(known.id)
    if kind in (ActKind.ENDORSEMENT, ActKind.OPPOSITION) or request.from_outside:
        return outside
    return outside if named is not None and named.act.subject == outside else Hash(known.id)


def _check_standing(view: View, request: ActRequest, named: Digest) -> None:
    """Whether the signer stated this of others, and has not taken it back."""
    signer = _party(view, request.party)
    own = view.acts_on(Contract.PARTY_REGISTRY, list_of(signer.id))
    if named not in {one.digest for one in standing_batches(own)}:
        fix = f"{signer.name} takes back only what it stated itself"
        raise NotFound("standing statement", str(named), fix).about("refers_to")


def _published(request: ActRequest, known: Known) -> Hash:
    if request.document is not None:
        return Hash(_of_type(request.document, Norm, ActKind.PUBLICATION).hash)
    return _subject(ActKind.PUBLICATION, known, request)


def _text(view: View, known: Known, request: ActRequest) -> Agreement:
    """The text that founders sign: brought along, of an agreement on the chain, or kept here under its hash."""
    if request.document is not None:
        return _of_type(request.document, Agreement, ActKind.SIGNATURE)
    if isinstance(known, AgreementView) and known.document is not None:
        return known.document
    text = view.document(known) if isinstance(known, Hash) else None
    if isinstance(text, Agreement):
        return text
    raise NotFound("agreement text", request.subject, "give its document, or the hash of one that is kept here").about(
        "subject"
    )


_D = TypeVar("_D", Agreement, Alignments, Reports, Endorsements, Norm)


def _of_type(document: Document | None, wanted: type[_D], kind: ActKind) -> _D:
    if not isinstance(document, wanted):
        raise InputError(f"{an(kind)} takes another document: {wanted.__name__.lower()}", field="document")
    return document


def _clause(known: Known, name: str) -> Hash:
    if not name:
        return ZERO
    if not isinstance(known, AgreementView):
        raise InputError("only an agreement has clauses; leave the clause out", field="clause")
    if known.document is None:
        raise Refused(f"The agreement's {known.fault}, so its clauses are not known here.").about("clause")
    for id_ in known.document.clause_ids:
        if str(id_) == name:
            return Hash(id_)
    return Hash(known.document.clause_id(name))


def _referred(view: View, kind: ActKind, name: str) -> Hash:
    """An act by its digest, or a party or agreement by its name."""
    if not name:
        return ZERO
    finders: tuple[Callable[[str], Hash], ...] = (
        lambda one: Hash(_party(view, one, "refers_to").id), lambda one: Hash(view.agreement(one).id),
    )  # fmt: skip
    for find in finders:
        try:
            return find(name)
        except NotFound:
            continue
    try:
        found = Hash.parse(name)
    except NormLedgerError:
        raise NotFound("act, party or agreement", name, "name it by its digest or id").about("refers_to") from None
    if kind in _NAMING_ACTS and found not in view.acts:
        raise NotFound("act", name, "take its digest from the acts on this agreement").about("refers_to")
    return found


_NAMING_ACTS = (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION, ActKind.WITHDRAWAL)


def _any_subject(view: View, name: str) -> Hash:
    """What full powers may be limited to: an agreement, a norm, a party, or any subject by its hash."""
    try:
        return Hash(_party(view, name, "subject").id)
    except NotFound:
        known = _known(view, name)
    return ZERO if known is None else _id(known)


def _party(view: View, name: str, field: str = "party") -> Party:
    try:
        return view.party(name)
    except NotFound:
        raise NotFound("party", name, REGISTER).about(field) from None
    except InputError as error:
        raise error.at(field=field) from None


def _address(text: str, field: str) -> Address:
    try:
        return Address.parse(text)
    except InputError as error:
        raise error.at(field=field) from None


def _hash(text: str, field: str) -> Hash:
    try:
        return Hash.parse(text)
    except InputError as error:
        raise error.at(field=field) from None
