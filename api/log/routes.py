"""The published log over HTTP, as C2SP tlog-tiles lays it out below `/log`, and a proof for whoever wants one ready.

What must not be broken: what is served is what lies in the published folder, byte for byte. No path leads out of it,
and the database may be down.
"""

from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.responses import PlainTextResponse

from api.web.cached import GET, cached
from api.web.routes import Routes
from journal.checkpoint import parse_decimal
from journal.published import PublishedLog

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
SHORT: Final = "public, max-age=2"
"""C2SP: the checkpoint must not be cached beyond a few seconds."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
DIGITS_MAX: Final = 19
NOT_FOUND: Final = 404
ABSENT: Final = "404 没有这份文件，或者还没有公布（not found）\n"

# Monitors run in browsers too; nothing here is anybody's secret.
OPEN: Final = {"access-control-allow-origin": "*"}


def published(request: Request) -> PublishedLog:
    """The published log of the application that a request came to."""
    found: PublishedLog = request.app.state.published
    return found


Log = Annotated[PublishedLog, Depends(published)]
router = Routes(prefix="/log", include_in_schema=False, though_broken=True)


@router.api_route("/checkpoint", methods=GET)
def checkpoint(request: Request, log: Log) -> Response:
    """The newest published checkpoint with every cosignature: keep it, and compare."""
    return _text(request, log.standing().checkpoint)


@router.api_route("/checkpoints/{size}", methods=GET)
def earlier(request: Request, log: Log, size: str) -> Response:
    """The checkpoint of that size, one a day being kept."""
    number = _number(size)
    return _text(request, None if number is None else log.earlier(number), cache_control=FOR_EVER)


@router.api_route("/tile/{path:path}", methods=GET)
def tile(request: Request, log: Log, path: str) -> Response:
    """A hash tile `<L>/<N>[.p/<W>]` or an entry bundle `entries/<N>[.p/<W>]`."""
    content = log.tile(f"tile/{path}")
    if content is None:
        return _absent()
    # Hashes do not shrink; entries do, to a quarter.
    compress = path.startswith("entries/")
    return _opened(cached(request, content, media_type=BYTES, cache_control=FOR_EVER, compress=compress))


@router.api_route("/entry/{index}", methods=GET)
def entry(request: Request, log: Log, index: str) -> Response:
    """An entry as it was signed: the bytes that its bundle holds, as a file for the checking page."""
    number = _number(index)
    content = None if number is None else log.entry(number)
    return _named(_text(request, content, cache_control=FOR_EVER), f"entry-{index}.note")


@router.api_route("/proof/{index}", methods=GET)
def proof(request: Request, log: Log, index: str) -> Response:
    """The `.tlog-proof` of an entry against the published checkpoint, as a file for the checking page."""
    number = _number(index)
    return _named(_text(request, None if number is None else log.proof(number)), f"entry-{index}.tlog-proof")


@router.api_route("/policy", methods=GET)
def policy(request: Request, log: Log) -> Response:
    """The tlog-policy that judges the published checkpoint."""
    return _text(request, log.standing().policy)


@router.api_route("/observed", methods=GET)
def observed(request: Request, log: Log) -> Response:
    """What the log has seen of itself: see `journal.observed` for the members of this JSON document."""
    found = log.standing().observed
    if found is None:
        return _absent()
    return _opened(cached(request, bytes(found), media_type="application/json", cache_control=SHORT))


def _text(request: Request, content: bytes | None, *, cache_control: str = SHORT) -> Response:
    if content is None:
        return _absent()
    return _opened(cached(request, content, media_type=TEXT, cache_control=cache_control))


def _named(response: Response, name: str) -> Response:
    """Under which name a browser keeps it; what is not there has none."""
    if response.status_code != NOT_FOUND:
        response.headers["content-disposition"] = f'attachment; filename="{name}"'
    return response


def _absent() -> Response:
    """Not there, or not yet: nobody may remember that for long."""
    return _opened(PlainTextResponse(ABSENT, status_code=NOT_FOUND, headers={"cache-control": "no-store"}))


def _opened(response: Response) -> Response:
    response.headers.update(OPEN)
    return response


def _number(text: str) -> int | None:
    """A decimal number in its one form; None for anything else."""
    try:
        return parse_decimal(text.encode()) if len(text) <= DIGITS_MAX else None
    except ValueError:
        return None
