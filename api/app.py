"""Assembles routes and pages round one workspace; decides nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from api import problems
from api.access import Access
from api.pages import explorer
from api.routes import agreements, candidates, documents, norms, parties, status, submissions
from normledger import __version__
from normledger.workspace import Workspace

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


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
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        max_body_size=1 << 20,
    )
    app.state.access = access

    @app.middleware("http")
    async def with_headers(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    for module in (status, parties, agreements, documents, candidates, norms, submissions):
        app.include_router(module.router, prefix="/v1")
    app.include_router(explorer.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    problems.add_to(app)
    return app
