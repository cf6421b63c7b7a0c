"""Acts out of the tables: of one subject, one party or one digest, or all of a contract, as of a block.

Belongs here: SQL by indexed columns, and rows turned back into what the chain recorded. Does not belong here:
documents, and what acts come to.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Engine, Row, Select, TextClause, bindparam, func, select

from normledger.acts import powers
from normledger.acts.act import Act, ActKind, Claim, Contract, Recorded, RecordedAct, RecordedClaim
from normledger.identifiers import ZERO, Address, AgreementId, Digest, Hash, Identifier, NormId, PartyId
from normledger.ledger.tables import (
    NAMES_A_TEXT,
    ActRow,
    AgreementRow,
    BlockRow,
    DerivedRow,
    FounderRow,
    OwnActRow,
    PartyRow,
    table_of,
)
from normledger.ledger.texts import chunks

_ACTS, _AGREEMENTS, _FOUNDERS = table_of(ActRow), table_of(AgreementRow), table_of(FounderRow)
_PARTIES, _OWN, _DERIVED, _BLOCKS = table_of(PartyRow), table_of(OwnActRow), table_of(DerivedRow), table_of(BlockRow)

Key = tuple[int, int, int]
"""A row's place on the chain: (block, log, place in the log)."""

Opening = tuple[Row[Any], tuple[PartyId, ...]]
"""An agreement's row, and its founders in their order."""


