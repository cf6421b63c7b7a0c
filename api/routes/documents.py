"""Documents by their hash: the canonical bytes, which never change; and which of them the register names."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api import answers, schemas
from api.asking import HASH, Asked, Paged, Viewed
from api.dumps import LISTED
from normledger.errors import NotFound
from normledger.identifiers import Hash

router = APIRouter(prefix="/documents", tags=["documents"])

_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("", response_model=schemas.DocumentPage, responses=LISTED)
def read_documents(asked: Asked, view: Viewed, page: Paged) -> Any:
    """Every document that the register names, and whether it is at hand: what a mirror fetches."""
    names = asked.kept("documents", view, lambda: answers.documents(view))

    def one(name: Hash) -> schemas.NamedDocumentModel:
        return schemas.NamedDocumentModel(
            hash=str(name), at_hand=view.document(name) is not None, url=f"/v1/documents/{name}"
        )

    return page.answer(view, schemas.DocumentPage, "documents", names, one)


@router.get(
    "/{hash_}",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "canonical bytes (RFC 8785)"},
        304: {"description": "what you have is it"},
    },
)
def read_document(
    asked: Asked, hash_: Annotated[str, Path(description="Keccak-256 of its bytes", pattern=HASH)]
) -> Response:
    """A document; whoever reads it hashes it again (Keccak-256)."""
    name = Hash.parse(hash_)
    data = asked.workspace.store.get(name)
    if data is None:
        raise NotFound("document", str(name), "it is not at hand; fetch it by this hash from any mirror")
    return Response(data, media_type="application/json", headers={"ETag": f'"{name}"', "Cache-Control": _FOR_EVER})
