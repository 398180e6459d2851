"""The cooling period of changed payee accounts, and the second person who says that a change is right."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from api.commands.shared import person_stream, require
from api.context import App
from domain import cooling, persons
from domain.kernel.ids import StreamName, stream_name
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def cooling_stream(app: App) -> StreamName:
    """The stream of the county's cooling periods."""
    return stream_name("cooling", cooling.cooling_id(app.log.division))


def cooling_days(app: App, *, on: date, read: Reading | None = None) -> int:
    """For how many days a changed account waits, by what is in force on a day; read by the decision that asks."""
    state = (app.journal if read is None else read).state(cooling_stream(app), cooling.evolve)
    return state.days(on) if state is not None else 0


def set_cooling(app: App, *, actor: Actor, key: str, days: int, since: date, document: str, on: date) -> Receipt:
    """Set for how many days a changed account waits, from a day on."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "cooling.set/1", division=app.log.division, on=on)
        event = cooling.set_cooling(
            read.state(cooling_stream(app), cooling.evolve),
            division=app.log.division,
            days=days,
            since=since,
            document=document,
        )
        yield Fact(cooling_stream(app), event, on)

    inputs = {"command": "cooling.set", "days": days, "since": since.isoformat(), "document": document}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def acknowledge_account(app: App, *, actor: Actor, key: str, person_id: UUID, version: int, on: date) -> Receipt:
    """Say that the change to this version is right, so that it is paid on without waiting; a second person does."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "person.payee_account_acknowledged/1", division=app.log.division, on=on)
        event = persons.acknowledge_account(
            read.state(person_stream(person_id), persons.evolve),
            person_id=person_id,
            actor_id=actor.person_id,
            version=version,
        )
        yield Fact(person_stream(person_id), event, on)

    inputs = {"command": "person.acknowledge_account", "person": str(person_id), "version": version}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
