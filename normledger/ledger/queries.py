"""Answers as of a block: parties, agreements, norms, batches, and the record that composition works on.

Belongs here: reading the tables and the documents together, and saying plainly what is missing. Does not belong here:
deciding what an act does (`acts.consent`) or what clauses add up to (`composition`).
"""

from collections import defaultdict
from functools import cached_property
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from normledger.acts import anchors, consent, powers
from normledger.acts.act import (
    Act,
    ActKind,
    Claim,
    Contract,
    Recorded,
    RecordedAct,
    RecordedClaim,
    list_of,
    stances_on,
)
from normledger.acts.commitment import NOTHING
from normledger.acts.release import Release
from normledger.chain.calls import Terms
from normledger.composition.record import (
    Basis,
    Record,
    World,
)
from normledger.documents.document import (
    ADMISSIONS,
    Agreement,
    Alignments,
    Document,
    Norm,
    Profile,
    ReportedAgreement,
    Reports,
    Statement,
)
from normledger.errors import InputError, NotFound, WorkspaceError
from normledger.identifiers import (
    KINDS,
    ZERO,
    Address,
    AgreementId,
    Digest,
    DocumentHash,
    Hash,
    Identifier,
    NormId,
    PartyId,
    Word,
    keccak,
)
from normledger.ledger.answers import AgreementView, AsOf, Batch, NormView, Party
from normledger.ledger.store import DocumentStore
from normledger.ledger.tables import (
    ActRow,
    AgreementRow,
    BlockRow,
    FounderRow,
    OwnActRow,
    PartyRow,
    ProgressRow,
    RegisterRow,
)
from normledger.ledger.undertakings import Gathering


class Ledger:
    """The index with its documents; `as_of` opens a view."""

    def __init__(self, engine: Engine, store: DocumentStore, release: Release) -> None:
        self._engine, self.store, self.release = engine, store, release

    def as_of(self, block: int | None = None, *, time: int | None = None, newest: bool = False) -> "View":
        """A view as of a block, by default the newest final one; `newest` asks for the last one indexed instead.

        `time` (Unix seconds) asks for the last block at or before it, and then is the answer's time too, so that notice
        runs out and silence ripens between blocks. Raises `InputError` for a block beyond the index.
        """
        with Session(self._engine) as session:
            progress = session.get(ProgressRow, 1)
            if progress is None:
                raise WorkspaceError("Nothing is indexed yet; run `normledger index` first.")
            if block is not None and not 0 <= block <= progress.block:
                raise InputError(f"block {block} is beyond block {progress.block}, up to which the index has read")
            waiting = block is None and time is None and not newest and progress.final < progress.block
            if waiting:
                block = progress.final
            number, hash_, block_time = progress.block, Hash.parse(progress.block_hash), progress.block_time
            if (block is not None and block < number) or (time is not None and time < block_time):
                # Between two blocks with acts nothing changed: the answer holds as of the earlier of them.
                before = select(BlockRow).where(BlockRow.number <= (number if block is None else block))
                if time is not None:
                    before = before.where(BlockRow.time <= time)
                row = session.exec(before.order_by(col(BlockRow.number).desc()).limit(1)).first()
                if row is None and waiting:
                    raise WorkspaceError(
                        "Nothing on this register is final yet; wait for the chain, or ask --as-of a newer block "
                        f"(up to {progress.block})."
                    )
                if row is None:
                    raise InputError("there was nothing on this register yet; name a later block or time")
                number, hash_, block_time = row.number, Hash.parse(row.hash), row.time
        at = AsOf(progress.chain_id, number, hash_, block_time if time is None else time, number <= progress.final)
        return View(self._engine, self.store, self.release, at)

    def at(self, at: AsOf) -> "View":
        """The view that an earlier answer stated; whether the chain still holds it, `standing` tells."""
        return View(self._engine, self.store, self.release, at)

    def named(self, hash_: Hash) -> AsOf | None:
        """The block of this hash: the last one indexed, or one with acts; None for any other."""
        with Session(self._engine) as session:
            progress = session.get(ProgressRow, 1)
            if progress is None:
                raise WorkspaceError("Nothing is indexed yet; run `normledger index` first.")
            number, time = progress.block, progress.block_time
            if progress.block_hash != str(hash_):
                row = session.exec(select(BlockRow).where(BlockRow.hash == str(hash_))).first()
                if row is None:
                    return None
                number, time = row.number, row.time
            return AsOf(progress.chain_id, number, hash_, time, number <= progress.final)

    def standing(self, block: int) -> Hash | None:
        """The hash of the last block with acts up to `block`, zero where there is none; None beyond the index.

        While it stays the same, so does every row up to `block`: a block's hash commits to all blocks before it.
        """
        with Session(self._engine) as session:
            progress = session.get(ProgressRow, 1)
            if progress is None or progress.block < block:
                return None
            found = session.exec(
                select(BlockRow.hash).where(BlockRow.number <= block).order_by(col(BlockRow.number).desc()).limit(1)
            ).first()
        return Hash.parse(found) if found else ZERO


