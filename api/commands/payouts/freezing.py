"""Freezing the month's list: every line is judged on the streams themselves, and what stands out is noted with it."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from api.commands.payee_accounts import cooling_days
from api.commands.payouts.looking import looks_of
from api.commands.payouts.proposing import Proposal, propose
from api.commands.payouts.streams import batch_stream, held_payees, known, payment_stream
from api.commands.payrolls import PAYROLLS, Waiting
from api.commands.shared import person_stream, place_known, require
from api.context import App
from domain import payee_policies, payments, payout_batches, persons, policies
from domain.kernel.calendar import Month
from domain.kernel.ids import derived, parse_stream
from domain.kernel.obligations import Owed, Payroll
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.payments import PaymentPrepared
from domain.payout_batches import BatchLine
from domain.payout_batches.signals import signals_of
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def freeze(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    month: Month,
    on: date,
    payroll: Payroll = "reward",
    shown_digest: str | None = None,
) -> tuple[Receipt, UUID]:
    """Freeze the month's list and submit it; the actor is the maker. Returns the receipt and the batch's id.

    `shown_digest` is that of the proposal that the maker read: if the list is another by now, nothing is frozen
    (`payout_batch.proposal_changed`). Without it the list is frozen as it stands.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "payout_batch.frozen/1", division=division, on=on)
        if not place_known(read, division):
            raise Refusal("place.unknown", division=division)
        proposal = propose(app, division=division, month=month, payroll=payroll, read=read, on=on)
        if shown_digest not in (None, proposal.shown_digest):
            raise Refusal(
                "payout_batch.proposal_changed",
                month=month,
                payment_count=len(proposal.by_payee),
                total_fen=proposal.total_fen,
            )
        payments.refuse_held(list(proposal.by_payee), held=held_payees(read, proposal.by_payee))
        kind = PAYROLLS[payroll]
        states = kind.states(read, [one.reward_id for held in proposal.by_payee.values() for one in held])
        batch_id = payout_batches.batch_id(division, month, proposal.number)
        days = cooling_days(app, on=on, read=read)
        facts: list[Fact] = []
        lines: list[BatchLine] = []
        for line, (payee_id, held) in enumerate(sorted(proposal.by_payee.items()), 1):
            payment_id = derived("payment", batch_id, payee_id)
            prepared = _prepared(
                read, proposal, states, batch_id=batch_id, line=line, payee_id=payee_id, days=days, on=on
            )
            lines.append(policies.batch_line(payments.evolve(None, prepared), payment_id=payment_id))
            facts.append(Fact(payment_stream(payment_id), prepared, on))
            for one in held:
                scheduled = kind.schedule(states[one.reward_id], payment_id=payment_id)
                facts.append(Fact(kind.stream(one.reward_id), scheduled, on))
        frozen = payout_batches.freeze(
            read.state(batch_stream(batch_id), payout_batches.evolve),
            division=division,
            month=month,
            number=proposal.number,
            maker_id=actor.person_id,
            lines=lines,
            acted=policies.people_in(known(state) for state in states.values()),
            payroll=payroll,
        )
        yield Fact(batch_stream(batch_id), frozen, on)
        for noted in payout_batches.note_signals(signals_of(looks_of(app, read, actor, lines, proposal.by_payee))):
            yield Fact(batch_stream(batch_id), noted, on)
        yield from facts

    inputs = {"command": "payout_batch.freeze", "division": division, "month": month}
    if payroll != "reward":  # commands from before there were two keep their digest
        inputs["payroll"] = payroll
    if shown_digest is not None:
        inputs["digest"] = shown_digest
    receipt = app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
    return receipt, parse_stream(receipt.events[0].partition("@")[0])[1]


def _prepared(
    read: Reading,
    proposal: Proposal,
    states: Mapping[UUID, Owed | None],
    *,
    batch_id: UUID,
    line: int,
    payee_id: UUID,
    days: int,
    on: date,
) -> PaymentPrepared:
    """One line of the list; `states` are those of everything that it pays, `days` the cooling period."""
    held = proposal.by_payee[payee_id]
    return payments.prepare(
        None,
        batch_id=batch_id,
        batch_division=proposal.division,
        batch_reference=payout_batches.reference(proposal.division, proposal.month, proposal.number),
        line=line,
        payee_id=payee_id,
        rewards=[policies.reward_to_pay(known(states[one.reward_id]), reward_id=one.reward_id) for one in held],
        account=payee_policies.account_to_pay(
            read.state(person_stream(payee_id), persons.evolve), person_id=payee_id, days=days, on=on
        ),
        replaced=_replaced(read, held),
    )


def _replaced(read: Reading, held: list[Waiting]) -> list[tuple[UUID, payments.Payment | None]]:
    """The payments that rewards were in before, and what became of each."""
    before = sorted({reward.payment_id for reward in held if reward.payment_id is not None})
    found = read.states([payment_stream(payment) for payment in before], payments.evolve)
    return [(payment, found[payment_stream(payment)]) for payment in before]
