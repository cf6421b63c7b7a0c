"""What rests on what, as of a view: reads each subject once, when it is asked for, and gives its nodes and edges.

A *standing* is what accrues around a thing up to a block: who is bound by an agreement or a clause, who stands behind a
norm, which clauses ask for an outcome, what a party declared of itself. It is a thing of its own, named with its block,
because the thing itself never changes: an endorsement rests on the norm's text, not on who endorsed it since. An
*instrument* is what an act brought forth and a withdrawal ends: a consent, a reservation, full powers, the tenure of an
account (by a claim or a rotation).

Belongs here: turning acts, documents and the folds' answers into a graph. Does not belong here: deciding what stands
(`acts.consent`) or whose alignments count (`composition`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from normledger.acts import consent
from normledger.acts.act import ActKind, Contract, RecordedAct, list_of, stances_on
from normledger.acts.entry import Consents, predecessors, read_consents
from normledger.acts.spells import CONSENTING, by_party
from normledger.acts.stances import standing_batches, withdrawn
from normledger.composition import relations
from normledger.composition.alignment import METHOD, choose
from normledger.composition.coalitions import Candidate
from normledger.composition.compose import compose
from normledger.composition.gathering import Batch, Gathering
from normledger.composition.record import Alignment, Basis, TrustPolicy, Undertaking, World
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import (
    Alignments,
    ClauseAlignment,
    DerivationRecord,
    Outcome,
    Report,
    Reported,
    Reports,
)
from normledger.identifiers import ZERO, AgreementId, ClauseId, Digest, Hash, NormId, OutcomeId, PartyId, keccak
from normledger.ledger.answers import AgreementView, NormView
from normledger.ledger.queries import View
from normledger.provenance.deeds import Deeds, Ended
from normledger.provenance.nodes import Moment

_RECORDS: tuple[tuple[Basis, World], ...] = (
    ("consented", "real"), ("consented", "exercise"), ("reported", "real"), ("reported", "exercise"),
)  # fmt: skip
_STANCES = (ActKind.ENDORSEMENT, ActKind.OPPOSITION)
_EVIDENCE = (ActKind.PUBLICATION, ActKind.DERIVATION)


class Lineage(Deeds):
    """Collects a graph as of a view, under a trust policy; `found` asks for outcomes that only the method sees too."""

    def __init__(
        self, view: View, policy: TrustPolicy, *, found: bool = False, shallow: bool = False, brief: bool = False
    ) -> None:
        super().__init__(view, shallow=shallow, brief=brief)
        self.policy, self.found = policy, found
        self.leaves: dict[str, Report | ClauseAlignment] = {}
        """What the reports and alignments that were read say, by key."""
        self._said_of: dict[OutcomeId, list[tuple[Alignment, bool]]] = {}
        self._declaring: dict[OutcomeId, list[Alignment]] = {}
        self._asked_for: dict[Hash, bool] = {}
        self._held_by: dict[Hash, tuple[Hash, AgreementId | None] | None] = {}
        self._reporting: dict[Digest, dict[Hash, list[Undertaking]]] = {}

    # --- what a party states of others

    def list_of(self, author: PartyId) -> None:
        """All reports, alignments and recognitions of a party, with their leaves."""
        if not self._once("list", author):
            return
        acts = self.view.acts_on(Contract.PARTY_REGISTRY, list_of(author))
        gone = withdrawn(acts)
        for act in acts:
            named = self._nodes.get(f"instrument:{act.act.refers_to}")
            uses: list[tuple[str, str]] = []
            recognises = act.act.kind is ActKind.RECOGNITION and not self.brief
            if recognises and self._whose(PartyId(act.act.refers_to)):
                of = self.view.parties[PartyId(act.act.refers_to)]
                if of.recorded.order < act.order:
                    uses.append((f"instrument:{of.digest}", "who is recognised"))
            note = f"withdraws {named.label}" if named and act.act.kind is ActKind.WITHDRAWAL else ""
            instrument = self.act(act, uses, note=note)
            if act.act.kind in (ActKind.REPORTS, ActKind.ALIGNMENTS):
                self._leaves(act, instrument)
        self._void((act, gone[act.digest], None, "withdrawn") for act in acts if act.digest in gone)

    def _leaves(self, act: RecordedAct, instrument: str) -> None:
        batch = self.view.document(act.act.content)
        if not isinstance(batch, Reports | Alignments) or not _is_of(batch, act):
            return
        author = f"party:{batch.author}"
        for position, hash_ in enumerate(batch.leaf_hashes):
            if isinstance(batch, Reports):
                leaf = batch.leaves[position]
                told = f"{leaf.actor.name}: {leaf.act}"
                when = f"reported to have happened on {leaf.date}" if leaf.date else f"seen {leaf.seen or 'undated'}"
                key = self._put("report", hash_, told, note=f"{when}; it signed nothing here")
                actor = keccak(leaf.actor.identifier.encode())
                self._actor(actor, leaf.actor)
                self._rests(key, "wasDerivedFrom", self._below(leaf.agreement), "what it was about")
                self._rests(key, "wasInfluencedBy", f"actor:{actor}", "whom it is about; as reported")
            else:
                said = batch.leaves[position]
                key = self._put("alignment", hash_, f"{said.relation}, says {self._name(batch.author)}")
                self._rests(key, "wasDerivedFrom", self._asking(said.clause), "what asks")
                self._rests(key, "wasDerivedFrom", self._outcome(said.outcome), "what it asks for")
            self.leaves[key] = batch.leaves[position]
            self._rests(key, "wasDerivedFrom", instrument, "signed under its root")
            self._rests(key, "wasAttributedTo", author)

    def _actor(self, name: Hash, actor: Reported) -> None:
        """Whom reports name: of several descriptions the first by letter, whichever report is read first."""
        before = self._nodes.get(f"actor:{name}")
        note = f"{actor.kind}, called {actor.identifier}"
        if before is None or (actor.name, note) < (before.label, before.note):
            self._put("actor", name, actor.name, note=note, sort=actor.kind)

    def _asking(self, clause: Hash) -> str:
        """What an alignment speaks of: a clause, or an outcome that stands to another."""
        if f"outcome:{clause}" in self._nodes or isinstance(self.view.document(clause), Outcome):
            return self._outcome(OutcomeId(clause))
        if f"clause:{clause}" not in self._nodes and not self.shallow:
            known = self._holder(clause)
            if known is None:
                return self.nameless_clause(clause)
            self.text(known[0])
        return f"clause:{clause}"

    def nameless_clause(self, id_: Hash) -> str:
        """A clause of which only the id is known."""
        return self._put("clause", id_, str(id_), note="its agreement is not at hand")

    def _outcome(self, id_: OutcomeId) -> str:
        key = f"outcome:{id_}"
        if key not in self._nodes and not self.shallow:
            self.wording(id_)
        return key

    def wording(self, id_: OutcomeId) -> str:
        """An outcome's own text, with nobody who asks for it."""
        key = f"outcome:{id_}"
        if key not in self._nodes:
            text = self.view.document(id_)
            self._put("outcome", id_, text.text if isinstance(text, Outcome) else "text not at hand")
        return key

    # --- agreements

    def agreement(self, id_: AgreementId) -> str:
        """An agreement with its text, all acts on it, others' stances, and who is bound; the key of its standing."""
        if not self._once("agreement", id_):
            return f"standing:{id_}.{self.view.at.block}"
        view = self.view.agreements[id_]
        key = self._put("agreement", id_, view.title, view.recorded, view.fault or "")
        self._rests(key, "specializationOf", self.text(view.terms.document))
        standing = self._standing(id_, "agreement", f"“{view.title}”", key)
        aside = dict(view.status.left_aside) if view.status else {}
        for act in sorted(view.acts, key=lambda one: one.order):
            self._agreement_act(view, act, aside.get(act.digest, ""))
        counting = self._counting(view)
        for act in view.acts:
            self._rests(
                standing, "hadMember" if act.digest in counting else "wasDerivedFrom", f"instrument:{act.digest}"
            )
        self._clauses(view)
        self._changes(view, standing)
        self._stances(key, standing, self.view.acts_on(Contract.AGREEMENT_LEDGER, stances_on(id_)), id_)
        return standing

    def _agreement_act(self, view: AgreementView, act: RecordedAct, aside: str) -> None:
        key, told = f"agreement:{view.id}", act.act
        founding = consent.is_founding(act)
        uses = [] if founding else [(key, "what it is about")]
        if told.clause not in (ZERO, view.id) and f"clause:{told.clause}" in self._nodes:
            uses.append((f"clause:{told.clause}", "the clause that it names"))
        named = self._nodes.get(f"instrument:{told.refers_to}")
        if named and told.kind in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION):
            uses.append((named.key, "what it answers"))
        note = aside
        if told.kind is ActKind.WITHDRAWAL:
            note = aside or (f"withdraws {named.label}" if named else "withdraws its consent")
        self.act(act, uses, note=note)
        if founding:
            # They are recorded together: the last one's place is when the agreement is there, and for all of them.
            opened = max(Moment.of(one.recorded) for one in view.acts if consent.is_founding(one))
            self._until(f"act:{act.digest}", opened)
            self._rests(key, "wasGeneratedBy", f"act:{act.digest}", "founded by", opened)

    def _key_of(self, name: Hash) -> str:
        """The key of a thing's standing."""
        return f"standing:{name}.{self.view.at.block}"

    def _counting(self, view: AgreementView) -> set[Digest]:
        """The acts by which somebody is bound now, and what reduces that."""
        if view.status is None:
            return set()
        return {act for one in (*view.status.bound, *view.status.provisional) for act in one.acts}

    def _clauses(self, view: AgreementView) -> None:
        """Per clause, who is bound by it, and who is not because of a reservation."""
        if view.document is None or view.status is None:
            return
        kind_of = {act.digest: act.act.kind for act in view.acts}
        for clause in view.document.clause_ids:
            standing = self._standing(clause, "clause", self._nodes[f"clause:{clause}"].label, f"clause:{clause}")
            self._rests(standing, "wasDerivedFrom", f"agreement:{view.id}", "where it stands")
            for bound in view.status.bound:
                if clause in bound.clauses:
                    for digest in bound.acts:
                        if kind_of.get(digest) in CONSENTING:
                            self._rests(standing, "hadMember", f"instrument:{digest}", "bound by it")
            for reservation in view.status.reservations:
                if reservation.clause == clause:
                    note = "reserved; not bound by it"
                    self._rests(standing, "wasDerivedFrom", f"instrument:{reservation.act.digest}", note)
                    for objection in reservation.objections:
                        note = "objects to the reservation"
                        self._rests(standing, "wasDerivedFrom", f"instrument:{objection.digest}", note)

    def _changes(self, view: AgreementView, standing: str) -> None:
        """Withdrawals and what they void, successions, amendments and the agreements that replace this one."""
        if view.document is None or view.status is None:
            return
        time = self.view.at.time
        kinds = {act.act.party: known.kind for act in view.acts if (known := self.view.parties.get(act.act.party))}
        for founder in view.document.founders:
            kinds[founder.id] = founder.kind
        consents = read_consents(view.document, by_party(view.acts, time, {}), kinds, {})
        self._void(_ended(consents, time))
        for own in consents.owns.values():
            for spell in own.spells:
                for succession, _, old in predecessors(consents, spell):
                    for before in old.consents:
                        if before.order < succession.order:
                            key = f"instrument:{succession.digest}"
                            self._rests(key, "wasDerivedFrom", f"instrument:{before.digest}", "whom it succeeds")
        for document in (*view.status.amended_by, *view.status.corrected_by):
            for later in self.view.agreements_with([document]):
                # An agreement opened before cannot rest on one that replaces it: nothing derives from its own future.
                if later.recorded.order > view.recorded.order:
                    note = "replaced by it" if document in view.status.amended_by else "corrected by it"
                    replacing = self._key_of(later.id) if self.shallow else self.agreement(later.id)
                    self._rests(standing, "wasDerivedFrom", replacing, note)

    def _stances(
        self,
        thing: str,
        standing: str,
        acts: Sequence[RecordedAct],
        scope: Hash = ZERO,
        only: PartyId | None = None,
    ) -> None:
        """Others' stances on an agreement or a clause, or all acts on a norm; or those of one party alone."""
        if only is not None:  # what one party says is overtaken and withdrawn by nobody else
            acts = [act for act in acts if act.act.party == only]
        gone = withdrawn(acts)
        stands = {
            one.act.digest for clause in {act.act.clause for act in acts} for one in consent.stances(acts, clause)
        }
        ended = []
        for act in sorted(acts, key=lambda one: one.order):
            told = act.act
            uses = [] if told.kind is ActKind.PUBLICATION else [(thing, "what it is about")]
            if f"clause:{told.clause}" in self._nodes:
                uses.append((f"clause:{told.clause}", "the clause that it names"))
            note = "stands" if act.digest in stands else ""
            if told.kind in _STANCES and act.digest not in stands and act.digest not in gone:
                note = "overtaken"
                later = [
                    one
                    for one in acts
                    if one.digest in stands and one.act.party == told.party and one.act.clause == told.clause
                ]
                ended += [(act, one, None, "overtaken") for one in later]
            elif act.digest in gone:
                note = "withdrawn"
                ended.append((act, gone[act.digest], None, "withdrawn"))
            instrument = self.act(act, uses, note=note, scope=scope)
            member = act.digest in stands or (
                told.kind not in (*_STANCES, ActKind.WITHDRAWAL) and act.digest not in gone
            )
            self._rests(standing, "hadMember" if member else "wasDerivedFrom", instrument)
        self._void(ended)

    # --- texts that hold clauses

    def _holder(self, clause: Hash) -> tuple[Hash, AgreementId | None] | None:
        """Of a clause, its document, and the agreement on the register if it is of one; None where none holds it."""
        if clause not in self._held_by:
            self._look_up([clause])
        return self._held_by[clause]

    def _look_up(self, clauses: Iterable[Hash]) -> None:
        """Find what holds these clauses at once, and read those agreements, for who asks for each."""
        asked = [clause for clause in clauses if clause not in self._held_by]
        holding = self.view.holding(asked)
        signed: dict[Hash, AgreementId] = {}
        for one in self.view.agreements_with(set(holding.values())):
            if one.document:
                signed.setdefault(one.terms.document, one.id)
        for clause in asked:
            document = holding.get(ClauseId(clause))
            agreement = None if document is None else signed.get(document)
            known = document is not None and (agreement or self.view.reported_agreement(document))
            self._held_by[clause] = (document, agreement) if document is not None and known else None

    def clause(self, id_: Hash) -> bool:
        """Read the agreement or reported text that holds a clause; whether there is one."""
        held = self._holder(id_)
        if held is None:
            return False
        document, agreement = held
        if agreement is None:
            self.reported(document)
        else:
            self.agreement(agreement)
        return True

    # --- reports

    def undertaken(self, document: Hash) -> list[Undertaking]:
        """What trusted observers report to stand of a text."""
        found: list[Undertaking] = []
        telling = self.view.mentioning(document)
        for batch in self._trusted_reports:
            if batch.act.act.content in telling:
                if batch.act.digest not in self._reporting:
                    self._reporting[batch.act.digest] = self._told_in(batch)
                found += self._reporting[batch.act.digest].get(document, ())
        return found

    def _told_in(self, batch: Batch) -> dict[Hash, list[Undertaking]]:
        gathering = Gathering(self.view.parties, self.view.document)
        gathering.reported([batch])
        found: dict[Hash, list[Undertaking]] = defaultdict(list)
        # The world is only a label of a record.
        for one in gathering.record(self.view.at, "reported", "exercise").undertakings:
            found[one.agreement].append(one)
        return found

    @cached_property
    def _trusted_reports(self) -> list[Batch]:
        return self._trusted(ActKind.REPORTS, self.policy.reports)

    def _trusted(self, kind: ActKind, authors: Iterable[PartyId]) -> list[Batch]:
        """The standing batches of those whom the reader trusts; nobody else's list is read."""
        found = []
        for author in sorted(authors):
            for act in standing_batches(self.view.acts_on(Contract.PARTY_REGISTRY, list_of(author))):
                if act.act.kind is kind:
                    document = self.view.document(act.act.content)
                    whole = isinstance(document, Reports | Alignments) and _is_of(document, act)
                    found.append(Batch(act, document if whole else None))  # type: ignore[arg-type]  # just looked
        return sorted(found, key=lambda batch: batch.act.order)

    def reported(self, document: Hash) -> str:
        """Who is reported to have undertaken a text, by trusted observers; the key of its standing."""
        text = self.text(document)
        title = self._nodes[text].label
        key = self._standing(document, "reported agreement", f"“{title}”", text)
        if self._once("reported", document):
            for one in self.undertaken(document):
                if one.author and not self.shallow:
                    self.list_of(one.author)
                for leaf in one.acts:
                    self._rests(key, "hadMember", f"report:{leaf}", "reported, not consented")
        return key

    # --- outcomes and candidates

    @cached_property
    def _signed_alignments(self) -> frozenset[Alignment]:
        """What those whom the reader trusts sign that clauses and outcomes ask for."""
        gathering = Gathering(self.view.parties, self.view.document)
        gathering.aligned(self._trusted(ActKind.ALIGNMENTS, self.policy.alignments))
        return frozenset(gathering.record(self.view.at, "consented", "exercise").alignments)

    @cached_property
    def _signed_about(self) -> Mapping[Hash, list[Alignment]]:
        """The same by outcome and by clause."""
        found: dict[Hash, list[Alignment]] = defaultdict(list)
        for one in self._signed_alignments:
            for name in {Hash(one.outcome), Hash(one.clause)}:
                found[name].append(one)
        return found

    def _declared(self, outcome: OutcomeId) -> list[Alignment]:
        """The clauses of agreements on the register whose own text says that they ask for an outcome."""
        if outcome not in self._declaring:
            self._declaring[outcome] = self._find_declared(outcome)
        return self._declaring[outcome]

    def _find_declared(self, outcome: OutcomeId) -> list[Alignment]:
        documents = {document for _, about, document in self.view.asks(about=[outcome]) if about == outcome}
        return [
            Alignment(id_, ask.outcome, ask.relation, "declared", None, view.id)
            for view in self.view.agreements_with(documents)
            if view.document
            for clause, id_ in zip(view.document.clauses, view.document.clause_ids, strict=True)
            for ask in clause.asks
            if ask.outcome == outcome
        ]

    def asked_for(self, name: Hash) -> bool:
        """Whether this is an outcome at hand that somebody, whose word may count, says a clause or outcome asks for."""
        if name not in self._asked_for:
            self._asked_for[name] = isinstance(self.view.document(name), Outcome) and (
                any(one.outcome == name for one in self._signed_about.get(name, ()))
                or bool(self._declared(OutcomeId(name)))
            )
        return self._asked_for[name]

    @cached_property
    def _circles(self) -> frozenset[Alignment]:
        """Implications between outcomes that come back to where they began: they count for nothing."""
        named = {Hash(one.outcome) for one in self._signed_alignments}
        declared = {about for _, about, _ in self.view.asks(about={one.clause for one in self._signed_alignments})}
        between = {
            one
            for one in self._signed_alignments
            if one.clause in named or (Hash(one.clause) in declared and self.asked_for(one.clause))
        }
        outcomes = frozenset(named | {Hash(one.clause) for one in between})
        settled = relations.settle(choose(between, self.policy, outcomes), outcomes)
        return frozenset(one for one, why in settled.left_out if why.startswith("implications in a circle"))

    def aligned(self, outcome: OutcomeId) -> list[tuple[Alignment, bool]]:
        """What is said of an outcome: alignments that the policy lets count, and those that are only shown."""
        if outcome not in self._said_of:
            self._said_of[outcome] = self._find_aligned(outcome) if self.asked_for(outcome) else []
        return self._said_of[outcome]

    def _find_aligned(self, outcome: OutcomeId) -> list[tuple[Alignment, bool]]:
        said = {*self._signed_about.get(outcome, ()), *self._declared(outcome)}
        self._look_up({one.clause for one in said})
        known = {Hash(one.clause) for one in said if self._holder(one.clause) or self.asked_for(one.clause)}
        chosen = choose(said, self.policy, frozenset(known | {Hash(one.outcome) for one in said}))
        return [
            (one, counts)
            for counts, voices in ((True, chosen.counting), (False, chosen.shown))
            for one in voices
            if (one.outcome == outcome or one.relation == "same")
            and one.relation != "none"
            and Hash(one.clause) != Hash(one.outcome)
            and one not in self._circles
        ]

    def outcome(self, id_: OutcomeId) -> str:
        """An outcome with the clauses and outcomes that ask for it; the key of its standing."""
        if not self._once("outcome", id_):
            return f"standing:{id_}.{self.view.at.block}"
        grouped = self._found_outcomes.get(id_)
        if grouped is not None:
            standing = self._standing(id_, "outcome", f"“{grouped[0]}”, found by {METHOD}", None)
            for clause in grouped[1]:
                self._rests(standing, "wasDerivedFrom", self._bound_by(clause), "found by the method")
            return standing
        key = self.wording(id_)
        standing = self._standing(id_, "outcome", f"“{self._nodes[key].label}”", key)
        for one, counts in self.aligned(id_):
            self._alignment(standing, id_, one, counts)
        return standing

    def _alignment(self, standing: str, outcome: OutcomeId, one: Alignment, counts: bool) -> None:
        said = ""
        if one.by and one.strength == "signed":
            if not self.shallow:
                self.list_of(one.by)
            said = f"alignment:{one.act}"
        note = f"asks for {'the same' if one.relation == 'same' else one.relation}"
        note += f", says {self._name(one.by)}" if said and one.by else ", its parties declare"
        if not counts:
            note = note.replace("asks for", "is", 1) + "; it does not count"
            if said:
                self._rests(standing, "wasInfluencedBy", said, note)
            else:
                self._rests(standing, "wasInfluencedBy", self._asking(one.clause), note)
            return
        if said:
            self._rests(standing, "wasDerivedFrom", said, note)
        if self._holder(one.clause):
            self._rests(standing, "wasDerivedFrom", self._bound_by(one.clause), note)
        elif one.relation == "same":
            other = self._further(OutcomeId(one.clause) if one.outcome == outcome else one.outcome)
            self._rests(min(standing, other), "alternateOf", max(standing, other), note)
        else:
            self._rests(standing, "wasDerivedFrom", self._further(OutcomeId(one.clause)), note)

    def _further(self, outcome: OutcomeId) -> str:
        """The standing of an outcome that something read rests on."""
        return self._key_of(outcome) if self.shallow else self.outcome(outcome)

    def _bound_by(self, clause: Hash) -> str:
        """The standing of a clause: its own in an agreement, that of the whole text where it was reported."""
        held = self._holder(clause)
        if held is None:
            raise KeyError(clause)
        document, agreement = held
        if self.shallow:
            return self._key_of(document if agreement is None else clause)
        if agreement is None:
            return self.reported(document)
        self.agreement(agreement)
        return self._key_of(clause)

    @cached_property
    def _compositions(self) -> list[Composition]:
        parameters = Parameters(found=self.found, packages=self.found)
        return [compose(self.view.record(basis, world), self.policy, parameters) for basis, world in _RECORDS]

    @cached_property
    def _found_outcomes(self) -> dict[OutcomeId, tuple[str, tuple[Hash, ...]]]:
        if not self.found:
            return {}
        return {
            one.id: (one.text, tuple(one.clauses))
            for made in self._compositions
            for one in made.outcomes.values()
            if one.found is not None
        }

    def candidates(self) -> None:
        """All candidate norms that stand, consented and reported, each with its outcomes."""
        if self._once("candidates", ZERO):
            self._candidates((one, made) for made in self._compositions for one in made.candidates)

    def candidates_of(self, outcomes: Iterable[OutcomeId]) -> None:
        """The candidate norms that stand for one of these outcomes each, composed from what bears them alone."""
        asked = set(outcomes)
        if not asked:
            return
        about = self._connected(asked)
        parameters = Parameters(found=False, packages=False)
        bases: tuple[Basis, ...] = ("consented", "reported") if self.policy.reports else ("consented",)
        found = {basis: self.view.record_about(about, basis, "real") for basis in bases}
        made = [
            compose(replace(found[basis], world=world), self.policy, parameters)
            for basis, world in _RECORDS
            if basis in found
        ]
        self._candidates((one, each) for each in made for one in each.candidates if asked.issuperset(one.outcomes))

    def _connected(self, outcomes: set[OutcomeId]) -> set[OutcomeId]:
        """These outcomes, and those from which or to which trusted alignments lead, whatever they say."""
        found, queue = set(outcomes), [*outcomes]
        for outcome in queue:
            for one in self._signed_about.get(outcome, ()):
                for further in (OutcomeId(one.clause), one.outcome):
                    if further not in found and self.asked_for(further):
                        found.add(further)
                        queue.append(further)
        return found

    def _candidates(self, found: Iterable[tuple[Candidate, Composition]]) -> None:
        notes: dict[Hash, list[str]] = defaultdict(list)
        labels: dict[Hash, str] = {}
        outcomes: dict[Hash, tuple[OutcomeId, ...]] = {}
        for one, made in found:
            labels[one.key] = " · ".join(made.outcomes[outcome].text for outcome in one.outcomes)
            outcomes[one.key] = one.outcomes
            notes[one.key].append(
                f"{made.record.basis}, {made.record.world}: {len(one.parties)} parties on {len(one.independent)} "
                "independent agreements"
            )
        for key, label in labels.items():
            node = self._put("candidate", key, label, note="; ".join(notes[key]), standing=True)
            for outcome in outcomes[key]:
                self._rests(node, "hadMember", self.outcome(outcome))

    # --- norms

    def norm(self, id_: NormId) -> str:
        """A published norm with all acts on it; the key of its standing."""
        if not self._once("norm", id_):
            return f"standing:{id_}.{self.view.at.block}"
        view = self.view.norms[id_]
        note = "" if view.document else "its text is not at hand; fetch it by its hash"
        if view.document and view.document.world == "exercise":
            note = "exercise"
        published = view.publication
        key = self._put("norm", id_, view.title, published.recorded, note)
        standing = self._standing(id_, "norm", f"“{view.title}”", key)
        self._rests(key, "wasGeneratedBy", f"act:{published.digest}", at=published.recorded)
        for outcome in view.document.outcomes if view.document else ():
            self._rests(standing, "wasDerivedFrom", self._further(outcome), "what it asks for")
            self._rests(key, "wasDerivedFrom", self._outcome(outcome), "what it asks for")
        if not self.shallow:
            self.stances(id_)
        derived = [act for act in view.acts if act.act.kind in _EVIDENCE and act.act.content != ZERO]
        outcomes = view.document.outcomes if view.document and derived else ()
        aligned = {one for outcome in outcomes for one in self._agreements_under(outcome)}
        for act in derived:
            text = self._derivation(act.act.content, aligned)
            if act.digest == published.digest:
                self._rests(key, "wasDerivedFrom", text, "what was composed when it was published")
        self._anchored(view, standing)
        return standing

    def stances(self, id_: NormId, only: PartyId | None = None) -> None:
        """What was said of a norm, by everybody or by one party alone."""
        whole = ("stances", Hash(id_)) in self._read
        if not whole and self._once("stances", id_ if only is None else keccak(id_ + only)):
            self._stances(f"norm:{id_}", self._key_of(id_), self.view.norms[id_].acts, only=only)

    def _agreements_under(self, outcome: OutcomeId) -> set[Hash]:
        """The agreements, reported ones too, whose clauses count for an outcome or for one that implies it."""
        seen, queue = {outcome}, [outcome]
        found: set[Hash] = set()
        for one in queue:
            for alignment, counts in self.aligned(one):
                if not counts:
                    continue
                if held := self._holder(alignment.clause):
                    document, agreement = held
                    found.add(agreement or document)
                    continue
                for further in (OutcomeId(alignment.clause), alignment.outcome):
                    if further not in seen and self.asked_for(further):
                        seen.add(further)
                        queue.append(further)
        return found

    def _derivation(self, name: Hash, aligned: set[Hash]) -> str:
        """A derivation with those of its sources that hold a clause for the norm's outcomes, and its norms."""
        key = self.text(name)
        document = self.view.document(name)
        sources = document.sources if isinstance(document, DerivationRecord) else frozenset()
        for one in sorted(sources):
            if one in aligned:
                if AgreementId(one) in self.view.agreements:
                    if not self.shallow:
                        self.agreement(AgreementId(one))
                    self._rests(key, "wasDerivedFrom", f"agreement:{one}", "a source")
                else:
                    self._rests(key, "wasDerivedFrom", self._below(one), "a source")
        for one in sorted(self.view.norms_among(sources)):
            if not self.shallow:
                self.norm(one)
            self._rests(key, "wasDerivedFrom", f"norm:{one}", "a building block")
        return key

    def _anchored(self, view: NormView, standing: str) -> None:
        """Endorsements signed off the chain, under the roots that are recorded: at least so many."""
        for act in view.acts:
            if act.act.kind is ActKind.ANCHOR:
                counted = [one for one in view.anchored if one.anchor.digest == act.digest]
                told = f"at least {len(counted)} endorsements signed off the chain"
                missing = act.digest in {one.digest for one in view.anchors_missing}
                note = "its leaves are not at hand and count nothing" if missing else "anchored by this root"
                root = self._put("text", act.act.content, told, note=note)
                self._rests(f"act:{act.digest}", "used", root, "what it anchors", act.recorded)
        for one in view.anchored:
            self._whose(one.act.party)
            by = f"anchored endorsement by {self._name(one.act.party)}"
            words = self.view.statement(one.act.content)
            key = self._put(
                "act",
                one.digest,
                by + (f": “{words}”" if words else ""),
                note="signed, not recorded",
                sort="endorsement",
            )
            self._signed(key, one.act.party, one.act.account)
            self._rests(key, "used", f"norm:{view.id}", "what it is about")
            instrument = self._put(
                "instrument", one.digest, by, note="anchored, a class of its own", sort="endorsement"
            )
            self._rests(instrument, "wasGeneratedBy", key)
            self._rests(f"text:{one.anchor.act.content}", "hadMember", instrument)


def _is_of(batch: Reports | Alignments, act: RecordedAct) -> bool:
    """Whether these are the leaves whose root an act signed."""
    return (batch.author, batch.root) == (act.act.party, act.act.refers_to)


def _ended(consents: Consents, time: int) -> Iterator[Ended]:
    """Of an agreement's acts, those that a withdrawal voids, and those of a spell that a withdrawal closed."""
    for own in consents.owns.values():
        for act in own.acts:
            if by := own.voided.get(act.digest):
                yield act, by, None, "withdrawn"
        for spell in own.spells:
            if not spell.acts or spell.end is None or spell.end > time:
                continue
            closing = next((act for act in own.acts if act.act.number > spell.acts[-1].act.number), None)
            if closing is None:
                continue
            for act in spell.acts:
                if act.digest not in own.voided and act.order < closing.order:
                    runs = spell.end > closing.recorded.time
                    yield act, closing, Moment(spell.end) if runs else None, "consent withdrawn"
