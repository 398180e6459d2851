"""公示: the results that were made public in a division, as long as their period lasts, each with its proof.

What must not be broken: no word that anybody wrote, no name, no place narrower than the village, nothing sensitive.
"""

from typing import Annotated, Final

from fastapi import Query, Request, Response

from api.public.answers import page
from api.public.months import Read
from api.public.seal import seal_of
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.paging import Shown
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.short_codes import shown_code
from projections import places, posted_incidents

MODELS: Final = (*posted_incidents.MODELS, places)
SHOWN_MAX: Final = 50

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/incidents", methods=GET)
def posted(
    request: Request,
    code: str,
    read: Read,
    large: bool = False,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Response:
    """What is public today in a division and the places below it, the latest first."""
    where, on = division_of(code), today()
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        counted = posted_incidents.counted(conn, where, on=on, before=before)
        rows = posted_incidents.listed(conn, where, on=on, before=before, limit=SHOWN_MAX)
        known = places.names(conn, {row.division for row in rows}, on=on)
    shown = Shown(total=counted.standing, first=counted.passed + 1, count=len(rows))
    values = {
        "path": path,
        "rows": rows,
        "counted": counted,
        "shown": shown,
        "next": rows[-1].log_index if shown.more else None,
        "places": known,
        "shown_code": shown_code,
        "on": on,
        "seal": seal_of(read.published),
        "large": large,
    }
    return page(request, read.templates.render("public/posted.html", values))
