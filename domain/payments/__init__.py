"""Payments: one line to one payee in one batch, for exactly the rewards it lists.

A time-out is unknown, and unknown is never sent again before a definite answer. "Paid" is not final either: money comes
back months later, and is then paid again, given up, or claimed back, each by a fact of its own.
"""

from domain.payments.answering import accept, contradict, fail, leave_unresolved, settle, uphold
from domain.payments.events import (
    PaymentAccepted,
    PaymentApproved,
    PaymentCancelled,
    PaymentClaimed,
    PaymentClaimRecovered,
    PaymentConfirmedPaid,
    PaymentContradicted,
    PaymentEvent,
    PaymentFailed,
    PaymentPrepared,
    PaymentRecovered,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    PaymentUnresolved,
    PaymentUpheld,
    PaymentWrittenBack,
)
from domain.payments.paid_after_all import confirm_paid
from domain.payments.returning import recover, reissue, return_late, write_back
from domain.payments.sending import (
    LINE_MAX,
    RewardToPay,
    approve,
    cancel,
    end_to_end_id,
    prepare,
    refuse_held,
)
from domain.payments.state import (
    FAILURE_REASONS,
    IN_TRANSIT,
    PAID,
    Contradiction,
    Payment,
    Status,
    evolve,
)

__all__ = [
    "FAILURE_REASONS",
    "IN_TRANSIT",
    "LINE_MAX",
    "PAID",
    "Contradiction",
    "Payment",
    "PaymentAccepted",
    "PaymentApproved",
    "PaymentCancelled",
    "PaymentClaimRecovered",
    "PaymentClaimed",
    "PaymentConfirmedPaid",
    "PaymentContradicted",
    "PaymentEvent",
    "PaymentFailed",
    "PaymentPrepared",
    "PaymentRecovered",
    "PaymentReissued",
    "PaymentReturned",
    "PaymentSettled",
    "PaymentUnresolved",
    "PaymentUpheld",
    "PaymentWrittenBack",
    "RewardToPay",
    "Status",
    "accept",
    "approve",
    "cancel",
    "confirm_paid",
    "contradict",
    "end_to_end_id",
    "evolve",
    "fail",
    "leave_unresolved",
    "prepare",
    "recover",
    "refuse_held",
    "reissue",
    "return_late",
    "settle",
    "uphold",
    "write_back",
]