class View:
    """Everything as of one block. Answers are computed when first asked for and kept as long as the view."""

    def __init__(self, engine: Engine, store: DocumentStore, release: Release, at: AsOf) -> None:
        self._engine, self._store, self._release, self.at = engine, store, release, at

    # --- parties

    @cached_property
    def parties(self) -> dict[PartyId, Party]:
        """All registered parties, in the order of registration."""
        with Session(self._engine) as session:
            rows = session.exec(
                select(PartyRow).where(PartyRow.block <= self.at.block).order_by(*_in_order(PartyRow))
            ).all()
        return {PartyId.parse(row.id): self._party(row) for row in rows}

    def _party(self, row: PartyRow) -> Party:
        party, own = PartyId.parse(row.id), tuple(self._own_acts.get(row.id, ()))
        claim = Claim(
            Identifier(row.identifier),
            row.kind,
            Hash.parse(row.profile),
            Address.parse(row.account),
            int(row.deadline),
            _unreadable(row.identifier),
        )
        made = RecordedClaim(claim, Digest.parse(row.digest), row.signature, self._recorded(row), row.proven)
        held = powers.tenures(made, own)
        profiles = [claim.profile, *(one.act.profile for one in own if isinstance(one.act, powers.FurtherClaim))]
        known = (self._store.read(profile) for profile in reversed(profiles))
        return Party(
            id=party,
            identifier=claim.identifier,
            kind=KINDS[row.kind - 1],
            account=held[-1].account,
            recorded=self._recorded(row),
            digest=Digest.parse(row.digest),
            profile=next((one for one in known if isinstance(one, Profile)), None),
            claim=made,
            own=own,
            tenures=held,
            powers=powers.powers(own),
        )

    @cached_property
    def _own_acts(self) -> dict[str, list[powers.RecordedOwnAct]]:
        with Session(self._engine) as session:
            rows = session.exec(
                select(OwnActRow).where(OwnActRow.block <= self.at.block).order_by(*_in_order(OwnActRow))
            ).all()
        found: dict[str, list[powers.RecordedOwnAct]] = defaultdict(list)
        for row in rows:
            found[row.party].append(
                powers.RecordedOwnAct(
                    _own_act(row),
                    Digest.parse(row.digest),
                    row.signature,
                    row.consent,
                    self._recorded(row),
                    row.represented,
                    row.proven,
                )
            )
        return found

    def party(self, name: str) -> Party:
        """The party with this id, identifier, or unambiguous name. Raises `NotFound` or `InputError`."""
        matches = [
            party
            for party in self.parties.values()
            if name in (str(party.id), party.name, *party.identifiers)
            or any(one.endswith(f":{name}") for one in party.identifiers)
        ]
        if not matches:
            raise NotFound("party", name, "`normledger parties` lists them")
        if len(matches) > 1:
            ids = ", ".join(str(party.id) for party in matches)
            raise InputError(f"{len(matches)} parties claim {name!r}; name one by its id: {ids}")
        return matches[0]

    @cached_property
    def names(self) -> dict[Hash, str]:
        """What people call parties, agreements and norms, by id."""
        found = {Hash(party.id): party.name for party in self.parties.values()}
        found |= {Hash(one.id): f"“{one.title}”" for one in self.agreements.values()}
        found |= {Hash(one.id): f"“{one.title}”" for one in self.norms.values()}
        return found

    # --- acts

    @cached_property
    def _times(self) -> dict[int, tuple[Hash, int]]:
        with Session(self._engine) as session:
            rows = session.exec(select(BlockRow).where(BlockRow.number <= self.at.block)).all()
        return {row.number: (Hash.parse(row.hash), row.time) for row in rows}

    def _recorded(self, row: PartyRow | OwnActRow | AgreementRow | ActRow) -> Recorded:
        hash_, time = self._times[row.block]
        return Recorded(row.block, hash_, time, Hash.parse(row.transaction), row.log, row.place)

    @cached_property
    def _acts(self) -> dict[tuple[Contract, Hash], list[RecordedAct]]:
        with Session(self._engine) as session:
            rows = session.exec(select(ActRow).where(ActRow.block <= self.at.block).order_by(*_in_order(ActRow))).all()
        found: dict[tuple[Contract, Hash], list[RecordedAct]] = defaultdict(list)
        for row in rows:
            contract = Contract(row.contract)
            act = Act(
                contract=contract,
                kind=ActKind(row.kind),
                subject=Hash.parse(row.subject),
                party=PartyId.parse(row.party),
                account=Address.parse(row.account),
                number=row.number,
                clause=Hash.parse(row.clause),
                refers_to=Hash.parse(row.refers_to),
                content=Hash.parse(row.content),
                deadline=int(row.deadline),
            )
            found[contract, act.subject].append(
                RecordedAct(
                    act, Digest.parse(row.digest), row.signature, self._recorded(row), row.represented, row.proven
                )
            )
        return found

    @cached_property
    def acts(self) -> dict[Digest, RecordedAct]:
        """All acts by their digest."""
        return {act.digest: act for acts in self._acts.values() for act in acts}

    def is_recorded(self, digest: Digest) -> bool:
        """Whether the chain holds this statement: an act, a claim, or a party's act on itself."""
        return self.recorded(digest) is not None

    def recorded(self, digest: Digest) -> Recorded | None:
        """Where the chain holds this statement; None where it does not."""
        if digest in self.acts:
            return self.acts[digest].recorded
        for party in self.parties.values():
            for name, at in ((party.digest, party.recorded), *((one.digest, one.recorded) for one in party.own)):
                if name == digest:
                    return at
        return None

    def acts_on(self, contract: Contract, subject: Hash) -> tuple[RecordedAct, ...]:
        """All acts on a subject's word, in the order in which they are linked."""
        return tuple(self._acts.get((contract, subject), ()))

    def next_number(self, contract: Contract, subject: Hash, party: PartyId) -> int:
        """The number that a client proposes: the highest known of this party on this subject, plus one."""
        own = [act.act.number for act in self.acts_on(contract, subject) if act.act.party == party]
        return max(own, default=0) + 1

    def statement(self, content: Hash) -> str | None:
        """The text that an act's content names; None if there is none or it is not at hand."""
        document = self._store.read(content) if content != ZERO else None
        return document.text if isinstance(document, Statement) else None

    def document(self, name: Hash) -> Document | None:
        """A document by its hash, if it is at hand."""
        return self._store.read(name)

    # --- agreements

    @cached_property
    def agreements(self) -> dict[AgreementId, AgreementView]:
        """All agreements on the chain, in the order in which they were opened."""
        with Session(self._engine) as session:
            rows = session.exec(
                select(AgreementRow).where(AgreementRow.block <= self.at.block).order_by(*_in_order(AgreementRow))
            ).all()
            founders: dict[str, list[PartyId]] = defaultdict(list)
            for founder in session.exec(select(FounderRow).order_by(col(FounderRow.position))):
                founders[founder.agreement].append(PartyId.parse(founder.party))
        return {AgreementId.parse(row.id): self._agreement(row, tuple(founders[row.id])) for row in rows}

    def _agreement(self, row: AgreementRow, founders: tuple[PartyId, ...]) -> AgreementView:
        terms = Terms(DocumentHash.parse(row.document), Hash.parse(row.clauses), founders, row.admission)
        read = self._store.read(terms.document)
        fault = None
        if read is None:
            fault = "its text is not at hand; fetch it by its hash"
        elif not isinstance(read, Agreement) or terms_of(read) != terms:
            fault = "its text says something else than the chain: parties, clauses or admission differ"
        document = read if isinstance(read, Agreement) and fault is None else None
        id_ = AgreementId.parse(row.id)
        acts = self.acts_on(Contract.AGREEMENT_LEDGER, id_)
        kinds = {party.id: party.kind for party in self.parties.values()}
        status = consent.standing(document, acts, self.at.time, kinds) if document else None
        others = consent.stances(self.acts_on(Contract.AGREEMENT_LEDGER, stances_on(id_)))
        return AgreementView(id_, terms, document, fault, acts, status, self._recorded(row), others)

    def agreement(self, name: str) -> AgreementView:
        """The agreement with this id, document hash or title. Raises `NotFound` or `InputError`."""
        matches = [
            view for view in self.agreements.values() if name in (str(view.id), str(view.terms.document), view.title)
        ]
        if not matches:
            raise NotFound("agreement", name, "`normledger agreements` lists them")
        if len(matches) > 1:
            raise InputError(f"{len(matches)} agreements are called {name!r}; name one by its id")
        return matches[0]

    @cached_property
    def reported_agreements(self) -> dict[DocumentHash, ReportedAgreement]:
        """The texts that standing reports are about and that are at hand, by document hash."""
        found: dict[DocumentHash, ReportedAgreement] = {}
        for batch in self.batches(ActKind.REPORTS):
            if isinstance(batch.document, Reports):
                for report in batch.document.leaves:
                    if report.agreement not in found:
                        text = self._store.read(report.agreement)
                        if isinstance(text, ReportedAgreement):
                            found[report.agreement] = text
        return found

    # --- norms

    @cached_property
    def norms(self) -> dict[NormId, NormView]:
        """All published norms, in the order of publication."""
        found = {}
        for (contract, subject), acts in self._acts.items():
            if contract is not Contract.NORM_REGISTRY:
                continue
            read = self._store.read(subject)
            norm = NormId(subject)
            # Whoever anchored others' endorsements cannot take them back: a withdrawal is of its own stance.
            standing = [act for act in acts if act.act.kind is ActKind.ANCHOR]
            leaves = {act.digest: self._store.rooted(act.act.content) for act in standing}
            counted = anchors.counting(
                ((act, document) for act in standing if (document := leaves[act.digest]) is not None),
                self._release.domain(contract, self.at.chain_id),
                lambda party, when: self.parties[party].account_at(when) if party in self.parties else None,
                acts,
            )
            found[norm] = NormView(
                norm,
                read if isinstance(read, Norm) else None,
                acts[0],
                tuple(acts),
                consent.stances(acts),
                counted,
                tuple(act for act in standing if leaves[act.digest] is None),
            )
        return dict(sorted(found.items(), key=lambda item: item[1].publication.order))

    def norm(self, name: str) -> NormView:
        """The norm with this id or title. Raises `NotFound` or `InputError`."""
        matches = [view for view in self.norms.values() if name in (str(view.id), view.title)]
        if not matches:
            raise NotFound("norm", name, "`normledger norms` lists them")
        if len(matches) > 1:
            raise InputError(f"{len(matches)} norms are called {name!r}; name one by its id")
        return matches[0]

    # --- batches

    def batches(self, kind: ActKind) -> tuple[Batch, ...]:
        """The standing roots of reports or alignments, in the order of recording; those without leaves included."""
        found = []
        for party in self.parties:
            for act in consent.standing_batches(self.acts_on(Contract.PARTY_REGISTRY, list_of(party))):
                if act.act.kind is kind:
                    found.append(Batch(act, self._batch_document(act)))
        return tuple(sorted(found, key=lambda batch: batch.act.order))

    def _batch_document(self, act: RecordedAct) -> Reports | Alignments | None:
        read = self._store.read(act.act.content)
        expected = Reports if act.act.kind is ActKind.REPORTS else Alignments
        if not isinstance(read, expected) or read.author != act.act.party or read.root != act.act.refers_to:
            return None
        return read

    # --- composition

    def record(self, basis: Basis, world: World, *, norms: bool = False) -> Record:
        """What composition works on: who undertook which clauses, as of this view's block.

        `norms` asks for endorsed norms as building blocks too: an endorsement then counts like consent to the norm's
        outcomes. Only what parties signed themselves can be counted so, hence never what was reported.
        """
        gathering = Gathering(self.parties, self._store.read)
        if basis == "consented":
            gathering.consented(self.agreements.values(), self.at.time)
            if norms:
                gathering.endorsed(self.norms.values())
        else:
            gathering.reported(self.batches(ActKind.REPORTS))
        gathering.aligned(self.batches(ActKind.ALIGNMENTS))
        return gathering.record(self.at, basis, world)

    # --- comparison

    @cached_property
    def words(self) -> dict[tuple[Contract, Hash], Word]:
        """The word of every subject as of this block, the registers under the zero hash."""
        found: dict[tuple[Contract, Hash], Word] = {}
        with Session(self._engine) as session:
            for contract, subject, word in session.exec(
                select(ActRow.contract, ActRow.subject, ActRow.word)
                .where(ActRow.block <= self.at.block)
                .order_by(*_in_order(ActRow))
            ):
                found[Contract(contract), Hash.parse(subject)] = Word.parse(word)
            for party, word in session.exec(select(PartyRow.id, PartyRow.word).where(PartyRow.block <= self.at.block)):
                found[Contract.PARTY_REGISTRY, Hash.parse(party)] = Word.parse(word)
            for party, word in session.exec(
                select(OwnActRow.party, OwnActRow.word)
                .where(OwnActRow.block <= self.at.block)
                .order_by(*_in_order(OwnActRow))
            ):
                found[Contract.PARTY_REGISTRY, Hash.parse(party)] = Word.parse(word)
            for contract in Contract:
                last = session.exec(
                    select(RegisterRow.word)
                    .where(RegisterRow.contract == int(contract), RegisterRow.block <= self.at.block)
                    .order_by(col(RegisterRow.sequence).desc())
                    .limit(1)
                ).first()
                found[contract, ZERO] = Word.parse(last) if last else NOTHING
        return found

    @property
    def digest(self) -> Hash:
        """One hash of all facts of the chain as of this block: what two strangers compare.

        keccak over chain id and, in ascending order, every contract's address, subject and word.
        """
        parts = [self.at.chain_id.to_bytes(32, "big")]
        for (contract, subject), word in sorted(self.words.items()):
            parts.append(self._release.address(contract) + subject + word)
        return keccak(b"".join(parts))


