"""Members on pages: who applied, who is appointed, suspended or gone; one member's file and the next steps.

Names are masked; whoever deals with members may open a name and a phone, and that is recorded.
"""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import members as commands
from api.commands.county import Account
from api.commands.shared import today
from api.member_importing import IMPORTERS
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.api_county import new_person_id
from api.staff.fields import Code, Identifier
from api.staff.form_shapes import AccountForm
from api.staff.forms import FormSent, Sent, show
from api.staff.member_file import contact_of, dual_roles, file_of
from api.staff.member_forms import ApplicationForm, AppointmentForm, TrainingForm, VettingForm, picked
from api.staff.member_shapes import ExitGiven, ReinstatementGiven, SuspensionGiven
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import words
from api.web.paging import Shown, query
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal
from domain.members import VETTING_REASONS
from projections import members, persons, places
from projections.members import Member

router = Routes(prefix="/staff/members", include_in_schema=False)

SHOWN_MAX: Final = 100
ACCOUNT_FIELDS: Final = ("holder", "number", "bank")


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    status: Annotated[str, Query(max_length=32)] = "",
    area: Annotated[Code | None, Query()] = None,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
) -> HTMLResponse:
    """The members and applicants of an area by status, with what can be done for many at once."""
    who.require("members")
    on, within = today(desk.app), who.area(desk, area)
    chosen = status if status in words.MEMBER_STATUSES else None
    with desk.current(members, places) as conn:
        found = members.listing(conn, within, on=on, status=chosen, after=after, limit=SHOWN_MAX)
        total, passed = members.listed(conn, within, on=on, status=chosen, after=after)
        counts = members.counts(conn, within, on=on)
        known = places.within(conn, who.areas[0], on=on)
    shown = Shown(total=total, first=passed + 1, count=len(found))
    values = {
        "members": found,
        "shown": shown,
        "counts": counts,
        "status": chosen,
        "area": within,
        "known": known,
        "next": query(status=status, area=within, after=found[-1].log_index) if shown.more else None,
        "names": names_of(desk, (member.person_id for member in found)),
        "places": place_names(desk, {member.area for member in found}),
        "other": _other_roles(desk, found, on),
        "dual": sum(map(bool, dual_roles(desk, within).values())),
        "imports": who.role in IMPORTERS,
        **_for_steps(who, on),
    }
    return show(request, desk, who, "members.html", values)


