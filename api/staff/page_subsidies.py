"""补贴: programmes with their standards, lists of who gets how much, and the second person's word on each version."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import subsidies as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.deeds_read import household_numbers
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.staff.property_done import Asked, list_step, programme_of, programme_step
from api.staff.property_forms import ProgrammeForm, ProgrammeStepForm, SubsidyListStepForm
from api.staff.property_read import list_page, programme_page
from api.staff.texts import names_of
from api.web import property_words
from api.web.paging import query
from api.web.routes import Routes
from domain import authority
from domain.kernel.sending_back import REASONS
from domain.subsidies.programmes import programme_id as id_of
from projections import places, subsidies

router = Routes(prefix="/staff/subsidies", include_in_schema=False)

SHOWN_MAX: Final = 50
LINES_SHOWN: Final = 100


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | None, Query()] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> HTMLResponse:
    """The programmes that run in an area, the lists there, and the form for a programme."""
    who.require("property")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(subsidies, places) as conn:
        programmes = subsidies.programmes(conn, within, on=on)
        waiting = subsidies.listing(conn, within, status="waiting")
        lists = subsidies.listing(conn, within, before=before, limit=SHOWN_MAX)
        known = places.within(conn, who.areas[0], on=on)
    values: dict[str, Any] = {
        "programmes": programmes,
        "waiting": waiting,
        "lists": lists,
        "area": within,
        "known": known,
        "places": place_names(
            desk, {one.division for one in programmes} | {one.division for one in (*waiting, *lists)}
        ),
        "next": query(area=area, before=lists[-1].log_index) if len(lists) == SHOWN_MAX else None,
        "today": on,
        "may_publish": authority.may(who.role, "subsidy_programme.published/1"),
        "may_list": authority.may(who.role, "subsidy_list.proposed/1"),
        "said": property_words,
    }
    return show(request, desk, who, "subsidies.html", values)


@router.post("/programmes")
def publish(form: FormSent) -> RedirectResponse:
    """Publish a programme."""
    wanted = form.shaped(ProgrammeForm)
    receipt = commands.publish(form.app, actor=form.actor, key=form.key, new=programme_of(wanted), on=form.on)
    return form.done(receipt, at=f"/staff/subsidies/programmes/{id_of(wanted.division, wanted.reference)}")


@router.get("/programmes/{programme_id}")
def programme(request: Request, programme_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A programme, every standard that it had, and its lists in the role's area."""
    found = programme_page(desk, who, programme_id)
    with desk.current(subsidies) as conn:
        lists = subsidies.listing(conn, who.areas[0], programme_id=programme_id, limit=SHOWN_MAX)
    values: dict[str, Any] = {
        "programme": found.programme,
        "standards": found.standards,
        "lists": lists,
        "places": place_names(desk, {found.programme.division, *(one.division for one in lists)}),
        "today": today(desk.app),
        "may": who.covers(found.programme.division) and authority.may(who.role, "subsidy_programme.standard_set/1"),
        "may_list": authority.may(who.role, "subsidy_list.proposed/1"),
        "said": property_words,
    }
    return show(request, desk, who, "subsidy_programme.html", values)


@router.post("/programmes/{programme_id}/steps")
def record_programme_step(programme_id: Identifier, form: FormSent) -> RedirectResponse:
    """Set another standard, or end it."""
    wanted = form.shaped(ProgrammeStepForm)
    receipt = programme_step(Asked(form.app, form.actor, form.key, programme_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/subsidies/programmes/{programme_id}")


@router.get("/lists/{list_id}")
def list_(
    request: Request,
    list_id: Identifier,
    desk: Desk,
    who: ByCookie,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    after: Annotated[Identifier | None, Query()] = None,
) -> HTMLResponse:
    """A version of a list, its lines, and the second person's word."""
    found = list_page(desk, who, list_id, version=version, after=after, limit=LINES_SHOWN)
    shown = found.version
    people = [one.payee_id for one in found.lines if one.kind == "person"]
    houses: list[UUID] = [one.payee_id for one in found.lines if one.kind == "household"]
    acted = [shown.proposer_id, *([shown.decider_id] if shown.decider_id is not None else [])]
    whole = len(found.lines) < LINES_SHOWN
    values: dict[str, Any] = {
        "list": shown,
        "lines": found.lines,
        "versions": found.versions,
        "names": names_of(desk, [*people, *acted]),
        "houses": household_numbers(desk, houses),
        "places": place_names(desk, {shown.division}),
        "next": None if whole else query(version=shown.version, after=found.lines[-1].payee_id),
        "may": lambda event_type: authority.may(who.role, event_type),
        "reasons": sorted(REASONS),
        "said": property_words,
    }
    return show(request, desk, who, "subsidy_list.html", values)


@router.post("/lists/{list_id}/steps")
def record_list_step(list_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm the version that waits, or send it back."""
    wanted = form.shaped(SubsidyListStepForm)
    receipt = list_step(Asked(form.app, form.actor, form.key, list_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/subsidies/lists/{list_id}")
