"""The bank did pay what it had called failed: said by a second person who asked the bank, and booked as what it is.

What must not be broken: nothing is paid twice. While what the payment was for may be on its way with another one,
nobody says what it was; once that one has arrived, this money is claimed back.
"""

from collections.abc import Collection
from uuid import UUID

from domain import accounts
from domain.accounts import SHIPPED, BudgetAccounts
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.payments.events import PaymentClaimed, PaymentConfirmedPaid, PaymentContradicted
from domain.payments.state import Payment, booking_text, existing, parts_before


def confirm_paid(
    payment: Payment | None,
    *,
    actor_id: UUID,
    maker_id: UUID,
    acted: Collection[UUID],
    owed: bool,
    listed_again: str | None,
    reason: str,
    of: BudgetAccounts = SHIPPED,
) -> list[PaymentConfirmedPaid | PaymentClaimed | PaymentContradicted]:
    """Say, after asking the bank, that it paid what it had called failed, on the day and under the reference it named.

    `owed`: everything that the payment was for is still owed and stands in no payment; it is paid by this one then.
    Otherwise the amount is a claim on the payee. `listed_again`: the end-to-end id of another payment that holds some
    of it and may still arrive or be dropped. `maker_id` made the batch; neither he nor anybody who `acted` in the chain
    decides this. Another booking that the bank named contradicts this one from then on. Refused, in this order:
    `payment.unknown`, `payment.not_said_paid`, `payment.listed_again`, `chain.acted_twice`, `reason.insufficient`.
    """
    there = existing(payment)
    said = there.said_paid
    if said is None:
        raise Refusal("payment.not_said_paid", status=there.status)
    if listed_again is not None:
        raise Refusal("payment.listed_again", end_to_end_id=listed_again)
    require_distinct(actor_id, acting_as="checker", acted=parts_before(there, maker_id=maker_id, acted=acted))
    require_reason(reason)
    booked_on, bank_ref = said
    others = [
        PaymentContradicted(answer=one.answer, status=one.status, detail=one.detail)
        for one in there.contradictions
        if (one.status, one.detail) != ("settled", booking_text(booked_on, bank_ref))
    ]
    if owed:
        postings = accounts.payment_confirmed_paid(there.payee_id, there.budget_id, there.amount_fen, of=of)
        paid = PaymentConfirmedPaid(booked_on=booked_on, bank_ref=bank_ref, reason=reason, postings=postings)
        return [paid, *others]
    postings = accounts.payment_claimed(there.payee_id, there.amount_fen, of=of)
    return [PaymentClaimed(booked_on=booked_on, bank_ref=bank_ref, reason=reason, postings=postings), *others]
