"""超期和将到期: reports whose step is late by the clock of this moment, the worst first."""

from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.api_workflows import SOON
from api.staff.fields import After, Code
from api.staff.forms import show
from api.staff.page_today import item_titles, place_names
from api.staff.queues import SHOWN_MAX, shown_row
from api.staff.texts import names_of
from api.web import words
from api.web.paging import Shown, query, read_moment, write_key
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import STEPS
from projections import course_queries, incident_courses, places

router = Routes(prefix="/staff", include_in_schema=False)

Act = Annotated[str | None, Query(max_length=20)]


@router.get("/late")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | Literal[""], Query()] = "",
    act: Act = None,
    soon: bool = False,
    after: After = None,
) -> HTMLResponse:
    """What is overdue in an area, at one step or at any; with `soon` also what is due within a day."""
    who.require("incidents")
    if who.only_own:
        raise Refusal("access.may_not_read", role=who.role)
    if act and act not in STEPS:
        raise Refusal("page.unknown")
    where, now, on = who.area(desk, area or None), desk.app.journal.now(), today(desk.app)
    before = now + SOON if soon else now
    with desk.current(incident_courses, places) as conn:
        asked: dict[str, Any] = {"area": where, "before": before, "act": act or None, "after": read_moment(after)}
        found = incident_courses.late(conn, **asked, limit=SHOWN_MAX)
        total, passed = incident_courses.late_counted(conn, **asked)
        grids = course_queries.grids(conn, [row.incident_id for row in found])
        known = [place for one in who.areas for place in places.within(conn, one, on=on)]
    rows = [shown_row(row, grid=grids.get(row.incident_id), now=now) for row in found]
    shown = Shown(total=total, first=passed + 1, count=len(rows))
    key = write_key(found[-1].due_at, found[-1].incident_id) if shown.more else None
    values = {
        "rows": rows,
        "shown": shown,
        "next": query(area=where, act=act, soon="true" if soon else None, after=key) if key else None,
        "known": known,
        "area": where,
        "act": act or "",
        "steps": {name: words.ACTS[name] for name in STEPS},
        "soon": soon,
        "now": now,
        "names": names_of(desk, {row.claimed_by for row in rows}),
        "places": place_names(desk, {row.division for row in rows} | {where}),
        "items": item_titles(desk),
    }
    return show(request, desk, who, "late.html", values)
