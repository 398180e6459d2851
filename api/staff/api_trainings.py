"""The register of trainings over JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from api.commands import trainings as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.fields import Code, CommandKey, Identifier, Reason
from api.staff.office import Office
from api.staff.register_shapes import AttendanceWithdrawal, NewAttendances, NewTraining
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from domain.trainings import Attendance
from projections import trainings
from projections.trainings import Result, Training

router = Routes(prefix="/api/v1", tags=["培训"])


class TrainingPage(BaseModel):
    """A training and every result, also those withdrawn."""

    training: Training
    results: list[Result]


class Held(BaseModel):
    """The new training's id, and the receipt."""

    training_id: UUID
    receipt: ReceiptGiven


@router.get("/trainings", operation_id="listTrainings", summary="培训")
def list_trainings(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    level: Annotated[Reason | None, Query(description="培训层级：before_duty、on_duty、backbone；不给就是全部")] = None,
) -> list[Training]:
    """The trainings of an area, the latest first."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        return trainings.listing(conn, who.area(desk, area), level=level)


@router.post("/trainings", status_code=201, responses=once(Held), operation_id="holdTraining", summary="登记培训")
def hold(wanted: NewTraining, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Held:
    """Record a training that took place. Its id follows from the caller and the Idempotency-Key."""
    training_id = new_training_id(desk, who, key)
    receipt = commands.hold(
        desk.app, actor=who.actor, key=key, new=training_of(wanted, training_id), on=today(desk.app)
    )
    return Held(training_id=training_id, receipt=recorded(desk, receipt, response))


@router.get("/trainings/{training_id}", operation_id="readTraining", summary="一次培训")
def read_training(training_id: Identifier, desk: Desk, who: ByToken) -> TrainingPage:
    """A training and who came."""
    return training_page(desk, who, training_id)


@router.post(
    "/trainings/{training_id}/attendances",
    responses=RECORDED,
    operation_id="recordAttendance",
    summary="登记参训结果",
)
def record_attendance(
    training_id: Identifier, wanted: NewAttendances, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Record who came and with which result; members who passed become trained members."""
    attendances = [Attendance(one.person_id, one.result) for one in wanted.attendances]
    receipt = commands.record_attendance(
        desk.app, actor=who.actor, key=key, training_id=training_id, attendances=attendances, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post(
    "/trainings/{training_id}/withdrawals",
    responses=RECORDED,
    operation_id="withdrawAttendance",
    summary="撤回参训结果",
)
def withdraw(
    training_id: Identifier,
    wanted: AttendanceWithdrawal,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Take back one person's result that was recorded by mistake."""
    receipt = commands.withdraw_attendance(
        desk.app,
        actor=who.actor,
        key=key,
        training_id=training_id,
        person_id=wanted.person_id,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def new_training_id(desk: Office, who: Acting, key: str) -> UUID:
    """The id of the training registered with this key: a second attempt meets the first."""
    return derived("training", desk.app.journal.origin, who.person_id, key)


def training_of(wanted: NewTraining, training_id: UUID) -> commands.NewTraining:
    """A training as the command takes it."""
    return commands.NewTraining(
        training_id=training_id,
        title=wanted.title,
        level=wanted.level,
        division=wanted.division,
        held_on=wanted.held_on,
        place=wanted.place,
        minutes=wanted.minutes,
        organiser=wanted.organiser,
        trainer_id=wanted.trainer_id,
    )


def training_page(desk: Office, who: Acting, training_id: UUID) -> TrainingPage:
    """A training with its results. Refuses `access.*`, `training.unknown`."""
    who.require("register")
    with desk.current(trainings) as conn:
        training = trainings.one(conn, training_id)
        if training is None:
            raise Refusal("training.unknown")
        who.require_area(training.division)
        return TrainingPage(training=training, results=trainings.results(conn, training_id))
