"""设施: what there is of each kind and where, whether it is open, and what inspections found."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import facilities as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.api_facilities import facility_of, facility_page
from api.staff.fields import After, Identifier
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.staff.register_forms import FacilityForm, KindChosen
from api.staff.register_shapes import FacilityClosing, FacilityOpening, KindWithdrawal, NewFacilityKind, NewInspection
from api.staff.texts import names_of
from api.web import register_words
from api.web.paging import cut, query
from api.web.routes import Routes
from domain.authority import MAY
from domain.kernel.ids import derived
from projections import facilities, places

router = Routes(prefix="/staff/facilities", include_in_schema=False)

SHOWN_MAX = 100


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    kind: Annotated[str, Query(max_length=40)] = "",
    after: After = None,
) -> HTMLResponse:
    """Counts by kind, the facilities of the role's areas, the list of kinds, and the forms."""
    who.require("facilities")
    on = today(desk.app)
    with desk.current(facilities, places) as conn:
        everything = [one for area in who.areas for one in facilities.listing(conn, area, kind=kind or None)]
        counts = [count for area in who.areas for count in facilities.counts(conn, area)]
        kinds = facilities.kinds(conn)
        known = [place for area in who.areas for place in places.within(conn, area, on=on)]
    found, shown = cut(everything, name=lambda facility: facility.facility_id, after=after, size=SHOWN_MAX)
    values: dict[str, Any] = {
        "facilities": found,
        "shown": shown,
        "next": query(kind=kind, after=found[-1].facility_id) if shown.more else None,
        "counts": _summed(counts),
        "kinds": kinds,
        "kind_names": {one.code: one.name for one in kinds},
        "chosen": kind,
        "known": known,
        "places": place_names(desk, {one.division for one in found}),
        "today": on,
        "may_register": who.role in MAY["facility.registered/1"],
        "said": register_words,
    }
    return show(request, desk, who, "facilities.html", values)


@router.post("/kinds")
def admit(form: FormSent) -> RedirectResponse:
    """Put a kind on the list."""
    wanted = form.shaped(NewFacilityKind)
    receipt = commands.admit_kind(
        form.app,
        actor=form.actor,
        key=form.key,
        code=wanted.code,
        name=wanted.name,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/facilities")


@router.post("/kinds/withdrawals")
def withdraw(form: FormSent) -> RedirectResponse:
    """Close a kind for new facilities."""
    code, last_day = form.shaped(KindChosen).code, form.shaped(KindWithdrawal).last_day
    receipt = commands.withdraw_kind(form.app, actor=form.actor, key=form.key, code=code, last_day=last_day, on=form.on)
    return form.done(receipt, at="/staff/facilities")


@router.post("")
def register(form: FormSent) -> RedirectResponse:
    """Register a facility."""
    wanted = form.shaped(FacilityForm)
    facility_id = derived("facility", form.app.journal.origin, form.who.person_id, form.key)
    receipt = commands.register(
        form.app, actor=form.actor, key=form.key, new=facility_of(wanted, facility_id), on=form.on
    )
    return form.done(receipt, at=_at(facility_id))


@router.get("/{facility_id}")
def page(request: Request, facility_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A facility, everything that happened to it, and the steps that the role may take."""
    found = facility_page(desk, who, facility_id)
    with desk.current(facilities) as conn:
        kinds = facilities.kinds(conn)
    values: dict[str, Any] = {
        "facility": found.facility,
        "history": found.history,
        "kind_names": {one.code: one.name for one in kinds},
        "names": names_of(desk, [one.actor_id for one in found.history]),
        "places": place_names(desk, {found.facility.division}),
        "today": today(desk.app),
        "may_turn": who.role in MAY["facility.opened/1"],
        "may_inspect": who.role in MAY["facility.inspected/1"],
        "said": register_words,
    }
    return show(request, desk, who, "facility.html", values)


@router.post("/{facility_id}/openings")
def open_(facility_id: Identifier, form: FormSent) -> RedirectResponse:
    """Open it to the public."""
    opened_on = form.shaped(FacilityOpening).opened_on
    receipt = commands.open_(
        form.app, actor=form.actor, key=form.key, facility_id=facility_id, opened_on=opened_on, on=form.on
    )
    return form.done(receipt, at=_at(facility_id))


@router.post("/{facility_id}/closings")
def close(facility_id: Identifier, form: FormSent) -> RedirectResponse:
    """Close it to the public."""
    wanted = form.shaped(FacilityClosing)
    receipt = commands.close(
        form.app,
        actor=form.actor,
        key=form.key,
        facility_id=facility_id,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(facility_id))


@router.post("/{facility_id}/inspections")
def inspect(facility_id: Identifier, form: FormSent) -> RedirectResponse:
    """Record an inspection."""
    wanted = form.shaped(NewInspection)
    found = commands.Inspection(wanted.inspected_on, wanted.result, wanted.note)
    receipt = commands.inspect(
        form.app, actor=form.actor, key=form.key, facility_id=facility_id, found=found, on=form.on
    )
    return form.done(receipt, at=_at(facility_id))


def _at(facility_id: UUID) -> str:
    return f"/staff/facilities/{facility_id}"


def _summed(counts: list[facilities.Count]) -> dict[str, tuple[int, int]]:
    """Kind -> how many there are and how many are open, over all areas of a role."""
    found: dict[str, tuple[int, int]] = {}
    for count in counts:
        before = found.get(count.kind, (0, 0))
        found[count.kind] = (before[0] + count.count, before[1] + count.open_count)
    return found
