"""Payees under review: while a hold stands, nothing is paid to them, and what they are owed waits.

A hold takes nothing away: it ends with a reason, and the next list holds whatever waited.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known


@event("payee_hold.placed/1")
class PayeeHoldPlaced:
    """Nothing is paid to the payee until the hold is lifted. `document`: where the review was ordered, if anywhere."""

    payee_id: UUID
    reason: str
    document: str | None = None


@event("payee_hold.lifted/1")
class PayeeHoldLifted:
    """The review is over; the payee can be paid again."""

    reason: str


PayeeHoldEvent = PayeeHoldPlaced | PayeeHoldLifted


@dataclass(frozen=True, slots=True)
class PayeeHold:
    """Whether payments to a payee are on hold, and why they were last."""

    payee_id: UUID
    reason: str
    in_force: bool = True


def hold_id(payee_id: UUID) -> UUID:
    """The id of a payee's holds."""
    return derived("payee_hold", payee_id)


def held(holds: Mapping[UUID, PayeeHold | None]) -> frozenset[UUID]:
    """Which payees have a hold in force, of the states by payee."""
    return frozenset(payee for payee, hold in holds.items() if hold is not None and hold.in_force)


# Decide: what may happen, judged by the rules in force.


def place_hold(
    hold: PayeeHold | None, *, payee_id: UUID, payee_known: bool, reason: str, document: str | None
) -> PayeeHoldPlaced:
    """Put payments to a payee on hold.

    Refused, in this order: `person.unknown`, `payee_hold.already_placed`, `reason.insufficient`.
    """
    if not payee_known:
        raise Refusal("person.unknown")
    if hold is not None and hold.in_force:
        raise Refusal("payee_hold.already_placed")
    require_reason(reason)
    return PayeeHoldPlaced(payee_id=payee_id, reason=reason, document=document)


def lift_hold(hold: PayeeHold | None, *, actor_id: UUID, reason: str) -> PayeeHoldLifted:
    """Let the payee be paid again.

    Refused, in this order: `payee_hold.not_placed`, `chain.acted_twice`, `reason.insufficient`.
    """
    if hold is None or not hold.in_force:
        raise Refusal("payee_hold.not_placed")
    require_distinct(actor_id, acting_as="checker", acted=(("payee", hold.payee_id),))
    require_reason(reason)
    return PayeeHoldLifted(reason=reason)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(hold: PayeeHold | None, event: PayeeHoldEvent) -> PayeeHold:
    """The hold after an event."""
    match event:
        case PayeeHoldPlaced():
            return PayeeHold(event.payee_id, event.reason)
        case PayeeHoldLifted():
            return replace(known(hold), in_force=False)
        case _:
            assert_never(event)
