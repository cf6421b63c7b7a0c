"""Where things come from: a norm's trace for people, and the graph of anything, both ways, in the notations of PROV."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api import answers, schemas
from api.asking import Trusted, Viewed
from normledger.provenance.drawing import dot, svg
from normledger.provenance.exports import NOTATIONS
from normledger.provenance.graph import down, trace, up
from normledger.workspace import composing

router = APIRouter(prefix="/provenance", tags=["provenance"])

_PICTURES = {"dot": (dot, "text/vnd.graphviz"), "svg": (svg, "image/svg+xml")}
_STYLED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""A picture opened by itself carries its style, and nothing else that a browser would load or run."""

_GRAPH: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            kind: {"schema": {"type": "object" if kind == "application/json" else "string"}}
            for _, kind in (*NOTATIONS.values(), *_PICTURES.values())
        },
        "description": "the graph in the notation asked for",
    }
}


@router.get("/{norm}")
def read_provenance(
    view: Viewed, trust: Trusted, norm: Annotated[str, Path(description="its id", max_length=400)]
) -> schemas.TraceAnswer:
    """Norm, outcomes, clauses, agreements, acts, parties: each with its hash and block, as PROV types."""
    node = trace(view, view.norm(norm), composing(trust))
    return schemas.TraceAnswer(as_of=answers.as_of(view.at), trace=answers.trace(node))


@router.get("/{subject}/graph", response_class=Response, responses=_GRAPH)
def read_graph(
    view: Viewed,
    trust: Trusted,
    subject: Annotated[str, Path(description="an id, hash, digest, address, title or identifier", max_length=400)],
    direction: Annotated[
        Literal["down", "up"], Query(description="what it rests on, or all that rests on it")
    ] = "down",
    form: Annotated[Literal["prov-json", "prov-n", "turtle", "json-ld", "dot", "svg"], Query()] = "prov-json",
    depth: Annotated[int | None, Query(ge=1, le=100, description="steps away at most")] = None,
) -> Response:
    """What anything rests on, or all that rests on it, as W3C PROV or as a picture."""
    graph = (down if direction == "down" else up)(view, subject, composing(trust), depth=depth)
    write, kind = NOTATIONS[form] if form in NOTATIONS else _PICTURES[form]
    headers = {"Content-Security-Policy": _STYLED} if form == "svg" else None
    return Response(write(graph, view.at), media_type=kind, headers=headers)