class Rows:
    """The tables as of a block. What was read of a subject or a party is kept."""

    def __init__(self, engine: Engine, block: int) -> None:
        self._engine, self._block = engine, block
        self._acts: dict[tuple[Contract, Hash], tuple[RecordedAct, ...]] = {}
        self._by_digest: dict[Hash, RecordedAct] = {}
        self._whole: set[Contract] = set()
        self._claims: dict[Hash, RecordedClaim | None] = {}
        self._own: dict[PartyId, tuple[powers.RecordedOwnAct, ...]] = {}
        self._awaited: set[PartyId] = set()
        self._all_parties = False

    # --- acts

    def acts_on(self, contract: Contract, subject: Hash) -> tuple[RecordedAct, ...]:
        """All acts on a subject's word, in the order in which they are linked."""
        key = (contract, Hash(subject))
        if key not in self._acts:
            if contract in self._whole:
                return ()
            self._acts[key] = tuple(self._acts_on(contract, [str(subject)]))
        return self._acts[key]

    def load_subjects(self, contract: Contract, subjects: Iterable[Hash]) -> None:
        """Read the acts on many subjects at once, for those who will ask for each."""
        if contract in self._whole:
            return
        wanted = {Hash(one) for one in subjects if (contract, one) not in self._acts}
        for some in chunks(sorted(map(str, wanted))):
            self._keep(self._acts_on(contract, some))
        for subject in wanted:
            self._acts.setdefault((contract, subject), ())

    def load(self, contract: Contract) -> None:
        """Read all acts that a contract recorded."""
        if contract not in self._whole:
            self._keep(self._acts_where(_ACTS.c.contract == int(contract)))
            self._whole.add(contract)

    def act(self, digest: Hash) -> RecordedAct | None:
        """The act of this digest, other than a party's on itself."""
        if digest in self._by_digest:
            return self._by_digest[digest]
        return next(iter(self._acts_where(_ACTS.c.digest == str(digest))), None)

    def acts_after(self, key: Key | None, limit: int) -> list[RecordedAct]:
        """The acts that follow a place on the chain, in the chain's order."""
        query = self._select_acts()
        if key is not None:
            query = query.where(_after(_ACTS, key))
        with self._engine.connect() as connection:
            return [_act(row) for row in connection.execute(query.limit(limit))]

    def number_of_acts(self) -> int:
        """How many acts there are, other than of parties on themselves."""
        return self._count(_ACTS)

    def acts_by(self, party: PartyId) -> list[RecordedAct]:
        """All acts of a party on anything but itself."""
        return self._acts_where(_ACTS.c.party == str(party))

    def acts_with(self, contents: Iterable[Hash]) -> list[RecordedAct]:
        """The acts that name one of these texts, in the chain's order."""
        named = sorted(str(one) for one in contents if one != ZERO)
        found = [one for some in chunks(named) for one in self._acts_where(_ACTS.c.content.in_(some), NAMES_A_TEXT)]
        return sorted(found, key=lambda act: act.order)

    def recognising(self, party: PartyId) -> list[RecordedAct]:
        """The recognitions of a party, by whomever."""
        return self._acts_where(_ACTS.c.kind == int(ActKind.RECOGNITION), _ACTS.c.refers_to == str(party))

    def highest_number(self, contract: Contract, subject: Hash, party: PartyId) -> int:
        """The highest number that a party has used on a subject; 0 if it used none."""
        query = select(func.max(_ACTS.c.number)).where(
            _ACTS.c.contract == int(contract),
            _ACTS.c.subject == str(subject),
            _ACTS.c.party == str(party),
            _ACTS.c.block <= self._block,
        )
        return int(self._one(query) or 0)

    def subjects(self, contract: Contract, kinds: Iterable[ActKind]) -> list[Hash]:
        """The subjects on which acts of these kinds were recorded, in the order of the first such act."""
        # The contract is no condition here: most acts are of one, and a planner would take it for a narrow one.
        query = (
            select(_ACTS.c.contract, _ACTS.c.subject)
            .where(_ACTS.c.kind.in_([int(kind) for kind in kinds]), _ACTS.c.block <= self._block)
            .order_by(*_order(_ACTS))
        )
        with self._engine.connect() as connection:
            found = [subject for of, subject in connection.execute(query) if of == contract]
        return list(dict.fromkeys(map(_hash, found)))

    def _select_acts(self) -> Select[Any]:
        return _joined(_ACTS).where(_ACTS.c.block <= self._block)

    def _acts_on(self, contract: Contract, subjects: Sequence[str]) -> list[RecordedAct]:
        asked = {"until": self._block, "contract": int(contract), "subjects": subjects}
        return self._acts_of(_acts_on_subjects(), asked)

    def _acts_where(self, *conditions: ColumnElement[bool] | TextClause) -> list[RecordedAct]:
        return self._acts_of(self._select_acts().where(*conditions), {})

    def _acts_of(self, query: Select[Any], asked: dict[str, Any]) -> list[RecordedAct]:
        with self._engine.connect() as connection:
            found = [_act(row) for row in connection.execute(query, asked)]
        self._awaited.update(act.act.party for act in found)
        self._by_digest.update((act.digest, act) for act in found)
        return found

    def _keep(self, acts: Iterable[RecordedAct]) -> None:
        grouped: dict[tuple[Contract, Hash], list[RecordedAct]] = defaultdict(list)
        for act in acts:
            grouped[act.contract, act.act.subject].append(act)
        self._acts |= {key: tuple(group) for key, group in grouped.items()}

    # --- parties

    def claim(self, party: Hash) -> RecordedClaim | None:
        """A party's claim; None for one that is not registered.

        Whoever acted on what was read so far is read along: it will be asked for next.
        """
        if party not in self._claims and not self._all_parties:
            self.load_parties([PartyId(party), *(self._awaited - self._claims.keys())])
            self._awaited.clear()
        return self._claims.get(party)

    def own_acts(self, party: PartyId) -> tuple[powers.RecordedOwnAct, ...]:
        """A party's acts on itself after its claim, in their order."""
        self.claim(party)
        return self._own.get(party, ())

    def load_parties(self, parties: Iterable[PartyId] | None = None) -> None:
        """Read many parties at once; all of them if none are named."""
        if parties is None:
            self._read_parties(None)
            self._all_parties = True
            return
        wanted = sorted({PartyId(one) for one in parties} - self._claims.keys())
        for some in chunks([str(one) for one in wanted]):
            self._read_parties(some)
        for party in wanted:
            self._claims.setdefault(party, None)

    def _read_parties(self, ids: Sequence[str] | None) -> None:
        claims, own = _claims_and_own(ids is not None)
        asked: dict[str, Any] = {"until": self._block} if ids is None else {"until": self._block, "ids": ids}
        grouped: dict[PartyId, list[powers.RecordedOwnAct]] = defaultdict(list)
        with self._engine.connect() as connection:
            for row in connection.execute(own, asked):
                grouped[_party(row.party)].append(_own_act(row))
            self._claims |= {_party(row.id): _claim(row) for row in connection.execute(claims, asked)}
        self._own |= {party: tuple(acts) for party, acts in grouped.items()}

    def kinds(self, parties: Iterable[PartyId]) -> dict[PartyId, int]:
        """The kind of each registered party among these, as a number."""
        return {party: found.claim.kind for party in parties if (found := self.claim(party)) is not None}

    def is_party(self, party: Hash) -> bool:
        """Whether a party is registered."""
        if party in self._claims:
            return self._claims[party] is not None
        query = select(_PARTIES.c.id).where(_PARTIES.c.id == str(party), _PARTIES.c.block <= self._block)
        return self._one(query) is not None

    def party_ids(self) -> list[PartyId]:
        """All parties in the order of registration."""
        return [PartyId(one) for one in self._ids(_PARTIES)]

    def parties_after(self, key: Key | None, limit: int) -> list[PartyId]:
        """The parties that registered after a place on the chain, and read along."""
        found = [PartyId(one) for one in self._ids(_PARTIES, key, limit)]
        self.load_parties(found)
        return found

    def number_of_parties(self) -> int:
        """How many parties are registered."""
        return self._count(_PARTIES)

    def parties_claiming(self, identifier: str) -> set[PartyId]:
        """Whoever claims this identifier, or one that ends with it after a colon."""
        found: set[PartyId] = set()
        tail = f":{identifier}"
        with self._engine.connect() as connection:
            for of, id_ in ((_PARTIES, _PARTIES.c.id), (_OWN, _OWN.c.party)):
                claimed = of.c.identifier
                query = select(id_, claimed).where(
                    (claimed == identifier) | claimed.endswith(tail, autoescape=True), of.c.block <= self._block
                )
                found |= {
                    _party(party)
                    for party, told in connection.execute(query)
                    if told == identifier or told.endswith(tail)
                }
        return found

    def parties_through(self, account: Address) -> list[PartyId]:
        """Whoever ever acted, or might act, through an account: its own, or a representative's."""
        name, found = str(account), set()
        with self._engine.connect() as connection:
            for id_, block, column in (
                (_PARTIES.c.id, _PARTIES.c.block, _PARTIES.c.account),
                (_OWN.c.party, _OWN.c.block, _OWN.c.address),
            ):
                found |= set(connection.scalars(select(id_).where(column == name, block <= self._block)))
        return sorted(_party(one) for one in found)

    def party_declaring(self, digest: Hash) -> PartyId | None:
        """Whose claim or act on itself has this digest; None where there is none."""
        with self._engine.connect() as connection:
            for id_, of in ((_PARTIES.c.id, _PARTIES.c), (_OWN.c.party, _OWN.c)):
                found = connection.scalar(select(id_).where(of.digest == str(digest), of.block <= self._block))
                if found is not None:
                    return _party(found)
        return None

    def parties_presenting(self, profiles: Sequence[Hash]) -> set[PartyId]:
        """Whoever ever named one of these profiles as its own."""
        found: set[PartyId] = set()
        with self._engine.connect() as connection:
            for some in chunks([str(one) for one in profiles]):
                for of, id_ in ((_PARTIES, _PARTIES.c.id), (_OWN, _OWN.c.party)):
                    query = select(id_).where(of.c.profile.in_(some), of.c.block <= self._block)
                    found |= {_party(party) for party in connection.scalars(query)}
        return found

    def author_of(self, list_: Hash) -> PartyId | None:
        """The party whose list (`acts.act.list_of`) a subject is."""
        found = self._derived(list_)
        return PartyId(found) if found is not None and self.is_party(found) else None

    # --- agreements

    def agreement(self, agreement: Hash) -> Opening | None:
        """An agreement as it was opened."""
        return next(iter(self._openings(_AGREEMENTS.c.id == str(agreement))), None)

    def agreements(self, ids: Iterable[Hash] | None = None) -> list[Opening]:
        """These agreements, or all, in the order in which they were opened."""
        if ids is None:
            return self._openings()
        found = [one for some in chunks(sorted(map(str, ids))) for one in self._openings(_AGREEMENTS.c.id.in_(some))]
        return sorted(found, key=lambda one: (one[0].block, one[0].log, one[0].place))

    def agreement_ids(self) -> list[AgreementId]:
        """All agreements in the order in which they were opened."""
        return [AgreementId(one) for one in self._ids(_AGREEMENTS)]

    def agreements_after(self, key: Key | None, limit: int) -> list[AgreementId]:
        """The agreements that were opened after a place on the chain."""
        return [AgreementId(one) for one in self._ids(_AGREEMENTS, key, limit)]

    def number_of_agreements(self) -> int:
        """How many agreements were opened."""
        return self._count(_AGREEMENTS)

    def is_agreement(self, agreement: Hash) -> bool:
        """Whether an agreement was opened."""
        query = select(_AGREEMENTS.c.id).where(_AGREEMENTS.c.id == str(agreement), _AGREEMENTS.c.block <= self._block)
        return self._one(query) is not None

    def agreements_of_texts(self, documents: Iterable[Hash]) -> list[AgreementId]:
        """The agreements opened with these documents, in their order."""
        found: list[tuple[Key, AgreementId]] = []
        with self._engine.connect() as connection:
            for some in chunks(sorted(map(str, documents))):
                rows = connection.execute(_opened_with(), {"until": self._block, "documents": some})
                found += [((block, log, place), AgreementId(_hash(id_))) for id_, block, log, place in rows]
        return [id_ for _, id_ in sorted(found)]

    def agreements_of_party(self, party: PartyId) -> list[AgreementId]:
        """The agreements whose founder a party is or on which it acted, in their order."""
        founded = select(_FOUNDERS.c.agreement).where(_FOUNDERS.c.party == str(party))
        acted = select(_ACTS.c.subject).where(_ACTS.c.party == str(party), _ACTS.c.block <= self._block)
        query = (
            select(_AGREEMENTS.c.id)
            .where(_AGREEMENTS.c.id.in_(founded.union(acted)), _AGREEMENTS.c.block <= self._block)
            .order_by(*_order(_AGREEMENTS))
        )
        with self._engine.connect() as connection:
            return [AgreementId(_hash(id_)) for id_ in connection.scalars(query)]

    def agreement_judged_on(self, stances: Hash) -> AgreementId | None:
        """The agreement whose subject of others' stances (`acts.act.stances_on`) this is."""
        found = self._derived(stances)
        return AgreementId(found) if found is not None and self.is_agreement(found) else None

    def _openings(self, *conditions: ColumnElement[bool]) -> list[Opening]:
        query = _joined(_AGREEMENTS).where(_AGREEMENTS.c.block <= self._block, *conditions)
        founders: dict[str, list[PartyId]] = defaultdict(list)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
            named = (
                select(_FOUNDERS.c.agreement, _FOUNDERS.c.party)
                .join(_AGREEMENTS, _AGREEMENTS.c.id == _FOUNDERS.c.agreement)
                .where(_AGREEMENTS.c.block <= self._block, *conditions)
                .order_by(_FOUNDERS.c.agreement, _FOUNDERS.c.position)
            )
            for agreement, party in connection.execute(named):
                founders[agreement].append(_party(party))
        return [(row, tuple(founders[row.id])) for row in rows]

    # --- norms

    def norm_ids(self) -> list[NormId]:
        """All norms in the order of publication."""
        return [NormId(one) for one in self.subjects(Contract.NORM_REGISTRY, [ActKind.PUBLICATION])]

    def norms_among(self, names: Iterable[Hash]) -> set[NormId]:
        """Those of these names under which a norm was published."""
        found: set[NormId] = set()
        with self._engine.connect() as connection:
            for some in chunks(sorted(map(str, names))):
                query = select(_ACTS.c.subject).where(
                    _ACTS.c.contract == int(Contract.NORM_REGISTRY),
                    _ACTS.c.subject.in_(some),
                    _ACTS.c.sequence == 0,
                    _ACTS.c.block <= self._block,
                )
                found |= {NormId(_hash(one)) for one in connection.scalars(query)}
        return found

    def is_norm(self, norm: Hash) -> bool:
        """Whether a norm was published."""
        query = select(_ACTS.c.digest).where(
            _ACTS.c.contract == int(Contract.NORM_REGISTRY), _ACTS.c.subject == str(norm), _ACTS.c.block <= self._block
        )
        return self._one(query.limit(1)) is not None

    # --- statements

    def recorded(self, digest: Digest) -> Recorded | None:
        """Where the chain holds a statement: an act, a claim, or a party's act on itself; None where it does not."""
        with self._engine.connect() as connection:
            for table in (_ACTS, _OWN, _PARTIES):
                row = connection.execute(_recorded_in(table), {"digest": str(digest), "until": self._block}).first()
                if row is not None:
                    return recorded(row)
        return None

    def own_act(self, digest: Hash) -> powers.RecordedOwnAct | None:
        """A party's act on itself of this digest."""
        query = _joined(_OWN).where(_OWN.c.digest == str(digest), _OWN.c.block <= self._block)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _own_act(row)

    # --- SQL

    def _ids(self, table: Any, key: Key | None = None, limit: int | None = None) -> list[Hash]:
        query = select(table.c.id).where(table.c.block <= self._block).order_by(*_order(table)).limit(limit)
        if key is not None:
            query = query.where(_after(table, key))
        with self._engine.connect() as connection:
            return [_hash(id_) for id_ in connection.scalars(query)]

    def _derived(self, subject: Hash) -> Hash | None:
        found = self._one(select(_DERIVED.c.of).where(_DERIVED.c.subject == str(subject)))
        return None if found is None else _hash(found)

    def _count(self, table: Any) -> int:
        return int(self._one(select(func.count()).select_from(table).where(table.c.block <= self._block)))

    def _one(self, query: Select[Any]) -> Any:
        with self._engine.connect() as connection:
            return connection.scalar(query)


