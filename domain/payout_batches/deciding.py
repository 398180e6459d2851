"""What may happen to a batch, judged by the rules in force."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.kernel.calendar import Month
from domain.kernel.events import Attachment, Sha256
from domain.kernel.money import Fen
from domain.kernel.obligations import Payroll
from domain.kernel.places import Division
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct, require_oneself
from domain.payout_batches.events import (
    BankAnswerRecorded,
    PayoutBatchApproved,
    PayoutBatchClosed,
    PayoutBatchExported,
    PayoutBatchFrozen,
    PayoutBatchRejected,
    SignalsAcknowledged,
    SignalsNoted,
)
from domain.payout_batches.signals import Acknowledgement, Signal, acknowledgements_in_pieces, in_pieces, signals_digest
from domain.payout_batches.state import BatchLine, LineOutcome, PayoutBatch, lines_digest, total

NUMBERS: Final[Mapping[Payroll, range]] = {"reward": range(1, 500), "allowance": range(501, 1000)}
"""The numbers of a month's batches: each payroll counts in a range of its own, so that no reference means two."""


def freeze(
    batch: PayoutBatch | None,
    *,
    division: Division,
    month: Month,
    number: int,
    maker_id: UUID,
    lines: Sequence[BatchLine],
    acted: Collection[UUID],
    payroll: Payroll = "reward",
) -> PayoutBatchFrozen:
    """Freeze the list and submit it; the actor is the maker. Count, total and digest are those of `lines`.

    `acted` is everybody in the chain of any reward in it (`policies.people_in`). Refused, in this order:
    `payout_batch.already_frozen`, `payout_batch.number_out_of_range`, `payout_batch.empty`,
    `payout_batch.lines_not_in_order` (1, 2, 3, …), `payout_batch.payee_twice`, `chain.acted_twice`.
    """
    if batch is not None:
        raise Refusal("payout_batch.already_frozen", month=batch.month, number=batch.number)
    if number not in NUMBERS[payroll]:
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
        total_fen=total(lines),
        lines_digest=lines_digest(lines),
        payroll=None if payroll == "reward" else payroll,
    )


def note_signals(signals: Sequence[Signal]) -> list[SignalsNoted]:
    """What stands out in the list that is being frozen, in as few events as hold it; none where nothing does."""
    digest = signals_digest(signals)
    return [SignalsNoted(signals=piece, digest=digest) for piece in in_pieces(signals)]


def acknowledge(
    batch: PayoutBatch | None,
    *,
    person_id: UUID,
    as_checker: bool,
    shown_digest: Sha256,
    acknowledgements: Sequence[Acknowledgement],
) -> list[SignalsAcknowledged]:
    """Say of every signal why the list may be paid: the maker once, and each checker once before he approves.

    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_frozen`, `payout_batch.no_signals`,
    `chain.not_oneself` (one who is neither), `payout_batch.maker_is_checker`, `payout_batch.digest_differs`,
    `payout_batch.signals_acknowledged`, `payout_batch.signal_unknown`, `payout_batch.signal_open`,
    `reason.insufficient`.
    """
    frozen = _frozen(batch)
    if frozen.signals_digest is None:
        raise Refusal("payout_batch.no_signals")
    if not as_checker:
        require_oneself(person_id, named_id=frozen.maker_id, acting_as="maker")
    elif person_id == frozen.maker_id:
        raise Refusal("payout_batch.maker_is_checker", person_id=person_id)
    if shown_digest != frozen.shown_digest:
        raise Refusal("payout_batch.digest_differs", digest=shown_digest, frozen=frozen.shown_digest)
    if person_id in frozen.acknowledged:
        raise Refusal("payout_batch.signals_acknowledged", person_id=person_id)
    _require_every_signal(frozen.signals, acknowledgements)
    for one in acknowledgements:
        require_reason(one.reason)
    return [
        SignalsAcknowledged(acknowledged_by=person_id, digest=shown_digest, acknowledgements=piece)
        for piece in acknowledgements_in_pieces(acknowledgements)
    ]


def _require_every_signal(signals: Sequence[Signal], acknowledgements: Sequence[Acknowledgement]) -> None:
    """Refuse a line that stands under no such signal, and a signal that is left out."""
    noted = {(signal.line, signal.code) for signal in signals}
    said = {(line, one.code) for one in acknowledgements for line in one.lines}
    for line, code in sorted(said - noted):
        raise Refusal("payout_batch.signal_unknown", line=line, signal=code)
    for line, code in sorted(noted - said):
        raise Refusal("payout_batch.signal_open", line=line, signal=code)


