"""The log of a running service: one line an answer, for people or as JSON; never a key, a body, a query or an address.

Belongs here: what a line holds and how it is written. Does not belong here: figures (`metrics`).

Every answer carries `X-Request-Id`, and its line names it: whoever reports a fault can be found in the log without
being identified by it.
"""

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any, Literal

from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Form = Literal["text", "json"]

log = logging.getLogger("normledger.http")


def configuration(form: Form, level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything to standard error, uvicorn's own lines included."""
    text = {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    structured = {
        "()": JsonFormatter,
        "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        "datefmt": "%Y-%m-%dT%H:%M:%S%z",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": structured if form == "json" else text},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "loggers": {
            name: {"handlers": ["stderr"], "level": level, "propagate": False} for name in ("normledger", "uvicorn")
        },
    }


def journalled(app: ASGIApp, clock: Callable[[], float] = time.perf_counter) -> ASGIApp:
    """The application, with a line for each answer."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        begun, name, status, path = clock(), secrets.token_hex(8), 0, _told(scope["path"])

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = name
            await send(message)

        try:
            await app(scope, receive, named)
        finally:
            log.info(
                "%s %s %s",
                scope["method"],
                path,
                status,
                extra={
                    "request": name,
                    "method": scope["method"],
                    "path": path,
                    "status": status,
                    "milliseconds": round((clock() - begun) * 1000, 1),
                },
            )

    return told


def _told(path: str) -> str:
    """A path without the word of a ceremony's link: whoever has that may sign there."""
    before, room, _ = path.partition("/ceremonies/")
    return f"{before}{room}…" if room else path
