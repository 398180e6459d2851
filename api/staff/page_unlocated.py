"""Reports that nobody could place yet: a position, or a township at best, and no village whose grid worker sees them.

Whoever has the area says in which village each is; from then on it stands in the list of that village's grid worker.
"""

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.staff.acting import Acting, ByCookie, Desk
from api.staff.forms import show
from api.staff.ground_shown import NearShown, near_to
from api.staff.page_today import item_titles, place_names
from api.web.act_words import age_told
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal
from projections import incident_places, incidents
from projections.incident_places import Unlocated

router = Routes(prefix="/staff", include_in_schema=False)

TYPE: Final = "incident.located/1"
SHOWN_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One report, how long it has waited, and the villages that it may be in."""

    report: Unlocated
    age: str
    near: list[NearShown]


@router.get("/unlocated")
def page(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The oldest first, with what is known of each one's place."""
    _require_clerk(who)
    now = desk.app.journal.now()
    with desk.current(incidents) as conn:
        found = [one for area in who.areas for one in incident_places.unlocated(conn, area=area, limit=SHOWN_MAX)]
        count = sum(incident_places.unlocated_count(conn, area=area) for area in who.areas)
    shown = sorted(found, key=lambda one: (one.reported_at, one.incident_id))[:SHOWN_MAX]
    values = {
        "rows": [Row(one, age_told(one.reported_at, now), near_to(desk, one)) for one in shown],
        "count": count,
        "items": item_titles(desk),
        "places": place_names(desk, {one.division for one in shown}),
    }
    return show(request, desk, who, "unlocated.html", values)


def _require_clerk(who: Acting) -> None:
    """Refuse `authority.role_may_not` unless the acting role may say where a report is."""
    if not authority.may(who.role, TYPE):
        raise Refusal("authority.role_may_not", role=who.role, event_type=TYPE)
