"""公示单: the sheets that hang on the notice board, for whoever prints one himself, byte for byte as recorded."""

from typing import Final

from fastapi import Request, Response

from api.posters.drawing import draw_slip
from api.posters.postings import posting_of
from api.posters.slips import objection_slip, suggestion_slip
from api.public.answers import CACHE
from api.public.months import Read
from api.public.where import division_of, path_to, today
from api.web.cached import GET, cached
from api.web.disclosed.kinds import WORDS
from api.web.routes import Routes
from api.web.running import require_running
from domain.disclosures.posters import PAPERS
from domain.disclosures.state import disclosure_id
from domain.kernel.disclosed import is_period
from domain.kernel.refusals import Refusal
from journal import kept_posters
from projections import disclosure_queries, places, posted_disclosures

MODELS: Final = posted_disclosures.MODELS
PDF: Final = "application/pdf"

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/posters/{kind}/{of}/slip.pdf", methods=GET)
def slip(request: Request, code: str, kind: str, of: str, read: Read) -> Response:
    """A slip for whoever objects on paper, while the version is posted. Refuses `page.unknown`."""
    where = division_of(code)
    if kind not in WORDS or not is_period(of):
        raise Refusal("page.unknown")
    read.healthy()
    with read.pool.connection() as conn:
        require_running(conn, MODELS)
        posted = posted_disclosures.versions(conn, disclosure_id(where, kind, of))
        if not posted or not posted[-1].open_on(today()):
            raise Refusal("page.unknown")
        posting = posting_of(conn, posted[-1], identity=read.identity, root_at=lambda _size: b"")
    return cached(request, draw_slip(objection_slip(posting), fonts=read.fonts), media_type=PDF, cache_control=CACHE)


@router.api_route("/v/{code}/suggestions/slip.pdf", methods=GET)
def suggestion(request: Request, code: str, read: Read) -> Response:
    """A slip for whoever suggests something on paper. Refuses `page.unknown` for a place that is not there."""
    where = division_of(code)
    read.healthy()
    with read.pool.connection() as conn:
        require_running(conn, (places,))
        village = path_to(conn, read, where)[-1]
    # The day of the month does not matter to whoever prints it, and so the same file is sent for all of the month.
    slip = suggestion_slip(where, village.name, identity=read.identity, on=today().replace(day=1))
    return cached(request, draw_slip(slip, fonts=read.fonts), media_type=PDF, cache_control=CACHE)


@router.api_route("/v/{code}/posters/{kind}/{of}/{paper}.pdf", methods=GET)
def poster(request: Request, code: str, kind: str, of: str, paper: str, read: Read) -> Response:
    """The sheet of the version posted last, while it is posted. Refuses `page.unknown` where none was drawn."""
    where = division_of(code)
    if paper.upper() not in PAPERS or not is_period(of):
        raise Refusal("page.unknown")
    own = disclosure_id(where, kind, of)
    read.healthy()
    with read.pool.connection() as conn:
        require_running(conn, MODELS)
        posted = posted_disclosures.versions(conn, own)
        if not posted or not posted[-1].open_on(today()):
            raise Refusal("page.unknown")
        drawn = next(
            (
                one
                for one in disclosure_queries.posters(conn, own)
                if one.version == posted[-1].version and one.paper == paper.upper()
            ),
            None,
        )
        content = kept_posters.content_of(conn, drawn.sha256) if drawn is not None else None
    if content is None:
        raise Refusal("page.unknown")
    return cached(request, content, media_type=PDF, cache_control=CACHE)
