"""Party members' service in their community (在职党员报到): written down once, confirmed by unit and by community.

What must not be broken: the two sides are two different persons, and neither is who served or who wrote it down; and
one service, of a person, unit, title and day, is counted once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import assert_never
from uuid import UUID

from domain.kernel.deeds import CORRECTION_REASONS, MINUTES_MAX, SENDING_BACK_REASONS, require_past, require_reason
from domain.kernel.document_numbers import compared
from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

SIDES = ("unit", "community")


@event("party_activity.recorded/1")
class PartyActivityRecorded:
    """A party member of a unit (`unit`: its name on the list of departments) served in a community on a day.

    `item`: the item of the points rule; `recorder_id`: he himself, or who wrote it down for him.
    """

    division: Division
    person_id: UUID
    unit: str
    title: str
    item: str
    held_on: date
    minutes: int
    recorder_id: UUID


@event("party_activity.unit_confirmed/1")
class PartyActivityUnitConfirmed:
    """Somebody of his unit confirms it."""

    confirmer_id: UUID


@event("party_activity.community_confirmed/1")
class PartyActivityCommunityConfirmed:
    """Somebody of the community confirms it."""

    confirmer_id: UUID


@event("party_activity.rejected/1")
class PartyActivityRejected:
    """One of the two sides does not confirm it, for a reason; it can be recorded anew."""

    rejecter_id: UUID
    reason: str


@event("party_activity.withdrawn/1")
class PartyActivityWithdrawn:
    """Both had confirmed it by mistake: it counts no more, and its points are reversed with it."""

    withdrawer_id: UUID
    reason: str


PartyActivityEvent = (
    PartyActivityRecorded
    | PartyActivityUnitConfirmed
    | PartyActivityCommunityConfirmed
    | PartyActivityRejected
    | PartyActivityWithdrawn
)


@dataclass(frozen=True, slots=True)
class PartyActivity:
    """A party member's service. `status`: recorded (one side may have confirmed), confirmed, rejected or withdrawn."""

    division: Division
    person_id: UUID
    unit: str
    item: str
    held_on: date
    minutes: int
    recorder_id: UUID
    confirmed: Mapping[str, UUID] = field(default_factory=lambda: MappingProxyType({}))
    status: str = "recorded"


def party_activity_id(person_id: UUID, unit: str, title: str, held_on: date) -> UUID:
    """The id of one service: recording it twice meets the first, however its unit and title are written."""
    return derived("party_activity", person_id, compared(unit), compared(title), held_on)


# Decide: what may happen, judged by the rules in force.


def record(
    activity: PartyActivity | None,
    *,
    division: Division,
    division_known: bool,
    person_id: UUID,
    person_known: bool,
    unit: str,
    confirmers: int,
    title: str,
    item: str,
    item_in_force: bool,
    held_on: date,
    minutes: int,
    today: date,
    actor_id: UUID,
) -> PartyActivityRecorded:
    """Write a service down; `confirmers`: how many besides him and the actor may confirm it for the unit today.

    Refused, in this order: `party_activity.already_recorded`, `place.unknown`, `person.unknown`,
    `party_activity.nobody_may_confirm` (it would wait for ever), `deed.day_in_future`, `deed.minutes_out_of_range`,
    `deed.item_unknown`.
    """
    if activity is not None and activity.status not in ("rejected", "withdrawn"):
        raise Refusal("party_activity.already_recorded")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if not person_known:
        raise Refusal("person.unknown")
    if not confirmers:
        raise Refusal("party_activity.nobody_may_confirm", unit=unit)
    require_past(held_on, today=today)
    if not 1 <= minutes <= MINUTES_MAX:
        raise Refusal("deed.minutes_out_of_range", minutes=minutes, minutes_max=MINUTES_MAX)
    if not item_in_force:
        raise Refusal("deed.item_unknown", item=item)
    return PartyActivityRecorded(
        division=division,
        person_id=person_id,
        unit=unit,
        title=title,
        item=item,
        held_on=held_on,
        minutes=minutes,
        recorder_id=actor_id,
    )


