"""Money that comes back after it was paid: recorded as the bank says it, then decided on by people.

`return_facts` and `recover_facts` are what a decision about a bank statement yields too, in the append that matches it.
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
    released,
    taken_back,
)
from api.commands.points import Points
from api.commands.shared import incident_stream, person_stream
from api.context import App
from domain import payments, persons, rewards
from domain.accounts import SHIPPED
from domain.kernel.events import Sha256
from domain.kernel.ids import StreamName, event_name, parse_stream
from domain.rewards import RewardReversed
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def return_facts(
    read: Reading, payment_id: UUID, *, answer: Sha256, booked_on: date, bank_ref: str, reason: str, on: date
) -> Iterator[Fact]:
    """A late return (退票), as a file of the bank with digest `answer` says it; booked by us on `on`.

    `reason` is from the closed list. Known already: nothing. Refuses what `payments.return_late` refuses.
    """
    payment = read.state(payment_stream(payment_id), payments.evolve)
    of = accounts_of(read, payment.budget_id) if payment is not None else SHIPPED
    for event in payments.return_late(
        payment, answer=answer, booked_on=booked_on, bank_ref=bank_ref, reason=reason, on=on, of=of
    ):
        yield Fact(payment_stream(payment_id), event, on)


def recover_facts(
    read: Reading, payment_id: UUID, *, actor_id: UUID, booked_on: date, bank_ref: str, reason: str, on: date
) -> Iterator[Fact]:
    """Money paid in error that came in again (追回), and the rewards that are taken back with it.

    Known already: nothing. A claim on a payee pays for no reward. Refuses what `payments.recover` refuses.
    """
    payment = read.state(payment_stream(payment_id), payments.evolve)
    of = accounts_of(read, payment.budget_id) if payment is not None else SHIPPED
    for event in payments.recover(
        payment, actor_id=actor_id, booked_on=booked_on, bank_ref=bank_ref, reason=reason, on=on, of=of
    ):
        yield Fact(payment_stream(payment_id), event, on)
        if isinstance(event, payments.PaymentRecovered):
            yield from taken_back(read, payment_id, payments.evolve(payment, event), reason=reason, on=on)


def record_return(
    app: App,
    *,
    actor: Actor,
    key: str,
    payment_id: UUID,
    answer: Sha256,
    booked_on: date,
    bank_ref: str,
    reason: str,
    on: date,
) -> Receipt:
    """Record a late return that a bank's file, kept under its digest, tells of; `on` is today.

    Refuses `payment.booked_in_future`, and what `payments.return_late` refuses.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        payment_with_batch(read, actor, "payment.returned/1", payment_id, on=on)
        payments.require_booked(booked_on, today=told_until(app, on))
        yield from return_facts(
            read,
            payment_id,
            answer=answer,
            booked_on=booked_on,
            bank_ref=bank_ref,
            reason=reason,
            on=effective_on(app, read, booked_on),
        )

    inputs = {
        "command": "payment.record_return",
        "payment": str(payment_id),
        "answer": answer,
        "booked_on": booked_on.isoformat(),
        "bank_ref": bank_ref,
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def recover(
    app: App, *, actor: Actor, key: str, payment_id: UUID, booked_on: date, bank_ref: str, reason: str, on: date
) -> Receipt:
    """Record that money paid in error came in again; its rewards are taken back, and the points of those reports.

    Refuses `payment.booked_in_future`, and what `payments.recover` refuses.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        payment_with_batch(read, actor, "payment.recovered/1", payment_id, on=on)
        payments.require_booked(booked_on, today=told_until(app, on))
        found = recover_facts(
            read,
            payment_id,
            actor_id=actor.person_id,
            booked_on=booked_on,
            bank_ref=bank_ref,
            reason=reason,
            on=effective_on(app, read, booked_on),
        )
        points = Points(app, read, actor)
        for number, fact in enumerate(facts := list(found), 1):
            yield fact
            if isinstance(fact.event, RewardReversed):
                before = sum(one.stream == fact.stream for one in facts[:number])
                yield from _points_back(read, points, fact.stream, before, reason=reason, on=on)

    inputs = {
        "command": "payment.recover",
        "payment": str(payment_id),
        "booked_on": booked_on.isoformat(),
        "bank_ref": bank_ref,
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _points_back(
    read: Reading, points: Points, reward_stream: StreamName, before: int, *, reason: str, on: date
) -> Iterator[Fact]:
    """A report that was paid in error earned its points in error; `before`: how many events of its reward came here."""
    reward = known(read.state(reward_stream, rewards.evolve))
    if reward.incident_id is not None:
        reversed_by = event_name(reward_stream, read.versions[parse_stream(reward_stream)[1]] + before)
        yield from points.reverse_for(
            cause=incident_stream(reward.incident_id),
            person_id=reward.payee_id,
            reason=reason,
            on=on,
            after=reversed_by,
        )


def reissue(app: App, *, actor: Actor, key: str, payment_id: UUID, on: date) -> Receipt:
    """Let what came back be paid again: the month's next batch holds it, in a line that names this payment."""

    def decide(read: Reading) -> Iterator[Fact]:
        payment, _ = payment_with_batch(read, actor, "payment.reissued/1", payment_id, on=on)
        persons.refuse_erased(read.state(person_stream(payment.payee_id), persons.evolve))
        event = payments.reissue(payment, actor_id=actor.person_id)
        yield Fact(payment_stream(payment_id), event, on)
        yield from released(read, payment_id, payments.evolve(payment, event), on)

    inputs = {"command": "payment.reissue", "payment": str(payment_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def write_back(app: App, *, actor: Actor, key: str, payment_id: UUID, reason: str, on: date) -> Receipt:
    """Give up paying what came back; its rewards are taken back. Whoever made the batch does not decide this."""

    def decide(read: Reading) -> Iterator[Fact]:
        payment, batch = payment_with_batch(read, actor, "payment.written_back/1", payment_id, on=on)
        acted = people_before(read, payment)
        event = payments.write_back(
            payment, actor_id=actor.person_id, maker_id=batch.maker_id, acted=acted, reason=reason
        )
        yield Fact(payment_stream(payment_id), event, on)
        yield from taken_back(read, payment_id, payments.evolve(payment, event), reason=reason, on=on)

    inputs = {"command": "payment.write_back", "payment": str(payment_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def uphold(app: App, *, actor: Actor, key: str, payment_id: UUID, reason: str, on: date) -> Receipt:
    """Say, after asking the bank, that what stood before it contradicted itself is true."""

    def decide(read: Reading) -> Iterator[Fact]:
        payment, batch = payment_with_batch(read, actor, "payment.upheld/1", payment_id, on=on)
        acted = people_before(read, payment)
        event = payments.uphold(payment, actor_id=actor.person_id, maker_id=batch.maker_id, acted=acted, reason=reason)
        yield Fact(payment_stream(payment_id), event, on)

    inputs = {"command": "payment.uphold", "payment": str(payment_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
