"""Whole lists as files: CSV (RFC 4180), JSON Lines and JSON, made row by row while they are sent.

Belongs here: forms and their rows. Does not belong here: what is listed. A cell that a spreadsheet would take for a
formula is told as text (OWASP, "CSV Injection").
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api import answers, schemas
from normledger.ledger.answers import AsOf

_K = TypeVar("_K")

Form = Literal["csv", "jsonl", "json"]
TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/x-ndjson",
    "json": "application/json",
}
LISTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a page; or the whole list as a file, by `format` or `Accept`",
        "content": {"text/csv": {"schema": {"type": "string"}}, "application/x-ndjson": {"schema": {"type": "string"}}},
        "headers": {"Link": {"schema": {"type": "string"}, "description": "the next page, if there is one"}},
    }
}
"""What every list answers."""

BESIDE = ("as_of_block", "as_of_hash")
"""Columns that every CSV file ends with."""

_ROWS = 200
"""Rows of a piece; after each, the chain is asked whether it still holds them."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class BrokenOff(Exception):
    """Ends a file in the middle, so that its reader sees that it is not whole; too late for a problem."""


_TURNED = "The chain took the block back while the list was told; ask again."


def preferred(accept: str) -> Form | None:
    """The file that an `Accept` header prefers to an ordinary answer; None where that is as good."""
    best: tuple[float, Form | None] = (0.0, None)
    for part in accept.split(","):
        kind, *parameters = (one.strip().lower() for one in part.split(";"))
        quality = 1.0
        for one in parameters:
            if found := re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", one):
                quality = float(found[1])
        form: Form | None = {"text/csv": "csv", "application/x-ndjson": "jsonl"}.get(kind)  # type: ignore[assignment]  # two of its words
        if (form is not None or kind in ("application/json", "application/*", "*/*")) and quality > best[0]:
            best = quality, form
    return best[1]


def columns(model: type[BaseModel]) -> tuple[str, ...]:
    """The columns of a list's CSV file: its items' fields in their order, then the block."""
    return (*model.model_fields, *BESIDE)


def item_of(model: type[BaseModel], field: str) -> type[BaseModel]:
    """The model of a list's items."""
    found: type[BaseModel] = model.model_fields[field].annotation.__args__[0]  # type: ignore[union-attr]  # a list
    return found


def cell(value: Any) -> str:
    """One cell: text as it is, unless a spreadsheet would run it; lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text


def dumped(
    form: Form,
    at: AsOf,
    model: type[schemas.ListAnswer],
    field: str,
    names: Sequence[_K],
    one: Callable[[_K], BaseModel],
    more: dict[str, Any],
    holds: Callable[[], bool],
) -> StreamingResponse:
    """The whole list as a file. Where the chain takes the block back meanwhile, the file breaks off."""
    item = item_of(model, field)

    def pieces() -> Iterator[str]:
        yield from _begun(form, at, model, field, item, more)
        for start in range(0, len(names), _ROWS):
            try:
                rows = [one(name) for name in names[start : start + _ROWS]]
            except Exception:
                if holds():
                    raise
                raise BrokenOff(_TURNED) from None  # what was taken back is not found any more
            piece = "".join(_row(form, at, row, first=start + place == 0) for place, row in enumerate(rows))
            if not holds():
                raise BrokenOff(_TURNED)
            yield piece
        if form == "json":
            yield '],"next":null}\n'

    headers = {"Content-Disposition": f'attachment; filename="{field}-{at.block}.{form}"'}
    return StreamingResponse(pieces(), media_type=TYPES[form], headers=headers)


def _begun(
    form: Form, at: AsOf, model: type[schemas.ListAnswer], field: str, item: type[BaseModel], more: dict[str, Any]
) -> Iterator[str]:
    if form == "csv":
        yield _line(columns(item))
    elif form == "jsonl":
        yield json.dumps({"as_of": answers.as_of(at).model_dump()}, ensure_ascii=False) + "\n"
    else:
        whole = model(as_of=answers.as_of(at), **{field: []}, next=None, **more).model_dump(mode="json")
        del whole["next"], whole[field]
        yield json.dumps(whole, ensure_ascii=False)[:-1] + f', "{field}":['


def _row(form: Form, at: AsOf, row: BaseModel, *, first: bool) -> str:
    if form == "csv":
        data = row.model_dump(mode="json")
        return _line([*(cell(value) for value in data.values()), str(at.block), str(at.hash)])
    if form == "jsonl":
        return row.model_dump_json() + "\n"
    return ("" if first else ",\n") + row.model_dump_json()


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
