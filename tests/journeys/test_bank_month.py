"""What a month says of the bank from what is kept is what all lines and all postings ever say, on every day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from api.commands import payouts, reconciling, reconciling_by_hand
from domain.accounts import is_funds
from domain.kernel.bank_sides import QUOTA
from domain.kernel.calendar import Month, last_day
from domain.kernel.matches import EntryKey
from projections import bank_sides
from tests.journeys.test_paid_twice import WHY, claims, do, payment_of, twice
from tests.journeys.test_reconciling import ON, Bank, bank

__all__ = ["bank"]

PLAIN_FUNDS = """
SELECT coalesce(sum(amount), 0)::bigint FROM read.ledger_entries
WHERE book = 'fin' AND commodity = 'CNY' AND day <= %(on)s AND control = ANY(%(funds)s)
"""
PLAIN_LINES = """
SELECT coalesce(sum(amount_fen), 0)::bigint FROM read.bank_entries JOIN read.bank_statements USING (statement_id)
WHERE booked_on <= %(on)s AND standing = 'joined'
"""
PLAIN_APART = """
WITH booked AS (
    SELECT substring(event FROM 9 FOR 36)::uuid AS payment_id, amount < 0 AS leaves, sum(amount)::bigint AS books_fen
    FROM read.ledger_entries WHERE control = ANY(%(funds)s) AND day <= %(on)s AND type LIKE 'payment.%%' GROUP BY 1, 2
), told AS (
    SELECT payment_id, allocation.amount_fen < 0 AS leaves, sum(allocation.amount_fen)::bigint AS bank_fen
    FROM read.bank_allocations allocation JOIN read.bank_entries entry
        ON entry.statement_id = allocation.statement_id AND entry.number = allocation.entry
    WHERE booked_on <= %(on)s GROUP BY 1, 2
)
SELECT payment_id, coalesce(books_fen, 0), coalesce(bank_fen, 0)
FROM booked FULL JOIN told USING (payment_id, leaves) WHERE coalesce(books_fen, 0) <> coalesce(bank_fen, 0)
"""


def compared(bank: Bank) -> int:
    """Compare every day around the story with the plain sums over everything; answers how many items there were."""
    items = 0
    with bank.app.reading.connection() as conn:
        funds = [one for one in bank_sides.controls(conn) if is_funds(one)]
        for number in range(-40, 60):
            asked = {"on": ON + timedelta(days=number), "funds": funds}
            kept = conn.execute(bank_sides.PAYMENTS_APART, asked).fetchall()
            plain = conn.execute(PLAIN_APART, asked).fetchall()
            assert sorted(row[:3] for row in kept) == sorted(tuple(row) for row in plain)
            assert one_of(conn, bank_sides.LINES_UNTIL, {**asked, "since": None}) == one_of(conn, PLAIN_LINES, asked)
            items += len(plain)
        for month in (Month("2025-03"), Month("2025-04"), Month("2025-05")):
            facts = {"funds": QUOTA, "accounts": funds, "explained_since": 0}
            said = bank_sides.bank_month(conn, month, **facts)
            if said is not None:
                on = min(said.side.on, last_day(month))
                assert said.side.books_fen == one_of(conn, PLAIN_FUNDS, {"on": on, "funds": funds})
    return items


def one_of(conn: Connection[Any], sql: str, asked: dict[str, Any]) -> int:
    row = conn.execute(sql, asked).fetchone()
    assert row is not None
    return int(row[0])


def by_hand(bank: Bank, key: EntryKey, name: str) -> None:
    """Two people take a match back."""
    maker, checker = bank.people.maker, bank.people.checker
    do(bank, reconciling_by_hand.propose_unmatch, f"{name}1", by=maker, entry=key, reason="勾错了一笔")
    do(bank, reconciling_by_hand.unmatch, f"{name}2", by=checker, entry=key)


def test_kept_sums_are_the_sums_of_everything(bank: Bank) -> None:
    assert compared(bank) > 0  # paid, and on no statement yet
    line, first = twice(bank)
    compared(bank)
    payment = payment_of(bank, first.end_to_end_id)
    said = {"payment_id": payment.payment_id, "entry": line, "reason": WHY}
    do(bank, payouts.pay_again, "again", by=bank.people.checker, **said)
    do(bank, reconciling.match_again, "m1", by=bank.people.maker)
    compared(bank)
    returned_late(bank, claims(bank, payment)[0].payment_id)
    assert compared(bank) > 0
    by_hand(bank, line._replace(number=2), "u")
    assert compared(bank) > 0


def returned_late(bank: Bank, claim: UUID) -> None:
    """The second payment comes in a week before the bank shows it, and another one only on the statement."""
    with bank.app.reading.connection() as conn:
        others = conn.execute(
            "SELECT end_to_end_id FROM read.bank_payments WHERE repeats IS NULL ORDER BY 1"
        ).fetchall()
    recovery = {"payment_id": claim, "booked_on": date(2025, 5, 2), "bank_ref": "BACK9", "reason": "收款人已退回"}
    do(bank, payouts.recover, "r", by=bank.people.maker, **recovery)
    compared(bank)
    entries = bank.entries()
    back = replace(entries[0], number=1, booked_on=date(2025, 5, 9), amount_fen=1000, bank_ref="BACK9")
    late = replace(back, number=2, bank_ref="LATE1", end_to_end_id=others[-1][0], return_of=others[-1][0])
    content = bank.says([back, late], number="05", since=date(2025, 5, 1), opening_fen=bank.opening_fen - 4000)
    bank.record(content, key="second")
