"""Signed acts on their way to the chain."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api import answers, schemas
from api.asking import Asked
from normledger.documents.canonical import parse_json
from normledger.identifiers import Digest

router = APIRouter(prefix="/submissions", tags=["submissions"])

_SCHEMA = schemas.SubmissionRequest.model_json_schema()


async def _body(request: Request) -> schemas.SubmissionRequest:
    """Read strictly: a duplicate key, a float or deep nesting is refused, where most parsers keep quiet."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, f"Send the submission as application/json, not as {kind or 'nothing named'}.")
    given = parse_json(await request.body())
    try:
        return schemas.SubmissionRequest.model_validate(given)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None


@router.post(
    "",
    status_code=202,
    responses={202: {"headers": {"Location": {"schema": {"type": "string"}, "description": "the submission"}}}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _SCHEMA, "example": answers.submission_example()}},
        }
    },
)
def submit(
    asked: Asked, request: Annotated[schemas.SubmissionRequest, Depends(_body)], response: Response
) -> schemas.SubmissionModel:
    """Accept a signed act. The same bytes may be sent twice, by anybody, without harm."""
    submission = asked.submit(request.typed_data, request.signature, request.texts, request.consent)
    response.headers["Location"] = f"/v1/submissions/{submission.digest}"
    return answers.submission(submission)


@router.get("/{digest}")
def read_submission(asked: Asked, digest: str) -> schemas.SubmissionModel:
    """What became of it: accepted, recorded (with block and transaction), or refused (with the reason)."""
    return answers.submission(asked.submission(Digest.parse(digest)))
