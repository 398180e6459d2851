"""清洁户评比: two or more look at a home, one writes down what they saw, another confirms it; the title follows."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.deeds import inspections
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.deed_forms import InspectionForm, ticked
from api.staff.deed_shapes import InspectionStep, TitleRevocation
from api.staff.deeds_done import Asked, inspection_step
from api.staff.deeds_read import deed_page, household_numbers, listing_values, page_values
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.texts import names_of
from api.web.routes import Routes
from domain.authority import MAY
from domain.deeds.inspections import inspection_id
from domain.households import household_id as household_id_of
from domain.kernel.calendar import month_of
from projections import persons, titles

router = Routes(prefix="/staff/inspections", include_in_schema=False)

TITLES_MAX = 200


@router.get("")
def listing(
    request: Request, desk: Desk, who: ByCookie, before: Annotated[int | None, Query(ge=0, le=2**53)] = None
) -> HTMLResponse:
    """The inspections of the role's area, the latest first, the titles that are held, and the form for one more."""
    values = listing_values(desk, who, "inspection", before=before, offered_by="inspection.recorded/1")
    area, on = who.areas[0], today(desk.app)
    with desk.current(titles, persons) as conn:
        held = titles.held(conn, area, limit=TITLES_MAX)
        inspecting = [
            one
            for role in sorted(MAY["inspection.recorded/1"])
            for one in persons.holders(conn, role, area=area, on=on)
            if one.person_id != who.person_id
        ]
    others = list({one.person_id: one for one in inspecting}.values())
    houses = {**values["houses"], **household_numbers(desk, [one.household_id for one in held])}
    names = names_of(desk, [one.person_id for one in others])
    more = {"titles": held, "inspectors": others, "houses": houses, "inspector_names": names}
    return show(request, desk, who, "inspections.html", {**values, **more})


@router.post("")
def record(form: FormSent) -> RedirectResponse:
    """Record an inspection; who records it is one of the inspectors."""
    wanted = form.shaped(InspectionForm)
    household_id = household_id_of(wanted.division, wanted.reference)
    new = inspections.NewInspection(
        household_id=household_id,
        inspected_on=wanted.inspected_on,
        inspectors=(form.who.person_id, *ticked(form.fields)),
        result=wanted.result,
        item=wanted.item,
    )
    receipt = inspections.record(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/inspections/{inspection_id(household_id, month_of(wanted.inspected_on))}")


@router.get("/{deed_id}")
def page(request: Request, deed_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """An inspection, the household's titles, and the next steps."""
    found = deed_page(desk, who, "inspection", deed_id)
    with desk.current(titles) as conn:
        held = [one for part in found.parts for one in titles.of_household(conn, part.holder_id)]
    return show(request, desk, who, "inspection.html", {**page_values(desk, who, found), "titles": held})


@router.post("/{deed_id}/steps")
def record_step(deed_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm it, dispute it or take it back."""
    wanted = form.shaped(InspectionStep)
    receipt = inspection_step(Asked(form.app, form.actor, form.key, deed_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/inspections/{deed_id}")


@router.post("/titles/{household_id}")
def revoke(household_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take a title back for another reason than an inspection."""
    wanted = form.shaped(TitleRevocation)
    receipt = inspections.revoke_title(
        form.app,
        actor=form.actor,
        key=form.key,
        household_id=household_id,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at="/staff/inspections")
