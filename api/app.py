"""Assembles routes and pages round one workspace; decides nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import problems
from api.access import Access
from api.frame import Frame
from api.pages import acts as acts_pages
from api.pages import agreement, candidate, checking, compare, norm, norms_forming, search, workbench
from api.pages import parties as parties_pages
from api.routes import acts, agreements, candidates, documents, norms, parties, status, submissions
from normledger import __version__
from normledger.workspace import Workspace

_ROUTES = (status, parties, agreements, acts, documents, candidates, norms, submissions)
_PAGES = (
    norms_forming, norm, candidate, agreement, parties_pages, acts_pages, compare, search, checking, workbench,
)  # fmt: skip


def create_app(workspace: Workspace) -> FastAPI:
    """The service of one workspace, which must be open for writing: it relays what is submitted."""
    access = Access(workspace)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        access.start()
        yield
        access.stop()

    app = FastAPI(
        title="NormLedger",
        version=__version__,
        summary="Who agreed to what, which norms it adds up to, and where each comes from.",
        description="Reading is public, writing is signed: no accounts, no cookies. Every answer names its block.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.access = access
    app.add_middleware(Frame)
    for route in _ROUTES:
        app.include_router(route.router, prefix="/v1", responses=problems.RESPONSES)
    for page in _PAGES:
        app.include_router(page.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    problems.add_to(app)
    return app
