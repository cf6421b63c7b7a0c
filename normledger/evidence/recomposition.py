"""Composes again from a bundle's own acts and texts: the claim that a candidate norm follows from them.

    candidate     this candidate norm follows from these agreements (or reports) under this trust policy; where it is
                  maximal, from all agreements on the register, none left out

Belongs here: asking for what is gathered (`composition.gathering`), which is done as the ledger does it. Actors are
named by what they claim; their profiles, hence regions, are no part of the claim. Does not belong here: composing.
"""

from dataclasses import dataclass, fields
from typing import Any

from normledger.acts.act import ActKind, Contract, RecordedAct, list_of
from normledger.acts.consent import Status, standing_batches
from normledger.acts.stances import recognitions
from normledger.composition.compose import compose
from normledger.composition.gathering import Batch, Gathering, batch_of
from normledger.composition.record import Basis, Record, World
from normledger.composition.record import TrustPolicy as Trusted
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import Agreement, Document
from normledger.documents.trust_policy import TrustPolicy, read_trust_policy
from normledger.errors import InputError, NotFound
from normledger.evidence.known import Conclusion, Known
from normledger.evidence.statements import closed, hash_of, listed
from normledger.evidence.verdict import Unproven, quoted
from normledger.identifiers import ZERO, Hash, PartyId, is_exercise

ASKS = ("among", "basis", "key", "maximal", "missing", "parameters", "trust_policy", "world")
ANSWERS = ("agreements", "outcomes", "parties")

_PARAMETERS = tuple(one.name for one in fields(Parameters))


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
    asking = _Asking(known, frozenset(missing))
    if basis == "consented":
        for agreement in among:
            asking.consented(agreement)
    else:
        for author in policy.reports:
            asking.reported(author)
    for author in policy.alignments:
        asking.aligned(author)
    for author in policy.recognitions:
        asking.recognised(author)
    record = asking.record(basis, world)  # type: ignore[arg-type]  # two words each, checked above
    if asking.absent != frozenset(missing):
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


@dataclass(frozen=True, slots=True)
class _Signed:
    """An agreement that is in the file; see `composition.gathering.Signed`."""

    id: Hash
    document: Agreement | None
    fault: str | None
    acts: tuple[RecordedAct, ...]
    status: Status | None


@dataclass(frozen=True, slots=True)
class _Actor:
    """A party by what it claims: its profile, hence its name and region, is no part of the claim."""

    name: str
    kind: str
    world: World
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class _Moment:
    """Only the header's time matters to what is composed; block and chain are proven elsewhere."""

    time: int
    chain_id: int = 0
    block: int = 0
    hash: Hash = ZERO


class _Asking:
    """Asks for what a candidate rests on. `absent` are documents that are named, and said to be missing."""

    def __init__(self, known: Known, missing: frozenset[Hash]) -> None:
        self._known, self._missing = known, missing
        self.absent: frozenset[Hash] = frozenset()
        self._gathering = Gathering(self, self.read)

    def read(self, name: Hash) -> Document | None:
        """A document; None where the claim says that it is missing."""
        if name in self._missing:
            self.absent |= {name}
            return None
        return self._known.document(name)

    def get(self, party: PartyId, /) -> _Actor | None:
        """A registered party."""
        history = self._known.history(party)
        if history is None:
            return None
        identifier = history.claim.claim.identifier
        return _Actor(identifier, history.kind, "exercise" if is_exercise(identifier) else "real")

    def consented(self, subject: Hash) -> None:
        """Who is bound by an agreement, and what its parties declare in it."""
        acts = self._known.acts(Contract.AGREEMENT_LEDGER, subject)
        if not acts:
            raise Unproven("claim", f"no agreement {subject} is on the register.")
        if self.read(acts[0].act.content) is None:
            return
        text, _ = self._known.agreement(subject)
        status = self._known.status(subject, self.read)
        self._gathering.consented([_Signed(subject, text, None, acts, status)], self._known.time)

    def _standing(self, author: PartyId, kind: ActKind) -> list[Batch]:
        """An author's batches of one kind that stand."""
        acts = standing_batches(self._known.acts(Contract.PARTY_REGISTRY, list_of(author)))
        return [batch_of(act, self.read(act.act.content)) for act in acts if act.act.kind is kind]

    def aligned(self, author: PartyId) -> None:
        """What a trusted author says that clauses ask for."""
        self._gathering.aligned(self._standing(author, ActKind.ALIGNMENTS))

    def recognised(self, author: PartyId) -> None:
        """Which parties a trusted author calls one actor."""
        acts = self._known.acts(Contract.PARTY_REGISTRY, list_of(author))
        self._gathering.recognised(recognitions(acts))

    def reported(self, author: PartyId) -> None:
        """Who is reported by a trusted observer to have undertaken what elsewhere."""
        self._gathering.reported(self._standing(author, ActKind.REPORTS))

    def record(self, basis: Basis, world: World) -> Record:
        """All that was asked for, with the outcomes that its alignments name."""
        return self._gathering.record(_Moment(self._known.time), basis, world)
