"""What typed data says, in words rebuilt from itself and from texts that hash to what it names: for an offline machine.

Nobody is believed: not the sentence that a service sent along, not a title whose text is missing. What can't be told in
words is refused, because whoever signs must know what. There is no register here, so a party is called by its id, or as
a text that is at hand calls it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, list_of, stances_on
from normledger.acts.powers import FullPowers, FurtherClaim, OwnAct, OwnCancellation, Revocation, Rotation
from normledger.acts.release import Release
from normledger.acts.typed_data import Domain, Signable, contract_of, from_json
from normledger.documents.document import (
    Agreement,
    Alignments,
    Document,
    Endorsements,
    Norm,
    Profile,
    Reports,
    Statement,
)
from normledger.documents.document_reader import read_document
from normledger.errors import InputError, Refused, SignatureError
from normledger.identifiers import KINDS, ZERO, Address, Digest, Hash
from normledger.ledger.queries import terms_of
from normledger.relay.preparation import VERBS, day, lapse

_WITH_TEXT = (ActKind.AMENDMENT, ActKind.CORRECTION)


@dataclass(frozen=True, slots=True)
class Explained:
    """Typed data that was understood whole. `accounts` are those that may sign it: two of a rotation."""

    domain: Domain
    statement: Signable
    digest: Digest
    sentence: str
    typed_data: dict[str, Any]
    texts: tuple[dict[str, Any], ...]
    accounts: tuple[Address, ...]


def explain(file: Any, release: Release) -> Explained:
    """Explain a file: typed data alone, or what `POST /v1/preparations` answered, with its texts.

    Raises `InputError` where it is not what NormLedger signs, `SignatureError` where it is for contracts of another
    release or its digest is not the one told, `Refused` where a text is missing without which it can't be told.
    """
    if not isinstance(file, dict):
        raise InputError("this is no file of typed data; download it once more")
    whole = file if "typed_data" in file else {"typed_data": file}
    domain, statement = from_json(whole["typed_data"], release)
    expected = release.address(contract_of(statement))
    if domain.contract != expected:
        raise SignatureError(
            f"This is for contract {domain.contract}, but the {contract_of(statement).title} of this release is "
            f"{expected}; sign with the program of the release that prepared it."
        )
    digest = domain.digest(statement)
    if "digest" in whole and whole["digest"] != str(digest):
        raise SignatureError(f"The file calls its digest {whole['digest']}, but it is {digest}; download it once more.")
    texts, about = (_list(whole, name) for name in ("texts", "about"))
    known = _Texts([read_document(one) for one in (*texts, *about)])
    told = visible(known.tell(statement) + lapse(statement.deadline))
    accounts = (statement.account, *((statement.next,) if isinstance(statement, Rotation) else ()))
    return Explained(domain, statement, digest, told, whole["typed_data"], tuple(texts), accounts)


def visible(text: str) -> str:
    """A text for a terminal: what would move its cursor or turn its direction is shown by its number instead."""
    return "".join(f"⟨U+{ord(one):04X}⟩" if category(one) == "Cc" or one in _TURNING else one for one in text)


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def _list(file: dict[str, Any], name: str) -> list[Any]:
    found = file.get(name, [])
    if not isinstance(found, list):
        raise InputError("give a list of documents", field=name)
    return found


class _Texts:
    """The documents at hand: each is believed only for what hashes to its name."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._by_hash = {Hash(one.hash): one for one in documents}
        self._agreements = {Hash(terms_of(one).id): one for one in documents if isinstance(one, Agreement)}

    def tell(self, statement: Signable) -> str:
        match statement:
            case Act():
                return self._tell_act(statement)
            case Claim():
                named = f"{self._profile(statement.profile)} ({statement.identifier})"
                if not 1 <= statement.kind <= len(KINDS):
                    raise InputError(f"kind {statement.kind} is unknown", field="message.kind")
                return f"Account {statement.account} claims to be {named}, a {KINDS[statement.kind - 1]}."
            case FurtherClaim():
                named = f"{self._profile(statement.profile)} ({statement.identifier})"
                return f"{self._claimant(statement)} claims to be {named} too."
            case Rotation():
                return (
                    f"From now on account {statement.next} acts for {self._party(statement.party)} in place of the one "
                    "that acts for it now, which never acts for it again; all full powers that it gave end."
                )
            case FullPowers():
                kinds = ", ".join(kind.term for kind in sorted(statement.kinds))
                return (
                    f"{self._claimant(statement)} empowers account {statement.representative} to state for it "
                    f"{self._where(statement.subject)}, until {day(statement.until)}: {kinds}."
                )
            case Revocation():
                return (
                    f"{self._claimant(statement)} ends the powers of account {statement.representative} "
                    f"{self._where(statement.subject)}."
                )
            case OwnCancellation():
                return (
                    f"{self._claimant(statement)} voids all that it signed of itself with numbers up to "
                    f"{statement.number} and nobody recorded."
                )

    def _tell_act(self, act: Act) -> str:
        name, on = self._party(act.party, "Party"), self._subject(act)
        if act.kind is ActKind.INVITATION:
            told = f"{name} invites {self._party(act.refers_to)} to accede to {on}"
        elif act.kind is ActKind.CANCELLATION:
            told = f"{name} voids what it signed with number {act.number} on {on} and nobody recorded"
        elif act.kind is ActKind.WITHDRAWAL:
            told = f"{name} withdraws " + (f"act {act.refers_to} on {on}" if act.refers_to != ZERO else f"from {on}")
        elif act.kind in (ActKind.ALIGNMENTS, ActKind.REPORTS, ActKind.ANCHOR):
            told = f"{name} {self._batch(act)}"
        else:
            told = f"{name} {VERBS[act.kind]} {on}"
            if act.refers_to != ZERO and act.kind is not ActKind.RECOGNITION:
                told += f", naming {self._party(act.refers_to, 'act or subject')}"
        if act.kind is ActKind.RECOGNITION and act.clause != ZERO:
            told += f" and party {act.clause} as one and the same actor"
        elif act.clause != ZERO:
            told += f", clause {self._clause(act)}"
        told += self._content(act)
        by = f" Signed by account {act.account}, as number {act.number}." if act.number else ""
        return f"{told}{by or f' Signed by account {act.account}.'}"

    def _content(self, act: Act) -> str:
        """The end of the sentence: the words themselves, of whatever has words."""
        if act.content == ZERO or act.kind in (*FOUNDING, ActKind.ALIGNMENTS, ActKind.REPORTS, ActKind.ANCHOR):
            return "."
        if act.kind in (ActKind.PUBLICATION, ActKind.DERIVATION):
            return f", with derivation {act.content} as its evidence."
        text = self._by_hash.get(act.content)
        if isinstance(text, Statement):
            return f": “{text.text}”"
        if act.kind in _WITH_TEXT and isinstance(text, Agreement):
            return f", to read as “{text.title}” ({text.hash})."
        raise self._missing("its text", act.content)

    def _subject(self, act: Act) -> str:
        if act.contract is Contract.PARTY_REGISTRY:
            if act.subject != list_of(act.party):
                raise Refused(
                    f"Its subject {act.subject} is not the list of party {act.party}; nothing can come of it."
                )
            return f"party {act.refers_to}" if act.kind is ActKind.RECOGNITION else "its own list"
        if act.kind in FOUNDING:
            text = self._by_hash.get(act.content)
            if not isinstance(text, Agreement) or terms_of(text).id != act.subject:
                raise self._missing("the agreement", act.content)
            return f"“{text.title}” ({text.hash})"
        if act.contract is Contract.NORM_REGISTRY:
            norm = self._by_hash.get(act.subject)
            if not isinstance(norm, Norm):
                raise self._missing("the norm", act.subject)
            return f"“{norm.title}”" if act.kind in _CALLED_NORM else f"the norm “{norm.title}”"
        for id_, agreement in self._agreements.items():
            if act.subject == id_:
                return f"“{agreement.title}”"
            if act.subject == stances_on(id_):
                return f"“{agreement.title}”, from outside" if act.kind not in _STANCES else f"“{agreement.title}”"
        raise self._missing("the agreement", act.subject)

    def _clause(self, act: Act) -> str:
        for id_, agreement in self._agreements.items():
            if act.subject in (id_, stances_on(id_)):
                for clause, clause_id in zip(agreement.clauses, agreement.clause_ids, strict=True):
                    if clause_id == act.clause:
                        return f"{clause.key} (“{clause.text}”)"
        raise Refused(f"Clause {act.clause} is none of the agreement's; ask for another file.")

    def _batch(self, act: Act) -> str:
        wanted = {ActKind.ALIGNMENTS: Alignments, ActKind.REPORTS: Reports, ActKind.ANCHOR: Endorsements}[act.kind]
        root = act.content if act.kind is ActKind.ANCHOR else act.refers_to
        for one in self._by_hash.values():
            if isinstance(one, Alignments | Reports | Endorsements) and isinstance(one, wanted) and one.root == root:
                count = len(one.leaves)
                if isinstance(one, Endorsements):
                    return f"anchors {count} endorsements, signed by others, of {self._subject(act)}"
                if one.author == act.party and one.hash == act.content:
                    return f"states {count} " + (
                        "reports of what others undertook elsewhere"
                        if isinstance(one, Reports)
                        else "alignments of clauses with outcomes"
                    )
        raise self._missing("the batch", root)

    def _profile(self, name: Hash) -> str:
        text = self._by_hash.get(name)
        if not isinstance(text, Profile):
            raise self._missing("the profile", name)
        return text.name

    def _party(self, party: Hash, otherwise: str = "party") -> str:
        for agreement in self._agreements.values():
            for founder in agreement.founders:
                if founder.id == party:
                    return f"{founder.name} ({founder.identifier})"
        return f"{otherwise} {party}"

    def _claimant(self, statement: OwnAct) -> str:
        return self._party(statement.party, "Party")

    def _where(self, subject: Hash) -> str:
        if subject == ZERO:
            return "on everything"
        agreement, document = self._agreements.get(subject), self._by_hash.get(subject)
        title = agreement.title if agreement else document.title if isinstance(document, Norm) else None
        return f"on “{title}”" if title else f"on subject {subject}"

    def _missing(self, what: str, name: Hash) -> Refused:
        return Refused(
            f"The file does not hold {what} {name}, so that nobody can tell what would be signed; download the whole "
            "file, not its typed data alone."
        )


_CALLED_NORM = (ActKind.PUBLICATION, ActKind.DERIVATION)
"""Kinds whose verb calls the norm a norm already."""

_STANCES = (ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.ANCHOR)
