"""Around every request: an id to quote, a limit on the body, and the headers that keep a browser from being misled.

What must not be broken: a body beyond its limit reaches no endpoint, and no answer leaves without the headers. Of a
report whose photos are too large the words alone reach it, so that nobody has to type them again.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES_MAX: Final = 2**20
UPLOAD_BYTES_MAX: Final = 20 * 2**20
PHOTO_BYTES_MAX: Final = 12 * 2**20 + 2**16
PHOTOS_BYTES_MAX: Final = 25 * 2**20
DRAINED_BYTES_MAX: Final = 64 * 2**20

LARGE: Final[Mapping[str, int]] = {
    "/api/v1/photos": PHOTO_BYTES_MAX,
    "/staff/report/photos": PHOTO_BYTES_MAX,
    "/staff/report": PHOTOS_BYTES_MAX,
    "/staff/transcribe": PHOTOS_BYTES_MAX,
    "/staff/reconcile/statements": UPLOAD_BYTES_MAX,
}
"""A photo alone, with what stands around it in the request; or all the photos of one form; a statement of a bank."""

TYPED: Final = frozenset({"/staff/report", "/staff/transcribe"})
"""Forms whose words are handed on without their files when these are too large together."""
EDGE_BYTES: Final = 2**18
"""The words of a form stand within so many bytes of its beginning or its end."""

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
VERIFIER: Final = "/static/verify.html"
"""The one page with scripts, all of them ours and none of them talking to anybody: it checks proofs in the browser."""
VERIFIER_POLICY: Final = POLICY.replace("style-src", "script-src 'self'; style-src")

SCRIPTED: Final = {
    "content-security-policy": POLICY.replace("style-src", "script-src 'self'; connect-src 'self'; style-src").replace(
        "img-src 'self'", "img-src 'self' blob:"
    ),
    "permissions-policy": "camera=(), geolocation=(self), microphone=()",
}
"""For a page with a script of ours that shows a photo before it is sent, and may ask where the telephone is."""

KEYED: Final = {"content-security-policy": VERIFIER_POLICY}
"""For a page whose script does nothing but read keys: it may talk to nobody."""

FOUND_BY_SEARCH: Final = re.compile(r"/(?:v/[0-9]{12}|static/.*|robots\.txt)?", re.ASCII)
"""What search engines may list: the start page, those of places, our own files. Anything else may show a name or a
code, and is to be gone everywhere when it comes down here."""

HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}

_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)

TooLarge = Callable[[Request], Response]


class Frame:
    """ASGI middleware. `too_large` makes the answer to a body beyond its limit."""

    def __init__(self, app: ASGIApp, *, too_large: TooLarge) -> None:
        self._app = app
        self._too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP is passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)
        framed = _framed(scope, send)
        headers = Headers(scope=scope)
        body, rest = await _read(receive, limit=body_limit(scope["path"]), headers=headers)
        if rest is not None:
            typed = words_alone(body, rest, headers.get("content-type", "")) if scope["path"] in TYPED else None
            if typed is None:
                await self._too_large(Request(scope))(scope, receive, framed)
                return
            body, scope["state"]["cut"] = typed, True
        await self._app(scope, _replayed(body, receive), framed)


def body_limit(path: str) -> int:
    """How many bytes a request to a path may bring: only a bank's return files, photos and papers are large."""
    large = path.endswith(("/answers", "/voucher-files")) or path.startswith("/staff/village-books/")
    return UPLOAD_BYTES_MAX if large else LARGE.get(path, BODY_BYTES_MAX)


def add_headers(headers: MutableHeaders, scope: Scope) -> None:
    """The headers of every answer; one that the endpoint has set itself stays."""
    if scope["path"] == VERIFIER:
        headers["content-security-policy"] = VERIFIER_POLICY
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if not FOUND_BY_SEARCH.fullmatch(scope["path"]):
        headers.setdefault("x-robots-tag", "noindex, noarchive")
    headers["x-request-id"] = scope["state"]["request_id"]


def _framed(scope: Scope, send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            add_headers(MutableHeaders(scope=message), scope)
        await send(message)

    return sending


async def _read(receive: Receive, *, limit: int, headers: Headers) -> tuple[bytes, bytes | None]:
    """(the body, None), or (its beginning, its end) if it is longer than `limit`; of the end EDGE_BYTES at most.

    What is too long is read to its end up to a bound, so that a client that is still sending hears the answer.
    """
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > DRAINED_BYTES_MAX:
        return b"", b""
    parts: list[bytes] = []
    size = 0
    rest: bytes | None = None
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts), rest
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            parts.append(chunk)
        else:
            rest = ((rest or b"") + chunk)[-EDGE_BYTES:]
        if not message.get("more_body", False) or size > DRAINED_BYTES_MAX:
            return b"".join(parts), rest


def words_alone(beginning: bytes, end: bytes, content_type: str) -> bytes | None:
    """A form (multipart, RFC 7578) without its files, from its beginning and its end; None where it is no such form.

    What is missing between the two was in a file: words are far shorter than EDGE_BYTES.
    """
    found = _BOUNDARY.search(content_type)
    if found is None or not content_type.lower().startswith("multipart/form-data"):
        return None
    line = b"--" + (found[1] or found[2]).encode("latin-1")
    _, *parts = (b"\r\n" + beginning + end).split(b"\r\n" + line)
    if not parts or not parts[-1].startswith(b"--"):
        return None
    words = [part for part in parts[:-1] if b"filename" not in part.partition(b"\r\n\r\n")[0].lower()]
    return b"".join(line + part + b"\r\n" for part in words) + line + b"--\r\n"


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def receiving() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return receiving
