"""`normledger serve`: uvicorn in this process, on a socket that was bound first: a port in use is one sentence."""

import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast

import typer

from normledger.cli.options import Database, one_of, writing
from normledger.cli.rendering import say
from normledger.errors import ChainError, InputError
from normledger.workspace import Workspace

if TYPE_CHECKING:
    from api.journal import Form


STOPPING = 30
"""Seconds that answers under way are given after SIGTERM or Ctrl-C."""

MOST_AT_ONCE = 1_000
"""Connections; beyond them 503 at once, so that those under way are answered."""


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 8000,
    database: Database = None,
    metrics: Annotated[bool, typer.Option("--metrics", help="Offer /metrics to Prometheus, on the same port.")] = False,
    limits: Annotated[bool, typer.Option(help="Answer 429 to an address that asks too much.")] = True,
    proxies: Annotated[
        str, typer.Option(metavar="ADDRESSES", help="Proxies whose X-Forwarded headers are believed; * for all.")
    ] = "127.0.0.1",
    log_format: Annotated[str, typer.Option(metavar="text|json", help="Lines for people or for machines.")] = "text",
    log_level: Annotated[str, typer.Option(metavar="LEVEL", help="debug, info, warning or error.")] = "warning",
) -> None:
    """Serve the API and the pages; relays what is submitted."""
    form = cast("Form", one_of(log_format, ("text", "json"), "--log-format"))
    level = one_of(log_level.lower(), ("debug", "info", "warning", "error"), "--log-level").upper()
    import uvicorn

    from api.app import create_app
    from api.journal import configuration
    from api.operation import Operation, operated

    bound = _bind(host, port)
    with writing(database=database) as workspace:
        try:
            workspace.update()
        except ChainError as error:
            say(f"{error} The service answers from its index until then, and says so.")
        say(f"Serving on http://{host}:{bound.getsockname()[1]}/ (pages) and /v1 (API); stop with Ctrl-C.")
        app = operated(create_app(workspace), Operation(metrics, limits))
        _spare_the_collector()
        config = uvicorn.Config(
            app,
            log_config=configuration(form, level),
            access_log=False,
            server_header=False,
            forwarded_allow_ips=proxies,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=STOPPING,
        )
        uvicorn.Server(config).run(sockets=[bound])


@contextmanager
def running(workspace: Workspace) -> Iterator[str]:
    """Serve in a thread on a free port of this machine, for as long as the block lasts; gives the address."""
    import uvicorn

    from api.app import create_app

    bound = _bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(workspace), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():  # until it listens, a client would be turned away
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def _spare_the_collector() -> None:
    """Have requests wait less for the garbage collector; nobody but a whole process may decide this.

    What was loaded stays to the end, so full passes need not look through it (four fifths of each). And answers leave
    next to no cycles behind, so passes may be rarer than every 700 objects, of which one answer makes thousands.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen()  # whoever is told the address may ask at once: asked too early is answered late, not refused
    except OSError as error:
        bound.close()
        raise InputError(
            f"can't listen on {host}:{port} ({error.strerror}); name another port with --port", field="--port"
        ) from None
    return bound
