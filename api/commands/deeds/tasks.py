"""Community tasks: offering one, taking it on, doing it; another person's confirmation brings the points."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.account_holders import require_apart
from api.commands.deeds.shared import Kind, item_in_force, serves
from api.commands.points import Deed, Points
from api.commands.shared import place_known, require
from api.context import App
from domain.deeds import tasks
from domain.deeds.tasks import Task
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.states import known
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def task_stream(task_id: UUID) -> StreamName:
    """The stream of a task."""
    return stream_name("task", task_id)


TASK: Final[Kind[Task]] = Kind("task_id", task_stream, tasks.evolve, unknown=lambda: Refusal("task.unknown"))


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to offer; title and place are public and name nobody."""

    task_id: UUID
    division: Division
    title: str
    place: str
    item: str
    due_on: date
    seats: int


def offer(app: App, *, actor: Actor, key: str, new: NewTask, on: date) -> Receipt:
    """Offer a task to the villagers of a place."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "task.offered/1", division=new.division, on=on)
        points = Points(app, read, actor)
        event = tasks.offer(
            read.state(task_stream(new.task_id), tasks.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            title=new.title,
            place=new.place,
            item=new.item,
            item_in_force=item_in_force(points, new.item, division=new.division, on=on),
            due_on=new.due_on,
            seats=new.seats,
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(task_stream(new.task_id), event, on)

    inputs = {
        "command": "task.offer",
        "task_id": str(new.task_id),
        "division": new.division,
        "title": new.title,
        "place": new.place,
        "item": new.item,
        "due_on": new.due_on.isoformat(),
        "seats": new.seats,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def accept(app: App, *, actor: Actor, key: str, task_id: UUID, person_id: UUID, on: date) -> Receipt:
    """Take a task on, for oneself; staff write it down for whoever has no telephone."""

    def decided(read: Reading, task: Task) -> Iterator[Fact]:
        event = tasks.accept(task, person_id=person_id, person_known=serves(read, person_id), today=on)
        require_apart(read, task.offerer_id, acting_as="offerer", earners=[person_id], days=[on])
        yield Fact(task_stream(task_id), event, on)

    return TASK.step(
        app,
        task_id,
        actor=actor,
        key=key,
        event_type="task.accepted/1",
        inputs={"command": "task.accept", "person_id": str(person_id)},
        on=on,
        decided=decided,
        person_id=person_id,
    )


def give_up(app: App, *, actor: Actor, key: str, task_id: UUID, person_id: UUID, reason: str, on: date) -> Receipt:
    """Give a task back."""

    def decided(_read: Reading, task: Task) -> Iterator[Fact]:
        yield Fact(task_stream(task_id), tasks.give_up(task, person_id=person_id, reason=reason), on)

    return TASK.step(
        app,
        task_id,
        actor=actor,
        key=key,
        event_type="task.given_up/1",
        inputs={"command": "task.give_up", "person_id": str(person_id), "reason": reason},
        on=on,
        decided=decided,
        person_id=person_id,
    )


def finish(app: App, *, actor: Actor, key: str, task_id: UUID, person_id: UUID, done_on: date, on: date) -> Receipt:
    """Say that a task is done."""

    def decided(read: Reading, task: Task) -> Iterator[Fact]:
        event = tasks.finish(task, person_id=person_id, done_on=done_on, today=on, actor_id=actor.person_id)
        if actor.person_id != person_id:
            days = {done_on, on}
            require_apart(read, actor.person_id, acting_as="recorder", earners=[person_id], days=days)
        yield Fact(task_stream(task_id), event, on)

    return TASK.step(
        app,
        task_id,
        actor=actor,
        key=key,
        event_type="task.done/1",
        inputs={"command": "task.finish", "person_id": str(person_id), "done_on": done_on.isoformat()},
        on=on,
        decided=decided,
        person_id=person_id,
    )


def send_back(app: App, *, actor: Actor, key: str, task_id: UUID, person_id: UUID, reason: str, on: date) -> Receipt:
    """Look at it, and not confirm it."""

    def decided(read: Reading, task: Task) -> Iterator[Fact]:
        event = tasks.send_back(task, person_id=person_id, actor_id=actor.person_id, reason=reason)
        _require_neutral(read, actor, task, person_id, on)
        yield Fact(task_stream(task_id), event, on)

    return TASK.step(
        app,
        task_id,
        actor=actor,
        key=key,
        event_type="task.sent_back/1",
        inputs={"command": "task.send_back", "person_id": str(person_id), "reason": reason},
        on=on,
        decided=decided,
    )


def confirm(app: App, *, actor: Actor, key: str, task_id: UUID, person_id: UUID, on: date) -> Receipt:
    """Confirm that somebody did it: his points come in the same append."""

    def decided(read: Reading, task: Task) -> Iterator[Fact]:
        event = tasks.confirm(task, person_id=person_id, actor_id=actor.person_id)
        _require_neutral(read, actor, task, person_id, on)
        yield Fact(task_stream(task_id), event, on)
        deed = Deed(
            item=task.item,
            division=task.division,
            on=known(task.parts[person_id].done_on),
            cause=task_stream(task_id),
            quantity=1,
            person_id=person_id,
        )
        confirmed = read.next_event(task_stream(task_id))
        yield from Points(app, read, actor).grant_for(deed, on=on, cause=confirmed)

    return TASK.step(
        app,
        task_id,
        actor=actor,
        key=key,
        event_type="task.confirmed/1",
        inputs={"command": "task.confirm", "person_id": str(person_id)},
        on=on,
        decided=decided,
    )


def withdraw_confirmation(
    app: App, *, actor: Actor, key: str, task_id: UUID, person_id: UUID, reason: str, on: date
) -> Receipt:
    """Take a confirmation back: its points are reversed in the same append."""

    def decided(read: Reading, task: Task) -> Iterator[Fact]:
        event = tasks.withdraw_confirmation(task, person_id=person_id, actor_id=actor.person_id, reason=reason)
        yield Fact(task_stream(task_id), event, on)
        yield from Points(app, read, actor).reverse_for(
            cause=task_stream(task_id),
            person_id=person_id,
            reason=reason,
            on=on,
            after=read.next_event(task_stream(task_id)),
        )

    return TASK.step(
        app,
        task_id,
        actor=actor,
        key=key,
        event_type="task.confirmation_withdrawn/1",
        inputs={"command": "task.withdraw_confirmation", "person_id": str(person_id), "reason": reason},
        on=on,
        decided=decided,
    )


def withdraw(app: App, *, actor: Actor, key: str, task_id: UUID, reason: str, on: date) -> Receipt:
    """Offer a task no longer."""

    def decided(_read: Reading, task: Task) -> Iterator[Fact]:
        yield Fact(task_stream(task_id), tasks.withdraw(task, reason=reason), on)

    return TASK.step(
        app,
        task_id,
        actor=actor,
        key=key,
        event_type="task.withdrawn/1",
        inputs={"command": "task.withdraw", "reason": reason},
        on=on,
        decided=decided,
    )


def _require_neutral(read: Reading, actor: Actor, task: Task, person_id: UUID, on: date) -> None:
    """Neither on the day it was done nor today of the doer's household: the points may go there."""
    days = {known(task.parts[person_id].done_on), on}
    require_apart(read, actor.person_id, acting_as="confirmer", earners=[person_id], days=days)