def approve(
    batch: PayoutBatch | None,
    *,
    checker_id: UUID,
    shown_digest: Sha256,
    lines: Sequence[BatchLine],
    acted: Collection[UUID],
) -> PayoutBatchApproved:
    """Approve exactly what was frozen; the actor is the checker.

    `shown_digest` is the digest on the page that the checker read (lines and signals), `lines` are the payments as they
    are now. Refused, in this order: `payout_batch.unknown`, `payout_batch.not_frozen`,
    `payout_batch.maker_is_checker`, `payout_batch.digest_differs`, `chain.acted_twice`,
    `payout_batch.signals_open` (maker and checker have not both acknowledged them).
    """
    frozen = _frozen(batch)
    if checker_id == frozen.maker_id:
        raise Refusal("payout_batch.maker_is_checker", person_id=checker_id)
    if shown_digest != frozen.shown_digest:
        raise Refusal("payout_batch.digest_differs", digest=shown_digest, frozen=frozen.shown_digest)
    _require_lines(frozen, lines)
    _require_outsider(checker_id, acting_as="checker", lines=lines, acted=acted)
    if frozen.signals_digest is not None:
        for part, person_id in (("maker", frozen.maker_id), ("checker", checker_id)):
            if person_id not in frozen.acknowledged:
                raise Refusal("payout_batch.signals_open", count=len(frozen.signals), acting_as=part)
    return PayoutBatchApproved(
        lines_digest=frozen.lines_digest,
        payment_count=frozen.payment_count,
        total_fen=frozen.total_fen,
        signals_digest=frozen.signals_digest,
    )


def reject(batch: PayoutBatch | None, *, reason: str) -> PayoutBatchRejected:
    """Send the batch back.

    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_frozen`, `reason.insufficient`.
    """
    _frozen(batch)
    require_reason(reason)
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


def file_written(batch: PayoutBatch | None, *, profile: str) -> Attachment | None:
    """The payment file as it was written, for whoever asks for it again; None before it was.

    Refused: `payout_batch.other_layout` (a batch goes to the bank in one layout, and its answers come in the same).
    """
    if batch is None or batch.file is None:
        return None
    if profile != batch.profile:
        raise Refusal("payout_batch.other_layout", profile=batch.profile, asked=profile)
    return batch.file


def record_answer(
    batch: PayoutBatch | None,
    *,
    profile: str,
    file: Attachment,
    settled_count: int,
    failed_count: int,
    unknown_count: int,
    accepted_count: int = 0,
    returned_count: int = 0,
) -> list[BankAnswerRecorded]:
    """Record a return file of the bank; the same file again is no event. A closed batch can be answered too.

    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_exported`,
    `payout_batch.answer_too_long`.
    """
    if batch is not None and file.sha256 in batch.answers:
        return []
    exported = _sent(batch)
    answered = settled_count + failed_count + unknown_count + accepted_count + returned_count
    if answered > exported.payment_count:
        raise Refusal("payout_batch.answer_too_long", answered=answered, payment_count=exported.payment_count)
    return [
        BankAnswerRecorded(
            profile=profile,
            file=file,
            settled_count=settled_count,
            failed_count=failed_count,
            unknown_count=unknown_count,
            accepted_count=accepted_count or None,
            returned_count=returned_count or None,
        )
    ]


def close(batch: PayoutBatch | None, *, outcomes: Sequence[LineOutcome]) -> PayoutBatchClosed:
    """Close the batch once every line is final; `outcomes` are all lines, in order.

    Refused, in this order: `payout_batch.unknown`, `payout_batch.not_exported`,
    `payout_batch.digest_differs` (a line is missing or is not what was frozen),
    `payout_batch.line_not_final`, `payout_batch.line_contradicted`.
    """
    exported = _sent(batch)
    if exported.status == "closed":
        raise Refusal("payout_batch.not_exported", status=exported.status)
    _require_lines(exported, [outcome.line for outcome in outcomes])
    for outcome in outcomes:
        if outcome.status not in ("settled", "failed"):
            raise Refusal("payout_batch.line_not_final", line=outcome.line.line, status=outcome.status)
    for outcome in outcomes:
        if outcome.contradicted:
            raise Refusal("payout_batch.line_contradicted", line=outcome.line.line)
    settled = [outcome.line for outcome in outcomes if outcome.status == "settled"]
    failed = [outcome.line for outcome in outcomes if outcome.status == "failed"]
    return PayoutBatchClosed(
        settled_count=len(settled),
        settled_fen=total(settled),
        failed_count=len(failed),
        failed_fen=total(failed),
    )


def _require_outsider(person_id: UUID, *, acting_as: str, lines: Sequence[BatchLine], acted: Collection[UUID]) -> None:
    """Nobody handles money that he earned, verified, handled or decided on."""
    payees = (("payee", line.payee_id) for line in lines)
    require_distinct(person_id, acting_as=acting_as, acted=payees)
    require_distinct(person_id, acting_as=acting_as, acted=(("chain", acted_id) for acted_id in acted))


def _require_lines(batch: PayoutBatch, lines: Sequence[BatchLine]) -> None:
    """Refuse lines that are not those that were frozen."""
    digest = lines_digest(lines)
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


def _sent(batch: PayoutBatch | None) -> PayoutBatch:
    """The batch, if the bank can have an answer to it."""
    existing = _existing(batch)
    if existing.status not in ("exported", "closed"):
        raise Refusal("payout_batch.not_exported", status=existing.status)
    return existing
