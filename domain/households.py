"""Households: who belongs together in a village, since when, and who speaks for them. History stays.

A household is known by its village's own number for it (户号), which names nobody; no address and no name is here.
That a person belongs to one household at a time is held by `domain.residences`, in the same append.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known


@event("household.registered/1")
class HouseholdRegistered:
    """A household of a village, under the village's own number for it."""

    division: Division
    reference: str


@event("household.person_joined/1")
class HouseholdPersonJoined:
    """Somebody belongs to it from a day on. `other_household`: where he comes from, if from one that is known."""

    person_id: UUID
    since: date
    reason: str
    other_household: UUID | None = None


@event("household.person_left/1")
class HouseholdPersonLeft:
    """Somebody belongs to it no longer after a day. `other_household`: where he goes, if to one that is known."""

    person_id: UUID
    last_day: date
    reason: str
    other_household: UUID | None = None


@event("household.head_named/1")
class HouseholdHeadNamed:
    """Who speaks for it (户主) from a day on."""

    head_id: UUID
    since: date


HouseholdEvent = HouseholdRegistered | HouseholdPersonJoined | HouseholdPersonLeft | HouseholdHeadNamed

JOINING_REASONS = frozenset({"registered", "moved_in", "split", "merged", "correction"})
DIED = "died"
LEAVING_REASONS = frozenset({"moved_out", "split", "merged", DIED, "correction", "other"})


@dataclass(frozen=True, slots=True)
class Belonging:
    """A person and the days on which he belongs to it, both included; `until` None: still. `left_for`: why he left."""

    person_id: UUID
    since: date
    until: date | None = None
    left_for: str | None = None

    def covers(self, on: date) -> bool:
        """Whether he belongs to it on that day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Household:
    """A household, everybody who ever belonged to it, and its heads as (person, first day)."""

    division: Division
    reference: str
    belongings: tuple[Belonging, ...] = ()
    heads: tuple[tuple[UUID, date], ...] = ()

    def persons_on(self, on: date) -> tuple[UUID, ...]:
        """Who belongs to it on a day."""
        return tuple(one.person_id for one in self.belongings if one.covers(on))

    def living_on(self, on: date) -> tuple[UUID, ...]:
        """Who belongs to it on a day and is not known to have died, on that very day neither."""
        return tuple(one.person_id for one in self.belongings if one.covers(on) and one.left_for != DIED)

    def has_lost(self, person_id: UUID) -> bool:
        """Whether somebody left it by dying, and was not brought back since."""
        own = [one for one in self.belongings if one.person_id == person_id]
        return bool(own) and own[-1].left_for == DIED

    def head_on(self, on: date) -> UUID | None:
        """Who speaks for it on a day: the last named, until he leaves; who comes back has to be named anew."""
        named = [(head, since) for head, since in self.heads if since <= on]
        if not named:
            return None
        head, since = named[-1]
        stays = any(one.person_id == head and one.covers(since) and one.covers(on) for one in self.belongings)
        return head if stays else None


def household_id(division: Division, reference: str) -> UUID:
    """The id of a village's household: registering it twice meets the first."""
    return derived("household", division, reference)


# Decide: what may happen, judged by the rules in force.


def require_outsider(
    household: Household | None, *, recorder_id: UUID, person_ids: Iterable[UUID] = (), on: date
) -> None:
    """Refuse (`chain.acted_twice`) whoever records his own joining, leaving or headship, or a change where he lives."""
    living_there = household.persons_on(on) if household is not None else ()
    acted = [("household_person", one) for one in (*person_ids, *living_there)]
    require_distinct(recorder_id, acting_as="recorder", acted=acted)


def register(
    household: Household | None, *, division: Division, division_known: bool, reference: str
) -> HouseholdRegistered:
    """Make a household known. Refused, in this order: `household.already_registered`, `place.unknown`,
    `household.not_in_a_village`.
    """
    if household is not None:
        raise Refusal("household.already_registered", reference=household.reference)
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if level(division) != "village":
        raise Refusal("household.not_in_a_village", division=division)
    return HouseholdRegistered(division=division, reference=reference)


def join(
    household: Household | None,
    *,
    person_id: UUID,
    person_known: bool,
    since: date,
    reason: str,
    on: date,
    other_household: UUID | None = None,
) -> HouseholdPersonJoined:
    """Let somebody belong to it.

    Refused, in this order: `household.unknown`, `person.unknown`, `household.reason_unknown`,
    `household.day_in_future`.
    """
    _existing(household)
    if not person_known:
        raise Refusal("person.unknown")
    _require(reason, reasons=JOINING_REASONS, day=since, on=on)
    return HouseholdPersonJoined(person_id=person_id, since=since, reason=reason, other_household=other_household)


def leave(
    household: Household | None,
    *,
    person_id: UUID,
    last_day: date,
    reason: str,
    on: date,
    other_household: UUID | None = None,
) -> HouseholdPersonLeft:
    """Let somebody belong to it no longer.

    Refused, in this order: `household.unknown`, `household.reason_unknown`, `household.day_in_future`,
    `household.not_in_it`.
    """
    existing = _existing(household)
    _require(reason, reasons=LEAVING_REASONS, day=last_day, on=on)
    if not any(
        one.person_id == person_id and one.until is None and one.covers(last_day) for one in existing.belongings
    ):
        raise Refusal("household.not_in_it", on=last_day)
    return HouseholdPersonLeft(person_id=person_id, last_day=last_day, reason=reason, other_household=other_household)


def name_head(household: Household | None, *, head_id: UUID, since: date, on: date) -> HouseholdHeadNamed:
    """Name who speaks for it. Refused, in this order: `household.unknown`, `household.day_in_future`,
    `household.not_in_it`, `household.head_already`.
    """
    existing = _existing(household)
    if since > on:
        raise Refusal("household.day_in_future", day=since)
    _require_in(existing, head_id, since)
    if existing.head_on(since) == head_id:
        raise Refusal("household.head_already")
    return HouseholdHeadNamed(head_id=head_id, since=since)


def _existing(household: Household | None) -> Household:
    if household is None:
        raise Refusal("household.unknown")
    return household


def _require(reason: str, *, reasons: frozenset[str], day: date, on: date) -> None:
    if reason not in reasons:
        raise Refusal("household.reason_unknown", reason=reason)
    if day > on:
        raise Refusal("household.day_in_future", day=day)


def _require_in(household: Household, person_id: UUID, on: date) -> None:
    if person_id not in household.persons_on(on):
        raise Refusal("household.not_in_it", on=on)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(household: Household | None, event: HouseholdEvent) -> Household:
    """The household after an event."""
    match event:
        case HouseholdRegistered():
            return Household(event.division, event.reference)
        case HouseholdPersonJoined():
            before = known(household)
            return replace(before, belongings=(*before.belongings, Belonging(event.person_id, event.since)))
        case HouseholdPersonLeft():
            before = known(household)
            ended = tuple(_ended(one, event) for one in before.belongings)
            return replace(before, belongings=ended)
        case HouseholdHeadNamed():
            before = known(household)
            return replace(before, heads=(*before.heads, (event.head_id, event.since)))
        case _:
            assert_never(event)


def _ended(one: Belonging, event: HouseholdPersonLeft) -> Belonging:
    ends = one.person_id == event.person_id and one.until is None
    return replace(one, until=event.last_day, left_for=event.reason) if ends else one
