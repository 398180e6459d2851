"""The monthly payout: freeze a list, approve exactly it, send it, read the bank's answer, close.

Lists come from the read models, but every line is judged on the streams themselves: what moved meanwhile refuses the
step, and the digest binds all of them to what was frozen and shown.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from api.commands.payee_accounts import cooling_days
from api.commands.shared import person_stream, place_known, require, reward_stream, today
from api.context import App
from api.files.bank_profiles import BankProfile, FailureReason
from api.files.findings import BadFile
from api.files.payment_files import PaymentFile, PaymentLine, read_payment_file, write_payment_file
from api.files.return_files import AnswerLine, ReturnFile, check_against, read_return_file
from api.vouchers import require_unrestricted
from domain import payee_policies, payments, payout_batches, persons, policies, rewards
from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.ids import StreamName, derived, parse_stream, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.payments import Payment, PaymentFailed
from domain.payout_batches import BatchLine, LineOutcome, PayoutBatch
from journal.errors import IntegrityError
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import payout_batches as batches
from projections import reward_payments

S = TypeVar("S")

PURPOSE = "移动网格员奖励"
REHEARSAL_PAYER = "REHEARSAL-0000"
"""The payer of a rehearsal's files where none is set: no account number of any bank."""
REHEARSAL_PAYER_ACCOUNT = "0000000000000000"

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


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the next batch of a month would hold: rewards by payee, and the payees left out.

    `without_account` have none; `cooling` changed theirs a short while ago: payee -> first day on which it is paid on.
    """

    division: Division
    month: Month
    number: int
    by_payee: dict[UUID, list[reward_payments.Reward]]
    without_account: tuple[UUID, ...]
    cooling: dict[UUID, date]

    @property
    def total_fen(self) -> int:
        """The sum of every reward in it."""
        return sum(reward.amount_fen for held in self.by_payee.values() for reward in held)


def propose(
    app: App, *, division: Division, month: Month, read: Reading | None = None, on: date | None = None
) -> Proposal:
    """The unpaid rewards of a month that can be paid now: one payee a line, one budget a batch (the oldest first).

    Payees are read by the decision that asks, where there is one, so that nothing is read twice.
    """
    with app.reading.connection() as connection:
        open_rewards = reward_payments.to_schedule(connection, division, month)
        number = batches.last_number(connection, division, month) + 1
    budget = min(((reward.granted_on, reward.budget_id) for reward in open_rewards), default=(None, None))[1]
    by_payee: dict[UUID, list[reward_payments.Reward]] = defaultdict(list)
    for reward in open_rewards:
        if reward.budget_id == budget:
            by_payee[reward.payee_id].append(reward)
    states = app.journal.states if read is None else read.states
    found = states([person_stream(payee) for payee in by_payee], persons.evolve)
    on = on or today(app)
    days = cooling_days(app, on=on, read=read)
    cooling = {
        payee: first_day
        for payee in by_payee
        if (first_day := payee_policies.waits_until(found[person_stream(payee)], days=days, on=on)) is not None
    }
    without = tuple(payee for payee in by_payee if not _has_account(found[person_stream(payee)]))
    return Proposal(
        division,
        month,
        number,
        {payee: held for payee, held in by_payee.items() if payee not in without and payee not in cooling},
        without,
        cooling,
    )


def freeze(app: App, *, actor: Actor, key: str, division: Division, month: Month, on: date) -> tuple[Receipt, UUID]:
    """Freeze the month's list and submit it; the actor is the maker. Returns the receipt and the batch's id."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "payout_batch.frozen/1", division=division, on=on)
        if not place_known(read, division):
            raise Refusal("place.unknown", division=division)
        proposal = propose(app, division=division, month=month, read=read, on=on)
        states = read.states(
            [reward_stream(reward.reward_id) for held in proposal.by_payee.values() for reward in held], rewards.evolve
        )
        batch_id = payout_batches.batch_id(division, month, proposal.number)
        days = cooling_days(app, on=on, read=read)
        facts: list[Fact] = []
        lines: list[BatchLine] = []
        for line, (payee_id, held) in enumerate(sorted(proposal.by_payee.items()), 1):
            payment_id = derived("payment", batch_id, payee_id)
            prepared = payments.prepare(
                None,
                batch_id=batch_id,
                batch_division=division,
                batch_reference=payout_batches.reference(division, month, proposal.number),
                line=line,
                payee_id=payee_id,
                rewards=[
                    policies.reward_to_pay(_known(states[reward_stream(reward.reward_id)]), reward_id=reward.reward_id)
                    for reward in held
                ],
                account=payee_policies.account_to_pay(
                    read.state(person_stream(payee_id), persons.evolve), person_id=payee_id, days=days, on=on
                ),
                replaces=tuple(sorted({reward.payment_id for reward in held if reward.payment_id is not None})),
            )
            lines.append(policies.batch_line(payments.evolve(None, prepared), payment_id=payment_id))
            facts.append(Fact(_payment_stream(payment_id), prepared, on))
            for reward in held:
                stream = reward_stream(reward.reward_id)
                facts.append(Fact(stream, rewards.schedule(states[stream], payment_id=payment_id), on))
        frozen = payout_batches.freeze(
            read.state(_batch_stream(batch_id), payout_batches.evolve),
            division=division,
            month=month,
            number=proposal.number,
            maker_id=actor.person_id,
            lines=lines,
            acted=policies.people_in(_known(state) for state in states.values()),
        )
        yield Fact(_batch_stream(batch_id), frozen, on)
        yield from facts

    inputs = {"command": "payout_batch.freeze", "division": division, "month": month}
    receipt = app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
    return receipt, parse_stream(receipt.events[0].partition("@")[0])[1]


