"""Who came and with which result; whoever passed and is a member is a trained one, and nobody attests himself."""

from dataclasses import replace
from datetime import date

import pytest

from domain import members, trainings
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.refusals import Refusal
from domain.members import MemberApplied, MemberTrained, MemberVetted
from domain.training_policies import trained_by
from domain.trainings import (
    Attendance,
    TrainingAttendanceRecorded,
    TrainingAttendanceWithdrawn,
    TrainingHeld,
)
from tests.domain.samples import CLERK, GRID_WORKER, OFFICER, OTHER_RIDER, RIDER, TEXT, TODAY, TOWNSHIP
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(trainings.evolve)

DAY = date(2026, 11, 10)
HELD = TrainingHeld(
    title="岗前培训第一期",
    level="before_duty",
    division=TOWNSHIP,
    held_on=DAY,
    place="街道会议室",
    minutes=180,
    organiser="县委党校",
    trainer_id=GRID_WORKER,
)
PASSED, FAILED = Attendance(RIDER, "passed"), Attendance(OTHER_RIDER, "failed")
RECORDED = TrainingAttendanceRecorded(attendances=(PASSED,))
WITHDRAWN = TrainingAttendanceWithdrawn(person_id=RIDER, reason="wrong_result")
RECORD = event_name(stream_name("training", derived("test", "training")), 2)

HOLD_FACTS = {
    "title": HELD.title,
    "level": "before_duty",
    "division": TOWNSHIP,
    "division_known": True,
    "held_on": DAY,
    "today": TODAY,
    "place": HELD.place,
    "minutes": 180,
    "organiser": HELD.organiser,
    "trainer_id": GRID_WORKER,
    "trainer_known": True,
}
TABLES = (
    Table(
        trainings.evolve,
        trainings.hold,
        (),
        HOLD_FACTS,
        [
            row("training.already_recorded", given=(HELD,)),
            row("place.unknown", division_known=False),
            row("training.level_unknown", level="expert"),
            row("training.held_in_future", held_on=date(2026, 11, 23)),
            row("training.minutes_out_of_range", minutes=0),
            row("training.minutes_out_of_range", minutes=60_001),
            row("person.unknown", trainer_known=False),
        ],
    ),
    Table(
        trainings.evolve,
        trainings.record_attendance,
        (HELD, RECORDED),
        {"actor_id": OFFICER, "attendances": (FAILED,), "unknown": 0},
        [
            row("training.unknown", given=()),
            row("training.result_unknown", attendances=(Attendance(GRID_WORKER, "slept"),)),
            row("person.unknown", unknown=1),
            row("training.attendee_is_trainer", attendances=(PASSED, Attendance(GRID_WORKER, "passed"))),
            row("training.result_recorded", attendances=(FAILED, FAILED), actor_id=OTHER_RIDER),
            row("training.result_recorded", attendances=(PASSED,), actor_id=RIDER),
            row("chain.acted_twice", actor_id=OTHER_RIDER),
        ],
    ),
    Table(
        trainings.evolve,
        trainings.withdraw_attendance,
        (HELD, RECORDED),
        {"actor_id": OFFICER, "person_id": RIDER, "reason": "wrong_result"},
        [
            row("training.unknown", given=()),
            row("training.no_result", person_id=OTHER_RIDER),
            row("training.no_result", given=(HELD, RECORDED, WITHDRAWN)),
            row("training.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
)


def test_a_training_without_a_registered_trainer_names_its_organiser():
    given().when(trainings.hold, **{**HOLD_FACTS, "trainer_id": None, "trainer_known": False}).then(
        replace(HELD, trainer_id=None)
    )


def test_what_was_withdrawn_can_be_recorded_anew():
    facts = {"actor_id": OFFICER, "attendances": (replace(PASSED, result="absent"),), "unknown": 0}
    outcome = given(HELD, RECORDED, WITHDRAWN).when(trainings.record_attendance, **facts)
    outcome.then(TrainingAttendanceRecorded(attendances=(Attendance(RIDER, "absent"),)))


APPLIED = MemberApplied(person_id=RIDER, area=TOWNSHIP, occupation="courier", phone=TEXT)
VETTED = MemberVetted(vetter_id=CLERK, passed=True, reason="meets_conditions")
TAUGHT = MemberTrained(level="before_duty", trained_on=date(2026, 11, 1), trainer_id=OFFICER)


def follows(*events, result="passed", level="before_duty", actor_id=OFFICER):
    training = trainings.evolve(None, replace(HELD, level=level))
    member = scenarios(members.evolve)(*events).state
    return trained_by(training, Attendance(RIDER, result), record=RECORD, member=member, actor_id=actor_id, on=TODAY)


def test_a_member_who_passed_is_trained_and_the_record_is_named():
    expected = MemberTrained(level="before_duty", trained_on=DAY, trainer_id=OFFICER, document=RECORD)
    assert follows(APPLIED, VETTED) == expected
    assert follows(APPLIED, VETTED, TAUGHT, level="backbone") == replace(expected, level="backbone")


@pytest.mark.parametrize(
    ("events", "changes"),
    [
        ((), {}),  # staff are taught too
        ((APPLIED,), {}),  # not looked into yet
        ((APPLIED, VETTED), {"result": "failed"}),
        ((APPLIED, VETTED), {"result": "absent"}),
        ((APPLIED, VETTED), {"level": "on_duty"}),  # what comes before duty comes first
        ((APPLIED, VETTED, TAUGHT), {}),  # once is enough
        ((APPLIED, VETTED, TAUGHT, replace(TAUGHT, level="on_duty", trained_on=DAY)), {"level": "on_duty"}),
    ],
)
def test_for_anybody_else_nothing_follows(events, changes):
    assert follows(*events, **changes) is None


def test_a_member_cannot_be_made_a_trained_one_by_himself():
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        follows(APPLIED, VETTED, actor_id=RIDER)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