@cache
def _joined(table: Any) -> Select[Any]:
    """Rows of a table in the chain's order, with their block's hash and time."""
    return (
        select(table, _BLOCKS.c.hash.label("block_hash"), _BLOCKS.c.time)
        .join(_BLOCKS, _BLOCKS.c.number == table.c.block)
        .order_by(*_order(table))
    )


@cache
def _claims_and_own(named: bool) -> tuple[Select[Any], Select[Any]]:
    """The claims of parties and their acts on themselves, of all or of those named; made once, like `_recorded_in`."""
    until: BindParameter[int] = bindparam("until")
    ids: BindParameter[str] = bindparam("ids", expanding=True)
    claims = _joined(_PARTIES).where(_PARTIES.c.block <= until)
    own = _joined(_OWN).where(_OWN.c.block <= until)
    return (claims.where(_PARTIES.c.id.in_(ids)), own.where(_OWN.c.party.in_(ids))) if named else (claims, own)


@cache
def _acts_on_subjects() -> Select[Any]:
    """The acts on subjects of a contract."""
    until: BindParameter[int] = bindparam("until")
    contract: BindParameter[int] = bindparam("contract")
    subjects: BindParameter[str] = bindparam("subjects", expanding=True)
    return _joined(_ACTS).where(_ACTS.c.block <= until, _ACTS.c.contract == contract, _ACTS.c.subject.in_(subjects))


