"""Facts about cyber agreements: name, dates, parties with roles, commitments in own words, sources and doubts.

The form of the shipped `data/cyber_agreements.jsonl`. Its topics are somebody's ordering and never enter a document.
"""

from typing import Any

from pydantic import Field, ValidationError

from normledger.documents.document import Clause, Report, ReportedAgreement
from normledger.documents.document_reader import parse_date
from normledger.documents.formats.entry import Entry, Form, actor, in_one_sentence, no_party_twice
from normledger.errors import InputError

_ACTS = {"signatory": "signature", "ratified": "ratification", "supporter": "endorsement", "adopter": "adoption"}
_CHARACTERS = {"treaty": "treaty", "political": "political", "voluntary": "voluntary", "soft-law": "political"}


class _Party(Form):
    name: str
    kind: str
    iso3: str | None = None
    role: str
    date: str | None = None


class _Commitment(Form):
    key: str
    text: str = Field(min_length=1)


class _Count(Form):
    count: int | None = None
    date: str | None = None


class _Facts(Form):
    id: str
    name: str
    short_name: str
    kind: str
    date: str | None
    in_force: str | None = None
    legal_status: str
    languages: list[str] = Field(default=[])
    open_to: str = ""
    parties: list[_Party]
    parties_complete: bool = True
    party_count_as_of: _Count | None = None
    commitments: list[_Commitment]
    sources: list[str] = Field(default=[])
    confidence: str = ""
    notes: str = ""


def read_entry(data: dict[str, Any]) -> Entry:
    """One line of the form. Raises `InputError` with the field."""
    try:
        given = _Facts.model_validate(data)
    except ValidationError as error:
        raise in_one_sentence(error) from None
    facts = {
        "full_name": given.name,
        "kind": given.kind,
        "legal_status": given.legal_status,
        "open_to": given.open_to,
        "in_force": given.in_force or "",
        "original_languages": " ".join(given.languages),
        "parties_complete": "yes" if given.parties_complete else "no",
        "party_count": str(given.party_count_as_of.count or "") if given.party_count_as_of else "",
        "party_count_as_of": (given.party_count_as_of.date or "") if given.party_count_as_of else "",
        "confidence": given.confidence,
        "notes": given.notes,
        "wording": "in the words of the reporter",
    }
    for index, commitment in enumerate(given.commitments):
        if not commitment.text.strip():
            raise InputError("the clause has no text; write it or remove it", field=f"commitments[{index}].text")
    keys = [commitment.key for commitment in given.commitments]
    if len(set(keys)) != len(keys):
        raise InputError("two commitments have one key; number them apart", field="commitments")
    text = ReportedAgreement(
        title=given.short_name,
        clauses=tuple(Clause(commitment.key, commitment.text) for commitment in given.commitments),
        source_id=given.id,
        date=parse_date(given.date, "date") if given.date else None,
        character=_CHARACTERS.get(given.legal_status, "unknown"),
        form="bilateral" if given.kind == "bilateral" else "multi-stakeholder",
        facts=tuple(sorted((key, value) for key, value in facts.items() if value)),
        sources=tuple(given.sources),
    )
    reports = []
    for index, party in enumerate(given.parties):
        if party.role not in _ACTS:
            raise InputError(
                f"{party.role!r} is not a role; it is one of {', '.join(_ACTS)}", field=f"parties[{index}].role"
            )
        date = parse_date(party.date, f"parties[{index}].date") if party.date else None
        who = actor(party.name, party.kind, party.iso3, field=f"parties[{index}].kind")
        reports.append(Report(text.hash, who, _ACTS[party.role], date))
    no_party_twice([report.actor for report in reports])
    return Entry(text, tuple(reports))
