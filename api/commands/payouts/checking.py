"""The second person: what stands out is acknowledged by both, and exactly what was shown is approved or sent back."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from api.commands.payouts.streams import (
    batch_lines,
    batch_stream,
    batch_with_lines,
    held_payees,
    known,
    payment_stream,
    released,
)
from api.commands.payrolls import PAYROLLS
from api.commands.shared import person_stream, require
from api.context import App
from domain import payee_policies, payments, payout_batches, persons, policies
from domain.kernel.events import Sha256
from domain.kernel.refusals import Refusal
from domain.payments import Payment
from domain.payout_batches.signals import Acknowledgement
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

CHECKER = "county_approver"


def acknowledge(
    app: App,
    *,
    actor: Actor,
    key: str,
    batch_id: UUID,
    shown_digest: str,
    acknowledgements: Sequence[Acknowledgement],
    on: date,
) -> Receipt:
    """Say of every signal that was shown why the list may be paid; the maker does, and so does the checker."""

    def decide(read: Reading) -> Iterator[Fact]:
        batch = read.state(batch_stream(batch_id), payout_batches.evolve)
        if batch is None:
            raise Refusal("payout_batch.unknown")
        require(read, actor, "payout_batch.signals_acknowledged/1", division=batch.division, on=on)
        for event in payout_batches.acknowledge(
            batch,
            person_id=actor.person_id,
            as_checker=actor.role == CHECKER,
            shown_digest=Sha256(shown_digest),
            acknowledgements=acknowledgements,
        ):
            yield Fact(batch_stream(batch_id), event, on)

    inputs = {
        "command": "payout_batch.acknowledge",
        "batch": str(batch_id),
        "digest": shown_digest,
        "acknowledgements": [[one.code, one.reason, list(one.lines)] for one in acknowledgements],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def approve(app: App, *, actor: Actor, key: str, batch_id: UUID, shown_digest: str, on: date) -> Receipt:
    """Approve exactly what was shown; the actor is the checker. Every line becomes payable in transit."""

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = batch_with_lines(app, read, batch_id)
        require(read, actor, "payout_batch.approved/1", division=batch.division, on=on)
        owed = [one for payment in lines.values() for one in payment.rewards]
        found = PAYROLLS[batch.payroll].states(read, owed)
        event = payout_batches.approve(
            batch,
            checker_id=actor.person_id,
            shown_digest=Sha256(shown_digest),
            lines=batch_lines(lines),
            acted=policies.people_in(known(state) for state in found.values()),
        )
        payees = [payment.payee_id for payment in lines.values()]
        payments.refuse_held(payees, held=held_payees(read, payees))
        _refuse_account_setters(read, actor, lines)
        yield Fact(batch_stream(batch_id), event, on)
        for payment_id, payment in lines.items():
            yield Fact(payment_stream(payment_id), payments.approve(payment), on)

    inputs = {
        "command": "payout_batch.approve",
        "batch": str(batch_id),
        "digest": shown_digest,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject(app: App, *, actor: Actor, key: str, batch_id: UUID, reason: str, on: date) -> Receipt:
    """Send a frozen batch back: its payments are cancelled and its rewards can be paid again."""

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = batch_with_lines(app, read, batch_id)
        require(read, actor, "payout_batch.rejected/1", division=batch.division, on=on)
        yield Fact(batch_stream(batch_id), payout_batches.reject(batch, reason=reason), on)
        for payment_id, payment in lines.items():
            event = payments.cancel(payment, reason=reason)
            yield Fact(payment_stream(payment_id), event, on)
            yield from released(read, payment_id, payments.evolve(payment, event), on)

    inputs = {"command": "payout_batch.reject", "batch": str(batch_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


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