@cache
def _opened_with() -> Select[Any]:
    """The agreements opened with documents."""
    until: BindParameter[int] = bindparam("until")
    documents: BindParameter[str] = bindparam("documents", expanding=True)
    return select(_AGREEMENTS.c.id, *_order(_AGREEMENTS)).where(
        _AGREEMENTS.c.document.in_(documents), _AGREEMENTS.c.block <= until
    )


@cache
def _recorded_in(table: Any) -> Select[Any]:
    """Where a statement of a digest stands; made once, because each act is looked for at every step of its way."""
    place = (table.c.block, table.c.transaction, table.c.log, table.c.place)
    return (
        select(*place, _BLOCKS.c.hash.label("block_hash"), _BLOCKS.c.time)
        .join(_BLOCKS, _BLOCKS.c.number == table.c.block)
        .where(table.c.digest == bindparam("digest"), table.c.block <= bindparam("until"))
        .order_by(*_order(table))
        .limit(1)
    )


def recorded(row: Row[Any]) -> Recorded:
    """Where a row's act stands."""
    return Recorded(row.block, _hash(row.block_hash), row.time, _hash(row.transaction), row.log, row.place)


def _order(table: Any) -> tuple[Any, Any, Any]:
    return table.c.block, table.c.log, table.c.place


