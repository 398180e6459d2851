"""事项清单 and 上限 on pages: what may be reported on a day, and how many reports are rewarded.

Everybody of the county sees them; the forms are the administrator's, and the command judges whose they are.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import caps as cap_commands
from api.commands import catalogue as commands
from api.commands.shared import today
from api.files.catalogue_profiles import catalogue_profile_names, load_catalogue_profile, shipped_classes
from api.staff.acting import ByCookie, Desk, require_known
from api.staff.catalogue_shapes import CapForm, CatalogueItemForm, CataloguePublication, ItemWithdrawalForm
from api.staff.classes import classes_of
from api.staff.fields import Code, Day
from api.staff.forms import FormSent, shaped, show
from api.web import words
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from projections import caps, catalogues, places
from projections.caps import Cap
from projections.catalogues import CatalogueItem

router = Routes(prefix="/staff", include_in_schema=False)


@router.get("/catalogue")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    division: Annotated[Code | None, Query()] = None,
    on: Annotated[Day | None, Query()] = None,
) -> HTMLResponse:
    """The items in force in a division on a day, by class; what was withdrawn; and the administrator's forms."""
    who.require("incidents")
    if division is not None:
        require_known(desk, division)
    county, now = desk.app.log.division, today(desk.app)
    where, when = division or county, on or now
    with desk.current(places, catalogues) as conn:
        known = places.within(conn, county, on=now)
        items = catalogues.in_force(conn, where, on=when)
        ever = catalogues.within(conn, county)
    values: dict[str, Any] = {
        "known": known,
        "places": {place.code: place.name for place in known},
        "division": where,
        "on": when,
        "today": now,
        "by_class": _by_class(items),
        "count": len(items),
        "withdrawn": [item for item in ever if item.last_day is not None],
        "open": [item for item in ever if item.last_day is None],
        "offered": [load_catalogue_profile(name) for name in catalogue_profile_names()],
        "classes": sorted({item.category for item in ever} | set(shipped_classes())),
    }
    return show(request, desk, who, "catalogue.html", values)


@router.post("/catalogue/publications")
def publish(form: FormSent) -> RedirectResponse:
    """Admit every item of a catalogue that comes with the program."""
    wanted = form.shaped(CataloguePublication)
    if wanted.profile not in catalogue_profile_names():
        raise Refusal("catalogue.profile_unknown", profile=wanted.profile)
    receipt = commands.publish(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        profile=load_catalogue_profile(wanted.profile),
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/catalogue")


@router.post("/catalogue/items")
def admit(form: FormSent) -> RedirectResponse:
    """Admit one item."""
    wanted = form.shaped(CatalogueItemForm)
    receipt = commands.admit(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        items=[commands.NewItem(wanted.code, wanted.title, wanted.category, wanted.sensitive)],
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/catalogue")


@router.post("/catalogue/withdrawals")
def withdraw(form: FormSent) -> RedirectResponse:
    """Withdraw one item; the form names it with the division that admitted it."""
    division, _, code = form.fields.get("item", "").partition(" ")
    wanted = shaped(ItemWithdrawalForm, {**form.fields, "division": division, "code": code})
    receipt = commands.withdraw(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        code=wanted.code,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at="/staff/catalogue")


@router.get("/caps")
def caps_page(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Every cap that was set, which of them hold today, and the administrator's form."""
    who.require("register")
    county, now = desk.app.log.division, today(desk.app)
    with desk.current(places, catalogues, caps) as conn:
        known = places.within(conn, county, on=now)
        found = caps.within(conn, county)
        items = catalogues.in_force(conn, county, on=now)
    values: dict[str, Any] = {
        "known": known,
        "places": {place.code: place.name for place in known},
        "caps": found,
        "in_force": _in_force(found, on=now),
        "kinds": words.CAP_KINDS,
        "classes": list(classes_of(items)),
        "today": now,
    }
    return show(request, desk, who, "caps.html", values)


@router.post("/caps")
def set_cap(form: FormSent) -> RedirectResponse:
    """Set one cap."""
    wanted = form.shaped(CapForm)
    receipt = cap_commands.set_cap(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        kind=wanted.kind,
        category=wanted.category,
        reports_max=wanted.reports_max,
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/caps")


def _by_class(items: Iterable[CatalogueItem]) -> dict[str, list[CatalogueItem]]:
    found: dict[str, list[CatalogueItem]] = {}
    for item in items:
        found.setdefault(item.category, []).append(item)
    return found


def _in_force(found: Iterable[Cap], *, on: date) -> set[str]:
    """The events in force on a day: of each division, kind and class the latest that has begun."""
    latest: dict[tuple[str, str, str | None], str] = {}
    for cap in found:
        if cap.since <= on:
            latest.setdefault((cap.division, cap.kind, cap.category), cap.event)
    return set(latest.values())
