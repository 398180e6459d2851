"""Volunteer activities (志愿服务): published, signed up for, checked in, and the hours confirmed by another.

What must not be broken: hours count only for somebody who was checked in, for no longer than was published, and by
somebody who neither published it nor checked anybody in nor took part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import assert_never
from uuid import UUID

from domain.kernel.deeds import (
    CALLING_OFF_REASONS,
    CORRECTION_REASONS,
    MINUTES_MAX,
    SEATS_MAX,
    require_reason,
)
from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known


@dataclass(frozen=True, slots=True)
class Served:
    """How long one person served, in minutes."""

    person_id: UUID
    minutes: int


@event("activity.published/1")
class ActivityPublished:
    """An activity for volunteers, on one day. `item`: the item of the points rule; `title` and `place` name nobody."""

    division: Division
    title: str
    place: str
    item: str
    held_on: date
    minutes: int
    seats: int
    organiser: str
    publisher_id: UUID


@event("activity.signed_up/1")
class ActivitySignedUp:
    """Somebody wants to come."""

    person_id: UUID


@event("activity.sign_up_withdrawn/1")
class ActivitySignUpWithdrawn:
    """He does not come after all; his seat is free again."""

    person_id: UUID


@event("activity.checked_in/1")
class ActivityCheckedIn:
    """These came, says `recorder_id`, who was there; who comes without having signed up takes a free seat."""

    person_ids: tuple[UUID, ...]
    recorder_id: UUID


@event("activity.hours_confirmed/1")
class ActivityHoursConfirmed:
    """Another person confirms how long each of them served. Points follow by the rule in force on that day."""

    served: tuple[Served, ...]
    confirmer_id: UUID


@event("activity.hours_withdrawn/1")
class ActivityHoursWithdrawn:
    """One person's hours were confirmed by mistake: they count no more, and their points are reversed with them."""

    person_id: UUID
    withdrawer_id: UUID
    reason: str


@event("activity.cancelled/1")
class ActivityCancelled:
    """It does not take place."""

    reason: str


ActivityEvent = (
    ActivityPublished
    | ActivitySignedUp
    | ActivitySignUpWithdrawn
    | ActivityCheckedIn
    | ActivityHoursConfirmed
    | ActivityHoursWithdrawn
    | ActivityCancelled
)


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity; `people`: each one's status: signed_up, checked_in, confirmed or annulled."""

    division: Division
    item: str
    held_on: date
    minutes: int
    seats: int
    publisher_id: UUID
    people: Mapping[UUID, str] = field(default_factory=lambda: MappingProxyType({}))
    recorder_ids: frozenset[UUID] = frozenset()
    served: Mapping[UUID, int] = field(default_factory=lambda: MappingProxyType({}))
    cancelled: bool = False


# Decide: what may happen, judged by the rules in force.


def publish(
    activity: Activity | None,
    *,
    division: Division,
    division_known: bool,
    title: str,
    place: str,
    item: str,
    item_in_force: bool,
    held_on: date,
    minutes: int,
    seats: int,
    organiser: str,
    today: date,
    actor_id: UUID,
) -> ActivityPublished:
    """Publish an activity; `item_in_force`: the points rule of the place lists the item today.

    Refused, in this order: `activity.already_published`, `place.unknown`, `deed.item_unknown`,
    `deed.seats_out_of_range`, `deed.minutes_out_of_range`, `activity.held_in_past`.
    """
    if activity is not None:
        raise Refusal("activity.already_published")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if not item_in_force:
        raise Refusal("deed.item_unknown", item=item)
    if not 1 <= seats <= SEATS_MAX:
        raise Refusal("deed.seats_out_of_range", seats=seats, seats_max=SEATS_MAX)
    _require_minutes(minutes, minutes_max=MINUTES_MAX)
    if held_on < today:
        raise Refusal("activity.held_in_past", held_on=held_on)
    return ActivityPublished(
        division=division,
        title=title,
        place=place,
        item=item,
        held_on=held_on,
        minutes=minutes,
        seats=seats,
        organiser=organiser,
        publisher_id=actor_id,
    )


def sign_up(activity: Activity | None, *, person_id: UUID, person_known: bool, today: date) -> ActivitySignedUp:
    """Sign up. Refused, in this order: `activity.unknown`, `activity.is_cancelled`, `person.unknown`,
    `activity.is_over`, `activity.signed_up_already`, `activity.no_seat_left`.
    """
    existing = _open(activity)
    if not person_known:
        raise Refusal("person.unknown")
    if today > existing.held_on:
        raise Refusal("activity.is_over", held_on=existing.held_on)
    if person_id in existing.people:
        raise Refusal("activity.signed_up_already", status=existing.people[person_id])
    _require_seats(existing, 1)
    return ActivitySignedUp(person_id=person_id)


def withdraw_sign_up(activity: Activity | None, *, person_id: UUID) -> ActivitySignUpWithdrawn:
    """Not come after all. Refused, in this order: `activity.unknown`, `activity.not_signed_up`."""
    if _existing(activity).people.get(person_id) != "signed_up":
        raise Refusal("activity.not_signed_up")
    return ActivitySignUpWithdrawn(person_id=person_id)