def confirm_unit(
    activity: PartyActivity | None, *, actor_id: UUID, departments: frozenset[str]
) -> PartyActivityUnitConfirmed:
    """Confirm it for his unit; `departments`: those that the actor speaks for on this day.

    Refused, in this order: `party_activity.unknown`, `party_activity.not_recorded`, `party_activity.side_confirmed`,
    `party_activity.other_unit`, `chain.acted_twice`.
    """
    existing = _unconfirmed(activity, side="unit")
    if existing.unit not in departments:
        raise Refusal("party_activity.other_unit", unit=existing.unit)
    _require_other(existing, actor_id=actor_id)
    return PartyActivityUnitConfirmed(confirmer_id=actor_id)


def confirm_community(activity: PartyActivity | None, *, actor_id: UUID) -> PartyActivityCommunityConfirmed:
    """Confirm it for the community.

    Refused, in this order: `party_activity.unknown`, `party_activity.not_recorded`, `party_activity.side_confirmed`,
    `chain.acted_twice`.
    """
    _require_other(_unconfirmed(activity, side="community"), actor_id=actor_id)
    return PartyActivityCommunityConfirmed(confirmer_id=actor_id)


def reject(activity: PartyActivity | None, *, actor_id: UUID, reason: str) -> PartyActivityRejected:
    """Do not confirm it.

    Refused, in this order: `party_activity.unknown`, `party_activity.not_recorded`, `deed.reason_unknown`,
    `chain.acted_twice`.
    """
    existing = _recorded(activity)
    require_reason(reason, of=SENDING_BACK_REASONS)
    require_distinct(actor_id, acting_as="rejecter", acted=[("doer", existing.person_id)])
    return PartyActivityRejected(rejecter_id=actor_id, reason=reason)


def withdraw(activity: PartyActivity | None, *, actor_id: UUID, reason: str) -> PartyActivityWithdrawn:
    """Take it back after both had confirmed it.

    Refused, in this order: `party_activity.unknown`, `party_activity.not_confirmed`, `deed.reason_unknown`,
    `chain.acted_twice`.
    """
    existing = _existing(activity)
    if existing.status != "confirmed":
        raise Refusal("party_activity.not_confirmed", status=existing.status)
    require_reason(reason, of=CORRECTION_REASONS)
    require_distinct(actor_id, acting_as="withdrawer", acted=[("doer", existing.person_id)])
    return PartyActivityWithdrawn(withdrawer_id=actor_id, reason=reason)


def _existing(activity: PartyActivity | None) -> PartyActivity:
    if activity is None:
        raise Refusal("party_activity.unknown")
    return activity


def _recorded(activity: PartyActivity | None) -> PartyActivity:
    existing = _existing(activity)
    if existing.status != "recorded":
        raise Refusal("party_activity.not_recorded", status=existing.status)
    return existing


def _unconfirmed(activity: PartyActivity | None, *, side: str) -> PartyActivity:
    existing = _recorded(activity)
    if side in existing.confirmed:
        raise Refusal("party_activity.side_confirmed", side=side)
    return existing


def _require_other(activity: PartyActivity, *, actor_id: UUID) -> None:
    sides = [(side, activity.confirmed.get(side)) for side in SIDES]
    acted = [("doer", activity.person_id), ("recorder", activity.recorder_id), *sides]
    require_distinct(actor_id, acting_as="confirmer", acted=acted)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(activity: PartyActivity | None, event: PartyActivityEvent) -> PartyActivity:
    """The service after an event."""
    match event:
        case PartyActivityRecorded():
            return PartyActivity(
                event.division,
                event.person_id,
                event.unit,
                event.item,
                event.held_on,
                event.minutes,
                event.recorder_id,
            )
        case PartyActivityUnitConfirmed():
            return _confirmed(known(activity), "unit", event.confirmer_id)
        case PartyActivityCommunityConfirmed():
            return _confirmed(known(activity), "community", event.confirmer_id)
        case PartyActivityRejected():
            return replace(known(activity), status="rejected")
        case PartyActivityWithdrawn():
            return replace(known(activity), status="withdrawn")
        case _:
            assert_never(event)


def _confirmed(activity: PartyActivity, side: str, confirmer_id: UUID) -> PartyActivity:
    sides = MappingProxyType({**activity.confirmed, side: confirmer_id})
    return replace(activity, confirmed=sides, status="confirmed" if len(sides) == len(SIDES) else "recorded")
