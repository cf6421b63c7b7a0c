"""Documents by their hash: the canonical bytes, which never change."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from api.asking import Asked
from normledger.errors import NotFound
from normledger.identifiers import Hash

router = APIRouter(tags=["documents"])

_FOR_EVER = "public, max-age=31536000, immutable"


@router.get(
    "/documents/{hash_}",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "canonical bytes (RFC 8785)"},
        304: {"description": "what you have is it"},
    },
)
def read_document(
    asked: Asked, hash_: str, if_none_match: Annotated[str | None, Header(max_length=4_000)] = None
) -> Response:
    """A document; whoever reads it hashes it again (Keccak-256)."""
    name = Hash.parse(hash_)
    data = asked.do(lambda: asked.workspace.store.get(name))
    if data is None:
        raise NotFound("document", str(name), "it is not at hand; fetch it by this hash from any mirror")
    headers = {"ETag": f'"{name}"', "Cache-Control": _FOR_EVER}
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if f'"{name}"' in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/json", headers=headers)
