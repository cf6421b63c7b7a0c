"""What the register's documents say: agreements, reports, alignments, outcomes, norms, party profiles, statements.

Each is a frozen value; `to_json` gives the data whose canonical bytes are hashed. Belongs here: what documents mean.
Does not belong here: reading them back (`document_reader`), where they are kept, who signed them, and the forms in
which others publish (`formats`).
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from normledger.documents import clause_tree
from normledger.documents.canonical import canonical_bytes, content_hash
from normledger.errors import InputError
from normledger.identifiers import (
    Address,
    ClauseId,
    DocumentHash,
    Hash,
    Identifier,
    NormId,
    OutcomeId,
    PartyId,
    is_exercise,
)

Character = Literal["treaty", "contract", "political", "voluntary"]
Form = Literal["bilateral", "multi-stakeholder"]
Admission = Literal["closed", "invitation", "open"]
TakesEffect = Literal["on-signature", "on-ratification"]
WithdrawalRule = Literal["provided", "implied", "excluded"]
Relation = Literal["same", "implies", "narrower", "opposite", "none"]
Polarity = Literal["require", "refrain", "permit", "unknown"]
World = Literal["real", "exercise"]

ADMISSIONS: tuple[str, ...] = get_args(Admission)
"""In the order of the contracts' `Admission`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A declared alignment: the parties themselves say which outcome a clause asks for."""

    outcome: OutcomeId
    relation: Relation


@dataclass(frozen=True, slots=True)
class Authentic:
    """A clause's text in another language, as authentic as the first (VCLT article 33)."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest text to which consent attaches. `key` is its number or letter in the text.

    `authentic` are its texts in other languages, in ascending order of language; whoever is bound is bound to each.
    """

    key: str
    text: str
    heading: str = ""
    language: str = "en"
    asks: tuple[Asked, ...] = ()
    authentic: tuple[Authentic, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The clause's canonical data; what is empty is left out."""
        data: dict[str, Any] = {"key": self.key, "language": self.language, "text": self.text}
        if self.heading:
            data["heading"] = self.heading
        if self.asks:
            data["asks"] = [{"outcome": str(ask.outcome), "relation": ask.relation} for ask in self.asks]
        if self.authentic:
            data["authentic"] = [{"language": one.language, "text": one.text} for one in self.authentic]
        return data


@dataclass(frozen=True, slots=True)
class Founder:
    """A party as the agreement's text names it."""

    id: PartyId
    identifier: Identifier
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What the agreement says of itself; what it does not say stands at its default and is left out of its data.

    Articles are those of the Vienna Convention on the Law of Treaties. Days run from the recording of an act, in UTC.

    - `takes_effect`: whether a signature binds by itself (12) or ratification, acceptance or approval must follow (14).
    - `open_to`: the kinds that may join beside the founders; empty for all.
    - `consents_needed`: how many consents bring it into force (24, 1); 0 for all founders (24, 2), or, where
      `named_parties` are given, for these alone. Of the named, `named_needed` must have consented; 0 for each of them.
    - `delay_days`: from the last consent needed to entry into force, and from each later consent to its effect;
      `first_of_month` puts both off to the first day of the month that follows.
    - `provisional_application`: whether a party may apply it by its own act before it is in force for it (25).
    - `reservations`: whether they are allowed (19 a); `reservable`: the clauses, by key, that alone may be reserved
      (19 b); `authorized_reservations`: clauses whose reservation needs nobody's acceptance (20, 1);
      `reservations_accepted_by_all`: whether each needs everybody's (20, 2); `reservation_days`: how long after its
      consent a party may still reserve.
    - `withdrawal`: provided for, with `notice_days` (54 a); not provided for but implied, then with twelve months'
      notice at least (56); or excluded (56, 1).
    """

    character: Character
    form: Form
    admission: Admission
    takes_effect: TakesEffect = "on-signature"
    reservations: bool = False
    notice_days: int = 0
    reservation_days: int = 0
    reservable: tuple[str, ...] = ()
    authorized_reservations: tuple[str, ...] = ()
    reservations_accepted_by_all: bool = False
    consents_needed: int = 0
    named_parties: tuple[PartyId, ...] = ()
    named_needed: int = 0
    delay_days: int = 0
    first_of_month: bool = False
    provisional_application: bool = False
    withdrawal: WithdrawalRule = "provided"
    open_to: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The rules' part of the agreement's data."""
        further: dict[str, Any] = {
            "reservation_days": self.reservation_days,
            "reservable": list(self.reservable),
            "authorized_reservations": list(self.authorized_reservations),
            "reservations_accepted_by": "all" if self.reservations_accepted_by_all else "",
            "consents_needed": self.consents_needed,
            "named_parties": [str(party) for party in self.named_parties],
            "named_needed": self.named_needed,
            "delay_days": self.delay_days,
            "effect_on": "first-of-month" if self.first_of_month else "",
            "provisional_application": "allowed" if self.provisional_application else "",
            "withdrawal": "" if self.withdrawal == "provided" else self.withdrawal,
            "open_to": list(self.open_to),
        }
        return {
            "character": self.character,
            "form": self.form,
            "admission": self.admission,
            "takes_effect": self.takes_effect,
            "reservations": "allowed" if self.reservations else "prohibited",
            "notice_days": self.notice_days,
            **{key: value for key, value in further.items() if value},
        }


class _Document:
    """What all documents share: canonical bytes and the hash that is their name."""

    def to_json(self) -> dict[str, Any]:
        raise NotImplementedError  # each kind of document says it

    @cached_property
    def bytes(self) -> bytes:
        """The canonical bytes (RFC 8785)."""
        return canonical_bytes(self.to_json())

    @cached_property
    def hash(self) -> DocumentHash:
        """Keccak-256 of the canonical bytes."""
        return DocumentHash(content_hash(self.to_json()))


@dataclass(frozen=True)
class _Clauses(_Document):
    title: str
    clauses: tuple[Clause, ...]

    @cached_property
    def clause_ids(self) -> tuple[ClauseId, ...]:
        """Every clause's leaf, in the order of the text."""
        return tuple(
            ClauseId(clause_tree.leaf(self.hash, position, canonical_bytes(clause.to_json())))
            for position, clause in enumerate(self.clauses)
        )

    @cached_property
    def clause_root(self) -> Hash:
        """The root of the clause tree."""
        return clause_tree.root(self.clause_ids)

    def clause_id(self, key: str) -> ClauseId:
        """The id of the clause with this key. Raises `InputError` naming the keys there are."""
        for clause, leaf in zip(self.clauses, self.clause_ids, strict=True):
            if clause.key == key:
                return leaf
        keys = ", ".join(clause.key for clause in self.clauses)
        raise InputError(f"{self.title!r} has no clause {key!r}; it has {keys}", field="clause")


@dataclass(frozen=True)
class Agreement(_Clauses):
    """An agreement that its parties sign here. `founders` are in ascending order of id, as the chain wants them."""

    rules: Rules
    founders: tuple[Founder, ...]
    languages: tuple[str, ...] = ("en",)
    date: str | None = None

    @property
    def world(self) -> World | None:
        """The world that its founders' identifiers put it in; None where it mixes both, and then it never counts."""
        fictional = {is_exercise(founder.identifier) for founder in self.founders}
        return None if len(fictional) != 1 else "exercise" if fictional == {True} else "real"

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "type": "agreement",
            "title": self.title,
            **self.rules.to_json(),
            "languages": list(self.languages),
            "parties": [
                {"id": str(party.id), "identifier": party.identifier, "kind": party.kind, "name": party.name}
                for party in self.founders
            ],
            "clauses": [clause.to_json() for clause in self.clauses],
        }
        if self.date:
            data["date"] = self.date
        return data