def _after(table: Any, key: Key) -> ColumnElement[bool]:
    """Beyond a place on the chain, written so that every database goes by the primary key."""
    block, log, place = key
    later: ColumnElement[bool] = (table.c.block >= block) & (
        (table.c.block > block) | (table.c.log > log) | ((table.c.log == log) & (table.c.place > place))
    )
    return later


def _hash(text: str) -> Hash:
    """From a row, which this program wrote: its length is certain."""
    return bytes.__new__(Hash, bytes.fromhex(text[2:]))


def _digest(text: str) -> Digest:
    return bytes.__new__(Digest, bytes.fromhex(text[2:]))


def _party(text: str) -> PartyId:
    return bytes.__new__(PartyId, bytes.fromhex(text[2:]))


def _address(text: str) -> Address:
    return bytes.__new__(Address, bytes.fromhex(text[2:]))


def _act(row: Row[Any]) -> RecordedAct:
    act = Act(
        contract=Contract(row.contract),
        kind=ActKind(row.kind),
        subject=_hash(row.subject),
        party=_party(row.party),
        account=_address(row.account),
        number=row.number,
        clause=_hash(row.clause),
        refers_to=_hash(row.refers_to),
        content=_hash(row.content),
        deadline=int(row.deadline),
    )
    return RecordedAct(act, _digest(row.digest), row.signature, recorded(row), row.represented, row.proven)


