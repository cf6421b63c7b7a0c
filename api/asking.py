"""What every reading route asks first: the view as of a block, whose trust counts, and which part of a list.

A cursor names the block, the list with its filters, and the last item that was told; it is refused where one of the
first two differs. `Answered` is what a route tells the response cache of the state that its answer rests on.
"""

import base64
import re
import struct
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api import answers, schemas
from api.access import Access
from api.dumps import Form, dumped, preferred
from normledger.composition.record import Basis, World
from normledger.composition.result import Composition
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import InputError
from normledger.identifiers import Hash, keccak
from normledger.ledger.answers import AsOf
from normledger.ledger.queries import View

_K = TypeVar("_K", bound=Hashable)
_NOTE = "normledger.answered"
HASH = r"^0x[0-9a-f]{64}$"
"""How a hash is written."""

_LATEST = 253_402_300_799
"""The last second of the year 9999, beyond which no calendar here goes."""


@dataclass
class Answered:
    """What an answer rests on. `view` None: on nothing that changes. `kept` False: on more than the view."""

    view: View | None = None
    exact: bool = False
    """Whether the request names its block, so that the answer is the same for ever."""
    trusting: bool = False
    kept: bool = True
    newer: AsOf | None = None
    """The newest block, where the view is of the one before, because that is the newest that was composed."""


def answered(request: Request) -> Answered:
    """The note that goes with a request."""
    note: Answered = request.scope.setdefault(_NOTE, Answered())
    return note


def unkept(request: Request) -> None:
    """For routes whose answers rest on more than a view: on the outbox, say."""
    answered(request).kept = False


def access(request: Request) -> Access:
    """The workspace behind this service."""
    found: Access = request.app.state.access
    return found


def known(request: Request) -> None:
    """Refuses query parameters that the route does not know: a misspelt filter must not give an unfiltered list."""
    path = request.scope["route"].path
    table: dict[str, frozenset[str]] = request.app.state.parameters
    if path not in table:
        listed = request.app.openapi()["paths"][f"/v1{path}"]["get"].get("parameters", [])
        table[path] = frozenset(one["name"] for one in listed if one["in"] == "query")
    names = table[path]
    try:
        unquote_to_bytes(request.scope["query_string"]).decode()
        unquote_to_bytes(request.scope.get("raw_path") or b"").decode()
    except UnicodeDecodeError:
        raise InputError("the address is not UTF-8; write its other letters as %XX of their UTF-8 bytes") from None
    for name in request.query_params:
        if name not in names:
            told = ", ".join(sorted(names)) or "none"
            raise InputError(f"this parameter is not known here; the address takes {told}", field=name[:60])
    given = [name for name, _ in request.query_params.multi_items() if name not in _SEVERAL]
    for name in given:
        if given.count(name) > 1:
            raise InputError("the parameter is given more than once; give it once", field=name)


_SEVERAL = ("consent", "withdrawal")
"""Parameters that may be given more than once."""


Asked = Annotated[Access, Depends(access)]
AsOfText = Annotated[
    str | None,
    Query(
        pattern=r"^(0|[1-9][0-9]{0,17}|0x[0-9a-f]{64})$",
        description="answer as of this block, by its number or hash; by default the newest final one",
    ),
]
AsOfBlock = Annotated[int | None, Query(ge=0, description="answer as of this block; by default the newest final one")]
"""For pages, which name blocks by their number."""

AtText = Annotated[
    str | None,
    Query(
        max_length=40,
        description="answer as of this time (ISO 8601, UTC where it names no zone)",
    ),
]
CursorText = Annotated[str | None, Query(max_length=600, description="from `next` of the page before")]


def view(request: Request, asked: Asked, as_of: AsOfText = None, at: AtText = None, cursor: CursorText = None) -> View:
    """The view that `as_of` and `at` name, or that the cursor is bound to."""
    block = Hash.parse(as_of) if as_of and as_of.startswith("0x") else int(as_of) if as_of else None
    time = _time(at) if at else None
    note = answered(request)
    if cursor is not None:
        begun = Cursor.read(cursor)
        if block not in (None, begun.at.block, begun.at.hash) or time not in (None, begun.at.time):
            raise InputError(f"the cursor is bound to block {begun.at.block}; leave as_of out", field="cursor")
        try:
            note.view, note.exact = asked.stated(begun.at), True
        except InputError as error:
            raise InputError(error.message, field="cursor") from None
        return note.view
    note.view, note.exact = asked.view(block, time), block is not None and time is None
    return note.view


Viewed = Annotated[View, Depends(view)]


def trust(request: Request, asked: Asked) -> TrustPolicy:
    """This instance's trust policy, for answers that say whose word it counts."""
    answered(request).trusting = True
    return asked.workspace.trust


Trusted = Annotated[TrustPolicy, Depends(trust)]
BasisWord = Annotated[Literal["reported", "consented"], Query(description="never summed")]
WorldWord = Annotated[Literal["real", "exercise"], Query(description="composition runs on one world at a time")]


