"""Payees under review: nothing is paid to them until somebody else says that it may be."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from api.commands.payouts.streams import hold_stream
from api.commands.shared import person_stream, require
from api.context import App
from domain import payee_holds, persons
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def place_hold(
    app: App, *, actor: Actor, key: str, payee_id: UUID, reason: str, document: str | None, on: date
) -> Receipt:
    """Put payments to a payee on hold; what he is owed waits."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "payee_hold.placed/1", division=app.log.division, on=on)
        event = payee_holds.place_hold(
            read.state(hold_stream(payee_id), payee_holds.evolve),
            payee_id=payee_id,
            payee_known=read.state(person_stream(payee_id), persons.evolve) is not None,
            reason=reason,
            document=document,
        )
        yield Fact(hold_stream(payee_id), event, on)

    inputs = {"command": "payee_hold.place", "payee": str(payee_id), "reason": reason, "document": document or ""}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def lift_hold(app: App, *, actor: Actor, key: str, payee_id: UUID, reason: str, on: date) -> Receipt:
    """Let a payee be paid again."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "payee_hold.lifted/1", division=app.log.division, on=on)
        hold = read.state(hold_stream(payee_id), payee_holds.evolve)
        yield Fact(hold_stream(payee_id), payee_holds.lift_hold(hold, actor_id=actor.person_id, reason=reason), on)

    inputs = {"command": "payee_hold.lift", "payee": str(payee_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
