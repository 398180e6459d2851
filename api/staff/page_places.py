"""The county's places on pages: what is valid and what was, one with its history, and the forms that change it.

Everybody who may read the register sees it; the forms are the administrator's, and the command judges whose they are.
"""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import county
from api.commands import places as commands
from api.commands.places import Renaming
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.fields import Code
from api.staff.form_shapes import PlaceForm
from api.staff.forms import FormSent, show
from api.staff.place_shapes import EndingForm, NewName
from api.staff.places import end_code, read_place
from api.staff.texts import names_of
from api.web.routes import Routes
from domain.kernel.places import level
from projections import persons, places, tariffs

router = Routes(prefix="/staff/places", include_in_schema=False)


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie, ended: bool = False) -> HTMLResponse:
    """The codes that are valid today, or all that ever were, and the form for one more."""
    who.require("register")
    with desk.current(places) as conn:
        found = places.standings(conn, desk.app.log.division, on=today(desk.app))
    valid = sum(place.valid for place in found)
    values = {
        "found": found if ended else [place for place in found if place.valid],
        "valid": valid,
        "gone": len(found) - valid,
        "ended": ended,
        "levels": {place.code: level(place.code) for place in found},
        "names": {place.code: place.name for place in found},
        "today": today(desk.app),
    }
    return show(request, desk, who, "places.html", values)


@router.post("")
def register(form: FormSent) -> RedirectResponse:
    """Make a division known."""
    wanted = form.shaped(PlaceForm)
    new = [county.NewPlace(wanted.code, wanted.name)]
    receipt = county.register_places(form.app, actor=form.actor, key=form.key, new=new, since=wanted.since, on=form.on)
    return form.done(receipt, at="/staff/places")


@router.get("/{code}")
def one(request: Request, desk: Desk, who: ByCookie, code: Code) -> HTMLResponse:
    """One code: since when and until when, its names, what came before and after, and what is bound to it."""
    who.require("register")
    on = today(desk.app)
    with desk.current(places, persons, tariffs) as conn:
        place = read_place(desk, conn, code)
        roles = persons.held_within(conn, code, on=on)
        bound = tariffs.tariffs_within(conn, code)
        codes = {code, *place.followed, *place.standing.successors, *(role.area for role in roles)}
        shown = places.names(conn, codes | {tariff.division for tariff in bound}, on=on)
    values = {
        "place": place,
        "county": desk.app.log.division,
        "roles": roles,
        "bound": bound,
        "places": {known: shown.get(known, known) for known in codes | {tariff.division for tariff in bound}},
        "names": names_of(desk, {role.person_id for role in roles}),
        "today": on,
    }
    return show(request, desk, who, "place.html", values)


@router.post("/{code}/name")
def rename(form: FormSent, code: Code) -> RedirectResponse:
    """Another name from a day on."""
    wanted = form.shaped(NewName)
    renaming = Renaming(code, wanted.name, wanted.since, wanted.document)
    receipt = commands.rename_places(form.app, actor=form.actor, key=form.key, renamings=[renaming], on=form.on)
    return form.done(receipt, at=f"/staff/places/{code}")


@router.post("/{code}/end")
def end(form: FormSent, code: Code) -> RedirectResponse:
    """The code ends, and others follow."""
    wanted = form.shaped(EndingForm).wanted()
    receipt = end_code(form.desk, actor=form.actor, key=form.key, code=code, wanted=wanted)
    return form.done(receipt, at=f"/staff/places/{code}")