def approve(app: App, *, actor: Actor, key: str, batch_id: UUID, shown_digest: str, on: date) -> Receipt:
    """Approve exactly what was shown; the actor is the checker. Every line becomes payable in transit."""

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = _batch(app, read, batch_id)
        require(read, actor, "payout_batch.approved/1", division=batch.division, on=on)
        found = read.states(
            [reward_stream(reward) for payment in lines.values() for reward in payment.rewards], rewards.evolve
        )
        event = payout_batches.approve(
            batch,
            checker_id=actor.person_id,
            shown_digest=Sha256(shown_digest),
            lines=_batch_lines(lines),
            acted=policies.people_in(_known(state) for state in found.values()),
        )
        _refuse_account_setters(read, actor, lines)
        yield Fact(_batch_stream(batch_id), event, on)
        for payment_id, payment in lines.items():
            yield Fact(_payment_stream(payment_id), payments.approve(payment), on)

    inputs = {
        "command": "payout_batch.approve",
        "batch": str(batch_id),
        "digest": shown_digest,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject(app: App, *, actor: Actor, key: str, batch_id: UUID, reason: str, on: date) -> Receipt:
    """Send a frozen batch back: its payments are cancelled and its rewards can be paid again."""

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = _batch(app, read, batch_id)
        require(read, actor, "payout_batch.rejected/1", division=batch.division, on=on)
        yield Fact(_batch_stream(batch_id), payout_batches.reject(batch, reason=reason), on)
        for payment_id, payment in lines.items():
            event = payments.cancel(payment, reason=reason)
            yield Fact(_payment_stream(payment_id), event, on)
            yield from _released(read, payment_id, payments.evolve(payment, event), on)

    inputs = {"command": "payout_batch.reject", "batch": str(batch_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def export(
    app: App, *, actor: Actor, key: str, batch_id: UUID, profile: BankProfile, on: date
) -> tuple[Receipt | None, bytes]:
    """Write the payment file of an approved batch and record its digest. Exported before: the kept file again."""
    kept = app.journal.state(_batch_stream(batch_id), payout_batches.evolve)
    if kept is not None and kept.file is not None:
        require_unrestricted(app, kept.file.sha256)
        content = app.vault.get_file(kept.file.sha256, by=str(actor.person_id), reason="payout_batch.export")
        return None, content
    written: list[bytes] = []

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = _batch(app, read, batch_id)
        require(read, actor, "payout_batch.exported/1", division=batch.division, on=on)
        file = _payment_file(app, read, actor, batch, list(lines.values()), on)
        content = write_payment_file(profile, file)
        event = payout_batches.export(
            batch,
            profile=profile.name,
            file=app.vault.put_file(content, kind="payment_file"),
            payment_count=file.count,
            total_fen=file.total_fen,
        )
        written[:] = [content]
        yield Fact(_batch_stream(batch_id), event, on)

    inputs = {
        "command": "payout_batch.export",
        "batch": str(batch_id),
        "profile": profile.name,
    }
    receipt = app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
    return receipt, written[0]


def record_answer(
    app: App, *, actor: Actor, key: str, batch_id: UUID, profile: BankProfile, content: bytes, file: str, on: date
) -> Receipt | None:
    """Record the bank's return file; None if this very file was recorded before. Raises BadFile with all findings."""
    sent = _sent_file(app, actor, batch_id, profile)
    returned = check_against(read_return_file(profile, content, file=file), sent)
    if returned.findings:
        raise BadFile(returned.findings)
    if returned.rehearsal and not app.log.rehearsal:
        raise Refusal("rehearsal.only")
    if _answered(app, batch_id, returned):
        return None
    kept = app.vault.put_file(content, kind="return_file")

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = _batch(app, read, batch_id)
        require(read, actor, "payout_batch.answer_recorded/1", division=batch.division, on=on)
        for event in payout_batches.record_answer(
            batch,
            profile=profile.name,
            file=kept,
            settled_count=len(returned.having("settled")),
            failed_count=len(returned.having("failed")),
            unknown_count=len(returned.having("unknown")),
        ):
            yield Fact(_batch_stream(batch_id), event, on)
        by_end_to_end = {payment.end_to_end_id: payment_id for payment_id, payment in lines.items()}
        for answer in returned.lines:
            payment_id = by_end_to_end[answer.end_to_end_id]
            yield from _answer_facts(read, payment_id, lines[payment_id], answer, kept.sha256, on)

    inputs = {
        "command": "payout_batch.record_answer",
        "batch": str(batch_id),
        "file": kept.sha256,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def close(app: App, *, actor: Actor, key: str, batch_id: UUID, on: date) -> Receipt:
    """Close a batch in which every line is final."""

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = _batch(app, read, batch_id)
        require(read, actor, "payout_batch.closed/1", division=batch.division, on=on)
        outcomes = [
            LineOutcome(policies.batch_line(payment, payment_id=payment_id), payment.status)
            for payment_id, payment in lines.items()
        ]
        yield Fact(_batch_stream(batch_id), payout_batches.close(batch, outcomes=outcomes), on)

    inputs = {"command": "payout_batch.close", "batch": str(batch_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


# The steps' parts.


def _refuse_account_setters(read: Reading, actor: Actor, lines: dict[UUID, Payment]) -> None:
    """Nobody approves a payment to an account that he set himself."""
    payees = read.states([person_stream(payment.payee_id) for payment in lines.values()], persons.evolve)
    for payment in lines.values():
        payee_policies.refuse_account_setter(
            payees[person_stream(payment.payee_id)],
            checker_id=actor.person_id,
            account=payment.account,
            payee_id=payment.payee_id,
        )


def _answer_facts(
    read: Reading, payment_id: UUID, payment: Payment, answer: AnswerLine, digest: Sha256, on: date
) -> Iterator[Fact]:
    """What one line of the bank's answer makes of its payment, and of the rewards in it if it failed."""
    stream = _payment_stream(payment_id)
    if answer.status == "settled" and answer.booked_on is not None:
        for settled in payments.settle(
            payment, answer=digest, booked_on=answer.booked_on, bank_ref=answer.bank_ref or ""
        ):
            yield Fact(stream, settled, answer.booked_on)
    elif answer.status == "failed" and answer.reason is not None:
        failed: list[PaymentFailed] = payments.fail(payment, answer=digest, reason=FAILURE_CODES[answer.reason])
        for event in failed:
            yield Fact(stream, event, on)
            yield from _released(read, payment_id, payments.evolve(payment, event), on)
    else:
        for unresolved in payments.leave_unresolved(payment, answer=digest, status=answer.bank_status):
            yield Fact(stream, unresolved, on)


def _released(read: Reading, payment_id: UUID, payment: Payment, on: date) -> Iterator[Fact]:
    """The rewards of a payment that failed or was cancelled can be paid again."""
    found = read.states([reward_stream(reward) for reward in payment.rewards], rewards.evolve)
    states = {reward: found[reward_stream(reward)] for reward in payment.rewards}
    for reward, event in policies.rewards_released(payment, payment_id=payment_id, rewards=states).items():
        yield Fact(reward_stream(reward), event, on)


def _batch(app: App, read: Reading, batch_id: UUID) -> tuple[PayoutBatch, dict[UUID, Payment]]:
    """The batch and its payments in the order of their lines. Refuses `payout_batch.unknown`."""
    batch = read.state(_batch_stream(batch_id), payout_batches.evolve)
    if batch is None:
        raise Refusal("payout_batch.unknown")
    with app.reading.connection() as connection:
        listed = batches.payments_of_batch(connection, batch_id)
    found = read.states([_payment_stream(payment.payment_id) for payment in listed], payments.evolve)
    return batch, {payment.payment_id: _known(found[_payment_stream(payment.payment_id)]) for payment in listed}


def _batch_lines(lines: dict[UUID, Payment]) -> list[BatchLine]:
    return [policies.batch_line(payment, payment_id=payment_id) for payment_id, payment in lines.items()]


def _payment_file(
    app: App, read: Reading, actor: Actor, batch: PayoutBatch, lines: Sequence[Payment], on: date
) -> PaymentFile:
    """The file's content: names and accounts are opened for it, and that is recorded."""
    found = read.states([person_stream(payment.payee_id) for payment in lines], persons.evolve)
    for payee in found.values():
        persons.refuse_erased(payee)
    accounts = {
        payment.payee_id: persons.account_used(
            found[person_stream(payment.payee_id)], person_id=payment.payee_id, account=payment.account
        )
        for payment in lines
    }
    opened = app.vault.open(
        [value for account in accounts.values() for value in (account.holder, account.number, account.bank)],
        by=str(actor.person_id),
        reason="payout_batch.export",
    )
    return PaymentFile(
        batch=payout_batches.reference(batch.division, batch.month, batch.number),
        payer_account=_payer_account(app),
        on=on,
        rehearsal=app.log.rehearsal,
        lines=tuple(
            PaymentLine(
                seq=payment.line,
                name=opened[accounts[payment.payee_id].holder],
                account=opened[accounts[payment.payee_id].number],
                bank=opened[accounts[payment.payee_id].bank],
                cnaps="",
                amount_fen=payment.amount_fen,
                purpose=PURPOSE,
                end_to_end_id=payment.end_to_end_id,
            )
            for payment in lines
        ),
    )


def _payer_account(app: App) -> str:
    """The account that pays, by setting; a rehearsal without one writes an account that no bank has."""
    if app.settings.payer_account:
        return app.settings.payer_account
    if app.log.rehearsal:
        return REHEARSAL_PAYER_ACCOUNT
    raise Refusal("payout_batch.no_payer_account")


def _sent_file(app: App, actor: Actor, batch_id: UUID, profile: BankProfile) -> PaymentFile:
    """The payment file as it was sent, read back. Refuses `payout_batch.unknown`, `payout_batch.not_exported`."""
    batch = app.journal.state(_batch_stream(batch_id), payout_batches.evolve)
    if batch is None:
        raise Refusal("payout_batch.unknown")
    if batch.file is None:
        raise Refusal("payout_batch.not_exported", status=batch.status)
    content = app.vault.get_file(batch.file.sha256, by=str(actor.person_id), reason="payout_batch.record_answer")
    return read_payment_file(profile, content)


def _answered(app: App, batch_id: UUID, returned: ReturnFile) -> bool:
    batch = app.journal.state(_batch_stream(batch_id), payout_batches.evolve)
    return batch is not None and returned.digest in batch.answers


def _has_account(person: persons.Person | None) -> bool:
    return person is not None and person.account is not None


def _known(state: S | None) -> S:
    """The state of a stream that a read model or another stream names. It exists, or the journal is not whole."""
    if state is None:
        raise IntegrityError("a read model names a stream that has no event")
    return state


def _batch_stream(batch_id: UUID) -> StreamName:
    return stream_name("payout_batch", batch_id)


def _payment_stream(payment_id: UUID) -> StreamName:
    return stream_name("payment", payment_id)
