"""Payout batches: a month's payments, frozen by one person, approved by another, sent, answered, closed.

The approver's signature binds the digest of exactly the lines that were shown.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

from domain.kernel.calendar import Month
from domain.kernel.events import Attachment, Sha256, event
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known


@event("payout_batch.frozen/1")
class PayoutBatchFrozen:
    """The maker froze the list of a division's month and submits it. `lines_digest` covers every line."""

    division: Division
    month: Month
    number: int
    maker_id: UUID
    payment_count: int
    total_fen: Fen
    lines_digest: Sha256


@event("payout_batch.approved/1")
class PayoutBatchApproved:
    """The checker approves exactly what was frozen."""

    lines_digest: Sha256
    payment_count: int
    total_fen: Fen


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
    """A return file of the bank was read: so many lines settled, failed, unknown."""

    profile: str
    file: Attachment
    settled_count: int
    failed_count: int
    unknown_count: int


@event("payout_batch.closed/1")
class PayoutBatchClosed:
    """Every line is final and in transit is zero."""

    settled_count: int
    settled_fen: Fen
    failed_count: int
    failed_fen: Fen


PayoutBatchEvent = (
    PayoutBatchFrozen
    | PayoutBatchApproved
    | PayoutBatchRejected
    | PayoutBatchExported
    | BankAnswerRecorded
    | PayoutBatchClosed
)
Status = Literal["frozen", "approved", "rejected", "exported", "closed"]

NUMBER_MAX = 999


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
    """A line and the status of its payment."""

    line: BatchLine
    status: str


@dataclass(frozen=True, slots=True)
class PayoutBatch:
    """A batch and how far it has come.

    `file` is the payment file, once written; `answers` are the digests of the bank's files read so far.
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

    @property
    def id(self) -> UUID:
        """The stream's id."""
        return batch_id(self.division, self.month, self.number)


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


# Decide: what may happen, judged by the rules in force.


def freeze(
    batch: PayoutBatch | None,
    *,
    division: Division,
    month: Month,
    number: int,
    maker_id: UUID,
    lines: Sequence[BatchLine],
    acted: Collection[UUID],
) -> PayoutBatchFrozen:
    """Freeze the list and submit it; the actor is the maker. Count, total and digest are those of `lines`.

    `acted` is everybody in the chain of any reward in it (`policies.people_in`). Refused, in this order:
    `payout_batch.already_frozen`, `payout_batch.number_out_of_range`, `payout_batch.empty`,
    `payout_batch.lines_not_in_order` (1, 2, 3, …), `payout_batch.payee_twice`, `chain.acted_twice`.
    """
    if batch is not None:
        raise Refusal("payout_batch.already_frozen", month=batch.month, number=batch.number)
    if not 1 <= number <= NUMBER_MAX:
        raise Refusal("payout_batch.number_out_of_range", number=number)
    if not lines:
        raise Refusal("payout_batch.empty", month=month)
    for expected, line in enumerate(lines, start=1):
        if line.line != expected:
            raise Refusal("payout_batch.lines_not_in_order", line=line.line, expected=expected)
    if len({line.payee_id for line in lines}) < len(lines):
        raise Refusal("payout_batch.payee_twice", month=month)
    _require_outsider(maker_id, acting_as="maker", lines=lines, acted=acted)
    return PayoutBatchFrozen(
        division=division,
        month=month,
        number=number,
        maker_id=maker_id,
        payment_count=len(lines),
        total_fen=_total(lines),
        lines_digest=lines_digest(lines),
    )


def approve(
    batch: PayoutBatch | None,
    *,
    checker_id: UUID,
    shown_digest: Sha256,
    lines: Sequence[BatchLine],
    acted: Collection[UUID],
) -> PayoutBatchApproved:
    """Approve exactly what was frozen; the actor is the checker.

    `shown_digest` is the digest on the page that the checker read, `lines` are the payments as they are now.
    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_frozen`,
    `payout_batch.maker_is_checker`, `payout_batch.digest_differs`, `chain.acted_twice`.
    """
    frozen = _frozen(batch)
    if checker_id == frozen.maker_id:
        raise Refusal("payout_batch.maker_is_checker", person_id=checker_id)
    _require_digest(frozen, shown_digest)
    _require_digest(frozen, lines_digest(lines))
    _require_outsider(checker_id, acting_as="checker", lines=lines, acted=acted)
    return PayoutBatchApproved(
        lines_digest=frozen.lines_digest, payment_count=frozen.payment_count, total_fen=frozen.total_fen
    )


