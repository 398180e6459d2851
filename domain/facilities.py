"""Facilities (设施): homes, stations, halls and offices of the grid, where they are, and whether they are looked at.

Everything here is public: the address of a place where people are served, never somebody's home.
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

CLOSING_REASONS = frozenset({"moved", "merged", "rebuilding", "no_staff", "no_longer_needed"})
INSPECTION_RESULTS = frozenset({"in_order", "to_improve", "unfit"})


@event("facility.registered/1")
class FacilityRegistered:
    """A facility of a kind on the county's list, in a village, with its public address and what it offers."""

    kind: str
    name: str
    division: Division
    address: str
    services: tuple[str, ...]


@event("facility.opened/1")
class FacilityOpened:
    """It serves the public from this day on."""

    opened_on: date


@event("facility.closed/1")
class FacilityClosed:
    """It serves the public no more after this day, for one of CLOSING_REASONS; it may open again."""

    last_day: date
    reason: str


@event("facility.inspected/1")
class FacilityInspected:
    """Somebody looked at it on a day: in order, to improve, or unfit; `note` names what, and nobody."""

    inspected_on: date
    inspector_id: UUID
    result: str
    note: str | None = None


FacilityEvent = FacilityRegistered | FacilityOpened | FacilityClosed | FacilityInspected


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility. `status`: registered, open or closed; `turned_on` is the day from which it is so."""

    kind: str
    division: Division
    status: str = "registered"
    turned_on: date | None = None


# Decide: what may happen, judged by the rules in force.


def register(
    facility: Facility | None,
    *,
    kind: str,
    kind_open: bool,
    name: str,
    division: Division,
    division_known: bool,
    address: str,
    services: Sequence[str],
) -> FacilityRegistered:
    """Register a facility; `kind_open`: its kind is on the list that day.

    Refused, in this order: `facility.already_registered`, `place.unknown`, `facility.kind_unknown`,
    `facility.service_twice`.
    """
    if facility is not None:
        raise Refusal("facility.already_registered")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if not kind_open:
        raise Refusal("facility.kind_unknown", kind=kind)
    for service in services:
        if services.count(service) > 1:
            raise Refusal("facility.service_twice", service=service)
    return FacilityRegistered(kind=kind, name=name, division=division, address=address, services=tuple(services))


def open_(facility: Facility | None, *, opened_on: date) -> FacilityOpened:
    """Open it to the public, or open it again.

    Refused, in this order: `facility.unknown`, `facility.already_open`, `facility.before_last_change`.
    """
    existing = _existing(facility)
    if existing.status == "open":
        raise Refusal("facility.already_open", since=existing.turned_on)
    _in_order(existing, opened_on)
    return FacilityOpened(opened_on=opened_on)


def close(facility: Facility | None, *, last_day: date, reason: str) -> FacilityClosed:
    """Close it to the public.

    Refused, in this order: `facility.unknown`, `facility.not_open`, `facility.reason_unknown`,
    `facility.before_last_change`.
    """
    existing = _existing(facility)
    if existing.status != "open":
        raise Refusal("facility.not_open")
    if reason not in CLOSING_REASONS:
        raise Refusal("facility.reason_unknown", reason=reason)
    _in_order(existing, last_day)
    return FacilityClosed(last_day=last_day, reason=reason)


def inspect(
    facility: Facility | None, *, actor_id: UUID, inspected_on: date, today: date, result: str, note: str | None
) -> FacilityInspected:
    """Record what an inspection found; the actor is the inspector.

    Refused, in this order: `facility.unknown`, `facility.inspected_in_future`, `facility.result_unknown`,
    `facility.note_missing` (what is to be improved has to be said).
    """
    _existing(facility)
    if inspected_on > today:
        raise Refusal("facility.inspected_in_future", inspected_on=inspected_on)
    if result not in INSPECTION_RESULTS:
        raise Refusal("facility.result_unknown", result=result)
    if result != "in_order" and note is None:
        raise Refusal("facility.note_missing", result=result)
    return FacilityInspected(inspected_on=inspected_on, inspector_id=actor_id, result=result, note=note)


def _existing(facility: Facility | None) -> Facility:
    if facility is None:
        raise Refusal("facility.unknown")
    return facility


def _in_order(facility: Facility, day: date) -> None:
    if facility.turned_on is not None and day < facility.turned_on:
        raise Refusal("facility.before_last_change", day=day, since=facility.turned_on)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(facility: Facility | None, event: FacilityEvent) -> Facility:
    """The facility after an event."""
    match event:
        case FacilityRegistered():
            return Facility(event.kind, event.division)
        case FacilityOpened():
            return replace(known(facility), status="open", turned_on=event.opened_on)
        case FacilityClosed():
            return replace(known(facility), status="closed", turned_on=event.last_day)
        case FacilityInspected():
            return known(facility)
        case _:
            assert_never(event)
