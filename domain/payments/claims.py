"""Money that left and was not owed: the bank paid a line once more, or a claim cannot be recovered and is given up.

What must not be broken: only the bank's own word (its answer, or a line of its statement) makes a second payment, each
of them once; and a claim is given up by two people, under a document, or stands.
"""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from domain import accounts
from domain.accounts import SHIPPED, BudgetAccounts
from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.two_people import seconded
from domain.payments.events import (
    PaymentClaimWrittenOff,
    PaymentContradicted,
    PaymentPaidAgain,
    PaymentUpheld,
    PaymentWriteOffProposed,
    PaymentWriteOffRejected,
)
from domain.payments.state import CLAIMS, PAID, Payment, booking_text, existing, parts_before

_DOCUMENT_CHARS: Final = 3
"""A document has letters or digits, as in 〔2026〕3号."""


def again_id(payment_id: UUID, *, bank_ref: str, entry: EntryKey | None) -> UUID:
    """The id of what the bank paid once more: by its reference, or by the line that shows it where it gives none."""
    line = f"{entry.statement_id}/{entry.number}" if entry is not None else ""
    return derived("payment", payment_id, "again", bank_ref or line)


def pay_again(
    again: Payment | None,
    *,
    payment_id: UUID,
    payment: Payment | None,
    booked_on: date,
    bank_ref: str,
    entry: EntryKey | None,
    said: bool,
    actor_id: UUID,
    maker_id: UUID,
    acted: Collection[UUID],
    reason: str,
    of: BudgetAccounts = SHIPPED,
) -> PaymentPaidAgain:
    """Say, after asking the bank, that it paid a payment once more; the amount is a claim on the payee.

    `again` is the stream of `again_id`. `said`: the bank's answer or its line says so. Neither `maker_id`, who made the
    batch, nor anybody who `acted` in the chain decides this. Refused, in this order: `payment.unknown`,
    `payment.not_settled`, `payment.own_booking`, `payment.not_said_again`, `payment.again_recorded`,
    `chain.acted_twice`, `reason.insufficient`.
    """
    there = existing(payment)
    if there.status not in PAID | CLAIMS or there.repeats is not None:
        raise Refusal("payment.not_settled", status=there.status)
    if bank_ref and bank_ref == there.bank_ref:
        raise Refusal("payment.own_booking", bank_ref=bank_ref)
    if not said:
        raise Refusal("payment.not_said_again", on=booked_on, bank_ref=bank_ref)
    if again is not None:
        raise Refusal("payment.again_recorded", bank_ref=bank_ref)
    require_distinct(actor_id, acting_as="checker", acted=parts_before(there, maker_id=maker_id, acted=acted))
    require_reason(reason)
    return PaymentPaidAgain(
        repeats=payment_id,
        batch_id=there.batch_id,
        payee_id=there.payee_id,
        line=there.line,
        amount_fen=there.amount_fen,
        account=there.account,
        end_to_end_id=there.end_to_end_id,
        budget_id=there.budget_id,
        booked_on=booked_on,
        bank_ref=bank_ref,
        statement_id=entry.statement_id if entry is not None else None,
        entry=entry.number if entry is not None else None,
        reason=reason,
        postings=accounts.payment_claimed(there.payee_id, there.amount_fen, of=of),
    )


def cleared_up(
    payment: Payment, *, booked_on: date, bank_ref: str, reason: str
) -> list[PaymentUpheld | PaymentContradicted]:
    """What it changes in the payment itself: that the bank named this booking is no contradiction any more; what else
    it said against its answer still is.
    """
    detail = booking_text(booked_on, bank_ref)
    if not any((one.status, one.detail) == ("settled", detail) for one in payment.contradictions):
        return []
    others = [one for one in payment.contradictions if (one.status, one.detail) != ("settled", detail)]
    still = [PaymentContradicted(answer=one.answer, status=one.status, detail=one.detail) for one in others]
    return [PaymentUpheld(reason=reason), *still]


def propose_write_off(
    payment: Payment | None, *, document: str, reason: str, proposer_id: UUID
) -> PaymentWriteOffProposed:
    """Propose to give a claim up, by the document that approves it; a proposal before this one is replaced.

    Refused, in this order: `payment.unknown`, `payment.not_claimed`, `chain.acted_twice` (the payee himself),
    `payment.write_off_without_document`, `reason.insufficient`.
    """
    there = _claimed(payment)
    require_distinct(proposer_id, acting_as="proposer", acted=(("payee", there.payee_id),))
    if sum(character.isalnum() for character in document) < _DOCUMENT_CHARS:
        raise Refusal("payment.write_off_without_document")
    require_reason(reason)
    return PaymentWriteOffProposed(document=document, reason=reason, proposer_id=proposer_id)


def write_off(
    payment: Payment | None,
    *,
    confirmer_id: UUID,
    maker_id: UUID,
    acted: Collection[UUID],
    of: BudgetAccounts = SHIPPED,
) -> PaymentClaimWrittenOff:
    """Another person agrees, who had no part in the payment: the claim is given up.

    Refused, in this order: `payment.unknown`, `payment.not_claimed`, `payment.write_off_not_proposed`,
    `chain.acted_twice`.
    """
    there = _claimed(payment)
    wanted = seconded(there.write_off, by=confirmer_id, otherwise=Refusal("payment.write_off_not_proposed"))
    require_distinct(confirmer_id, acting_as="checker", acted=parts_before(there, maker_id=maker_id, acted=acted))
    return PaymentClaimWrittenOff(
        document=wanted.document,
        reason=wanted.reason,
        proposer_id=wanted.proposer_id,
        postings=accounts.claim_written_off(there.payee_id, there.amount_fen, of=of),
    )


def reject_write_off(payment: Payment | None, *, reason: str) -> PaymentWriteOffRejected:
    """The claim is not given up.

    Refused, in this order: `payment.unknown`, `payment.not_claimed`, `payment.write_off_not_proposed`,
    `reason.insufficient`.
    """
    if _claimed(payment).write_off is None:
        raise Refusal("payment.write_off_not_proposed")
    require_reason(reason)
    return PaymentWriteOffRejected(reason=reason)


def _claimed(payment: Payment | None) -> Payment:
    there = existing(payment)
    if there.status != "claimed":
        raise Refusal("payment.not_claimed", status=there.status)
    return there
