"""The alarm page: the twenty-five sentences that must hold, how far they were judged, and which record broke one."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.staff.acting import ByCookie, Desk
from api.staff.forms import show
from api.web.routes import Routes
from api.web.words import INVARIANT_STATES
from audit import wording
from audit.invariants import INVARIANTS

router = Routes(prefix="/staff", include_in_schema=False)

SHOWN_MAX = 100


@router.get("/invariants")
def invariants(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """All twenty-five with their state; each breach with its record."""
    who.require("ledgers")
    standing = desk.invariants.standing
    values = {
        "standing": standing,
        "rows": [(one.number, wording.INVARIANTS[one.number], standing.state(one)) for one in INVARIANTS],
        "states": INVARIANT_STATES,
        "broken": [(one, wording.sentence(one.finding)) for one in standing.broken[:SHOWN_MAX]],
    }
    return show(request, desk, who, "invariants.html", values)
