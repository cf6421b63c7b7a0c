"""The record that composition works on: who undertook which clauses, consented here or reported, from acts and texts.

The one way there, for whoever reads an index and for whoever verifies evidence: each brings what it knows in the forms
below, and gets the same record. Belongs here: bringing the fold's answers and the observers' reports into
`composition`'s input, and listing what was missing. Does not belong here: finding acts and texts, judging acts
(`acts.consent`), or composing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from normledger.acts import consent
from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.entry import read_consents
from normledger.acts.periods import day_of
from normledger.acts.spells import by_party
from normledger.acts.successive import agreement_of
from normledger.composition.record import (
    Actor,
    AgreementText,
    Alignment,
    Basis,
    ClauseText,
    OutcomeText,
    Past,
    Recognition,
    Record,
    Undertaking,
    World,
)
from normledger.documents import clause_tree
from normledger.documents.canonical import canonical_bytes
from normledger.documents.document import (
    Agreement,
    Alignments,
    DerivationRecord,
    Document,
    Norm,
    Outcome,
    ReportedAgreement,
    Reports,
)
from normledger.documents.geography import region_of
from normledger.identifiers import ClauseId, DocumentHash, Hash, OutcomeId, PartyId, is_exercise

# --- what is brought


class Registered(Protocol):
    """A registered party: how it is called, what it claims to be, and where it is from as far as that is known."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def world(self) -> World: ...


class Parties(Protocol):
    """Registered parties by their ids."""

    def get(self, party: PartyId, /) -> Registered | None: ...


class Signed(Protocol):
    """An agreement that was signed here: its text, all acts on it, and what stands of it.

    `document` and `status` are None where the text is not at hand or says something else; `fault` tells which.
    """

    @property
    def id(self) -> Hash: ...
    @property
    def document(self) -> Agreement | None: ...
    @property
    def fault(self) -> str | None: ...
    @property
    def acts(self) -> Sequence[RecordedAct]: ...
    @property
    def status(self) -> consent.Status | None: ...


class Published(Protocol):
    """A published norm with the stances on it; `document` is None where its text is not at hand."""

    @property
    def id(self) -> Hash: ...
    @property
    def document(self) -> Norm | None: ...
    @property
    def publication(self) -> RecordedAct: ...
    @property
    def stances(self) -> Sequence[consent.Stance]: ...


