"""What crosses HTTP, and only that: closed models, hashes as 0x-hex, numbers and deadlines of the chain as strings."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_HASH = "0x5c2a0f6e1d7b8394a5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c"

HashText = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$", examples=[_HASH])]
AccountText = Annotated[
    str, Field(pattern=r"^0x[0-9a-fA-F]{40}$", examples=["0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"])
]
Whole = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]*)$", description="a whole number", examples=["1"])]
Seconds = Annotated[int, Field(description="Unix seconds", examples=[1795483290])]
Block = Annotated[int, Field(ge=0, description="block number", examples=[29])]
Next = Annotated[
    str | None, Field(description="cursor of the next page, bound to this block and list; null at the end")
]
BasisWord = Annotated[
    Literal["consented", "reported"], Field(description="signed here, or said of it by an observer; never summed")
]
WorldWord = Literal["real", "exercise"]
Opens = Annotated[
    str,
    Field(
        description="opens the list that the number counts, as of the same block",
        examples=["/v1/norms/0x…/endorsements?stance=endorsement&as_of=0x…"],
    ),
]


class Closed(BaseModel):
    """What holds for all of them: no field besides those named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(BaseModel):
    """RFC 9457: why a request was not answered, in one sentence."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no norm 'x' here; /v1/norms lists them.",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    field: str | None = Field(default=None, description="the field at fault, as a path")
    parameter: str | None = Field(default=None, description="the parameter of the address at fault, by its name")
    pointer: str | None = Field(default=None, description="the value of the body at fault, as a JSON pointer")


class AsOfModel(Closed):
    """The block at which an answer holds."""

    chain_id: int = Field(examples=[20044])
    block: Block
    hash: HashText
    time: Seconds
    final: bool = Field(description="whether the chain can no longer take it back")


class Answer(Closed):
    """Every reading answer says as of which block it holds."""

    as_of: AsOfModel


class ListAnswer(Answer):
    """One page of a list."""

    next: Next


class ListedCount(Closed):
    """A number and the list that it counts."""

    value: int
    url: Opens


class StatusModel(Answer):
    release: str
    contracts: dict[str, AccountText]
    digest: HashText = Field(description="one hash of all facts of the chain at this block: compare it with a stranger")
    trust_policy: HashText = Field(description="of this instance; whose alignments and reports count in its candidates")
    indexed: Block = Field(description="the last block that the index has read, final or not")
    fault: str | None = Field(description="why the chain can't be followed right now, if so")
    counts: dict[str, ListedCount] = Field(description="how much there is of what, as of this block")


class PowersModel(Closed):
    """Full powers that the party gave; `ended_by` is the act that ended them, null where none did."""

    representative: AccountText
    subject: HashText = Field(description="zero for all")
    kinds: list[str]
    until: Whole = Field(description="the last second at which its acts may be recorded")
    act: HashText
    ended_by: HashText | None


class RepresentativeModel(PowersModel):
    """Full powers, with the party that gave them and whether they stand at the answer's time."""

    party: HashText
    name: str
    stands: bool


class RepresentativePage(ListAnswer):
    representatives: list[RepresentativeModel]


class RecognitionModel(Closed):
    """That a party says that another is who it claims to be; it stands until it is withdrawn."""

    author: HashText
    author_name: str
    recognised: HashText = Field(description="whom it names: a party's id")
    recognised_name: str | None
    text: str | None
    act: HashText
    block: Block
    counted: bool = Field(description="whether this instance's trust policy names the author")


class RecognitionPage(ListAnswer):
    recognitions: list[RecognitionModel]


class PartyModel(Closed):
    id: HashText
    name: str
    kind: str = Field(examples=["state"])
    identifier: str = Field(description="claimed, not proven", examples=["exercise:state:norvale"])
    world: WorldWord
    region: str = Field(description="by UN M49; empty if unknown", examples=["Europe"])
    account: AccountText
    block: Block
    identifiers: list[str] = Field(description="all that it claims to be, its first claim first")
    former_accounts: list[AccountText]
    powers: list[PowersModel]


class BoundModel(Closed):
    agreement: HashText
    title: str
    clauses: list[HashText] = Field(description="less those it reserved")
    since: Seconds
    acts: list[HashText]


