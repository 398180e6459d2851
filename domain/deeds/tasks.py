"""Community tasks (社区任务): offered by the village, accepted by villagers, done, and confirmed by another person.

What must not be broken: who offered it, who did it and who wrote down that it was done do not confirm it. A mistake is
taken back with its reason, never overwritten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import assert_never
from uuid import UUID

from domain.kernel.deeds import (
    CALLING_OFF_REASONS,
    CORRECTION_REASONS,
    GIVING_UP_REASONS,
    SEATS_MAX,
    SENDING_BACK_REASONS,
    require_past,
    require_reason,
)
from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known


@event("task.offered/1")
class TaskOffered:
    """The village asks for something to be done by a day. `item`: the item of the points rule that it falls under.

    `seats`: how many persons can take it on; `title` and `place` are public and name nobody.
    """

    division: Division
    title: str
    place: str
    item: str
    due_on: date
    seats: int
    offerer_id: UUID


@event("task.accepted/1")
class TaskAccepted:
    """Somebody takes it on, from this day."""

    person_id: UUID
    accepted_on: date


@event("task.given_up/1")
class TaskGivenUp:
    """He gives it back; his place is free again."""

    person_id: UUID
    reason: str


@event("task.done/1")
class TaskDone:
    """He did it on this day, says `recorder_id`: he himself, or who wrote it down for him."""

    person_id: UUID
    done_on: date
    recorder_id: UUID


@event("task.sent_back/1")
class TaskSentBack:
    """Another person looked and does not confirm it, for a reason; he still has the task."""

    person_id: UUID
    sender_id: UUID
    reason: str


@event("task.confirmed/1")
class TaskConfirmed:
    """Another person confirms that he did it. Points follow by the rule that was in force on that day."""

    person_id: UUID
    confirmer_id: UUID


@event("task.confirmation_withdrawn/1")
class TaskConfirmationWithdrawn:
    """It was confirmed by mistake: it counts no more, and its points are reversed in the same append."""

    person_id: UUID
    withdrawer_id: UUID
    reason: str


@event("task.withdrawn/1")
class TaskWithdrawn:
    """The village asks for it no longer; what was done until then can still be confirmed."""

    reason: str


TaskEvent = (
    TaskOffered
    | TaskAccepted
    | TaskGivenUp
    | TaskDone
    | TaskSentBack
    | TaskConfirmed
    | TaskConfirmationWithdrawn
    | TaskWithdrawn
)


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part in a task. `status`: accepted, done, confirmed or annulled (a confirmation was taken back)."""

    status: str
    accepted_on: date
    done_on: date | None = None
    recorder_id: UUID | None = None
    confirmer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task and everybody's part in it."""

    division: Division
    item: str
    due_on: date
    seats: int
    offerer_id: UUID
    parts: Mapping[UUID, Part] = field(default_factory=lambda: MappingProxyType({}))
    withdrawn: bool = False


# Decide: what may happen, judged by the rules in force.


def offer(
    task: Task | None,
    *,
    division: Division,
    division_known: bool,
    title: str,
    place: str,
    item: str,
    item_in_force: bool,
    due_on: date,
    seats: int,
    today: date,
    actor_id: UUID,
) -> TaskOffered:
    """Offer a task; `item_in_force`: the points rule of the place lists the item today.

    Refused, in this order: `task.already_offered`, `place.unknown`, `deed.item_unknown`, `deed.seats_out_of_range`,
    `task.due_in_past`.
    """
    if task is not None:
        raise Refusal("task.already_offered")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if not item_in_force:
        raise Refusal("deed.item_unknown", item=item)
    if not 1 <= seats <= SEATS_MAX:
        raise Refusal("deed.seats_out_of_range", seats=seats, seats_max=SEATS_MAX)
    if due_on < today:
        raise Refusal("task.due_in_past", due_on=due_on)
    return TaskOffered(
        division=division, title=title, place=place, item=item, due_on=due_on, seats=seats, offerer_id=actor_id
    )


def accept(task: Task | None, *, person_id: UUID, person_known: bool, today: date) -> TaskAccepted:
    """Take a task on.

    Refused, in this order: `task.unknown`, `person.unknown`, `task.is_withdrawn`, `task.is_over`,
    `task.accepted_already`, `task.no_seat_left`, `chain.acted_twice` (nobody does what he offered).
    """
    existing = _open(_existing(task), person_known=person_known)
    if today > existing.due_on:
        raise Refusal("task.is_over", due_on=existing.due_on)
    if person_id in existing.parts:
        raise Refusal("task.accepted_already", status=existing.parts[person_id].status)
    if len(existing.parts) >= existing.seats:
        raise Refusal("task.no_seat_left", seats=existing.seats)
    require_distinct(person_id, acting_as="doer", acted=[("offerer", existing.offerer_id)])
    return TaskAccepted(person_id=person_id, accepted_on=today)


def give_up(task: Task | None, *, person_id: UUID, reason: str) -> TaskGivenUp:
    """Give a task back. Refused, in this order: `task.unknown`, `task.not_accepted`, `deed.reason_unknown`."""
    _accepted(_existing(task), person_id)
    require_reason(reason, of=GIVING_UP_REASONS)
    return TaskGivenUp(person_id=person_id, reason=reason)


