"""The record that composition works on: who undertook which clauses as of a view, consented here or reported.

Belongs here: bringing the fold's answers and the observers' reports into `composition`'s input, and listing what was
missing. Does not belong here: judging acts (`acts.consent`) or composing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

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
from normledger.documents.document import Agreement, Alignments, Document, Outcome, ReportedAgreement, Reports
from normledger.documents.geography import region_of
from normledger.identifiers import ClauseId, DocumentHash, Hash, OutcomeId, PartyId, is_exercise
from normledger.ledger.answers import AgreementView, AsOf, Batch, Party


class Gathering:
    """Collects a record; `read` gives a document by its hash, or None where it is not at hand."""

    def __init__(self, parties: Mapping[PartyId, Party], read: Callable[[Hash], Document | None]) -> None:
        self._parties, self._read = parties, read
        self._missing: list[str] = []
        self._actors: dict[str, Actor] = {}
        self._texts: dict[Hash, AgreementText] = {}
        self._undertakings: list[Undertaking] = []
        self._alignments: list[Alignment] = []

    def consented(self, agreements: Iterable[AgreementView]) -> None:
        """Who is bound by agreements that were signed here, and what their parties declare in them."""
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
                world=_world_of(view, self._parties),
                clauses=_clause_texts(view.id, view.document),
            )
            for clause, id_ in zip(view.document.clauses, view.document.clause_ids, strict=True):
                self._alignments.extend(
                    Alignment(id_, ask.outcome, ask.relation, "declared", None, view.id) for ask in clause.asks
                )
            world = self._texts[view.id].world
            for bound in view.status.bound:
                party = self._parties[bound.party]
                if world is not None and party.world != world:
                    self._missing.append(f"party {party.id} of agreement {view.id}: it is of the other world")
                    continue
                self._actors[str(party.id)] = _actor(party)
                self._undertakings.append(
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
                if isinstance(text, ReportedAgreement) and _undertakes(acts):
                    self._undertakings.append(
                        Undertaking(
                            identifier,
                            agreement,
                            frozenset(text.clause_ids),
                            tuple(sorted(hash_ for _, _, hash_ in acts)),
                            author,
                            min((date for date, _, _ in acts if date), default=None),
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

    def record(self, at: AsOf, basis: Basis, world: World) -> Record:
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
            agreements=tuple(self._texts[key] for key in sorted(self._texts)),
            undertakings=tuple(self._undertakings),
            outcomes=tuple(outcomes[key] for key in sorted(outcomes)),
            alignments=tuple(one for one in self._alignments if one.outcome in outcomes),
            missing=tuple(sorted(set(self._missing))),
        )


def _world_of(view: AgreementView, parties: Mapping[PartyId, Party]) -> World | None:
    """By the identifiers that the text names and those that its founders claim: all must agree.

    Not by who joined later, or one stray accession would take an open agreement out of both worlds.
    """
    claimed = {parties[founder].world for founder in view.terms.parties if founder in parties}
    worlds = claimed | {view.document.world if view.document else None}
    return next(iter(worlds)) if len(worlds) == 1 else None


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
