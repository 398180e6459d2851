"""The ledgers as sums: what every account was debited and credited, day by day, and what stands on it.

Every event's postings are added, whatever its type: nothing here knows a business rule. Debit is positive.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.calendar import Month
from domain.kernel.postings import book_of
from domain.streams import event_types
from journal.codec import Recorded
from projections.rows import WriteCursor, to_json

NAME = "trial_balances"

DDL = """
-- One row per account, commodity and effective day on which something was posted.
CREATE TABLE trial_balances (
    account   text NOT NULL,
    commodity text NOT NULL,
    day       date NOT NULL,
    book      text NOT NULL,
    control   text NOT NULL,
    debit     bigint NOT NULL,
    credit    bigint NOT NULL,
    PRIMARY KEY (account, commodity, day)
);

-- The same by control account: 2307:payee stands for every payee.
CREATE TABLE trial_balance_controls (
    control   text NOT NULL,
    commodity text NOT NULL,
    day       date NOT NULL,
    book      text NOT NULL,
    debit     bigint NOT NULL,
    credit    bigint NOT NULL,
    PRIMARY KEY (control, commodity, day)
);
"""

TYPES = frozenset(name for name, cls in event_types().items() if "postings" in cls.__annotations__)

_SUBSIDIARY = re.compile(r":[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=:|$).*", re.ASCII)

ADD_TO_ACCOUNTS = """
INSERT INTO trial_balances AS stored
SELECT * FROM json_populate_recordset(NULL::trial_balances, %s)
ON CONFLICT (account, commodity, day) DO UPDATE
    SET debit = stored.debit + EXCLUDED.debit, credit = stored.credit + EXCLUDED.credit
"""

ADD_TO_CONTROLS = """
INSERT INTO trial_balance_controls AS stored
SELECT * FROM json_populate_recordset(NULL::trial_balance_controls, %s)
ON CONFLICT (control, commodity, day) DO UPDATE
    SET debit = stored.debit + EXCLUDED.debit, credit = stored.credit + EXCLUDED.credit
"""

Sums = defaultdict[tuple[str, str, str], list[int]]


def control_of(account: str) -> str:
    """Without the subsidiary, which begins at the first UUID: `fin:2307:payee:<uuid>` -> `fin:2307:payee`."""
    return _SUBSIDIARY.sub("", account)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add the postings up, one row an account and day."""
    accounts: Sums = defaultdict(lambda: [0, 0])
    for recorded in events:
        day = recorded.line.on
        for account, commodity, amount in recorded.postings:
            sums = accounts[account, commodity, day]
            if amount > 0:
                sums[0] += amount
            else:
                sums[1] -= amount
    if not accounts:
        return
    controls: Sums = defaultdict(lambda: [0, 0])
    rows = []
    for (account, commodity, day), (debit, credit) in sorted(accounts.items()):
        control = control_of(account)
        rows.append({"account": account, "control": control, **_row(account, commodity, day, debit, credit)})
        sums = controls[control, commodity, day]
        sums[0] += debit
        sums[1] += credit
    cursor.execute(ADD_TO_ACCOUNTS, (to_json(rows),))
    rows = [
        {"control": control, **_row(control, commodity, day, debit, credit)}
        for (control, commodity, day), (debit, credit) in sorted(controls.items())
    ]
    cursor.execute(ADD_TO_CONTROLS, (to_json(rows),))


def _row(account: str, commodity: str, day: str, debit: int, credit: int) -> dict[str, object]:
    return {
        "book": book_of(account),
        "commodity": commodity,
        "day": day,
        "debit": debit,
        "credit": credit,
    }


# Queries.


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line of a trial balance: what an account was debited and credited, and its balance (debit is positive)."""

    account: str
    commodity: str
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True, slots=True)
class BookTotal:
    """A book's sums in one commodity; a book that is whole has balance 0."""

    book: str
    commodity: str
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """An account in one effective month: opening balance, what moved, closing balance."""

    month: Month
    opening: int
    debit: int
    credit: int
    closing: int


_SUMS = """sum(debit)::bigint AS debit, sum(credit)::bigint AS credit, (sum(debit) - sum(credit))::bigint AS balance"""

FULL = f"""
SELECT account, commodity, {_SUMS} FROM read.trial_balances
WHERE day <= %(as_of)s AND (%(book)s::text IS NULL OR book = %(book)s)
    AND (%(control)s::text IS NULL OR control = %(control)s)
GROUP BY account, commodity ORDER BY account, commodity
"""  # noqa: S608 - text of ours

CONTROLS = f"""
SELECT control AS account, commodity, {_SUMS} FROM read.trial_balance_controls
WHERE day <= %(as_of)s AND (%(book)s::text IS NULL OR book = %(book)s)
GROUP BY control, commodity ORDER BY control, commodity
"""  # noqa: S608 - text of ours

BOOKS = f"""
SELECT book, commodity, {_SUMS} FROM read.trial_balance_controls
WHERE day <= %(as_of)s GROUP BY book, commodity ORDER BY book, commodity
"""  # noqa: S608 - text of ours

_MONTHS = """
SELECT month, (closing - debit + credit)::bigint AS opening, debit, credit, closing FROM (
    SELECT month, debit, credit, (sum(debit - credit) OVER (ORDER BY month))::bigint AS closing FROM (
        SELECT to_char(day, 'YYYY-MM') AS month, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit
        FROM {rows} WHERE {column} = %(account)s AND commodity = %(commodity)s GROUP BY 1
    ) months
) running ORDER BY month
"""

ACCOUNT_MONTHS = _MONTHS.format(rows="read.trial_balances", column="account")
CONTROL_MONTHS = _MONTHS.format(rows="read.trial_balance_controls", column="control")


def full(
    conn: Connection[Any], *, as_of: date, book: str | None = None, control: str | None = None
) -> list[AccountLine]:
    """Every account with what took effect until `as_of` (inclusive); of one book or control account, if given."""
    with conn.cursor(row_factory=class_row(AccountLine)) as cursor:
        return cursor.execute(FULL, {"as_of": as_of, "book": book, "control": control}).fetchall()


def controls(conn: Connection[Any], *, as_of: date, book: str | None = None) -> list[AccountLine]:
    """The trial balance by control account until `as_of` (inclusive)."""
    with conn.cursor(row_factory=class_row(AccountLine)) as cursor:
        return cursor.execute(CONTROLS, {"as_of": as_of, "book": book}).fetchall()


def books(conn: Connection[Any], *, as_of: date) -> list[BookTotal]:
    """Each book's sums until `as_of` (inclusive); a balance other than 0 means that the ledger is broken."""
    with conn.cursor(row_factory=class_row(BookTotal)) as cursor:
        return cursor.execute(BOOKS, {"as_of": as_of}).fetchall()


def months(conn: Connection[Any], account: str, *, commodity: str) -> list[AccountMonth]:
    """One account, or one control account, month by month with its running balance, the earliest first.

    A name with subsidiaries below it is a control account.
    """
    sql = ACCOUNT_MONTHS if control_of(account) != account else CONTROL_MONTHS
    with conn.cursor(row_factory=class_row(AccountMonth)) as cursor:
        return cursor.execute(sql, {"account": account, "commodity": commodity}).fetchall()


def position(conn: Connection[Any]) -> int:
    """How many events these balances cover."""
    found = conn.execute("SELECT position FROM read.positions WHERE model = %s", (NAME,)).fetchone()
    return int(found[0]) if found else 0