def finish(task: Task | None, *, person_id: UUID, done_on: date, today: date, actor_id: UUID) -> TaskDone:
    """Say that it is done; the actor is who says so.

    Refused, in this order: `task.unknown`, `task.not_accepted`, `deed.day_in_future`, `task.done_before_accepted`.
    """
    part = _accepted(_existing(task), person_id)
    require_past(done_on, today=today)
    if done_on < part.accepted_on:
        raise Refusal("task.done_before_accepted", done_on=done_on, accepted_on=part.accepted_on)
    return TaskDone(person_id=person_id, done_on=done_on, recorder_id=actor_id)


def send_back(task: Task | None, *, person_id: UUID, actor_id: UUID, reason: str) -> TaskSentBack:
    """Do not confirm it. Refused, in this order: `task.unknown`, `task.not_done`, `deed.reason_unknown`,
    `chain.acted_twice`.
    """
    existing = _existing(task)
    part = _done(existing, person_id)
    require_reason(reason, of=SENDING_BACK_REASONS)
    _require_other(existing, person_id, part, actor_id=actor_id)
    return TaskSentBack(person_id=person_id, sender_id=actor_id, reason=reason)


def confirm(task: Task | None, *, person_id: UUID, actor_id: UUID) -> TaskConfirmed:
    """Confirm that he did it.

    Refused, in this order: `task.unknown`, `task.not_done`, `chain.acted_twice` (who offered it, did it, or wrote down
    that it was done).
    """
    existing = _existing(task)
    part = _done(existing, person_id)
    _require_other(existing, person_id, part, actor_id=actor_id)
    return TaskConfirmed(person_id=person_id, confirmer_id=actor_id)


def withdraw_confirmation(
    task: Task | None, *, person_id: UUID, actor_id: UUID, reason: str
) -> TaskConfirmationWithdrawn:
    """Take a confirmation back.

    Refused, in this order: `task.unknown`, `task.not_confirmed`, `deed.reason_unknown`, `chain.acted_twice` (he whose
    deed it is).
    """
    if (status := _status(_existing(task), person_id)) != "confirmed":
        raise Refusal("task.not_confirmed", status=status)
    require_reason(reason, of=CORRECTION_REASONS)
    require_distinct(actor_id, acting_as="withdrawer", acted=[("doer", person_id)])
    return TaskConfirmationWithdrawn(person_id=person_id, withdrawer_id=actor_id, reason=reason)


def withdraw(task: Task | None, *, reason: str) -> TaskWithdrawn:
    """Ask for it no longer. Refused, in this order: `task.unknown`, `task.is_withdrawn`, `deed.reason_unknown`."""
    _open(_existing(task), person_known=True)
    require_reason(reason, of=CALLING_OFF_REASONS)
    return TaskWithdrawn(reason=reason)


def _existing(task: Task | None) -> Task:
    if task is None:
        raise Refusal("task.unknown")
    return task


def _open(task: Task, *, person_known: bool) -> Task:
    if not person_known:
        raise Refusal("person.unknown")
    if task.withdrawn:
        raise Refusal("task.is_withdrawn")
    return task


def _status(task: Task, person_id: UUID) -> str | None:
    part = task.parts.get(person_id)
    return part.status if part is not None else None


def _accepted(task: Task, person_id: UUID) -> Part:
    if (status := _status(task, person_id)) != "accepted":
        raise Refusal("task.not_accepted", status=status)
    return task.parts[person_id]


def _done(task: Task, person_id: UUID) -> Part:
    if (status := _status(task, person_id)) != "done":
        raise Refusal("task.not_done", status=status)
    return task.parts[person_id]


def _require_other(task: Task, person_id: UUID, part: Part, *, actor_id: UUID) -> None:
    acted = [("doer", person_id), ("recorder", part.recorder_id), ("offerer", task.offerer_id)]
    require_distinct(actor_id, acting_as="confirmer", acted=acted)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(task: Task | None, event: TaskEvent) -> Task:
    """The task after an event."""
    match event:
        case TaskOffered():
            return Task(event.division, event.item, event.due_on, event.seats, event.offerer_id)
        case TaskAccepted():
            return _with(known(task), event.person_id, Part("accepted", event.accepted_on))
        case TaskGivenUp():
            before = known(task)
            left = {person: part for person, part in before.parts.items() if person != event.person_id}
            return replace(before, parts=MappingProxyType(left))
        case TaskDone():
            return _turned(task, event.person_id, "done", done_on=event.done_on, recorder_id=event.recorder_id)
        case TaskSentBack():
            return _turned(task, event.person_id, "accepted")
        case TaskConfirmed():
            part = known(task).parts[event.person_id]
            confirmed = replace(part, status="confirmed", confirmer_id=event.confirmer_id)
            return _with(known(task), event.person_id, confirmed)
        case TaskConfirmationWithdrawn():
            part = known(task).parts[event.person_id]
            return _with(known(task), event.person_id, replace(part, status="annulled"))
        case TaskWithdrawn():
            return replace(known(task), withdrawn=True)
        case _:
            assert_never(event)


def _turned(
    task: Task | None, person_id: UUID, status: str, *, done_on: date | None = None, recorder_id: UUID | None = None
) -> Task:
    before = known(task)
    return _with(before, person_id, Part(status, before.parts[person_id].accepted_on, done_on, recorder_id))


def _with(task: Task, person_id: UUID, part: Part) -> Task:
    return replace(task, parts=MappingProxyType({**task.parts, person_id: part}))
