"""A true service behind a liar: answers go through a function that may change them before anybody sees them."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_app
from normledger.workspace import Workspace

Lie = Callable[[str, Any], Any]
"""From a path and an answer's JSON to what is shown instead."""


class Forging:
    """Passes on what the true service says, changed by `lie`; `texts` replaces documents' bytes by their path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.lie: Lie | None = None
        self.texts: dict[str, bytes | None] = {}
        self.as_of: int | None = None
        """Whatever is asked, answer as of this block: yesterday's state."""
        self.but: frozenset[str] = frozenset()
        """The paths that are answered as of today all the same."""

    def honest(self) -> None:
        self.lie, self.texts, self.as_of, self.but = None, {}, None, frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (self.lie is None and not self.texts and self.as_of is None):
            return await self._app(scope, receive, send)
        path = scope["path"]
        if self.as_of is not None and path not in self.but and "documents" not in path:
            query = scope["query_string"].decode()
            kept = [part for part in query.split("&") if part and not part.startswith("as_of=")]
            if "cursor=" not in query:
                kept.append(f"as_of={self.as_of}")
            scope = {**scope, "query_string": "&".join(kept).encode()}
        start: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            else:
                body.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        told, status = bytes(body), start["status"]
        if path in self.texts:
            swapped = self.texts[path]
            told, status = (b"{}", 404) if swapped is None else (swapped, 200)
        elif self.lie is not None and status == 200 and "documents" not in path:
            shown = self.lie(path, json.loads(told))
            told, status = (b"{}", 404) if shown is None else (json.dumps(shown).encode(), 200)
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        headers.append((b"content-length", str(len(told)).encode()))
        await send({**start, "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": told})


@contextmanager
def forging(workspace: Workspace) -> Iterator[tuple[str, Forging]]:
    """The address of a service of this workspace on this machine, and the liar before it."""
    app = Forging(create_app(workspace))
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}", app
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()
