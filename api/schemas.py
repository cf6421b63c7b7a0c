"""What crosses HTTP, and only that: closed models, hashes as 0x-hex, chain integers as strings."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from normledger.acts.act import RecordedAct
from normledger.composition.indicators import Count
from normledger.composition.result import Composition
from normledger.identifiers import Hash
from normledger.ledger.queries import AgreementView, AsOf, NormView, Party, View
from normledger.provenance.graph import TraceNode
from normledger.relay.outbox import Submission


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AsOfModel(_Model):
    """The block at which an answer holds."""

    chain_id: int
    block: int
    hash: str
    time: int = Field(description="Unix seconds")
    final: bool = Field(description="whether the chain can no longer take it back")


class Answer(_Model):
    """Every reading answer says as of which block it holds."""

    as_of: AsOfModel


class StatusModel(Answer):
    release: str
    contracts: dict[str, str]
    digest: str = Field(description="one hash of all facts of the chain at this block")
    fault: str | None = Field(description="why the chain can't be followed right now, if so")


class PartyModel(_Model):
    id: str
    name: str
    kind: str
    identifier: str = Field(description="claimed, not proven")
    world: Literal["real", "exercise"]
    region: str
    account: str
    block: int


class PartyAnswer(Answer):
    party: PartyModel
    bound_by: list["BoundModel"]


class BoundModel(_Model):
    agreement: str
    title: str
    clauses: list[str]
    since: int
    acts: list[str]


class PartyPage(Answer):
    parties: list[PartyModel]
    next: str | None = Field(description="cursor of the next page, bound to this block")


class ActModel(_Model):
    digest: str
    kind: str
    party: str
    name: str
    account: str
    subject: str
    clause: str
    refers_to: str
    content: str
    text: str | None
    number: str
    deadline: str
    signature: str
    block: int
    block_hash: str
    transaction: str


class AgreementModel(_Model):
    basis: Literal["consented", "reported"]
    id: str
    document: str
    title: str
    date: str | None
    world: str | None
    fault: str | None = Field(description="why its text can't be shown, if so")
    block: int | None
    in_effect_since: int | None
    bound: list[str] = Field(description="ids of the parties bound; of reported actors, their claimed identifiers")


class AgreementPage(Answer):
    agreements: list[AgreementModel]
    next: str | None


class ClauseModel(_Model):
    id: str
    key: str
    heading: str
    text: str
    language: str


class ReservationModel(_Model):
    party: str
    clause: str
    act: str
    text: str | None
    objections: list[str] = Field(description="digests of the objections that stand")


class AgreementAnswer(Answer):
    agreement: AgreementModel
    clauses: list[ClauseModel]
    acts: list[ActModel]
    reservations: list[ReservationModel]
    withdrawn: list[str]
    sources: list[str]
    facts: dict[str, str]


class ClauseAnswer(Answer):
    clause: ClauseModel
    agreement: AgreementModel


class NormModel(_Model):
    id: str
    title: str
    world: str | None
    text: str | None = Field(description="null while it is not at hand")
    outcomes: list[str]
    endorsed_by: int
    opposed_by: int
    block: int


class NormPage(Answer):
    norms: list[NormModel]
    next: str | None


class NormAnswer(Answer):
    norm: NormModel
    acts: list[ActModel]


class StanceModel(_Model):
    party: str
    name: str
    kind: str
    stance: str
    reason: str | None
    act: str
    block: int


class StancePage(Answer):
    endorsements: list[StanceModel]
    next: str | None


class CountModel(_Model):
    value: int
    acts: list[str] = Field(description="the acts that it counts")


class CandidateModel(_Model):
    key: str
    outcomes: list[str]
    texts: list[str]
    parties: CountModel
    by_kind: dict[str, CountModel]
    by_region: dict[str, CountModel]
    independent_agreements: CountModel
    pairs: str = Field(description="pairs bound toward each other, of all pairs")
    mutuality: str
    already_agreed_in: list[str]


class CandidatePage(Answer):
    basis: str
    world: str
    derivation: str
    candidates: list[CandidateModel]
    next: str | None


class CandidateAnswer(Answer):
    basis: str
    world: str
    derivation: str
    candidate: CandidateModel
    coalition: list[dict[str, str]]
    agreements: list[str]
    drafts: list[str]
    mutuality_by_form: dict[str, str]


class TypedDataAnswer(Answer):
    typed_data: dict[str, Any] = Field(description="for eth_signTypedData_v4")
    digest: str
    sentence: str = Field(description="what the signature will say, for a person")
    texts: list[dict[str, Any]] = Field(description="documents that the act names; send them along")


class SubmissionRequest(_Model):
    """A signed act. `typed_data` goes back exactly as it was prepared."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"typed_data": {"primaryType": "Endorsement"}, "signature": "0x" + "00" * 65, "texts": []}]
        },
    )

    typed_data: dict[str, Any]
    signature: str = Field(max_length=10_000)
    texts: list[dict[str, Any]] = Field(default=[], max_length=8)


