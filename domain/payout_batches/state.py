"""A batch, its lines, and the digest of what two people see of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

from domain.kernel.calendar import Month
from domain.kernel.events import Attachment, Sha256
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.obligations import Payroll
from domain.kernel.places import Division
from domain.kernel.states import known
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
from domain.payout_batches.signals import Signal

Status = Literal["frozen", "approved", "rejected", "exported", "closed"]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line as maker and checker see it; the digest of the batch covers every field."""

    line: int
    payment_id: UUID
    payee_id: UUID
    amount_fen: Fen
    account: EventName
    end_to_end_id: str
    budget_id: UUID
    rewards: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """A line and what became of it: settled, failed, or the status of a payment that is not final.

    `contradicted`: the bank has said two things, and nobody knows which is true.
    """

    line: BatchLine
    status: str
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class PayoutBatch:
    """A batch and how far it has come.

    `file` is the payment file, once written, in the layout `profile`; `answers` are the digests of the bank's files
    read so far; `acknowledged` has looked at every signal.
    """

    division: Division
    month: Month
    number: int
    maker_id: UUID
    payment_count: int
    total_fen: Fen
    lines_digest: Sha256
    status: Status = "frozen"
    file: Attachment | None = None
    answers: frozenset[Sha256] = frozenset()
    signals: tuple[Signal, ...] = ()
    signals_digest: Sha256 | None = None
    acknowledged: frozenset[UUID] = frozenset()
    payroll: Payroll = "reward"
    profile: str | None = None

    @property
    def id(self) -> UUID:
        """The stream's id."""
        return batch_id(self.division, self.month, self.number)

    @property
    def shown_digest(self) -> Sha256:
        """What a page that shows lines and signals is approved by."""
        return shown_digest(self.lines_digest, self.signals_digest)


def batch_id(division: Division, month: Month, number: int) -> UUID:
    """The id of a division's nth batch of a month."""
    return derived("payout_batch", division, month, number)


def reference(division: Division, month: Month, number: int) -> str:
    """The batch's number for the bank: division, month, three digits; 21 digits."""
    return f"{division}{month.replace('-', '')}{number:03d}"


def lines_digest(lines: Sequence[BatchLine]) -> Sha256:
    """SHA-256 over one canonical JSON object a line (RFC 8785), each with its newline, in the given order."""
    digest = hashlib.sha256()
    for line in lines:
        shown = {
            "account": line.account,
            "amount_fen": line.amount_fen,
            "budget_id": str(line.budget_id),
            "end_to_end_id": line.end_to_end_id,
            "line": line.line,
            "payee_id": str(line.payee_id),
            "payment_id": str(line.payment_id),
            "rewards": [str(reward) for reward in line.rewards],
        }
        text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest.update(text.encode() + b"\n")
    return Sha256(digest.hexdigest())


def shown_digest(lines: Sha256, signals: Sha256 | None) -> Sha256:
    """The digest of a page: that of its lines, or where signals stand on it SHA-256 over both, a newline after each."""
    if signals is None:
        return lines
    return Sha256(hashlib.sha256(f"{lines}\n{signals}\n".encode()).hexdigest())


def total(lines: Sequence[BatchLine]) -> Fen:
    """The sum of lines."""
    return Fen(sum(line.amount_fen for line in lines))


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(batch: PayoutBatch | None, event: PayoutBatchEvent) -> PayoutBatch:
    """The batch after an event."""
    match event:
        case PayoutBatchFrozen():
            return PayoutBatch(
                event.division,
                event.month,
                event.number,
                event.maker_id,
                event.payment_count,
                event.total_fen,
                event.lines_digest,
                payroll="allowance" if event.payroll == "allowance" else "reward",
            )
        case SignalsNoted():
            before = known(batch)
            return replace(before, signals=(*before.signals, *event.signals), signals_digest=event.digest)
        case SignalsAcknowledged():
            before = known(batch)
            return replace(before, acknowledged=before.acknowledged | {event.acknowledged_by})
        case PayoutBatchApproved():
            return replace(known(batch), status="approved")
        case PayoutBatchRejected():
            return replace(known(batch), status="rejected")
        case PayoutBatchExported():
            return replace(known(batch), status="exported", file=event.file, profile=event.profile)
        case BankAnswerRecorded():
            before = known(batch)
            return replace(before, answers=before.answers | {event.file.sha256})
        case PayoutBatchClosed():
            return replace(known(batch), status="closed")
        case _:
            assert_never(event)
