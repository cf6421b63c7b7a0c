"""Where a page's evidence is to be had: one file that a stranger verifies offline, if this service makes it."""

from typing import Literal
from urllib.parse import urlencode

from fastapi import Request

Claim = Literal["norm", "candidate", "report", "consent", "powers"]


def link(request: Request, claim: Claim, **named: str) -> str | None:
    """The address of the evidence for a claim; None where this service makes none of that kind."""
    path = f"/v1/evidence/{claim}"
    if path not in request.app.openapi()["paths"]:
        return None
    return f"{path}?{urlencode(named)}" if named else path
