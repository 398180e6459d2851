"""Closing a month: what it would be closed with, proposing it, sealing it by another person, taking a proposal back.

What must not be broken: the figures are computed here, never handed in; whoever seals is bound to the digest of what he
was shown, and the same figures are computed once more after the proposal, when nothing can move them any longer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from api.commands import closing_checks
from api.commands.shared import require
from api.context import App
from domain import periods
from domain.kernel.calendar import Month, last_day
from domain.kernel.events import Sha256
from domain.kernel.money import Fen
from domain.kernel.postings import CNY
from domain.periods import Blocking, Disclosed, Explained, Figures, Periods, Reconciled, period_stream
from journal import merkle
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import month_ends, trial_balances
from projections.month_ends import Flow
from projections.trial_balances import AccountLine


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """A month as it would be closed now: its figures, what they are made of, what stands against it.

    `figures.explained` is empty: reasons are given when it is proposed.
    """

    figures: Figures
    accounts: list[AccountLine]
    reconciled: tuple[Reconciled, ...]
    disclosed: tuple[Disclosed, ...]
    blocking: tuple[Blocking, ...]
    differences: tuple[Blocking, ...]


def periods_of(app: App, read: Reading | None = None) -> Periods | None:
    """How far the books are closed; None while nothing was ever proposed."""
    state = app.journal.state if read is None else read.state
    return state(period_stream(app.log.division), periods.evolve)


def effective_on(app: App, read: Reading, day: date) -> date:
    """The day on which a fact of `day` is booked: itself, or the first open day where its month is closed.

    For facts of a bank, which are never refused; the bank's own day stands in the event beside it.
    """
    return periods.first_open_day(periods_of(app, read), day)


def month_end(app: App, month: Month) -> MonthEnd:
    """What the month would be closed with, as of what the read models show."""
    last = last_day(month)
    with app.reading.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        position = month_ends.position(conn)
        accounts = trial_balances.controls(conn, as_of=last, known_at=position)
        disclosed = month_ends.disclosed(conn, month)
        facts = month_ends.counted(conn, month)
        contradicted = month_ends.contradicted(conn)
    reconciled = month_ends.reconciled(facts, {one.account: one.balance for one in accounts if one.commodity == CNY})
    reconciled = tuple(
        replace(one, bank_fen=closing_checks.bank_paid_fen(app, month)) if one.kind == "paid" else one
        for one in reconciled
    )
    blocking = (*_disagreeing(reconciled), *contradicted, *closing_checks.blocking(app, month))
    differences = (*_unfinished(reconciled, facts), *closing_checks.differences(app, month))
    figures = Figures(
        month=month,
        position=position,
        root=Sha256(merkle.subtree_root(app.journal.store.nodes(position), size=position).hex()),
        trial_balance=trial_balances.digest_of(accounts),
        reconciliation=periods.reconciliation_digest(reconciled, differences),
        disclosures=periods.disclosures_digest(disclosed),
    )
    return MonthEnd(figures, accounts, reconciled, disclosed, blocking, differences)


def _disagreeing(reconciled: tuple[Reconciled, ...]) -> Iterator[Blocking]:
    """Where two countings of our own money differ, or one is below nothing, something broke that nothing excuses."""
    for one in reconciled:
        if one.ledger_fen < 0:
            yield Blocking(f"ledger_{one.kind}", 1, Fen(-one.ledger_fen))
        elif one.ledger_fen != one.batches_fen:
            yield Blocking(f"ledger_{one.kind}", 1, Fen(abs(one.ledger_fen - one.batches_fen)))


def _unfinished(reconciled: tuple[Reconciled, ...], facts: Mapping[str, Flow]) -> Iterator[Blocking]:
    """What may stand open over the end of a month, with a reason."""
    for kind in ("in_transit", "returned"):
        if facts[kind].count > 0:
            yield Blocking(kind, facts[kind].count, Fen(facts[kind].amount_fen))
    for one in reconciled:
        if one.bank_fen is not None and one.bank_fen != one.ledger_fen:
            yield Blocking(f"bank_{one.kind}", 1, Fen(abs(one.bank_fen - one.ledger_fen)))


def propose(app: App, *, actor: Actor, key: str, month: Month, reasons: Mapping[str, str], on: date) -> Receipt:
    """Propose to close a month with its figures as of now; `reasons`: why each difference does not hold it up, by kind.

    Refuses what `periods.propose_close` refuses.
    """
    app.runner.catch_up()

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "period.close_proposed/1", division=app.log.division, on=on)
        shown = month_end(app, month)
        explained = tuple(
            Explained(one.kind, one.count, one.amount_fen, reasons[one.kind])
            for one in shown.differences
            if one.kind in reasons
        )
        event = periods.propose_close(
            periods_of(app, read),
            county=app.log.division,
            figures=replace(shown.figures, explained=explained),
            blocking=shown.blocking,
            differences=shown.differences,
            proposer_id=actor.person_id,
            on=on,
        )
        yield Fact(period_stream(app.log.division), event, on)

    inputs = {"command": "period.propose_close", "month": month, "reasons": dict(reasons)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def withdraw(app: App, *, actor: Actor, key: str, month: Month, reason: str, on: date) -> Receipt:
    """Take the proposal back; its month can be booked in again."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "period.close_withdrawn/1", division=app.log.division, on=on)
        event = periods.withdraw_close(periods_of(app, read), county=app.log.division, month=month, reason=reason)
        yield Fact(period_stream(app.log.division), event, on)

    inputs = {"command": "period.withdraw_close", "month": month, "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def seal(app: App, *, actor: Actor, key: str, month: Month, shown_digest: str, on: date) -> Receipt:
    """Seal exactly what was proposed and shown; the actor is the second person.

    The month's figures are computed once more from everything up to the proposal, after which nothing could be booked
    in it; so what is sealed is what stands in the books.
    """
    app.runner.catch_up()

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "period.sealed/1", division=app.log.division, on=on)
        state = periods_of(app, read)
        now = month_end(app, month) if state and state.proposal else None
        event = periods.seal(
            state,
            county=app.log.division,
            month=month,
            sealer_id=actor.person_id,
            shown_digest=Sha256(shown_digest),
            trial_balance=now.figures.trial_balance if now else Sha256(""),
            disclosures=now.figures.disclosures if now else Sha256(""),
            blocking=now.blocking if now else (),
        )
        yield Fact(period_stream(app.log.division), event, on)

    inputs = {"command": "period.seal", "month": month, "digest": shown_digest}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
