"""What crosses HTTP of outcomes, alignments, lives, and steps that nobody took; closed models as in `schemas`."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer, AsideModel, BasisWord, Closed, HashText, ListAnswer, WorldWord


class OutcomeModel(Closed):
    """A preferred shared outcome; `clauses` count for it."""

    id: HashText
    text: str
    polarity: str = Field(examples=["refrain"])
    boilerplate: bool
    declared: bool = Field(description="whether it is a document; otherwise the method found it")
    candidate: HashText | None = Field(description="the candidate norm of this outcome alone, if it binds anybody")
    clauses: list[HashText]


class OutcomePage(ListAnswer):
    basis: BasisWord
    world: WorldWord
    outcomes: list[OutcomeModel]


class SharedModel(Closed):
    words: str
    part: int = Field(description="of the similarity, in ten-thousandths")


class AlignmentModel(Closed):
    """That a clause asks for an outcome, who says so, and whether it counts here; if not, why."""

    clause: HashText
    outcome: HashText
    relation: str = Field(examples=["same"])
    strength: Literal["declared", "signed", "found"]
    author: HashText | None = Field(description="null for found ones")
    author_name: str | None
    act: HashText | None = Field(description="what anchored a signed one, or published the norm that declares it")
    leaf: HashText | None = Field(description="of a signed one: its place under the root that `act` anchored")
    agreement: HashText | None = Field(description="of one that an agreement's own text declares")
    counts: bool = Field(description="same and implies count; narrower and opposite are shown")
    why_not: str | None
    similarity: int | None = Field(description="of a found one: its mean likeness to the others, in ten-thousandths")
    centre: HashText | None = Field(description="of a found one: the group's most central clause")
    shared: list[SharedModel] = Field(description="of a found one: the words in common with the centre")


class AlignmentPage(ListAnswer):
    basis: BasisWord
    world: WorldWord
    alignments: list[AlignmentModel]


class OutcomeAnswer(Answer):
    basis: BasisWord
    world: WorldWord
    outcome: OutcomeModel
    alignments: list[AlignmentModel]


class NearModel(Closed):
    """A party that one clause would bring in. What it counts are steps that nobody took: no act stands behind it."""

    party: str
    name: str
    missing: HashText
    agreement: HashText
    clause: HashText
    joins: bool = Field(description="false: that agreement is bilateral, and the step is a new one in its words")
    pairs: int
    new_region: str
    new_kind: str
    outcomes: int
    ties: int = Field(description="agreements that it has with members already")
    narrower: list[HashText]


class NearAnswer(Answer):
    near: list[NearModel]


class InvitationModel(Closed):
    party: str
    name: str
    agreement: HashText
    clause: HashText
    new_region: str
    new_kind: str
    one_clause_away: bool
    agreements: list[HashText] = Field(description="that it has with members already")
    shared: list[HashText] = Field(description="outcomes in common with the coalition")


class InvitationAnswer(Answer):
    invitations: list[InvitationModel]


class MeasureModel(Closed):
    parties: int
    independent: int
    pairs: int
    stands: bool


class ChangeModel(Closed):
    """What a step would do to a candidate norm: no act stands behind what would be."""

    key: HashText
    outcomes: list[HashText]
    turn: Literal["appears", "grows", "shifts", "shrinks", "vanishes"]
    before: MeasureModel
    after: MeasureModel
    joined: list[str]
    left: list[str]


class ChangeAnswer(Answer):
    changes: list[ChangeModel]


class ClosingModel(Closed):
    """One clause whose end would close the conflict."""

    clause: HashText
    agreement: HashText
    opposite: bool
    parties: list[str]
    left: list[str]
    changes: list[ChangeModel]


class ConflictModel(Closed):
    conflict: AsideModel
    closing: list[ClosingModel]


class ConflictAnswer(Answer):
    conflicts: list[ConflictModel]


class SideModel(Closed):
    sort: Literal["party", "agreement", "candidate", "norm"]
    name: str
    title: str


class MeetingModel(Closed):
    outcome: HashText
    text: str
    one: list[HashText] = Field(description="clauses of the first that ask for it")
    other: list[HashText]


class ComparisonAnswer(Answer):
    one: SideModel
    other: SideModel
    both: list[MeetingModel]
    only_one: list[HashText]
    only_other: list[HashText]
    opposed: list[HashText] = Field(description="outcomes that one asks for and the other asks the opposite of")
    agreements: list[HashText]
    parties: list[str]
    toward: list[HashText] = Field(description="of two parties: outcomes that the first undertook toward the second")
    back: list[HashText]


class MilestoneModel(Closed):
    step: str = Field(examples=["first bilateral"])
    date: str
    agreement: HashText
    parties: list[str]
    acts: list[HashText]
    note: str


class PointModel(Closed):
    date: str
    parties: list[str]
    agreements: list[HashText]
    acts: list[HashText]


class LifeAnswer(Answer):
    key: HashText
    title: str
    points: list[PointModel]
    milestones: list[MilestoneModel]
    sentences: list[str]
    undated: list[HashText]
