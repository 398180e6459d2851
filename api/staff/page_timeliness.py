"""按时率: of the steps with a time limit that were taken in a period, how many were in time; by place.

What must not be broken: every rate stands with its numerator, its denominator and the log position it was computed at.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from psycopg import Connection

from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.fields import Code
from api.staff.forms import show
from api.web.routes import Routes
from domain.kernel.calendar import CHINA
from domain.kernel.periods import KINDS, Period, first_day, kind_of, last_day, period, period_of
from domain.kernel.places import Division, level
from domain.kernel.rates import Rate
from domain.kernel.refusals import Refusal
from projections import incident_courses, places
from projections.incident_courses import Timeliness

router = Routes(prefix="/staff", include_in_schema=False)

BELOW = {"county": "township", "township": "village"}
YEAR_MIN, YEAR_MAX = 1949, 2099


@router.get("/timeliness")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | None, Query()] = None,
    of: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """The rate of an area and of each place below it, in a month, a quarter or a year; this month if none is asked."""
    who.require("register")
    where, on = who.area(desk, area), today(desk.app)
    when = _period(of) if of else period_of(on, "month")
    with desk.current(incident_courses, places) as conn:
        known = {one.code: one.name for one in places.within(conn, where, on=on)}
        below = [code for code in known if level(code) == BELOW.get(level(where))]
        found = {code: _timeliness(conn, code, when) for code in (where, *below)}
    before, after = _beside(when)
    values = {
        "area": where,
        "of": when,
        "rates": {code: Rate(one.in_time, one.limited, one.position) for code, one in found.items()},
        "assumed": found[where].assumed,
        "names": {where: where, **known},
        "drills": {code for code in below if level(code) in BELOW},
        "wider": [one for one in _around(when, on) if one != when],
        "before": before,
        "after": after if first_day(after) <= on else None,
        "top": who.areas[0],
    }
    return show(request, desk, who, "timeliness.html", values)


def _timeliness(conn: Connection[object], area: Division, of: Period) -> Timeliness:
    since, until = _midnight(first_day(of)), _midnight(last_day(of) + timedelta(days=1))
    return incident_courses.timeliness(conn, area=area, since=since, until=until)


def _period(text: str) -> Period:
    try:
        found = period(text)
    except ValueError:
        raise Refusal("page.unknown") from None
    if not YEAR_MIN <= first_day(found).year <= YEAR_MAX:
        raise Refusal("page.unknown")
    return found


def _beside(of: Period) -> tuple[Period, Period]:
    """The period of the same kind before, and the one after."""
    kind = kind_of(of)
    return period_of(first_day(of) - timedelta(days=1), kind), period_of(last_day(of) + timedelta(days=1), kind)


def _around(of: Period, on: date) -> list[Period]:
    """The month, quarter and year that hold the end of a period, or this moment where the period goes on."""
    return [period_of(min(last_day(of), max(on, first_day(of))), kind) for kind in KINDS]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
