"""Reading documents: parsed JSON, closely checked, becomes the value that it is.

Closed: a field that a form does not know is refused, so that nobody shows what nobody hashes.
"""

import datetime
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast, get_args

from normledger.documents.document import (
    ADMISSIONS,
    Admission,
    Agreement,
    Alignments,
    Asked,
    Authentic,
    Character,
    Clause,
    ClauseAlignment,
    DerivationRecord,
    Document,
    Endorsements,
    Form,
    Founder,
    Norm,
    Outcome,
    Polarity,
    Profile,
    Relation,
    Report,
    Reported,
    ReportedAgreement,
    Reports,
    Rules,
    SignedEndorsement,
    Statement,
    TakesEffect,
    WithdrawalRule,
    World,
)
from normledger.errors import InputError
from normledger.identifiers import (
    KINDS,
    Address,
    ClauseId,
    DocumentHash,
    Hash,
    NormId,
    OutcomeId,
    PartyId,
    parse_identifier,
)

_T = TypeVar("_T")
_CENTURY = 36_525
"""Days of a hundred years."""

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\??\Z")


def read_document(data: Any) -> Document:
    """The document that this parsed JSON is. Raises `InputError` with the field for whatever it is not."""
    if not isinstance(data, dict):
        raise InputError("a document is a JSON object")
    kind = data.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise InputError(f"unknown type of document; it is one of {', '.join(_READERS)}", field="type")
    fields = _Fields({key: value for key, value in data.items() if key != "type"}, "")
    document = reader(fields)
    fields.finish()
    return document


def parse_date(text: str, field: str) -> str:
    """An ISO 8601 day, month or year, as it is; a last ``?`` marks it uncertain (ISO 8601-2, level 1).

    Raises `InputError` for anything else.
    """
    if _DATE.match(text):
        try:
            datetime.date.fromisoformat((text.removesuffix("?") + "-01-01")[:10])
        except ValueError:
            pass
        else:
            return text
    raise InputError(f"{text!r} is not a date; write YYYY-MM-DD, YYYY-MM or YYYY, with ? if uncertain", field=field)


