"""Where in a request's body a fault lies: a JSON pointer (RFC 6901) to the value that somebody has to correct.

The library names a field as it knows it, in a document or in typed data; only here is known how that came over HTTP.
Belongs here: finding the value. Does not belong here: what is wrong with it (the errors), how it is told (`problems`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from normledger.errors import InputError, NormLedgerError, NotFound, Refused, SignatureError

_SIGNED = ("domain", "message", "types", "primaryType")
_NUMBERS = ("NumberUsed", "NumberPassed", "NumberForFoundersOnly")


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body: what was given, once it is JSON, and the fields that it may have."""

    given: Any = None
    fields: frozenset[str] = frozenset()


def pointer(*parts: object) -> str:
    """These names and places as one JSON pointer; none of them is the whole body."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def pointer_of(body: Body, error: NormLedgerError) -> str | None:
    """To the value at fault; None where the fault is not one value's: what a contract or the chain refuses."""
    given = body.given if isinstance(body.given, Mapping) else {}
    if isinstance(error, InputError):
        if error.field is None:
            return pointer("typed_data") if "typed_data" in given else pointer()
        return _of_field(body, given, error.field)
    if isinstance(error, NotFound):
        return _of_value(given, error.name)
    if isinstance(error, SignatureError):
        if error.field and "typed_data" in given:
            return pointer("typed_data", *_parts(error.field))
        return pointer("signature") if "signature" in given else None
    if isinstance(error, Refused) and "typed_data" in given:
        name = "deadline" if error.reason == "Expired" else "number" if error.reason in _NUMBERS else None
        return pointer("typed_data", "message", name) if name else None
    return None


def _of_field(body: Body, given: Mapping[str, Any], field: str) -> str | None:
    parts = _parts(field)
    if not body.fields or parts[0] in body.fields:
        return pointer(*parts) if body.fields else pointer()
    if parts[0] in _SIGNED and "typed_data" in given:
        return pointer("typed_data", *parts)
    return None


def _of_value(given: Mapping[str, Any], name: str) -> str | None:
    message = given["typed_data"].get("message") if isinstance(given.get("typed_data"), Mapping) else None
    for values, before in ((given, ()), (message, ("typed_data", "message"))):
        if isinstance(values, Mapping):
            for key, value in values.items():
                if value == name:
                    return pointer(*before, key)
    return None


def _parts(field: str) -> list[str]:
    """``clauses[2].text`` in its parts."""
    return re.findall(r"[^.\[\]]+", field)
