"""Where anything comes from, or what came of it: the graph as a picture, and the same as an outline in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.pages.rendering import render
from api.pages.seen import Sees
from normledger.provenance.graph import down, up
from normledger.provenance.outline import Line, outline
from normledger.workspace import composing

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LINES = 150
_PAGES = {"act": "acts", "agreement": "agreements", "norm": "norms", "party": "parties", "document": "documents"}
"""Kinds of nodes that have a page, and its room."""


@dataclass
class Opened:
    """A line with those below it."""

    line: Line
    link: str | None
    below: list["Opened"] = field(default_factory=list)


@router.get("/provenance/{subject}")
def provenance(
    request: Request,
    seen: Sees,
    subject: str,
    direction: Literal["down", "up"] = "down",
    depth: Annotated[int, Query(ge=1, le=12)] = 3,
) -> HTMLResponse:
    """The graph page of a subject: whatever has an id, hash, digest, title or identifier."""
    view, policy = seen.view, composing(seen.asked.workspace.trust)
    graph = seen.do(lambda: (down if direction == "down" else up)(view, subject, policy, depth=depth))
    lines = outline(graph)
    return render(
        request,
        "provenance.html",
        at=view.at,
        subject=subject,
        direction=direction,
        depth=depth,
        root=lines[0].node,
        things=len(graph.nodes),
        opened=_opened(lines[:_LINES]),
        left=max(0, len(lines) - _LINES),
        twin=(f"/v1/provenance/{subject}/graph", {"direction": direction, "depth": str(depth)}),
    )


def _opened(lines: Iterable[Line]) -> list[Opened]:
    """The lines as a tree again, each below the last one that is less deep."""
    tops: list[Opened] = []
    way: list[Opened] = []
    for line in lines:
        room = _PAGES.get(line.node.kind)
        one = Opened(line, f"/{room}/{line.node.hash}" if room and not line.folded else None)
        while way and way[-1].line.depth >= line.depth:
            way.pop()
        (way[-1].below if way else tops).append(one)
        way.append(one)
    return tops