@dataclass(frozen=True)
class ReportedAgreement(_Clauses):
    """The text of what was agreed elsewhere, as somebody reports it. Who undertook it stands in reports, not here.

    `facts` keeps what the source tells besides: sources, doubts, legal status, dates; strings only, sorted by key.
    """

    source_id: str
    date: str | None = None
    character: str = "unknown"
    form: str = "unknown"
    facts: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "type": "reported-agreement",
            "source_id": self.source_id,
            "title": self.title,
            "character": self.character,
            "form": self.form,
            "clauses": [clause.to_json() for clause in self.clauses],
            "facts": dict(self.facts),
            "sources": list(self.sources),
        }
        if self.date:
            data["date"] = self.date
        return data


@dataclass(frozen=True, slots=True)
class Reported:
    """An actor as a report names it: never a consenting party.

    `kind` may be ``unknown``; `country` is the source's code, ISO 3166-1 alpha-3 as a rule.
    """

    identifier: Identifier
    name: str
    kind: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One reported act: that `actor` did `act` on the agreement with this document hash, outside this ledger.

    `date` is when it is reported to have happened (ISO 8601, also a month or a year alone); `seen` is the first day
    on which a source shows it, where no date is known.
    """

    agreement: DocumentHash
    actor: Reported
    act: str
    date: str | None = None
    seen: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The leaf's canonical data; what is unknown is left out."""
        party = {"identifier": self.actor.identifier, "kind": self.actor.kind, "name": self.actor.name}
        if self.actor.country:
            party["country"] = self.actor.country
        data: dict[str, Any] = {"agreement": str(self.agreement), "party": party, "act": self.act}
        if self.date:
            data["date"] = self.date
        if self.seen:
            data["seen"] = self.seen
        return data


@dataclass(frozen=True, slots=True)
class ClauseAlignment:
    """That a clause asks for an outcome, as somebody named says by signing the batch."""

    clause: ClauseId
    outcome: OutcomeId
    relation: Relation

    def to_json(self) -> dict[str, Any]:
        """The leaf's canonical data."""
        return {"clause": str(self.clause), "outcome": str(self.outcome), "relation": self.relation}


