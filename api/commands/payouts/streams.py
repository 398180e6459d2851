"""The streams of a payout, and what several of its steps read and yield."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar
from uuid import UUID

from api.commands.payrolls import PAYROLLS, Kind
from api.commands.shared import require
from api.context import App
from domain import payee_holds, payments, payout_batches, policies
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.refusals import Refusal
from domain.payments import Payment
from domain.payout_batches import BatchLine, PayoutBatch
from journal.errors import IntegrityError
from journal.facts import Actor, Fact
from journal.journal import Reading
from projections import payout_batches as batches

S = TypeVar("S")


def batch_stream(batch_id: UUID) -> StreamName:
    """The stream of a batch."""
    return stream_name("payout_batch", batch_id)


def payment_stream(payment_id: UUID) -> StreamName:
    """The stream of a payment."""
    return stream_name("payment", payment_id)


def hold_stream(payee_id: UUID) -> StreamName:
    """The stream of a payee's holds."""
    return stream_name("payee_hold", payee_holds.hold_id(payee_id))


def known(state: S | None) -> S:
    """The state of a stream that a read model or another stream names. It exists, or the journal is not whole."""
    if state is None:
        raise IntegrityError("a read model names a stream that has no event")
    return state


def batch_with_lines(app: App, read: Reading, batch_id: UUID) -> tuple[PayoutBatch, dict[UUID, Payment]]:
    """The batch and its payments in the order of their lines. Refuses `payout_batch.unknown`."""
    batch = read.state(batch_stream(batch_id), payout_batches.evolve)
    if batch is None:
        raise Refusal("payout_batch.unknown")
    with app.reading.connection() as connection:
        listed = batches.payments_of_batch(connection, batch_id)
    found = read.states([payment_stream(payment.payment_id) for payment in listed], payments.evolve)
    return batch, {payment.payment_id: known(found[payment_stream(payment.payment_id)]) for payment in listed}


def batch_lines(lines: dict[UUID, Payment]) -> list[BatchLine]:
    """Payments as the lines that the batch's digest covers."""
    return [policies.batch_line(payment, payment_id=payment_id) for payment_id, payment in lines.items()]


def payment_with_batch(
    read: Reading, actor: Actor, event_type: str, payment_id: UUID, *, on: date
) -> tuple[Payment, PayoutBatch]:
    """A payment and its batch, for somebody who may cause the event there.

    Refuses `payment.unknown`, `authority.*`.
    """
    payment = read.state(payment_stream(payment_id), payments.evolve)
    if payment is None:
        raise Refusal("payment.unknown")
    batch = known(read.state(batch_stream(payment.batch_id), payout_batches.evolve))
    require(read, actor, event_type, division=batch.division, on=on)
    return payment, batch


def people_before(read: Reading, payment: Payment) -> frozenset[UUID]:
    """Everybody who acted in the chain of what the payment pays."""
    found = _payroll(read, payment).states(read, list(payment.rewards))
    return policies.people_in(known(state) for state in found.values())


def held_payees(read: Reading, payee_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Which of the payees have a hold in force."""
    asked = list(payee_ids)
    found = read.states([hold_stream(payee) for payee in asked], payee_holds.evolve)
    return payee_holds.held({payee: found[hold_stream(payee)] for payee in asked})


def released(read: Reading, payment_id: UUID, payment: Payment, on: date) -> Iterator[Fact]:
    """What is in a payment that failed, was cancelled or is re-issued can be paid again."""
    return _payroll(read, payment).released(read, payment_id, payment, on)


def scheduled_again(read: Reading, payment_id: UUID, payment: Payment, on: date) -> Iterator[Fact]:
    """What waited because the bank had called the payment failed is in it again."""
    kind = _payroll(read, payment)
    for one, state in kind.states(read, list(payment.rewards)).items():
        yield Fact(kind.stream(one), kind.schedule(state, payment_id=payment_id), on)


def taken_back(read: Reading, payment_id: UUID, payment: Payment, *, reason: str, on: date) -> Iterator[Fact]:
    """What is in a payment that is given up or was claimed back is reversed."""
    return _payroll(read, payment).taken_back(read, payment_id, payment, on, reason=reason)


def _payroll(read: Reading, payment: Payment) -> Kind:
    """What the payment's batch pays."""
    return PAYROLLS[known(read.state(batch_stream(payment.batch_id), payout_batches.evolve)).payroll]
