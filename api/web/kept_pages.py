"""Public pages as they were made a moment ago, for everybody who asks within the next seconds.

A page says itself that caches may keep it for a minute; this keeps it for a quarter of that, so that a village that
opens one page at once costs one page. What must not be broken: only what is the same for everybody is kept, whoever
does something in this program sees it on the next page, and nothing is handed out once the journal is known to be
broken.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.cached import has_tag, takes_gzip

KEPT_S: Final = 15.0
BYTES_MAX: Final = 64 * 2**20
PAGE_BYTES_MAX: Final = 2**20
_HOME: Final = "/"
_PLACES: Final = "/v/"
_PROGRAMS: Final = "/api/"
_READING: Final = frozenset({"GET", "HEAD"})
_CONDITIONS: Final = frozenset({b"if-none-match", b"if-modified-since", b"range"})

Key = tuple[str, bytes, bool]
"""Path, query, whether the reader takes it compressed."""


@dataclass(slots=True)
class _Answer:
    """An answer as it went out."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    until: float = 0.0  # monotonic seconds: handed out again until then

    async def take(self, message: Message) -> None:
        """A part of it, from the program."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    @property
    def for_everybody(self) -> bool:
        """Whether it is the same for everybody who asks, says so, and is of a size to be kept."""
        told = Headers(raw=self.headers)
        return (
            self.status == 200
            and told.get("cache-control", "").startswith("public")
            and "etag" in told
            and "set-cookie" not in told
            and len(self.body) <= PAGE_BYTES_MAX
        )

    async def give(self, scope: Scope, send: Send) -> None:
        """Send it, without its body to whoever asks for none, and as 304 to whoever has exactly it already."""
        known, status, body = Headers(scope=scope).get("if-none-match", ""), self.status, self.body
        headers = list(self.headers)
        if status == 200 and known and has_tag(known, Headers(raw=self.headers).get("etag", "")):
            left_out = (b"content-length", b"content-encoding", b"content-type")
            status, body, headers = 304, b"", [one for one in headers if one[0] not in left_out]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})


class KeptPages:
    """ASGI middleware. `well`: whether what was made before may be handed out; `kept_s` 0 keeps nothing."""

    def __init__(self, app: ASGIApp, *, well: Callable[[], bool], kept_s: float = KEPT_S) -> None:
        self._app, self._well, self._kept_s = app, well, kept_s
        self._kept: OrderedDict[Key, _Answer] = OrderedDict()
        self._bytes = 0
        self._making: dict[Key, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or make it once for all who ask meanwhile."""
        if scope["type"] != "http" or not self._kept_s or not self._concerns(scope) or not self._well():
            await self._app(scope, receive, send)
        elif scope["method"] in _READING:
            answer = await self._answer(scope, receive)
            await answer.give(scope, send)
        else:
            await self._app(scope, receive, send)
            self._kept.clear()
            self._bytes = 0

    def _concerns(self, scope: Scope) -> bool:
        """Public pages; and what people do here, for they look at once at what came of it. Programs can wait."""
        path: str = scope["path"]
        if scope["method"] in _READING:
            return path == _HOME or path.startswith(_PLACES)
        return not path.startswith(_PROGRAMS)

    async def _answer(self, scope: Scope, receive: Receive) -> _Answer:
        key = (scope["path"], scope["query_string"], takes_gzip(Headers(scope=scope).get("accept-encoding", "")))
        if (kept := self._found(key)) is not None:
            return kept
        making = self._making.setdefault(key, asyncio.Lock())
        async with making:
            try:
                return self._found(key) or await self._made(key, scope, receive)
            finally:
                self._making.pop(key, None)

    def _found(self, key: Key) -> _Answer | None:
        kept = self._kept.get(key)
        return kept if kept is not None and time.monotonic() < kept.until else None

    async def _made(self, key: Key, scope: Scope, receive: Receive) -> _Answer:
        """What the program answers to whoever has nothing yet; kept if it is for everybody."""
        headers = [one for one in scope["headers"] if one[0] not in _CONDITIONS]
        answer, began = _Answer(), time.monotonic()
        await self._app({**scope, "method": "GET", "headers": headers}, receive, answer.take)
        if answer.for_everybody:
            answer.until = began + self._kept_s
            self._keep(key, answer)
        return answer

    def _keep(self, key: Key, answer: _Answer) -> None:
        before = self._kept.pop(key, None)
        self._bytes += len(answer.body) - (len(before.body) if before is not None else 0)
        self._kept[key] = answer
        while self._bytes > BYTES_MAX:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body)
