"""What every route and page asks first: the view as of a block, and one page of a list bound to that block.

A cursor names the block, the list with its filters, and the position; it is refused where one of the first two differs.
"""

import base64
from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request

from api.access import Access
from normledger.errors import InputError
from normledger.identifiers import Hash, keccak
from normledger.ledger.answers import AsOf
from normledger.ledger.queries import View

_T = TypeVar("_T")


def access(request: Request) -> Access:
    """The workspace behind this service."""
    found: Access = request.app.state.access
    return found


Asked = Annotated[Access, Depends(access)]
AsOfBlock = Annotated[int | None, Query(ge=0, description="answer as of this block; by default the newest final one")]


def view(asked: Asked, as_of: AsOfBlock = None, cursor: Annotated[str | None, Query(max_length=200)] = None) -> View:
    """The view that `as_of` names, or that the cursor is bound to."""
    if cursor is None:
        return asked.view(as_of)
    block, hash_, _, _ = _read(cursor)
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
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=200, description="from `next` of the page before")] = None,
    ) -> None:
        self._limit, self._start, self._list = limit, 0, _name_of_list(request)
        if cursor is not None:
            _, _, self._start, list_ = _read(cursor)
            if list_ != self._list:
                raise InputError("the cursor is of another list; begin again without a cursor", field="cursor")

    def of(self, items: Sequence[_T], at: AsOf) -> tuple[list[_T], str | None]:
        """The page's items, and the next page's cursor or None."""
        end = self._start + self._limit
        following = _write(at, end, self._list) if end < len(items) else None
        return list(items[self._start : end]), following


Paged = Annotated[Page, Depends()]


def _name_of_list(request: Request) -> str:
    """Path and filters in a few digits: what a cursor may go on with."""
    filters = sorted(item for item in request.query_params.multi_items() if item[0] not in ("as_of", "cursor", "limit"))
    return keccak(repr((request.url.path, filters)).encode()).hex()[:8]


def _write(at: AsOf, position: int, list_: str) -> str:
    return base64.urlsafe_b64encode(f"{at.block}.{at.hash}.{position}.{list_}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, Hash, int, str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        block, hash_, position, list_ = text.split(".")
        if not (block.isdigit() and position.isdigit()):
            raise ValueError
        return int(block), Hash.parse(hash_), int(position), list_
    except (ValueError, InputError):
        raise InputError("this is not a cursor; take it from `next` of the page before", field="cursor") from None
