"""People on pages: who is known, in which roles and areas, and whether there is an account to pay them on.

Names are shown masked: the full ones stay in the vault, and no page of this kind opens it.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import county as commands
from api.commands import payee_accounts, roles
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.api_county import new_person_id
from api.staff.fields import Identifier
from api.staff.form_shapes import AccountForm, PersonForm, RoleForm
from api.staff.forms import FormSent, Sent, show
from api.staff.member_forms import AcknowledgementForm, CoolingForm, RoleEndingForm
from api.staff.office import Office
from api.staff.own_numbers import own_numbers
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import words
from api.web.paging import Shown, query
from api.web.routes import Routes
from domain.cooling import payable_from
from domain.dual_roles import dual_roles
from domain.kernel.refusals import Refusal
from projections import persons, places

router = Routes(prefix="/staff/persons", include_in_schema=False)

SHOWN_MAX = 50
ACCOUNT_FIELDS = ("holder", "number", "bank")


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    role: Annotated[str, Query(max_length=32)] = "",
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
) -> HTMLResponse:
    """The register, in the order in which people were registered, and the form for one more."""
    who.require("register")
    on, chosen = today(desk.app), role if role in words.ROLES else None
    with desk.current(persons) as conn:
        found = persons.register(conn, on=on, role=chosen, after=after, limit=SHOWN_MAX)
        total, passed = persons.registered(conn, on=on, role=chosen, after=after)
        held = persons.held(conn, [person.person_id for person in found], on=on)
    shown = Shown(total=total, first=passed + 1, count=len(found))
    values = {
        "people": found,
        "shown": shown,
        "held": held,
        "dual": {person_id: dual_roles((one.role, one.area) for one in ones) for person_id, ones in held.items()},
        "role": chosen,
        "next": query(role=chosen, after=found[-1].log_index) if shown.more else None,
        "cooling_days": payee_accounts.cooling_days(desk.app, on=on),
        "names": names_of(desk, [person.person_id for person in found]),
        "places": place_names(desk, {one.area for ones in held.values() for one in ones}),
        **_for_forms(desk, on),
    }
    return show(request, desk, who, "persons.html", values)


@router.post("")
def register(form: FormSent) -> RedirectResponse:
    """Make a person known with a first role, and an account if one is given."""
    wanted = form.shaped(PersonForm)
    person_id = new_person_id(form.app.journal.origin, form.who.person_id, form.key)
    given = any(form.fields.get(name) for name in ACCOUNT_FIELDS)
    new = commands.NewPerson(
        person_id=person_id,
        name=wanted.name,
        role=wanted.role,
        area=wanted.area,
        since=wanted.since,
        account=_account(form) if given else None,
        department=wanted.department,
    )
    receipt = commands.register_persons(form.app, actor=form.actor, key=form.key, new=[new], on=form.on)
    return form.done(receipt, at=_at(person_id))


@router.get("/{person_id}")
def page(request: Request, person_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """One person: every role held and to be held, the keys, the version of the account, and the next steps."""
    who.require("register")
    with desk.current(persons) as conn:
        person = persons.one(conn, person_id)
        if person is None:
            raise Refusal("person.unknown")
        held, keys = persons.roles_of(conn, person_id), persons.keys_of(conn, person_id)
        today_held = persons.held(conn, [person_id], on=today(desk.app)).get(person_id, [])
    values: dict[str, Any] = {
        "person": person,
        "roles": held,
        "dual": dual_roles((one.role, one.area) for one in today_held),
        "keys": keys,
        "name": names_of(desk, [person_id])[person_id],
        "own_number": own_numbers(desk, [person_id])[person_id],
        "places": place_names(desk, {one.area for one in held}),
        "payable_from": _payable_from(desk, person),
        **_for_forms(desk, today(desk.app)),
    }
    return show(request, desk, who, "person.html", values)


@router.post("/{person_id}/roles")
def grant(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """Give a known person one more role."""
    wanted = form.shaped(RoleForm)
    receipt = commands.grant_role(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=person_id,
        role=wanted.role,
        area=wanted.area,
        since=wanted.since,
        until=wanted.until,
        department=wanted.department,
        on=form.on,
    )
    return form.done(receipt, at=_at(person_id))


@router.post("/{person_id}/payee-account")
def set_account(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """Set the account that a person is paid on from now."""
    version = form.shaped(AccountForm).version
    receipt = commands.set_payee_account(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=person_id,
        version=version,
        account=_account(form),
        on=form.on,
    )
    return form.done(receipt, at=_at(person_id))


@router.post("/{person_id}/roles/end")
def end_role(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """End a role in an area after a day."""
    wanted = form.shaped(RoleEndingForm)
    receipt = roles.end_role(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=person_id,
        role=wanted.role,
        area=wanted.area,
        last_day=wanted.last_day,
        on=form.on,
    )
    return form.done(receipt, at=_at(person_id))


@router.post("/{person_id}/payee-account/acknowledgement")
def acknowledge_account(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """Say that a change of account is right, so that it is paid on at once."""
    version = form.shaped(AcknowledgementForm).version
    receipt = payee_accounts.acknowledge_account(
        form.app, actor=form.actor, key=form.key, person_id=person_id, version=version, on=form.on
    )
    return form.done(receipt, at=_at(person_id))


@router.post("/cooling")
def set_cooling(form: FormSent) -> RedirectResponse:
    """Set for how many days a changed account waits."""
    wanted = form.shaped(CoolingForm)
    receipt = payee_accounts.set_cooling(
        form.app,
        actor=form.actor,
        key=form.key,
        days=wanted.days,
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/persons")


def _account(form: Sent) -> commands.Account:
    given = form.shaped(AccountForm)
    return commands.Account(given.holder, given.number, given.bank)


def _for_forms(desk: Office, on: date) -> dict[str, Any]:
    """The divisions to choose from."""
    with desk.current(places) as conn:
        return {"known": places.within(conn, desk.app.log.division, on=on), "today": on}


def _payable_from(desk: Office, person: persons.Person) -> date | None:
    """The first day on which a changed account may be paid on, while that has not come."""
    on = today(desk.app)
    first_day = payable_from(
        version=person.account_version or 1,
        set_on=person.account_set_on,
        acknowledged=person.account_acknowledged == person.account_version,
        days=payee_accounts.cooling_days(desk.app, on=on),
    )
    return first_day if first_day is not None and on < first_day else None


def _at(person_id: UUID) -> str:
    return f"/staff/persons/{person_id}"