class PartyAnswer(Answer):
    party: PartyModel
    bound_by: list[BoundModel]


class PartyPage(ListAnswer):
    parties: list[PartyModel]


class ActModel(Closed):
    digest: HashText
    kind: str = Field(examples=["endorsement"])
    party: HashText
    name: str
    account: AccountText
    subject: HashText
    clause: HashText = Field(description="zero for the whole subject")
    refers_to: HashText
    content: HashText = Field(description="hash of its text; zero for none")
    text: str | None = Field(description="its text, if there is one and it is at hand")
    number: Whole
    deadline: Whole
    signature: str
    represented: bool = Field(description="whether a representative signed it, by full powers")
    proven_by: Literal["signature", "contract"] = Field(
        description="whether the signature by itself proves who signed, or a contract wallet answered for it"
    )
    block: Block
    block_hash: HashText
    time: Seconds
    transaction: HashText


class ActAnswer(Answer):
    act: ActModel


class ActPage(ListAnswer):
    acts: list[ActModel]


class AgreementModel(Closed):
    basis: BasisWord
    id: HashText = Field(description="of a reported one, its document's hash")
    document: HashText
    title: str
    date: str | None
    world: WorldWord | None = Field(description="null where it mixes both, and then it never counts")
    character: str | None = Field(examples=["treaty"])
    form: str | None = Field(examples=["bilateral"])
    fault: str | None = Field(description="why its text can't be shown, if so")
    block: Block | None
    in_effect_since: Seconds | None
    bound: list[str] = Field(description="ids of the parties bound; of reported actors, their claimed identifiers")


class AgreementPage(ListAnswer):
    agreements: list[AgreementModel]


class ClauseModel(Closed):
    id: HashText
    key: str
    heading: str
    text: str
    language: str


class RulesModel(Closed):
    admission: str
    takes_effect: str
    reservations: bool
    notice_days: int


class MemberModel(Closed):
    """Who is bound, or reported to have undertaken it; `key` is an id, or a claimed identifier."""

    key: str
    name: str
    kind: str
    since: Seconds | None
    clauses: int = Field(description="how many clauses bind it")
    acts: list[HashText]
    clauses_url: Opens = ""


class BoundPage(ListAnswer):
    agreements: list[BoundModel]


class ClausePage(ListAnswer):
    clauses: list[ClauseModel]


class ReservationModel(Closed):
    party: HashText
    name: str
    clause: HashText
    act: HashText
    text: str | None
    objections: list[ActModel]


class ReportModel(Closed):
    """One reported act; `leaf` proves into the root that the observer's act `batch` anchored."""

    actor: str
    name: str
    kind: str
    act: str = Field(examples=["signature"])
    date: str | None
    seen: str | None
    leaf: HashText
    observer: HashText
    observer_name: str
    batch: HashText
    block: Block
    counted: bool = Field(description="whether this instance's trust policy names the observer")
    agreement: HashText = Field(description="the reported text's hash")
    title: str | None = Field(description="of the reported text, if it is at hand")


class ReportPage(ListAnswer):
    reports: list[ReportModel]


class ReportAnswer(Answer):
    report: ReportModel


class AgreementAnswer(Answer):
    agreement: AgreementModel
    rules: RulesModel | None
    clauses: list[ClauseModel]
    members: list[MemberModel]
    awaiting: list[HashText]
    withdrawn: list[HashText]
    acts: list[ActModel]
    without_effect: dict[HashText, str] = Field(description="acts that have no effect, and why")
    reservations: list[ReservationModel]
    reports: list[ReportModel]
    sources: list[str]
    facts: dict[str, str]


class ClauseAnswer(Answer):
    clause: ClauseModel
    agreement: AgreementModel


class NormModel(Closed):
    id: HashText
    title: str
    world: WorldWord | None
    text: str | None = Field(description="null while it is not at hand")
    outcomes: list[HashText]
    endorsed_by: int
    opposed_by: int
    anchored_at_least: int = Field(description="endorsements anchored by a root, counted apart")
    block: Block
    endorsed_by_url: Opens = ""
    opposed_by_url: Opens = ""
    anchored_url: Opens = ""


class NormPage(ListAnswer):
    norms: list[NormModel]


