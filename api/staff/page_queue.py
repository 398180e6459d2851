"""待办: everything that waits for the acting role, page by page; of one step or of all, or what may be done besides."""

from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from api.staff.acting import ByCookie, Desk
from api.staff.forms import keyed, show
from api.staff.page_today import item_titles, place_names
from api.staff.queues import WORKERS, possible_rows, waiting_rows
from api.staff.texts import names_of
from api.web import words
from api.web.paging import query
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import STEPS
from projections import incident_courses, incidents

router = Routes(prefix="/staff", include_in_schema=False)

KEY_CHARS_MAX: Final = 400


@router.get("/queue")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    act: Annotated[str, Query(max_length=20)] = "",
    besides: bool = False,
    after: Annotated[str | None, Query(max_length=KEY_CHARS_MAX)] = None,
) -> HTMLResponse:
    """One's work from a place in it on. Refuses `access.may_not_read`, `page.unknown`."""
    if who.role not in WORKERS:
        raise Refusal("access.may_not_read", role=who.role)
    if act and act not in STEPS:
        raise Refusal("page.unknown")
    rows_of = possible_rows if besides else waiting_rows
    with desk.current(incidents, incident_courses) as conn:
        found = rows_of(conn, who, desk.app.journal.now(), act=act or None, after=after)
    asked = {"act": act, "besides": "true" if besides else None}
    values = {
        "rows": found.rows,
        "shown": found.shown,
        "next": query(**asked, after=found.after) if found.after else None,
        "act": act,
        "besides": besides,
        "steps": {name: words.ACTS[name] for name in STEPS},
        "names": names_of(desk, {row.claimed_by for row in found.rows}),
        "places": place_names(desk, {row.division for row in found.rows}),
        "items": item_titles(desk),
    }
    return keyed(show(request, desk, who, "queue.html", values))
