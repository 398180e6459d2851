"""志愿活动: published, signed up for, checked in at the place; another person confirms the hours."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.deeds import activities
from api.staff.acting import ByCookie, Desk
from api.staff.api_tasks import activity_of, new_deed_id
from api.staff.deed_forms import ActivityForm, minutes_served, ticked
from api.staff.deed_shapes import ActivityStep
from api.staff.deeds_done import Asked, activity_step
from api.staff.deeds_read import deed_page, listing_values, page_values
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.people_named import all_named
from api.web.routes import Routes

router = Routes(prefix="/staff/activities", include_in_schema=False)


@router.get("")
def listing(
    request: Request, desk: Desk, who: ByCookie, before: Annotated[int | None, Query(ge=0, le=2**53)] = None
) -> HTMLResponse:
    """The activities of the role's area, the latest first, and the form for one more."""
    values = listing_values(desk, who, "activity", before=before, offered_by="activity.published/1")
    return show(request, desk, who, "activities.html", values)


@router.post("")
def publish(form: FormSent) -> RedirectResponse:
    """Publish an activity."""
    wanted = form.shaped(ActivityForm)
    activity_id = new_deed_id(form.desk, form.who, "activity", form.key)
    new = activity_of(wanted, activity_id)
    receipt = activities.publish(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/activities/{activity_id}")


@router.get("/{deed_id}")
def page(request: Request, deed_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """An activity and everybody who takes part."""
    found = deed_page(desk, who, "activity", deed_id)
    return show(request, desk, who, "activity.html", page_values(desk, who, found))


@router.post("/{deed_id}/steps")
def record_step(deed_id: Identifier, form: FormSent) -> RedirectResponse:
    """A step of the activity: the ticked come, or the minutes that are filled in are confirmed."""
    form = all_named(form, "another")
    wanted = form.shaped(ActivityStep).model_copy(
        update={"person_ids": ticked(form.fields), "served": minutes_served(form.fields)}
    )
    receipt = activity_step(Asked(form.app, form.actor, form.key, deed_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/activities/{deed_id}")
