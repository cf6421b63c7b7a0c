"""What an operator's Prometheus reads: requests, the chain's and the index's block, what waits in the outbox.

Belongs here: counting, and `/metrics`. Does not belong here: anything about whoever asks (no addresses, no names, no
query strings). Routes are labelled by their template, so that the number of series does not grow with what is asked.
"""

import time
from collections.abc import Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds."""

_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS"))


class Metrics:
    """One service's figures, in a registry of their own: two services in one process do not mix.

    `facts` is asked at each reading and gives numbers by name: ``chain_block``, ``index_block``, ``lag_seconds``,
    ``outbox_pending``, ``chain_in_sight``. It must not fail and must not wait for the chain.
    """

    def __init__(self, facts: Callable[[], Mapping[str, float]]) -> None:
        self._facts = facts
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "normledger_requests",
            "Answers, by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "normledger_request_seconds",
            "Time until an answer began, by route.",
            ("method", "route"),
            buckets=_BOUNDS,
            registry=self.registry,
        )
        self._under_way = Gauge("normledger_requests_under_way", "Requests not yet answered.", registry=self.registry)
        self._state = Gauge("normledger_state", "Blocks, lag and outbox.", ("fact",), registry=self.registry)

    def answer(self, _: Request) -> Response:
        """Prometheus' text."""
        for fact, value in self._facts().items():
            self._state.labels(fact).set(value)
        return Response(generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def counting(self, app: ASGIApp) -> ASGIApp:
        """The application, counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            begun = time.perf_counter()
            answered = False
            method = scope["method"] if scope["method"] in _METHODS else "other"

            async def told(message: Message) -> None:
                nonlocal answered
                if message["type"] == "http.response.start" and not answered:
                    answered = True
                    route = _route(scope)
                    self._requests.labels(method, route, str(message["status"])).inc()
                    self._seconds.labels(method, route).observe(time.perf_counter() - begun)
                await send(message)

            self._under_way.inc()
            try:
                await app(scope, receive, told)
            finally:
                self._under_way.dec()

        return counted


def _route(scope: Scope) -> str:
    """The template of the route that answered; ``none`` where there is none, or an answer was kept."""
    route = scope.get("route")
    return str(getattr(route, "path", "none"))
