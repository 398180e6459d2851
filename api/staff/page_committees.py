"""村两委: who sits in a village's committees, and who is whose near relative."""

from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.disclosing_done import Asked, committee_step
from api.staff.disclosing_forms import CommitteeForm
from api.staff.fields import Code
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import disclosing_words
from api.web.routes import Routes
from domain import authority
from domain.committees import BODIES, KINSHIPS
from domain.kernel.places import contains, level
from projections import committees, persons, places

router = Routes(prefix="/staff/committees", include_in_schema=False)

PATH: Final = "/staff/committees"
OFFERED_ROLES: Final = ("village_committee", "village_supervisor", "village_accountant")


@router.get("")
def page(request: Request, desk: Desk, who: ByCookie, area: Annotated[Code | None, Query()] = None) -> HTMLResponse:
    """The committees of an area, the kinships, and the forms to write them down."""
    who.require("disclosures")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(committees, persons, places) as conn:
        seats, kin = committees.seats(conn, within), committees.kin(conn, within)
        known = places.within(conn, who.areas[0], on=on)
        holders = [one for role in OFFERED_ROLES for one in persons.holders(conn, role, area=within, on=on)]
    offered = dict.fromkeys([*(one.person_id for one in holders), *(one.person_id for one in seats)])
    people = {*offered, *(who_ for one in kin for who_ in (one.person_id, one.other_id))}
    villages = [place for place in known if level(place.code) == "village"]
    values: dict[str, Any] = {
        "seats": [one for one in seats if one.until is None or one.until >= on],
        "former": [one for one in seats if one.until is not None and one.until < on],
        "kin": kin,
        "offered": list(offered),
        "area": within,
        "known": known,
        "villages": [place for place in villages if contains(within, place.code)],
        "names": names_of(desk, people),
        "places": place_names(desk, {one.division for one in seats} | {one.division for one in kin}),
        "bodies": BODIES,
        "kinships": sorted(KINSHIPS, key=list(disclosing_words.KINSHIPS).index),
        "today": on,
        "may_seat": authority.may(who.role, "committee.seated/1"),
        "may_declare": authority.may(who.role, "committee.kinship_declared/1"),
        "said": disclosing_words,
    }
    return show(request, desk, who, "committees.html", values)


@router.post("/{division}/steps")
def record_step(division: Code, form: FormSent) -> RedirectResponse:
    """Seat somebody, let him leave, write a kinship down or take it back."""
    wanted = form.shaped(CommitteeForm)
    receipt = committee_step(Asked(form.app, form.actor, form.key, form.on), division, wanted)
    return form.done(receipt, at=PATH)