class StanceModel(Closed):
    party: HashText
    name: str
    kind: str
    stance: str = Field(examples=["endorsement"])
    reason: str | None
    act: HashText
    block: Block
    clause: HashText = Field(default="0x" + "0" * 64, description="of an agreement; zero for the whole")


class StancePage(ListAnswer):
    endorsements: list[StanceModel]


class AnchoredModel(Closed):
    """An endorsement that is anchored by a root and not recorded: its digest, and its place under the root."""

    party: HashText
    name: str
    kind: str
    digest: HashText
    signature: str
    anchor: HashText = Field(description="the act that recorded the root")
    position: int


class AnchoredPage(ListAnswer):
    anchored: list[AnchoredModel]


class NormAnswer(Answer):
    norm: NormModel
    acts: list[ActModel]


class CountModel(Closed):
    value: int
    acts: list[HashText] = Field(description="the acts that it counts")
    url: Opens = ""


class CandidateModel(Closed):
    key: HashText
    outcomes: list[HashText]
    texts: list[str]
    parties: CountModel
    by_kind: dict[str, CountModel]
    by_region: dict[str, CountModel]
    independent_agreements: CountModel
    pairs: str = Field(description="pairs bound toward each other, of all pairs", examples=["6/21"])
    pairs_url: Opens = ""
    mutuality: str = Field(description="who undertook it toward whom, in one sentence")
    already_agreed_in: list[HashText]


class CandidatePage(ListAnswer):
    basis: BasisWord
    world: WorldWord
    derivation: HashText
    missing: list[str] = Field(description="what the chain holds and nobody had at hand")
    candidates: list[CandidateModel]


class CoalitionModel(Closed):
    """A party of the coalition: toward how many of the others it undertook the outcomes, and with how many mutually."""

    key: str
    name: str
    kind: str
    region: str
    toward: int
    mutual: int
    agreements: list[HashText]
    toward_url: Opens = ""
    mutual_url: Opens = ""


class SourceModel(Closed):
    id: HashText
    title: str
    date: str | None
    character: str
    form: str


class AlternativeModel(Closed):
    text: str = Field(description="empty where these clauses say nothing there")
    clauses: list[HashText]
    parties: list[str]


class OptionModel(Closed):
    """A merged wording: fragments with one alternative are common, those with several are brackets."""

    clauses: list[HashText]
    parties: list[str]
    fragments: list[list[AlternativeModel]]


class ParagraphModel(Closed):
    agreed: bool
    options: list[OptionModel]


class DraftModel(Closed):
    language: str
    text: str
    open_brackets: int
    other_languages: list[HashText]
    paragraphs: list[ParagraphModel]


class TiesModel(Closed):
    """In one agreement each of `parties` undertook the outcome toward all others of `among`."""

    agreement: HashText
    outcome: HashText
    parties: list[str]
    among: list[str]
    acts: list[HashText]


class AsideModel(Closed):
    """Parties bound by a clause that is shown and not counted."""

    relation: Literal["narrower", "opposite"]
    outcome: HashText
    clause: HashText
    agreement: HashText
    parties: list[str]
    inside: list[str] = Field(description="those of them who are in the coalition all the same")
    acts: list[HashText]


class CandidateAnswer(Answer):
    basis: BasisWord
    world: WorldWord
    derivation: HashText
    candidate: CandidateModel
    drafts: list[DraftModel]
    coalition: list[CoalitionModel]
    agreements: list[SourceModel]
    mutuality_by_form: dict[str, str]
    ties: list[TiesModel]
    conflicts: list[AsideModel]
    narrower: list[AsideModel]


class SupporterModel(Closed):
    """A party of the coalition, and everything by which it is counted."""

    key: str
    name: str
    kind: str
    region: str = Field(description="by UN M49; unknown if so")
    agreements: list[HashText]
    clauses: list[HashText]
    acts: list[HashText] = Field(description="acts of the party, or reports of what it did")


class SupporterPage(ListAnswer):
    parties: list[SupporterModel]


class SupportingModel(SourceModel):
    independent: bool = Field(description="whether it counts as independent of the others")
    parties: list[str] = Field(description="members of the coalition that are bound by it")
    acts: list[HashText]


class SupportingPage(ListAnswer):
    agreements: list[SupportingModel]


