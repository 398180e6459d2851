"""Allowances: what a grid worker is paid for a month, by a basis and a document.

They live as rewards do and are paid by the same machinery, as a payroll of their own: nothing is edited, a mistake is
answered by a reversal.
"""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from domain import accounts
from domain.kernel.calendar import Month
from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.obligations import GONE, BudgetCharged
from domain.kernel.places import Division
from domain.kernel.postings import Postings
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known


@event("allowance.granted/1")
class AllowanceGranted:
    """An amount is owed to a grid worker for a month. `basis` is what for, `document` what it rests on."""

    payee_id: UUID
    division: Division
    month: Month
    amount_fen: Fen
    basis: str
    document: str | None = None
    granter_id: UUID
    budget_id: UUID
    budget_year: int
    postings: Postings


@event("allowance.scheduled/1")
class AllowanceScheduled:
    """The allowance is in a payment; it can be in no other until that one has failed or was cancelled."""

    payment_id: UUID


@event("allowance.unscheduled/1")
class AllowanceUnscheduled:
    """The payment failed or was cancelled; the allowance can be paid again."""

    payment_id: UUID
    reason: str


@event("allowance.reversed/1")
class AllowanceReversed:
    """The allowance is taken back before it was paid, for a reason; expense and commitment are mirrored."""

    reason: str
    postings: Postings


AllowanceEvent = AllowanceGranted | AllowanceScheduled | AllowanceUnscheduled | AllowanceReversed


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is owed to one grid worker for one month and basis. `payment_id`: the payment that it is in."""

    payee_id: UUID
    division: Division
    month: Month
    amount_fen: Fen
    budget_id: UUID
    granter_id: UUID
    expense: str
    payment_id: UUID | None = None
    reversed: bool = False

    def people(self) -> frozenset[UUID]:
        """Everybody who acted before it."""
        return frozenset({self.granter_id})


def allowance_id(payee_id: UUID, month: Month, basis: str) -> UUID:
    """The id of the one allowance of a payee for a month and a basis."""
    return derived("allowance", payee_id, month, basis)


# Decide: what may happen, judged by the rules in force.


def grant(
    allowance: Allowance | None,
    *,
    payee_id: UUID,
    division: Division,
    month: Month,
    this_month: Month,
    served: bool,
    amount_fen: Fen,
    basis: str,
    document: str | None,
    granter_id: UUID,
    budget: BudgetCharged | None,
) -> AllowanceGranted:
    """Owe a grid worker an amount for a month that has begun; once for each basis, unless it was taken back.

    `served`: the payee was a grid worker in the division on some day of the month. Refused, in this order:
    `allowance.already_granted`, `allowance.amount_not_positive`, `allowance.month_ahead`, `allowance.not_served`,
    `chain.acted_twice` (nobody grants himself anything), `allowance.no_budget`.
    """
    if allowance is not None and not allowance.reversed:
        raise Refusal("allowance.already_granted", payee_id=payee_id, month=month, basis=basis)
    if amount_fen <= 0:
        raise Refusal("allowance.amount_not_positive", amount_fen=amount_fen)
    if month > this_month:
        raise Refusal("allowance.month_ahead", month=month)
    if not served:
        raise Refusal("allowance.not_served", payee_id=payee_id, division=division, month=month)
    require_distinct(granter_id, acting_as="granter", acted=[("payee", payee_id)])
    if budget is None:
        raise Refusal("allowance.no_budget", division=division)
    return AllowanceGranted(
        payee_id=payee_id,
        division=division,
        month=month,
        amount_fen=amount_fen,
        basis=basis,
        document=document,
        granter_id=granter_id,
        budget_id=budget.budget_id,
        budget_year=budget.year,
        postings=accounts.reward_granted(payee_id, budget.budget_id, amount_fen, expense=budget.expense),
    )


def schedule(allowance: Allowance | None, *, payment_id: UUID) -> AllowanceScheduled:
    """Put the allowance in a payment.

    Refused, in this order: `allowance.unknown`, `allowance.already_reversed`, `allowance.already_scheduled`.
    """
    _unscheduled(allowance)
    return AllowanceScheduled(payment_id=payment_id)


def unschedule(
    allowance: Allowance | None, *, payment_id: UUID, payment_status: str, reason: str
) -> AllowanceUnscheduled:
    """Take the allowance out of a payment that failed or was cancelled; `payment_status` is that payment's.

    Refused, in this order: `allowance.unknown`, `allowance.not_scheduled` (or in another payment),
    `allowance.payment_may_arrive`.
    """
    granted = _existing(allowance)
    if granted.payment_id != payment_id:
        raise Refusal("allowance.not_scheduled", payment_id=payment_id)
    if payment_status not in GONE:
        raise Refusal("allowance.payment_may_arrive", payment_id=payment_id, status=payment_status)
    return AllowanceUnscheduled(payment_id=payment_id, reason=reason)


def reverse(allowance: Allowance | None, *, reason: str) -> AllowanceReversed:
    """Take the allowance back before it is paid (冲正).

    Refused, in this order: `allowance.unknown`, `allowance.already_reversed`, `allowance.already_scheduled`,
    `reason.insufficient`.
    """
    granted = _unscheduled(allowance)
    require_reason(reason)
    postings = accounts.reward_reversed(
        granted.payee_id, granted.budget_id, granted.amount_fen, expense=granted.expense
    )
    return AllowanceReversed(reason=reason, postings=postings)


def _existing(allowance: Allowance | None) -> Allowance:
    if allowance is None:
        raise Refusal("allowance.unknown")
    return allowance


def _unscheduled(allowance: Allowance | None) -> Allowance:
    granted = _existing(allowance)
    if granted.reversed:
        raise Refusal("allowance.already_reversed")
    if granted.payment_id is not None:
        raise Refusal("allowance.already_scheduled", payment_id=granted.payment_id)
    return granted


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(allowance: Allowance | None, event: AllowanceEvent) -> Allowance:
    """The allowance after an event."""
    match event:
        case AllowanceGranted():
            return Allowance(
                event.payee_id,
                event.division,
                event.month,
                event.amount_fen,
                event.budget_id,
                event.granter_id,
                accounts.expense_of(event.postings),
            )
        case AllowanceScheduled():
            return replace(known(allowance), payment_id=event.payment_id)
        case AllowanceUnscheduled():
            return replace(known(allowance), payment_id=None)
        case AllowanceReversed():
            return replace(known(allowance), reversed=True)
        case _:
            assert_never(event)
