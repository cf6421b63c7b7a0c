"""What a page's form sends: fields and files, from both encodings that browsers use (HTML, "form submission").

Belongs here: taking a body apart, strictly. Does not belong here: what the fields mean.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

from normledger.errors import InputError

_MOST = 200
"""Fields of one form."""


@dataclass(frozen=True)
class Form:
    """A form's fields; of a file, its text. A field that was left empty is not there."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The first value of a field, empty if there is none."""
        return next(iter(self.fields.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return list(self.fields.get(name, ()))

    def moment(self, name: str) -> int:
        """A moment in Unix seconds, from ISO 8601 in UTC; 0 if it was left empty."""
        text = self.get(name)
        if not text:
            return 0
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise InputError(f"{text[:40]!r} is not a time; write 2026-11-23T12:00", field=name) from None
        return max(0, int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))


async def read_form(request: Request) -> Form:
    """The form in a request's body."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    body = await request.body()
    match kind.strip().lower():
        case "application/x-www-form-urlencoded":
            pairs = _urlencoded(body)
        case "multipart/form-data":
            pairs = _multipart(body, parameters)
        case other:
            raise HTTPException(415, f"Send the form as browsers do, not as {other or 'nothing named'}.")
    if len(pairs) > _MOST:
        raise InputError(f"a form has {_MOST} fields at most")
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return Form({name: tuple(values) for name, values in fields.items()})


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except ValueError:
        raise InputError("the form is not encoded as browsers do it") from None


_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))')
_NAME = re.compile(r'content-disposition:[^\r\n]*?\bname="([^"\r\n]*)"', re.IGNORECASE)


def _multipart(body: bytes, parameters: str) -> list[tuple[str, str]]:
    """RFC 7578. What a field says of its own encoding is not believed: all is UTF-8."""
    found = _BOUNDARY.search(parameters)
    if found is None:
        raise InputError("the form names no boundary")
    pairs: list[tuple[str, str]] = []
    boundary = (found[1] or found[2]).encode()
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if part.startswith(b"--"):
            return pairs
        head, _, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head.decode("latin-1"))
        if name is None:
            raise InputError("a field of the form has no name")
        try:
            pairs.append((name[1], content.decode("utf-8-sig")))
        except UnicodeDecodeError:
            raise InputError("it is not UTF-8 text", field=name[1][:40]) from None
    raise InputError("the form breaks off; send it once more")
