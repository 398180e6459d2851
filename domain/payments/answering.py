"""What the bank answers to a line. A time-out is unknown, and unknown is never sent again before a definite answer.

What must not be broken: a fact of the bank is recorded, never refused. What contradicts its own definite answer moves
nothing; it stands beside the line until somebody has asked the bank.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from domain import accounts
from domain.accounts import SHIPPED, BudgetAccounts
from domain.kernel.events import Sha256
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.payments.events import (
    PaymentAccepted,
    PaymentContradicted,
    PaymentFailed,
    PaymentSettled,
    PaymentUnresolved,
    PaymentUpheld,
)
from domain.payments.state import (
    FAILURE_REASONS,
    RECOVERABLE,
    Contradiction,
    Payment,
    booking_text,
    existing,
    parts_before,
    sent,
)


def accept(payment: Payment | None, *, answer: Sha256, status: str) -> list[PaymentAccepted]:
    """Record that the bank is at work on the line, in its own word `status`.

    The same word again is no event, and neither is any after a definite answer: it contradicts nothing.
    Refused, in this order: `payment.unknown`, `payment.not_sent`.
    """
    there = sent(payment)
    if there.is_final or (there.status, there.detail) == ("accepted", status):
        return []
    return [PaymentAccepted(answer=answer, status=status)]


def leave_unresolved(payment: Payment | None, *, answer: Sha256, status: str) -> list[PaymentUnresolved]:
    """Record that the bank said nothing definite, in its own word `status`.

    The same word again is no event, and neither is any after a definite answer: it contradicts nothing.
    Refused, in this order: `payment.unknown`, `payment.not_sent`.
    """
    there = sent(payment)
    if there.is_final or (there.status, there.detail) == ("unresolved", status):
        return []
    return [PaymentUnresolved(answer=answer, status=status)]


def settle(
    payment: Payment | None, *, answer: Sha256, booked_on: date, bank_ref: str, of: BudgetAccounts = SHIPPED
) -> list[PaymentSettled] | list[PaymentContradicted]:
    """Record that the bank paid, out of the accounts of the payment's budget (`of`); the same answer again is no event.

    After a failure, or with another booking than before (perhaps it paid twice), it is a contradiction.
    Refused, in this order: `payment.unknown`, `payment.not_sent`.
    """
    there = sent(payment)
    if (there.booked_on, there.bank_ref) == (booked_on, bank_ref):
        return []
    if there.is_final:
        return contradict(there, answer=answer, status="settled", detail=booking_text(booked_on, bank_ref))
    postings = accounts.payment_settled(there.batch_id, there.budget_id, there.amount_fen, of=of)
    return [PaymentSettled(answer=answer, booked_on=booked_on, bank_ref=bank_ref, postings=postings)]


def fail(payment: Payment | None, *, answer: Sha256, reason: str) -> list[PaymentFailed] | list[PaymentContradicted]:
    """Record that the bank paid nothing, for a reason of the closed list.

    A second failure is no event, and neither is one of money that has come back. Of money that was paid it is a
    contradiction: a return has a day and a reference, and is recorded by `return_late`.
    Refused, in this order: `payment.unknown`, `payment.not_sent`, `payment.failure_reason_unknown`.
    """
    there = sent(payment)
    if reason not in FAILURE_REASONS:
        raise Refusal("payment.failure_reason_unknown", reason=reason)
    if there.status in {"settled", *RECOVERABLE}:
        return contradict(there, answer=answer, status="failed", detail=reason)
    if there.is_final:
        return []
    postings = accounts.payment_failed(there.payee_id, there.batch_id, there.amount_fen)
    return [PaymentFailed(answer=answer, reason=reason, postings=postings)]


def contradict(payment: Payment, *, answer: Sha256, status: str, detail: str) -> list[PaymentContradicted]:
    """The bank contradicts its definite answer; the same contradiction again is no event."""
    if Contradiction(status, detail) in payment.contradictions:
        return []
    return [PaymentContradicted(answer=answer, status=status, detail=detail)]


def uphold(
    payment: Payment | None, *, actor_id: UUID, maker_id: UUID, acted: Collection[UUID], reason: str
) -> PaymentUpheld:
    """Say, after asking the bank, that what stood before it contradicted itself is true.

    `maker_id` made the batch: he does not clear up his own payments; nor does anybody who `acted` in the chain of what
    it pays (`policies.people_in`). Refused, in this order: `payment.unknown`, `payment.not_contradicted`,
    `chain.acted_twice`, `reason.insufficient`.
    """
    there = existing(payment)
    if not there.contradicted:
        raise Refusal("payment.not_contradicted", status=there.status)
    require_distinct(actor_id, acting_as="checker", acted=parts_before(there, maker_id=maker_id, acted=acted))
    require_reason(reason)
    return PaymentUpheld(reason=reason)
