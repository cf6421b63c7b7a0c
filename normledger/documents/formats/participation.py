"""Single acts on agreements: `{treaty, title, party, iso3, kind, action, date, text, …}`, one a line."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from normledger.documents.document import Report, Reported, ReportedAgreement
from normledger.documents.document_reader import parse_date
from normledger.documents.formats.entry import Form, actor, in_one_sentence
from normledger.documents.geography import countries
from normledger.identifiers import DocumentHash


class _Act(Form):
    treaty: str
    title: str | None = None
    party: str
    iso3: str | None = None
    kind: str | None = None
    action: str
    date: str | None = None
    first_seen: str | None = None


@dataclass(frozen=True, slots=True)
class Participation:
    """One act of one party on the agreement that the source calls `treaty`."""

    treaty: str
    title: str
    actor: Reported
    act: str
    date: str | None
    seen: str | None

    def bare_text(self) -> ReportedAgreement:
        """The agreement as far as an act tells it: a title without clauses, for where its text is not at hand."""
        return ReportedAgreement(title=self.title, clauses=(), source_id=self.treaty, facts=(("text", "not at hand"),))

    def report(self, agreement: DocumentHash) -> Report:
        """The act as a report on that text."""
        return Report(agreement, self.actor, self.act, self.date, self.seen)


def read_act(data: dict[str, Any]) -> Participation:
    """One line of the form. Raises `InputError` with the field."""
    try:
        given = _Act.model_validate(data)
    except ValidationError as error:
        raise in_one_sentence(error) from None
    kind = given.kind or ("state" if (given.iso3 or "") in countries() else "unknown")
    return Participation(
        treaty=given.treaty,
        title=given.title or given.treaty,
        actor=actor(given.party, kind, given.iso3, field="kind"),
        act=given.action.replace("_", " "),
        date=parse_date(given.date, "date") if given.date else None,
        seen=parse_date(given.first_seen, "first_seen") if given.first_seen else None,
    )
