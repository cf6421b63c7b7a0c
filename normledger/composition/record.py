"""What composition is given: who undertook which clauses as of one block, and whose word the reader trusts.

Belongs here: the frozen input of `compose`. Does not belong here: how it was read (the ledger's affair) or anything
that is concluded from it. Order within the tuples never matters.
"""

from dataclasses import dataclass, field
from typing import Literal

from normledger.identifiers import ClauseId, Hash, OutcomeId, PartyId

Basis = Literal["consented", "reported"]
"""Signed by the party itself, or said of it by an observer; the two are never summed."""

World = Literal["real", "exercise"]
Relation = Literal["same", "implies", "narrower", "opposite", "none"]
"""How a clause stands to an outcome: the first two count, the next two are shown, the last is none of them."""

Strength = Literal["declared", "signed", "found"]
"""Who says so: the parties in the document they signed, someone named, or the method. The first outweighs the next."""

Polarity = Literal["require", "refrain", "permit", "unknown"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A party (`key` is its id as 0x-hex) or, in reports, whom an observer named (`key` is the claimed identifier).

    `region` is a name of the UN's M49 list or empty; `kind` may be ``unknown`` in reports.
    """

    key: str
    name: str
    kind: str
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause as it was signed. `key` and `heading` are shown and never an input of alignment."""

    id: ClauseId
    agreement: Hash
    position: int
    key: str
    heading: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class AgreementText:
    """An agreement with its clauses. `world` is None when its parties are of both: then it is left out and listed.

    `related` names agreements that it amends, succeeds or implements; the relation is read in both directions.
    """

    id: Hash
    title: str
    date: str | None
    character: str
    form: str
    world: World | None
    clauses: tuple[ClauseText, ...]
    related: frozenset[Hash] = frozenset()


@dataclass(frozen=True, slots=True)
class Undertaking:
    """One actor bound by clauses of one agreement (those it reserved are already gone), and the acts that say so.

    `toward` is None when it binds toward every other actor bound by the same clause of that agreement.
    `author` is the reporting observer, None when the actor itself consented.
    """

    actor: str
    agreement: Hash
    clauses: frozenset[ClauseId]
    acts: tuple[Hash, ...]
    author: PartyId | None = None
    date: str | None = None
    toward: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """An undertaking that has ended: bound by these clauses from `since` until `until` (ISO 8601), None if unknown."""

    actor: str
    agreement: Hash
    clauses: frozenset[ClauseId]
    acts: tuple[Hash, ...]
    author: PartyId | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """A declared preferred shared outcome."""

    id: OutcomeId
    text: str
    polarity: Polarity = "unknown"


@dataclass(frozen=True, slots=True)
class Alignment:
    """That a clause asks for an outcome. `by` and `act` are None only for found ones."""

    clause: ClauseId
    outcome: OutcomeId
    relation: Relation
    strength: Strength
    by: PartyId | None = None
    act: Hash | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """That two actors, named by their keys, are one and the same: said by `by` in this act."""

    one: str
    other: str
    by: PartyId
    act: Hash


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """The reader's choice of whose word counts; `hash` names the file it was read from."""

    hash: Hash
    recognitions: frozenset[PartyId] = frozenset()
    alignments: frozenset[PartyId] = frozenset()
    reports: frozenset[PartyId] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """What was so at one block, of one basis; `missing` names what the chain holds and nobody had at hand.

    `past` counts for nothing that is composed; only the life of an outcome (`emergence`) tells it.
    """

    chain_id: int
    block: int
    block_hash: Hash
    time: int
    basis: Basis
    world: World
    actors: tuple[Actor, ...] = ()
    agreements: tuple[AgreementText, ...] = ()
    undertakings: tuple[Undertaking, ...] = ()
    outcomes: tuple[OutcomeText, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    missing: tuple[str, ...] = field(default=())
    past: tuple[Past, ...] = ()
    recognitions: tuple[Recognition, ...] = ()
