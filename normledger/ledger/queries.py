"""Answers as of a block: parties, agreements, norms, batches, and the record that composition works on.

Belongs here: reading the tables and the documents together, and saying plainly what is missing. Does not belong here:
deciding what an act does (`acts.consent`) or what clauses add up to (`composition`).
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property
from time import monotonic
from typing import Any

from sqlalchemy import Engine, bindparam
from sqlmodel import Session, col, select

from normledger.acts import consent, powers
from normledger.acts.act import ActKind, Contract, Recorded, RecordedAct, stances_on
from normledger.acts.commitment import NOTHING
from normledger.acts.release import Release
from normledger.composition.gathering import Batch, Gathering, batch_of
from normledger.composition.record import Basis, Record, World
from normledger.documents.document import (
    Agreement,
    Document,
    Norm,
    Profile,
    ReportedAgreement,
    Reports,
    Statement,
)
from normledger.errors import InputError, NotFound, WorkspaceError
from normledger.identifiers import (
    ZERO,
    Address,
    AgreementId,
    ClauseId,
    Digest,
    DocumentHash,
    Hash,
    NormId,
    OutcomeId,
    PartyId,
    Word,
    keccak,
)
from normledger.ledger.answers import AgreementView, AsOf, NormView, Party
from normledger.ledger.catalogue import Catalogue
from normledger.ledger.entries import Entries
from normledger.ledger.entries import terms_of as terms_of  # who asks a view asks by what a text commits to
from normledger.ledger.rows import Rows
from normledger.ledger.store import DocumentStore
from normledger.ledger.tables import (
    ActRow,
    BlockRow,
    OwnActRow,
    PartyRow,
    ProgressRow,
    RegisterRow,
    table_of,
)
from normledger.ledger.texts import Ask, Texts

_NORMS = Contract.NORM_REGISTRY
_ALL = 2**31 - 1

# Every view begins with these two, so they are made once.
_PROGRESS, _BLOCKS = table_of(ProgressRow), table_of(BlockRow)
_NEWEST = _PROGRESS.select().where(_PROGRESS.c.id == 1)
_LAST_BLOCK = (
    _BLOCKS.select()
    .where(_BLOCKS.c.number <= bindparam("number"), _BLOCKS.c.time <= bindparam("time"))
    .order_by(_BLOCKS.c.number.desc())
    .limit(1)
)
_ALL_TIME = 2**63 - 1

_LOOK_AGAIN = 0.5
"""Seconds after which a view looks again for documents that have come or gone."""


class Ledger:
    """The index with its documents; `as_of` opens a view."""

    def __init__(self, engine: Engine, store: DocumentStore, release: Release) -> None:
        self._engine, self.store, self.release = engine, store, release
        self._texts = Texts(engine, store)

    def as_of(self, block: int | None = None, *, time: int | None = None, newest: bool = False) -> "View":
        """A view as of a block, by default the newest final one; `newest` asks for the last one indexed instead.

        `time` (Unix seconds) asks for the last block at or before it, and then is the answer's time too, so that notice
        runs out and silence ripens between blocks. Raises `InputError` for a block beyond the index.
        """
        with self._engine.connect() as connection:
            progress = connection.execute(_NEWEST).first()
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
                upto = {"number": number if block is None else block, "time": _ALL_TIME if time is None else time}
                row = connection.execute(_LAST_BLOCK, upto).first()
                if row is None and waiting:
                    raise WorkspaceError(
                        "Nothing on this register is final yet; wait for the chain, or ask --as-of a newer block "
                        f"(up to {progress.block})."
                    )
                if row is None:
                    raise InputError("there was nothing on this register yet; name a later block or time")
                number, hash_, block_time = row.number, Hash.parse(row.hash), row.time
        at = AsOf(progress.chain_id, number, hash_, block_time if time is None else time, number <= progress.final)
        return View(self._engine, self.store, self.release, at, self._texts)

    def number_of(self, block: Hash) -> int:
        """The number of a block that the index knows by its hash: one with acts, or the newest one read.

        Raises `InputError` for any other: the index keeps no hash of a block in which nothing happened here.
        """
        with Session(self._engine) as session:
            row = session.exec(select(BlockRow).where(BlockRow.hash == str(block))).first()
            progress = session.get(ProgressRow, 1)
        if row is not None:
            return row.number
        if progress is not None and progress.block_hash == str(block):
            return progress.block
        raise InputError(f"no block with acts here has the hash {block}; give the block's number")

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
    """Everything as of one block. What is asked of one subject reads that subject's rows alone, and is kept.

    `parties`, `agreements`, `norms` and `acts` are mappings: by key they read one entry, and only who goes through
    them reads the whole register.
    """

    def __init__(
        self, engine: Engine, store: DocumentStore, release: Release, at: AsOf, texts: Texts | None = None
    ) -> None:
        self._engine, self._store, self._release, self.at = engine, store, release, at
        self._rows, self._known = Rows(engine, at.block), texts or Texts(engine, store)
        self._entries = Entries(self._rows, store, release, at)
        self._looked = -_LOOK_AGAIN
        self._holders: dict[ClauseId, DocumentHash] = {}
        self._said_of: dict[Hash, set[Ask]] = {}
        self._said_about: dict[Hash, set[Ask]] = {}

    @property
    def _texts(self) -> Texts:
        """What the documents say, learned anew from time to time: a view may be asked long after it was made."""
        now = monotonic()
        if now - self._looked >= _LOOK_AGAIN:
            self._known.learn()
            self._looked = now
            for kept in (self._holders, self._said_of, self._said_about):
                kept.clear()
        return self._known

    @property
    def release(self) -> Release:
        """The contracts whose acts these are."""
        return self._release

    # --- parties

    @cached_property
    def parties(self) -> Catalogue[PartyId, Party]:
        """All registered parties, in the order of registration."""
        rows = self._rows
        return Catalogue(
            self._entries.party,
            rows.is_party,
            rows.party_ids,
            rows.number_of_parties,
            rows.load_parties,
        )

    def parties_after(self, last: Party | None, limit: int) -> list[Party]:
        """The next parties in the order of registration: a page of a list that needs no other."""
        ids = self._rows.parties_after(None if last is None else last.recorded.order, limit)
        return [self.parties[one] for one in ids]

    def party(self, name: str) -> Party:
        """The party with this id, identifier, or unambiguous name. Raises `NotFound` or `InputError`."""
        if (id_ := _hash_in(name)) is not None and (known := self.parties.get(PartyId(id_))) is not None:
            return known
        ids = self._rows.parties_claiming(name)
        ids |= self._rows.parties_presenting(self._texts.titled(Profile, name))
        matches = [
            party
            for party in sorted(map(self.parties.__getitem__, ids), key=lambda one: one.recorded.order)
            if name in (party.name, *party.identifiers) or any(one.endswith(f":{name}") for one in party.identifiers)
        ]
        if not matches:
            raise NotFound("party", name, "`normledger parties` lists them")
        if len(matches) > 1:
            told = ", ".join(str(party.id) for party in matches)
            raise InputError(f"{len(matches)} parties claim {name!r}; name one by its id: {told}")
        return matches[0]

    def parties_through(self, account: Address) -> list[PartyId]:
        """Whoever an account ever acted for, or might have: as the party's own or as a representative's."""
        return self._rows.parties_through(account)

    def parties_presenting(self, profile: Hash) -> list[PartyId]:
        """Whoever ever named this document as its profile."""
        return sorted(self._rows.parties_presenting([profile]))

    def party_declaring(self, digest: Digest) -> PartyId | None:
        """Whose claim or act on itself this is; None where it is none."""
        return self._rows.party_declaring(digest)

    def author_of(self, list_: Hash) -> PartyId | None:
        """The party whose list of statements on others a subject is; None where it is none."""
        return self._rows.author_of(list_)

    @cached_property
    def names(self) -> Mapping[Hash, str]:
        """What people call parties, agreements and norms, by id."""
        parties, agreements, norms = self.parties, self.agreements, self.norms

        def name(id_: Hash) -> str | None:
            if (party := parties.get(PartyId(id_))) is not None:
                return party.name
            titled = agreements.get(AgreementId(id_)) or norms.get(NormId(id_))
            return None if titled is None else f"“{titled.title}”"

        return Catalogue(
            name,
            lambda key: key in parties or key in agreements or key in norms,
            lambda: [*map(Hash, parties), *map(Hash, agreements), *map(Hash, norms)],
            lambda: len(parties) + len(agreements) + len(norms),
        )

    # --- acts

    @cached_property
    def acts(self) -> Catalogue[Digest, RecordedAct]:
        """All acts by their digest, but for those of parties on themselves; in the chain's order."""
        rows = self._rows
        return Catalogue(
            rows.act,
            lambda digest: rows.act(digest) is not None,
            lambda: [act.digest for act in rows.acts_after(None, _ALL)],
            rows.number_of_acts,
            everything=lambda: {act.digest: act for act in rows.acts_after(None, _ALL)},
        )

    def acts_after(self, last: RecordedAct | None, limit: int) -> list[RecordedAct]:
        """The next acts in the chain's order: a page of a list that needs no other."""
        return self._rows.acts_after(None if last is None else last.order, limit)

    def is_recorded(self, digest: Digest) -> bool:
        """Whether the chain holds this statement: an act, a claim, or a party's act on itself."""
        return self.recorded(digest) is not None

    def recorded(self, digest: Digest) -> Recorded | None:
        """Where the chain holds this statement; None where it does not."""
        return self._rows.recorded(digest)

    def own_act(self, digest: Digest) -> powers.RecordedOwnAct | None:
        """A party's act on itself by its digest."""
        return self._rows.own_act(digest)

    def acts_on(self, contract: Contract, subject: Hash) -> tuple[RecordedAct, ...]:
        """All acts on a subject's word, in the order in which they are linked."""
        return self._rows.acts_on(contract, subject)

    def acts_of(self, party: PartyId) -> list[RecordedAct]:
        """All acts of a party but those on itself, in the chain's order."""
        return self._rows.acts_by(party)

    def acts_with(self, *contents: Hash) -> list[RecordedAct]:
        """The acts whose content is one of these texts or roots, in the chain's order."""
        return self._rows.acts_with(contents)

    def recognitions_of(self, party: PartyId) -> list[RecordedAct]:
        """All recognitions of a party by others, standing or not, in the chain's order."""
        return self._rows.recognising(party)

    def next_number(self, contract: Contract, subject: Hash, party: PartyId) -> int:
        """The number that a client proposes: the highest known of this party on this subject, plus one."""
        return self._rows.highest_number(contract, subject, party) + 1

    def statement(self, content: Hash) -> str | None:
        """The text that an act's content names; None if there is none or it is not at hand."""
        document = self._store.read(content) if content != ZERO else None
        return document.text if isinstance(document, Statement) else None

    def document(self, name: Hash) -> Document | None:
        """A document by its hash, if it is at hand."""
        return self._store.read(name)

    # --- agreements

    @cached_property
    def agreements(self) -> Catalogue[AgreementId, AgreementView]:
        """All agreements on the chain, in the order in which they were opened."""
        rows, entries = self._rows, self._entries

        def everything() -> dict[AgreementId, AgreementView]:
            rows.load(Contract.AGREEMENT_LEDGER)
            rows.load_parties()
            return {AgreementId.parse(opening[0].id): entries.agreement(opening) for opening in rows.agreements()}

        return Catalogue(
            lambda key: None if (opening := rows.agreement(key)) is None else entries.agreement(opening),
            rows.is_agreement,
            rows.agreement_ids,
            rows.number_of_agreements,
            everything=everything,
        )

    def agreements_after(self, last: AgreementView | None, limit: int) -> list[AgreementView]:
        """The next agreements in the order of opening: a page of a list that needs no other."""
        ids = self._rows.agreements_after(None if last is None else last.recorded.order, limit)
        return self._agreements(ids)

    def agreements_of(self, party: PartyId) -> list[AgreementView]:
        """The agreements that a party founded or acted on, in the order of opening."""
        return self._agreements(self._rows.agreements_of_party(party))

    def agreements_with(self, documents: Iterable[Hash]) -> list[AgreementView]:
        """The agreements whose texts these are, in the order of opening."""
        return self._agreements(self._rows.agreements_of_texts(documents))

    def _agreements(self, ids: Sequence[AgreementId]) -> list[AgreementView]:
        subjects = [subject for id_ in ids for subject in (id_, stances_on(id_))]
        self._rows.load_subjects(Contract.AGREEMENT_LEDGER, subjects)
        return self.agreements.of(
            ids, lambda new: ((one.id, one) for one in map(self._entries.agreement, self._rows.agreements(new)))
        )

    def agreement_of_clause(self, clause: Hash) -> AgreementView | None:
        """The agreement whose text holds a clause; None where no text at hand does."""
        document = self.holding([clause]).get(ClauseId(clause))
        found = [] if document is None else self.agreements_with([document])
        return next((one for one in found if one.document and clause in one.document.clause_ids), None)

    def holding(self, clauses: Iterable[Hash]) -> dict[ClauseId, DocumentHash]:
        """By clause, the document at hand that holds it, be it on the register or not."""
        asked, texts = [ClauseId(clause) for clause in clauses], self._texts
        if missing := [clause for clause in asked if clause not in self._holders]:
            self._holders |= texts.holding(missing)
        return {clause: self._holders[clause] for clause in asked if clause in self._holders}

    def asks(self, *, of: Iterable[Hash] = (), about: Iterable[Hash] = ()) -> set[Ask]:
        """What documents at hand, on the register or not, say of the clauses `of` or of the outcomes `about`."""
        of, about, texts = set(map(Hash, of)), set(map(Hash, about)), self._texts
        if unknown := of - self._said_of.keys():
            self._said_of |= {name: set() for name in unknown}
            for one in texts.asks(of=unknown):
                self._said_of[one[0]].add(one)
        if unknown := about - self._said_about.keys():
            self._said_about |= {name: set() for name in unknown}
            for one in texts.asks(about=unknown):
                self._said_about[one[1]].add(one)
        return set().union(*(self._said_of[name] for name in of), *(self._said_about[name] for name in about))

    def mentioning(self, *names: Hash) -> set[DocumentHash]:
        """The batches of reports at hand that tell of an agreement, and the derivations that name a norm."""
        return self._texts.mentioning(names)

    def reported_agreement(self, document: Hash) -> ReportedAgreement | None:
        """The text that a standing report is about, if it is at hand."""
        text = self._store.read(document)
        if not isinstance(text, ReportedAgreement):
            return None
        return text if any(self.batches_in(self._texts.mentioning([document]))) else None

    def batches_in(self, documents: Iterable[Hash]) -> list[Batch]:
        """The standing batches whose leaves these documents hold, in the order of recording."""
        found = []
        for act in self.acts_with(*documents):
            if act.act.kind not in (ActKind.REPORTS, ActKind.ALIGNMENTS):
                continue
            batch = batch_of(act, self._store.read(act.act.content))
            if batch.document is not None:
                standing = consent.standing_batches(self.acts_on(Contract.PARTY_REGISTRY, act.act.subject))
                if any(one.digest == act.digest for one in standing):
                    found.append(batch)
        return found

    def agreement_of(self, subject: Hash) -> AgreementView | None:
        """The agreement whose own subject, or subject of others' stances, this is; None where it is neither."""
        judged = self.agreement_judged_on(subject)
        return self.agreements.get(AgreementId(subject) if judged is None else judged)

    def agreement_judged_on(self, stances: Hash) -> AgreementId | None:
        """The agreement whose subject of others' stances this is; None where it is none."""
        return self._rows.agreement_judged_on(stances)

    def agreement(self, name: str) -> AgreementView:
        """The agreement with this id, document hash or title. Raises `NotFound` or `InputError`."""
        id_ = _hash_in(name)
        if id_ is not None and (known := self.agreements.get(AgreementId(id_))) is not None:
            return known
        documents: set[Hash] = set(self._texts.titled(Agreement, name))
        if id_ is not None:
            documents.add(id_)
        matches = [view for view in self.agreements_with(documents) if name in (str(view.terms.document), view.title)]
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
    def norms(self) -> Catalogue[NormId, NormView]:
        """All published norms, in the order of publication."""
        rows, entries, parties = self._rows, self._entries, self.parties

        def account_at(party: PartyId, when: Recorded) -> Address | None:
            known = parties.get(party)
            return None if known is None else known.account_at(when)

        return Catalogue(
            lambda key: entries.norm(key, account_at),
            rows.is_norm,
            rows.norm_ids,
            lambda: len(rows.norm_ids()),
            lambda: rows.load(_NORMS),
        )

    def norms_among(self, names: Iterable[Hash]) -> set[NormId]:
        """Those of these names under which a norm was published."""
        return self._rows.norms_among(names)

    def norms_with(self, kind: ActKind) -> list[NormId]:
        """The norms on which acts of a kind were recorded, in the order of the first such act."""
        return [NormId(one) for one in self._rows.subjects(_NORMS, [kind])]

    def authors(self) -> list[PartyId]:
        """Whoever ever stated something of others: reports, alignments, recognitions."""
        kinds = (ActKind.REPORTS, ActKind.ALIGNMENTS, ActKind.RECOGNITION)
        lists = self._rows.subjects(Contract.PARTY_REGISTRY, kinds)
        return [author for one in lists if (author := self.author_of(one)) is not None]

    def norm(self, name: str) -> NormView:
        """The norm with this id or title. Raises `NotFound` or `InputError`."""
        id_ = _hash_in(name)
        if id_ is not None and (known := self.norms.get(NormId(id_))) is not None:
            return known
        named = [view for one in self._texts.titled(Norm, name) if (view := self.norms.get(NormId(one))) is not None]
        matches = sorted((view for view in named if view.title == name), key=lambda one: one.publication.order)
        if not matches:
            raise NotFound("norm", name, "`normledger norms` lists them")
        if len(matches) > 1:
            raise InputError(f"{len(matches)} norms are called {name!r}; name one by its id")
        return matches[0]

    # --- batches

    def batches(self, kind: ActKind, documents: Container[Hash] | None = None) -> tuple[Batch, ...]:
        """The standing roots of reports or alignments, in the order of recording; those without leaves included.

        `documents` asks only for the batches that these are.
        """
        lists = self._rows.subjects(Contract.PARTY_REGISTRY, [kind])
        self._rows.load_subjects(Contract.PARTY_REGISTRY, lists)
        found = [
            batch_of(act, self._store.read(act.act.content))
            for list_ in lists
            for act in consent.standing_batches(self.acts_on(Contract.PARTY_REGISTRY, list_))
            if act.act.kind is kind and (documents is None or act.act.content in documents)
        ]
        return tuple(sorted(found, key=lambda batch: batch.act.order))

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
        gathering.recognised(self.recognitions)
        return gathering.record(self.at, basis, world)

    @cached_property
    def recognitions(self) -> tuple[consent.Recognition, ...]:
        """The recognitions that stand, in the order of recording."""
        return consent.recognitions([batch.act for batch in self.batches(ActKind.RECOGNITION)])

    def record_about(self, outcomes: Iterable[OutcomeId], basis: Basis, world: World) -> Record:
        """The part of the record that has to do with these outcomes: what a trace of them rests on.

        Whatever `record` says of these outcomes, of the clauses that somebody aligns with them, and of who undertook
        those, this says in the same words; of what is missing it names only what was met on the way.
        """
        asked = self._texts.asks(about=outcomes)
        said = {document for _, _, document in asked}
        texts = set(self._texts.holding(clause for clause, _, _ in asked).values())
        gathering = Gathering(self.parties, self._store.read)
        if basis == "consented":
            gathering.consented(self.agreements_with(texts), self.at.time)
        else:
            gathering.reported(self.batches(ActKind.REPORTS, self._texts.mentioning(texts)))
        gathering.aligned(self.batches(ActKind.ALIGNMENTS, said))
        gathering.recognised(self.recognitions)
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


def _in_order(table: type[OwnActRow | ActRow]) -> tuple[Any, ...]:
    return col(table.block), col(table.log), col(table.place)


def _hash_in(name: str) -> Hash | None:
    """The hash that a name is; None where it is another kind of name."""
    try:
        return Hash.parse(name)
    except InputError:
        return None
