"""What is recorded of a batch: frozen by one person, approved by another, sent, answered, closed."""

from uuid import UUID

from domain.kernel.calendar import Month
from domain.kernel.events import Attachment, Sha256, event
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.payout_batches.signals import Acknowledgement, Signal


@event("payout_batch.frozen/1")
class PayoutBatchFrozen:
    """The maker froze the list of a division's month and submits it. `lines_digest` covers every line.

    `payroll`: which obligations it pays; left out for rewards.
    """

    division: Division
    month: Month
    number: int
    maker_id: UUID
    payment_count: int
    total_fen: Fen
    lines_digest: Sha256
    payroll: str | None = None


@event("payout_batch.signals_noted/1")
class SignalsNoted:
    """What stands out in the frozen list. A long list takes several of these; `digest` covers the signals of all."""

    signals: tuple[Signal, ...]
    digest: Sha256


@event("payout_batch.signals_acknowledged/1")
class SignalsAcknowledged:
    """The maker, or the checker, has looked at signals and says why the list may be paid.

    `digest` is that of the page which showed lines and signals.
    """

    acknowledged_by: UUID
    digest: Sha256
    acknowledgements: tuple[Acknowledgement, ...]


@event("payout_batch.approved/1")
class PayoutBatchApproved:
    """The checker approves exactly what was frozen, and the signals that were noted with it."""

    lines_digest: Sha256
    payment_count: int
    total_fen: Fen
    signals_digest: Sha256 | None = None


@event("payout_batch.rejected/1")
class PayoutBatchRejected:
    """The checker sends the batch back; its payments are cancelled."""

    reason: str


@event("payout_batch.exported/1")
class PayoutBatchExported:
    """The payment file was written in a bank's layout; count and total are in its header."""

    profile: str
    file: Attachment
    payment_count: int
    total_fen: Fen


@event("payout_batch.answer_recorded/1")
class BankAnswerRecorded:
    """A return file of the bank was read: so many lines settled, failed, unknown.

    `accepted_count` lines are still at work at the bank, `returned_count` came back after they were paid.
    """

    profile: str
    file: Attachment
    settled_count: int
    failed_count: int
    unknown_count: int
    accepted_count: int | None = None
    returned_count: int | None = None


@event("payout_batch.closed/1")
class PayoutBatchClosed:
    """Every line is final and in transit is zero."""

    settled_count: int
    settled_fen: Fen
    failed_count: int
    failed_fen: Fen


PayoutBatchEvent = (
    PayoutBatchFrozen
    | SignalsNoted
    | SignalsAcknowledged
    | PayoutBatchApproved
    | PayoutBatchRejected
    | PayoutBatchExported
    | BankAnswerRecorded
    | PayoutBatchClosed
)
