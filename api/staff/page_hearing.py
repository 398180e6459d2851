"""网上意见箱: whether villagers may object and suggest without an account; the administrator opens it, once."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.hearing import agent
from api.hearing.pace import OF_ADDRESS, OF_PLACE
from api.staff.acting import ByCookie, Desk
from api.staff.forms import FormSent, show
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal

router = Routes(prefix="/staff/hearing", include_in_schema=False)
OPENING = "person.registered/1"
"""What opening records: the agent who signs for villagers without an account."""


@router.get("")
def page(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """How the box stands, and how it is opened."""
    who.require("register")
    values = {
        "open": agent.is_open(desk.app),
        "may_open": authority.may(who.role, OPENING) and who.role == "administrator",
        "division": desk.app.log.division,
        "burst": OF_ADDRESS.burst,
        "minutes": round(1 / OF_ADDRESS.per_minute),
        "of_place": OF_PLACE.burst,
    }
    return show(request, desk, who, "hearing.html", values)


@router.post("")
def open_box(sent: FormSent) -> RedirectResponse:
    """Open it. Refuses `authority.role_may_not` for anybody but an administrator."""
    if sent.who.role != "administrator":
        raise Refusal("authority.role_may_not", role=sent.who.role, event_type=OPENING)
    return sent.done(agent.open_box(sent.app, administrator=sent.actor), at="/staff/hearing")