class SubmissionModel(_Model):
    digest: str
    kind: str
    subject: str
    status: Literal["accepted", "recorded", "refused"]
    reason: str | None
    transaction: str | None
    block: int | None
    received: int


class TraceModel(_Model):
    prov: Literal["entity", "activity", "agent"]
    kind: str
    label: str
    hash: str
    block: int | None
    time: int | None
    note: str
    children: list["TraceModel"]


class TraceAnswer(Answer):
    trace: TraceModel


def as_of(at: AsOf) -> AsOfModel:
    return AsOfModel(chain_id=at.chain_id, block=at.block, hash=str(at.hash), time=at.time, final=at.final)


def party(one: Party) -> PartyModel:
    return PartyModel(
        id=str(one.id),
        name=one.name,
        kind=one.kind,
        identifier=one.identifier,
        world=one.world,
        region=one.region,
        account=str(one.account),
        block=one.recorded.block,
    )


def act(view: View, one: RecordedAct) -> ActModel:
    known = view.parties.get(one.act.party)
    return ActModel(
        digest=str(one.digest),
        kind=one.act.kind.term,
        party=str(one.act.party),
        name=known.name if known else "",
        account=str(one.signer),
        subject=str(one.act.subject),
        clause=str(one.act.clause),
        refers_to=str(one.act.refers_to),
        content=str(one.act.content),
        text=view.statement(one.act.content),
        number=str(one.act.number),
        deadline=str(one.act.deadline),
        signature="0x" + one.signature.hex(),
        block=one.recorded.block,
        block_hash=str(one.recorded.block_hash),
        transaction=str(one.recorded.transaction),
    )


def agreement(one: AgreementView) -> AgreementModel:
    return AgreementModel(
        basis="consented",
        id=str(one.id),
        document=str(one.terms.document),
        title=one.title,
        date=one.document.date if one.document else None,
        world=one.document.world if one.document else None,
        fault=one.fault,
        block=one.recorded.block,
        in_effect_since=one.status.in_effect_since if one.status else None,
        bound=[str(bound.party) for bound in one.status.bound] if one.status else [],
    )


def norm(one: NormView) -> NormModel:
    endorsing = sum(stance.kind.term == "endorsement" for stance in one.stances)
    return NormModel(
        id=str(one.id),
        title=one.title,
        world=one.document.world if one.document else None,
        text=one.document.text if one.document else None,
        outcomes=[str(outcome) for outcome in one.document.outcomes] if one.document else [],
        endorsed_by=endorsing,
        opposed_by=len(one.stances) - endorsing,
        block=one.publication.recorded.block,
    )


def count(one: Count) -> CountModel:
    return CountModel(value=one.value, acts=[str(hash_) for hash_ in one.acts])


def candidate(composition: Composition, key: Hash) -> CandidateModel:
    row, found = composition.candidate(key), composition.judge(key)
    return CandidateModel(
        key=str(key),
        outcomes=[str(outcome) for outcome in row.outcomes],
        texts=[composition.outcomes[outcome].text for outcome in row.outcomes],
        parties=count(found.parties),
        by_kind={name: count(value) for name, value in found.kinds},
        by_region={name: count(value) for name, value in found.regions},
        independent_agreements=count(found.independent),
        pairs=str(found.mutuality.pairs),
        mutuality=found.mutuality.sentence,
        already_agreed_in=[str(hash_) for hash_ in row.already_agreed_in],
    )


def submission(one: Submission) -> SubmissionModel:
    return SubmissionModel(
        digest=str(one.digest),
        kind=one.kind,
        subject=str(one.subject),
        status=one.status,
        reason=one.reason,
        transaction=str(one.transaction) if one.transaction else None,
        block=one.block,
        received=one.received,
    )


def trace(node: TraceNode) -> TraceModel:
    return TraceModel(
        prov=node.prov,
        kind=node.kind,
        label=node.label,
        hash=node.hash,
        block=node.block,
        time=node.time,
        note=node.note,
        children=[trace(child) for child in node.children],
    )
