"""Money that comes back: returned by the bank months later, paid again, given up, or claimed back.

"Success" is not final: a bank reports late returns by another way. What came back waits in an account of its own
until somebody decides whether it is paid again.
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
from domain.payments.answering import contradict
from domain.payments.events import (
    PaymentClaimRecovered,
    PaymentContradicted,
    PaymentRecovered,
    PaymentReissued,
    PaymentReturned,
    PaymentWrittenBack,
)
from domain.payments.state import (
    CLAIMS,
    FAILURE_REASONS,
    PAID,
    RECOVERABLE,
    Payment,
    booking_text,
    existing,
    parts_before,
    sent,
)


def return_late(
    payment: Payment | None,
    *,
    answer: Sha256,
    booked_on: date,
    bank_ref: str,
    reason: str,
    on: date,
    of: BudgetAccounts = SHIPPED,
) -> list[PaymentReturned] | list[PaymentContradicted] | list[PaymentClaimRecovered]:
    """Record that money which was paid came back, booked by the bank on a day and by us on `on`, to the accounts `of`
    the payment's budget.

    What was to be claimed back is recovered by it. The same return again is no event; another return of money that came
    back is a contradiction. Refused, in this order: `payment.unknown`, `payment.not_sent`,
    `payment.failure_reason_unknown`, `payment.not_settled` (money that never went out cannot come back).
    """
    there = sent(payment)
    if reason not in FAILURE_REASONS:
        raise Refusal("payment.failure_reason_unknown", reason=reason)
    if there.status == "settled":
        same_year = _same_year(there, on)
        postings = accounts.payment_returned(
            there.payee_id, there.budget_id, there.amount_fen, same_year=same_year, of=of
        )
        return [
            PaymentReturned(
                answer=answer,
                booked_on=booked_on,
                bank_ref=bank_ref,
                reason=reason,
                same_year=same_year,
                postings=postings,
            )
        ]
    if there.status in RECOVERABLE:
        return [_claim_recovered(there, booked_on=booked_on, bank_ref=bank_ref, reason=reason, on=on, of=of)]
    if there.status not in PAID | CLAIMS:
        raise Refusal("payment.not_settled", status=there.status)
    if (there.back_on, there.back_ref) == (booked_on, bank_ref):
        return []
    return contradict(there, answer=answer, status="returned", detail=booking_text(booked_on, bank_ref))


def reissue(payment: Payment | None, *, actor_id: UUID) -> PaymentReissued:
    """Let what came back be paid again, in a later batch.

    Refused, in this order: `payment.unknown`, `payment.not_returned`, `payment.contradicted`, `chain.acted_twice`.
    """
    there = _returned(payment)
    require_distinct(actor_id, acting_as="maker", acted=(("payee", there.payee_id),))
    return PaymentReissued(postings=accounts.payment_reissued(there.payee_id, there.amount_fen))


def write_back(
    payment: Payment | None, *, actor_id: UUID, maker_id: UUID, acted: Collection[UUID], reason: str
) -> PaymentWrittenBack:
    """Give up paying what came back; `maker_id` made the batch, and does not decide about it alone.

    Nor does anybody who `acted` in the chain of what it pays (`policies.people_in`). Its rewards are then taken back as
    `policies.rewards_taken_back`. Refused, in this order: `payment.unknown`, `payment.not_returned`,
    `payment.contradicted`, `chain.acted_twice`, `reason.insufficient`.
    """
    there = _returned(payment)
    require_distinct(actor_id, acting_as="checker", acted=parts_before(there, maker_id=maker_id, acted=acted))
    require_reason(reason)
    return PaymentWrittenBack(reason=reason, postings=accounts.payment_reissued(there.payee_id, there.amount_fen))


def recover(
    payment: Payment | None,
    *,
    actor_id: UUID,
    booked_on: date,
    bank_ref: str,
    reason: str,
    on: date,
    of: BudgetAccounts = SHIPPED,
) -> list[PaymentRecovered] | list[PaymentClaimRecovered]:
    """Record that money paid in error has come in again (追回), booked by the bank on a day and by us on `on`, to the
    accounts `of` the payment's budget.

    The same recovery again is no event. Its rewards are then taken back; what was claimed back pays for none. Refused,
    in this order: `payment.unknown`, `payment.not_sent`, `payment.not_settled`, `chain.acted_twice`,
    `reason.insufficient`.
    """
    there = sent(payment)
    if (there.back_on, there.back_ref) == (booked_on, bank_ref) and there.status in ("recovered", "claim_recovered"):
        return []
    if there.status not in {"settled", *RECOVERABLE}:
        raise Refusal("payment.not_settled", status=there.status)
    require_distinct(actor_id, acting_as="maker", acted=(("payee", there.payee_id),))
    require_reason(reason)
    if there.status in RECOVERABLE:
        return [_claim_recovered(there, booked_on=booked_on, bank_ref=bank_ref, reason=reason, on=on, of=of)]
    same_year = _same_year(there, on)
    postings = accounts.payment_recovered(there.payee_id, there.budget_id, there.amount_fen, same_year=same_year, of=of)
    return [
        PaymentRecovered(booked_on=booked_on, bank_ref=bank_ref, reason=reason, same_year=same_year, postings=postings)
    ]


def _claim_recovered(
    payment: Payment, *, booked_on: date, bank_ref: str, reason: str, on: date, of: BudgetAccounts
) -> PaymentClaimRecovered:
    same_year = _same_year(payment, on)
    if payment.status == "claim_written_off":
        postings = accounts.written_off_recovered(payment.amount_fen, of=of)
    else:
        postings = accounts.claim_recovered(payment.payee_id, payment.amount_fen, same_year=same_year, of=of)
    return PaymentClaimRecovered(
        booked_on=booked_on, bank_ref=bank_ref, reason=reason, same_year=same_year, postings=postings
    )


def _same_year(payment: Payment, on: date) -> bool:
    """Whether a day is in the year in which the bank paid."""
    return payment.booked_on is not None and payment.booked_on.year == on.year


def _returned(payment: Payment | None) -> Payment:
    there = existing(payment)
    if there.status != "returned":
        raise Refusal("payment.not_returned", status=there.status)
    if there.contradicted:
        raise Refusal("payment.contradicted", status=there.status)
    return there
