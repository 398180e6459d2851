"""Recording trainings and who passed them; a member who passed is a trained member in the same append.

Whoever passed has his points in the same append too, where the points rule lists trainings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.account_holders import require_apart
from api.commands.deeds.shared import quantity_of
from api.commands.duty import member_stream
from api.commands.points import Deed, Points
from api.commands.shared import person_stream, place_known, require
from api.context import App
from domain import members, persons, trainings
from domain.kernel.ids import EventName, StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.persons import Person
from domain.training_policies import POINTS_ITEM, trained_by
from domain.trainings import Attendance, Training
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def training_stream(training_id: UUID) -> StreamName:
    """The stream of a training."""
    return stream_name("training", training_id)


@dataclass(frozen=True, slots=True)
class NewTraining:
    """A training that took place."""

    training_id: UUID
    title: str
    level: str
    division: Division
    held_on: date
    place: str
    minutes: int
    organiser: str
    trainer_id: UUID | None = None


def hold(app: App, *, actor: Actor, key: str, new: NewTraining, on: date) -> Receipt:
    """Record a training."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "training.held/1", division=new.division, on=on)
        event = trainings.hold(
            read.state(training_stream(new.training_id), trainings.evolve),
            title=new.title,
            level=new.level,
            division=new.division,
            division_known=place_known(read, new.division),
            held_on=new.held_on,
            today=on,
            place=new.place,
            minutes=new.minutes,
            organiser=new.organiser,
            trainer_id=new.trainer_id,
            trainer_known=new.trainer_id is not None and _is_there(read, new.trainer_id),
        )
        yield Fact(training_stream(new.training_id), event, on)

    inputs = {
        "command": "training.hold",
        "training_id": str(new.training_id),
        "title": new.title,
        "level": new.level,
        "division": new.division,
        "held_on": new.held_on.isoformat(),
        "place": new.place,
        "minutes": new.minutes,
        "organiser": new.organiser,
        "trainer_id": str(new.trainer_id) if new.trainer_id is not None else None,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def record_attendance(
    app: App, *, actor: Actor, key: str, training_id: UUID, attendances: Sequence[Attendance], on: date
) -> Receipt:
    """Record results, all or none; each member who passed gets what follows for him, caused by this record."""

    def decide(read: Reading) -> Iterator[Fact]:
        if not attendances:
            return  # the journal refuses what records nothing
        stream = training_stream(training_id)
        training = _known(read, training_id)
        require(read, actor, "training.attendance_recorded/1", division=training.division, on=on)
        people = read.states([person_stream(one.person_id) for one in attendances], persons.evolve)
        unknown = sum(not _serves(person) for person in people.values())
        event = trainings.record_attendance(
            training, actor_id=actor.person_id, attendances=attendances, unknown=unknown
        )
        earners = [one.person_id for one in attendances if one.result == "passed"]
        days = {training.held_on, on}
        require_apart(read, actor.person_id, acting_as="registrar", earners=earners, days=days)
        record = read.next_event(stream)
        yield Fact(stream, event, on)
        members_of = read.states([member_stream(one.person_id) for one in attendances], members.evolve)
        for one in attendances:
            member = members_of[member_stream(one.person_id)]
            trained = trained_by(training, one, record=record, member=member, actor_id=actor.person_id, on=on)
            if trained is not None and member is not None:
                require(read, actor, "member.trained/1", division=member.area, on=on)
                yield Fact(member_stream(one.person_id), trained, on, cause=record)
        yield from _points_of(Points(app, read, actor), training, attendances, stream=stream, record=record, on=on)

    inputs = {
        "command": "training.record_attendance",
        "training_id": str(training_id),
        "attendances": [[str(one.person_id), one.result] for one in attendances],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def withdraw_attendance(
    app: App, *, actor: Actor, key: str, training_id: UUID, person_id: UUID, reason: str, on: date
) -> Receipt:
    """Take one person's result back, and his points for it.

    That he counts as a trained member stays; only the members' office changes that.
    """
    stream = training_stream(training_id)

    def decide(read: Reading) -> Iterator[Fact]:
        training = _known(read, training_id)
        require(read, actor, "training.attendance_withdrawn/1", division=training.division, on=on)
        event = trainings.withdraw_attendance(training, actor_id=actor.person_id, person_id=person_id, reason=reason)
        withdrawn = read.next_event(stream)
        yield Fact(stream, event, on)
        points = Points(app, read, actor)
        yield from points.reverse_for(cause=stream, person_id=person_id, reason=reason, on=on, after=withdrawn)

    inputs = {
        "command": "training.withdraw_attendance",
        "training_id": str(training_id),
        "person_id": str(person_id),
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _points_of(
    points: Points,
    training: Training,
    attendances: Sequence[Attendance],
    *,
    stream: StreamName,
    record: EventName,
    on: date,
) -> Iterator[Fact]:
    """The points of those who passed, by the rule of the day of the training."""
    place, day = training.division, training.held_on
    quantity = quantity_of(points, POINTS_ITEM, division=place, on=day, minutes=training.minutes)
    deeds = [
        Deed(POINTS_ITEM, place, day, cause=stream, quantity=quantity, person_id=one.person_id)
        for one in attendances
        if one.result == "passed"
    ]
    points.prepare(deeds)
    for deed in deeds:
        yield from points.grant_for(deed, on=on, cause=record)


def _known(read: Reading, training_id: UUID) -> Training:
    training = read.state(training_stream(training_id), trainings.evolve)
    if training is None:
        raise Refusal("training.unknown")
    return training


def _is_there(read: Reading, person_id: UUID) -> bool:
    return _serves(read.state(person_stream(person_id), persons.evolve))


def _serves(person: Person | None) -> bool:
    """Whether somebody is registered and was not erased."""
    return person is not None and not person.erased
