"""在职党员服务: written down once, confirmed by the member's unit and by the community, two different persons."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.deeds import party_activities
from api.staff.acting import ByCookie, Desk
from api.staff.deed_forms import PartyActivityForm
from api.staff.deed_shapes import PartyActivityStep
from api.staff.deeds_done import Asked, party_activity_step
from api.staff.deeds_read import deed_page, listing_values, page_values
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.people_named import named
from api.web.routes import Routes

router = Routes(prefix="/staff/party-activities", include_in_schema=False)


@router.get("")
def listing(
    request: Request, desk: Desk, who: ByCookie, before: Annotated[int | None, Query(ge=0, le=2**53)] = None
) -> HTMLResponse:
    """The services in the role's area (of the handler's unit), the latest first, and the form for one more."""
    values = listing_values(desk, who, "party_activity", before=before, offered_by="party_activity.recorded/1")
    return show(request, desk, who, "party_activities.html", values)


@router.post("")
def record(form: FormSent) -> RedirectResponse:
    """Write a service down."""
    wanted = named(form, "person_id").shaped(PartyActivityForm)
    new = party_activities.NewPartyActivity(
        division=wanted.division,
        person_id=wanted.person_id or form.who.person_id,
        unit=wanted.unit,
        title=wanted.title,
        item=wanted.item,
        held_on=wanted.held_on,
        minutes=wanted.minutes,
    )
    receipt = party_activities.record(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/party-activities/{new.party_activity_id}")


@router.get("/{deed_id}")
def page(request: Request, deed_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A service, and who has confirmed it for which side."""
    found = deed_page(desk, who, "party_activity", deed_id)
    return show(request, desk, who, "party_activity.html", page_values(desk, who, found))


@router.post("/{deed_id}/steps")
def record_step(deed_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm one side, reject it or take it back."""
    wanted = form.shaped(PartyActivityStep)
    receipt = party_activity_step(Asked(form.app, form.actor, form.key, deed_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/party-activities/{deed_id}")
