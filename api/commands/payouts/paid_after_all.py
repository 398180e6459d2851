"""A line that the bank called failed and then paid: booked by a second person, after the bank was asked.

What must not be broken: what the line was for is paid once. Where it still waits, it is in this line again; where
another line has paid it, this money is claimed back; while another line may pay it, nothing is said.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from api.commands.booking_days import effective_on, told_until
from api.commands.budgets import accounts_of
from api.commands.payouts.streams import (
    known,
    payment_stream,
    payment_with_batch,
    people_before,
    scheduled_again,
)
from api.commands.payrolls import PAYROLLS
from api.context import App
from domain import payments
from domain.kernel.obligations import Owed
from domain.payments import IN_TRANSIT, Payment, PaymentConfirmedPaid, PaymentContradicted
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import payout_batches


def confirm_paid(app: App, *, actor: Actor, key: str, payment_id: UUID, reason: str, on: date) -> Receipt:
    """Say, after asking the bank, that it did pay what it had called failed; `on` is today.

    Booked on the bank's own day, but not before the failure that made the amount payable again. Refuses
    `payment.booked_in_future`, and what `payments.confirm_paid` refuses.
    """
    app.runner.catch_up()

    def decide(read: Reading) -> Iterator[Fact]:
        payment, batch = payment_with_batch(read, actor, "payment.confirmed_paid/1", payment_id, on=on)
        if payment.said_paid is not None:
            payments.require_booked(payment.said_paid[0], today=told_until(app, on))
        with app.reading.connection() as conn:
            failed_on = payout_batches.answered_on(conn, payment_id)
        owed = list(PAYROLLS[batch.payroll].states(read, list(payment.rewards)).values())
        events = payments.confirm_paid(
            payment,
            actor_id=actor.person_id,
            maker_id=batch.maker_id,
            acted=people_before(read, payment),
            owed=all(one is not None and one.payment_id is None and not one.reversed for one in owed),
            listed_again=_listed_again(read, owed),
            reason=reason,
            of=accounts_of(read, payment.budget_id),
        )
        for event in events:
            if isinstance(event, PaymentContradicted):
                yield Fact(payment_stream(payment_id), event, on)
                continue
            booked = effective_on(app, read, max(event.booked_on, failed_on or event.booked_on))
            yield Fact(payment_stream(payment_id), event, booked)
            if isinstance(event, PaymentConfirmedPaid):
                yield from scheduled_again(read, payment_id, payment, booked)

    inputs = {"command": "payment.confirm_paid", "payment": str(payment_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _listed_again(read: Reading, owed: list[Owed | None]) -> str | None:
    """The end-to-end id of another payment that holds some of it and has no final answer."""
    holders = sorted({one.payment_id for one in owed if one is not None and one.payment_id is not None})
    found = read.states([payment_stream(one) for one in holders], payments.evolve)
    for holder in holders:
        other: Payment = known(found[payment_stream(holder)])
        if other.status == "prepared" or other.status in IN_TRANSIT:
            return other.end_to_end_id
    return None
