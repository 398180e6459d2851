"""Trainings (培训): what was taught to whom on which day, who came, and with which result.

Three levels lead to duty: before it, on it, and for the backbone. What must not be broken: a person has one result in
a training; a mistake is withdrawn with its reason and recorded anew, never overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

LEVELS = ("before_duty", "on_duty", "backbone")
RESULTS = frozenset({"passed", "failed", "absent"})
WITHDRAWAL_REASONS = frozenset({"wrong_person", "wrong_result", "not_held"})
MINUTES_MAX = 60_000


@dataclass(frozen=True, slots=True)
class Attendance:
    """How one person did: passed, failed or absent."""

    person_id: UUID
    result: str


@event("training.held/1")
class TrainingHeld:
    """A training took place. `organiser` is the body that gave it; `trainer_id` a registered person, if one did.

    `level`: before_duty, on_duty or backbone (岗前、岗上、骨干).
    """

    title: str
    level: str
    division: Division
    held_on: date
    place: str
    minutes: int
    organiser: str
    trainer_id: UUID | None = None


@event("training.attendance_recorded/1")
class TrainingAttendanceRecorded:
    """Who came, and with which result; a long list comes in several."""

    attendances: tuple[Attendance, ...]


@event("training.attendance_withdrawn/1")
class TrainingAttendanceWithdrawn:
    """One person's result was recorded by mistake; it counts no more, and can be recorded anew."""

    person_id: UUID
    reason: str


TrainingEvent = TrainingHeld | TrainingAttendanceRecorded | TrainingAttendanceWithdrawn


@dataclass(frozen=True, slots=True)
class Training:
    """A training and the results so far, by person."""

    level: str
    division: Division
    held_on: date
    minutes: int
    trainer_id: UUID | None
    results: tuple[Attendance, ...] = ()

    def result_of(self, person_id: UUID) -> str | None:
        """A person's result, None without one."""
        return next((one.result for one in self.results if one.person_id == person_id), None)


# Decide: what may happen, judged by the rules in force.


def hold(
    training: Training | None,
    *,
    title: str,
    level: str,
    division: Division,
    division_known: bool,
    held_on: date,
    today: date,
    place: str,
    minutes: int,
    organiser: str,
    trainer_id: UUID | None,
    trainer_known: bool,
) -> TrainingHeld:
    """Record a training that took place.

    Refused, in this order: `training.already_recorded`, `place.unknown`, `training.level_unknown`,
    `training.held_in_future`, `training.minutes_out_of_range`, `person.unknown`.
    """
    if training is not None:
        raise Refusal("training.already_recorded")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if level not in LEVELS:
        raise Refusal("training.level_unknown", level=level)
    if held_on > today:
        raise Refusal("training.held_in_future", held_on=held_on)
    if not 1 <= minutes <= MINUTES_MAX:
        raise Refusal("training.minutes_out_of_range", minutes=minutes)
    if trainer_id is not None and not trainer_known:
        raise Refusal("person.unknown")
    return TrainingHeld(
        title=title,
        level=level,
        division=division,
        held_on=held_on,
        place=place,
        minutes=minutes,
        organiser=organiser,
        trainer_id=trainer_id,
    )


def record_attendance(
    training: Training | None, *, actor_id: UUID, attendances: Sequence[Attendance], unknown: int
) -> TrainingAttendanceRecorded:
    """Record who came and with which result; `unknown`: how many of them are not registered (or were erased).

    Refused, in this order: `training.unknown`, `training.result_unknown`, `person.unknown`,
    `training.attendee_is_trainer`, `training.result_recorded`, `chain.acted_twice` (nobody attests his own result).
    """
    held = _existing(training)
    for one in attendances:
        if one.result not in RESULTS:
            raise Refusal("training.result_unknown", result=one.result)
    if unknown:
        raise Refusal("person.unknown")
    seen: set[UUID] = set()
    for one in attendances:
        if one.person_id == held.trainer_id:
            raise Refusal("training.attendee_is_trainer", person_id=one.person_id)
    for one in attendances:
        if one.person_id in seen or held.result_of(one.person_id) is not None:
            raise Refusal("training.result_recorded", person_id=one.person_id)
        seen.add(one.person_id)
    _require_other(actor_id, seen)
    return TrainingAttendanceRecorded(attendances=tuple(attendances))


def withdraw_attendance(
    training: Training | None, *, actor_id: UUID, person_id: UUID, reason: str
) -> TrainingAttendanceWithdrawn:
    """Take one person's result back.

    Refused, in this order: `training.unknown`, `training.no_result`, `training.reason_unknown`, `chain.acted_twice`.
    """
    if _existing(training).result_of(person_id) is None:
        raise Refusal("training.no_result", person_id=person_id)
    if reason not in WITHDRAWAL_REASONS:
        raise Refusal("training.reason_unknown", reason=reason)
    _require_other(actor_id, {person_id})
    return TrainingAttendanceWithdrawn(person_id=person_id, reason=reason)


def _require_other(actor_id: UUID, people: set[UUID]) -> None:
    if actor_id in people:
        raise Refusal("chain.acted_twice", person_id=actor_id, acted_as="attendee", acting_as="registrar")


def _existing(training: Training | None) -> Training:
    if training is None:
        raise Refusal("training.unknown")
    return training


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(training: Training | None, event: TrainingEvent) -> Training:
    """The training after an event."""
    match event:
        case TrainingHeld():
            return Training(event.level, event.division, event.held_on, event.minutes, event.trainer_id)
        case TrainingAttendanceRecorded():
            before = known(training)
            return replace(before, results=(*before.results, *event.attendances))
        case TrainingAttendanceWithdrawn():
            before = known(training)
            return replace(before, results=tuple(one for one in before.results if one.person_id != event.person_id))
        case _:
            assert_never(event)
