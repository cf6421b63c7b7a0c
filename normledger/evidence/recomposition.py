"""Composes again from a bundle's own acts and texts: the claim that a candidate norm follows from them.

    candidate     this candidate norm follows from these agreements (or reports) under this trust policy; where it is
                  maximal, from all agreements on the register, none left out

Belongs here: bringing what was asked for into `composition`'s input, as the ledger does from its index. Actors are
named by what they claim; their profiles, hence regions, are no part of the claim. Does not belong here: composing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from normledger.acts.act import ActKind, Contract, RecordedAct, list_of
from normledger.acts.consent import standing, standing_batches
from normledger.acts.stances import recognitions
from normledger.composition.compose import compose
from normledger.composition.record import (
    Actor,
    AgreementText,
    Alignment,
    Basis,
    ClauseText,
    OutcomeText,
    Recognition,
    Record,
    Undertaking,
    World,
)
from normledger.composition.record import TrustPolicy as Trusted
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import Agreement, Alignments, Document, Outcome, ReportedAgreement, Reports
from normledger.documents.trust_policy import TrustPolicy, read_trust_policy
from normledger.errors import InputError, NotFound
from normledger.evidence.known import Conclusion, History, Known, agreement_of
from normledger.evidence.statements import closed, hash_of, listed
from normledger.evidence.verdict import Unproven, quoted
from normledger.identifiers import ZERO, ClauseId, Hash, OutcomeId, PartyId, is_exercise

ASKS = ("among", "basis", "key", "maximal", "missing", "parameters", "trust_policy", "world")
ANSWERS = ("agreements", "outcomes", "parties")

_PARAMETERS = tuple(one.name for one in fields(Parameters))
_NOT_UNDERTAKING = ("entry into force", "vote:no", "vote:abstain")
_ENDING = ("withdrawal", "denunciation", "treaty ended", "end")


def candidate(question: dict[str, Any], known: Known) -> Conclusion:
    """Compose again, and find the candidate of this key. Raises `Unproven` where there is none."""
    basis, world = (_word(question, "basis", ("consented", "reported")), _word(question, "world", ("real", "exercise")))
    key = hash_of(question.get("key"), "claim.key")
    maximal = question.get("maximal")
    if type(maximal) is not bool:
        raise InputError("true or false is missing here", field="claim.maximal")
    policy = read_trust_policy(question.get("trust_policy"))
    if policy.to_json() != question["trust_policy"]:
        raise InputError("the trust policy is not in the form in which it is hashed", field="claim.trust_policy")
    among = _hashes(question, "among")
    missing = _hashes(question, "missing")
    if missing != sorted(set(missing)):
        raise InputError("the hashes stand in ascending order, each once", field="claim.missing")
    if maximal and basis == "consented" and among != list(known.register(Contract.AGREEMENT_LEDGER)):
        raise Unproven("registers", "the agreements named are not those of the register, in its order.")
    if not maximal and among != sorted(set(among)):
        raise InputError("the ids stand in ascending order, each once", field="claim.among")
    if basis == "reported" and (among or not maximal):
        raise InputError("what is reported is composed from all reports of the policy's observers", field="claim.among")
    gathering = _Gathering(known, frozenset(missing))
    if basis == "consented":
        for agreement in among:
            gathering.consented(agreement)
    else:
        for author in policy.reports:
            gathering.reported(author)
    for author in policy.alignments:
        gathering.aligned(author)
    for author in policy.recognitions:
        gathering.recognised(author)
    record = gathering.record(basis, world)  # type: ignore[arg-type]  # two words each, checked above
    if gathering.absent != frozenset(missing):
        raise Unproven("documents", "the texts named as missing are not those that are.")
    composition = compose(record, _trusted(policy), _parameters(question.get("parameters")))
    return _conclusion(question, composition, key, known, policy)


def _conclusion(
    question: dict[str, Any], composition: Composition, key: Hash, known: Known, policy: TrustPolicy
) -> Conclusion:
    try:
        found = composition.candidate(key)
    except NotFound:
        raise Unproven("claim", f"composed again, these acts give no candidate norm {key}.") from None
    if not found.stands:
        raise Unproven("claim", f"composed again, fewer than two independent agreements support {key}.")
    claim = {
        "kind": "candidate",
        **{member: question[member] for member in ASKS},
        "agreements": [str(one) for one in sorted(found.agreements)],
        "outcomes": [str(one) for one in found.outcomes],
        "parties": sorted(found.parties),
    }
    texts = "; ".join(quoted(composition.outcomes[one].text) for one in found.outcomes)
    titles = ", ".join(quoted(composition.selection.agreements[one].title) for one in sorted(found.agreements))
    reported = question["basis"] == "reported"
    verb = "are reported to have undertaken" if reported else "undertook"
    says = f"{len(found.parties)} parties {verb} what the candidate norm {key} asks ({texts}), by {titles}."
    notes = []
    if question["maximal"] and not reported:
        notes.append(f"No agreement on the register was left out; it lists {len(question['among'])}.")
    elif not reported:
        notes.append("Others on the register were not looked at.")
    if question["missing"]:
        notes.append(f"{len(question['missing'])} texts are not in the file; they count nothing.")
    notes.append(f"Under trust policy {policy.hash}.")
    digests = {act for one in composition.supports(key) for act in one.acts}
    acts = tuple(act for act in known.all_acts() if act.digest in digests)
    claimed = ["That the wording of the outcomes says what the clauses say, where an author aligned them."]
    if reported:
        claimed.append("What is reported: nobody named in it signed it here.")
    parties = tuple(PartyId.parse(one) for one in sorted(found.parties)) if not reported else policy.reports
    return Conclusion(claim, says, acts, parties, tuple(notes), tuple(claimed))


def _trusted(policy: TrustPolicy) -> Trusted:
    return Trusted(policy.hash, frozenset(policy.recognitions), frozenset(policy.alignments), frozenset(policy.reports))


def _word(question: dict[str, Any], member: str, allowed: tuple[str, ...]) -> str:
    value = question.get(member)
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"one of {', '.join(allowed)} is missing here", field=f"claim.{member}")
    return value


def _hashes(question: dict[str, Any], member: str) -> list[Hash]:
    given = listed(question.get(member), f"claim.{member}")
    return [hash_of(one, f"claim.{member}[{at}]") for at, one in enumerate(given)]


def _parameters(value: Any) -> Parameters:
    given = closed(value, _PARAMETERS, "claim.parameters")
    for one in fields(Parameters):
        if type(given[one.name]) is not type(one.default):
            raise InputError("a value of another type is missing here", field=f"claim.parameters.{one.name}")
    try:
        return Parameters(**given)
    except InputError as error:
        raise error.at(field=f"claim.parameters.{error.field}") from None


class _Gathering:
    """Collects a record from what is known. `absent` are documents that are named, and said to be missing."""

    def __init__(self, known: Known, missing: frozenset[Hash]) -> None:
        self._known, self._missing = known, missing
        self.absent: frozenset[Hash] = frozenset()
        self._actors: dict[str, Actor] = {}
        self._texts: dict[Hash, AgreementText] = {}
        self._undertakings: list[Undertaking] = []
        self._alignments: list[Alignment] = []
        self._recognitions: list[Recognition] = []

    def _read(self, name: Hash) -> Document | None:
        """A document; None where the claim says that it is missing."""
        if name in self._missing:
            self.absent |= {name}
            return None
        return self._known.document(name)

    def consented(self, subject: Hash) -> None:
        """Who is bound by an agreement, and what its parties declare in it."""
        acts = self._known.acts(Contract.AGREEMENT_LEDGER, subject)
        if not acts:
            raise Unproven("claim", f"no agreement {subject} is on the register.")
        text = self._read(acts[0].act.content)
        if text is None:
            return
        if not isinstance(text, Agreement) or agreement_of(text) != subject:
            raise Unproven("documents", f"the text {acts[0].act.content} does not give the id of agreement {subject}.")
        world = self._world(text)
        self._texts[subject] = AgreementText(
            subject, text.title, text.date, text.rules.character, text.rules.form, world, _clauses(subject, text)
        )
        for clause, id_ in zip(text.clauses, text.clause_ids, strict=True):
            self._alignments += [
                Alignment(id_, ask.outcome, ask.relation, "declared", None, subject) for ask in clause.asks
            ]
        for bound in standing(text, acts, self._known.time, self._known.kinds(acts)).bound:
            history = self._known.party(bound.party)
            if world is not None and _world(history) != world:
                continue
            self._actors[str(bound.party)] = Actor(str(bound.party), history.claim.claim.identifier, history.kind)
            self._undertakings.append(
                Undertaking(
                    str(bound.party), subject, bound.clauses, bound.acts, None, _day(bound.since),
                    None if bound.toward is None else frozenset(map(str, bound.toward)),
                )
            )  # fmt: skip

    def _world(self, text: Agreement) -> World | None:
        """By the identifiers that the text names and those that its founders claim: all must agree."""
        histories = [self._known.history(founder.id) for founder in text.founders]
        worlds = {_world(one) for one in histories if one is not None} | {text.world}
        return next(iter(worlds)) if len(worlds) == 1 else None

    def _standing(self, author: PartyId, kind: ActKind) -> list[tuple[RecordedAct, Document]]:
        """An author's batches of one kind that stand and whose leaves came along."""
        found = []
        for act in standing_batches(self._known.acts(Contract.PARTY_REGISTRY, list_of(author))):
            if act.act.kind is kind and (document := self._read(act.act.content)) is not None:
                found.append((act, document))
        return found

    def aligned(self, author: PartyId) -> None:
        """What a trusted author says that clauses ask for."""
        for act, batch in self._standing(author, ActKind.ALIGNMENTS):
            if isinstance(batch, Alignments) and batch.author == author and batch.root == act.act.refers_to:
                self._alignments += [
                    Alignment(leaf.clause, leaf.outcome, leaf.relation, "signed", author, name)
                    for leaf, name in zip(batch.leaves, batch.leaf_hashes, strict=True)
                ]

    def recognised(self, author: PartyId) -> None:
        """Which parties a trusted author calls one actor."""
        self._recognitions += [
            Recognition(str(said.party), str(said.same_as), author, said.act.digest)
            for said in recognitions(self._known.acts(Contract.PARTY_REGISTRY, list_of(author)))
            if said.same_as is not None
        ]

    def reported(self, author: PartyId) -> None:
        """Who is reported by a trusted observer to have undertaken what elsewhere."""
        for act, batch in self._standing(author, ActKind.REPORTS):
            if isinstance(batch, Reports) and batch.author == author and batch.root == act.act.refers_to:
                self._batch(batch)

    def _batch(self, batch: Reports) -> None:
        said: dict[tuple[str, Hash], list[tuple[str | None, str, Hash]]] = defaultdict(list)
        for leaf, name in zip(batch.leaves, batch.leaf_hashes, strict=True):
            who = leaf.actor
            said[who.identifier, leaf.agreement].append((leaf.date or leaf.seen, leaf.act, name))
            self._actors.setdefault(who.identifier, Actor(who.identifier, who.name, who.kind, "", who.country))
        for (identifier, agreement), acts in said.items():
            text = self._read(agreement)
            if not isinstance(text, ReportedAgreement):
                continue
            self._texts.setdefault(
                agreement,
                AgreementText(
                    agreement, text.title, text.date, text.character, text.form,
                    "exercise" if is_exercise(identifier) else "real", _clauses(agreement, text),
                ),
            )  # fmt: skip
            if _undertakes(acts):
                date = min((date for date, _, _ in acts if date), default=None)
                self._undertakings.append(
                    Undertaking(
                        identifier, agreement, frozenset(text.clause_ids), tuple(sorted(name for _, _, name in acts)),
                        batch.author, date,
                    )
                )  # fmt: skip

    def record(self, basis: Basis, world: World) -> Record:
        """All that was collected, with the outcomes that its alignments name. Block and chain are no part of it."""
        outcomes: dict[OutcomeId, OutcomeText] = {}
        for name in sorted({one.outcome for one in self._alignments}):
            read = self._read(name)
            if isinstance(read, Outcome):
                outcomes[name] = OutcomeText(name, read.text, read.polarity)
        return Record(
            chain_id=0,
            block=0,
            block_hash=ZERO,
            time=self._known.time,
            basis=basis,
            world=world,
            actors=tuple(self._actors[key] for key in sorted(self._actors)),
            agreements=tuple(self._texts[key] for key in sorted(self._texts)),
            undertakings=tuple(self._undertakings),
            outcomes=tuple(outcomes[key] for key in sorted(outcomes)),
            alignments=tuple(one for one in self._alignments if one.outcome in outcomes),
            recognitions=tuple(self._recognitions),
        )


def _world(history: History) -> World:
    return "exercise" if is_exercise(history.claim.claim.identifier) else "real"


def _clauses(agreement: Hash, text: Agreement | ReportedAgreement) -> tuple[ClauseText, ...]:
    return tuple(
        ClauseText(ClauseId(id_), agreement, position, clause.key, clause.heading, clause.text, clause.language)
        for position, (clause, id_) in enumerate(zip(text.clauses, text.clause_ids, strict=True))
    )


def _undertakes(acts: Sequence[tuple[str | None, str, Hash]]) -> bool:
    """Whether somebody's reported acts leave it undertaking: the last by date is no end, and one is an undertaking."""
    ordered = sorted((act for act in acts if act[1] not in _NOT_UNDERTAKING), key=lambda act: (act[0] or "", act[1]))
    return bool(ordered) and ordered[-1][1] not in _ENDING


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()
