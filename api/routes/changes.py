"""What changed: between two states of the register, and act by act as a depositary would notify it."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import answers, schemas
from api.asking import Asked, Trusted, Viewed, WorldWord
from normledger.errors import InputError
from normledger.identifiers import Hash
from normledger.provenance.differences import differences
from normledger.provenance.notifications import feed

router = APIRouter()

_FEED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/atom+xml": {"schema": {"type": "string"}},
            "application/feed+json": {"schema": {"type": "object"}},
        },
        "description": "RFC 4287, or JSON Feed 1.1",
    }
}


@router.get("/diff", tags=["diff"])
def read_differences(
    asked: Asked,
    view: Viewed,
    trust: Trusted,
    since: Annotated[str, Query(pattern=r"^(0|[1-9][0-9]{0,17}|0x[0-9a-f]{64})$", description="a block; 0: none yet")],
    basis: Annotated[
        Literal["reported", "consented"] | None, Query(description="also which candidates rose, fell, split, merged")
    ] = None,
    world: WorldWord = "real",
) -> schemas.DifferencesAnswer:
    """Who joined, left, reserved since a block; which candidates rose, fell, split or merged; and by which acts."""
    before = None if since == "0" else asked.view(Hash.parse(since) if since.startswith("0x") else int(since))
    if before is not None and before.at.block > view.at.block:
        raise InputError(f"block {before.at.block} is after block {view.at.block}; name an earlier one", field="since")
    earlier, later = (
        asked.compose(one, basis, world) if basis is not None and one is not None else None for one in (before, view)
    )
    found = differences(before, view, earlier, later)
    return schemas.DifferencesAnswer(
        as_of=answers.as_of(view.at),
        since=answers.as_of(before.at) if before else None,
        changes=schemas.ChangesModel.model_validate(found.to_json()),
    )


@router.get("/feeds/{subject}", response_class=Response, responses=_FEED, tags=["feeds"])
def read_feed(
    request: Request,
    view: Viewed,
    subject: str,
    form: Annotated[Literal["atom", "json-feed"], Query(description="Atom, or JSON Feed")] = "atom",
    since: Annotated[int, Query(ge=0, le=1_000_000_000, description="only what follows this number")] = 0,
) -> Response:
    """A gap-free numbered feed of an agreement, norm or party; each entry with its act and its place in the word."""
    found, base = feed(view, subject, since), str(request.base_url).rstrip("/")
    address = f"{base}{request.url.path}"
    if form == "atom":
        return Response(found.to_atom(base, address=address), media_type="application/atom+xml")
    return Response(
        json.dumps(found.to_json_feed(base, address=address), ensure_ascii=False), media_type="application/feed+json"
    )