@dataclass(frozen=True, slots=True)
class SignedEndorsement:
    """An endorsement that its party signed and nobody recorded yet: what its EIP-712 message says, and the signature.

    `signature` is EIP-2098's 64 bytes; `reason` the hash of a statement, or zero; `deadline` in Unix seconds, 0 for
    none.
    """

    party: PartyId
    account: Address
    number: int
    reason: Hash
    deadline: int
    signature: bytes

    def to_json(self) -> dict[str, Any]:
        """The leaf's canonical data."""
        return {
            "party": str(self.party),
            "account": str(self.account),
            "number": str(self.number),
            "reason": str(self.reason),
            "deadline": str(self.deadline),
            "signature": f"0x{self.signature.hex()}",
        }


@dataclass(frozen=True)
class Endorsements(_Document):
    """Endorsements of one norm, signed and kept off the chain; whoever likes anchors their root, and promotes them."""

    norm: NormId
    leaves: tuple[SignedEndorsement, ...]

    @cached_property
    def leaf_hashes(self) -> tuple[Hash, ...]:
        """Each leaf binds the norm and its place."""
        return tuple(
            clause_tree.leaf(self.norm, position, canonical_bytes(one.to_json()))
            for position, one in enumerate(self.leaves)
        )

    @cached_property
    def root(self) -> Hash:
        """What is anchored on the chain."""
        return clause_tree.root(self.leaf_hashes)

    def to_json(self) -> dict[str, Any]:
        return {"type": "endorsements", "norm": str(self.norm), "leaves": [one.to_json() for one in self.leaves]}


@dataclass(frozen=True)
class _Batch(_Document):
    author: PartyId

    def leaf_data(self) -> list[dict[str, Any]]:
        raise NotImplementedError  # each kind of batch says it

    @cached_property
    def leaf_hashes(self) -> tuple[Hash, ...]:
        """Each leaf binds the author and its place, so that nobody can anchor another's leaves as his own."""
        return tuple(
            clause_tree.leaf(self.author, position, canonical_bytes(data))
            for position, data in enumerate(self.leaf_data())
        )

    @cached_property
    def root(self) -> Hash:
        """What is anchored on the chain."""
        return clause_tree.root(self.leaf_hashes)


@dataclass(frozen=True)
class Reports(_Batch):
    """A batch of reports by one observer, anchored by its root."""

    leaves: tuple[Report, ...]

    def leaf_data(self) -> list[dict[str, Any]]:
        return [leaf.to_json() for leaf in self.leaves]

    def to_json(self) -> dict[str, Any]:
        return {"type": "reports", "author": str(self.author), "leaves": self.leaf_data()}


@dataclass(frozen=True)
class Alignments(_Batch):
    """A batch of alignments by one author, anchored by its root."""

    leaves: tuple[ClauseAlignment, ...]

    def leaf_data(self) -> list[dict[str, Any]]:
        return [leaf.to_json() for leaf in self.leaves]

    def to_json(self) -> dict[str, Any]:
        return {"type": "alignments", "author": str(self.author), "leaves": self.leaf_data()}


@dataclass(frozen=True)
class Outcome(_Document):
    """A declared outcome: what clauses of several agreements ask for alike."""

    text: str
    polarity: Polarity

    def to_json(self) -> dict[str, Any]:
        return {"type": "outcome", "polarity": self.polarity, "text": self.text}


@dataclass(frozen=True)
class Norm(_Document):
    """A clean text with its outcomes; its hash is its id, so that two publishers of one text publish one norm."""

    title: str
    text: str
    outcomes: tuple[OutcomeId, ...]
    world: World

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "norm",
            "world": self.world,
            "title": self.title,
            "text": self.text,
            "outcomes": [str(outcome) for outcome in self.outcomes],
        }


@dataclass(frozen=True)
class Profile(_Document):
    """How a party presents itself: a name for people, its region (UN M49) or country (ISO 3166-1 alpha-3)."""

    name: str
    country: str = ""
    region: str = ""

    def to_json(self) -> dict[str, Any]:
        data = {"type": "party", "name": self.name}
        if self.country:
            data["country"] = self.country
        if self.region:
            data["region"] = self.region
        return data


@dataclass(frozen=True)
class Statement(_Document):
    """The text of a reservation, an objection, a declaration, or the reason of a withdrawal or a stance."""

    text: str

    def to_json(self) -> dict[str, Any]:
        return {"type": "statement", "text": self.text}


@dataclass(frozen=True)
class DerivationRecord(_Document):
    """A derivation as `composition` wrote it down; kept by its hash, read by whoever wants to do it again."""

    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"type": "derivation", **self.data}

    @property
    def sources(self) -> frozenset[Hash]:
        """The agreements and norms that it says it started from; what is no hash there is passed over."""
        sources = self.data.get("sources")
        named = sources.get("agreements") if isinstance(sources, dict) else None
        found = set()
        for name in named if isinstance(named, list) else ():
            with contextlib.suppress(InputError):
                found.add(Hash.parse(name))
        return frozenset(found)


Document = (
    Agreement
    | ReportedAgreement
    | Reports
    | Alignments
    | Endorsements
    | Outcome
    | Norm
    | Profile
    | Statement
    | DerivationRecord
)
