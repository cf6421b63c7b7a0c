"""Answers as of a block: parties, agreements, norms, batches, and the record that composition works on.

Belongs here: reading the tables and the documents together, and saying plainly what is missing. Does not belong here:
deciding what an act does (`acts.consent`) or what clauses add up to (`composition`).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from normledger.acts import consent
from normledger.acts.act import Act, ActKind, Contract, Recorded, RecordedAct, list_of
from normledger.acts.commitment import NOTHING
from normledger.acts.release import Release
from normledger.chain.calls import Terms
from normledger.composition.record import (
    Actor,
    AgreementText,
    Alignment,
    Basis,
    ClauseText,
    OutcomeText,
    Record,
    Undertaking,
    World,
)
from normledger.documents.document import (
    ADMISSIONS,
    Agreement,
    Alignments,
    Document,
    Norm,
    Outcome,
    Profile,
    ReportedAgreement,
    Reports,
    Statement,
)
from normledger.documents.geography import region_of
from normledger.errors import InputError, NotFound, WorkspaceError
from normledger.identifiers import (
    KINDS,
    ZERO,
    Address,
    AgreementId,
    ClauseId,
    Digest,
    DocumentHash,
    Hash,
    Identifier,
    NormId,
    OutcomeId,
    PartyId,
    Word,
    is_exercise,
    keccak,
)
from normledger.ledger.store import DocumentStore
from normledger.ledger.tables import ActRow, AgreementRow, BlockRow, FounderRow, PartyRow, ProgressRow, RegisterRow


@dataclass(frozen=True, slots=True)
class AsOf:
    """The block at which an answer holds. `final` tells whether the chain may still take it back."""

    chain_id: int
    block: int
    hash: Hash
    time: int
    final: bool


@dataclass(frozen=True, slots=True)
class Party:
    """A registered party: what it claims, and what its profile says if that document is at hand."""

    id: PartyId
    identifier: Identifier
    kind: str
    account: Address
    recorded: Recorded
    digest: Digest
    profile: Profile | None

    @property
    def name(self) -> str:
        """Its own name for itself, or else its identifier."""
        return self.profile.name if self.profile else self.identifier

    @property
    def world(self) -> World:
        """Fictional or real, by what it claims."""
        return "exercise" if is_exercise(self.identifier) else "real"

    @property
    def region(self) -> str:
        """The UN M49 region that its profile or its country puts it in; empty if unknown."""
        if self.profile is None:
            return ""
        return self.profile.region or region_of(self.profile.country)


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement on the chain. `document` is None while its text is not at hand, or says something else.

    `fault` then tells which of the two it is. `acts` are all acts on its word, in the order of recording.
    """

    id: AgreementId
    terms: Terms
    document: Agreement | None
    fault: str | None
    acts: tuple[RecordedAct, ...]
    status: consent.Status | None
    recorded: Recorded

    @property
    def title(self) -> str:
        """Its title, or a plain word that its text is missing."""
        return self.document.title if self.document else f"(text {self.terms.document.short} not at hand)"


@dataclass(frozen=True, slots=True)
class NormView:
    """A published norm with the stances on it. `document` is None while its text is not at hand."""

    id: NormId
    document: Norm | None
    publication: RecordedAct
    acts: tuple[RecordedAct, ...]
    stances: tuple[consent.Stance, ...]

    @property
    def title(self) -> str:
        """Its title, or a plain word that its text is missing."""
        return self.document.title if self.document else f"(text {self.id.short} not at hand)"


