"""What commands share: who may do it there, and the states that several decisions read."""

from datetime import date
from uuid import UUID

from api.context import App
from domain import authority, incidents, persons, places, tariffs
from domain.incidents import Incident
from domain.kernel.calendar import day_in_china
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division, chain
from domain.kernel.refusals import Refusal
from domain.persons import Person
from domain.tariffs import Tariffs
from journal.facts import Actor
from journal.journal import Reading


def person_stream(person_id: UUID) -> StreamName:
    """The stream of a person."""
    return stream_name("person", person_id)


def place_stream(code: Division) -> StreamName:
    """The stream of a division."""
    return stream_name("place", derived("place", code))


def tariff_stream(code: Division) -> StreamName:
    """The stream of a division's tariffs."""
    return stream_name("tariff", derived("tariff", code))


def incident_stream(incident_id: UUID) -> StreamName:
    """The stream of an incident."""
    return stream_name("incident", incident_id)


def reward_id_of(incident_id: UUID) -> UUID:
    """The one reward that an incident can have."""
    return derived("reward", incident_id)


def reward_stream(reward_id: UUID) -> StreamName:
    """The stream of a reward."""
    return stream_name("reward", reward_id)


def today(app: App) -> date:
    """The day of the clock, in China."""
    return day_in_china(app.journal.now())


def require(
    read: Reading, actor: Actor, event_type: str, *, division: Division, on: date, for_oneself: bool = True
) -> Person:
    """Refuse unless the actor's role may cause the event there on that day; his stream becomes part of the decision."""
    person = read.state(person_stream(actor.person_id), persons.evolve)
    authority.require(person, role=actor.role, event_type=event_type, division=division, on=on, for_oneself=for_oneself)
    assert person is not None  # noqa: S101 - `authority.require` has refused None
    return person


def place_known(read: Reading, code: Division) -> bool:
    """Whether the county knows the division."""
    return read.state(place_stream(code), places.evolve) is not None


def known_incident(read: Reading, incident_id: UUID) -> Incident:
    """The incident's state. Refuses `incident.unknown`."""
    incident = read.state(incident_stream(incident_id), incidents.evolve)
    if incident is None:
        raise Refusal("incident.unknown")
    return incident


def tariffs_along(read: Reading, division: Division) -> list[Tariffs | None]:
    """The tariffs of the division and everything above it, narrowest first."""
    streams = [tariff_stream(code) for code in chain(division)]
    found = read.states(streams, tariffs.evolve)
    return [found[stream] for stream in streams]
