"""What a running service needs round the application: health, readiness, metrics, limits and its log.

Belongs here: putting them round it, and what makes an instance ready. Does not belong here: any answer about norms.

    /health/live     200 as long as the process answers: a supervisor restarts it where it does not
    /health/ready    200 when the index follows the chain and what pages open with is worked out; else 503 with the
                     reason: a proxy then asks another instance
    /metrics         Prometheus' text, where the operator asked for it
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import Access
from api.frame import HEADERS
from api.journal import journalled
from api.limits import limited
from api.metrics import Metrics
from api.problems import problem
from normledger.errors import NormLedgerError

LATE = 60.0
"""Seconds without a look at the chain after which an instance is not ready."""

_UNCACHED = {**HEADERS, "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Operation:
    """How an operator runs it. `metrics` offers /metrics to whoever reaches this port; `limits` answers 429."""

    metrics: bool = False
    limits: bool = True


def operated(app: FastAPI, operation: Operation) -> ASGIApp:
    """The application with all that an operator needs."""
    access: Access = app.state.access
    metrics = Metrics(lambda: _facts(access))
    inner: ASGIApp = limited(app) if operation.limits else app

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            request = Request(scope, receive)
            answer: Response | None = None
            if scope["path"] == "/health/live":
                answer = JSONResponse({"status": "live"}, headers=_UNCACHED)
            elif scope["path"] == "/health/ready":
                answer = ready(access, request)
            elif scope["path"] == "/metrics" and operation.metrics:
                answer = metrics.answer(request)
            if answer is not None:
                return await answer(scope, receive, send)
        await inner(scope, receive, send)

    return journalled(metrics.counting(outer))


def ready(access: Access, request: Request) -> Response:
    """Whether answers are up to date; never an empty list instead of "cannot see the chain"."""
    late = None if access.seen is None else time.time() - access.seen
    if access.fault is not None:
        why = access.fault
    elif late is None:
        why = "The chain has not been looked at yet."
    elif late >= LATE:
        why = f"The chain was last seen {int(late)} s ago."
    elif not access.prepared.is_set():
        why = "What the pages open with is being worked out."
    else:
        body = {"status": "ready", "lag_seconds": max(0, int(late)), "fault": None, **_blocks(access)}
        return JSONResponse(body, headers=_UNCACHED)
    refusal = problem(request, 503, "not-ready", "The service is not ready", why, {"Retry-After": "5"})
    return refusal


def _blocks(access: Access) -> dict[str, int | None]:
    """The last block that is indexed, and the final one as of which is answered; None while nothing is."""
    try:
        return {"indexed": access.indexed(), "final": access.view().at.block}
    except NormLedgerError:
        return {"indexed": None, "final": None}


def _facts(access: Access) -> Mapping[str, float]:
    """Numbers that are at hand without waiting for anybody."""
    facts = {"chain_in_sight": float(access.fault is None and access.seen is not None)}
    if access.seen is not None:
        facts["lag_seconds"] = max(0.0, time.time() - access.seen)
    try:
        facts["index_block"] = float(access.view().at.block)
        facts["outbox_pending"] = float(len(access.workspace.outbox.pending()))
    except NormLedgerError:
        pass  # nothing is indexed yet, or a database is away: what is known is told
    return facts
