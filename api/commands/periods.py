"""Closing a month: what it would be closed with, proposing it, sealing it by another person, taking a proposal back.

What must not be broken: the figures are computed here, never handed in; whoever seals is bound to the digest of what he
was shown, and the same figures are computed once more after the proposal, when nothing can move them any longer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from psycopg import Connection

from api.commands import closing_checks, reconciling
from api.commands.booking_days import periods_of
from api.commands.shared import require
from api.context import App
from domain import authority, periods
from domain.accounts import is_funds
from domain.kernel.bank_sides import BankSide, Explained, Item, digest_of
from domain.kernel.calendar import Month, last_day
from domain.kernel.events import Sha256
from domain.kernel.money import Fen
from domain.kernel.postings import CNY
from domain.kernel.refusals import Refusal
from domain.periods import Blocking, Disclosed, Figures, Periods, Proposal, Reconciled, period_stream
from journal import merkle
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import bank_sides, month_ends, reconciliation, reconciliation_queries, trial_balances
from projections.bank_sides import BankMonth
from projections.month_ends import Flow
from projections.trial_balances import AccountLine

__all__ = ["MonthEnd", "Since", "month_end", "periods_of", "propose", "seal", "withdraw"]


@dataclass(frozen=True, slots=True)
class Since:
    """What became known of a month after it was sealed: nothing of it changes the seal."""

    bank: BankMonth | None
    open: tuple[Blocking, ...]

    def differs(self, sealed: Figures) -> bool:
        """Whether anything did."""
        return bool(self.open) or (self.bank.side if self.bank else None) != sealed.bank


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """A month as it would be closed now, or as it was sealed: its figures, what they are made of, what is against it.

    Before the seal `figures.explained` is what two people explained; the reasons of whoever proposes come to it.
    `items` of a sealed month are None where they are no longer those of the seal.
    """

    figures: Figures
    accounts: list[AccountLine]
    reconciled: tuple[Reconciled, ...]
    disclosed: tuple[Disclosed, ...]
    blocking: tuple[Blocking, ...]
    differences: tuple[Blocking, ...]
    items: tuple[Item, ...] | None = ()
    sealed: Proposal | None = None
    since: Since | None = None

    @property
    def bank(self) -> BankSide | None:
        """The month by the bank, where a statement tells of it."""
        return self.figures.bank

    @property
    def shown_digest(self) -> Sha256:
        """The digest of a page that shows it: of all that the month would be closed with, at whatever position."""
        figures = {**asdict(self.figures), "position": None, "root": None}
        return digest_of([figures, *(asdict(one) for one in (*self.blocking, *self.differences))])


def month_end(app: App, month: Month) -> MonthEnd:
    """What the month would be closed with, as of what the read models show; a sealed month as it was sealed.

    Refuses `ledger.position_outside` where the read models do not stand at one position.
    """
    state = periods_of(app)
    sealed = state.seals.get(month) if state else None
    last = last_day(month)
    with app.reading.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        position = _position(conn)
        accounts = trial_balances.controls(conn, as_of=last, known_at=sealed.figures.position if sealed else position)
        disclosed = month_ends.disclosed(conn, month)
        facts = month_ends.counted(conn, month)
        contradicted = month_ends.contradicted(conn, month)
        bank = _bank(app, conn, month, state)
        left_fen = _left(conn, accounts, last)
    side = sealed.figures.bank if sealed else bank.side if bank else None
    reconciled = _reconciled(facts, accounts, side, last, left_fen)
    open_now = (*contradicted, *closing_checks.blocking(app, month))
    if sealed is not None:
        reasons = [one for one in sealed.figures.explained if one.proposer_id is None]
        differences = tuple(Blocking(one.kind, one.count, one.amount_fen) for one in reasons)
        kept = bank.items if bank and side and bank.side.items == side.items else None if side else ()
        since = Since(bank, open_now)
        return MonthEnd(sealed.figures, accounts, reconciled, disclosed, (), differences, kept, sealed, since)
    differences = (*_unfinished(reconciled, facts), *_balance(side), *closing_checks.differences(app, month))
    figures = Figures(
        month=month,
        position=position,
        root=Sha256(merkle.subtree_root(app.journal.store.nodes(position), size=position).hex()),
        trial_balance=trial_balances.digest_of(accounts),
        reconciliation=periods.reconciliation_digest(reconciled, differences, asdict(side) if side else None),
        disclosures=periods.disclosures_digest(disclosed),
        explained=bank.listed if bank else (),
        bank=side,
    )
    blocking = (*_disagreeing(reconciled), *_lines_open(side), *open_now)
    return MonthEnd(figures, accounts, reconciled, disclosed, blocking, differences, bank.items if bank else ())


def _position(conn: Connection[Any]) -> int:
    """How many events the figures cover: as many as those of the reconciliation."""
    position, shown = month_ends.position(conn), reconciliation.position(conn)
    if position != shown:
        raise Refusal("ledger.position_outside", position=position, shown=shown)
    return position


def _bank(app: App, conn: Connection[Any], month: Month, state: Periods | None) -> BankMonth | None:
    before = [one.figures.position for of, one in state.seals.items() if of < month] if state else []
    return bank_sides.bank_month(
        conn,
        month,
        funds=app.settings.payer_funds,
        accounts=[one for one in bank_sides.controls(conn) if is_funds(one)],
        explained_since=max(before, default=0),
    )


def _left(conn: Connection[Any], accounts: Sequence[AccountLine], last: date) -> int:
    """What payments took from the accounts of money until the end of the month, as the ledger has it."""
    funds = {one.account: one.balance for one in accounts if is_funds(one.account) and one.commodity == CNY}
    return bank_sides.by_document(conn, last, accounts=list(funds)) - sum(funds.values())


def _reconciled(
    facts: dict[str, Flow], accounts: Sequence[AccountLine], side: BankSide | None, last: date, left_fen: int
) -> tuple[Reconciled, ...]:
    """Ledger and batches side by side, and the bank where its statements reach the end of the month.

    The bank's figure stands beside everything that left, the last row: claims left the account as payments did.
    """
    balances = {one.account: one.balance for one in accounts if one.commodity == CNY}
    rows = month_ends.reconciled(facts, balances, left_fen=left_fen)
    bank_fen = side.paid_fen if side is not None and side.on == last else None
    return (*rows[:-1], replace(rows[-1], bank_fen=bank_fen))


def _lines_open(side: BankSide | None) -> Iterator[Blocking]:
    """Lines of the month that are neither matched nor explained by two people."""
    if side is not None and side.debits.open_count + side.credits.open_count:
        amount_fen = Fen(side.credits.open_fen - side.debits.open_fen)
        yield Blocking("bank_open", side.debits.open_count + side.credits.open_count, amount_fen)


def _balance(side: BankSide | None) -> Iterator[Blocking]:
    """What no item explains between the bank's balance and the books': not to be closed without a reason."""
    if side is not None and side.difference_fen:
        yield Blocking("balance_differs", 1, Fen(abs(side.difference_fen)))


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


def propose(
    app: App,
    *,
    actor: Actor,
    key: str,
    month: Month,
    reasons: Mapping[str, str],
    on: date,
    shown_digest: str | None = None,
) -> Receipt:
    """Propose to close a month with its figures as of now; `reasons`: why each difference does not hold it up, by kind.

    What waits is matched first, so that what blocks the close is of now. `shown_digest` is that of the month end that
    the proposer read: if it is another by then, nothing is proposed (`period.shown_changed`). Refuses
    `period.match_first` where there is something to match and the actor may not, and what `periods.propose_close`
    refuses.
    """
    _match_first(app, actor=actor, key=key, month=month, on=on)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "period.close_proposed/1", division=app.log.division, on=on)
        shown = month_end(app, month)
        if shown.sealed is None and shown_digest not in (None, shown.shown_digest):
            raise Refusal("period.shown_changed", month=month)
        reasoned = tuple(
            Explained(one.kind, one.count, one.amount_fen, reasons[one.kind])
            for one in shown.differences
            if one.kind in reasons
        )
        explained = (*reasoned, *shown.figures.explained)
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

    inputs: dict[str, object] = {"command": "period.propose_close", "month": month, "reasons": dict(reasons)}
    if shown_digest is not None:
        inputs["digest"] = shown_digest
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _match_first(app: App, *, actor: Actor, key: str, month: Month, on: date) -> None:
    """One round of matching, by whoever may, where there is a statement; the read models show it afterwards."""
    app.runner.catch_up()
    with app.reading.connection() as conn:
        told = reconciliation_queries.statements(conn, limit=1)
    if not told:
        return
    if authority.may(actor.role, "statement.recorded/1"):
        reconciling.match_again(app, actor=actor, key=f"{key}:match", on=on)
    elif reconciling.to_match(app, actor=actor, on=on):
        raise Refusal("period.match_first", month=month)
    app.runner.catch_up()


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

    The month's figures are computed once more: nothing could be booked in it since the proposal, and if the bank has
    said something else since then, it is refused (`period.moved`).
    """
    app.runner.catch_up()

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "period.sealed/1", division=app.log.division, on=on)
        state = periods_of(app, read)
        now = month_end(app, month)
        event = periods.seal(
            state,
            county=app.log.division,
            month=month,
            sealer_id=actor.person_id,
            shown_digest=Sha256(shown_digest),
            now=now.figures,
            blocking=now.blocking,
        )
        yield Fact(period_stream(app.log.division), event, on)

    inputs = {"command": "period.seal", "month": month, "digest": shown_digest}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
