"""Agreements as lists of clauses: `{agreement_id, title, parties, clauses: [{no, heading, text}], …}`.

Labels and chapters are an editor's and never enter a document.
"""

from typing import Any

from pydantic import ValidationError

from normledger.documents.document import Clause, Report, ReportedAgreement
from normledger.documents.document_reader import parse_date
from normledger.documents.formats.entry import Entry, Form, actor, in_one_sentence, no_party_twice
from normledger.errors import InputError

_FORMS = {"bilateral": "bilateral"}


class _Party(Form):
    name: str
    kind: str
    iso3: str | None = None


class _Clause(Form):
    no: str | None = None
    heading: str | None = None
    text: str


class _Agreement(Form):
    agreement_id: str
    title: str
    year: int | None = None
    date_signed: str | None = None
    in_force: str | None = None
    status: str | None = None
    language: str | None = None
    composition: str | None = None
    parties: list[_Party]
    clauses: list[_Clause]


def read_entry(data: dict[str, Any]) -> Entry:
    """One agreement of the form. Raises `InputError` with the field."""
    try:
        given = _Agreement.model_validate(data)
    except ValidationError as error:
        raise in_one_sentence(error) from None
    language = given.language or "unknown"
    clauses = []
    for position, clause in enumerate(given.clauses):
        if not clause.text.strip():
            raise InputError("the clause has no text; write it or remove it", field=f"clauses[{position}].text")
        # Numbers repeat and are missing in published texts; the position tells clauses apart for certain.
        clauses.append(Clause(str(position + 1), clause.text.strip(), (clause.heading or "").strip(), language))
    facts = {
        "in_force": given.in_force or "",
        "status": given.status or "",
        "composition": given.composition or "",
        "numbering": "by position in the source",
    }
    date = given.date_signed or (str(given.year) if given.year else None)
    text = ReportedAgreement(
        title=given.title,
        clauses=tuple(clauses),
        source_id=given.agreement_id,
        date=parse_date(date, "date_signed") if date else None,
        form=_FORMS.get((given.composition or "").lower(), "multi-stakeholder" if given.composition else "unknown"),
        facts=tuple(sorted((key, value) for key, value in facts.items() if value)),
    )
    actors = [
        actor(party.name, party.kind, party.iso3, field=f"parties[{index}].kind")
        for index, party in enumerate(given.parties)
    ]
    no_party_twice(actors)
    # What the form lists are parties; when each of them consented it does not say beyond the agreement's own date.
    return Entry(text, tuple(Report(text.hash, one, "signature", text.date) for one in actors))
