"""What a village's book amounts to: balances, income and expense item by item, who owes and is owed.

What must not be broken: every figure is added up from `village_lines`, which holds what is booked and nothing else.
Debit is positive. Days are both included.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division

CARRY_OVER: Final = "carry_over"
"""Vouchers that close a year: they move no money and are neither income nor expense."""


@dataclass(frozen=True, slots=True)
class AccountSums:
    """An account over some days, in fen: before, what was debited and credited, after; without whom it is with.

    Red vouchers count below zero on the side of what they take back.
    """

    account: str
    opening_fen: int
    debit_fen: int
    credit_fen: int
    closing_fen: int


@dataclass(frozen=True, slots=True)
class Item:
    """One booked line with what its voucher says; `number` and `purpose` are None for an opening balance."""

    log_index: int
    line: int
    day: date
    kind: str
    account: str
    party_id: UUID | None
    debit_fen: int
    credit_fen: int
    number: int | None
    purpose: str | None
    voucher_id: UUID | None
    event: EventName


@dataclass(frozen=True, slots=True)
class PartyBalance:
    """What an account has with somebody, in fen: before some days and after them."""

    account: str
    party_id: UUID
    reference: str
    kind: str
    person_id: UUID | None
    opening_fen: int
    closing_fen: int


@dataclass(frozen=True, slots=True)
class Section:
    """Some accounts of a statement with their sum; `rows` are code, name and amount in fen."""

    title: str
    rows: tuple[tuple[str, str, int], ...]

    @property
    def total_fen(self) -> int:
        """The sum."""
        return sum(amount for _, _, amount in self.rows)


SUMS = """
SELECT account,
    coalesce(sum(debit_fen - credit_fen) FILTER (WHERE day < %(since)s), 0)::bigint AS opening_fen,
    coalesce(sum(CASE WHEN red THEN -credit_fen ELSE debit_fen END) FILTER (WHERE day >= %(since)s), 0)::bigint
        AS debit_fen,
    coalesce(sum(CASE WHEN red THEN -debit_fen ELSE credit_fen END) FILTER (WHERE day >= %(since)s), 0)::bigint
        AS credit_fen,
    sum(debit_fen - credit_fen)::bigint AS closing_fen
FROM (
    SELECT entry.*, coalesce(voucher.reverses IS NOT NULL, false) AS red
    FROM read.village_lines entry LEFT JOIN read.village_vouchers voucher USING (voucher_id)
    WHERE entry.division = %(division)s
) line
WHERE day <= %(until)s AND (NOT %(earned)s OR kind <> 'carry_over')
GROUP BY account ORDER BY account
"""
"""What a red voucher takes back is taken off the side that it stood on: turnover says what was moved, not how often."""
ITEMS = """
SELECT entry.log_index, entry.line, entry.day, entry.kind, entry.account, entry.party_id, entry.debit_fen,
    entry.credit_fen, voucher.number, voucher.purpose, entry.voucher_id, entry.event
FROM read.village_lines entry LEFT JOIN read.village_vouchers voucher USING (voucher_id)
WHERE entry.division = %(division)s AND entry.day BETWEEN %(since)s AND %(until)s
    AND (%(accounts)s::text[] IS NULL OR entry.account = ANY (%(accounts)s))
ORDER BY entry.day, entry.log_index, entry.line
"""
PARTIES = """
SELECT account, party_id, reference, party.kind, person_id,
    coalesce(sum(debit_fen - credit_fen) FILTER (WHERE day < %(since)s), 0)::bigint AS opening_fen,
    sum(debit_fen - credit_fen)::bigint AS closing_fen
FROM read.village_lines entry JOIN read.village_parties party USING (party_id)
WHERE entry.division = %(division)s AND day <= %(until)s
GROUP BY account, party_id, reference, party.kind, person_id ORDER BY account, reference
"""
BALANCE_BEFORE = """
SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint FROM read.village_lines
WHERE division = %s AND account = %s AND day < %s
"""
PURSE = """
SELECT coalesce(sum(CASE WHEN line->>'side' = 'debit' THEN 1 ELSE -1 END * (line->>'amount_fen')::bigint), 0)::bigint
FROM read.village_vouchers, jsonb_array_elements(lines) line
WHERE division = %(division)s AND status <> 'withdrawn' AND line->>'account' = %(account)s
    AND (%(since)s::date IS NULL OR day >= %(since)s) AND day <= %(until)s
