"""Finished answers, kept as bytes and told again as long as the state that they rest on is the newest.

Outermost of what answers: a kept answer costs a look into a dictionary. Belongs here: entity tags, conditional and HEAD
requests (RFC 9110), one making of an answer however many ask for it, and holding back what the chain took back while
it was made. Does not belong here: what an answer says.
"""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import Access, State
from api.asking import Answered, told_at
from api.frame import ASK_AGAIN
from api.problems import problem
from normledger.errors import ChainError, NormLedgerError

MOST_BYTES = 64 << 20
"""Of all kept answers together."""

_LARGEST = 4 << 20
"""Bytes of one answer that is held back until it is whole; a longer one, or one of unknown length, is passed on."""

_PATIENCE = 3
_FOR_EVER = "public, max-age=31536000, immutable"

_Key = tuple[bytes, ...]


@dataclass
class _Answer:
    """A whole answer. `headers` are as ASGI has them."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    tag: bytes = b""
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + 512

    async def send(self, scope: Scope, send: Send) -> None:
        """To one reader, or that what it has is still right."""
        if self.tag and scope["method"] in ("GET", "HEAD") and _has(scope, self.tag):
            headers = [pair for pair in self.headers if pair[0] not in (b"content-length", b"content-type")]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        body = b"" if scope["method"] == "HEAD" else self.body
        await send({"type": "http.response.body", "body": body})


class ResponseCache:
    """The middleware. `most_bytes` bounds what is kept, oldest first to go."""

    def __init__(self, app: ASGIApp, access: Access, most_bytes: int = MOST_BYTES) -> None:
        self._app, self._access, self._most = app, access, most_bytes
        self._kept: OrderedDict[_Key, _Answer] = OrderedDict()
        self._bytes = 0
        self._token = b""
        self._making: dict[tuple[asyncio.AbstractEventLoop, _Key], asyncio.Future[_Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self._app(scope, receive, send)
        state = self._access.fresh()
        if state is None:
            try:
                state = await run_in_threadpool(self._access.state)
            except NormLedgerError:  # nothing is indexed: whoever needs it will say so
                return await self._made(scope, receive, send, None, None)
        key = _key(scope, state)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return await found.send(scope, send)
        loop = asyncio.get_running_loop()
        making = loop, key
        other = self._making.get(making)
        if other is not None:
            found = await asyncio.shield(other)
            if found is not None:
                return await found.send(scope, send)
            return await self._made(scope, receive, send, None, state)
        mine = self._making[making] = loop.create_future()
        try:
            await self._made(scope, receive, send, mine, state)
        finally:
            if not mine.done():
                mine.set_result(None)
            del self._making[making]

    async def _made(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        waiting: "asyncio.Future[_Answer | None] | None",
        state: State | None,
    ) -> None:
        """Make the answer; again, where the chain took back meanwhile what it rests on."""
        for _ in range(_PATIENCE):
            note = Answered()
            attempt = _Attempt(scope, send, waiting, note)
            inner: dict[str, Any] = {**scope, "method": "GET", "normledger.answered": note}
            try:
                await attempt.run(self._app, inner, receive)
            except Exception:
                # A view reads as it is asked: what the chain took back meanwhile is not found any more.
                if attempt.passed_on or note.view is None or await run_in_threadpool(self._access.holds, note.view):
                    raise
                state = None
                continue
            scope["route"] = inner.get("route")  # for who counts answers by their route
            if attempt.passed_on:
                return
            if note.view is None or await run_in_threadpool(self._access.holds, note.view):
                break
            state = None
        else:
            turning = problem(
                Request(scope), 503, ChainError.slug, "The chain is not available",
                "The chain turns faster than it can be read; ask again in a moment.", {"Retry-After": "5"},
            )  # fmt: skip
            return await turning(scope, receive, send)
        answer = attempt.answer()
        if answer is None:
            return
        self._finish(answer, note, inner)
        if waiting is not None and note.view is not None and note.kept and answer.status == 200:
            if state is not None:
                self._keep(_key(scope, state), state, answer)
            if not waiting.done():
                waiting.set_result(answer)
        await answer.send(scope, send)

    def _finish(self, answer: _Answer, note: Answered, scope: Scope) -> None:
        """Give it its tag; say how long it may be kept elsewhere."""
        headers = MutableHeaders(raw=answer.headers)
        if note.view is not None:
            headers.update(told_at(note.view.at))
        if answer.status != 200:
            return
        if "etag" not in headers:
            at = note.view.at.hash if note.view else b""
            trust = self._access.workspace.trust.hash if note.trusting else b""
            release = self._access.workspace.release.name.encode()
            parts = (at, trust, release, scope["path"].encode(), scope["query_string"], answer.body)
            digest = hashlib.blake2b(digest_size=16)
            for part in parts:
                digest.update(len(part).to_bytes(8, "big") + part)
            headers["ETag"] = f'"{digest.hexdigest()}"'
        if note.view is not None:
            headers.add_vary_header("Accept, Accept-Language")
            whole = note.exact and note.view.at.final and note.kept and not note.trusting
            if whole and headers.get("cache-control") == ASK_AGAIN and not self._access.workspace.store.sought:
                headers["Cache-Control"] = _FOR_EVER if scope["path"].startswith("/v1/") else ASK_AGAIN
        answer.tag = headers["etag"].encode()

    def _keep(self, key: _Key, state: State, answer: _Answer) -> None:
        if state.token != self._token:
            self._kept.clear()
            self._bytes, self._token = 0, state.token
        if self._access.fresh() is not state or answer.size > self._most // 8 or key in self._kept:
            return
        self._kept[key] = answer
        self._bytes += answer.size
        while self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size


class _Attempt:
    """One making of an answer, held back while it is short and of known length."""

    def __init__(
        self, scope: Scope, send: Send, waiting: "asyncio.Future[_Answer | None] | None", note: Answered
    ) -> None:
        self._scope, self._send, self._waiting, self._note = scope, send, waiting, note
        self._start: Message | None = None
        self._body: list[bytes] = []
        self._over = False
        self.passed_on = False

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        try:
            await app(scope, receive, self._take)
        except BaseException:
            if not self._over:
                raise

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            length = Headers(raw=message["headers"]).get("content-length", "")
            self.passed_on = not length.isdigit() or int(length) > _LARGEST
            if not self.passed_on:
                self._start = message
                return
            if self._note.view is not None:
                MutableHeaders(scope=message).update(told_at(self._note.view.at))
            if self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(None)
        elif not self.passed_on and message["type"] == "http.response.body":
            self._body.append(message.get("body", b""))
            return
        elif self._scope["method"] == "HEAD":
            if not self._over:
                self._over = True
                await self._send({"type": "http.response.body", "body": b""})
            raise _Enough
        await self._send(message)

    def answer(self) -> _Answer | None:
        if self._start is None:
            return None
        return _Answer(self._start["status"], list(self._start["headers"]), b"".join(self._body))


class _Enough(Exception):
    """Whoever asks for the head of a stream gets no body."""


def _key(scope: Scope, state: State) -> _Key:
    accept = language = host = b""
    for name, value in scope["headers"]:
        if name == b"accept":
            accept += b"," + value
        elif name == b"accept-language":
            language += b"," + value
        elif name == b"host":
            host = value
    path = scope.get("raw_path") or scope["path"].encode()
    return state.token, path, scope["query_string"], accept, language, host, scope["scheme"].encode()


def _has(scope: Scope, tag: bytes) -> bool:
    """Whether `If-None-Match` names the tag; compared weakly, as RFC 9110, section 13.1.2, says."""
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            known = [one.strip().removeprefix(b"W/") for one in value.split(b",")]
            if tag in known or b"*" in known:
                return True
    return False
