"""Whoever passed a training is a trained member: where the register of trainings meets the members' own streams."""

from datetime import date
from typing import Final
from uuid import UUID

from domain.kernel.ids import EventName
from domain.members import Member, MemberTrained, train
from domain.trainings import Attendance, Training

POINTS_ITEM: Final = "training"
"""The item of the points rule that a training which was passed falls under, where the rule lists it."""

_SERVING = ("vetted", "appointed", "suspended")


def trained_by(
    training: Training, attendance: Attendance, *, record: EventName, member: Member | None, actor_id: UUID, on: date
) -> MemberTrained | None:
    """What follows for a member from his result; None where nothing does.

    Nothing follows for whoever did not pass, is no member (staff are trained too), was taught this already, or was not
    taught what comes before duty. `record` is the event of the attendance, which causes this one. Refused as
    `members.train`, where the member may not be the one who records it.
    """
    if attendance.result != "passed" or member is None or member.status not in _SERVING:
        return None
    level, day = training.level, training.held_on
    if any(earlier == level and (level == "before_duty" or then == day) for earlier, then in member.trained):
        return None
    if level != "before_duty" and not member.trained_before(day):
        return None
    return train(member, actor_id=actor_id, level=level, trained_on=day, on=on, document=record)