def _in_order(table: type[PartyRow | OwnActRow | AgreementRow | ActRow]) -> tuple[Any, ...]:
    return col(table.block), col(table.log), col(table.place)


def _own_act(row: OwnActRow) -> powers.OwnAct:
    party, account = PartyId.parse(row.party), Address.parse(row.account)
    number, deadline = row.number, int(row.deadline)
    match ActKind(row.kind):
        case ActKind.FURTHER_CLAIM:
            identifier, profile = Identifier(row.identifier), Hash.parse(row.profile)
            return powers.FurtherClaim(party, identifier, profile, account, number, deadline, row.unreadable)
        case ActKind.ROTATION:
            return powers.Rotation(party, Address.parse(row.address), account, number, deadline)
        case ActKind.FULL_POWERS:
            representative, subject = Address.parse(row.address), Hash.parse(row.subject)
            return powers.FullPowers(
                party, representative, subject, row.kinds, int(row.until), account, number, deadline
            )
        case ActKind.REVOCATION:
            return powers.Revocation(
                party, Address.parse(row.address), Hash.parse(row.subject), account, number, deadline
            )
        case _:
            return powers.OwnCancellation(party, account, number, deadline)


def _unreadable(identifier: str) -> bytes | None:
    """The bytes of a claim that are no identifier; the index keeps them in hexadecimal digits, under no scheme."""
    return bytes.fromhex(identifier.removeprefix("unreadable:0x")) if identifier.startswith("unreadable:0x") else None


def terms_of(agreement: Agreement) -> Terms:
    """What an agreement's document commits to on the chain."""
    return Terms(
        agreement.hash,
        agreement.clause_root,
        tuple(founder.id for founder in agreement.founders),
        ADMISSIONS.index(agreement.rules.admission),
    )
