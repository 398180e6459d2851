"""What is recorded of a payment: from the line of a frozen batch to the bank's last word, and back.

Everything here is permanent. What the bank says is recorded as it said it; what people decide about it stands beside.
"""

from datetime import date
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.postings import Postings


@event("payment.prepared/1")
class PaymentPrepared:
    """A line of a frozen batch.

    `account` names the event that set the payee's account; `replaces` a failed payment.
    """

    batch_id: UUID
    payee_id: UUID
    line: int
    amount_fen: Fen
    rewards: tuple[UUID, ...]
    account: EventName
    end_to_end_id: str
    budget_id: UUID
    replaces: tuple[UUID, ...] = ()


@event("payment.approved/1")
class PaymentApproved:
    """The line may be sent: what was payable to the payee is now in transit."""

    postings: Postings


@event("payment.cancelled/1")
class PaymentCancelled:
    """The batch was rejected before sending; nothing moved."""

    reason: str


@event("payment.accepted/1")
class PaymentAccepted:
    """The bank has taken the line in and is at work on it, in its own word `status`; the line stays in transit."""

    answer: Sha256
    status: str


@event("payment.settled/1")
class PaymentSettled:
    """The bank confirmed the payment."""

    answer: Sha256
    booked_on: date
    bank_ref: str
    postings: Postings


@event("payment.failed/1")
class PaymentFailed:
    """The bank confirmed that nothing was paid; the amount is payable again.

    `reason` is from the closed list.
    """

    answer: Sha256
    reason: str
    postings: Postings


@event("payment.unresolved/1")
class PaymentUnresolved:
    """The bank gave no definite answer; the line stays in transit."""

    answer: Sha256
    status: str


@event("payment.returned/1")
class PaymentReturned:
    """The money came back after the bank had paid it (退票), for a reason of the closed list.

    `answer` is the file that says so, `booked_on` the bank's day. `same_year`: it is booked in the year of the payment,
    so that the spending of that year is undone; if not, the balance carried over from earlier years takes it.
    """

    answer: Sha256
    booked_on: date
    bank_ref: str
    reason: str
    same_year: bool
    postings: Postings


@event("payment.reissued/1")
class PaymentReissued:
    """What came back is payable again; the line that pays it names this payment in `replaces`."""

    postings: Postings


@event("payment.written_back/1")
class PaymentWrittenBack:
    """What came back is not paid again: its rewards are taken back."""

    reason: str
    postings: Postings


@event("payment.recovered/1")
class PaymentRecovered:
    """What was paid in error was claimed back and has come in (追回); its rewards are taken back."""

    booked_on: date
    bank_ref: str
    reason: str
    same_year: bool
    postings: Postings


@event("payment.contradicted/1")
class PaymentContradicted:
    """The bank said something else after its definite answer: `status` is what it says now, `detail` how.

    Nothing moves, and nothing goes on, until somebody knows which of the two is true.
    """

    answer: Sha256
    status: str
    detail: str


@event("payment.upheld/1")
class PaymentUpheld:
    """The bank was asked: what stood before it contradicted itself is true."""

    reason: str


@event("payment.confirmed_paid/1")
class PaymentConfirmedPaid:
    """The bank was asked: it did pay what it had called failed, on this day and under this reference.

    What had become payable again is paid by it, and stands in it again.
    """

    booked_on: date
    bank_ref: str
    reason: str
    postings: Postings


@event("payment.claimed/1")
class PaymentClaimed:
    """The bank was asked: it did pay what it had called failed, and what it was for is paid otherwise or not owed.

    The amount is to be claimed back from the payee.
    """

    booked_on: date
    bank_ref: str
    reason: str
    postings: Postings


@event("payment.paid_again/1")
class PaymentPaidAgain:
    """The bank paid a line once more, on another day or under another reference; the amount is to be claimed back.

    The first event of a payment of its own, which pays for nothing. `repeats` is the payment that the bank paid twice,
    of which it has batch, payee, line and account; `statement_id` and `entry` are the line of the bank that shows it,
    without them the bank's answer does.
    """

    repeats: UUID
    batch_id: UUID
    payee_id: UUID
    line: int
    amount_fen: Fen
    account: EventName
    end_to_end_id: str
    budget_id: UUID
    booked_on: date
    bank_ref: str
    statement_id: UUID | None = None
    entry: int | None = None
    reason: str
    postings: Postings


@event("payment.write_off_proposed/1")
class PaymentWriteOffProposed:
    """A claim cannot be recovered, and one person proposes to give it up by a document; another has to agree."""

    document: str
    reason: str
    proposer_id: UUID


@event("payment.write_off_rejected/1")
class PaymentWriteOffRejected:
    """The claim stands, and is still to be recovered."""

    reason: str


@event("payment.claim_written_off/1")
class PaymentClaimWrittenOff:
    """The claim is given up, as one person proposed by a document and another agreed (核销)."""

    document: str
    reason: str
    proposer_id: UUID
    postings: Postings


@event("payment.claim_recovered/1")
class PaymentClaimRecovered:
    """What was paid without being owed has come in again, even after it had been given up."""

    booked_on: date
    bank_ref: str
    reason: str
    same_year: bool
    postings: Postings


PaymentEvent = (
    PaymentPrepared
    | PaymentApproved
    | PaymentCancelled
    | PaymentAccepted
    | PaymentSettled
    | PaymentFailed
    | PaymentUnresolved
    | PaymentReturned
    | PaymentReissued
    | PaymentWrittenBack
    | PaymentRecovered
    | PaymentContradicted
    | PaymentUpheld
    | PaymentConfirmedPaid
    | PaymentClaimed
    | PaymentPaidAgain
    | PaymentWriteOffProposed
    | PaymentWriteOffRejected
    | PaymentClaimWrittenOff
    | PaymentClaimRecovered
)
