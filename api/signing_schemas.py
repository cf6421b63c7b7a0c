"""What crosses HTTP when something is signed: requests to prepare, raw calls, steps, ceremonies."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import AccountText, Answer, BasisWord, Block, Closed, HashText, Seconds
from normledger.relay.requests import TERMS

_NAME = "its id, its identifier, or its name or title if only one bears it"

KindText = Annotated[
    str,
    Field(
        max_length=60,
        description=f"one of {', '.join(TERMS)}",
        examples=["endorsement"],
        json_schema_extra={"enum": list(TERMS)},
    ),
]
_Name = Annotated[str, Field(max_length=1_000)]


class ProfileModel(Closed):
    """How a party presents itself."""

    name: str = Field(min_length=1, max_length=200, description="its name for people")
    country: str = Field(default="", max_length=3, description="ISO 3166-1 alpha-3")
    region: str = Field(default="", max_length=60, description="UN M49, of a party without a country")


class PreparationRequest(Closed):
    """An act of any kind. A field that the kind does not take is refused; which it takes: docs/reference/http.md."""

    kind: KindText
    party: _Name = Field(default="", description=f"who is to sign: {_NAME}")
    subject: _Name = Field(default="", description=f"the agreement, norm or other subject: {_NAME}; or its hash")
    from_outside: bool = Field(default=False, description="on others' stances on the agreement, not on the agreement")
    clause: _Name = Field(default="", description="the clause's number in the text, or its id")
    refers_to: _Name = Field(default="", description="what the act names: an act's digest, a party, an agreement")
    same_as: _Name = Field(default="", description="of a recognition: a second party that is the same actor")
    text: str = Field(default="", max_length=10_000, description="reservation, reason …; recorded by its hash")
    content: str = Field(default="", max_length=66, description="the hash of a document that is kept here")
    document: dict[str, Any] | None = Field(default=None, description="the document itself; it travels with the act")
    basis: BasisWord | None = Field(default=None, description="of a publication without `content`")
    identifier: str = Field(default="", max_length=250, examples=["exercise:state:norvale"])
    party_kind: str = Field(default="", max_length=60, description="of a claim: what it claims to be")
    profile: ProfileModel | None = None
    account: str = Field(default="", max_length=42, description="the claimant's, the next one's, the representative's")
    kinds: list[str] = Field(default=[], max_length=40, description="of full powers; `acts` for all but own ones")
    until: Seconds = Field(default=0, ge=0, lt=1 << 63, description="of full powers: their last second")
    number: str = Field(default="", max_length=20, pattern=r"^([1-9][0-9]*)?$", description="of a cancellation")
    by: str = Field(default="", max_length=42, description="the account of a representative who is to sign")
    deadline: Seconds = Field(default=0, ge=0, lt=1 << 63, description="not recorded by then, it lapses; 0 for never")


class PreparationAnswer(Answer):
    """What is to be signed. `contract` takes it; with a signature, `POST /v1/calls` gives the raw call for anybody."""

    kind: str
    sentence: str = Field(description="what the signature will say, for a person")
    digest: HashText
    typed_data: dict[str, Any] = Field(description="for eth_signTypedData_v4")
    account: AccountText = Field(description="the account that signs")
    consent_of: AccountText | None = Field(description="of a rotation: the account that signs the same besides")
    texts: list[dict[str, Any]] = Field(description="documents that the act names; send them along")
    about: list[dict[str, Any]] = Field(description="documents that explain it offline; no need to send them")
    contract: AccountText


class StepModel(Closed):
    """One step on a submission's way."""

    state: Literal["received", "waiting", "relayed", "included", "final", "replaced", "refused"]
    at: Seconds
    transaction: HashText | None
    block: Block | None
    reason: str | None


class CeremonyRequest(Closed):
    """A draft to be signed by all its founders."""

    document: dict[str, Any] = Field(description="an agreement: docs/reference/documents.md")
    days: int = Field(default=30, ge=1, le=366, description="for how long it stays open")


class SignatoryModel(Closed):
    """A founder, and where its signature stands."""

    party: HashText
    identifier: str
    name: str
    kind: str
    registered: bool = Field(description="whether it has claimed its identifier here; it must before it signs")
    state: Literal["awaited", "signed", "recorded", "refused"]
    digest: HashText | None = Field(description="of its signature; /v1/submissions tells its way")
    act: str | None = Field(description="signature, or signature subject to ratification")
    at: Seconds | None
    reason: str | None = Field(description="why it was refused; the party may sign again")


class CeremonyAnswer(Answer):
    """A ceremony, for everybody with its link."""

    link: str = Field(description="the path that leads here; whoever has it sees all this")
    document: HashText
    agreement: HashText
    title: str
    text: dict[str, Any]
    opened: Seconds
    ends: Seconds = Field(description="the deadline in every signature of this ceremony")
    over: bool
    recorded: bool = Field(description="whether the chain holds all signatures")
    signatories: list[SignatoryModel]


class CeremonyPreparationRequest(Closed):
    """Who is to sign, and how."""

    party: _Name
    subject_to_ratification: bool = False
    by: str = Field(default="", max_length=42, description="the account of a representative who is to sign")


class CeremonySignatureRequest(Closed):
    """A founder's signature. `typed_data` goes back exactly as it was prepared."""

    typed_data: dict[str, Any]
    signature: str = Field(max_length=10_000)
