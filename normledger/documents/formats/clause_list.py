"""Agreements as lists of clauses: `{agreement_id, title, parties, clauses: [{no, heading, text}], …}`.

Labels and chapters are an editor's and never enter a document. A clause may give its text in further authentic
languages, as ``text_zh``, ``text_fr`` and so on.
"""

import re
from typing import Any

from pydantic import ConfigDict, ValidationError

from normledger.documents.document import Authentic, Clause, Report, ReportedAgreement
from normledger.documents.document_reader import parse_date
from normledger.documents.formats.entry import Entry, Form, actor, in_one_sentence, no_party_twice
from normledger.errors import InputError

_FORMS = {"bilateral": "bilateral"}


class _Party(Form):
    name: str
    kind: str
    iso3: str | None = None


class _Clause(Form):
    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

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
    further = sorted({tag for clause in given.clauses for tag in _languages(clause)})
    # Where a text stands beside those named by their language and names none itself, it is the English one.
    language = given.language or ("en" if further else "unknown")
    clauses = []
    for position, clause in enumerate(given.clauses):
        if not clause.text.strip():
            raise InputError("the clause has no text; write it or remove it", field=f"clauses[{position}].text")
        # Numbers repeat and are missing in published texts; the position tells clauses apart for certain.
        clauses.append(
            Clause(
                str(position + 1),
                clause.text.strip(),
                (clause.heading or "").strip(),
                language,
                authentic=_authentic(clause, language, f"clauses[{position}]"),
            )
        )
    facts = {
        "in_force": given.in_force or "",
        "status": given.status or "",
        "composition": given.composition or "",
        "numbering": "by position in the source",
        "authentic_languages": " ".join([language, *further]) if further else "",
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


_FURTHER = re.compile(r"text_([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\Z")


def _languages(clause: _Clause) -> list[str]:
    """The languages, beside the first, in which a clause has a text."""
    found = ((_FURTHER.match(field), value) for field, value in sorted((clause.model_extra or {}).items()))
    return [match[1] for match, value in found if match and value is not None and value != ""]


def _authentic(clause: _Clause, language: str, place: str) -> tuple[Authentic, ...]:
    texts = []
    for tag in _languages(clause):
        text = (clause.model_extra or {})[f"text_{tag}"]
        if not isinstance(text, str) or not text.strip():
            raise InputError("this is no text; give a string or leave it out", field=f"{place}.text_{tag}")
        if tag == language:
            raise InputError(f"the clause has its {tag} text already; leave this one out", field=f"{place}.text_{tag}")
        texts.append(Authentic(tag, text.strip()))
    return tuple(texts)
