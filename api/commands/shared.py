"""What commands share: who may do it there, and the states that several decisions read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from uuid import UUID

from api.context import App
from domain import authority, incidents, persons, places, tariffs
from domain.incidents import Incident
from domain.kernel.calendar import day_in_china
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import COUNTRY, Division, chain, contains
from domain.kernel.refusals import Refusal
from domain.persons import Person
from domain.tariffs import Tariffs
from journal.facts import Actor, Fact, Receipt
from journal.journal import Journal, Reading


class Placed(Protocol):
    """A state that belongs to a division."""

    @property
    def division(self) -> Division: ...


P = TypeVar("P", bound=Placed)


def person_stream(person_id: UUID) -> StreamName:
    """The stream of a person."""
    return stream_name("person", person_id)


@lru_cache(4_096)
def place_stream(code: Division) -> StreamName:
    """The stream of a division."""
    return stream_name("place", derived("place", code))


@lru_cache(4_096)
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
    """Refuse unless the actor's role may cause the event there on that day; his stream becomes part of the decision.

    A division that the county does not know is refused as such (`place.unknown`), not as one outside somebody's area.
    """
    person = read.state(person_stream(actor.person_id), persons.evolve)
    try:
        authority.require(
            person, role=actor.role, event_type=event_type, division=division, on=on, for_oneself=for_oneself
        )
    except Refusal as refusal:
        outside = refusal.code == "authority.outside_area" and event_type != "place.registered/1"
        if outside and not place_known(read, division):
            raise Refusal("place.unknown", division=division) from None
        raise
    assert person is not None  # noqa: S101 - `authority.require` has refused None
    return person


def require_anywhere(read: Reading, actor: Actor, event_type: str, *, on: date) -> Person:
    """The same for what somebody does by a right of his own, wherever his role has its area."""
    person = read.state(person_stream(actor.person_id), persons.evolve)
    held = person.roles_on(on) if person is not None else ()
    area = next((one.area for one in held if one.role == actor.role), COUNTRY)
    return require(read, actor, event_type, division=area, on=on)


def place_known(read: Reading | Journal, code: Division) -> bool:
    """Whether the county knows the division."""
    return read.state(place_stream(code), places.evolve) is not None


def place_valid(read: Reading, code: Division, on: date, *, county: Division) -> None:
    """Refuse what is to have happened at a code that was not valid on that day; `county` is the journal's own.

    Refused, in this order: `place.unknown`, `place.not_valid_on`.
    """
    below = lineage(code, county=county)
    found = read.states([place_stream(area) for area in below], places.evolve)
    places.require_valid([found[place_stream(area)] for area in below], code=code, county=county, on=on)


def lineage(code: Division, *, county: Division) -> list[Division]:
    """The code and those above it within the county, which itself is left out; the narrowest first."""
    return [code, *(area for area in chain(code)[1:] if area != county and contains(county, area))]


def places_known(read: Reading, codes: Iterable[Division]) -> dict[Division, bool]:
    """Which of the divisions the county knows, with one query."""
    found = {code: place_stream(code) for code in codes}
    states = read.states(found.values(), places.evolve)
    return {code: states[stream] is not None for code, stream in found.items()}


def known_incident(read: Reading, incident_id: UUID) -> Incident:
    """The incident's state. Refuses `incident.unknown`."""
    incident = read.state(incident_stream(incident_id), incidents.evolve)
    if incident is None:
        raise Refusal("incident.unknown")
    return incident


def tariffs_along(read: Reading, division: Division) -> list[Tariffs | None]:
    """The tariffs of the division and everything above it, narrowest first."""
    return tariffs_along_each(read, [division])[division]


def tariffs_along_each(read: Reading, divisions: Iterable[Division]) -> dict[Division, list[Tariffs | None]]:
    """The same for each of the divisions, with one query."""
    streams = {division: [tariff_stream(code) for code in chain(division)] for division in divisions}
    found = read.states({stream for along in streams.values() for stream in along}, tariffs.evolve)
    return {division: [found[stream] for stream in along] for division, along in streams.items()}


def record_next(
    app: App,
    *,
    actor: Actor,
    key: str,
    stream: StreamName,
    evolve: Callable[[P | None, Any], P],
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    unknown: Refusal,
    decided: Callable[[P], object],
) -> Receipt:
    """One more event of a stream, by whoever may cause it there. Refuses `unknown` where the stream has not begun."""

    def decide(read: Reading) -> Iterator[Fact]:
        state = read.state(stream, evolve)
        if state is None:
            raise unknown
        require(read, actor, event_type, division=state.division, on=on)
        yield Fact(stream, decided(state), on)

    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
