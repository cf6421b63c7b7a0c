"""What the formats share: one entry read, and how an actor's claimed identifier is made from what a source tells."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from normledger.documents.document import Report, Reported, ReportedAgreement
from normledger.documents.geography import countries
from normledger.errors import InputError
from normledger.identifiers import KINDS, Identifier, parse_identifier


@dataclass(frozen=True, slots=True)
class Entry:
    """One agreement of a source, with who is reported to have undertaken it."""

    text: ReportedAgreement
    reports: tuple[Report, ...]


class Form(BaseModel):
    """Base of the formats' models: strict types; fields that we do not use are allowed, for sources have many."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def in_one_sentence(error: ValidationError) -> InputError:
    """The first fault of a model as one sentence with its field."""
    fault = error.errors(include_url=False)[0]
    field = ""
    for part in fault["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f".{part}" if field else str(part)
    if fault["type"] == "missing":
        return InputError("the field is missing; add it", field=field)
    return InputError(f"{fault['msg'].lower()}; it is {str(fault['input'])[:40]!r}", field=field)


def actor(name: str, kind: str, alpha3: str | None, *, field: str) -> Reported:
    """An actor as reported. A state with an ISO 3166-1 code is named by it, everybody else by name.

    `kind` may be ``unknown``, for nobody consents by a report.
    """
    if kind not in (*KINDS, "unknown"):
        raise InputError(f"{kind!r} is not a kind of party; it is one of {', '.join(KINDS)}, unknown", field=field)
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name:
        raise InputError("the party has no name; add it", field=field)
    code = alpha3 or ""
    if code and not (len(code) == 3 and code.isascii() and code.isupper()):
        raise InputError(f"{code!r} is not a country's code; give three capital letters (ISO 3166-1)", field=field)
    country = countries().get(code)
    if kind == "state" and country:
        shown = country.name if name == alpha3 else name
        return Reported(Identifier(f"state:{country.alpha3}"), shown, kind, country.alpha3)
    # A code that ISO 3166-1 does not hold (any more) is kept as the source has it; it gives no region.
    return Reported(parse_identifier(f"name:{name}"), name, kind, code)


def no_party_twice(actors: Sequence[Reported]) -> None:
    """Refuse an agreement that lists one actor twice."""
    seen: set[str] = set()
    for index, one in enumerate(actors):
        if one.identifier in seen:
            raise InputError(f"{one.name!r} is listed twice; once is enough", field=f"parties[{index}]")
        seen.add(one.identifier)