def composition(
    request: Request, asked: Asked, view: Viewed, basis: BasisWord = "reported", world: WorldWord = "real"
) -> Composition:
    """What agreements add up to as of the view, under this instance's trust policy."""
    answered(request).trusting = True
    chosen: tuple[Basis, World] = basis, world
    return asked.compose(view, *chosen)


Composed = Annotated[Composition, Depends(composition)]


def _time(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # an unescaped + of a zone arrives as a space
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise InputError(f"{text!r} is not a time; write 2026-11-23 or 2026-11-23T12:00:00Z", field="at") from None
    try:
        found = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (OverflowError, ValueError):
        found = -1
    if not 0 <= found <= _LATEST:
        raise InputError("the time is before 1970 or beyond the year 9999; name another", field="at")
    return found


def told_at(at: AsOf) -> dict[str, str]:
    """The header in which every reading answer states its block, whatever form it has (RFC 9651, a dictionary)."""
    return {"NormLedger-As-Of": f'block={at.block}, hash="{at.hash}", time={at.time}, final=?{int(at.final)}'}


# --- lists


@dataclass(frozen=True)
class Cursor:
    """Where a list goes on: after `last`, the name of an item, in the list called `list_`, as of `at`."""

    at: AsOf
    list_: bytes
    last: str

    _FORM = struct.Struct(">QQQ32s8s")

    def text(self) -> str:
        """As it crosses HTTP."""
        packed = self._FORM.pack(self.at.chain_id, self.at.block, self.at.time, self.at.hash, self.list_)
        return base64.urlsafe_b64encode(packed + self.last.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """From `text`; raises `InputError`."""
        try:
            if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
                raise ValueError
            data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            chain_id, block, time, hash_, list_ = cls._FORM.unpack(data[: cls._FORM.size])
            if max(block, time) >= 1 << 62:
                raise ValueError
            return cls(AsOf(chain_id, block, Hash(hash_), time, False), list_, data[cls._FORM.size :].decode())
        except (ValueError, struct.error, InputError):
            raise InputError("this is not a cursor; take it from `next` of the page before", field="cursor") from None


class Page:
    """One page of a list, or all of it as a file: `answer` makes either from the names of the items."""

    def __init__(
        self,
        request: Request,
        asked: Asked,
        limit: Annotated[int, Query(ge=1, le=200, description="items of a page")] = 50,
        cursor: CursorText = None,
        format_: Annotated[
            Form | None,
            Query(alias="format", description="the whole list in one file, as of the block; or ask by `Accept`"),
        ] = None,
    ) -> None:
        self._request, self._asked, self._limit, self._last = request, asked, limit, None
        self._list = _name_of_list(request)
        self._form: Form | None = format_ or preferred(request.headers.get("accept", ""))
        if cursor is not None:
            begun = Cursor.read(cursor)
            if begun.list_ != self._list:
                raise InputError("the cursor is of another list; begin again without a cursor", field="cursor")
            self._last = begun.last
            if format_ is not None:
                raise InputError("a file holds the whole list; leave the cursor out", field="format")

    def of(self, names: Sequence[_K], at: AsOf) -> tuple[list[_K], str | None]:
        """The page's part of the names, and the next page's cursor or None. No two names may be the same."""
        start = 0
        if self._last is not None:
            start = next((place for place, name in enumerate(names, 1) if str(name) == self._last), 0)
            if not start:
                raise InputError("the cursor names nothing of this list; begin again without a cursor", field="cursor")
        part = list(names[start : start + self._limit])
        ends = start + self._limit >= len(names)
        return part, None if ends else Cursor(at, self._list, str(part[-1])).text()

    def answer(
        self,
        view: View,
        model: type[schemas.ListAnswer],
        field: str,
        names: Sequence[_K],
        one: Callable[[_K], BaseModel],
        **more: Any,
    ) -> Response:
        """`model` with the page's items under `field`; or the whole list as a file, made as it is sent."""
        if self._form is not None:
            note = answered(self._request)
            note.kept = False
            return dumped(self._form, view.at, model, field, names, one, more, lambda: self._asked.holds(view))
        part, following = self.of(names, view.at)
        body = model(as_of=answers.as_of(view.at), **{field: [one(name) for name in part]}, next=following, **more)
        headers = {}
        if following:
            url = self._request.url.remove_query_params(["as_of", "at"]).include_query_params(cursor=following)
            headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return Response(body.model_dump_json(), media_type="application/json", headers=headers)


Paged = Annotated[Page, Depends()]


def _name_of_list(request: Request) -> bytes:
    """Path and filters in a few bytes: what a cursor may go on with."""
    beside = ("as_of", "at", "cursor", "limit", "format")
    filters = sorted(item for item in request.query_params.multi_items() if item[0] not in beside)
    return keccak(repr((request.url.path, filters)).encode())[:8]
