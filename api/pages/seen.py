"""What a page sees: the register as of a block or of a day, its compositions, and values kept beside them.

`at` (a day) asks for the end of that day, UTC; a day to come tells what will hold if nothing more happens.
"""

import weakref
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request

from api.asking import Asked, AsOfText, answered
from api.pages.rendering import SHOWN, Shown
from normledger.composition.context import Context
from normledger.composition.result import Composition
from normledger.errors import InputError
from normledger.identifiers import Hash
from normledger.ledger.queries import View

_T = TypeVar("_T")


class Seen:
    """One reader's view."""

    def __init__(
        self,
        request: Request,
        asked: Asked,
        as_of: AsOfText = None,
        at: Annotated[str | None, Query(max_length=10, description="a day, as YYYY-MM-DD")] = None,
    ) -> None:
        self.asked = asked
        self.day = at or None
        note = answered(request)
        if self.day is None:
            block = Hash.parse(as_of) if as_of and as_of.startswith("0x") else int(as_of) if as_of else None
            self.view: View = asked.view(block)
        else:
            if as_of is not None:
                raise InputError("give a block or a day, not both", field="at")
            try:
                end = datetime.combine(date.fromisoformat(self.day) + timedelta(days=1), datetime.min.time(), UTC)
            except (ValueError, OverflowError):
                raise InputError(f"{self.day!r} is no day; write it as 2026-01-31", field="at") from None
            self.view = asked.view(None, int(end.timestamp()) - 1)
        note.view = self.view
        self._named = block is not None if self.day is None else True
        self._note = note

    def do(self, call: Callable[[], _T]) -> _T:
        """Any call of the library."""
        return self.asked.do(call)

    def composition(self, shown: Shown) -> Composition:
        """Rows per outcome of what is shown, under this instance's trust policy."""
        basis, world = SHOWN[shown]
        return self.asked.compose(self.view, basis, world)

    def composed(self, shown: Shown) -> Composition:
        """The same; where the page names no block, that of the newest block of which it is there. Asked before others.

        The page then is of that block, and `newer` names the one whose composition is still being made.
        """
        if self._named:
            return self.composition(shown)
        newest = self.view
        self.view, found = self.asked.newest_composed(*SHOWN[shown])
        self._note.view = self.view
        if self.view.at.block < newest.at.block:
            self._note.newer, self._note.kept = newest.at, False
        return found

    def shown(self, asked: Shown | None) -> Shown:
        """What is shown: what the reader asks for, else reports where there are any, else what was signed here."""
        return asked or ("reported" if self.do(lambda: self.view.reported_agreements) else "consented")


Sees = Annotated[Seen, Depends(Seen)]

_BESIDE: dict[int, dict[Hashable, Any]] = {}


def beside(owner: Composition | Context | View, key: Hashable, make: Callable[[], _T]) -> _T:
    """A value worked out once from a composition, from its context or from a view, and forgotten with it.

    What rests on no block is kept beside the context, which a composition has in common with those of later blocks as
    long as nothing changes in what they say.
    """
    values = _BESIDE.get(id(owner))
    if values is None:
        values = _BESIDE[id(owner)] = {}
        weakref.finalize(owner, _BESIDE.pop, id(owner), None)
    if key not in values:
        values[key] = make()
    found: _T = values[key]
    return found
