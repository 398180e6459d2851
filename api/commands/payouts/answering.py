"""What the bank says: each line of its file becomes a fact of its payment, and a batch ends when all is definite.

What must not be broken: a file is read whole or not at all, but no line of a file that was read is refused. A line that
contradicts the bank's own earlier word is recorded as that, and the others are recorded as what they are. A word that
no list of ours has means nothing definite, and is a difference (`unknown_code`) until a known one comes or two people
explain it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.bank_files import record_refused, recorded, schema_check_of
from api.commands.booking_days import effective_on, told_until
from api.commands.budgets import accounts_of
from api.commands.differences import ended, opened
from api.commands.payouts.returning import return_facts
from api.commands.payouts.streams import batch_stream, batch_with_lines, payment_stream, released
from api.commands.shared import require
from api.context import App
from api.files.bank_profiles import BankProfile
from api.files.bank_words import FailureReason
from api.files.findings import BadFile
from api.files.payment_files import PaymentFile, read_payment_file
from api.files.return_files import AnswerLine, ReturnFile, check_against, check_days, read_return_file
from domain import payments, payout_batches, policies
from domain.kernel.events import Sha256
from domain.kernel.refusals import Refusal
from domain.payments import Payment, PaymentFailed
from domain.payout_batches import PayoutBatch
from domain.recon_exceptions import Subject
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

FAILURE_CODES: dict[FailureReason, str] = {
    "户名不符": "name_mismatch",
    "账号不存在": "account_not_found",
    "销户": "account_closed",
    "冻结/久悬": "account_frozen",
    "超限额": "over_limit",
    "付款方余额不足": "payer_short_of_funds",
    "格式": "malformed",
    "风控": "risk_control",
    "其他": "other",
}
"""The closed list of reasons as files name them, and as events do."""


def record_answer(
    app: App, *, actor: Actor, key: str, batch_id: UUID, profile: BankProfile, content: bytes, file: str, on: date
) -> Receipt | None:
    """Record the bank's return file; None if this very file was recorded before. Raises BadFile with all findings."""
    batch, sent = _sent_file(app, actor, batch_id, profile)
    until = told_until(app, on)
    returned = check_days(check_against(read_return_file(profile, content, file=file), sent), today=until)
    if returned.findings:
        refused = BadFile(returned.findings)
        record_refused(
            app,
            actor=actor,
            kind="return",
            profile=profile.name,
            content=content,
            refused=refused,
            on=on,
            division=batch.division,
        )
        raise refused
    if returned.rehearsal and not app.log.rehearsal:
        raise Refusal("rehearsal.only")
    if _answered(app, batch_id, returned):
        return None
    kept = app.vault.put_file(content, kind="return_file")
    schema = schema_check_of(app, content)

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = batch_with_lines(app, read, batch_id)
        require(read, actor, "payout_batch.answer_recorded/1", division=batch.division, on=on)
        for event in payout_batches.record_answer(
            batch,
            profile=profile.name,
            file=kept,
            settled_count=len(returned.having("settled")),
            failed_count=len(returned.having("failed")),
            unknown_count=len(returned.having("unknown")),
            accepted_count=len(returned.having("accepted")),
            returned_count=len(returned.having("returned")),
        ):
            yield Fact(batch_stream(batch_id), event, on)
        yield from recorded(read, kind="return", profile=profile.name, file=kept, on=on, schema=schema)
        by_end_to_end = {payment.end_to_end_id: payment_id for payment_id, payment in lines.items()}
        reading = _Answering(app, read, kept.sha256, on, until=until, sent_on=sent.on)
        for answer in returned.lines:
            payment_id = by_end_to_end[answer.end_to_end_id]
            yield from reading.facts(payment_id, lines[payment_id], answer)
        unknown: dict[Subject, int] = {}
        known: list[Subject] = []
        for one in returned.lines:
            about = Subject("unknown_code", payment_id=by_end_to_end[one.end_to_end_id])
            if profile.knows(one.bank_status, code=one.code, reason=one.reason):
                known.append(about)
            else:
                unknown[about] = -(one.amount_fen or 0)
        yield from opened(read, unknown, on)
        yield from ended(read, known, on)

    inputs = {
        "command": "payout_batch.record_answer",
        "batch": str(batch_id),
        "file": kept.sha256,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def close(app: App, *, actor: Actor, key: str, batch_id: UUID, on: date) -> Receipt:
    """Close a batch in which every line is final."""

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = batch_with_lines(app, read, batch_id)
        require(read, actor, "payout_batch.closed/1", division=batch.division, on=on)
        outcomes = [policies.line_outcome(payment, payment_id=payment_id) for payment_id, payment in lines.items()]
        yield Fact(batch_stream(batch_id), payout_batches.close(batch, outcomes=outcomes), on)

    inputs = {"command": "payout_batch.close", "batch": str(batch_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


@dataclass(frozen=True, slots=True)
class _Answering:
    """One file of the bank: its digest, and the day on which it is recorded. `sent_on`: the payment file's own day;
    `until`: the last day that the bank can have booked.

    A bank's clock may say an earlier one; nothing leaves our books before it was sent.
    """

    app: App
    read: Reading
    digest: Sha256
    on: date
    until: date
    sent_on: date

    def _effective(self, booked_on: date) -> date:
        return effective_on(self.app, self.read, max(booked_on, self.sent_on))

    def facts(self, payment_id: UUID, payment: Payment, answer: AnswerLine) -> Iterator[Fact]:
        """What one line makes of its payment, and of the rewards in it where nothing was paid."""
        stream = payment_stream(payment_id)
        reason = FAILURE_CODES[answer.reason] if answer.reason is not None else "other"
        if answer.booked_on is not None:
            payments.require_booked(answer.booked_on, today=self.until)
        if answer.status == "settled" and answer.booked_on is not None:
            booked_on = answer.booked_on
            for settled in payments.settle(
                payment,
                answer=self.digest,
                booked_on=booked_on,
                bank_ref=answer.bank_ref or "",
                of=accounts_of(self.read, payment.budget_id),
            ):
                yield Fact(stream, settled, self._effective(booked_on))
        elif answer.status == "returned" and answer.booked_on is not None and payment.booked_on is not None:
            yield from return_facts(
                self.read,
                payment_id,
                answer=self.digest,
                booked_on=answer.booked_on,
                bank_ref=answer.bank_ref or "",
                reason=reason,
                on=self._effective(answer.booked_on),
            )
        elif answer.status in ("failed", "returned"):
            # What came back before anybody heard that it was paid has cost nothing.
            yield from self._failed(payment_id, payment, reason)
        elif answer.status == "accepted":
            for accepted in payments.accept(payment, answer=self.digest, status=answer.bank_status):
                yield Fact(stream, accepted, self.on)
        else:
            for unresolved in payments.leave_unresolved(payment, answer=self.digest, status=answer.bank_status):
                yield Fact(stream, unresolved, self.on)

    def _failed(self, payment_id: UUID, payment: Payment, reason: str) -> Iterator[Fact]:
        for event in payments.fail(payment, answer=self.digest, reason=reason):
            yield Fact(payment_stream(payment_id), event, self.on)
            if isinstance(event, PaymentFailed):
                yield from released(self.read, payment_id, payments.evolve(payment, event), self.on)


def _sent_file(app: App, actor: Actor, batch_id: UUID, profile: BankProfile) -> tuple[PayoutBatch, PaymentFile]:
    """The batch, and its payment file as it was sent. Refuses `payout_batch.unknown`, `payout_batch.not_exported`."""
    batch = app.journal.state(batch_stream(batch_id), payout_batches.evolve)
    if batch is None:
        raise Refusal("payout_batch.unknown")
    if batch.file is None:
        raise Refusal("payout_batch.not_exported", status=batch.status)
    content = app.vault.get_file(batch.file.sha256, by=str(actor.person_id), reason="payout_batch.record_answer")
    return batch, read_payment_file(profile, content)


def _answered(app: App, batch_id: UUID, returned: ReturnFile) -> bool:
    batch = app.journal.state(batch_stream(batch_id), payout_batches.evolve)
    return batch is not None and returned.digest in batch.answers
