"""Signed acts on their way to the chain."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api import answers, schemas, signing
from api.access import Access
from api.asking import Asked
from api.strict_json import body_of, described
from normledger.errors import ChainError, InputError
from normledger.identifiers import Digest

router = APIRouter(prefix="/submissions", tags=["signing"])

HEARTBEAT = 15.0
"""Seconds after which a stream without news says that it still lives."""

LONGEST = 300.0
"""Seconds after which a stream ends, so that a service can stop; whoever reads it comes again with the last id."""

PAUSE = 0.25
"""Seconds between two looks."""

MOST = 200
"""Streams at a time."""


@router.post(
    "",
    status_code=202,
    responses={202: {"headers": {"Location": {"schema": {"type": "string"}, "description": "the submission"}}}},
    openapi_extra=described(schemas.SubmissionRequest, answers.submission_example()),
)
def submit(
    asked: Asked,
    request: Annotated[schemas.SubmissionRequest, Depends(body_of(schemas.SubmissionRequest))],
    response: Response,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1, max_length=202, description="a key of your own for this request: sent again, it does no more",
            examples=['"8e03978e-40d5-43e8-bc93-6894a57f9324"'],
        ),
    ] = None,
) -> schemas.SubmissionModel:  # fmt: skip
    """Accept a signed act. The same bytes may be sent twice, by anybody, without harm."""
    if idempotency_key is None:
        submission = signing.submit(asked, request)
    else:
        submission = signing.submit_once(asked, request, idempotency_key)
    response.headers["Location"] = f"/v1/submissions/{submission.digest}"
    return submission


@router.get("/{digest}")
def read_submission(asked: Asked, digest: str) -> schemas.SubmissionModel:
    """What became of it: accepted, recorded (with block and transaction), or refused (with the reason)."""
    return signing.submission(asked, Digest.parse(digest))


@router.get(
    "/{digest}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "received, relayed, included, final, replaced or refused, as each comes; ends with the last",
            "content": {"text/event-stream": {}},
        }
    },
)
async def follow_submission(
    request: Request,
    asked: Asked,
    digest: str,
    last_event_id: Annotated[
        str | None, Header(max_length=20, description="the last event that you have; those after it follow")
    ] = None,
) -> StreamingResponse:
    """Its way as server-sent events; their data is a step as JSON, their ids count from 1."""
    name, streams = Digest.parse(digest), _streams(request)
    await run_in_threadpool(signing.way, asked, name)  # is there such a one?
    if len(streams) >= MOST:
        raise ChainError("Too many follow submissions here now; ask for the submission itself instead, or come again.")
    return StreamingResponse(
        _events(request, asked, name, _after(last_event_id), streams),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _streams(request: Request) -> set[object]:
    """The streams that are open in this service."""
    state = request.app.state
    if not hasattr(state, "streams"):
        state.streams = set()
    streams: set[object] = state.streams
    return streams


def _after(last_event_id: str | None) -> int:
    if not last_event_id:
        return 0
    if not last_event_id.isascii() or not last_event_id.isdigit():
        raise InputError("give the id of an event of this stream, a whole number", field="Last-Event-ID")
    return int(last_event_id)


async def _events(
    request: Request, asked: Access, digest: Digest, after: int, streams: set[object]
) -> AsyncIterator[str]:
    ticket = object()
    streams.add(ticket)
    try:
        begun = spoken = time.monotonic()
        yield "retry: 2000\n\n"
        while True:
            steps = await run_in_threadpool(signing.way, asked, digest)
            for number, step in enumerate(steps[after:], start=after + 1):
                yield f"id: {number}\nevent: {step.state}\ndata: {step.model_dump_json()}\n\n"
                spoken = time.monotonic()
            after = max(after, len(steps))
            now = time.monotonic()
            if steps[-1].state in signing.LAST or now - begun > LONGEST or await request.is_disconnected():
                return
            if now - spoken >= HEARTBEAT:
                yield ": still here\n\n"
                spoken = now
            await asyncio.sleep(PAUSE)
    finally:
        streams.discard(ticket)
