"""Months of a village's book: vouchers are numbered in each without a gap, and a closed month never changes.

What must not be broken: a number is given here, in the stream of the month, in the same append as the voucher is
booked; so two vouchers never have one number, and none is missing. Months are closed in order, by two people.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from domain.kernel.calendar import Month, last_day
from domain.kernel.events import Sha256, event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.states import known
from domain.kernel.two_people import seconded


@event("village_month.voucher_numbered/1")
class VillageVoucherNumbered:
    """The next number of the month belongs to this voucher, which is booked in the same append."""

    division: Division
    month: Month
    number: int
    voucher_id: UUID


@event("village_month.close_proposed/1")
class VillageMonthCloseProposed:
    """The month is to be closed with so many vouchers and this trial balance; until it is, nothing is booked in it.

    `trial_balance`: as `domain.trial_balance` digests the village's book until the month's last day.
    """

    division: Division
    month: Month
    vouchers: int
    trial_balance: Sha256
    proposer_id: UUID


@event("village_month.close_withdrawn/1")
class VillageMonthCloseWithdrawn:
    """It is not closed yet, for a reason; vouchers can be booked in it again."""

    withdrawer_id: UUID
    reason: str


@event("village_month.closed/1")
class VillageMonthClosed:
    """The month is closed for ever, with what was proposed."""

    division: Division
    month: Month
    vouchers: int
    trial_balance: Sha256
    closer_id: UUID


VillageMonthEvent = VillageVoucherNumbered | VillageMonthCloseProposed | VillageMonthCloseWithdrawn | VillageMonthClosed


@dataclass(frozen=True, slots=True)
class Closing:
    """What somebody proposed to close the month with."""

    vouchers: int
    trial_balance: Sha256
    proposer_id: UUID


@dataclass(frozen=True, slots=True)
class VillageMonth:
    """A month of a village's book: the last number that was given, and how far it is closed."""

    number: int = 0
    status: Literal["open", "closing", "closed"] = "open"
    closing: Closing | None = None


def month_stream(division: Division, month: Month) -> StreamName:
    """The stream of a month of a village's book."""
    return stream_name("village_month", derived("village_month", division, month))


# Decide: what may happen, judged by the rules in force.


def number(month: VillageMonth | None, *, division: Division, of: Month, voucher_id: UUID) -> VillageVoucherNumbered:
    """The next number. Refused, in this order: `village_month.closed`, `village_month.closing`."""
    require_open(month, of=of)
    last = month.number if month is not None else 0
    return VillageVoucherNumbered(division=division, month=of, number=last + 1, voucher_id=voucher_id)


def require_open(month: VillageMonth | None, *, of: Month) -> None:
    """Refuse what would take effect in a closed month. Refused, in this order: `village_month.closed`,
    `village_month.closing`.
    """
    if month is not None and month.status == "closed":
        raise Refusal("village_month.closed", month=of)
    if month is not None and month.status == "closing":
        raise Refusal("village_month.closing", month=of)


def propose_close(
    month: VillageMonth | None,
    *,
    division: Division,
    of: Month,
    before_closed: bool,
    opening_waits: bool,
    vouchers_waiting: int,
    trial_balance: Sha256,
    proposer_id: UUID,
    on: date,
) -> VillageMonthCloseProposed:
    """Propose to close a month that is over. `before_closed`: the month before is, or the book begins with this one.

    Refused, in this order: `village_month.closed`, `village_month.closing`, `village_month.not_over`,
    `village_month.not_next`, `village_month.opening_waits`, `village_month.vouchers_wait` (vouchers of the month that
    are not booked: book them, or send them back).
    """
    require_open(month, of=of)
    if on <= last_day(of):
        raise Refusal("village_month.not_over", month=of)
    if not before_closed:
        raise Refusal("village_month.not_next", month=of)
    if opening_waits:
        raise Refusal("village_month.opening_waits")
    if vouchers_waiting:
        raise Refusal("village_month.vouchers_wait", count=vouchers_waiting)
    return VillageMonthCloseProposed(
        division=division,
        month=of,
        vouchers=month.number if month is not None else 0,
        trial_balance=trial_balance,
        proposer_id=proposer_id,
    )


def withdraw_close(month: VillageMonth | None, *, withdrawer_id: UUID, reason: str) -> VillageMonthCloseWithdrawn:
    """Take the proposal back. Refused, in this order: `village_month.not_closing`, `reason.insufficient`."""
    if month is None or month.closing is None:
        raise Refusal("village_month.not_closing")
    require_reason(reason)
    return VillageMonthCloseWithdrawn(withdrawer_id=withdrawer_id, reason=reason)


def close(
    month: VillageMonth | None, *, division: Division, of: Month, trial_balance: Sha256, closer_id: UUID
) -> VillageMonthClosed:
    """Close it as the second person; `trial_balance` is that of this moment.

    Refused, in this order: `village_month.not_closing`, `chain.acted_twice`, `village_month.moved`.
    """
    closing = seconded(
        month.closing if month is not None else None, by=closer_id, otherwise=Refusal("village_month.not_closing")
    )
    if trial_balance != closing.trial_balance:
        raise Refusal("village_month.moved", month=of)
    return VillageMonthClosed(
        division=division,
        month=of,
        vouchers=closing.vouchers,
        trial_balance=closing.trial_balance,
        closer_id=closer_id,
    )


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(month: VillageMonth | None, event: VillageMonthEvent) -> VillageMonth:
    """The month after an event."""
    match event:
        case VillageVoucherNumbered(number=given):
            return replace(month or VillageMonth(), number=given)
        case VillageMonthCloseProposed():
            closing = Closing(event.vouchers, event.trial_balance, event.proposer_id)
            return replace(month or VillageMonth(), status="closing", closing=closing)
        case VillageMonthCloseWithdrawn():
            return replace(known(month), status="open", closing=None)
        case VillageMonthClosed():
            return replace(known(month), status="closed", closing=None)
        case _:
            assert_never(event)
