"""培训: what was taught to whom, with which result; a member who passed is a trained member in the same step."""

from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import trainings as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.api_trainings import training_of, training_page
from api.staff.fields import After, Identifier
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.staff.register_forms import TrainingForm, attendances
from api.staff.register_shapes import AttendanceWithdrawal
from api.staff.texts import names_of
from api.web import register_words
from api.web.paging import cut, query
from api.web.routes import Routes
from domain.kernel.ids import derived
from domain.trainings import Attendance
from projections import persons, places, trainings

router = Routes(prefix="/staff/trainings", include_in_schema=False)

SHOWN_MAX = 100
TAUGHT = ("member", "grid_worker", "grid_leader")
"""The roles whose holders are offered for attendance."""


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie, after: After = None) -> HTMLResponse:
    """The trainings of the role's area, the latest first, and the form for one more."""
    who.require("register")
    area, on = who.areas[0], today(desk.app)
    with desk.current(trainings, places) as conn:
        everything = trainings.listing(conn, area)
        known = places.within(conn, area, on=on)
    found, shown = cut(everything, name=lambda training: training.training_id, after=after, size=SHOWN_MAX)
    values = {
        "trainings": found,
        "shown": shown,
        "next": query(after=found[-1].training_id) if shown.more else None,
        "known": known,
        "places": place_names(desk, {training.division for training in found}),
        "today": on,
        "said": register_words,
    }
    return show(request, desk, who, "trainings.html", values)


@router.post("")
def hold(form: FormSent) -> RedirectResponse:
    """Record a training."""
    wanted = form.shaped(TrainingForm)
    training_id = derived("training", form.app.journal.origin, form.who.person_id, form.key)
    receipt = commands.hold(form.app, actor=form.actor, key=form.key, new=training_of(wanted, training_id), on=form.on)
    return form.done(receipt, at=_at(training_id))


@router.get("/{training_id}")
def page(request: Request, training_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A training, its results, and the people of its area who have none yet."""
    found = training_page(desk, who, training_id)
    training = found.training
    done = {result.person_id for result in found.results if result.withdrawn_on is None}
    with desk.current(persons, trainings) as conn:
        held = [
            role
            for taught in TAUGHT
            for role in persons.holders(conn, taught, area=training.division, on=today(desk.app))
        ]
    others = {role.person_id: role for role in held if role.person_id not in {*done, training.trainer_id}}
    offered = list(others.values())[:SHOWN_MAX]
    attended = [result.person_id for result in found.results]
    people = [training.recorded_by, training.trainer_id, *attended, *(role.person_id for role in offered)]
    values: dict[str, Any] = {
        "page": found,
        "training": training,
        "offered": offered,
        "left_out": len(others) - len(offered),
        "names": names_of(desk, people),
        "places": place_names(desk, {training.division, *(role.area for role in offered)}),
        "said": register_words,
    }
    return show(request, desk, who, "training.html", values)


@router.post("/{training_id}/attendances")
def attend(training_id: Identifier, form: FormSent) -> RedirectResponse:
    """Record the results that were chosen."""
    given = [Attendance(one.person_id, one.result) for one in attendances(form.fields)]
    receipt = commands.record_attendance(
        form.app, actor=form.actor, key=form.key, training_id=training_id, attendances=given, on=form.on
    )
    return form.done(receipt, at=_at(training_id))


@router.post("/{training_id}/withdrawals")
def withdraw(training_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take one result back."""
    wanted = form.shaped(AttendanceWithdrawal)
    receipt = commands.withdraw_attendance(
        form.app,
        actor=form.actor,
        key=form.key,
        training_id=training_id,
        person_id=wanted.person_id,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(training_id))


def _at(training_id: UUID) -> str:
    return f"/staff/trainings/{training_id}"
