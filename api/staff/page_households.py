"""Households on pages: those of a village, who belongs to each since when, and the next steps."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import households as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.api_county import new_person_id
from api.staff.api_households import HouseholdPage, page_of
from api.staff.deeds_read import household_numbers
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, Sent, show
from api.staff.member_forms import HeadForm, HouseholdForm, JoiningForm
from api.staff.member_shapes import Departure
from api.staff.office import Office
from api.staff.own_numbers import own_numbers
from api.staff.page_today import place_names
from api.staff.people_named import named
from api.staff.texts import names_of
from api.web import deed_words, words
from api.web.paging import Shown, query
from api.web.routes import Routes
from domain import authority
from domain.households import household_id as id_of
from domain.kernel.places import level
from projections import households, places, points_shares, titles

router = Routes(prefix="/staff/households", include_in_schema=False)

SHOWN_MAX: Final = 100


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | None, Query()] = None,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
) -> HTMLResponse:
    """The households of an area as they stand today, and the form for one more."""
    who.require("households")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(households, places) as conn:
        found = households.within(conn, within, on=on, after=after, limit=SHOWN_MAX)
        total, passed = households.counted(conn, within, after=after)
        known = places.within(conn, who.areas[0], on=on)
    shown = Shown(total=total, first=passed + 1, count=len(found))
    values = {
        "households": found,
        "shown": shown,
        "area": within,
        "known": known,
        "villages": [place for place in known if level(place.code) == "village"],
        "next": query(area=within, after=found[-1].log_index) if shown.more else None,
        "names": names_of(desk, (one.head_id for one in found)),
        "places": place_names(desk, {one.division for one in found}),
        "said": words,
        "today": on,
        "may": authority.may(who.role, "household.registered/1"),
    }
    return show(request, desk, who, "households.html", values)


@router.post("")
def register(form: FormSent) -> RedirectResponse:
    """Register a household, with its head if he is named."""
    wanted = form.shaped(HouseholdForm)
    joinings = [_joining(form, head=True)] if form.fields.get("name") or form.fields.get("person_id") else []
    receipt = commands.register(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        reference=wanted.reference,
        joinings=joinings,
        on=form.on,
    )
    return form.done(receipt, at=_at(id_of(wanted.division, wanted.reference)))


@router.get("/{household_id}")
def page(request: Request, household_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """One household: who belongs and belonged to it, its heads, and the next steps."""
    shown, on = page_of(desk, who, household_id), today(desk.app)
    here = {one.person_id for one in shown.persons if one.since <= on and (one.until is None or on <= one.until)}
    people = [one.person_id for one in shown.persons]
    values: dict[str, Any] = {
        "page": shown,
        "household": shown.household,
        "numbers": own_numbers(desk, [household_id, *people]),
        "present": [one for one in shown.persons if one.until is None],
        "names": names_of(desk, [*people, *(one.head_id for one in shown.heads)]),
        "places": place_names(desk, {shown.household.division}),
        "said": words,
        "today": on,
        "may": authority.may(who.role, "household.person_joined/1"),
        "lives_there": who.person_id in here,
        **_shares(desk, who, shown),
    }
    return show(request, desk, who, "household.html", values)


@router.post("/{household_id}/persons")
def join(household_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let somebody belong to it."""
    joining = _joining(form, head=bool(form.fields.get("head")))
    receipt = commands.join(
        form.app, actor=form.actor, key=form.key, household_id=household_id, joinings=[joining], on=form.on
    )
    return form.done(receipt, at=_at(household_id))


@router.post("/{household_id}/departures")
def leave(household_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let somebody belong to it no longer."""
    wanted = form.shaped(Departure)
    receipt = commands.leave(
        form.app,
        actor=form.actor,
        key=form.key,
        household_id=household_id,
        person_id=wanted.person_id,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(household_id))


@router.post("/{household_id}/head")
def name_head(household_id: Identifier, form: FormSent) -> RedirectResponse:
    """Name who speaks for it."""
    wanted = form.shaped(HeadForm)
    receipt = commands.name_head(
        form.app,
        actor=form.actor,
        key=form.key,
        household_id=household_id,
        head_id=wanted.person_id,
        since=wanted.since,
        on=form.on,
    )
    return form.done(receipt, at=_at(household_id))


def _shares(desk: Office, who: Acting, shown: HouseholdPage) -> dict[str, Any]:
    """What was agreed about the household's points, its titles, and where its people can move to."""
    household_id = shown.household.household_id
    with desk.current(points_shares, titles, places) as conn:
        shares = points_shares.of_holder(conn, household_id)
        held = titles.of_household(conn, household_id)
        known = places.within(conn, who.areas[0], on=today(desk.app))
    other = {one.giver_id if one.taker_id == household_id else one.taker_id for one in shares}
    clerks = [one for share in shares for one in (share.agreed_by, share.proposer_id, share.decided_by)]
    givers = [one.giver_id for one in shares if one.giver_kind == "person"]
    return {
        "shares": shares,
        "titles": held,
        "villages": [place for place in known if level(place.code) == "village"],
        "houses": household_numbers(desk, other),
        "clerks": names_of(desk, [*clerks, *givers]),
        "deeds": deed_words,
        "may_share": authority.may(who.role, "points_share.proposed/1"),
    }


def _joining(form: Sent, *, head: bool) -> commands.Joining:
    """Somebody who joins: known by his id, or new by his name."""
    fields = {name: value for name, value in form.fields.items() if name != "head"}
    wanted = named(Sent(form.desk, form.who, form.key, fields), "person_id").shaped(JoiningForm)
    return commands.Joining(
        person_id=wanted.person_id or new_person_id(form.app.journal.origin, form.who.person_id, form.key),
        since=wanted.since,
        reason=wanted.reason,
        name=wanted.name,
        head=head,
    )


def _at(household_id: UUID) -> str:
    return f"/staff/households/{household_id}"
