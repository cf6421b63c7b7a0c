"""What every route and page asks first: the view as of a block, and one page of a list bound to that block."""

import base64
from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request

from api.access import Access
from normledger.errors import InputError
from normledger.identifiers import Hash
from normledger.ledger.queries import AsOf, View

_T = TypeVar("_T")


def access(request: Request) -> Access:
    """The workspace behind this service."""
    found: Access = request.app.state.access
    return found


Asked = Annotated[Access, Depends(access)]
AsOfBlock = Annotated[int | None, Query(ge=0, description="answer as of this block; by default the last one indexed")]


def view(asked: Asked, as_of: AsOfBlock = None, cursor: Annotated[str | None, Query(max_length=200)] = None) -> View:
    """The view that `as_of` names, or that the cursor is bound to."""
    if cursor is None:
        return asked.view(as_of)
    block, hash_, _ = _read(cursor)
    if as_of is not None and as_of != block:
        raise InputError(f"the cursor is bound to block {block}; leave as_of out", field="cursor")
    found = asked.view(block)
    if found.at.hash != hash_:
        raise InputError("the chain has taken the cursor's block back; begin again without a cursor", field="cursor")
    return found


Viewed = Annotated[View, Depends(view)]


class Page:
    """One page of a list: `of` cuts it out, and gives the cursor of the next."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=200, description="from `next` of the page before")] = None,
    ) -> None:
        self._limit = limit
        self._start = _read(cursor)[2] if cursor else 0

    def of(self, items: Sequence[_T], at: AsOf) -> tuple[list[_T], str | None]:
        """The page's items, and the next page's cursor or None."""
        end = self._start + self._limit
        following = _write(at, end) if end < len(items) else None
        return list(items[self._start : end]), following


Paged = Annotated[Page, Depends()]


def _write(at: AsOf, position: int) -> str:
    return base64.urlsafe_b64encode(f"{at.block}.{at.hash}.{position}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, Hash, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        block, hash_, position = text.split(".")
        if not (block.isdigit() and position.isdigit()):
            raise ValueError
        return int(block), Hash.parse(hash_), int(position)
    except (ValueError, InputError):
        raise InputError("this is not a cursor; take it from `next` of the page before", field="cursor") from None