@dataclass(frozen=True, slots=True)
class Batch:
    """A root of reports or alignments that stands; `document` is None where its leaves are not all at hand."""

    act: RecordedAct
    document: Reports | Alignments | None


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
                select(PartyRow).where(PartyRow.block <= self.at.block).order_by(col(PartyRow.block), col(PartyRow.log))
            ).all()
        found = {}
        for row in rows:
            profile = self._store.read(Hash.parse(row.profile))
            party = PartyId.parse(row.id)
            found[party] = Party(
                id=party,
                identifier=Identifier(row.identifier),
                kind=KINDS[row.kind - 1],
                account=Address.parse(row.account),
                recorded=self._recorded(row),
                digest=Digest.parse(row.digest),
                profile=profile if isinstance(profile, Profile) else None,
            )
        return found

    def party(self, name: str) -> Party:
        """The party with this id, identifier, or unambiguous name. Raises `NotFound` or `InputError`."""
        matches = [
            party
            for party in self.parties.values()
            if name in (str(party.id), party.identifier, party.name) or party.identifier.endswith(f":{name}")
        ]
        if not matches:
            raise NotFound("party", name, "`normledger parties` lists them")
        if len(matches) > 1:
            ids = ", ".join(str(party.id) for party in matches)
            raise InputError(f"{len(matches)} parties claim {name!r}; name one by its id: {ids}")
        return matches[0]

    # --- acts

    @cached_property
    def _times(self) -> dict[int, tuple[Hash, int]]:
        with Session(self._engine) as session:
            rows = session.exec(select(BlockRow).where(BlockRow.number <= self.at.block)).all()
        return {row.number: (Hash.parse(row.hash), row.time) for row in rows}

    def _recorded(self, row: PartyRow | AgreementRow | ActRow) -> Recorded:
        hash_, time = self._times[row.block]
        return Recorded(row.block, hash_, time, Hash.parse(row.transaction), row.log)

    @cached_property
    def _acts(self) -> dict[tuple[Contract, Hash], list[RecordedAct]]:
        with Session(self._engine) as session:
            rows = session.exec(
                select(ActRow).where(ActRow.block <= self.at.block).order_by(col(ActRow.block), col(ActRow.log))
            ).all()
        found: dict[tuple[Contract, Hash], list[RecordedAct]] = defaultdict(list)
        for row in rows:
            act = Act(
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
            contract = Contract(row.contract)
            found[contract, act.subject].append(
                RecordedAct(act, Digest.parse(row.digest), row.signature, act.account, self._recorded(row), contract)
            )
        return found

    @cached_property
    def acts(self) -> dict[Digest, RecordedAct]:
        """All acts by their digest."""
        return {act.digest: act for acts in self._acts.values() for act in acts}

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
                select(AgreementRow)
                .where(AgreementRow.block <= self.at.block)
                .order_by(col(AgreementRow.block), col(AgreementRow.log))
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
        return AgreementView(id_, terms, document, fault, acts, status, self._recorded(row))

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
            found[norm] = NormView(
                norm, read if isinstance(read, Norm) else None, acts[0], tuple(acts), consent.stances(acts)
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

    def record(self, basis: Basis, world: World) -> Record:
        """What composition works on: who undertook which clauses, as of this view's block."""
        missing: list[str] = []
        actors: dict[str, Actor] = {}
        texts: dict[Hash, AgreementText] = {}
        undertakings: list[Undertaking] = []
        outcomes: dict[OutcomeId, OutcomeText] = {}
        alignments: list[Alignment] = []
        if basis == "consented":
            self._consented(missing, actors, texts, undertakings, alignments)
        else:
            self._reported(missing, actors, texts, undertakings)
        for batch in self.batches(ActKind.ALIGNMENTS):
            if not isinstance(batch.document, Alignments):
                missing.append(f"alignments {batch.act.act.refers_to} of {batch.act.act.party}")
                continue
            alignments.extend(
                Alignment(leaf.clause, leaf.outcome, leaf.relation, "signed", batch.act.act.party, hash_)
                for leaf, hash_ in zip(batch.document.leaves, batch.document.leaf_hashes, strict=True)
            )
        for alignment in alignments:
            if alignment.outcome not in outcomes:
                read = self._store.read(alignment.outcome)
                if isinstance(read, Outcome):
                    outcomes[alignment.outcome] = OutcomeText(alignment.outcome, read.text, read.polarity)
                else:
                    missing.append(f"outcome {alignment.outcome}")
        known = [alignment for alignment in alignments if alignment.outcome in outcomes]
        return Record(
            chain_id=self.at.chain_id,
            block=self.at.block,
            block_hash=self.at.hash,
            time=self.at.time,
            basis=basis,
            world=world,
            actors=tuple(actors[key] for key in sorted(actors)),
            agreements=tuple(texts[key] for key in sorted(texts)),
            undertakings=tuple(undertakings),
            outcomes=tuple(outcomes[key] for key in sorted(outcomes)),
            alignments=tuple(known),
            missing=tuple(sorted(set(missing))),
        )

    def _consented(
        self,
        missing: list[str],
        actors: dict[str, Actor],
        texts: dict[Hash, AgreementText],
        undertakings: list[Undertaking],
        alignments: list[Alignment],
    ) -> None:
        for view in self.agreements.values():
            if view.document is None or view.status is None:
                missing.append(f"agreement {view.id}: {view.fault}")
                continue
            texts[view.id] = AgreementText(
                id=view.id,
                title=view.document.title,
                date=view.document.date,
                character=view.document.rules.character,
                form=view.document.rules.form,
                world=self._world(view),
                clauses=_clause_texts(view.id, view.document),
            )
            for clause, id_ in zip(view.document.clauses, view.document.clause_ids, strict=True):
                alignments.extend(
                    Alignment(id_, ask.outcome, ask.relation, "declared", None, view.id) for ask in clause.asks
                )
            world = texts[view.id].world
            for bound in view.status.bound:
                party = self.parties[bound.party]
                if world is not None and party.world != world:
                    missing.append(f"party {party.id} of agreement {view.id}: it is of the other world")
                    continue
                actors[str(party.id)] = _actor(party)
                undertakings.append(
                    Undertaking(
                        str(party.id),
                        view.id,
                        bound.clauses,
                        bound.acts,
                        None,
                        _day(bound.since),
                        None if bound.toward is None else frozenset(map(str, bound.toward)),
                    )
                )

    def _world(self, view: AgreementView) -> World | None:
        """By the identifiers that the text names and those that its founders claim: all must agree.

        Not by who joined later, or one stray accession would take an open agreement out of both worlds.
        """
        claimed = {self.parties[founder].world for founder in view.terms.parties if founder in self.parties}
        worlds = claimed | {view.document.world if view.document else None}
        return next(iter(worlds)) if len(worlds) == 1 else None

    def _reported(
        self,
        missing: list[str],
        actors: dict[str, Actor],
        texts: dict[Hash, AgreementText],
        undertakings: list[Undertaking],
    ) -> None:
        for batch in self.batches(ActKind.REPORTS):
            if not isinstance(batch.document, Reports):
                missing.append(f"reports {batch.act.act.refers_to} of {batch.act.act.party}")
                continue
            author = batch.act.act.party
            said: dict[tuple[str, DocumentHash], list[tuple[str | None, str, Hash]]] = defaultdict(list)
            for leaf, hash_ in zip(batch.document.leaves, batch.document.leaf_hashes, strict=True):
                who = leaf.actor
                said[who.identifier, leaf.agreement].append((leaf.date or leaf.seen, leaf.act, hash_))
                actors.setdefault(
                    who.identifier, Actor(who.identifier, who.name, who.kind, region_of(who.country), who.country)
                )
                if leaf.agreement in texts:
                    continue
                text = self._store.read(leaf.agreement)
                if isinstance(text, ReportedAgreement):
                    texts[leaf.agreement] = _reported_text(text, is_exercise(who.identifier))
                else:
                    missing.append(f"reported agreement {leaf.agreement}")
            for (identifier, agreement), acts in said.items():
                text = self._store.read(agreement)
                if isinstance(text, ReportedAgreement) and _undertakes(acts):
                    undertakings.append(
                        Undertaking(
                            identifier,
                            agreement,
                            frozenset(text.clause_ids),
                            tuple(sorted(hash_ for _, _, hash_ in acts)),
                            author,
                            min((date for date, _, _ in acts if date), default=None),
                        )
                    )

    # --- comparison

    @cached_property
    def words(self) -> dict[tuple[Contract, Hash], Word]:
        """The word of every subject as of this block, the registers under the zero hash."""
        found: dict[tuple[Contract, Hash], Word] = {}
        with Session(self._engine) as session:
            for contract, subject, word in session.exec(
                select(ActRow.contract, ActRow.subject, ActRow.word)
                .where(ActRow.block <= self.at.block)
                .order_by(col(ActRow.block), col(ActRow.log))
            ):
                found[Contract(contract), Hash.parse(subject)] = Word.parse(word)
            for party, word in session.exec(select(PartyRow.id, PartyRow.word).where(PartyRow.block <= self.at.block)):
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


def terms_of(agreement: Agreement) -> Terms:
    """What an agreement's document commits to on the chain."""
    return Terms(
        agreement.hash,
        agreement.clause_root,
        tuple(founder.id for founder in agreement.founders),
        ADMISSIONS.index(agreement.rules.admission),
    )


def _actor(party: Party) -> Actor:
    country = party.profile.country if party.profile else ""
    return Actor(str(party.id), party.name, party.kind, party.region, country)


def _clause_texts(agreement: Hash, document: Agreement | ReportedAgreement) -> tuple[ClauseText, ...]:
    return tuple(
        ClauseText(ClauseId(id_), agreement, position, clause.key, clause.heading, clause.text, clause.language)
        for position, (clause, id_) in enumerate(zip(document.clauses, document.clause_ids, strict=True))
    )


def _reported_text(text: ReportedAgreement, fictional: bool) -> AgreementText:
    return AgreementText(
        id=text.hash,
        title=text.title,
        date=text.date,
        character=text.character,
        form=text.form,
        world="exercise" if fictional else "real",
        clauses=_clause_texts(text.hash, text),
    )


_ENDING = ("withdrawal", "denunciation", "treaty ended", "end")
_NOT_UNDERTAKING = ("entry into force", "vote:no", "vote:abstain")


def _undertakes(acts: Sequence[tuple[str | None, str, Hash]]) -> bool:
    """Whether somebody's reported acts leave it undertaking: the last by date is no end, and one is an undertaking."""
    ordered = sorted((act for act in acts if act[1] not in _NOT_UNDERTAKING), key=lambda act: (act[0] or "", act[1]))
    return bool(ordered) and ordered[-1][1] not in _ENDING


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()