@router.get("/apply")
def application(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The form of an application: one's own, or written down for somebody. Refuses `authority.role_may_not`."""
    if not authority.may(who.role, "member.applied/1"):
        raise Refusal("authority.role_may_not", role=who.role, event_type="member.applied/1")
    with desk.current(places) as conn:
        known = places.within(conn, who.areas[0], on=today(desk.app))
    may_set = authority.may(who.role, "person.payee_account_set/1")
    oneself = (who.role, "member.applied/1") in authority.ONLY_FOR_ONESELF
    values = {"known": known, "words": words, "may_set_account": may_set, "oneself": oneself}
    return show(request, desk, who, "member_application.html", values)


@router.post("")
def apply(form: FormSent) -> RedirectResponse:
    """Record an application; the box for oneself names the applicant."""
    oneself = {"person_id": str(form.who.person_id), "name": ""} if form.fields.get("oneself") else {}
    fields = {**form.fields, **oneself}
    wanted = Sent(form.desk, form.who, form.key, fields).shaped(ApplicationForm)
    given = any(form.fields.get(name) for name in ACCOUNT_FIELDS)
    account = form.shaped(AccountForm) if given else None
    person_id = wanted.person_id or new_person_id(form.app.journal.origin, form.who.person_id, form.key)
    new = commands.Application(
        person_id=person_id,
        area=wanted.area,
        occupation=wanted.occupation,
        phone=wanted.phone,
        name=wanted.name,
        account=Account(account.holder, account.number, account.bank) if account else None,
    )
    receipt = commands.apply(form.app, actor=form.actor, key=form.key, applications=[new], on=form.on)
    return form.done(receipt, at=_at(person_id) if form.who.may("members") else "/staff/members/apply")


@router.post("/vettings")
def vet(form: FormSent) -> RedirectResponse:
    """Say whether the ticked applications pass."""
    chosen, reason = _picked(form), form.shaped(VettingForm).reason
    receipt = commands.vet(
        form.app,
        actor=form.actor,
        key=form.key,
        person_ids=chosen,
        passed=VETTING_REASONS.get(reason, True),
        reason=reason,
        on=form.on,
    )
    return form.done(receipt, at=_back(chosen))


@router.post("/appointments")
def appoint(form: FormSent) -> RedirectResponse:
    """Appoint the ticked applicants."""
    chosen, wanted = _picked(form), form.shaped(AppointmentForm)
    appointments = [
        commands.Appointment(
            person_id=person_id,
            since=wanted.since,
            until=wanted.until,
            acknowledged=tuple(filter(None, wanted.acknowledged.split(","))),
            document=wanted.document,
        )
        for person_id in chosen
    ]
    receipt = commands.appoint(form.app, actor=form.actor, key=form.key, appointments=appointments, on=form.on)
    return form.done(receipt, at=_back(chosen))


@router.post("/trainings")
def train(form: FormSent) -> RedirectResponse:
    """Record that the ticked members were trained."""
    chosen, wanted = _picked(form), form.shaped(TrainingForm)
    receipt = commands.train(
        form.app,
        actor=form.actor,
        key=form.key,
        person_ids=chosen,
        level=wanted.level,
        trained_on=wanted.trained_on,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at=_back(chosen))


@router.get("/{person_id}")
def page(
    request: Request,
    person_id: Identifier,
    desk: Desk,
    who: ByCookie,
    opened: Annotated[int, Query(alias="open", ge=0, le=1)] = 0,
) -> HTMLResponse:
    """One member: every step with its author and proof, his roles and households, and the next steps."""
    file = file_of(desk, who, person_id)
    involved = [person_id, *(step.by_id for step in file.steps)]
    on = today(desk.app)
    values: dict[str, Any] = {
        "file": file,
        "member": file.member,
        "contact": contact_of(desk, who, person_id) if opened else None,
        "names": names_of(desk, involved),
        "places": place_names(desk, {file.member.area, *(one.area for one in file.roles)}),
        "oneself": who.person_id == person_id,
        **_for_steps(who, on),
    }
    return show(request, desk, who, "member.html", values)


@router.post("/{person_id}/suspension")
def suspend(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let a member report nothing for a time."""
    wanted = form.shaped(SuspensionGiven)
    receipt = commands.suspend(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=person_id,
        reason=wanted.reason,
        since=wanted.since,
        until=wanted.until,
        on=form.on,
    )
    return form.done(receipt, at=_at(person_id))


@router.post("/{person_id}/reinstatement")
def reinstate(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """End a suspension."""
    since = form.shaped(ReinstatementGiven).since
    receipt = commands.reinstate(form.app, actor=form.actor, key=form.key, person_id=person_id, since=since, on=form.on)
    return form.done(receipt, at=_at(person_id))


@router.post("/{person_id}/exit")
def leave(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """End a membership."""
    wanted = form.shaped(ExitGiven)
    receipt = commands.leave(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=person_id,
        reason=wanted.reason,
        last_day=wanted.last_day,
        on=form.on,
    )
    return form.done(receipt, at=_at(person_id))


def _for_steps(who: Acting, on: date) -> dict[str, Any]:
    """What the acting role may do, and the lists to choose from."""
    kinds = ("applied", "vetted", "appointed", "trained", "suspended", "reinstated", "exited")
    return {
        "may": {kind: authority.may(who.role, f"member.{kind}/1") for kind in kinds},
        "said": words,
        "passes": VETTING_REASONS,
        "today": on,
    }


def _other_roles(desk: Office, found: list[Member], on: date) -> dict[UUID, list[str]]:
    """The other roles of those who are listed, from today's roles; who has none is left out."""
    with desk.current(persons) as conn:
        held = persons.held(conn, [member.person_id for member in found], on=on)
    roles = {person_id: sorted({one.role for one in ones if one.role != "member"}) for person_id, ones in held.items()}
    return {person_id: names for person_id, names in roles.items() if names}


def _picked(form: Sent) -> list[UUID]:
    """The ticked persons; a form without one is malformed."""
    chosen = picked(form.fields)
    if not chosen:
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("person_ids",), "msg": "请至少选一人", "input": ""}]
        )
    return chosen


def _back(chosen: list[UUID]) -> str:
    return _at(chosen[0]) if len(chosen) == 1 else "/staff/members"


def _at(person_id: UUID) -> str:
    return f"/staff/members/{person_id}"
