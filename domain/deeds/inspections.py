"""Household inspections (清洁户评比): once a month two persons or more look at a home, and agree on what they saw.

One of them writes it down, another of them confirms it. What must not be broken: a household has one result a month,
and none of those who looked belongs to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.calendar import Month, month_of
from domain.kernel.deeds import CORRECTION_REASONS, require_past, require_reason
from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

RESULTS = frozenset({"clean", "fair", "to_improve"})
INSPECTORS_MIN = 2
INSPECTORS_MAX = 20
DISPUTE_REASONS = frozenset({"wrong_result", "wrong_household", "not_inspected"})


@event("inspection.recorded/1")
class InspectionRecorded:
    """What `inspectors` (two or more) saw at a household on a day: clean, fair or to_improve (清洁、较清洁、需改进).

    `item`: the item of the points rule that a clean home falls under; `recorder_id`: the inspector who writes it down.
    """

    division: Division
    household_id: UUID
    month: Month
    inspected_on: date
    inspectors: tuple[UUID, ...]
    result: str
    item: str
    recorder_id: UUID


@event("inspection.confirmed/1")
class InspectionConfirmed:
    """Another of the inspectors saw the same. A clean home brings points, and the title if it was not held."""

    confirmer_id: UUID


@event("inspection.disputed/1")
class InspectionDisputed:
    """Another of the inspectors does not agree: it counts not, and can be recorded anew."""

    disputer_id: UUID
    reason: str


@event("inspection.withdrawn/1")
class InspectionWithdrawn:
    """It was confirmed by mistake: it counts no more, and its points are reversed with it."""

    withdrawer_id: UUID
    reason: str


InspectionEvent = InspectionRecorded | InspectionConfirmed | InspectionDisputed | InspectionWithdrawn


@dataclass(frozen=True, slots=True)
class Inspection:
    """A household's inspection of a month. `status`: recorded, confirmed, disputed or withdrawn."""

    division: Division
    household_id: UUID
    month: Month
    inspected_on: date
    inspectors: tuple[UUID, ...]
    result: str
    item: str
    recorder_id: UUID
    status: str = "recorded"


def inspection_id(household_id: UUID, month: Month) -> UUID:
    """The id of a household's one inspection of a month."""
    return derived("inspection", household_id, month)


# Decide: what may happen, judged by the rules in force.


def record(
    inspection: Inspection | None,
    *,
    division: Division,
    household_id: UUID,
    living_there: frozenset[UUID],
    inspected_on: date,
    today: date,
    inspectors: Sequence[UUID],
    unknown: int,
    confirmers: int,
    result: str,
    item: str,
    item_in_force: bool,
    actor_id: UUID,
) -> InspectionRecorded:
    """Record what was seen; `living_there`: who belonged to the household that day, `unknown`: how many of the
    inspectors are not registered, `confirmers`: how many besides the actor may confirm it there, `item_in_force`: the
    points rule of the place listed the item that day.

    Refused, in this order: `inspection.already_recorded`, `deed.day_in_future`, `inspection.result_unknown`,
    `inspection.too_few_inspectors`, `person.unknown`, `inspection.recorder_no_inspector`,
    `inspection.nobody_may_confirm` (it would wait for ever), `inspection.inspector_lives_there`, `deed.item_unknown`.
    """
    month = month_of(inspected_on)
    if inspection is not None and inspection.status in ("recorded", "confirmed"):
        raise Refusal("inspection.already_recorded", month=month, status=inspection.status)
    require_past(inspected_on, today=today)
    if result not in RESULTS:
        raise Refusal("inspection.result_unknown", result=result)
    if not INSPECTORS_MIN <= len(set(inspectors)) == len(inspectors) <= INSPECTORS_MAX:
        raise Refusal("inspection.too_few_inspectors", least=INSPECTORS_MIN, most=INSPECTORS_MAX)
    if unknown:
        raise Refusal("person.unknown")
    if actor_id not in inspectors:
        raise Refusal("inspection.recorder_no_inspector")
    if not confirmers:
        raise Refusal("inspection.nobody_may_confirm")
    for inspector in inspectors:
        if inspector in living_there:
            raise Refusal("inspection.inspector_lives_there", person_id=inspector)
    if not item_in_force:
        raise Refusal("deed.item_unknown", item=item)
    return InspectionRecorded(
        division=division,
        household_id=household_id,
        month=month,
        inspected_on=inspected_on,
        inspectors=tuple(inspectors),
        result=result,
        item=item,
        recorder_id=actor_id,
    )


def confirm(inspection: Inspection | None, *, actor_id: UUID) -> InspectionConfirmed:
    """Say that one saw the same.

    Refused, in this order: `inspection.unknown`, `inspection.not_recorded`, `inspection.confirmer_no_inspector`,
    `chain.acted_twice` (who wrote it down).
    """
    _require_other_inspector(inspection, actor_id)
    return InspectionConfirmed(confirmer_id=actor_id)


def dispute(inspection: Inspection | None, *, actor_id: UUID, reason: str) -> InspectionDisputed:
    """Say that one saw something else; it can then be recorded anew.

    Refused, in this order: `inspection.unknown`, `inspection.not_recorded`, `inspection.confirmer_no_inspector`,
    `chain.acted_twice` (who wrote it down), `deed.reason_unknown`.
    """
    _require_other_inspector(inspection, actor_id)
    require_reason(reason, of=DISPUTE_REASONS)
    return InspectionDisputed(disputer_id=actor_id, reason=reason)


def withdraw(
    inspection: Inspection | None, *, living_there: frozenset[UUID], actor_id: UUID, reason: str
) -> InspectionWithdrawn:
    """Take a confirmed result back.

    Refused, in this order: `inspection.unknown`, `inspection.not_confirmed`, `deed.reason_unknown`,
    `chain.acted_twice` (who lives there).
    """
    existing = _existing(inspection)
    if existing.status != "confirmed":
        raise Refusal("inspection.not_confirmed", status=existing.status)
    require_reason(reason, of=CORRECTION_REASONS)
    require_distinct(actor_id, acting_as="withdrawer", acted=[("inspected", one) for one in sorted(living_there)])
    return InspectionWithdrawn(withdrawer_id=actor_id, reason=reason)


def _require_other_inspector(inspection: Inspection | None, actor_id: UUID) -> None:
    existing = _existing(inspection)
    if existing.status != "recorded":
        raise Refusal("inspection.not_recorded", status=existing.status)
    if actor_id not in existing.inspectors:
        raise Refusal("inspection.confirmer_no_inspector")
    require_distinct(actor_id, acting_as="confirmer", acted=[("recorder", existing.recorder_id)])


def _existing(inspection: Inspection | None) -> Inspection:
    if inspection is None:
        raise Refusal("inspection.unknown")
    return inspection


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(inspection: Inspection | None, event: InspectionEvent) -> Inspection:
    """The inspection after an event."""
    match event:
        case InspectionRecorded():
            return Inspection(
                event.division,
                event.household_id,
                event.month,
                event.inspected_on,
                event.inspectors,
                event.result,
                event.item,
                event.recorder_id,
            )
        case InspectionConfirmed():
            return replace(known(inspection), status="confirmed")
        case InspectionDisputed():
            return replace(known(inspection), status="disputed")
        case InspectionWithdrawn():
            return replace(known(inspection), status="withdrawn")
        case _:
            assert_never(event)
