"""Ending a role: whoever holds it acts in it no longer after a day, or not at all where it was to begin later."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from api.commands.shared import person_stream, require
from api.context import App
from domain import persons
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def end_role(
    app: App, *, actor: Actor, key: str, person_id: UUID, role: str, area: Division, last_day: date, on: date
) -> Receipt:
    """End a role in an area; an administrator ends no role of his own, so that the last one cannot lock everybody out.

    Refuses `person.ends_own_role`, `person.day_in_past`, and what `persons.end_role` refuses.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "person.role_ended/1", division=area, on=on)
        if person_id == actor.person_id:
            raise Refusal("person.ends_own_role", role=role)
        if last_day < on:
            raise Refusal("person.day_in_past", day=last_day)
        person = read.state(person_stream(person_id), persons.evolve)
        events = persons.end_roles(person, role=role, area=area, last_day=last_day)
        for event in events or [persons.end_role(person, role=role, area=area, last_day=last_day)]:
            yield Fact(person_stream(person_id), event, on)

    inputs = {
        "command": "person.end_role",
        "person": str(person_id),
        "role": role,
        "area": area,
        "last_day": last_day.isoformat(),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
