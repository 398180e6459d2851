"""Residences: the one household that a person belongs to, held on the person's own side.

What must not be broken: one stream a person, written in the append that writes the household's. Whoever moves somebody
into a second household meets the first here, also when two clerks do it at the same moment.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from domain.kernel.states import known


@event("residence.taken/1")
class ResidenceTaken:
    """The person belongs to the household from this day on."""

    person_id: UUID
    household_id: UUID
    since: date


@event("residence.given_up/1")
class ResidenceGivenUp:
    """The person belongs to that household no longer after this day."""

    household_id: UUID
    last_day: date


ResidenceEvent = ResidenceTaken | ResidenceGivenUp


@dataclass(frozen=True, slots=True)
class Span:
    """A household and the days, both included; `until` None: still."""

    household_id: UUID
    since: date
    until: date | None = None

    def held_on(self, day: date) -> bool:
        """Whether the person belonged there on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Residence:
    """Where the person belonged, one after the other."""

    spans: tuple[Span, ...] = ()

    def household_on(self, day: date) -> UUID | None:
        """The household to which the person belonged on a day."""
        return next((span.household_id for span in self.spans if span.held_on(day)), None)


def residence_id(person_id: UUID) -> UUID:
    """The one residence stream of a person."""
    return derived("residence", person_id)


# Decide: what may happen, judged by the rules in force.


def take(residence: Residence | None, *, person_id: UUID, household_id: UUID, since: date) -> ResidenceTaken:
    """Belong to a household from a day on. Refused: `residence.already_taken` (on that day or later)."""
    for span in residence.spans if residence is not None else ():
        if span.until is None or span.until >= since:
            raise Refusal("residence.already_taken", household_id=span.household_id, since=span.since)
    return ResidenceTaken(person_id=person_id, household_id=household_id, since=since)


def give_up(residence: Residence | None, *, household_id: UUID, last_day: date) -> ResidenceGivenUp:
    """Belong to it no longer after a day. Refused: `residence.not_taken`."""
    last = residence.spans[-1] if residence is not None and residence.spans else None
    if last is None or last.household_id != household_id or last.until is not None or last.since > last_day:
        raise Refusal("residence.not_taken", household_id=household_id, on=last_day)
    return ResidenceGivenUp(household_id=household_id, last_day=last_day)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(residence: Residence | None, event: ResidenceEvent) -> Residence:
    """The residence after an event."""
    match event:
        case ResidenceTaken():
            before = residence if residence is not None else Residence()
            return Residence((*before.spans, Span(event.household_id, event.since)))
        case ResidenceGivenUp():
            *earlier, last = known(residence).spans
            return Residence((*earlier, replace(last, until=event.last_day)))
        case _:
            assert_never(event)