def _claim(row: Row[Any]) -> RecordedClaim:
    claim = Claim(
        Identifier(row.identifier),
        row.kind,
        _hash(row.profile),
        _address(row.account),
        int(row.deadline),
        _unreadable(row.identifier),
    )
    return RecordedClaim(claim, _digest(row.digest), row.signature, recorded(row), row.proven)


def _own_act(row: Row[Any]) -> powers.RecordedOwnAct:
    return powers.RecordedOwnAct(
        _own_statement(row),
        _digest(row.digest),
        row.signature,
        row.consent,
        recorded(row),
        row.represented,
        row.proven,
    )


def _own_statement(row: Row[Any]) -> powers.OwnAct:
    party, account = _party(row.party), _address(row.account)
    number, deadline = row.number, int(row.deadline)
    match ActKind(row.kind):
        case ActKind.FURTHER_CLAIM:
            identifier, profile = Identifier(row.identifier), _hash(row.profile)
            return powers.FurtherClaim(party, identifier, profile, account, number, deadline, row.unreadable)
        case ActKind.ROTATION:
            return powers.Rotation(party, _address(row.address), account, number, deadline)
        case ActKind.FULL_POWERS:
            representative, subject = _address(row.address), _hash(row.subject)
            return powers.FullPowers(
                party, representative, subject, row.kinds, int(row.until), account, number, deadline
            )
        case ActKind.REVOCATION:
            return powers.Revocation(party, _address(row.address), _hash(row.subject), account, number, deadline)
        case _:
            return powers.OwnCancellation(party, account, number, deadline)


def _unreadable(identifier: str) -> bytes | None:
    """The bytes of a claim that are no identifier; the index keeps them in hexadecimal digits, under no scheme."""
    return bytes.fromhex(identifier.removeprefix("unreadable:0x")) if identifier.startswith("unreadable:0x") else None