"""
BEGUN_WITH = """
SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint FROM read.village_lines
WHERE division = %s AND account = %s AND voucher_id IS NULL
"""


def sums(
    conn: Connection[Any], division: Division, *, since: date, until: date, earned: bool = False
) -> list[AccountSums]:
    """科目余额表 of some days; `earned`: without the vouchers that close a year."""
    asked = {"division": division, "since": since, "until": until, "earned": earned}
    with conn.cursor(row_factory=class_row(AccountSums)) as cursor:
        return cursor.execute(SUMS, asked).fetchall()


def items(
    conn: Connection[Any], division: Division, *, since: date, until: date, accounts: Iterable[str] | None = None
) -> list[Item]:
    """Every booked line of some days, of some accounts if given, in the order of days."""
    asked = {
        "division": division,
        "since": since,
        "until": until,
        "accounts": list(accounts) if accounts is not None else None,
    }
    with conn.cursor(row_factory=class_row(Item)) as cursor:
        return cursor.execute(ITEMS, asked).fetchall()


def party_balances(conn: Connection[Any], division: Division, *, since: date, until: date) -> list[PartyBalance]:
    """往来: every account that is kept by whom it is with, by account and number."""
    asked = {"division": division, "since": since, "until": until}
    with conn.cursor(row_factory=class_row(PartyBalance)) as cursor:
        return cursor.execute(PARTIES, asked).fetchall()


def balance_before(conn: Connection[Any], division: Division, account: str, *, day: date) -> int:
    """The balance of an account at the beginning of a day, in fen."""
    found = conn.execute(BALANCE_BEFORE, (division, account, day)).fetchone()
    return int(found[0]) if found else 0


def purse_moved(conn: Connection[Any], division: Division, account: str, *, since: date | None, until: date) -> int:
    """What vouchers add to cash or bank on some days, in fen, booked or still on their way."""
    asked = {"division": division, "account": account, "since": since, "until": until}
    found = conn.execute(PURSE, asked).fetchone()
    return int(found[0]) if found else 0


def purse_before(conn: Connection[Any], division: Division, account: str, *, day: date) -> int:
    """What cash or bank has at the beginning of a day, in fen, with the vouchers that are still on their way."""
    found = conn.execute(BEGUN_WITH, (division, account)).fetchone()
    begun = int(found[0]) if found else 0
    return begun + purse_moved(conn, division, account, since=None, until=day - timedelta(days=1))


def earned_and_spent(sums_: Sequence[AccountSums], *, names: Mapping[str, tuple[str, str]]) -> tuple[Section, Section]:
    """收支明细表: income and expense by account. `sums_`: without what closes a year; `names`: code -> name, side."""
    income, expense = [], []
    for one in sums_:
        name, side = names.get(one.account, (one.account, "debit"))
        moved = one.credit_fen - one.debit_fen
        if not one.account.startswith("5") or not (one.debit_fen or one.credit_fen):
            continue
        if side == "credit":
            income.append((one.account, name, moved))
        else:
            expense.append((one.account, name, -moved))
    return Section("收入", tuple(income)), Section("支出", tuple(expense))


def balance_sheet(
    sums_: Sequence[AccountSums], *, names: Mapping[str, tuple[str, str]]
) -> tuple[Section, Section, Section]:
    """资产负债表: assets (with production cost, which is work in progress), debts, equity.

    What was earned and is not closed into 本年收益 yet stands as a line of equity, so that both sides are equal.
    """

    def rows(classes: str, sign: int) -> tuple[tuple[str, str, int], ...]:
        return tuple(
            (one.account, names.get(one.account, (one.account, ""))[0], sign * one.closing_fen)
            for one in sums_
            if one.account[:1] in classes and one.closing_fen
        )

    open_result = -sum(one.closing_fen for one in sums_ if one.account.startswith("5"))
    equity = rows("3", -1) + ((("5", "本年收益（未结转）", open_result),) if open_result else ())
    return Section("资产", rows("14", 1)), Section("负债", rows("2", -1)), Section("所有者权益", equity)
