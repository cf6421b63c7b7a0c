"""Runs the service in this process: uvicorn on a socket that was bound first, so that a port in use is one sentence."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from normledger.cli.rendering import say
from normledger.errors import InputError
from normledger.workspace import Workspace


def run(workspace: Workspace, host: str, port: int) -> None:
    """Serve until interrupted."""
    import uvicorn

    from api.app import create_app

    bound = _bind(host, port)
    say(f"Serving on http://{host}:{bound.getsockname()[1]}/ (pages) and /v1 (API); stop with Ctrl-C.")
    uvicorn.Server(uvicorn.Config(create_app(workspace), log_level="warning")).run(sockets=[bound])


@contextmanager
def running(workspace: Workspace) -> Iterator[str]:
    """Serve in a thread on a free port of this machine, for as long as the block lasts; gives the address."""
    import uvicorn

    from api.app import create_app

    bound = _bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(workspace), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise InputError(
            f"can't listen on {host}:{port} ({error.strerror}); name another port with --port", field="--port"
        ) from None
    return bound
