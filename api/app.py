"""Assembles routes and pages round one workspace; decides nothing."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from api import asking, description, problems
from api.access import Access, Ahead
from api.frame import Frame
from api.pages import acts as acts_pages
from api.pages import (
    agreement,
    candidate,
    checking,
    compare,
    norm,
    norms_forming,
    rendering,
    rows,
    signing,
    signing_ceremonies,
    workbench,
)
from api.pages import parties as parties_pages
from api.pages import provenance as provenance_page
from api.pages import search as search_page
from api.response_cache import ResponseCache
from api.routes import (
    acts,
    agreements,
    candidates,
    ceremonies,
    changes,
    documents,
    evidence,
    explore,
    norms,
    outcomes,
    parties,
    preparations,
    provenance,
    reports,
    search,
    status,
    submissions,
)
from api.routes import description as described
from normledger import __version__
from normledger.composition.result import Composition
from normledger.workspace import Workspace

_READING = (
    status, parties, agreements, acts, reports, documents, outcomes, candidates, explore, norms, evidence,
    provenance, changes, search,
)  # fmt: skip
_SIGNING = (preparations, submissions, ceremonies)
"""What answers from the outbox too: never kept, and asked with more than parameters."""

_PAGES = (
    norms_forming, norm, candidate, agreement, parties_pages, acts_pages, compare, search_page, provenance_page,
    checking, workbench, signing, signing_ceremonies,
)  # fmt: skip


def create_app(workspace: Workspace) -> FastAPI:
    """The service of one workspace, which must be open for writing: it relays what is submitted."""

    def ahead(composition: Composition) -> Iterator[None]:
        yield from rows.ahead(composition)
        app.openapi()  # which takes long, and then is kept

    access = Access(workspace, Ahead(rendering.prepare, ahead))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        access.start()
        yield
        access.stop()

    app = FastAPI(
        title="NormLedger",
        version=__version__,
        summary="Who agreed to what, which norms it adds up to, and where each comes from.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.access = access
    app.state.parameters = {}
    app.add_middleware(Frame)
    app.add_middleware(ResponseCache, access=access)
    for route in _READING:
        strict = [Depends(asking.known)]
        app.include_router(route.router, prefix="/v1", responses=problems.RESPONSES, dependencies=strict)
    for route in _SIGNING:
        unkept = [Depends(asking.unkept)]
        app.include_router(route.router, prefix="/v1", responses=problems.RESPONSES, dependencies=unkept)
    for page in _PAGES:
        app.include_router(page.router)
    app.include_router(described.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    problems.add_to(app)
    app.openapi = description.describe(app)  # type: ignore[method-assign]  # as FastAPI says, "Extending OpenAPI"
    return app
