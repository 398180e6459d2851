"""What the county sets up, on pages: what a report earns there, and the money for a year.

Everybody of the county sees it; the forms are the administrator's, and the command judges whose they are.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import budgets
from api.commands import county as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.classes import classes_of
from api.staff.fields import Identifier
from api.staff.form_shapes import AdjustmentForm, AppropriationForm, BandForm, TariffForm
from api.staff.forms import FormSent, show
from api.web.routes import Routes
from domain.kernel.money import Fen
from projections import catalogues, places, tariffs
from projections.tariffs import Band, Tariff

router = Routes(prefix="/staff", include_in_schema=False)

Dated = TypeVar("Dated", Tariff, Band)


@router.get("/tariffs")
def earnings(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Every band and tariff that was set, which of them are in force, and the forms for new ones."""
    who.require("register")
    county, on = desk.app.log.division, today(desk.app)
    with desk.current(places, tariffs, catalogues) as conn:
        items = catalogues.in_force(conn, county, on=on)
        known = places.within(conn, county, on=on)
        bands, earned = tariffs.bands_within(conn, county), tariffs.tariffs_within(conn, county)
    values: dict[str, Any] = {
        "known": known,
        "places": {place.code: place.name for place in known},
        "bands": bands,
        "tariffs": earned,
        "in_force": _in_force(bands, on=on) | _in_force(earned, on=on),
        "items": items,
        "titles": {item.code: item.title for item in items},
        "categories": list(classes_of(items)),
        "tomorrow": on + timedelta(days=1),
    }
    return show(request, desk, who, "tariffs.html", values)


@router.post("/tariffs/bands")
def set_band(form: FormSent) -> RedirectResponse:
    """Set the band that every tariff in a division must lie in."""
    wanted = form.shaped(BandForm)
    receipt = commands.set_band(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        min_fen=Fen(wanted.min_fen),
        max_fen=Fen(wanted.max_fen),
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/tariffs")


@router.post("/tariffs")
def set_tariff(form: FormSent) -> RedirectResponse:
    """Set what a valid report in a division earns."""
    wanted = form.shaped(TariffForm)
    receipt = commands.set_tariff(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        item=wanted.item,
        category=wanted.category,
        amount_fen=Fen(wanted.amount_fen),
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/tariffs")


@router.post("/budget")
def appropriate(form: FormSent) -> RedirectResponse:
    """Record money for a year's rewards; the budget page lists it."""
    wanted = form.shaped(AppropriationForm)
    receipt = budgets.appropriate(
        form.app,
        actor=form.actor,
        key=form.key,
        year=wanted.year,
        document=wanted.document,
        amount_fen=Fen(wanted.amount_fen),
        purpose=budgets.named(form.app, wanted.project, wanted.spending_class),
        funds=wanted.funds,
        chart=wanted.chart,
        on=form.on,
    )
    return form.done(receipt, at="/staff/budget")


@router.post("/budget/{budget_id}/adjust")
def adjust_budget(budget_id: Identifier, form: FormSent) -> RedirectResponse:
    """Give a budget more by a later document, or take back what nobody was promised."""
    wanted = form.shaped(AdjustmentForm)
    receipt = budgets.adjust(
        form.app,
        actor=form.actor,
        key=form.key,
        budget=budget_id,
        document=wanted.document,
        amount_fen=Fen(wanted.amount_fen),
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at="/staff/budget")


@router.post("/budget/{budget_id}/close")
def close_budget(budget_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let what is still available lapse; what was promised is still paid."""
    receipt = budgets.close(form.app, actor=form.actor, key=form.key, budget=budget_id, on=form.on)
    return form.done(receipt, at="/staff/budget")


def _in_force(found: Iterable[Dated], *, on: date) -> set[str]:
    """The events in force on a day: of each division (and item or category), the latest that has begun."""
    latest: dict[tuple[str, str | None, str | None], str] = {}
    for one in found:
        item, category = (one.item, one.category) if isinstance(one, Tariff) else (None, None)
        if one.since <= on:
            latest.setdefault((one.division, item, category), one.event)
    return set(latest.values())
