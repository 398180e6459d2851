"""The statements of a bank that is none: everything that a rehearsal's answers say moved, as a bank would list it.

What must not be broken: only rehearsals have such a bank, and it lists what was answered, to the fen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from itertools import accumulate
from typing import Final

from api.commands import payouts, reconciling
from api.commands.shared import today
from api.context import App
from api.files.statement_files import write_statement
from api.files.statement_profiles import load_statement_profile
from api.files.statements import CURRENCY, BankStatement, StatementEntry
from domain.kernel.calendar import Month, first_day, last_day, month_of
from domain.kernel.events import Sha256
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from projections import reconciliation_queries as queries
from projections.reconciliation import BankPayment

PROFILE: Final = "neutral-statement"
OPENING_FEN: Final = 100_000_000_00
"""What the account of a rehearsal begins with."""


def reconcile(app: App, *, actor: Actor) -> int:
    """Record a statement for every month that has something on no statement yet, and match it; how many.

    Each is recorded on the day after its month, as far as that has come, and continues the one before. What the bank
    had booked on days that a statement told of already stands on the next one: no day is told twice, and none before it
    has come. Refuses `rehearsal.only`.
    """
    if not app.log.rehearsal:
        raise Refusal("rehearsal.only")
    app.runner.catch_up()
    now = today(app)
    account = payouts.payer_account(app)
    with app.reading.connection() as conn:
        free = queries.free_payments(conn)
        listed = queries.statements(conn, limit=1)
    covered = listed[0].until if listed else date.min
    balance = next((one.closing_fen for one in listed if one.closing_fen is not None), OPENING_FEN)
    months: defaultdict[Month, list[StatementEntry]] = defaultdict(list)
    for entry in entries_of(free):
        told_on = max(entry.booked_on, covered + timedelta(days=1)) if listed else entry.booked_on
        if told_on > now:
            continue
        months[month_of(told_on)].append(replace(entry, booked_on=told_on))
    for month, entries in sorted(months.items()):
        since = max(first_day(month), covered + timedelta(days=1)) if covered != date.min else first_day(month)
        until = min(last_day(month), now)
        statement = statement_of(account, entries, number=str(since), since=since, until=until, opening_fen=balance)
        balance, covered = statement.closing_fen or 0, until
        on = min(until + timedelta(days=1), now)
        profile = load_statement_profile(PROFILE)
        reconciling.record_statements(
            app,
            actor=actor,
            key=f"rehearsal:statement:{derived('rehearsal', 'statement', since, until)}",
            profile=profile,
            content=write_statement(profile, statement),
            file=f"{month}{profile.suffix}",
            on=on,
        )
        app.runner.catch_up()
    return len(months)


def entries_of(payments: Iterable[BankPayment]) -> list[StatementEntry]:
    """What left and what came back and stands on no statement yet, by day, unnumbered."""
    moved: list[tuple[date, str, int, BankPayment]] = []
    for one in payments:
        if one.paid_on is not None and not one.out_fen:
            moved.append((one.paid_on, one.paid_ref or "", -one.amount_fen, one))
        if one.back_on is not None and not one.back_fen:
            moved.append((one.back_on, one.back_ref or "", one.amount_fen, one))
    moved.sort(key=lambda item: (item[0], item[3].end_to_end_id, item[2]))
    return [_entry(*item) for item in moved]


def _entry(day: date, reference: str, amount_fen: int, payment: BankPayment) -> StatementEntry:
    back = amount_fen > 0
    return StatementEntry(
        number=1,
        booked_on=day,
        amount_fen=Fen(amount_fen),
        end_to_end_id=None if back else payment.end_to_end_id,
        bank_ref=reference or None,
        batch_ref=payment.batch_reference,
        counter_name=None,
        counter_account=None,
        text="退汇" if back else "代发",
        return_of=payment.end_to_end_id if back else None,
        row=1,
        balance_fen=None,
    )


def statement_of(
    account: str,
    entries: Sequence[StatementEntry],
    *,
    number: str | None,
    since: date,
    until: date | None = None,
    opening_fen: int | None,
) -> BankStatement:
    """A statement of these entries, numbered and with balances (without, if there is no opening balance)."""
    numbered = tuple(_with_balances(entries, opening_fen))
    closing = None if opening_fen is None else Fen(opening_fen + sum(entry.amount_fen for entry in entries))
    return BankStatement(
        account=account,
        currency=CURRENCY,
        number=number,
        since=since,
        until=until or last_day(month_of(since)),
        opening_fen=None if opening_fen is None else Fen(opening_fen),
        closing_fen=closing,
        entries=numbered,
        digest=Sha256(sha256(repr(numbered).encode()).hexdigest()),
    )


def _with_balances(entries: Sequence[StatementEntry], opening_fen: int | None) -> Iterator[StatementEntry]:
    balances = list(accumulate((entry.amount_fen for entry in entries), initial=opening_fen or 0))[1:]
    for number, (entry, balance) in enumerate(zip(entries, balances, strict=True), 1):
        known = None if opening_fen is None else Fen(balance)
        yield replace(entry, number=number, row=number, balance_fen=known)
