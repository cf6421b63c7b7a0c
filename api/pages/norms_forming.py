"""The front page: which norms are forming, strongest first, who is behind them, and what one's own party is to them."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api import answers
from api.pages import parties, rows
from api.pages.rendering import SHOWN, Shown, render
from api.pages.rows import Order, Row
from api.pages.seen import Sees
from normledger.composition.result import Composition
from normledger.documents.geography import REGIONS
from normledger.identifiers import KINDS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ROWS = rows.AHEAD
_Few = Annotated[str, Query(max_length=9)]


@router.get("/")
def norms_forming(
    request: Request,
    seen: Sees,
    shown: Shown | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
    region: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    least: _Few = "",
    agreements: _Few = "",
    order: Annotated[str, Query(max_length=20)] = "strongest",
    party: Annotated[str, Query(max_length=300)] = "",
) -> HTMLResponse:
    """Reports about the real world where there are any, else what was signed here."""
    shown = seen.shown(shown)
    composition, (basis, world) = seen.composed(shown), SHOWN[shown]
    asked = {
        "region": region if region in REGIONS else "",
        "kind": kind if kind in KINDS else "",
        "least": str(_whole(least) or ""),
        "agreements": str(_whole(agreements) or ""),
        "order": order if order in ("parties", "recent") else "",
    }
    start = (page - 1) * _ROWS

    def gathered() -> dict[str, Any]:
        everything = rows.rows(composition)
        kept = rows.filtered(
            everything,
            region=asked["region"],
            kind=asked["kind"],
            parties=_whole(least),
            agreements=_whole(agreements),
            order=cast(Order, asked["order"] or "strongest"),
        )
        listed = kept[start : start + _ROWS]
        actor = parties.actor_of(composition, party) if party else None
        norms = [answers.norm(one) for one in seen.view.norms.values()]
        return {
            "rows": listed,
            "total": len(everything),
            "kept_rows": len(kept),
            "more": start + _ROWS < len(kept),
            "norms": [one for one in norms if page == 1 and one.world in (world, None)],
            "missing": composition.record.missing,
            "actor": actor,
            "mine": _mine(composition, listed, actor.key) if actor else {},
            "clauses": {id_: same[0] for id_, same in composition.selection.clauses.items()} if actor else {},
            "titles": {id_: one.title for id_, one in composition.selection.agreements.items()} if actor else {},
        }

    values = seen.do(gathered)
    query = {"shown": shown, "party": values["actor"].key if values["actor"] else "", **asked}
    return render(
        request,
        "norms_forming.html",
        at=seen.view.at,
        shown=shown,
        twin=("/v1/candidates", {"basis": basis, "world": world}),
        start=start,
        page=page,
        asked=asked,
        query=query,
        regions=REGIONS,
        kinds=KINDS,
        **values,
    )


def _whole(text: str) -> int:
    """A whole number from a field; nothing, where it is none."""
    return int(text) if text.isascii() and text.isdigit() else 0


def _mine(composition: Composition, listed: list[Row], key: str) -> dict[str, Any]:
    """What a party is to each row: inside, one clause away (and which), or further."""
    return {
        one.key: "inside" if key in one.members else rows.near(composition, one.candidate.key).get(key)
        for one in listed
    }
