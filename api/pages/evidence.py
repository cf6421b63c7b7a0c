"""Where a page's evidence is to be had: one file that a stranger verifies offline."""

from fastapi import Request

from api.pages.rendering import SHOWN, Shown


def link(request: Request, name: str, shown: Shown | None = None) -> tuple[str, dict[str, str]] | None:
    """Path and query of the evidence for what bears this name; None where this service makes none."""
    if not _served(request, "/v1/evidence"):
        return None
    query: dict[str, str] = {}
    if shown is not None:
        query["basis"], query["world"] = SHOWN[shown]
    return f"/v1/evidence/{name}", query


def graph(request: Request, name: str) -> str | None:
    """Path of the drawn provenance of what bears this name; None where this service draws none."""
    return f"/v1/provenance/{name}?format=svg" if _served(request, "/v1/provenance/{id}") else None


def _served(request: Request, beginning: str) -> bool:
    routes = request.app.routes if "app" in request.scope else ()
    return any(getattr(route, "path", "").startswith(beginning) for route in routes)
