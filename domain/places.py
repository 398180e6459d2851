"""Places: the divisions that this county knows, each under the code it had from a day on."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal


@event("place.registered/1")
class PlaceRegistered:
    """A division exists under this code and name since a day."""

    code: Division
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Place:
    """A division that the county knows."""

    code: Division
    name: str
    since: date


# Decide: what may happen, judged by the rules in force.


def register_place(place: Place | None, *, code: Division, name: str, since: date) -> PlaceRegistered:
    """Make a division known. Refused: `place.already_registered`."""
    if place is not None:
        raise Refusal("place.already_registered", division=place.code, name=place.name)
    return PlaceRegistered(code=code, name=name, since=since)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(_place: Place | None, event: PlaceRegistered) -> Place:
    """The place after an event."""
    match event:
        case PlaceRegistered():
            return Place(event.code, event.name, event.since)
        case _:
            assert_never(event)
