"""Signed acts on their way to the chain."""

from fastapi import APIRouter, Response

from api import schemas
from api.asking import Asked
from normledger.identifiers import Digest

router = APIRouter(prefix="/submissions", tags=["submissions"])


@router.post("", status_code=202)
def submit(asked: Asked, request: schemas.SubmissionRequest, response: Response) -> schemas.SubmissionModel:
    """Accept a signed act. The same bytes may be sent twice, by anybody, without harm."""
    submission = asked.submit(request.typed_data, request.signature, request.texts)
    response.headers["Location"] = f"/v1/submissions/{submission.digest}"
    return schemas.submission(submission)


@router.get("/{digest}")
def read_submission(asked: Asked, digest: str) -> schemas.SubmissionModel:
    """What became of it: accepted, recorded (with block and transaction), or refused (with the reason)."""
    return schemas.submission(asked.submission(Digest.parse(digest)))
