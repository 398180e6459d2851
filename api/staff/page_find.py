"""Finding a report by the short code that somebody reads out on the telephone."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import RedirectResponse

from api.staff.acting import ByCookie, Desk
from api.staff.texts import require_visible
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import read_code
from projections import incidents, tracking_codes

router = Routes(prefix="/staff", include_in_schema=False)


@router.get("/find")
def find(desk: Desk, who: ByCookie, code: Annotated[str, Query(max_length=64)] = "") -> RedirectResponse:
    """Lead to the report, for whoever may see it. Refuses `tracking.unknown`, `access.*`."""
    known = read_code(code)
    with desk.current(incidents, tracking_codes) as conn:
        incident_id = tracking_codes.incident_of(conn, known) if known is not None else None
        incident = incidents.one(conn, incident_id) if incident_id is not None else None
    if incident is None:
        raise Refusal("tracking.unknown")
    require_visible(who, incident)
    return RedirectResponse(f"/staff/incidents/{incident.incident_id}", status_code=303)