def reject(batch: PayoutBatch | None, *, reason: str) -> PayoutBatchRejected:
    """Send the batch back. Refused, in this order: `payout_batch.unknown`, `payout_batch.not_frozen`."""
    _frozen(batch)
    return PayoutBatchRejected(reason=reason)


def export(
    batch: PayoutBatch | None, *, profile: str, file: Attachment, payment_count: int, total_fen: Fen
) -> PayoutBatchExported:
    """Record the payment file, once; count and total are those in its header.

    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_approved`, `payout_batch.totals_differ`.
    """
    approved = _existing(batch)
    if approved.status != "approved":
        raise Refusal("payout_batch.not_approved", status=approved.status)
    if (payment_count, total_fen) != (approved.payment_count, approved.total_fen):
        raise Refusal("payout_batch.totals_differ", total_fen=total_fen, expected_fen=approved.total_fen)
    return PayoutBatchExported(profile=profile, file=file, payment_count=payment_count, total_fen=total_fen)


def record_answer(
    batch: PayoutBatch | None,
    *,
    profile: str,
    file: Attachment,
    settled_count: int,
    failed_count: int,
    unknown_count: int,
) -> list[BankAnswerRecorded]:
    """Record a return file of the bank; the same file again is no event, even after the batch was closed.

    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_exported`,
    `payout_batch.answer_too_long`.
    """
    if batch is not None and file.sha256 in batch.answers:
        return []
    exported = _exported(batch)
    answered = settled_count + failed_count + unknown_count
    if answered > exported.payment_count:
        raise Refusal("payout_batch.answer_too_long", answered=answered, payment_count=exported.payment_count)
    return [
        BankAnswerRecorded(
            profile=profile,
            file=file,
            settled_count=settled_count,
            failed_count=failed_count,
            unknown_count=unknown_count,
        )
    ]


def close(batch: PayoutBatch | None, *, outcomes: Sequence[LineOutcome]) -> PayoutBatchClosed:
    """Close the batch once every line is final; `outcomes` are all lines, in order.

    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_exported`,
    `payout_batch.digest_differs` (a line is missing or is not what was frozen),
    `payout_batch.line_not_final`.
    """
    exported = _exported(batch)
    _require_digest(exported, lines_digest([outcome.line for outcome in outcomes]))
    for outcome in outcomes:
        if outcome.status not in ("settled", "failed"):
            raise Refusal("payout_batch.line_not_final", line=outcome.line.line, status=outcome.status)
    settled = [outcome.line for outcome in outcomes if outcome.status == "settled"]
    failed = [outcome.line for outcome in outcomes if outcome.status == "failed"]
    return PayoutBatchClosed(
        settled_count=len(settled),
        settled_fen=_total(settled),
        failed_count=len(failed),
        failed_fen=_total(failed),
    )


def _total(lines: Sequence[BatchLine]) -> Fen:
    return Fen(sum(line.amount_fen for line in lines))


def _require_outsider(person_id: UUID, *, acting_as: str, lines: Sequence[BatchLine], acted: Collection[UUID]) -> None:
    """Nobody handles money that he earned, verified, handled or decided on."""
    payees = (("payee", line.payee_id) for line in lines)
    require_distinct(person_id, acting_as=acting_as, acted=payees)
    require_distinct(person_id, acting_as=acting_as, acted=(("chain", acted_id) for acted_id in acted))


def _require_digest(batch: PayoutBatch, digest: Sha256) -> None:
    if digest != batch.lines_digest:
        raise Refusal("payout_batch.digest_differs", digest=digest, frozen=batch.lines_digest)


def _existing(batch: PayoutBatch | None) -> PayoutBatch:
    if batch is None:
        raise Refusal("payout_batch.unknown")
    return batch


def _frozen(batch: PayoutBatch | None) -> PayoutBatch:
    existing = _existing(batch)
    if existing.status != "frozen":
        raise Refusal("payout_batch.not_frozen", status=existing.status)
    return existing


def _exported(batch: PayoutBatch | None) -> PayoutBatch:
    existing = _existing(batch)
    if existing.status != "exported":
        raise Refusal("payout_batch.not_exported", status=existing.status)
    return existing


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
            )
        case PayoutBatchApproved():
            return replace(known(batch), status="approved")
        case PayoutBatchRejected():
            return replace(known(batch), status="rejected")
        case PayoutBatchExported():
            return replace(known(batch), status="exported", file=event.file)
        case BankAnswerRecorded():
            before = known(batch)
            return replace(before, answers=before.answers | {event.file.sha256})
        case PayoutBatchClosed():
            return replace(known(batch), status="closed")
        case _:
            assert_never(event)