class Moment(Protocol):
    """The block as of which all of it holds; its time in Unix seconds."""

    @property
    def chain_id(self) -> int: ...
    @property
    def block(self) -> int: ...
    @property
    def hash(self) -> Hash: ...
    @property
    def time(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """A root of reports or alignments that stands; `document` is None where its leaves are not all at hand."""

    act: RecordedAct
    document: Reports | Alignments | None


def batch_of(act: RecordedAct, document: Document | None) -> Batch:
    """An act with the leaves under its root, if this is their document: of that kind, author and root."""
    expected = Reports if act.act.kind is ActKind.REPORTS else Alignments
    if isinstance(document, expected) and (document.author, document.root) == (act.act.party, act.act.refers_to):
        return Batch(act, document)
    return Batch(act, None)


# --- what is made of it


class Gathering:
    """Collects a record; `read` gives a document by its hash, or None where it is not at hand."""

    def __init__(self, parties: Parties, read: Callable[[Hash], Document | None]) -> None:
        self._parties, self._read = parties, read
        self._missing: list[str] = []
        self._actors: dict[str, Actor] = {}
        self._texts: dict[Hash, AgreementText] = {}
        self._undertakings: list[Undertaking] = []
        self._alignments: list[Alignment] = []
        self._past: list[Past] = []
        self._recognitions: list[Recognition] = []
        self._sources: dict[Hash, set[Hash]] = {}

    def consented(self, agreements: Iterable[Signed], time: int) -> None:
        """Who is bound by agreements that were signed here, and what their parties declare in them, as of a time.

        An agreement is related to the texts by which all its parties agreed to replace it.
        """
        for view in agreements:
            if view.document is None or view.status is None:
                self._missing.append(f"agreement {view.id}: {view.fault}")
                continue
            self._texts[view.id] = AgreementText(
                id=view.id,
                title=view.document.title,
                date=view.document.date,
                character=view.document.rules.character,
                form=view.document.rules.form,
                world=_world_of(view.document, self._parties),
                clauses=_clause_texts(view.id, view.document),
                related=frozenset(self._replacing(view.id, view.status)),
            )
            for clause, id_ in zip(view.document.clauses, view.document.clause_ids, strict=True):
                self._alignments.extend(
                    Alignment(id_, ask.outcome, ask.relation, "declared", None, view.id) for ask in clause.asks
                )
            world = self._texts[view.id].world
            for bound in view.status.bound:
                party = self._party(bound.party)
                if world is not None and party.world != world:
                    self._missing.append(f"party {bound.party} of agreement {view.id}: it is of the other world")
                    continue
                self._actors[str(bound.party)] = _actor(bound.party, party)
                self._undertakings.append(
                    Undertaking(
                        str(bound.party),
                        view.id,
                        bound.clauses,
                        bound.acts,
                        None,
                        day_of(bound.since),
                        None if bound.toward is None else frozenset(map(str, bound.toward)),
                    )
                )
            for ended in _ended(view, self._parties, time):
                who = PartyId.parse(ended.actor)
                self._actors.setdefault(ended.actor, _actor(who, self._party(who)))
                self._past.append(ended)

    def _replacing(self, agreement: Hash, status: consent.Status) -> Iterator[Hash]:
        """The agreements by which all parties agreed to replace one; a text that is away is listed."""
        for name in status.amended_by:
            text = self._read(name)
            if text is None:
                self._missing.append(f"text {name}, by which the parties of agreement {agreement} replaced it")
            elif isinstance(text, Agreement):
                yield agreement_of(text)

    def _party(self, party: PartyId) -> Registered:
        """Somebody who acted, and so is registered."""
        found = self._parties.get(party)
        if found is None:
            raise KeyError(party)
        return found

    def endorsed(self, norms: Iterable[Published]) -> None:
        """Published norms as building blocks: who endorses one undertakes its outcomes, by that act, once.

        The norm's text is one clause, of which its publisher's document says that it asks for its outcomes. It is
        related to every agreement that it came from and to every norm that shares an outcome with it, so that it adds
        parties and wording, never an independent agreement. A new version has another id, and no endorsement.
        """
        published = [view for view in norms if view.document is not None]
        for view in norms:
            if view.document is None:
                self._missing.append(f"norm {view.id}: its text is not at hand; fetch it by its hash")
        for view in published:
            norm = view.document
            if norm is None or not any(stance.kind is ActKind.ENDORSEMENT for stance in view.stances):
                continue
            clause = ClauseId(clause_tree.leaf(view.id, 0, canonical_bytes({"text": norm.text})))
            self._texts[view.id] = AgreementText(
                id=view.id,
                title=norm.title,
                date=day_of(view.publication.recorded.time),
                character="norm",
                form="norm",
                world=norm.world,
                clauses=(ClauseText(clause, view.id, 0, "", norm.title, norm.text, ""),),
            )
            evidence = self._read(view.publication.act.content)
            sources = evidence.sources if isinstance(evidence, DerivationRecord) else frozenset()
            self._sources[view.id] = {*sources} | {
                other.id
                for other in published
                if other.id != view.id and other.document and set(other.document.outcomes) & set(norm.outcomes)
            }
            self._alignments.extend(
                Alignment(clause, outcome, "implies", "declared", view.publication.act.party, view.publication.digest)
                for outcome in norm.outcomes
            )
            for stance in view.stances:
                party = self._party(stance.party)
                if stance.kind is not ActKind.ENDORSEMENT:
                    continue
                if party.world != norm.world:
                    self._missing.append(f"party {stance.party} of norm {view.id}: it is of the other world")
                    continue
                self._actors.setdefault(str(stance.party), _actor(stance.party, party))
                self._undertakings.append(
                    Undertaking(
                        str(stance.party),
                        view.id,
                        frozenset([clause]),
                        (stance.act.digest,),
                        None,
                        day_of(stance.act.recorded.time),
                    )
                )

    def reported(self, batches: Iterable[Batch]) -> None:
        """Who is reported to have undertaken what elsewhere."""
        for batch in batches:
            if not isinstance(batch.document, Reports):
                self._missing.append(f"reports {batch.act.act.refers_to} of {batch.act.act.party}")
                continue
            author = batch.act.act.party
            said: dict[tuple[str, DocumentHash], list[tuple[str | None, str, Hash]]] = defaultdict(list)
            for leaf, hash_ in zip(batch.document.leaves, batch.document.leaf_hashes, strict=True):
                who = leaf.actor
                said[who.identifier, leaf.agreement].append((leaf.date or leaf.seen, leaf.act, hash_))
                self._actors.setdefault(
                    who.identifier, Actor(who.identifier, who.name, who.kind, region_of(who.country), who.country)
                )
                if leaf.agreement in self._texts:
                    continue
                text = self._read(leaf.agreement)
                if isinstance(text, ReportedAgreement):
                    self._texts[leaf.agreement] = _reported_text(text, is_exercise(who.identifier))
                else:
                    self._missing.append(f"reported agreement {leaf.agreement}")
            for (identifier, agreement), acts in said.items():
                text = self._read(agreement)
                if not isinstance(text, ReportedAgreement):
                    continue
                since, ended = _spells(acts)
                self._past += [
                    Past(identifier, agreement, frozenset(text.clause_ids), hashes, author, first, last)
                    for first, last, hashes in ended
                ]
                if _undertakes(acts):
                    self._undertakings.append(
                        Undertaking(
                            identifier,
                            agreement,
                            frozenset(text.clause_ids),
                            tuple(sorted(hash_ for _, _, hash_ in acts)),
                            author,
                            since,
                        )
                    )

    def aligned(self, batches: Iterable[Batch]) -> None:
        """What named authors say that clauses ask for."""
        for batch in batches:
            if not isinstance(batch.document, Alignments):
                self._missing.append(f"alignments {batch.act.act.refers_to} of {batch.act.act.party}")
                continue
            self._alignments.extend(
                Alignment(leaf.clause, leaf.outcome, leaf.relation, "signed", batch.act.act.party, hash_)
                for leaf, hash_ in zip(batch.document.leaves, batch.document.leaf_hashes, strict=True)
            )

    def recognised(self, recognitions: Iterable[consent.Recognition]) -> None:
        """Which parties somebody calls one actor."""
        self._recognitions += [
            Recognition(str(one.party), str(one.same_as), one.act.act.party, one.act.digest)
            for one in recognitions
            if one.same_as is not None
        ]

    def record(self, at: Moment, basis: Basis, world: World) -> Record:
        """All that was collected, with the outcomes that its alignments name."""
        outcomes: dict[OutcomeId, OutcomeText] = {}
        for alignment in self._alignments:
            if alignment.outcome not in outcomes:
                read = self._read(alignment.outcome)
                if isinstance(read, Outcome):
                    outcomes[alignment.outcome] = OutcomeText(alignment.outcome, read.text, read.polarity)
                else:
                    self._missing.append(f"outcome {alignment.outcome}")
        return Record(
            chain_id=at.chain_id,
            block=at.block,
            block_hash=at.hash,
            time=at.time,
            basis=basis,
            world=world,
            actors=tuple(self._actors[key] for key in sorted(self._actors)),
            agreements=tuple(self._with_relations(self._texts[key]) for key in sorted(self._texts)),
            undertakings=tuple(self._undertakings),
            outcomes=tuple(outcomes[key] for key in sorted(outcomes)),
            alignments=tuple(one for one in self._alignments if one.outcome in outcomes),
            missing=tuple(sorted(set(self._missing))),
            recognitions=tuple(self._recognitions),
            past=tuple(sorted(self._past, key=lambda one: (one.actor, one.agreement, one.acts))),
        )

    def _with_relations(self, text: AgreementText) -> AgreementText:
        """A norm with what it came from: its derivation's sources, and whatever is aligned with an outcome of it."""
        if text.id not in self._sources:
            return text
        asked = {one.outcome for one in self._alignments if one.clause == text.clauses[0].id}
        aligned = {one.clause for one in self._alignments if one.outcome in asked}
        holding = {one.id for one in self._texts.values() if any(clause.id in aligned for clause in one.clauses)}
        return replace(text, related=frozenset(self._sources[text.id] | holding - {text.id}))


def _ended(view: Signed, parties: Parties, time: int) -> Iterator[Past]:
    """Every spell in which a party was bound and no longer is: it withdrew, or the agreement ended or was replaced."""
    if view.document is None or view.status is None:
        return
    acting = {act.act.party: parties.get(act.act.party) for act in view.acts}
    kinds = {party: known.kind for party, known in acting.items() if known is not None}
    kinds |= {founder.id: founder.kind for founder in view.document.founders}
    consents = read_consents(view.document, by_party(view.acts, time, {}), kinds, {})
    for party, own in consents.owns.items():
        for spell in own.spells:
            since = consents.since(spell)
            until = min((at for at in (spell.end, view.status.ended) if at is not None), default=None)
            if since is None or until is None or not since < until <= time or acting.get(party) is None:
                continue
            reserved = {act.act.clause for act in spell.acts if act.act.kind is ActKind.RESERVATION and own.stands(act)}
            closing = [act for act in own.acts if act.act.kind is ActKind.WITHDRAWAL and act.recorded.time <= until]
            yield Past(
                str(party),
                view.id,
                frozenset(view.document.clause_ids) - reserved,
                tuple(act.digest for act in (*spell.consents, *closing)),
                None,
                day_of(since),
                day_of(until),
            )
    for gone in view.status.replaced:
        before = gone.standing
        agreed = [act.digest for act in view.acts if act.act.kind is ActKind.AMENDMENT]
        yield Past(
            str(before.party),
            view.id,
            before.clauses,
            tuple(dict.fromkeys((*before.acts, *agreed))),
            None,
            day_of(before.since),
            day_of(gone.until),
        )


def _world_of(text: Agreement, parties: Parties) -> World | None:
    """By the identifiers that the text names and those that its founders claim: all must agree.

    Not by who joined later, or one stray accession would take an open agreement out of both worlds.
    """
    founders = (parties.get(founder.id) for founder in text.founders)
    worlds = {founder.world for founder in founders if founder is not None} | {text.world}
    return next(iter(worlds)) if len(worlds) == 1 else None


def _actor(id_: PartyId, party: Registered) -> Actor:
    return Actor(str(id_), party.name, party.kind, party.region, party.country)


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


def _spells(
    acts: Sequence[tuple[str | None, str, Hash]],
) -> tuple[str | None, list[tuple[str | None, str | None, tuple[Hash, ...]]]]:
    """Since when somebody's reported acts leave it undertaking, and the spells before that ended, each with its acts.

    The first day of a spell is the earliest that any of its acts names; an entry into force dates nothing.
    """
    ended: list[tuple[str | None, str | None, tuple[Hash, ...]]] = []
    running: list[tuple[str | None, str, Hash]] = []
    for act in sorted(acts, key=lambda one: (one[0] or "", one[1], one[2])):
        if act[1] in _ENDING:
            if running:
                first = min((date for date, _, _ in running if date), default=None)
                ended.append((first, act[0], tuple(sorted(hash_ for _, _, hash_ in (*running, act)))))
            running = []
        elif act[1] not in _NOT_UNDERTAKING:
            running.append(act)
    return min((date for date, _, _ in running if date), default=None), ended
