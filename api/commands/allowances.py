"""Monthly allowances of grid workers: granting a whole list at once, and taking one back.

What must not be broken: a list is granted as a whole or not at all; whoever granted neither makes nor approves the
payment, and nobody grants himself anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.budgets import charged, within_budget
from api.commands.shared import person_stream, place_known, require
from api.context import App
from domain import allowances, persons, policies
from domain.allowances import allowance_id
from domain.kernel.calendar import Month, month_of
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewAllowance:
    """What a grid worker is to be paid for a month; `basis` is what for, `document` what it rests on."""

    payee_id: UUID
    division: Division
    month: Month
    amount_fen: Fen
    basis: str
    document: str | None = None

    @property
    def id(self) -> UUID:
        """The stream's id."""
        return allowance_id(self.payee_id, self.month, self.basis)


def allowance_stream(identity: UUID) -> StreamName:
    """The stream of an allowance."""
    return stream_name("allowance", identity)


def grant(
    app: App, *, actor: Actor, key: str, new: Sequence[NewAllowance], on: date, budget: UUID | None = None
) -> Receipt:
    """Owe each of them his amount, all or none; charged to `budget`, or to the allowances' own of the year.

    Refuses `budget.exceeded` where it has too little left; then nothing is recorded.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        people = read.states([person_stream(one.payee_id) for one in new], persons.evolve)
        states = read.states([allowance_stream(one.id) for one in new], allowances.evolve)
        for one in new:
            stream = allowance_stream(one.id)
            require(read, actor, "allowance.granted/1", division=one.division, on=on)
            if not place_known(read, one.division):
                raise Refusal("place.unknown", division=one.division)
            payee = people[person_stream(one.payee_id)]
            persons.refuse_erased(payee)
            event = allowances.grant(
                states[stream],
                payee_id=one.payee_id,
                division=one.division,
                month=one.month,
                this_month=month_of(on),
                served=policies.served(payee, division=one.division, month=one.month),
                amount_fen=one.amount_fen,
                basis=one.basis,
                document=one.document,
                granter_id=actor.person_id,
                budget=charged(app, read, "allowance", chosen=budget, on=on),
            )
            states[stream] = allowances.evolve(states[stream], event)  # the same one twice is refused
            yield Fact(stream, event, on)

    inputs = {
        "command": "allowance.grant",
        "budget": str(budget) if budget else None,
        "allowances": [
            [str(one.payee_id), one.division, one.month, one.amount_fen, one.basis, one.document] for one in new
        ],
    }
    return within_budget(lambda: app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide))


def reverse(app: App, *, actor: Actor, key: str, allowance: UUID, reason: str, on: date) -> Receipt:
    """Take an allowance back before it is paid (冲正)."""

    def decide(read: Reading) -> Iterator[Fact]:
        state = read.state(allowance_stream(allowance), allowances.evolve)
        if state is None:
            raise Refusal("allowance.unknown")
        require(read, actor, "allowance.reversed/1", division=state.division, on=on)
        yield Fact(allowance_stream(allowance), allowances.reverse(state, reason=reason), on)

    inputs = {"command": "allowance.reverse", "allowance": str(allowance), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
