"""Erasing a person on pages, in two steps: why, and by which rule; then once more, with what it does in full.

What must not be broken: nothing is recorded before the second step, whose form says what will be recorded and what
destroyed, and wants the beginning of the person's number typed.
"""

from typing import Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.erasure import erase_person
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.erasure_shapes import Confirmed, Erasure
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.texts import names_of
from api.web.routes import Routes
from domain.kernel.erasure import ERASURE_REASONS
from domain.kernel.refusals import Refusal
from projections import persons

router = Routes(prefix="/staff/persons/{person_id}/erasure", include_in_schema=False)

CONFIRM_CHARS: Final = 8


@router.get("")
def begin(request: Request, person_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The first step: the reason and the rule."""
    values = {**_person(desk, who, person_id), "reasons": sorted(ERASURE_REASONS)}
    return show(request, desk, who, "erasure.html", values)


@router.post("/check")
def check(request: Request, person_id: Identifier, form: FormSent) -> HTMLResponse:
    """The second step shown: nothing is recorded yet."""
    wanted = form.shaped(Erasure)
    if wanted.reason not in ERASURE_REASONS:
        raise Refusal("person.erasure_reason_unknown", reason=wanted.reason)
    values = {**_person(form.desk, form.who, person_id), "wanted": wanted, "beginning": _beginning(person_id)}
    return show(request, form.desk, form.who, "erasure_check.html", values)


@router.post("")
def erase(person_id: Identifier, form: FormSent) -> RedirectResponse:
    """Record it and destroy. Refuses `form.not_confirmed`, and what the command refuses."""
    wanted = form.shaped(Confirmed)
    if wanted.confirm.strip().lower() != _beginning(person_id):
        raise Refusal("form.not_confirmed")
    done = erase_person(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=person_id,
        reason=wanted.reason,
        legal_basis=wanted.legal_basis,
        on=form.on,
    )
    return form.done(done.receipt, at=f"/staff/persons/{person_id}")


def _person(desk: Office, who: Acting, person_id: UUID) -> dict[str, Any]:
    """The person, for whoever may erase one. Refuses `access.may_not_read`, `person.unknown`, `person.erased`."""
    if who.role != "administrator":
        raise Refusal("access.may_not_read", role=who.role)
    with desk.current(persons) as conn:
        person = persons.one(conn, person_id)
    if person is None:
        raise Refusal("person.unknown")
    if person.erased_on is not None:
        raise Refusal("person.erased")
    return {"person": person, "name": names_of(desk, [person_id])[person_id]}


def _beginning(person_id: UUID) -> str:
    return str(person_id)[:CONFIRM_CHARS]
