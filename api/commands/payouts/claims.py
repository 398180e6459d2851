"""What the bank paid and nobody was owed: a payment that it paid once more, and claims that are given up.

What must not be broken: a second payment is booked only on the bank's own word, which is looked for here: its answer,
or a line of its statement that nothing is matched to.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from api.commands.booking_days import effective_on, told_until
from api.commands.budgets import accounts_of
from api.commands.payouts.streams import payment_stream, payment_with_batch, people_before
from api.context import App
from domain import payments, reconciliations
from domain.kernel.events import Sha256
from domain.kernel.matches import EntryKey
from domain.kernel.refusals import Refusal
from domain.payments import Payment
from domain.payments.state import booking_text
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import reconciliation_queries as queries


def pay_again(
    app: App,
    *,
    actor: Actor,
    key: str,
    payment_id: UUID,
    reason: str,
    on: date,
    booked_on: date | None = None,
    bank_ref: str = "",
    entry: EntryKey | None = None,
) -> Receipt:
    """Say, after asking the bank, that it paid a payment once more; the amount is claimed back.

    `entry`: the line of a statement that shows it, which then gives day and reference; without it `booked_on` and
    `bank_ref` are as the bank's answer has them. Booked on the bank's day, or the first open one after it; the line is
    matched to it by the next round. Refuses `statement.unknown`, `reconciliation.entry_unknown`,
    `payment.booked_in_future`, and what `payments.pay_again` refuses.
    """
    app.runner.catch_up()
    said_on, reference = _booking(app, entry) if entry is not None else (booked_on or on, bank_ref)
    again_id = payments.again_id(payment_id, bank_ref=reference, entry=entry)

    def decide(read: Reading) -> Iterator[Fact]:
        payment, batch = payment_with_batch(read, actor, "payment.paid_again/1", payment_id, on=on)
        payments.require_booked(said_on, today=told_until(app, on))
        event = payments.pay_again(
            read.state(payment_stream(again_id), payments.evolve),
            payment_id=payment_id,
            payment=payment,
            booked_on=said_on,
            bank_ref=reference,
            entry=entry,
            said=_said(app, read, payment, said_on, reference, entry),
            actor_id=actor.person_id,
            maker_id=batch.maker_id,
            acted=people_before(read, payment),
            reason=reason,
            of=accounts_of(read, payment.budget_id),
        )
        yield Fact(payment_stream(again_id), event, effective_on(app, read, said_on))
        for one in payments.cleared_up(payment, booked_on=said_on, bank_ref=reference, reason=reason):
            yield Fact(payment_stream(payment_id), one, on)

    inputs = {
        "command": "payment.pay_again",
        "payment": str(payment_id),
        "booked_on": said_on.isoformat(),
        "bank_ref": reference,
        "entry": None if entry is None else [str(entry.statement_id), entry.number],
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def propose_write_off(
    app: App, *, actor: Actor, key: str, payment_id: UUID, document: str, reason: str, on: date
) -> Receipt:
    """Propose to give a claim up by a document; another person has to agree."""

    def decide(read: Reading) -> Iterator[Fact]:
        payment, _ = payment_with_batch(read, actor, "payment.write_off_proposed/1", payment_id, on=on)
        event = payments.propose_write_off(payment, document=document, reason=reason, proposer_id=actor.person_id)
        yield Fact(payment_stream(payment_id), event, on)

    inputs = {
        "command": "payment.propose_write_off",
        "payment": str(payment_id),
        "document": document,
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def write_off(app: App, *, actor: Actor, key: str, payment_id: UUID, on: date) -> Receipt:
    """Agree as another person that a claim is given up (核销); booked today."""

    def decide(read: Reading) -> Iterator[Fact]:
        payment, batch = payment_with_batch(read, actor, "payment.claim_written_off/1", payment_id, on=on)
        event = payments.write_off(
            payment,
            confirmer_id=actor.person_id,
            maker_id=batch.maker_id,
            acted=_people(read, payment),
            of=accounts_of(read, payment.budget_id),
        )
        yield Fact(payment_stream(payment_id), event, effective_on(app, read, on))

    inputs = {"command": "payment.write_off", "payment": str(payment_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject_write_off(app: App, *, actor: Actor, key: str, payment_id: UUID, reason: str, on: date) -> Receipt:
    """Drop a proposal to give a claim up: it stands."""

    def decide(read: Reading) -> Iterator[Fact]:
        payment, _ = payment_with_batch(read, actor, "payment.write_off_rejected/1", payment_id, on=on)
        yield Fact(payment_stream(payment_id), payments.reject_write_off(payment, reason=reason), on)

    inputs = {"command": "payment.reject_write_off", "payment": str(payment_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _booking(app: App, entry: EntryKey) -> tuple[date, str]:
    """Day and reference of a line. Refuses `statement.unknown`, `reconciliation.entry_unknown`."""
    with app.reading.connection() as conn:
        if queries.statement(conn, entry.statement_id) is None:
            raise Refusal("statement.unknown")
        row = queries.entry(conn, entry)
    if row is None:
        raise Refusal("reconciliation.entry_unknown", entry=entry.number)
    return row.booked_on, row.bank_ref or ""


def _said(app: App, read: Reading, payment: Payment, booked_on: date, bank_ref: str, entry: EntryKey | None) -> bool:
    """Whether the bank says so: by its answer, or by a line of the whole amount that nothing is matched to."""
    if entry is None:
        detail = booking_text(booked_on, bank_ref)
        return any((one.status, one.detail) == ("settled", detail) for one in payment.contradictions)
    with app.reading.connection() as conn:
        row, statement = queries.entry(conn, entry), queries.statement(conn, entry.statement_id)
    if row is None or statement is None or statement.standing != "joined":
        return False
    account = read.state(reconciliations.stream(Sha256(statement.account_digest)), reconciliations.evolve)
    free = account is None or entry not in account.taken.by_entry
    return free and row.amount_fen == -payment.amount_fen


def _people(read: Reading, payment: Payment) -> frozenset[UUID]:
    """Who acted in the chain; for what was paid once more, in that of the payment that it repeats."""
    first = read.state(payment_stream(payment.repeats), payments.evolve) if payment.repeats is not None else payment
    return people_before(read, first or payment)