class _Fields:
    """One JSON object being read: every take names its field, and `finish` refuses what nobody took."""

    def __init__(self, data: dict[str, Any], path: str) -> None:
        self._data, self._path, self._taken = data, path, set[str]()

    def place(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def text(self, key: str, default: str | None = None, *, empty: bool = False) -> str:
        self._taken.add(key)
        value = self._data.get(key, default)
        if not isinstance(value, str):
            raise InputError("a text is missing here; give it as a string", field=self.place(key))
        if not empty and key in self._data and not value.strip():
            raise InputError("the text is empty; write it or leave the entry out", field=self.place(key))
        return value

    def word(self, key: str, allowed: Iterable[str]) -> str:
        value, words = self.text(key), tuple(allowed)
        if value not in words:
            raise InputError(f"{value!r} is not known here; it is one of {', '.join(words)}", field=self.place(key))
        return value

    def count(self, key: str, default: int | None = None) -> int:
        self._taken.add(key)
        value = self._data.get(key, default)
        if type(value) is not int or value < 0:
            raise InputError("a whole number from 0 is missing here", field=self.place(key))
        return value

    def days(self, key: str, default: int | None = None) -> int:
        """A number of days, of a hundred years at most: no rule runs longer, and dates end with the year 9999."""
        value = self.count(key, default)
        if value > _CENTURY:
            raise InputError(
                f"{value} days are more than a hundred years; give at most {_CENTURY}", field=self.place(key)
            )
        return value

    def parsed(self, key: str, parse: Callable[[str], _T]) -> _T:
        text = self.text(key)
        try:
            return parse(text)
        except InputError as error:
            raise InputError(error.message, field=self.place(key)) from None

    def date(self, key: str) -> str | None:
        return parse_date(self.text(key), self.place(key)) if key in self._data else None

    def objects(self, key: str, *, optional: bool = False) -> list["_Fields"]:
        self._taken.add(key)
        value = self._data.get(key, [] if optional else None)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise InputError("a list of objects is missing here", field=self.place(key))
        if optional and not value and key in self._data:
            raise InputError("the list is empty; fill it or leave it out", field=self.place(key))
        return [_Fields(item, f"{self.place(key)}[{index}]") for index, item in enumerate(value)]

    def texts(self, key: str) -> tuple[str, ...]:
        self._taken.add(key)
        value = self._data.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InputError("a list of strings is missing here", field=self.place(key))
        return tuple(value)

    def names(self, key: str) -> tuple[str, ...]:
        """A list of strings, each once, empty if it is not there."""
        values = self.texts(key) if self.has(key) else ()
        if len(set(values)) != len(values):
            raise InputError("one of these stands twice; once is enough", field=self.place(key))
        return values

    def parsed_names(self, key: str, parse: Callable[[str], _T]) -> tuple[_T, ...]:
        try:
            return tuple(parse(text) for text in self.names(key))
        except InputError as error:
            raise InputError(error.message, field=self.place(key)) from None

    def says(self, key: str, only: str) -> bool:
        """Whether an entry that knows one word only is there."""
        return self.has(key) and self.word(key, (only,)) == only

    def object(self, key: str) -> "_Fields":
        self._taken.add(key)
        value = self._data.get(key)
        if not isinstance(value, dict):
            raise InputError("an object is missing here", field=self.place(key))
        return _Fields(value, self.place(key))

    def mapping(self, key: str) -> tuple[tuple[str, str], ...]:
        inner = self.object(key)
        return tuple((name, inner.text(name, empty=True)) for name in sorted(inner._data))

    def rest(self) -> dict[str, Any]:
        self._taken.update(self._data)
        return dict(self._data)

    def has(self, key: str) -> bool:
        return key in self._data

    def finish(self) -> None:
        unknown = sorted(set(self._data) - self._taken)
        if unknown:
            raise InputError("this form has no such field; remove it", field=self.place(unknown[0]))


def _read_clauses(fields: _Fields, *, at_least: int) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    seen: set[str] = set()
    for item in fields.objects("clauses"):
        key = item.text("key")
        if key in seen:
            raise InputError(f"clause {key!r} stands twice; number the clauses apart", field=item.place("key"))
        seen.add(key)
        asks = []
        for ask in item.objects("asks", optional=True):
            relation = cast(Relation, ask.word("relation", get_args(Relation)))
            asks.append(Asked(ask.parsed("outcome", OutcomeId.parse), relation))
            ask.finish()
        language = item.text("language")
        clauses.append(
            Clause(
                key,
                item.text("text"),
                item.text("heading", ""),
                language,
                tuple(asks),
                _read_authentic(item, language),
            )
        )
        item.finish()
    if len(clauses) < at_least:
        raise InputError("an agreement has at least one clause", field="clauses")
    return tuple(clauses)


def _read_authentic(item: _Fields, language: str) -> tuple[Authentic, ...]:
    others = []
    for other in item.objects("authentic", optional=True):
        others.append(Authentic(other.text("language"), other.text("text")))
        other.finish()
    languages = [other.language for other in others]
    if language in languages or languages != sorted(set(languages)):
        raise InputError(
            "other authentic texts stand in ascending order of language, each language once; sort them",
            field=item.place("authentic"),
        )
    return tuple(others)


def _read_agreement(fields: _Fields) -> Agreement:
    founders = []
    for item in fields.objects("parties"):
        founders.append(
            Founder(
                item.parsed("id", PartyId.parse),
                item.parsed("identifier", parse_identifier),
                item.word("kind", KINDS),
                item.text("name"),
            )
        )
        item.finish()
    for index in range(1, len(founders)):
        if founders[index].id == founders[index - 1].id:
            raise InputError(f"{founders[index].name!r} is named twice; once is enough", field=f"parties[{index}]")
        if founders[index].id < founders[index - 1].id:
            raise InputError("the parties stand in ascending order of id; sort them", field=f"parties[{index}]")
    if len(founders) < 2:
        raise InputError("an agreement has at least two parties", field="parties")
    rules = _read_rules(fields)
    if rules.form == "bilateral" and len(founders) != 2:
        raise InputError(f"a bilateral agreement has two parties, this one has {len(founders)}", field="parties")
    if rules.form == "bilateral" and rules.reservations:
        raise InputError("a bilateral agreement takes no reservations; prohibit them", field="reservations")
    clauses = _read_clauses(fields, at_least=1)
    keys = {clause.key for clause in clauses}
    for field, named in (
        ("reservable", rules.reservable),
        ("authorized_reservations", rules.authorized_reservations),
    ):
        if unknown := sorted(set(named) - keys):
            raise InputError(f"there is no clause {unknown[0]!r}", field=field)
    return Agreement(
        title=fields.text("title"),
        clauses=clauses,
        rules=rules,
        founders=tuple(founders),
        languages=fields.texts("languages"),
        date=fields.date("date"),
    )


def _read_rules(fields: _Fields) -> Rules:
    rules = Rules(
        character=cast(Character, fields.word("character", get_args(Character))),
        form=cast(Form, fields.word("form", get_args(Form))),
        admission=cast(Admission, fields.word("admission", ADMISSIONS)),
        takes_effect=cast(TakesEffect, fields.word("takes_effect", get_args(TakesEffect))),
        reservations=fields.word("reservations", ("allowed", "prohibited")) == "allowed",
        notice_days=fields.days("notice_days"),
        reservation_days=fields.days("reservation_days", 0),
        reservable=fields.names("reservable"),
        authorized_reservations=fields.names("authorized_reservations"),
        reservations_accepted_by_all=fields.says("reservations_accepted_by", "all"),
        consents_needed=fields.count("consents_needed", 0),
        named_parties=fields.parsed_names("named_parties", PartyId.parse),
        named_needed=fields.count("named_needed", 0),
        delay_days=fields.days("delay_days", 0),
        first_of_month=fields.says("effect_on", "first-of-month"),
        provisional_application=fields.says("provisional_application", "allowed"),
        withdrawal=cast(
            WithdrawalRule,
            fields.word("withdrawal", get_args(WithdrawalRule)) if fields.has("withdrawal") else "provided",
        ),
        open_to=fields.names("open_to"),
    )
    if unknown := sorted(set(rules.open_to) - set(KINDS)):
        raise InputError(f"{unknown[0]!r} is no kind of party; it is one of {', '.join(KINDS)}", field="open_to")
    if rules.named_needed > len(rules.named_parties):
        raise InputError(
            f"of {len(rules.named_parties)} named parties {rules.named_needed} can't consent", field="named_needed"
        )
    for field, named in (
        ("reservable", rules.reservable),
        ("authorized_reservations", rules.authorized_reservations),
        ("reservation_days", rules.reservation_days),
        ("reservations_accepted_by", rules.reservations_accepted_by_all),
    ):
        if named and not rules.reservations:
            raise InputError("this agreement prohibits reservations; allow them or remove this", field=field)
    return rules


def _read_reported_agreement(fields: _Fields) -> ReportedAgreement:
    return ReportedAgreement(
        title=fields.text("title"),
        clauses=_read_clauses(fields, at_least=0),
        source_id=fields.text("source_id"),
        date=fields.date("date"),
        character=fields.text("character"),
        form=fields.text("form"),
        facts=fields.mapping("facts"),
        sources=fields.texts("sources"),
    )


def _read_reports(fields: _Fields) -> Reports:
    leaves = []
    for item in fields.objects("leaves"):
        party = item.object("party")
        actor = Reported(
            party.parsed("identifier", parse_identifier),
            party.text("name"),
            party.word("kind", (*KINDS, "unknown")),
            party.text("country", ""),
        )
        party.finish()
        leaves.append(
            Report(
                item.parsed("agreement", DocumentHash.parse),
                actor,
                item.text("act"),
                item.date("date"),
                item.date("seen"),
            )
        )
        item.finish()
    return Reports(fields.parsed("author", PartyId.parse), _some(tuple(leaves)))


def _read_alignments(fields: _Fields) -> Alignments:
    leaves = []
    for item in fields.objects("leaves"):
        leaves.append(
            ClauseAlignment(
                item.parsed("clause", ClauseId.parse),
                item.parsed("outcome", OutcomeId.parse),
                cast(Relation, item.word("relation", get_args(Relation))),
            )
        )
        item.finish()
    return Alignments(fields.parsed("author", PartyId.parse), _some(tuple(leaves)))


def _read_endorsements(fields: _Fields) -> Endorsements:
    leaves = []
    for item in fields.objects("leaves"):
        leaves.append(
            SignedEndorsement(
                item.parsed("party", PartyId.parse),
                item.parsed("account", Address.parse),
                item.parsed("number", _uint64),
                item.parsed("reason", Hash.parse),
                item.parsed("deadline", _uint64),
                item.parsed("signature", _signature),
            )
        )
        item.finish()
    return Endorsements(fields.parsed("norm", NormId.parse), _some(tuple(leaves)))


def _uint64(text: str) -> int:
    if not (
        text.isascii()
        and text.isdigit()
        and text == (text.lstrip("0") or "0")
        and len(text) <= 20
        and int(text) < 1 << 64
    ):
        raise InputError("a whole number of at most 64 bits is missing here; write it as a string of digits")
    return int(text)


def _signature(text: str) -> bytes:
    if not re.fullmatch(r"0x[0-9a-f]{128}", text):
        raise InputError("a signature is 0x and 128 hexadecimal digits in lower case here (EIP-2098)")
    return bytes.fromhex(text[2:])


def _some(leaves: tuple[_T, ...]) -> tuple[_T, ...]:
    if not leaves:
        raise InputError("a batch has at least one entry", field="leaves")
    return leaves


def _read_norm(fields: _Fields) -> Norm:
    outcomes = tuple(OutcomeId.parse(text) for text in fields.texts("outcomes"))
    if not outcomes or list(outcomes) != sorted(set(outcomes)):
        raise InputError("a norm names its outcomes, each once, in ascending order", field="outcomes")
    text = fields.text("text")
    if "[" in text or "]" in text:
        raise InputError("the draft still has open brackets; resolve each of them to one wording", field="text")
    return Norm(fields.text("title"), text, outcomes, cast(World, fields.word("world", get_args(World))))


_READERS: dict[str, Callable[[_Fields], Document]] = {
    "agreement": _read_agreement,
    "reported-agreement": _read_reported_agreement,
    "reports": _read_reports,
    "alignments": _read_alignments,
    "endorsements": _read_endorsements,
    "outcome": lambda fields: Outcome(fields.text("text"), cast(Polarity, fields.word("polarity", get_args(Polarity)))),
    "norm": _read_norm,
    "party": lambda fields: Profile(fields.text("name"), fields.text("country", ""), fields.text("region", "")),
    "statement": lambda fields: Statement(fields.text("text")),
    "derivation": lambda fields: DerivationRecord(fields.rest()),
}
