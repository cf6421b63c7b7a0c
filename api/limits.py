"""How much one asker may ask: a bucket of requests for each address, refilled steadily; beyond it, 429.

Belongs here: counting by address. Does not belong here: how large a request may be (`frame`), or who may write: that is
decided by signatures alone. Whoever relays or shares an address shares a bucket, so the limits are generous.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

MOST_ASKERS = 50_000
"""Buckets that are kept; the one that was longest not asked goes first. It was full again in any case, or nearly."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and `each_second` more every second."""

    burst: int
    each_second: float


READING = Rate(600, 60.0)
WRITING = Rate(60, 2.0)


class Buckets:
    """A token bucket for each key. `clock` gives seconds that never fall."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one request out of the bucket: 0, or after how many seconds there will be one."""
        now = self._clock()
        left, since = self._filled.pop(key, (float(self._rate.burst), now))
        left = min(float(self._rate.burst), left + (now - since) * self._rate.each_second)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate.each_second
        self._filled[key] = (left - 1 if not wait else left, now)
        while len(self._filled) > MOST_ASKERS:
            self._filled.popitem(last=False)
        return wait


def limited(app: ASGIApp, reading: Rate = READING, writing: Rate = WRITING) -> ASGIApp:
    """The application, which answers 429 with Retry-After to whoever asks more than that."""
    read, written = Buckets(reading), Buckets(writing)

    async def within(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            buckets = read if scope["method"] in ("GET", "HEAD", "OPTIONS") else written
            wait = buckets.take(asker(scope["client"][0]))
            if wait:
                after = str(int(wait) + 1)
                told = f"This address has asked more than its share; ask again in {after} s."
                refusal = problem(Request(scope), 429, "http-429", "Too many requests", told, {"Retry-After": after})
                return await refusal(scope, receive, send)
        await app(scope, receive, send)

    return within


def asker(address: str) -> str:
    """An address, or the network of 64 bits that an IPv6 address is in: one household has as many as it likes."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False).network_address)
    return str(known)
