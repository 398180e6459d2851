"""公告: what the village tells everybody, from a day to a day."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.affairs import notices as posting
from api.staff.acting import ByCookie, Desk
from api.staff.affair_shapes import NewNotice, NoticeStep
from api.staff.affairs_done import Asked, notice_step
from api.staff.affairs_new import notice_of
from api.staff.affairs_read import notice_page
from api.staff.affairs_shown import SHOWN_MAX, listing_values, page_values
from api.staff.api_tasks import new_deed_id
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.web.routes import Routes
from projections import notices

router = Routes(prefix="/staff/notices", include_in_schema=False)

PageBefore = Annotated[int | None, Query(ge=0, le=2**53)]


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie, before: PageBefore = None) -> HTMLResponse:
    """The notices of the role's area, the latest first, and the form for one more."""
    who.require("affairs")
    with desk.current(notices) as conn:
        found = notices.listing(conn, who.areas[0], before=before, limit=SHOWN_MAX)
    return show(request, desk, who, "notices.html", listing_values(desk, who, found))


@router.post("")
def post(form: FormSent) -> RedirectResponse:
    """Post a notice."""
    notice_id = new_deed_id(form.desk, form.who, "notice", form.key)
    new = notice_of(form.shaped(NewNotice), notice_id)
    receipt = posting.post(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/notices/{notice_id}")


@router.get("/{affair_id}")
def page(request: Request, affair_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A notice and its history."""
    found = notice_page(desk, who, affair_id)
    values = page_values(desk, who, found.notice.division, found.steps, notice=found.notice)
    return show(request, desk, who, "notice.html", values)


@router.post("/{affair_id}/steps")
def record_step(affair_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take a notice down."""
    wanted = form.shaped(NoticeStep)
    receipt = notice_step(Asked(form.app, form.actor, form.key, affair_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/notices/{affair_id}")
