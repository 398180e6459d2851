"""公开办法: how an area discloses: how often, for how long, with which names, and how soon objections are answered."""

from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from api.commands.disclosing import settling
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.disclosing_done import settings_of
from api.staff.disclosing_forms import SettingsForm, settings_shape
from api.staff.fields import Code
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.web import disclosing_words
from api.web.routes import Routes
from domain import authority
from domain.kernel.disclosed import FREQUENCIES, KINDS, NAMES
from projections import disclosure_queries, disclosures, places

router = Routes(prefix="/staff/disclosure-settings", include_in_schema=False)

PATH: Final = "/staff/disclosure-settings"


@router.get("")
def page(request: Request, desk: Desk, who: ByCookie, area: Annotated[Code | None, Query()] = None) -> HTMLResponse:
    """What holds in a place, by which order, and the form for a new version."""
    who.require("disclosures")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(disclosures, places) as conn:
        settled = disclosure_queries.settings(conn, [within])
        known = places.within(conn, who.areas[0], on=on)
    rules = settled.on(within, on)
    values: dict[str, Any] = {
        "rules": rules,
        "by_kind": {kind: rules.of(kind) for kind in KINDS},
        "made": {area: made for area, made in settled.by_division.items() if made},
        "area": within,
        "known": known,
        "places": place_names(desk, {within, *settled.by_division}),
        "frequencies": FREQUENCIES,
        "names_words": NAMES,
        "today": on,
        "may_settle": authority.may(who.role, "disclosure_settings.made/1"),
        "said": disclosing_words,
    }
    return show(request, desk, who, "disclosure_settings.html", values)


@router.post("")
def make_settings(form: FormSent) -> RedirectResponse:
    """Settle how an area discloses."""
    try:
        wanted = settings_shape(form.fields, form.shaped(SettingsForm))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    receipt = settling.make(form.app, actor=form.actor, key=form.key, new=settings_of(wanted), on=form.on)
    return form.done(receipt, at=PATH)