class PairModel(Closed):
    """`one` undertook it toward `other`, and where `both` is true, `other` toward `one` too."""

    one: str
    other: str
    both: bool
    agreements: list[HashText]
    acts: list[HashText]


class PairPage(ListAnswer):
    pairs: list[PairModel]


class HitModel(Closed):
    """Something whose words hold all that was asked for."""

    sort: Literal["party", "agreement", "clause", "norm"]
    id: str
    title: str
    excerpt: str = Field(description="the words around the first that was asked for")
    world: WorldWord | None
    basis: BasisWord
    url: str


class HitPage(ListAnswer):
    hits: list[HitModel]


class NamedDocumentModel(Closed):
    hash: HashText
    at_hand: bool
    url: str


class DocumentPage(ListAnswer):
    documents: list[NamedDocumentModel] = Field(description="that the register names as of this block")


class TypedDataAnswer(Answer):
    typed_data: dict[str, Any] = Field(description="for eth_signTypedData_v4")
    digest: HashText
    sentence: str = Field(description="what the signature will say, for a person")
    texts: list[dict[str, Any]] = Field(description="documents that the act names; send them along")


MOST_TEXTS = 64
"""Documents that come with one act: of a batch of alignments each new outcome is one."""


class SubmissionRequest(Closed):
    """A signed act. `typed_data` goes back exactly as it was prepared."""

    typed_data: dict[str, Any]
    signature: str = Field(max_length=10_000, description="0x and 130 hexadecimal digits")
    texts: list[dict[str, Any]] = Field(
        default=[], max_length=MOST_TEXTS, description="the documents that came with it"
    )
    consent: str = Field(default="", max_length=10_000, description="of a rotation, the next account's signature")


class RawCallModel(Closed):
    """A transaction that anybody may send, and pay for; it carries no coin."""

    chain_id: int
    to: AccountText
    data: str = Field(pattern=r"^0x[0-9a-f]*$")
    gas: str | None = Field(description="a limit that suffices; null where a trial fails, or none is possible now")
    digest: HashText


class SubmissionModel(Closed):
    digest: HashText
    kind: str = Field(examples=["Endorsement"])
    subject: HashText
    status: Literal["accepted", "recorded", "refused"]
    reason: str | None = Field(description="why it was refused")
    transaction: HashText | None
    block: Block | None
    received: Seconds
    call: RawCallModel | None = Field(
        default=None, description="of a service that relays nothing: the transaction that records it, for anybody"
    )


class TraceModel(Closed):
    prov: Literal["entity", "activity", "agent"]
    kind: str
    label: str
    hash: str = Field(description="its hash; of a reported actor, the identifier that an observer gave it")
    block: Block | None
    time: Seconds | None
    note: str
    children: list["TraceModel"]


class TraceAnswer(Answer):
    trace: TraceModel


class ChangeModel(Closed):
    what: str
    subject: HashText
    party: HashText | None = Field(description="null where all of the subject are meant")
    clause: HashText | None
    acts: list[HashText]
    sentence: str


class TurnModel(Closed):
    what: str = Field(description="rose, fell, grew, shrank, changed, moved, split, merged or regrouped")
    before: list[HashText]
    after: list[HashText]
    gained: list[str]
    lost: list[str]
    acts: list[HashText]
    sentence: str


class ChangesModel(Closed):
    """All that differs; each change with the acts that brought it about."""

    registered: list[ChangeModel]
    opened: list[ChangeModel]
    took_effect: list[ChangeModel]
    ended: list[ChangeModel]
    joined: list[ChangeModel]
    left: list[ChangeModel]
    reserved: list[ChangeModel]
    reservations_withdrawn: list[ChangeModel]
    objected: list[ChangeModel]
    objections_withdrawn: list[ChangeModel]
    published: list[ChangeModel]
    endorsed: list[ChangeModel]
    opposed: list[ChangeModel]
    stances_withdrawn: list[ChangeModel]
    anchored: list[ChangeModel]
    reported: list[ChangeModel]
    reports_withdrawn: list[ChangeModel]
    aligned: list[ChangeModel]
    alignments_withdrawn: list[ChangeModel]
    candidates: list[TurnModel]


class DifferencesAnswer(Answer):
    since: AsOfModel | None = Field(description="null for the register before its first act")
    changes: ChangesModel