def check_in(
    activity: Activity | None, *, person_ids: Sequence[UUID], unknown: int, today: date, actor_id: UUID
) -> ActivityCheckedIn:
    """Record who came; `unknown`: how many of them are not registered (or were erased).

    Refused, in this order: `activity.unknown`, `activity.is_cancelled`, `person.unknown`, `activity.not_begun`,
    `activity.checked_in_already`, `activity.no_seat_left`, `chain.acted_twice` (nobody checks himself in).
    """
    existing = _open(activity)
    if unknown:
        raise Refusal("person.unknown")
    if today < existing.held_on:
        raise Refusal("activity.not_begun", held_on=existing.held_on)
    seen: set[UUID] = set()
    for person_id in person_ids:
        if person_id in seen or existing.people.get(person_id, "signed_up") != "signed_up":
            raise Refusal("activity.checked_in_already", person_id=person_id)
        seen.add(person_id)
    _require_seats(existing, sum(person_id not in existing.people for person_id in seen))
    for person_id in person_ids:
        require_distinct(actor_id, acting_as="recorder", acted=[("volunteer", person_id)])
    return ActivityCheckedIn(person_ids=tuple(person_ids), recorder_id=actor_id)


def confirm_hours(activity: Activity | None, *, served: Sequence[Served], actor_id: UUID) -> ActivityHoursConfirmed:
    """Confirm how long each of them served.

    Refused, in this order: `activity.unknown`, `activity.is_cancelled`, `activity.not_checked_in`,
    `deed.minutes_out_of_range` (longer than published), `chain.acted_twice` (who published it, checked somebody in, or
    took part).
    """
    existing = _open(activity)
    seen: set[UUID] = set()
    for one in served:
        if one.person_id in seen or existing.people.get(one.person_id) != "checked_in":
            raise Refusal("activity.not_checked_in", person_id=one.person_id)
        seen.add(one.person_id)
        _require_minutes(one.minutes, minutes_max=min(existing.minutes, MINUTES_MAX))
    acted = [("publisher", existing.publisher_id), *(("recorder", one) for one in sorted(existing.recorder_ids))]
    came = [("volunteer", person_id) for person_id, status in existing.people.items() if status != "signed_up"]
    require_distinct(actor_id, acting_as="confirmer", acted=[*acted, *came])
    return ActivityHoursConfirmed(served=tuple(served), confirmer_id=actor_id)


def withdraw_hours(
    activity: Activity | None, *, person_id: UUID, actor_id: UUID, reason: str
) -> ActivityHoursWithdrawn:
    """Take one person's hours back.

    Refused, in this order: `activity.unknown`, `activity.not_confirmed`, `deed.reason_unknown`, `chain.acted_twice`.
    """
    if _existing(activity).people.get(person_id) != "confirmed":
        raise Refusal("activity.not_confirmed")
    require_reason(reason, of=CORRECTION_REASONS)
    require_distinct(actor_id, acting_as="withdrawer", acted=[("volunteer", person_id)])
    return ActivityHoursWithdrawn(person_id=person_id, withdrawer_id=actor_id, reason=reason)


def cancel(activity: Activity | None, *, reason: str) -> ActivityCancelled:
    """Call it off.

    Refused, in this order: `activity.unknown`, `activity.is_cancelled`, `activity.has_hours` (it took place),
    `deed.reason_unknown`.
    """
    existing = _open(activity)
    if existing.served:
        raise Refusal("activity.has_hours")
    require_reason(reason, of=CALLING_OFF_REASONS)
    return ActivityCancelled(reason=reason)


def _existing(activity: Activity | None) -> Activity:
    if activity is None:
        raise Refusal("activity.unknown")
    return activity


def _open(activity: Activity | None) -> Activity:
    existing = _existing(activity)
    if existing.cancelled:
        raise Refusal("activity.is_cancelled")
    return existing


def _require_seats(activity: Activity, wanted: int) -> None:
    if wanted and len(activity.people) + wanted > activity.seats:
        raise Refusal("activity.no_seat_left", seats=activity.seats)


def _require_minutes(minutes: int, *, minutes_max: int) -> None:
    if not 1 <= minutes <= minutes_max:
        raise Refusal("deed.minutes_out_of_range", minutes=minutes, minutes_max=minutes_max)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(activity: Activity | None, event: ActivityEvent) -> Activity:
    """The activity after an event."""
    match event:
        case ActivityPublished():
            return Activity(event.division, event.item, event.held_on, event.minutes, event.seats, event.publisher_id)
        case ActivitySignedUp():
            return _turned(activity, {event.person_id: "signed_up"})
        case ActivitySignUpWithdrawn():
            before = known(activity)
            left = {person: status for person, status in before.people.items() if person != event.person_id}
            return replace(before, people=MappingProxyType(left))
        case ActivityCheckedIn():
            after = _turned(activity, dict.fromkeys(event.person_ids, "checked_in"))
            return replace(after, recorder_ids=after.recorder_ids | {event.recorder_id})
        case ActivityHoursConfirmed():
            after = _turned(activity, dict.fromkeys((one.person_id for one in event.served), "confirmed"))
            served = {**after.served, **{one.person_id: one.minutes for one in event.served}}
            return replace(after, served=MappingProxyType(served))
        case ActivityHoursWithdrawn():
            after = _turned(activity, {event.person_id: "annulled"})
            left_minutes = {person: spent for person, spent in after.served.items() if person != event.person_id}
            return replace(after, served=MappingProxyType(left_minutes))
        case ActivityCancelled():
            return replace(known(activity), cancelled=True)
        case _:
            assert_never(event)


def _turned(activity: Activity | None, people: Mapping[UUID, str]) -> Activity:
    before = known(activity)
    return replace(before, people=MappingProxyType({**before.people, **people}))
