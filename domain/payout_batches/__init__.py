"""Payout batches: a month's payments, frozen by one person, approved by another, sent, answered, closed.

The approver's signature binds the digest of exactly the lines and signals that were shown.
"""

from domain.payout_batches.deciding import (
    NUMBERS,
    acknowledge,
    approve,
    close,
    export,
    file_written,
    freeze,
    note_signals,
    record_answer,
    reject,
)
from domain.payout_batches.events import (
    BankAnswerRecorded,
    PayoutBatchApproved,
    PayoutBatchClosed,
    PayoutBatchEvent,
    PayoutBatchExported,
    PayoutBatchFrozen,
    PayoutBatchRejected,
    SignalsAcknowledged,
    SignalsNoted,
)
from domain.payout_batches.state import (
    BatchLine,
    LineOutcome,
    PayoutBatch,
    Status,
    batch_id,
    evolve,
    lines_digest,
    reference,
    shown_digest,
)

__all__ = [
    "NUMBERS",
    "BankAnswerRecorded",
    "BatchLine",
    "LineOutcome",
    "PayoutBatch",
    "PayoutBatchApproved",
    "PayoutBatchClosed",
    "PayoutBatchEvent",
    "PayoutBatchExported",
    "PayoutBatchFrozen",
    "PayoutBatchRejected",
    "SignalsAcknowledged",
    "SignalsNoted",
    "Status",
    "acknowledge",
    "approve",
    "batch_id",
    "close",
    "evolve",
    "export",
    "file_written",
    "freeze",
    "lines_digest",
    "note_signals",
    "record_answer",
    "reference",
    "reject",
    "shown_digest",
]
