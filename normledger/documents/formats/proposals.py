"""Proposed alignments: `{outcomes: [{key, text, polarity}], alignments: [{agreement, clause, outcome, relation}]}`.

`between: [{outcome, relation, other}]` may say how the file's outcomes stand to each other.
A proposal names agreements by their source's id and clauses by their key; here it finds its outcomes' and clauses'
hashes. It counts only once somebody signs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, ValidationError

from normledger.documents.document import Agreement, ClauseAlignment, Outcome, Polarity, Relation, ReportedAgreement
from normledger.documents.formats.entry import Form, in_one_sentence
from normledger.errors import InputError
from normledger.identifiers import ClauseId, OutcomeId


class _Outcome(Form):
    key: str
    text: str
    polarity: Literal["require", "refrain", "permit", "unknown"]


class _Alignment(Form):
    agreement: str
    clause: str
    outcome: str
    relation: Literal["same", "implies", "narrower", "opposite", "none"]


class _Between(Form):
    outcome: str
    relation: Literal["same", "implies", "narrower", "opposite"]
    other: str


class _Proposals(Form):
    outcomes: list[_Outcome]
    alignments: list[_Alignment]
    between: list[_Between] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Proposals:
    """Outcomes by the proposer's key, and alignments with everything named by its hash."""

    outcomes: dict[str, Outcome]
    alignments: tuple[ClauseAlignment, ...]


def read_proposals(data: Any, texts: Mapping[str, Agreement | ReportedAgreement]) -> Proposals:
    """Check parsed JSON against the agreements at hand (`texts`, by source id).

    Raises `InputError` for an unknown agreement, clause or outcome, and for one alignment given twice.
    """
    try:
        given = _Proposals.model_validate(data)
    except ValidationError as error:
        raise in_one_sentence(error) from None
    outcomes: dict[str, Outcome] = {}
    for index, one in enumerate(given.outcomes):
        if one.key in outcomes:
            raise InputError(f"outcome {one.key!r} is given twice; keep one", field=f"outcomes[{index}].key")
        polarity: Polarity = one.polarity
        outcomes[one.key] = Outcome(one.text, polarity)
    found: dict[ClauseAlignment, None] = {}
    for index, row in enumerate(given.alignments):
        field = f"alignments[{index}]"
        if row.agreement not in texts:
            raise InputError(f"agreement {row.agreement!r} is not at hand; import it first", field=f"{field}.agreement")
        if row.outcome not in outcomes:
            raise InputError(f"{row.outcome!r} is not among the outcomes above", field=f"{field}.outcome")
        try:
            clause = texts[row.agreement].clause_id(row.clause)
        except InputError as error:
            raise InputError(error.message, field=f"{field}.clause") from None
        relation: Relation = row.relation
        alignment = ClauseAlignment(clause, OutcomeId(outcomes[row.outcome].hash), relation)
        if alignment in found:
            raise InputError("this alignment is given twice; keep one", field=field)
        found[alignment] = None
    for index, pair in enumerate(given.between):
        field = f"between[{index}]"
        for name, key in (("outcome", pair.outcome), ("other", pair.other)):
            if key not in outcomes:
                raise InputError(f"{key!r} is not among the outcomes above", field=f"{field}.{name}")
        # An outcome in the clause's place says how it stands to another.
        alignment = ClauseAlignment(
            ClauseId(outcomes[pair.outcome].hash), OutcomeId(outcomes[pair.other].hash), pair.relation
        )
        if alignment in found:
            raise InputError("this alignment is given twice; keep one", field=field)
        found[alignment] = None
    return Proposals(outcomes, tuple(found))
